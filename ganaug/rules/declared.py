"""Rules that a user writes down, in the words in which found ones are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from .assembly import Assembly
from .base import LABEL, KeptRule, Rule, Table, listed
from .declared_by_case import How, codes_together, declared_by_case
from .equation import Equation
from .find import find_rules
from .implied import Implied, Lookup, Steps, codes_of, most_frequent, runs
from .implied_search import EXTRA_RUNS
from .one_of import OneOf, is_dummy
from .order import Order
from .order_search import Pairs, find_orders
from .pinned import Pinned, by_levels, by_threshold, may_be_pinned, said_of_levels, said_of_threshold, value_of
from .relations import reached
from .rule_text import EXAMPLES, NUMBER, RuleText
from .unique import Unique
from .views import Term

Rules: TypeAlias = (
    Literal["auto", "none"] | list[str] | list[KeptRule] | list[str | KeptRule] | tuple[str | KeptRule, ...]
)


def rules_of(rules: Rules, table: Table, names: Mapping[int, str]) -> Assembly:
    """The rules that rows are to keep.

    Raises
    ------
    ValueError
        For a rule that cannot be read, that speaks of no column, that a row breaks or that does not go with the others.
    """
    if isinstance(rules, str):
        return find_rules(table) if rules == "auto" else Assembly()
    written = [str(rule).strip() for rule in rules]
    found = Assembly()
    orders: Pairs = []
    for text in written:
        if text == "auto" or text.startswith("not "):
            continue
        parser = RuleParser(text, table, names)
        for rule in parser.rules():
            if set(rule.causes) & set(rule.effects):
                raise ValueError(f"rules: {text!r} makes a column follow from itself: leave it out")
            if not found.add(rule):
                raise ValueError(f"rules: {text!r} does not go with {[r.text(names) for r in found.rules]}: drop one")
        orders += [pair for pair in parser.pairs if pair not in orders]
    free = [place for place in table if place not in found.derived and place != LABEL]
    found.add_all(find_orders(table, orders, free, found.may_follow))
    found.pairs = list(orders)
    ranges = reached(found.ordered(), table)
    for rule in found.rules:
        if isinstance(rule, Pinned) and not found.let_others_follow(rule, table, ranges):
            raise ValueError(f"rules: {rule.text(names)!r} may end beyond what bounds its column: drop one")
    without = {text.removeprefix("not ").strip() for text in written if text.startswith("not ")}
    if "auto" not in written:
        if without:
            raise ValueError(f"rules: 'not {min(without)}' takes nothing away from a list without 'auto'")
        return found
    unwanted: Callable[[Rule], bool] = lambda rule: rule.text(names) in without  # noqa: E731
    every = find_rules(table, found, unwanted)
    if unknown := without - {rule.text(names) for rule in every.refused}:
        kept = [rule.text(names) for rule in every.rules]
        raise ValueError(f"rules: no rule {min(unknown)!r} was found that could be left out; found are {kept}")
    return every


class RuleParser:
    """Reads one rule."""

    def __init__(self, text: str, table: Table, names: Mapping[int, str]) -> None:
        self.words = RuleText(text, table, names)
        self.table, self.names = table, names
        self.pairs: Pairs = []
        """Columns that are in order."""

    def rules(self) -> Iterator[Rule]:
        """The rule, checked; of an order :attr:`pairs` instead, since columns may be bounded by several.

        Raises
        ------
        ValueError
            If it cannot be read, or a row breaks it.
        """
        if match := re.fullmatch(r"(.+) impl(?:ies|y) (.+)", self.words.plain):
            yield self._implied(*match.groups())
        elif match := re.fullmatch(r"(at most )?one of (.+)", self.words.plain):
            yield self._one_of(match[2], always=not match[1])
        elif match := re.fullmatch(r"(.+) are unique", self.words.plain):
            places = tuple(self.words.place(word) for word in re.split(r", | and ", match[1]))
            if len(places) != 2:
                raise self.words.wrong(
                    "is kept for two columns alone; a single one whose values are unique is an "
                    "identifier, see identifiers='fake'"
                )
            yield self.words.held(Unique(places, (), support=len(self.table[places[0]])))
        elif re.search("==|!=", self.words.plain):
            raise self.words.wrong("has == or !=: write = for columns that are equal; that two differ is no rule")
        elif "<=" in self.words.plain or ">=" in self.words.plain:
            self._read_orders()
        elif self.words.plain.count("=") == 1:
            yield Equation(self.words).rule(*self.words.plain.split("="))
        else:
            raise self.words.wrong(f"is no rule; write for example {EXAMPLES}")

    def _implied(self, causes: str, effect: str) -> Rule:
        if chosen := re.fullmatch(r"which of (.+) is (.+)", effect.strip()):
            return self._by_case("which", causes, chosen[2], *chosen[1].split(","))
        if line := re.fullmatch(r"the line from (.+) to (.+)", effect.strip()):
            return self._by_case("line", causes, line[2], line[1])
        if later := re.fullmatch(r"months from (.+?) to (.+?)(?: ([+-]) ?(\d+) days?)?", effect.strip()):
            start, end, sign, days = later.groups(default="0")
            return self._by_case("months", causes, end, start, days=int(days) * (1 if sign == "-" else -1))
        if pinned := re.fullmatch(r"(whether )?(.+) is (?!missing$)(.+)", effect.strip()):
            return self._pinned(causes, *pinned.groups())
        is_column = self.words.name(effect) in self.names.values()
        if not is_column and re.search(r"[<>]|^(?!whether).+ is missing$", effect.strip()):
            raise self.words.wrong(
                "cannot tell that: what is implied is a column, whether one is missing, or that it is some value"
            )
        if not is_column and (part := re.fullmatch(r"(.+?)([/-])(.+)", effect)):
            return self._by_case("/" if part[2] == "/" else "-", causes, part[1], part[3])
        gap = re.fullmatch(r"whether (.+) is missing", effect.strip())
        place = self.words.place(gap[1] if gap else effect)
        terms = self.words.terms(causes)
        told = Term((place,), "missing" if gap else "value")
        target = codes_of(told, self.table)[0]
        seen, _ = codes_together(terms, self.table)
        self.words.check(most_frequent(seen, target).values[seen] != target)
        return self._learnt(terms, told).with_support(len(target))

    def _by_case(self, how: How, causes: str, effect: str, *sources: str, days: int = 0) -> Rule:
        for word in (effect, *sources) if how == "months" else ():
            self.words.moment(word)
        place, *others = self.words.alike(effect, *sources)
        if how in ("/", "line"):
            self.words.number(effect)
        terms = self.words.terms(causes)
        rule = declared_by_case(how, place, others, terms, self.table, days)
        if rule is None and how == "months":
            raise self.words.wrong("is broken: days of the month differ, or there are too many numbers of months")
        if rule is None:
            alike = listed([term.text(self.names) for term in terms])
            raise self.words.wrong(f"is broken: rows of the same {alike} differ in it")
        return self.words.held(rule)

    def _learnt(self, terms: tuple[Term, ...], told: Term) -> Implied:
        """Thresholds where they tell the effect, else a list."""
        [term, *more] = terms
        if not more and term.listed and term.places != (LABEL,) and self.table[term.places[0]].ordered:
            target, _ = codes_of(told, self.table)
            if 0 < runs(term, target, self.table)[0] <= len(np.unique(target)) + EXTRA_RUNS:
                return Steps.learnt(terms, told, self.table)
        return Lookup.learnt(terms, told, self.table)

    def _pinned(self, cause: str, exact: str | None, word: str, shown: str) -> Rule:
        """A column that holds one value where another one says so."""
        place = self.words.place(word)
        value = self._value(place, shown)
        if (self.table[place].absent | (self.table[place].plain == value)).all():
            raise self.words.wrong(f"tells nothing: column {self.names[place]!r} holds nothing else")
        support = int((self.table[place].plain == value).sum())
        if exact:
            told = Term((place,), "is", value)
            learnt = Pinned.learnt(self._learnt((self.words.term(cause),), told), "", value, self.table)
            return self.words.held(learnt.with_support(support))
        where, condition = self._condition(cause, place)
        learnt = Pinned.learnt(where, condition, value, self.table)
        return self.words.held(learnt.with_support(int(learnt.said(self.table).sum())))

    def _condition(self, cause: str, effect: int) -> tuple[Implied, str]:
        """Where a category is of some levels, or a number beyond a threshold; and how that is written."""
        if match := re.fullmatch(r"(.+?)\s*(<|>=)\s*([+-]?(?:" + NUMBER + r"))\s*", cause):
            edge, above = float(match[3]), match[2] == ">="
            place = self.words.number(match[1])
            return by_threshold(place, effect, edge, above=above), said_of_threshold(edge, above=above)
        match = re.fullmatch(r"(.+?) is (not )?(.+)", cause.strip())
        if not match and re.search(r"<=|>", cause):
            raise self.words.wrong("has a threshold with <= or >, and only < and >= are read: write it with these")
        if not match:
            raise self.words.wrong(
                "needs a condition before 'implies', such as 'age < 18' or 'sex is male', or 'whether' after it"
            )
        place = self.words.place(match[1])
        cells = self.table[place]
        if cells.ordered:
            raise self.words.wrong(
                f"needs a category in column {self.names[place]!r}; give a threshold of a number with < or >="
            )
        named = [self._value(place, shown) for shown in re.split(r", | or ", match[3])]
        levels = np.unique(cells.plain[~cells.absent])
        chosen = np.isin(levels, named) != bool(match[2])
        return by_levels(place, effect, levels, chosen), said_of_levels(cells, levels, chosen)

    def _value(self, place: int, shown: str) -> float:
        """The plain value of a column that stands in the text."""
        name, cells = self.words.name(shown), self.table[place]
        if not may_be_pinned(cells):
            raise self.words.wrong(f"needs numbers or categories in column {self.names[place]!r}")
        value = value_of(cells, name)
        if value is None:
            raise self.words.wrong(f"needs a value that column {self.names[place]!r} has, which {name!r} is not")
        return value

    def _one_of(self, columns: str, *, always: bool) -> Rule:
        places = tuple(sorted(self.words.place(word) for word in columns.split(",")))
        for place in places:
            if not is_dummy(self.table[place]):
                raise self.words.wrong(f"needs columns of 0 and 1, which {self.names[place]!r} is not")
        return self.words.held(OneOf((), places, always, support=len(self.table[places[0]])))

    def _read_orders(self) -> None:
        """Pairs of columns, each held against all rows."""
        ascending = "<=" in self.words.plain
        if ascending and ">=" in self.words.plain:
            raise self.words.wrong("has both <= and >=: write two rules")
        words = [part.split(",") for part in re.split(r"<=|>=", self.words.plain)]
        places = iter(self.words.alike(*(word for group in words for word in group)))
        groups = [[next(places) for _ in group] for group in words]
        groups = groups if ascending else groups[::-1]
        for lower, upper in pairwise(groups):
            for place in upper:
                if place in lower:
                    raise self.words.wrong(f"holds column {self.names[place]!r} against itself")
                below = np.logical_and.reduce([self.table[low].absent for low in lower])
                self.words.check_known(~below & ~self.table[place].absent)
                self.words.held(Order.learnt(lower, place, self.table))
                self.pairs += [(low, place) for low in dict.fromkeys(lower)]
