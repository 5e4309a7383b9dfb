"""Finding numbers that are another one times a rate, or plus an amount, and these depend on a third column.

The rates come first: what one column is to another one takes few values, as many as there are cases. Then a column has
to tell the case of every row. Lines have two parameters, so that there the groups of rows come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..columns.base import Kind
from ..plain import BoolArray, Float64Array, Int64Array
from .base import FEWEST_OTHERS, LABEL, MOST_COLUMNS, lattice, probed, telling
from .by_case import ByCase
from .cases import (
    MOST_CASES,
    NARROW,
    Cases,
    all_kept,
    by_case,
    choices_of,
    in_stretches,
    intervals,
    may_be_cut,
    months_of,
    one_by_one,
    rates_of,
    same,
    tolerance,
)
from .exact import is_usable
from .implied_search import EXTRA_RUNS, ImpliedSearch
from .lines import MOST_LINES, lines_of, on_lines, stretches_of_lines
from .months import DAYS
from .relations import FEWEST_COMPLETE
from .views import DATES, SPANS, Term

FIRST_ROWS = 128
MOST_LEVELS = 64
VALUES_PER_CASE = 3
"""Other values that the effect, and what it follows from, have for each case at least."""
MOST_SOURCES = 60
"""Columns of numbers, beyond which no lines are looked for."""
FREE = 0.5
"""The share of the range of rates that no row's interval reaches into: those of small whole numbers reach anywhere."""


class ByCaseSearch:
    """Numbers and times that another column tells by case."""

    def __init__(self, search: ImpliedSearch) -> None:
        self.search, self.table = search, search.table
        places = [place for place, own in self.table.items() if place != LABEL and own.ordered][:MOST_COLUMNS]
        seen = {place: search.small[place].numbers() for place in places}
        fine = [place for place, own in seen.items() if is_usable(own) and len(np.unique(own)) > 2 * VALUES_PER_CASE]
        self.seen = {place: seen[place] for place in fine}
        levels = {term: own for term, (_, own) in search.codes.items() if term.view not in (*DATES, *SPANS)}
        self.causes = sorted((term for term in levels if levels[term] > 2), key=levels.__getitem__)
        self.first = search.probe[probed(len(search.probe), FIRST_ROWS)]

    def choices(self) -> list[ByCase]:
        """Columns that always are one of some others; sums would make one of these follow where it equals them."""
        return self._simplest((effect, cases, self.causes) for effect in self._open() for cases in self._chosen(effect))

    def moments(self) -> list[ByCase]:
        """Times that lie an amount after others which a category tells; were it left, spans would tell the category."""
        categories = [t for t in self.causes if t.places == (LABEL,) or not self.table[t.places[0]].ordered]
        return self._simplest(
            (effect, cases, categories) for effect in self._open("datetime") for cases in self._by_rate(effect)
        )

    def months(self) -> list[ByCase]:
        """Dates that lie some calendar months after others, which a third column tells."""
        trials = (
            (effect, source, days)
            for effect in self._open("datetime")
            for source in self._alike(effect)
            for days in DAYS
            if any(months_of(effect, source, days, self.search.small))
        )
        return self._simplest(
            (trial[0], cases, self.causes) for trial in trials for cases in months_of(*trial, self.table)
        )

    def rules(self) -> list[ByCase]:
        """What follows by rates, amounts or lines."""
        trials = [(effect, cases, self.causes) for effect in self._open() for cases in self._by_rate(effect)]
        trials += [(effect, cases, [term]) for effect in self._open("number") for cases, term in self._lines(effect)]
        return self._simplest(trials)

    def _open(self, *kinds: Kind) -> list[int]:
        """Columns, of some kinds or of any, that nothing tells yet."""
        open_ones = [effect for effect in self.seen if self.search.found.may_be_told(effect, ())]
        return [effect for effect in open_ones if not kinds or self.table[effect].kind in kinds]

    def _simplest(self, trials: Iterable[tuple[int, Cases, Sequence[Term]]]) -> list[ByCase]:
        """Rules of effects by cases, which one of some terms tells; those first that lose nothing and are simple."""
        found = [
            (self._is_lossy(rule), cases.digits, -effect, rule)
            for effect, cases, terms in trials
            if (rule := self._told(effect, cases, terms)) is not None
        ]
        return [rule for *_, rule in sorted(found, key=lambda each: each[:3])]

    def _is_lossy(self, rule: ByCase) -> bool:
        """Whether it is rounded, and what it follows from is not: then that follows rather from it."""
        return bool(rule.step) and not all(lattice(self.table[source])[1] for source in rule.sources.tolist())

    def _alike(self, effect: int) -> list[int]:
        """Other columns that the effect can be compared with."""
        scale = self.table[effect].scale
        return [place for place in self.seen if place != effect and self.table[place].scale == scale]

    def _by_rate(self, effect: int) -> Iterator[Cases]:
        """What the column is to each other one, where that takes few values."""
        places = self._alike(effect)
        if not places:
            return
        rows = telling(self.seen[effect], FIRST_ROWS)
        own, others = self.seen[effect][rows], np.array([self.seen[place][rows] for place in places])
        most = min(MOST_CASES, len(np.unique(own[~np.isnan(own)])) // VALUES_PER_CASE)
        slack = tolerance(self.table[effect], own, lattice(self.table[effect])[1])
        for ratio in (True, False)[self.table[effect].kind != "number" :]:
            middles, halves = intervals(own, others, slack, ratio=ratio)
            for number in np.flatnonzero(_stretches(middles, halves) <= most):
                yield from rates_of(effect, places[number], self.table, ratio=ratio)

    def _chosen(self, effect: int) -> Iterator[Cases]:
        """Two columns or more, of which the column always is one."""
        places, rows = self._alike(effect), telling(self.seen[effect], FIRST_ROWS)
        own = self.seen[effect][rows]
        equal = [same(own, self.seen[place][rows]) for place in places]
        chosen: list[int] = []
        left = np.ones(len(own), bool)
        while left.any() and len(chosen) < len(places):
            best = max(range(len(places)), key=lambda number: int((equal[number] & left).sum()))
            if not (equal[best] & left).any():
                return
            chosen.append(places[best])
            left &= ~equal[best]
        if len(chosen) > 1:
            cases = choices_of(effect, chosen, self.table)
            if cases.kept.any(axis=1).all():
                yield cases

    def _lines(self, effect: int) -> Iterator[tuple[Cases, Term]]:
        """Lines from another number to this one, one for each level of a column, or for each stretch of the number."""
        sources = self._alike(effect)
        if not 0 < len(sources) <= MOST_SOURCES:
            return
        rows = telling(self.seen[effect], 2 * FIRST_ROWS)
        own, others = self.seen[effect][rows], np.array([self.seen[place][rows] for place in sources])
        values = self.table[effect].numbers()
        slack = float(np.nanmax(tolerance(self.table[effect], values, self.table[effect].step)))
        for term in self.causes:
            if self.search.codes[term][1] > MOST_LINES + 1:
                continue
            near = on_lines(own, others, self.search.codes[term][0][rows], slack)
            if not near.any():
                continue
            codes, levels = self.search.of_all(term)
            groups = [np.flatnonzero(codes == level) for level in range(levels)]
            for source in np.array(sources)[near].tolist():
                yield from ((cases, term) for cases in lines_of(effect, source, groups, self.table))
        for source, seen in zip(sources, others, strict=True):
            if 1 < len(stretches_of_lines(seen, own, slack)) <= MOST_LINES:
                stretches = stretches_of_lines(self.table[source].numbers(), values, slack)
                if len(stretches) <= MOST_LINES:
                    yield from ((cases, Term((source,))) for cases in lines_of(effect, source, stretches, self.table))

    def _told(self, effect: int, cases: Cases, causes: Sequence[Term]) -> ByCase | None:
        """The rule, if some column tells the case of every row."""
        alone = cases.kept.sum(axis=1) == 1
        usual = cases.kept[alone].sum(axis=0)
        if (usual > 0).sum() < 2 or alone.sum() < FEWEST_COMPLETE:
            return None
        for term in causes:
            places = {*term.places, *cases.sources.tolist()}
            if effect in places or not self.search.found.may_be_told(effect, [*places]):
                continue
            self.search.tried += 1
            for case, steps in self._assigned(term, cases.kept):
                which = np.unique(case)
                own = alone & (cases.kept.argmax(axis=1) == case)
                counts = np.bincount(case[own], minlength=len(usual))[which]
                if len(which) < 2 or counts.min() < FEWEST_OTHERS:
                    continue
                seen = len(which) + EXTRA_RUNS if steps else self.search.of_all(term)[1]
                support = self.search.support(case[own], int(own.sum()) - seen, self.search.others(case[own]))
                of_each_value = not steps and term.listed and term.places[0] in cases.sources
                if not support or of_each_value:
                    continue
                used = cases.take(which)
                rule = by_case(effect, (term,), np.searchsorted(which, case), used, self.table, steps=steps)
                if not rule.broken(self.table).any():
                    return rule.with_support(support)
        return None

    def _assigned(self, term: Term, kept: BoolArray) -> Iterator[tuple[Int64Array, bool]]:
        """A case for each row: for each of few stretches of what is seen, or for each thing that is."""
        if may_be_cut(term, self.table):
            seen = term.seen(self.table)[0]
            if in_stretches(seen[self.first], kept[self.first], 1) is not None:
                stretches = in_stretches(seen, kept, FEWEST_OTHERS)
                if stretches is not None:
                    yield stretches, True
        codes, levels = self.search.of_all(term)
        if levels <= MOST_LEVELS:
            first = kept[self.first]
            if all_kept(one_by_one(codes[self.first], levels, first), first):
                alone = one_by_one(codes, levels, kept)
                if all_kept(alone, kept):
                    yield alone, False


def _stretches(middles: Float64Array, halves: Float64Array) -> Int64Array:
    """For each row of a matrix in how many stretches its narrower intervals lie; very many if that says nothing."""
    known = np.isfinite(middles)
    sizes = np.sort(np.where(known, halves, np.inf), axis=1)
    middlemost = (NARROW * known.sum(axis=1, keepdims=True)).astype(int)
    used = known & (halves <= np.take_along_axis(sizes, middlemost.clip(max=sizes.shape[1] - 1), axis=1))
    middles = np.where(used, middles, np.inf)
    order = np.argsort(middles, axis=1)
    middle, half = (np.take_along_axis(each, order, axis=1) for each in (middles, halves))
    with np.errstate(invalid="ignore"):
        gaps = np.diff(middle, axis=1) - half[:, 1:] - half[:, :-1]
        apart = np.isfinite(gaps) & (gaps > 0)
        free = np.where(apart, gaps, 0).sum(axis=1)
        spans = np.where(used, middles, -np.inf).max(axis=1) - middle[:, 0]
        usable = (used.sum(axis=1) >= FIRST_ROWS // 4) & (free >= FREE * spans)
    return np.where(usable, 1 + apart.sum(axis=1), FIRST_ROWS)
