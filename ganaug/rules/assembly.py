"""Rules that go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..columns.listed import Listed
from .base import LABEL, Rule, Table
from .implied import Lookup
from .order_search import Pairs, find_bounds
from .pinned import Pinned, Ranges
from .views import DATES, Term


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

    def may_be_told(self, effect: int, causes: Sequence[int]) -> bool:
        """Whether others may tell all values of a column, so that no rule tells some of them."""
        return not self.pinning(effect) and self.may_follow(effect, causes)

    def is_told(self, effect: Term) -> bool:
        """Whether a rule tells what a column holds, or where it is missing."""
        return effect.places[0] in (self.derived if effect.listed else self.gaps)

    def bound(self, table: Table) -> None:
        """Take in the orders that no other rule keeps, now that all values are told."""
        self.add_all(list(find_bounds(table, self.pairs, self.rules, self.fixed, self._acyclic)))

    def allows(self, rule: Rule) -> bool:
        """Whether a rule goes with those that are there."""
        taken = self.gaps if rule.only_gaps else self.fixed if rule.adjusts else self.derived
        if rule.tells_all and not rule.adjusts and any(map(self.pinning, rule.effects)):
            return False
        if taken & set(rule.effects) or (rule.may_be_new and self.looked_up & set(rule.effects)):
            return False
        alike = [own for own in self.rules if own.effects == rule.effects and own.adjusts]
        if isinstance(rule, Pinned) and not all(map(rule.goes_with, alike)):
            return False
        if rule.adjusts and not all(own.goes_with(rule) for own in alike if isinstance(own, Pinned)):
            return False
        if isinstance(rule, Lookup) and any(t.listed and p in self.computed for t in rule.terms for p in t.places):
            return False
        return all(self._acyclic(effect, rule.causes) for effect in rule.effects)

    @staticmethod
    def _alike(rule: Rule, refused: Rule) -> bool:
        """Whether a rule tells of a column what another one does that was refused."""
        if isinstance(refused, Pinned) and not (isinstance(rule, Pinned) and rule.value == refused.value):
            return False
        return rule.only_gaps == refused.only_gaps and bool(set(rule.effects) & set(refused.effects))

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
        if rule.tells_gaps and not rule.adjusts:
            self.rules = [own for own in self.rules if not (own.only_gaps and own.effect in rule.effects)]
        self.rules.append(rule)
        self.gaps.update(rule.effects if rule.tells_gaps else ())
        if not rule.adjusts:
            self.derived.update(rule.effects)
            self.fixed.update(rule.effects if rule.tells_all else ())
            self.computed.update(rule.effects if rule.may_be_new else ())
        return True

    def add_all(self, rules: Iterable[Rule]) -> None:
        """Take in, one after the other, those that go with what is there by then."""
        for rule in rules:
            self.add(rule)

    def pinning(self, place: int) -> list[Pinned]:
        """The rules by which a column holds one value in some rows."""
        return [rule for rule in self.rules if isinstance(rule, Pinned) and rule.effect == place]

    def keeps_orders(self, rule: Pinned, table: Table, ranges: Ranges) -> bool:
        """Whether a rule puts no value beyond a column in order."""
        return not (self._beside(rule, table, ranges) or rule.beyond(self.pairs, table, ranges, beside=False))

    def let_others_follow(self, rule: Pinned, table: Table, ranges: Ranges) -> bool:
        """Let columns follow from a rule's own if it puts no value beyond any of them then; else nothing changes."""
        place, others = rule.effect, self._beside(rule, table, ranges)
        greater = {high for low, high in self.pairs if low == place and high not in self.fixed}
        if not others <= greater or not all(self._acyclic(other, [place]) for other in others):
            return False
        if rule.beyond(self.pairs, table, ranges, beside=False):
            return False
        for other in others:
            self.follows.setdefault(other, set()).add(place)
        return True

    def _beside(self, rule: Pinned, table: Table, ranges: Ranges) -> set[int]:
        """Columns in order that values beside a rule's own may be beyond, since they do not follow from its column."""
        beyond = {*rule.beyond(self.pairs, table, ranges, beside=True)} if rule.exact else set()
        return {other for other in beyond if rule.effect not in self.follows.get(other, ())}

    def allows_order(self, pair: tuple[int, int], table: Table, ranges: Ranges) -> bool:
        """Whether no rule of one value puts one beyond the other column of a pair."""
        pinned = [rule for rule in self.rules if isinstance(rule, Pinned) and rule.effect in pair]
        sides = [(rule, beside) for rule in pinned for beside in (False, True)[: 1 + rule.exact]]
        return not any(rule.beyond([pair], table, ranges, beside=beside) for rule, beside in sides)

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
        """Columns of numbers and times that must only take the values seen, since others are looked up by them."""
        return {
            place
            for place in self.looked_up - self.derived
            if table[place].ordered and not isinstance(table[place].type, Listed)
        }

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
            first: dict[int, int] = {}
            for rule in left:
                first |= {effect: min(_turn(rule), first.get(effect, _turn(rule))) for effect in rule.effects}
            chosen = [rule for rule in ready if all(_turn(rule) <= first[effect] for effect in rule.effects)]
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


def _turn(rule: Rule) -> int:
    """Which rules of a column come first: those that make values, then ties, then what no row may break."""
    if isinstance(rule, Pinned):
        return 3
    return 1 + rule.breakable if rule.adjusts else 0
