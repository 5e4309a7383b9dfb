"""Finding the rules that all rows of a table keep.

A rule is believed if no row breaks it, and if chance would have broken it: each row whose cause was seen before could
have shown another effect, and the probability that none did, were the columns independent, must be below
exp(-:data:`EVIDENCE`) divided by the number of rules tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from itertools import combinations

import numpy as np

from ..columns.datetime import Datetime
from ..columns.number import Number
from ..plain import Int64Array
from .base import LABEL, Cells, Rule, Table, probed
from .exact import find_exact
from .function import find_functions
from .implied import Lookup, Steps, codes_of, runs
from .one_of import OneOf, find_one_of
from .order import Pairs, find_bounds, find_orders, ordered_pairs
from .relations import Relation, find_relations
from .total import Total, total_of
from .unique import find_unique
from .views import DATES, PARTS, SPANS, Term

FEWEST_ROWS = 100
EVIDENCE = 25.0
FEWEST_REPEATS = 100
FEWEST_OTHERS = 10
"""Rows with another effect than the usual one that bear a rule out."""
FIRST_ROWS = 256
ROWS_PER_CAUSE = 2.0
STEP_VALUES = 2
"""Values that a number has between thresholds on average, lest each value simply has an effect of its own."""
SEEN_AGAIN = 0.9
SHARE_BROKEN = 0.01
UNSEEN = 0.05
"""The chance that a rule which :data:`SHARE_BROKEN` of the rows break looks like one that none does, because the causes
of all these rows were seen once."""
MANY_LEVELS = 16
EXTRA_RUNS = 4
MOST_PAIRED = 24
MOST_COMBINATIONS = 1_000_000


Effect = tuple[int, bool]
"""The place of a column, and whether it is its absence that follows from others."""


class Assembly:
    """Rules that go together: no column follows from two of them, and none from itself."""

    def __init__(self, unwanted: Callable[[Rule], bool] = lambda _: False) -> None:
        self.rules: list[Rule] = []
        self.unwanted = unwanted
        self.refused: list[Rule] = []
        self.follows: dict[int, set[int]] = {}
        """From which columns each one follows, directly or not."""
        self.derived: set[int] = set()
        self.gaps: set[int] = set()
        self.fixed: set[int] = set()
        """Columns that rules tell to the last digit."""
        self.pairs: Pairs = []
        """Columns that are in order, for :meth:`bound`."""
        self.computed: set[int] = set()
        """Columns whose values are computed, and so may be others than those seen."""

    def may_follow(self, effect: int, causes: Sequence[int]) -> bool:
        """Whether the values of a column may follow from those of others."""
        return effect not in self.derived | self.looked_up and self._acyclic(effect, causes)

    def is_told(self, effect: Effect) -> bool:
        """Whether a rule tells what a column holds, or where it is missing."""
        place, gap = effect
        return place in (self.gaps if gap else self.derived)

    def bound(self, table: Table) -> None:
        """Take in the orders that no other rule keeps, now that all values are told."""
        for rule in list(find_bounds(table, self.pairs, self.rules, self.fixed, self._acyclic)):
            self.add(rule)

    def allows(self, rule: Rule) -> bool:
        """Whether a rule goes with those that are there."""
        taken = self.gaps if rule.only_gaps else self.fixed if rule.adjusts else self.derived
        if taken & set(rule.effects) or (rule.may_be_new and self.looked_up & set(rule.effects)):
            return False
        if isinstance(rule, Lookup) and any(t.listed and p in self.computed for t in rule.terms for p in t.places):
            return False
        return all(self._acyclic(effect, rule.causes) for effect in rule.effects)

    @staticmethod
    def _alike(rule: Rule, other: Rule) -> bool:
        """Whether two rules tell the same of a column."""
        return rule.only_gaps == other.only_gaps and bool(set(rule.effects) & set(other.effects))

    def add(self, rule: Rule) -> bool:
        """Take a rule in, if it goes with those that are there."""
        if not self.allows(rule):
            return False
        if self.unwanted(rule):
            self.refused.append(rule)
        if any(self._alike(rule, other) for other in self.refused):
            return False
        for effect in rule.effects:
            self.follows.setdefault(effect, set()).update(rule.causes)
        self.rules.append(rule)
        self.gaps.update(rule.effects if rule.tells_gaps else ())
        if not rule.adjusts:
            self.derived.update(rule.effects)
            self.fixed.update(rule.effects if rule.tells_all else ())
            self.computed.update(rule.effects if rule.may_be_new else ())
        return True

    @property
    def told(self) -> set[int]:
        """Columns of which a rule tells where they are missing, and another one or none what they hold."""
        return {effect for rule in self.rules if rule.only_gaps for effect in rule.effects}

    @property
    def looked_up(self) -> set[int]:
        """Columns by whose values others are looked up."""
        lookups = [rule for rule in self.rules if isinstance(rule, Lookup)]
        return {place for rule in lookups for term in rule.terms if term.listed for place in term.places} - {LABEL}

    def listed(self, table: Table) -> set[int]:
        """Columns of numbers that must only take the values seen, since others are looked up by them."""
        return {place for place in self.looked_up - self.derived if isinstance(table[place].type.cells, Number)}

    def listed_days(self) -> set[int]:
        """Columns of dates whose days must be among those seen, since others are looked up by them."""
        lookups = [rule for rule in self.rules if isinstance(rule, Lookup) and rule.shift is None]
        terms = [term for rule in lookups for term in rule.terms]
        return {term.places[0] for term in terms if term.view in (*DATES, "month and day")} - self.derived

    def ordered(self) -> tuple[Rule, ...]:
        """The rules so that each comes after those that its causes follow from."""
        done: list[Rule] = []
        left = list(self.rules)
        while left:
            waiting = {effect for rule in left for effect in rule.effects}
            ready = [rule for rule in left if not waiting & set(rule.causes)]
            valued = {effect for rule in left if not rule.adjusts for effect in rule.effects}
            chosen = [rule for rule in ready if not (rule.adjusts and set(rule.effects) & valued)]
            assert chosen, "rules in a circle"
            done += chosen
            left = [rule for rule in left if not any(rule is other for other in chosen)]
        return tuple(done)

    def _acyclic(self, effect: int, causes: Sequence[int]) -> bool:
        seen, left = set(), list(causes)
        while left:
            place = left.pop()
            if place == effect:
                return False
            if place not in seen:
                seen.add(place)
                left += self.follows.get(place, ())
        return True


def find_rules(
    table: Table, found: Assembly | None = None, unwanted: Callable[[Rule], bool] = lambda _: False
) -> Assembly:
    """The rules that every row keeps.

    Parameters
    ----------
    table : mapping of int to Cells
        Columns by their places, :data:`LABEL` for the label if it is of classes.
    found : Assembly or None
        Rules that are known to hold, and to which the others are added.
    unwanted : callable
        Whether a rule is to be left out.
    """
    found = found or Assembly()
    found.unwanted = unwanted
    columns = [place for place in table if place != LABEL]
    if not columns or len(table[columns[0]]) < FEWEST_ROWS:
        return found
    search = ImpliedSearch(table, found)
    groups = list(find_one_of(table, columns))
    if groups:
        trial = search.with_assembly(Assembly(unwanted))
        trial.singles({place for group in groups for place in group.effects})
        for group in groups:
            if not _implied_by_another(group, trial.found):
                found.add(group)
    search.singles()
    for function in find_functions(table, found.may_follow):
        found.add(function)
    numbers = {place: table[place].numbers() for place in columns if table[place].ordered}
    lattices = {place: lattice(table[place]) for place in numbers}
    factors = [place for place in numbers if table[place].kind == "number"]
    for relation in find_exact(numbers, factors, lattices, found.may_follow):
        for rule in (*_as_total(relation, table, found), relation):
            if found.add(rule):
                break
    search.pairs()
    free = [place for place in columns if place not in found.derived]
    pairs = ordered_pairs(table)
    for order in find_orders(table, pairs, free, found.may_follow):
        found.add(order)
    found.pairs = [*found.pairs, *(pair for pair in pairs if pair not in found.pairs)]
    for unique in find_unique(table):
        found.add(unique)
    return found


def relate(found: Assembly, table: Table, lattices: Mapping[int, tuple[float, float]]) -> None:
    """Take in relations that hold but for little, of numbers whose lattices are given, and then the orders left."""
    numbers = {place: own.numbers() for place, own in table.items() if isinstance(own.type.cells, Number)}
    for relation in find_relations(numbers, lattices, found.may_follow):
        found.add(relation)
    found.bound(table)


def _implied_by_another(group: OneOf, found: Assembly) -> bool:
    """Whether a column, or the label, that is none of the group implies all of it, as a category does its dummies."""
    members = set(group.effects)
    causes = [set(rule.causes) for rule in found.rules if members & set(rule.effects)]
    return len(causes) == len(members) and all(cause == causes[0] and not cause & members for cause in causes)


def lattice(cells: Cells) -> tuple[float, float]:
    """Origin and step of the values, as numbers; step 0 for none."""
    own = cells.type.cells
    return (own.origin, own.step) if isinstance(own, Number) else (0.0, cells.step)


def _as_total(relation: Relation, table: Table, found: Assembly) -> Iterator[Total]:
    """The relation as columns with a constant sum, if it is one of free columns that are never negative."""
    if relation.product or relation.has_rest or not (relation.weights == -1).all() or relation.constant <= 0:
        return
    places = (*relation.causes, relation.effect)
    numbers = {place: table[place].numbers() for place in places}
    free = all(table[place].kind == "number" and place not in found.derived for place in places)
    if not free or min(map(np.nanmin, numbers.values())) < 0:
        return
    total = total_of(numbers, relation.constant)
    if not total.broken(table).any():
        yield total.with_support(relation.support)


class ImpliedSearch:
    """Columns, or their absence, that one or two others imply."""

    def __init__(self, table: Table, found: Assembly) -> None:
        self.table, self.found = table, found
        self.rows = len(next(iter(table.values())))
        self.probe = probed(self.rows)
        self.small = {place: cells.take(self.probe) for place, cells in table.items()}
        self.codes = {term: codes_of(term, self.small) for term in self._views()}
        self.effects = {effect: codes_of(_term_of(effect), self.small)[0] for effect in self._open_effects()}
        self.levels = {effect: len(np.unique(codes)) for effect, codes in self.effects.items()}
        self.orders: dict[Term, Int64Array] = {}
        """The first rows in the order of what is seen."""
        self.full: dict[Term, tuple[Int64Array, int]] = {}
        self.tried = 0

    def with_assembly(self, found: Assembly) -> ImpliedSearch:
        """The same search, for another assembly."""
        other = copy(self)
        other.found = found
        return other

    def singles(self, places: set[int] | None = None) -> None:
        """Take those in that have one cause, and whose effect is at one of some places."""
        for effect in self._by_levels():
            if places is not None and effect[0] not in places:
                continue
            for term in self._candidates(effect):
                if self._single(effect, term):
                    break

    def _open_effects(self) -> Iterator[Effect]:
        """Columns that vary, and those with gaps."""
        for place, cells in self.table.items():
            if place == LABEL:
                continue
            if (cells.plain != cells.plain[0]).any():
                yield place, False
            absent = cells.absent
            if absent.any() and not absent.all():
                yield place, True

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

    def _by_levels(self) -> list[Effect]:
        """Effects with few levels first, later columns before earlier ones."""
        return sorted(self.effects, key=lambda effect: (effect[1], self.levels[effect], -effect[0]))

    def _candidates(self, effect: Effect) -> list[Term]:
        """Terms that may imply an effect, the best first: the label, parts of dates, thresholds, few levels."""

        def rank(term: Term) -> tuple[int, int, int]:
            if term.places == (LABEL,):
                return 0, 0, 0
            if term.view == "missing":
                return 1, 0, term.places[0]
            if term.view in SPANS or term.view in PARTS or term.view in DATES:
                return 2, self.codes[term][1], 0
            ordered = term.listed and self.table[term.places[0]].ordered
            return (3 if ordered else 4), self.codes[term][1], term.places[0]

        place, gap = effect
        usable = [t for t in self.codes if place not in t.places and not (gap and t.view in (*SPANS, *DATES))]
        return sorted(usable, key=rank)

    def _single(self, effect: Effect, term: Term) -> bool:
        """Whether a rule with one cause was found and taken in."""
        target = self.effects[effect]
        codes, levels = self.codes[term]
        self.tried += 1
        if not self.found.is_told(effect) and _function(codes, target, levels):
            steps = self._steps(effect, term)
            if steps is not None and self.found.add(steps):
                return True
            lookup = self._lookup(effect, (term,))
            return lookup is not None and self.found.add(lookup)
        return False

    def _steps(self, effect: Effect, term: Term) -> Steps | None:
        """Thresholds, if there are few of them."""
        place, gap = effect
        if term.places == (LABEL,) or not (term.listed or term.view in SPANS) or not self.table[term.places[0]].ordered:
            return None
        target = self.effects[effect]
        levels = self.levels[effect]
        if (term.view in SPANS and levels > MANY_LEVELS) or 2 * levels > len(target):
            return None
        if self._changes(term, target) >= levels + EXTRA_RUNS:
            return None
        count, _ = runs(term, target, self.small)
        if not 0 < count <= levels + EXTRA_RUNS or (self.codes[term][1] <= MANY_LEVELS and not gap and count > levels):
            return None
        codes = self._full(effect)
        count, shortest = runs(term, codes, self.table)
        levels = len(np.unique(codes))
        if not 0 < count <= levels + EXTRA_RUNS or (count > levels and shortest < FEWEST_OTHERS):
            return None
        support = self._support(codes, self.rows - count, self._others(codes) - count)
        if not support or 2 * count > self.rows:
            return None
        seen = len(np.unique(self.table[term.places[0]].plain))
        if self._copy(effect, term, seen) or (term.listed and seen < STEP_VALUES * count):
            return None
        return Steps.learnt((term,), place, self.table, gap=gap).with_support(support)

    def _lookup(self, effect: Effect, terms: tuple[Term, ...]) -> Lookup | None:
        """A list of what goes with what, if that was seen often enough."""
        place, gap = effect
        seen, levels = self._of_all(terms[0])
        if levels > SEEN_AGAIN * self.rows:
            return None
        codes = self._full(effect)
        for term in terms[1:]:
            more, width = self._of_all(term)
            if levels * width > MOST_COMBINATIONS:
                return None
            seen, levels = seen * width + more, levels * width
        if not _function(seen, codes, levels):
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
        support = self._support(codes, self.rows - different, borne_out)
        if not support or (len(terms) == 1 and self._copy(effect, terms[0], different)):
            return None
        rule = Lookup.learnt(terms, place, self.table, gap=gap).with_support(support)
        many = terms[0].view in SPANS and different > MANY_LEVELS
        return None if many and rule.shift is None else rule

    def _copy(self, effect: Effect, term: Term, levels: int) -> bool:
        """Whether the two columns are the same numbers in other units, which no list is needed for."""
        place, gap = effect
        if gap or not term.listed or term.places == (LABEL,) or levels <= MANY_LEVELS:
            return False
        one, other = self.table[term.places[0]], self.table[place]
        return one.kind == other.kind and one.ordered and len(np.unique(other.plain)) >= levels - 1

    def _changes(self, term: Term, target: Int64Array) -> int:
        """How often the effect changes over the first rows, in the order of what is seen."""
        if term not in self.orders:
            seen, absent = term.seen(self.small)
            first = np.flatnonzero(~absent)[:FIRST_ROWS]
            self.orders[term] = first[np.argsort(seen[first], kind="stable")]
        ordered = target[self.orders[term]]
        return int((ordered[1:] != ordered[:-1]).sum())

    def _full(self, effect: Effect) -> Int64Array:
        return self._of_all(_term_of(effect))[0]

    def _of_all(self, term: Term) -> tuple[Int64Array, int]:
        """Codes of all rows."""
        if term not in self.full:
            self.full[term] = codes_of(term, self.table)
        return self.full[term]

    def _others(self, codes: Int64Array) -> int:
        return int(len(codes) - np.bincount(codes).max())

    def _support(self, codes: Int64Array, repeats: int, others: int) -> int:
        """Rows that bear a rule out, 0 if they do not suffice."""
        share = np.bincount(codes) / len(codes)
        alike = float(np.square(share).sum())
        if repeats < FEWEST_REPEATS or others < FEWEST_OTHERS or alike >= 1:
            return 0
        return repeats if -repeats * np.log(alike) >= EVIDENCE + np.log(1 + self.tried) else 0

    def pairs(self) -> None:
        """Effects that two columns imply together."""
        open_effects = [effect for effect in self.effects if not self.found.is_told(effect)]
        causes = [t for t in self.codes if t.listed and 2 < self.codes[t][1] <= len(self.probe) / 4]
        causes = sorted(causes, key=lambda term: self.codes[term][1])[:MOST_PAIRED]
        pairs = sorted(combinations(causes, 2), key=lambda pair: self.codes[pair[0]][1] * self.codes[pair[1]][1])
        for first, second in pairs:
            codes = self.codes[first][0] * self.codes[second][1] + self.codes[second][0]
            levels = self.codes[first][1] * self.codes[second][1]
            for effect in open_effects:
                self.tried += 1
                if self.found.is_told(effect) or effect[0] in (*first.places, *second.places):
                    continue
                ordered = [self.table[place].ordered for place in (*first.places, *second.places, effect[0])]
                if not all(ordered) and _function(codes, self.effects[effect], levels):
                    rule = self._lookup(effect, (first, second))
                    if rule is not None:
                        self.found.add(rule)


def _term_of(effect: Effect) -> Term:
    place, gap = effect
    return Term((place,), "missing" if gap else "value")


def _function(cause: Int64Array, effect: Int64Array, levels: int) -> bool:
    """Whether each code of `cause` goes with a single code of `effect`."""
    for stop in (FIRST_ROWS, len(cause)):
        known = np.zeros(levels, np.int64)
        known[cause[:stop]] = effect[:stop]
        if (known[cause[:stop]] != effect[:stop]).any():
            return False
    return True
