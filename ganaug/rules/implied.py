"""Columns that others imply: by a list of what goes with what, or by thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..columns.base import ColumnType, nearest
from ..columns.datetime import Datetime
from ..columns.duration import Duration
from ..columns.ticks import SECONDS_A_DAY, per_second
from ..plain import AnyArray, BoolArray, Float64Array, Int64Array, record
from .base import Cells, Rule, Table, listed, quoted
from .views import COMPARED, DATES, EXTREMES, PARTS, SPANS, Term

SHORTEST = 15
"""Significant digits of a float."""
FIRST_ROWS = 256


@record
@dataclass(frozen=True)
class Implied(Rule):
    """A column whose value, or its absence, follows from what is seen of others.

    Parameters
    ----------
    terms : tuple of Term
    gap : bool
        Whether it is told where the column is missing, and not what it holds.
    """

    terms: tuple[Term, ...]
    gap: bool

    @property
    def adjusts(self) -> bool:
        return self.gap

    @property
    def kind(self) -> str:
        if self.gap:
            return "missing"
        view = self.terms[0].view
        return (
            "comparison"
            if view in (COMPARED, *EXTREMES)
            else "date part"
            if view in (*PARTS, *DATES, *SPANS)
            else "implied"
        )

    def text(self, names: Mapping[int, str]) -> str:
        effect = quoted(names[self.effect])
        causes = listed([term.text(names) for term in self.terms])
        verb = "implies" if len(self.terms) == 1 else "imply"
        return f"{causes} {verb} {f'whether {effect} is missing' if self.gap else effect}"

    def said(self, table: Table, told: ColumnType) -> AnyArray:
        """What the causes say of a column of this type: plain values, or whether they are missing."""
        raise NotImplementedError

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        said, seen = self.said(table, cells.type), cells.absent if self.gap else cells.plain
        return ~((said == seen) | (pd.isna(said) & pd.isna(seen)))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        said = self.said(table, types[self.effect])
        if not self.gap:
            return {self.effect: said}
        there = table[self.effect]
        return {self.effect: np.where(said, there.type.cells.nothing, there.plain).astype(there.plain.dtype)}


@record
@dataclass(frozen=True)
class Lookup(Implied):
    """A list of what goes with what.

    Parameters
    ----------
    keys : tuple of ndarray
        For each term, what was seen of it, sorted.
    values : ndarray
        The effect's plain value, or whether it is missing, for each combination of places among the keys; the last
        place of each stands for a missing cause.
    shift : float or None
        Where the effect is what is seen plus a constant, this constant: it also holds for what was never seen.
    """

    keys: tuple[AnyArray, ...]
    values: AnyArray
    shift: float | None = None

    @classmethod
    def learnt(cls, terms: tuple[Term, ...], told: Term, table: Table) -> Lookup:
        """From rows of which nearly all keep the rule; what was not seen goes with what most of one term's do."""
        [effect] = told.places
        seen = [term.seen(table) for term in terms]
        keys = tuple(np.unique(values[~absent]) for values, absent in seen)
        target = told.target(table)
        spots = _spots(keys, seen)
        values = np.full([len(k) + 1 for k in keys], _usual(target), target.dtype)
        if len(terms) > 1:
            usual = [most_frequent(_spots((k,), [each]), target) for k, each in zip(keys, seen, strict=True)]
            best = int(np.argmax([own.rows for own in usual]))
            np.moveaxis(values, best, -1)[..., usual[best].spots] = usual[best].values
        values = values.reshape(-1)
        together = most_frequent(spots, target)
        values[together.spots] = together.values
        shift = shift_of(seen[0], table[effect], terms[0]) if told.listed and len(terms) == 1 else None
        causes = tuple(place for term in terms for place in term.places)
        return cls(causes, (effect,), terms, told.view == "missing", keys, values, shift)

    @property
    def may_be_new(self) -> bool:
        return self.shift is not None

    def said(self, table: Table, told: ColumnType) -> AnyArray:
        seen = [term.seen(table) for term in self.terms]
        said = self.values[_spots(self.keys, seen)]
        if self.shift is None:
            return said
        values, absent = seen[0]
        known = np.where(absent, 0, values) + self.shift
        own = told.cells
        if isinstance(own, Datetime) and self.terms[0].view in DATES:
            return np.where(absent, said, own.of_days(known))
        return np.where(absent, said, own.of_numbers(known))


@record
@dataclass(frozen=True)
class Steps(Implied):
    """Thresholds of a number or a time, between which another column has one value.

    Parameters
    ----------
    edges : ndarray
        From each on, the next value holds.
    values : ndarray
        The effect's plain values, one more than edges.
    otherwise : ndarray of one value
        Where the cause is missing.
    """

    edges: AnyArray
    values: AnyArray
    otherwise: AnyArray

    @classmethod
    def learnt(cls, terms: tuple[Term, ...], told: Term, table: Table) -> Steps:
        """From rows that all keep the rule."""
        [term] = terms
        seen, absent = term.seen(table)
        target = told.target(table)
        order = np.argsort(seen[~absent], kind="stable")
        values, effects = seen[~absent][order], target[~absent][order]
        changes = np.flatnonzero(_differ(effects[1:], effects[:-1]))
        edges = np.array([roundest(values[i], values[i + 1], units(term, table)) for i in changes], values.dtype)
        kept = effects[np.append(changes, len(effects) - 1)]
        otherwise = target[absent][:1] if absent.any() else np.array([_usual(target)], target.dtype)
        return cls(term.places, told.places, terms, told.view == "missing", edges, kept, otherwise)

    def said(self, table: Table, told: ColumnType) -> AnyArray:  # noqa: ARG002
        seen, absent = self.terms[0].seen(table)
        return np.where(absent, self.otherwise, self.values[np.searchsorted(self.edges, seen, "right")])


def codes_of(term: Term, table: Table) -> tuple[Int64Array, int]:
    """What is seen as numbers from 0, one of them for a missing cell, and how many there are."""
    seen, absent = term.seen(table)
    codes, distinct = pd.factorize(np.asarray(seen))
    return np.where(absent, len(distinct), codes), len(distinct) + 1


def determines(cause: AnyArray, effect: AnyArray, levels: int) -> bool:
    """Whether each code of `cause` goes with a single code of `effect`."""
    for stop in (FIRST_ROWS, len(cause)):
        known = np.zeros(levels, np.int64)
        known[cause[:stop]] = effect[:stop]
        if (known[cause[:stop]] != effect[:stop]).any():
            return False
    return True


def runs(term: Term, effect: Int64Array, table: Table) -> tuple[int, int]:
    """In how many stretches the effect's codes fall when rows are sorted by what is seen, 0 if it is no function; and
    how many rows the shortest has."""
    seen, absent = term.seen(table)
    if len(np.unique(effect[absent])) > 1 or absent.all():
        return 0, 0
    order = np.lexsort([effect[~absent], seen[~absent]])
    values, codes = seen[~absent][order], effect[~absent][order]
    changed = codes[1:] != codes[:-1]
    if (changed & (values[1:] == values[:-1])).any():
        return 0, 0
    starts = np.flatnonzero(np.r_[True, changed])
    return len(starts), int(np.diff(starts, append=len(codes)).min())


def shift_of(seen: tuple[AnyArray, BoolArray], cells: Cells, term: Term) -> float | None:
    """The constant that makes the effect of what is seen, if one does for every row."""
    dated = term.view in DATES
    if not cells.ordered or term.listed or term.view == "missing" or (cells.kind == "datetime") != dated:
        return None
    values, absent = seen
    apart = ((cells.days() if dated else cells.numbers()) - values)[~absent]
    return float(apart[0]) if len(apart) and np.ptp(apart) == 0 else None


def _spots(keys: tuple[AnyArray, ...], seen: list[tuple[AnyArray, BoolArray]]) -> Int64Array:
    spots = np.zeros(len(seen[0][0]), np.int64)
    for own, (values, absent) in zip(keys, seen, strict=True):
        place = np.where(absent, len(own), nearest(own, values)) if len(own) else np.zeros(len(values), np.int64)
        spots = spots * (len(own) + 1) + place
    return spots


def units(term: Term, table: Table) -> tuple[int, ...]:
    """What whole numbers may be rounded to: of times to days and hours, of others to tens."""
    own = table[term.places[0]].type.cells
    if isinstance(own, (Datetime, Duration)) and term.listed:
        return tuple(unit * per_second(own.dtype) for unit in (SECONDS_A_DAY, 3_600, 60, 1))
    return tuple(10**power for power in range(15, 0, -1))


def _differ(one: AnyArray, other: AnyArray) -> BoolArray:
    return ~((one == other) | (pd.isna(one) & pd.isna(other)))


class MostFrequent(NamedTuple):
    """What most rows of each spot hold, and in how many rows in all that is so."""

    spots: Int64Array
    values: AnyArray
    rows: int


def most_frequent(spots: Int64Array, target: AnyArray) -> MostFrequent:
    codes, distinct = pd.factorize(target, use_na_sentinel=False)
    pairs, counts = np.unique(spots * len(distinct) + codes, return_counts=True)
    order = np.lexsort([counts, pairs // len(distinct)])
    spot = pairs[order] // len(distinct)
    last = order[np.r_[spot[1:] != spot[:-1], True]]
    held = np.asarray(distinct)[pairs[last] % len(distinct)]
    return MostFrequent(pairs[last] // len(distinct), held, int(counts[last].sum()))


def _usual(values: AnyArray) -> object:
    """The most frequent value."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    return distinct[np.bincount(codes).argmax()]


def roundest(low: AnyArray, high: AnyArray, units: tuple[int, ...]) -> AnyArray:
    """The roundest number that is above `low` and at most `high`: a multiple of one of `units`, or with few digits."""
    if isinstance(high, np.integer):
        return next((high // unit * unit for unit in units if high // unit * unit > low), high)
    if low < 0 <= high:
        return np.zeros_like(high)
    with np.errstate(all="ignore"):
        for digits in range(SHORTEST):
            scale = 10.0 ** (digits - np.floor(np.log10(np.abs([low, high]).max())))
            number = np.floor(high * scale) / scale
            if low < number <= high:
                return number
    return high
