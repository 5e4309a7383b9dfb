"""Columns that one or two others imply, by a list or by thresholds.

A rule is believed if no row breaks it, and if chance would have broken it: each row whose cause was seen before could
have shown another effect, and the probability that none did, were the columns independent, must be below
exp(-:data:`EVIDENCE`) divided by the number of rules tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from itertools import combinations

import numpy as np

from ..columns.datetime import Datetime
from ..plain import Float64Array, Int64Array
from .assembly import Assembly
from .base import FEWEST_OTHERS, LABEL, Table, probed
from .implied import FIRST_ROWS, Implied, Lookup, Steps, codes_of, determines, runs, shift_of
from .views import COMPARED, DATES, EXTREMES, PARTS, SPANS, Term, compared

EVIDENCE = 25.0
FEWEST_REPEATS = 100
ROWS_PER_CAUSE = 2.0
ROWS_PER_LEVEL = 4.0
STEP_VALUES = 2
"""Values that a number has between thresholds on average, lest each value simply has an effect of its own."""
SEEN_AGAIN = 0.9
SHARE_BROKEN = 0.01
UNSEEN = 0.05
"""The chance that a rule which :data:`SHARE_BROKEN` of the rows break looks like one that none does, because the causes
of all these rows were seen once."""
MANY_LEVELS = 16
EXTRA_RUNS = 4
MORE_NAMES = 1.5
"""A list by names may be so many times as long as one by numbers."""
MOST_PAIRED = 24
MOST_COMBINATIONS = 1_000_000
MOST_COMPARED = 150
MOST_EXTREMES, MOST_RANKED = 12, 60
OUTCOMES = 3
"""Of a comparison: less, equal, greater."""


class ImpliedSearch:
    """Columns, or their absence, that one or two others imply."""

    def __init__(self, table: Table, found: Assembly) -> None:
        self.table, self.found = table, found
        self.rows = len(next(iter(table.values())))
        self.probe = probed(self.rows)
        self.small = {place: cells.take(self.probe) for place, cells in table.items()}
        self.codes = {term: codes_of(term, self.small) for term in self._views()}
        self.effects = {effect: codes_of(effect, self.small)[0] for effect in self._open_effects()}
        self.levels = {effect: len(np.unique(codes)) for effect, codes in self.effects.items()}
        self.orders: dict[Term, Int64Array] = {}
        """The first rows in the order of what is seen."""
        self.full: dict[Term, tuple[Int64Array, int]] = {}
        self.tried = 0
        self.by_amount: list[Lookup] = []
        self.numbers_by_number: list[Lookup] = []
        self.names_by_number: list[Lookup] = []
        """Lists by which numbers tell others, or names, for those that nothing else tells."""

    def with_assembly(self, found: Assembly) -> ImpliedSearch:
        """The same search, for another assembly."""
        other = copy(self)
        other.found, other.by_amount, other.numbers_by_number, other.names_by_number = found, [], [], []
        return other

    def singles(self, places: set[int] | None = None) -> None:
        """Take those in that have one cause, and whose effect is at one of some places.

        A list by names comes before one by numbers: of a country follow its area and its continent, not the country
        and the continent of the area. Lists of names, categories of many levels, by numbers are put by.
        """
        for effect in self._by_levels():
            if self.found.is_told(effect) or (places is not None and effect.places[0] not in places):
                continue
            by_number: list[Lookup] = []
            for rule in (rule for term in self.candidates(effect) for rule in self.implied(effect, term)):
                if isinstance(rule, Lookup):
                    if self._is_number(rule.terms[0]):
                        by_number += [rule] if self.found.allows(rule) else []
                        continue
                    if by_number and self._levels(rule) > MORE_NAMES * self._levels(by_number[0]):
                        break
                if self.found.add(rule):
                    break
            if self.found.is_told(effect):
                continue
            if effect.listed and self.levels[effect] > MANY_LEVELS:
                (self.numbers_by_number if self._is_number(effect) else self.names_by_number).extend(by_number)
            elif by_number and self._is_amount(by_number[0]):
                self.by_amount.extend(by_number)  # a total may tell what its parts are, and they do not follow from it
            elif by_number:
                self.found.add(by_number[0])

    def _is_number(self, term: Term) -> bool:
        """Whether it is the value of a number or a time."""
        return term.listed and term.places != (LABEL,) and self.table[term.places[0]].ordered

    def _is_moment(self, effect: Term) -> bool:
        return effect.listed and isinstance(self.table[effect.places[0]].type.cells, Datetime)

    def _is_amount(self, rule: Lookup) -> bool:
        """Whether it is a list by many numbers with decimals."""
        [place] = rule.causes
        return self._levels(rule) > MANY_LEVELS and self.table[place].step % 1 != 0

    def _levels(self, rule: Implied) -> int:
        return self.codes[rule.terms[0]][1]

    def _open_effects(self) -> Iterator[Term]:
        """Columns that vary, and those with gaps."""
        for place, cells in self.table.items():
            if place == LABEL:
                continue
            if (cells.plain != cells.plain[0]).any():
                yield Term((place,))
            absent = cells.absent
            if absent.any() and not absent.all():
                yield Term((place,), "missing")

    def _views(self) -> Iterator[Term]:
        """What may imply something by its value."""
        dates = []
        for place, cells in self.table.items():
            yield Term((place,))
            if cells.absent.any():
                yield Term((place,), "missing")
            if isinstance(cells.type.cells, Datetime):
                dates.append(place)
                for view in (*PARTS, *DATES):
                    yield Term((place,), view)
        for pair in combinations(dates, 2):
            known = ~(self.small[pair[0]].absent | self.small[pair[1]].absent)
            if not known.any():
                continue
            first, second = (self.small[place].numbers()[known] for place in pair)
            begin, end = pair if np.median(second - first) >= 0 else pair[::-1]
            for view in SPANS:
                yield Term((begin, end), view)

    def _by_levels(self) -> list[Term]:
        """Effects with few levels first, later columns before earlier ones."""
        return sorted(self.effects, key=lambda effect: (not effect.listed, self.levels[effect], -effect.places[0]))

    def candidates(self, effect: Term) -> list[Term]:
        """Terms that may imply an effect, the best first: the label, parts of dates, thresholds, spans, few levels.

        A date that lies so many days after another one comes before a list of the dates seen, by day of the year.
        """
        [place] = effect.places
        moment = self._is_moment(effect)

        def rank(term: Term) -> tuple[int, int, int]:
            if term.places == (LABEL,):
                return 0, 0, 0
            if term.view == "missing":
                return 1, 0, term.places[0]
            if moment and term.view in DATES and shift_of(term.seen(self.small), self.small[place], term) is not None:
                return 2, 0, 0
            if term.view in PARTS or term.view in DATES:
                return 2, self.codes[term][1], 0
            if term.view in SPANS:  # an age that is there says it better than the time since birth
                return 4, self.codes[term][1], 0
            ordered = term.listed and self.table[term.places[0]].ordered
            return (3 if ordered else 5), self.codes[term][1], term.places[0]

        usable = [t for t in self.codes if place not in t.places and (effect.listed or t.view not in (*SPANS, *DATES))]
        return sorted(usable, key=rank)

    def implied(self, effect: Term, term: Term) -> Iterator[Implied]:
        """The rules by which one cause tells an effect, the simpler one first."""
        self.tried += 1
        codes, levels = self.codes[term]
        if determines(codes, self.effects[effect], levels):
            for rule in (self._steps(effect, term), self._lookup(effect, (term,))):
                if rule is not None:
                    yield rule

    def open_up(self, effect: Term) -> None:
        """Take in an effect that is none of itself, such as whether a cell has some value."""
        self.effects[effect] = codes_of(effect, self.small)[0]
        self.levels[effect] = len(np.unique(self.effects[effect]))

    def _steps(self, effect: Term, term: Term) -> Steps | None:
        """Thresholds, if there are few of them."""
        if term.places == (LABEL,) or not (term.listed or term.view in SPANS) or not self.table[term.places[0]].ordered:
            return None
        target = self.effects[effect]
        levels = self.levels[effect]
        if (term.view in SPANS and levels > MANY_LEVELS) or 2 * levels > len(target):
            return None
        if self._changes(term, target) >= levels + EXTRA_RUNS:
            return None
        count, _ = runs(term, target, self.small)
        if not 0 < count <= levels + EXTRA_RUNS or (
            self.codes[term][1] <= MANY_LEVELS and effect.listed and count > levels
        ):
            return None
        codes = self._full(effect)
        count, shortest = runs(term, codes, self.table)
        levels = len(np.unique(codes))
        if not 0 < count <= levels + EXTRA_RUNS or (count > levels and shortest < FEWEST_OTHERS):
            return None
        support = self.support(codes, self.rows - count, self.others(codes) - count)
        if not support or 2 * count > self.rows:
            return None
        seen = len(np.unique(self.table[term.places[0]].plain))
        if self._copy(effect, term, seen) or (term.listed and seen < STEP_VALUES * count):
            return None
        return Steps.learnt((term,), effect, self.table).with_support(support)

    def _lookup(self, effect: Term, terms: tuple[Term, ...]) -> Lookup | None:
        """A list of what goes with what, if that was seen often enough."""
        every = [self.of_all(term) for term in terms]
        if every[0][1] > SEEN_AGAIN * self.rows:
            return None
        codes = self._full(effect)
        seen, levels = together(every)
        if len(terms) > 1 and levels > MOST_COMBINATIONS:
            return None
        if not determines(seen, codes, levels):
            return None
        counts = np.bincount(seen, minlength=levels)
        alone = float((counts == 1).sum() / self.rows)
        if alone ** (SHARE_BROKEN * self.rows) > UNSEEN:
            return None
        different = int((counts > 0).sum())
        others = codes != np.bincount(codes).argmax()
        borne_out = int((counts[seen[others]] > 1).sum())
        listed = [t for t in terms if t.listed and t.places != (LABEL,) and self.table[t.places[0]].ordered]
        if listed and self.rows < ROWS_PER_CAUSE * different:
            return None
        support = self.support(codes, self.rows - different, borne_out)
        if not support or (len(terms) == 1 and self._copy(effect, terms[0], different)):
            return None
        rule = Lookup.learnt(terms, effect, self.table).with_support(support)
        spans = terms[0].view in SPANS and different > MANY_LEVELS
        days = terms[0].view in DATES and self._is_moment(effect)  # others of them would be told what is too late
        return None if (spans or days) and rule.shift is None else rule

    def _copy(self, effect: Term, term: Term, levels: int) -> bool:
        """Whether the two columns are the same numbers in other units, in order or in reverse, which no list is needed
        for."""
        if not (effect.listed and term.listed) or term.places == (LABEL,) or levels <= MANY_LEVELS:
            return False
        one, other = self.table[term.places[0]], self.table[effect.places[0]]
        if one.kind != other.kind or not one.ordered or len(np.unique(other.plain)) < levels - 1:
            return False
        known = ~(one.absent | other.absent)
        follows = np.diff(other.plain[known][np.argsort(one.plain[known], kind="stable")])
        return bool((follows >= 0).all() or (follows <= 0).all())

    def _changes(self, term: Term, target: Int64Array) -> int:
        """How often the effect changes over the first rows, in the order of what is seen."""
        if term not in self.orders:
            seen, absent = term.seen(self.small)
            first = np.flatnonzero(~absent)[:FIRST_ROWS]
            self.orders[term] = first[np.argsort(seen[first], kind="stable")]
        ordered = target[self.orders[term]]
        return int((ordered[1:] != ordered[:-1]).sum())

    def _full(self, effect: Term) -> Int64Array:
        return self.of_all(effect)[0]

    def of_all(self, term: Term) -> tuple[Int64Array, int]:
        """Codes of all rows."""
        if term not in self.full:
            self.full[term] = codes_of(term, self.table)
        return self.full[term]

    def others(self, codes: Int64Array) -> int:
        """In how many rows there is another effect than the most frequent one."""
        return int(len(codes) - np.bincount(codes).max())

    def support(self, codes: Int64Array, repeats: int, others: int) -> int:
        """Rows that bear a rule out, 0 if they do not suffice."""
        share = np.bincount(codes) / len(codes)
        alike = float(np.square(share).sum())
        if repeats < FEWEST_REPEATS or others < FEWEST_OTHERS or alike >= 1:
            return 0
        return repeats if -repeats * np.log(alike) >= EVIDENCE + np.log(1 + self.tried) else 0

    def few_levels(self, rows_per_level: float) -> list[Term]:
        """Columns that may be causes two by two, those of the fewest levels first."""
        causes = [t for t in self.codes if t.listed and 2 < self.codes[t][1] <= len(self.probe) / rows_per_level]
        return sorted(causes, key=lambda term: self.codes[term][1])[:MOST_PAIRED]

    def _comparable(self) -> Iterator[list[int]]:
        """Columns that can be compared with one another."""
        ordered = {place: own.scale for place, own in self.small.items() if place != LABEL and own.ordered}
        for scale in dict.fromkeys(ordered.values()):
            yield [place for place, own in ordered.items() if own == scale]

    def comparisons(self) -> None:
        """Effects that tell which of two columns is greater, such as who won."""
        effects = [e for e, levels in self.levels.items() if 2 <= levels <= OUTCOMES and not self.found.is_told(e)]
        first = probed(len(self.probe), FIRST_ROWS)
        levels = np.array([self.effects[effect][first] for effect in effects]).reshape(len(effects), len(first))
        held = (levels.T[:, :, None] == np.arange(OUTCOMES)).reshape(len(first), -1).astype(np.float32)
        for alike in self._comparable() if effects else ():
            values = {place: self.small[place].numbers()[first] for place in alike[:MOST_COMPARED]}
            for one, other in combinations(values, 2):
                known = ~(np.isnan(values[one]) | np.isnan(values[other]))
                signs = np.where(known, compared(values[one], values[other]), OUTCOMES)
                outcomes = (signs == np.array([-1, 0, 1])[:, None]).astype(np.float32)
                if outcomes.any(1).sum() < 2:
                    continue
                seen = (outcomes @ held).reshape(OUTCOMES, len(effects), OUTCOMES) > 0
                for effect in [effects[number] for number in np.flatnonzero(seen.sum(2).max(0) == 1)]:
                    if not {one, other} & {*effect.places} and not self.found.is_told(effect):
                        self.tried += 1
                        rule = self._lookup(effect, (Term((one, other), COMPARED),))
                        if rule is not None:
                            self.found.add(rule)

    def extremes(self) -> None:
        """Effects that tell which of three columns or more is the greatest, or the least."""
        levels = {e: n for e, n in self.levels.items() if OUTCOMES <= n <= MOST_EXTREMES and not self.found.is_told(e)}
        first = probed(len(self.probe), FIRST_ROWS)
        for alike in self._comparable() if levels else ():
            numbers = np.array([self.small[place].numbers()[first] for place in alike[:MOST_RANKED]])
            if len(alike) < OUTCOMES:
                continue
            for view, sign in EXTREMES.items():
                values = np.where(np.isnan(numbers), -np.inf, sign * numbers)
                for effect in levels:
                    codes = self.effects[effect]
                    rivals = {code: alike[number] for code, number in _rivals(values, codes[first]).items()}
                    places = self._by_ties(rivals, codes, sign)
                    if places and not {*effect.places} & {*places} and not self.found.is_told(effect):
                        self.tried += 1
                        rule = self._lookup(effect, (Term(places, view),))
                        if rule is not None:
                            self.found.add(rule)

    def _by_ties(self, rivals: dict[int, int], codes: Int64Array, sign: float) -> tuple[int, ...]:
        """Columns of which some codes say which is the greatest, those first that are named where several are."""
        places = sorted(rivals.values())
        values = sign * np.array([self.small[place].numbers() for place in places])
        greatest = values == np.fmax.reduce(values, axis=0, initial=-np.inf)
        named = np.array([np.isin(codes, [code for code, own in rivals.items() if own == place]) for place in places])
        before = [
            sum((greatest[one] & greatest[other] & own).any() for other in range(len(places)))
            for one, own in enumerate(named)
        ]
        return tuple(places[number] for number in np.argsort(-np.array(before), kind="stable"))

    def pairs(self) -> None:
        """Effects that two columns imply together."""
        open_effects = [effect for effect in self.effects if not self.found.is_told(effect)]
        causes = self.few_levels(ROWS_PER_LEVEL)
        pairs = sorted(combinations(causes, 2), key=lambda pair: self.codes[pair[0]][1] * self.codes[pair[1]][1])
        for first, second in pairs:
            codes, levels = together([self.codes[first], self.codes[second]])
            for effect in open_effects:
                self.tried += 1
                if self.found.is_told(effect) or {*effect.places} & {*first.places, *second.places}:
                    continue
                ordered = [self.table[place].ordered for place in (*first.places, *second.places, *effect.places)]
                if not all(ordered) and determines(codes, self.effects[effect], levels):
                    rule = self._lookup(effect, (first, second))
                    if rule is not None:
                        self.found.add(rule)


def _rivals(values: Float64Array, codes: Int64Array) -> dict[int, int]:
    """For each code the column that is the greatest in its rows; nothing if there are no such."""
    known = np.unique(codes)
    groups = [values[:, codes == code] for code in known]
    beats = [np.array([(own >= group).all(axis=1) for own in group]) for group in groups]

    def chosen(so_far: list[int]) -> list[int]:
        number = len(so_far)
        if number == len(groups):
            return so_far
        for place in set(range(len(values))) - {*so_far}:
            fits = all(beats[number][place, other] and beats[n][other, place] for n, other in enumerate(so_far))
            if fits and (found := chosen([*so_far, place])):
                return found
        return []

    return dict(zip(known.tolist(), chosen([]), strict=False)) if len(groups) >= OUTCOMES else {}


def together(every: Sequence[tuple[Int64Array, int]]) -> tuple[Int64Array, int]:
    """One code for those of some terms, and how many there may be."""
    codes, levels = every[0]
    for more, width in every[1:]:
        codes, levels = codes * width + more, levels * width
    return codes, levels
