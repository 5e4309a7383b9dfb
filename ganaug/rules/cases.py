"""What a number may be to others, case by case, and to which case each row keeps.

Of a number that was rounded, a row knows its rate within an interval only, and may keep to several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..plain import AnyArray, BoolArray, Float64Array, Int64Array
from .base import LABEL, Cells, Table, first_kept, label_cells, lattice
from .by_case import ByCase
from .calendar import date_of, months_between
from .implied import Lookup, Steps, roundest
from .implied_search import EXTRA_RUNS
from .relations import FLOAT_NOISE, NOISE, within_step
from .views import Term

CASE = -2
"""The place of the case in tables that show it as a column."""
MOST_CASES = 32
NARROW = 0.5
"""The share of rows, those that know their rate best, by which rates are told apart."""


@dataclass(frozen=True)
class Cases:
    """What a column may be to others, and to which of it each row keeps.

    Parameters
    ----------
    sources : ndarray of int64
        For each case the place of the column that the effect follows from.
    rates, amounts : ndarray of float64
        For each case what its column is taken times, and what is added.
    kept : ndarray of bool, shape (rows, cases)
    days : int or None
        What is added to a date after the amounts, which are calendar months then.
    """

    sources: Int64Array
    rates: Float64Array
    amounts: Float64Array
    kept: BoolArray
    days: int | None = None

    def take(self, which: Int64Array) -> Cases:
        return Cases(self.sources[which], self.rates[which], self.amounts[which], self.kept[:, which], self.days)

    @property
    def digits(self) -> int:
        """How many digits it takes to write the rates and the amounts; more for what is taken off."""
        numbers = [*self.rates.tolist(), *self.amounts.tolist()]
        written = [f"{abs(number):.12g}".replace(".", "").strip("0") for number in numbers]
        return sum(map(len, written)) + int((self.amounts < 0).sum())


def before_rounding(effect: int, source: int, table: Table) -> Iterator[tuple[Float64Array, Float64Array]]:
    """What a column may have held before it was rounded to the nearest number, or down, and how far off that may be.

    Nothing if it is not missing in the same rows as the column that it may follow from.
    """
    own = table[effect].numbers()
    if np.array_equal(np.isnan(own), np.isnan(table[source].numbers())):
        step = lattice(table[effect])[1]
        for shift in (0.0, step / 2)[: 1 + bool(step)]:
            yield own + shift, tolerance(table[effect], own, step / 2)


def rates_of(effect: int, source: int, table: Table, *, ratio: bool) -> Iterator[Cases]:
    """The rates, or the amounts, that all rows keep to, if there are few."""
    other = table[source].numbers()
    for values, slack in before_rounding(effect, source, table):
        middles, halves = intervals(values, other, slack, ratio=ratio)
        left = np.isfinite(middles)
        found, kept = np.zeros(0), np.zeros((len(values), 0), bool)
        while left.any() and len(found) < MOST_CASES:
            narrow = left & (halves <= np.quantile(halves[left], NARROW))
            new = _told_apart(middles[narrow], halves[narrow])
            if len(found) + len(new) > MOST_CASES:
                break
            apart = (np.outer(other, new) if ratio else other[:, None] + new) - values[:, None]
            found, kept = np.append(found, new), np.hstack([kept, ~(np.abs(apart) > slack[:, None])])
            if not kept[left].any():
                break
            left &= ~kept.any(axis=1)
        if kept.any(axis=1).all():
            ones, zeros = np.ones(len(found)), np.zeros(len(found))
            yield Cases(np.full(len(found), source), *((found, zeros) if ratio else (ones, found)), kept)


def choices_of(effect: int, sources: Sequence[int], table: Table) -> Cases:
    """Where a column is which of some others."""
    own = table[effect].numbers()
    kept = np.column_stack([same(own, table[source].numbers()) for source in sources])
    return Cases(np.array(sources), np.ones(len(sources)), np.zeros(len(sources)), kept)


def months_of(effect: int, source: int, days: int, table: Table) -> Iterator[Cases]:
    """The months that a date lies after another one, before some days are added, if there are few numbers of them."""
    absent = table[effect].absent
    if not np.array_equal(absent, table[source].absent):
        return
    begin, end = (date_of(table[place])[0] for place in (source, effect))
    known = np.flatnonzero(~absent)
    months = months_between(begin[known], end[known] - days)
    if months is None or len(which := np.unique(months)) > MOST_CASES:
        return
    kept = np.ones((len(absent), len(which)), bool)
    kept[known] = np.equal.outer(months, which)
    yield Cases(np.full(len(which), source), np.ones(len(which)), which.astype(np.float64), kept, days)


def may_be_cut(term: Term, table: Table) -> bool:
    """Whether thresholds may tell something of it."""
    if not term.listed or term.places == (LABEL,):
        return False
    cells = table[term.places[0]]
    return cells.ordered and not cells.absent.any()


def in_stretches(seen: AnyArray, kept: BoolArray, fewest: int) -> Int64Array | None:
    """A case that each row keeps to, one for each of few stretches of what is seen; None if that cannot be.

    Parameters
    ----------
    seen : ndarray of shape (rows,)
    kept : ndarray of bool, shape (rows, cases)
    fewest : int
        Rows of a stretch.
    """
    order = np.argsort(seen, kind="stable")
    values, held, rows = seen[order], kept[order], len(seen)
    broken = np.where(held, rows, np.arange(rows)[:, None])
    ends = np.minimum.accumulate(broken[::-1], axis=0)[::-1]  # where, from each row on, a case is kept no longer
    found = np.zeros(rows, np.int64)
    start = count = 0
    while start < rows:
        best = int(ends[start].argmax())
        stop = int(ends[start, best])
        if stop < rows:
            stop = int(np.searchsorted(values, values[stop], "left"))
        count += 1
        if stop - start < fewest or count > held.shape[1] + EXTRA_RUNS:
            return None
        found[order[start:stop]] = best
        start = stop
    return found


def one_by_one(codes: Int64Array, levels: int, kept: BoolArray) -> Int64Array:
    """For each code the case that most of its rows keep to."""
    counts = np.column_stack([np.bincount(codes, each, levels) for each in kept.T])
    return counts.argmax(axis=1)[codes]


def all_kept(case: Int64Array, kept: BoolArray) -> bool:
    """Whether each row keeps to its case."""
    return bool(kept[np.arange(len(case)), case].all())


def by_case(
    effect: int, terms: tuple[Term, ...], case: Int64Array, cases: Cases, table: Table, *, steps: bool
) -> ByCase:
    """The rule by which some terms tell a case, rounded down if that is what all rows say, else to the nearest."""
    shown = {**table, CASE: label_cells(case.astype(np.int32))}
    which = (Steps if steps else Lookup).learnt(terms, Term((CASE,)), shown)
    causes = tuple(dict.fromkeys((*which.causes, *cases.sources.tolist())))
    origin, step = lattice(table[effect])
    own = which, cases.sources, cases.rates, cases.amounts, cases.days
    rule = ByCase(causes, (effect,), *own, origin=within_step(origin, step), step=step)
    return first_kept([rule, replace(rule, rounding="down")], table)


def tolerance(cells: Cells, values: Float64Array, reach: float) -> Float64Array:
    """How far off numbers may be from what was computed: `reach`, and what floats leave."""
    return reach * (1 + NOISE) + (FLOAT_NOISE + cells.grain) * np.abs(values)


def intervals(
    values: Float64Array, others: Float64Array, slack: Float64Array, *, ratio: bool
) -> tuple[Float64Array, Float64Array]:
    """What values are to others, and how far the true rate or amount may be from it."""
    if not ratio:
        return values - others, np.broadcast_to(slack, others.shape)
    with np.errstate(all="ignore"):
        return values / others, slack / np.abs(others)


def _told_apart(middles: Float64Array, halves: Float64Array) -> Float64Array:
    """The roundest number in each stretch of intervals."""
    order = np.argsort(middles)
    middle, half = middles[order], halves[order]
    cuts = np.flatnonzero(np.diff(middle) > half[1:] + half[:-1]) + 1
    found = []
    for own, reach in zip(np.split(middle, cuts), np.split(half, cuts), strict=True):
        low, high = (own - reach).max(), (own + reach).min()
        found.append(roundest(low, high, ()) if low < high else float(np.median(own)))
    return np.array(found)


def same(one: Float64Array, other: Float64Array) -> BoolArray:
    return (one == other) | (np.isnan(one) & np.isnan(other))
