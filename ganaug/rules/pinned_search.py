"""Columns that hold one value wherever another one says so.

That a level of a category, or an end of a number, goes with a single value is believed like other rules: chance must
have had the opportunity to show another one. An end of a number has to be sharp as well. Where a value only becomes
more frequent little by little, there always is an end at which it happens to stand alone: other values then come up at
an ever higher rate beyond it, and beyond a rule at the same rate from the first row on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..plain import AnyArray, BoolArray, IndexArray, Int64Array
from .base import LABEL, MOST_COLUMNS, Table
from .implied import Implied, roundest, units
from .implied_search import EVIDENCE, FEWEST_REPEATS, ImpliedSearch
from .pinned import Pinned, Ranges, by_levels, by_threshold, may_be_pinned, said_of_levels, said_of_threshold
from .views import Term

MOST_VALUES = 20
LEAST_SHARE = 0.02
LIKELY = 3.0
"""Evidence that the probe has to give before all rows are asked."""
STRICTER = 2.0
"""How much more evidence is asked for than of other rules: what is rare somewhere need not be impossible there."""
FEW, MANY = 10, 40
"""Rows with another value beyond an end."""
SHARP = 0.38
"""How far off the first :data:`FEW` of these rows are at most, as a share of how far :data:`MANY` are. At one rate it
is .25 ± .07, at a rate that grows exponentially .62."""


class PinnedSearch:
    """Columns that hold one value where another one says so."""

    def __init__(self, search: ImpliedSearch, ranges: Ranges) -> None:
        self.search, self.ranges = search, ranges
        self.table, self.found = search.table, search.found
        self.probe, self.all = CodedRows(search.small), CodedRows(search.table)
        places = [place for place in self.table if place != LABEL][:MOST_COLUMNS]
        self.open = [p for p in places if p not in self.found.derived and may_be_pinned(self.table[p])]
        implied = {rule.effect for rule in self.found.rules if isinstance(rule, Implied) and not rule.gap}
        self.causes = [p for p in places if p not in implied and may_be_pinned(self.table[p])]

    def exact(self) -> None:
        """Take in what another column tells exactly: where a value is held, and where it is not."""
        for place in self.open:
            for value in self._values(place):
                effect = Term((place,), "is", value)
                self.search.open_up(effect)
                usable = (term for term in self.search.candidates(effect) if {*term.places} <= {LABEL, *self.causes})
                rules = (rule for term in usable for rule in self.search.implied(effect, term))
                any(self._take(Pinned.learnt(where, "", value, self.table), where.support) for where in rules)

    def one_sided(self) -> None:
        """Take in where a value is always held, be it held elsewhere or not; what speaks of more rows first."""
        rules = [rule for effect in self.open for cause in self.causes for rule in self._pinning(cause, effect)]
        for rule in sorted(rules, key=lambda rule: -rule.support):
            if not self._follows(rule):
                self._take(rule, rule.support)

    def _follows(self, rule: Pinned) -> bool:
        """Whether a rule says nothing new: its cause is told by columns that already say as much."""
        told = {cause for own in self.found.pinning(rule.where.terms[0].places[0]) if own.exact for cause in own.causes}
        others = [own for own in self.found.pinning(rule.effect) if own.value == rule.value and {*own.causes} <= told]
        return any(not (rule.said(self.table) & ~other.said(self.table)).any() for other in others)

    def _take(self, rule: Pinned, support: int) -> bool:
        orderly = self.found.keeps_orders(rule, self.table, self.ranges)
        return orderly and self.found.add(rule.with_support(support))

    def _values(self, place: int) -> list[float]:
        """Values that may be told from all others: levels of a category, or the most frequent number."""
        codes, values = self.probe.coded(place)
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        often = np.argsort(-counts, kind="stable")[: 1 if self.table[place].ordered else MOST_VALUES]
        several = len(values) > 2  # else the whole column would be implied
        return [values[code].item() for code in often if several and counts[code] >= LEAST_SHARE * len(codes)]

    def _pinning(self, cause: int, effect: int) -> Iterator[Pinned]:
        """The rules by which one column pins another one."""
        if cause == effect:
            return
        if self.table[cause].ordered:
            yield from self._ends(cause, effect)
        else:
            yield from self._levels(cause, effect)

    def _levels(self, cause: int, effect: int) -> Iterator[Pinned]:
        """By levels of a category, those with the same value together."""
        if not self.probe.pure(cause, effect, LIKELY, 1)[0].any():
            return
        levels, values = self.all.coded(cause)[1], self.all.coded(effect)[1]
        self.search.tried += len(levels)
        pure, told, counts = self.all.pure(cause, effect, self._needed, FEWEST_REPEATS)
        for code in np.unique(told[pure]):
            chosen = pure & (told == code)
            where = by_levels(cause, effect, levels, chosen)
            condition = said_of_levels(self.table[cause], levels, chosen)
            rule = Pinned.learnt(where, condition, values[code].item(), self.table)
            yield rule.with_support(int(counts[chosen].sum()))

    def _ends(self, cause: int, effect: int) -> Iterator[Pinned]:
        """By what is less than a threshold, and what is at least one."""
        for above in (False, True):
            self.search.tried += 1
            probe = self.probe.end(cause, effect, above=above)
            if probe is None or probe.evidence(FEW) < LIKELY:
                continue
            end = self.all.end(cause, effect, above=above)
            if end is None or end.rows < FEWEST_REPEATS or not end.sharp or end.evidence(MANY) < self._needed:
                continue
            edge = roundest(end.low, end.high, units(Term((cause,)), self.table))
            where, condition = by_threshold(cause, effect, edge, above=above), said_of_threshold(edge, above=above)
            value = self.all.coded(effect)[1][end.code].item()
            yield Pinned.learnt(where, condition, value, self.table).with_support(end.rows)

    @property
    def _needed(self) -> float:
        return STRICTER * (EVIDENCE + float(np.log(1 + self.search.tried)))


class End(NamedTuple):
    """An end of a number at which one value of another column stands alone.

    Parameters
    ----------
    rows : int
        How many it has.
    code : int
        Of the value.
    others : ndarray
        How many rows beyond it the first other values are, in order.
    low, high : number
        Between which ones the threshold lies.
    """

    rows: int
    code: int
    others: IndexArray
    low: AnyArray
    high: AnyArray

    @property
    def sharp(self) -> bool:
        return len(self.others) >= MANY and bool(self.others[FEW - 1] <= SHARP * self.others[MANY - 1])

    def evidence(self, count: int) -> float:
        """How improbable so long an end is at the rate at which the next others come, as a negative logarithm."""
        if len(self.others) < count:
            return np.inf
        return -self.rows * float(np.log1p(-count / (self.others[count - 1] + 1.0)))


class CodedRows:
    """Some rows: their columns as codes, and in order."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._coded: dict[int, tuple[Int64Array, AnyArray]] = {}
        self._orders: dict[int, IndexArray] = {}

    def coded(self, place: int) -> tuple[Int64Array, AnyArray]:
        """A column's values as numbers from 0, -1 where it is missing, and the plain values."""
        if place not in self._coded:
            cells = self.table[place]
            values, codes = np.unique(cells.plain[~cells.absent], return_inverse=True)
            every = np.full(len(cells), -1)
            every[~cells.absent] = codes
            self._coded[place] = every, values
        return self._coded[place]

    def order(self, place: int) -> IndexArray:
        """The rows with a number in its order, equal ones in any."""
        if place not in self._orders:
            codes, _ = self.coded(place)
            mixed = np.random.default_rng(0).permutation(np.flatnonzero(codes >= 0))
            self._orders[place] = mixed[np.argsort(codes[mixed], kind="stable")]
        return self._orders[place]

    def end(self, cause: int, effect: int, *, above: bool) -> End | None:
        """The upper or lower end of a number at which one value stands alone, if there is any."""
        order = self.order(cause)
        codes = self.coded(effect)[0][order]
        known = codes >= 0
        order, codes = (order, codes) if known.all() else (order[known], codes[known])
        order, codes = (order[::-1], codes[::-1]) if above else (order, codes)
        others = np.flatnonzero(codes != codes[:1])
        if not len(others):
            return None
        places, numbers = self.coded(cause)
        beyond = places[order[others[0]]]
        rows = int(np.count_nonzero(places[order[: others[0]]] != beyond))
        if not rows:
            return None
        low, high = sorted((numbers[places[order[rows - 1]]], numbers[beyond]))
        return End(rows, int(codes[0]), others - rows + 1, low, high)

    def pure(self, cause: int, effect: int, needed: float, fewest: int) -> tuple[BoolArray, Int64Array, Int64Array]:
        """For each level of a category, whether it proves to go with one value, that value, and its number of rows."""
        (causes, levels), (effects, values) = self.coded(cause), self.coded(effect)
        known = (causes >= 0) & (effects >= 0)
        causes, effects = causes[known], effects[known]
        told = np.zeros(len(levels), np.int64)
        told[causes] = effects
        counts = np.bincount(causes, minlength=len(levels))
        share = np.bincount(effects, minlength=max(1, len(values))).clip(1) / max(1, len(effects))
        pure = (counts >= fewest) & (-counts * np.log(share[told]) >= needed)
        pure[causes[told[causes] != effects]] = False
        return pure, told, counts
