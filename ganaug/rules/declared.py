"""Rules that a user writes down, in the words in which found ones are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from ..columns.datetime import Datetime
from ..columns.number import Number
from ..plain import BoolArray
from .assembly import Assembly
from .base import LABEL, KeptRule, Rule, Table
from .declared_by_case import codes_together, declared_by_case
from .exact import declared_relation
from .find import find_rules
from .function import FUNCTIONS, Function
from .implied import Implied, Lookup, Steps, codes_of, most_frequent, runs
from .implied_search import EXTRA_RUNS
from .one_of import OneOf, is_dummy
from .order import Order, Pairs, find_orders
from .pinned import Pinned, by_levels, by_threshold, may_be_pinned, said_of_levels, said_of_threshold, value_of
from .relations import reached
from .share import share_of
from .total import total_of
from .unique import Unique
from .views import COMPARED, DATES, PARTS, SPANS, Term

Rules: TypeAlias = (
    Literal["auto", "none"] | list[str] | list[KeptRule] | list[str | KeptRule] | tuple[str | KeptRule, ...]
)
SHOWN = 5
EXAMPLES = (
    "'town implies state', 'age < 18 implies licence is no', 'begin <= end', 'total = goods + freight', "
    "'one of a, b, c' or 'a + b = 100'"
)
NUMBER = r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+"


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
        self.text, self.table, self.names = text, table, names
        self.quoted: list[str] = []
        self.pairs: Pairs = []
        """Columns that are in order."""
        self.forms: dict[int, str] = {}
        """What of some columns is a factor."""
        self.plain = re.sub(r"`((?:[^`]|``)*)`", self._kept, text)

    def rules(self) -> Iterator[Rule]:
        """The rule, checked; of an order :attr:`pairs` instead, since columns may be bounded by several.

        Raises
        ------
        ValueError
            If it cannot be read, or a row breaks it.
        """
        if match := re.fullmatch(r"(.+) impl(?:ies|y) (.+)", self.plain):
            yield self._implied(*match.groups())
        elif match := re.fullmatch(r"(at most )?one of (.+)", self.plain):
            yield self._one_of(match[2], always=not match[1])
        elif match := re.fullmatch(r"(.+) are unique", self.plain):
            places = tuple(self._place(word) for word in re.split(r", | and ", match[1]))
            if len(places) != 2:
                raise ValueError(
                    f"rules: {self.text!r} is kept for two columns alone; a single one whose values are unique is an "
                    "identifier, see identifiers='fake'"
                )
            yield self._held(Unique(places, (), support=len(self.table[places[0]])))
        elif "<=" in self.plain or ">=" in self.plain:
            self._read_orders()
        elif self.plain.count("=") == 1:
            yield self._equation(*self.plain.split("="))
        else:
            raise ValueError(f"rules: {self.text!r} is no rule; write for example {EXAMPLES}")

    def _kept(self, match: re.Match[str]) -> str:
        self.quoted.append(match[1].replace("``", "`"))
        return f"\x00{len(self.quoted) - 1}\x00"

    def _place(self, word: str) -> int:
        word = word.strip()
        if not word:
            raise ValueError(f"rules: {self.text!r} lacks a column or a number: write for example {EXAMPLES}")
        if word == "the label" and LABEL in self.table:
            raise ValueError(
                f"rules: {self.text!r} is no rule, since the label can only imply columns: write for example "
                "'the label implies town'"
            )
        name = self._name(word)
        places = [place for place, known in self.names.items() if known == name and place != LABEL]
        if not places:
            known = [self.names[place] for place in self.table if place != LABEL]
            raise ValueError(
                f"rules: {self.text!r} speaks of a column {name!r}, which there is not; columns are {known}"
            )
        return places[0]

    def _name(self, word: str) -> str:
        """What is written, without backticks."""
        return re.sub(r"\x00(\d+)\x00", lambda match: self.quoted[int(match[1])], word.strip())

    def _term(self, words: str) -> Term:
        words = words.strip()
        if words == "the label" and LABEL in self.table:
            return Term((LABEL,))
        if match := re.fullmatch(r"whether (.+) is missing", words):
            return Term((self._place(match[1]),), "missing")
        if match := re.fullmatch(rf"({'|'.join(SPANS)}) from (.+) to (.+)", words):
            return Term((self._moment(match[2]), self._moment(match[3])), match[1])
        if match := re.fullmatch(rf"{COMPARED} of (.+) with (.+)", words):
            return Term(self._alike(match[1], match[2]), COMPARED)
        for view in sorted({**PARTS, **DATES}, key=len, reverse=True):
            if words.startswith(f"{view} of "):
                return Term((self._moment(words.removeprefix(f"{view} of ")),), view)
        return Term((self._place(words),))

    def _alike(self, *words: str) -> tuple[int, ...]:
        """Places of columns that can be compared."""
        places = tuple(map(self._place, words))
        kinds = {self.table[place].kind for place in places}
        if len(kinds) > 1 or not self.table[places[0]].ordered:
            raise ValueError(f"rules: {self.text!r} compares {sorted(kinds)} columns: give numbers, or dates")
        return places

    def _moment(self, word: str) -> int:
        place = self._place(word)
        if not isinstance(self.table[place].type.cells, Datetime):
            raise ValueError(f"rules: {self.text!r} needs dates in column {self.names[place]!r}")
        return place

    def _implied(self, causes: str, effect: str) -> Rule:
        if chosen := re.fullmatch(r"which of (.+) is (.+)", effect.strip()):
            return self._by_case("which", causes, chosen[2], *chosen[1].split(","))
        if line := re.fullmatch(r"the line from (.+) to (.+)", effect.strip()):
            return self._by_case("line", causes, line[2], line[1])
        if pinned := re.fullmatch(r"(whether )?(.+) is (?!missing$)(.+)", effect.strip()):
            return self._pinned(causes, *pinned.groups())
        if self._name(effect) not in self.names.values() and (part := re.fullmatch(r"(.+?)([/-])(.+)", effect)):
            return self._by_case(part[2], causes, part[1], part[3])
        gap = re.fullmatch(r"whether (.+) is missing", effect.strip())
        place = self._place(gap[1] if gap else effect)
        terms = self._terms(causes)
        told = Term((place,), "missing" if gap else "value")
        target = codes_of(told, self.table)[0]
        seen, _ = codes_together(terms, self.table)
        self._check(most_frequent(seen, target).values[seen] != target)
        return self._learnt(terms, told).with_support(len(target))

    def _by_case(self, how: str, causes: str, effect: str, *sources: str) -> Rule:
        place, *others = self._alike(effect, *sources)
        if how in ("/", "line"):
            self._number(effect)
        rule = declared_by_case(how, place, others, self._terms(causes), self.table)
        if rule is None:
            raise ValueError(f"rules: {self.text!r} is broken: rows that have the same {causes.strip()!r} differ in it")
        return self._held(rule)

    def _terms(self, causes: str) -> tuple[Term, ...]:
        return tuple(self._term(words) for words in re.split(r", | and (?!quarter|month|day)", causes))

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
        place = self._place(word)
        value = self._value(place, shown)
        if (self.table[place].absent | (self.table[place].plain == value)).all():
            raise ValueError(f"rules: {self.text!r} tells nothing: column {self.names[place]!r} holds nothing else")
        support = int((self.table[place].plain == value).sum())
        if exact:
            told = Term((place,), "is", value)
            learnt = Pinned.learnt(self._learnt((self._term(cause),), told), "", value, self.table)
            return self._held(learnt.with_support(support))
        where, condition = self._condition(cause, place)
        learnt = Pinned.learnt(where, condition, value, self.table)
        return self._held(learnt.with_support(int(learnt.said(self.table).sum())))

    def _condition(self, cause: str, effect: int) -> tuple[Implied, str]:
        """Where a category is of some levels, or a number beyond a threshold; and how that is written."""
        if match := re.fullmatch(r"(.+?)\s*(<|>=)\s*([+-]?(?:" + NUMBER + r"))\s*", cause):
            edge, above = float(match[3]), match[2] == ">="
            place = self._number(match[1])
            return by_threshold(place, effect, edge, above=above), said_of_threshold(edge, above=above)
        match = re.fullmatch(r"(.+?) is (not )?(.+)", cause.strip())
        if not match:
            raise ValueError(
                f"rules: {self.text!r} needs a condition before 'implies', such as 'age < 18' or 'sex is male', or "
                "'whether' after it"
            )
        place = self._place(match[1])
        cells = self.table[place]
        if cells.ordered:
            raise ValueError(
                f"rules: {self.text!r} needs a category in column {self.names[place]!r}; give a threshold of a number "
                "with < or >="
            )
        named = [self._value(place, shown) for shown in re.split(r", | or ", match[3])]
        levels = np.unique(cells.plain[~cells.absent])
        chosen = np.isin(levels, named) != bool(match[2])
        return by_levels(place, effect, levels, chosen), said_of_levels(cells, levels, chosen)

    def _value(self, place: int, shown: str) -> float:
        """The plain value of a column that stands in the text."""
        kept, cells = re.fullmatch(r"\x00(\d+)\x00", shown.strip()), self.table[place]
        name = self.quoted[int(kept[1])] if kept else shown.strip()
        if not may_be_pinned(cells):
            raise ValueError(f"rules: {self.text!r} needs numbers or categories in column {self.names[place]!r}")
        value = value_of(cells, name)
        if value is None:
            raise ValueError(
                f"rules: {self.text!r} needs a value that column {self.names[place]!r} has, which {name!r} is not"
            )
        return value

    def _one_of(self, columns: str, *, always: bool) -> Rule:
        places = tuple(sorted(self._place(word) for word in columns.split(",")))
        for place in places:
            if not is_dummy(self.table[place]):
                raise ValueError(f"rules: {self.text!r} needs columns of 0 and 1, which {self.names[place]!r} is not")
        return self._held(OneOf((), places, always, support=len(self.table[places[0]])))

    def _read_orders(self) -> None:
        """Pairs of columns, each held against all rows."""
        ascending = "<=" in self.plain
        if ascending and ">=" in self.plain:
            raise ValueError(f"rules: {self.text!r} has both <= and >=: write two rules")
        words = [part.split(",") for part in re.split(r"<=|>=", self.plain)]
        places = iter(self._alike(*(word for group in words for word in group)))
        groups = [[next(places) for _ in group] for group in words]
        groups = groups if ascending else groups[::-1]
        for lower, upper in pairwise(groups):
            for place in upper:
                if place in lower:
                    raise ValueError(f"rules: {self.text!r} holds column {self.names[place]!r} against itself")
                below = np.logical_and.reduce([self.table[low].absent for low in lower])
                self._check_known(~below & ~self.table[place].absent)
                self._held(Order.learnt(lower, place, self.table))
                self.pairs += [(low, place) for low in dict.fromkeys(lower)]

    def _equation(self, left: str, right: str) -> Rule:
        if re.fullmatch(NUMBER, right.strip()):
            numbers = {place: self.table[place].numbers() for place in map(self._number, left.split("+"))}
            if len(numbers) < 2:
                raise ValueError(f"rules: {self.text!r} needs two columns or more that add up to {right.strip()}")
            if min(map(np.nanmin, numbers.values())) < 0:
                raise ValueError(f"rules: {self.text!r} needs columns that are never negative")
            total = total_of(numbers, float(right), max(self.table[place].grain for place in numbers))
            return self._held(total.with_support(len(next(iter(numbers.values())))))
        effect, right = self._place(left), right.replace("**", "^")
        limits, inner = self._limits(right)
        sized = self._sized(inner)
        function = re.fullmatch(rf"\s*({'|'.join(FUNCTIONS)})\((.+)\)\s*(?:or\s+(-?(?:{NUMBER})))?\s*", right)
        if function and sized is None:
            places = (self._number(function[2]),), (self._number(left),)
            instead = float(function[3]) if function[3] else np.nan
            return self._held(Function(*places, function[1], instead, support=len(self.table[effect])))
        if share := re.fullmatch(
            rf"\s*(?:({NUMBER})\s*\*)?\s*(.+?)\s*/\s*\((.+?)\+(.+?)\)\s*(?:or\s+({NUMBER}))?\s*", right
        ):
            return self._share(effect, *share.groups())
        right = inner if sized is None else sized
        right = re.sub(r"\(1 ([+-]) ([^()]+?)( / 100)?\)", self._formed, right)
        product = self._is_product(right)
        weights, constant = (self._factors if product else self._summands)(right)
        if not np.isfinite([*weights.values(), constant]).all() or 0 in weights.values():
            raise ValueError(f"rules: {self.text!r} takes a column 0 times, or more often than floats can tell")
        self._check_known(~np.logical_or.reduce([self.table[place].absent for place in (*weights, effect)]))
        forms = tuple(self.forms.get(place, "{}") for place in weights) if self.forms else ()
        relation, broken = declared_relation(
            effect,
            weights,
            constant,
            self.table,
            product=product,
            forms=forms,
            limits=limits,
            absolute=sized is not None,
        )
        self._check(broken)
        return relation

    def _share(self, effect: int, scale: str | None, part: str, same: str, other: str, instead: str | None) -> Rule:
        """One column as a share of two, rounded to the nearest or down."""
        places = [self._number(word) for word in (part, same, other)]
        if places[0] != places[1]:
            raise ValueError(f"rules: {self.text!r} is no share: write for example 'rate = won / (won + lost)'")
        causes, held = (places[0], places[2]), float(instead) if instead else np.nan
        return self._held(share_of(causes, effect, float(scale or 1), held, self.table))

    def _limits(self, right: str) -> tuple[tuple[float, float], str]:
        """What an expression is kept within, and the expression: `max(a - b, 0)` is at least 0."""
        limits = [-np.inf, np.inf]
        while match := re.fullmatch(rf"\s*(min|max)\((.+),\s*([+-]?(?:{NUMBER}))\s*\)\s*", right):
            limits[match[1] == "min"], right = float(match[3]), match[2]
        return (limits[0], limits[1]), right

    def _sized(self, right: str) -> str | None:
        """The sum of which the size counts, in `abs(a - b)`; None if it is no such expression."""
        match = re.fullmatch(r"\s*abs\((.+[+-].+)\)\s*", right)
        return match[1] if match and self._name(match[1]) not in self.names.values() else None

    def _formed(self, match: re.Match[str]) -> str:
        """A factor such as (1 - discount), of which the column remains."""
        self.forms[self._number(match[2])] = f"(1 {match[1]} {{}}{match[3] or ''})"
        return match[2]

    def _is_product(self, right: str) -> bool:
        if self.forms or "(" in right:
            return bool(self.forms)
        factors = [part.split("*") for part in re.split(r"[+-]", right)]
        named = [sum(not re.fullmatch(NUMBER, factor.strip()) for factor in part) for part in factors]
        return bool(re.search(r"/|\^", right)) or max(named) > 1

    def _number(self, word: str) -> int:
        place = self._place(word)
        if not isinstance(self.table[place].type.cells, Number):
            raise ValueError(f"rules: {self.text!r} needs numbers in column {self.names[place]!r}")
        return place

    def _summands(self, right: str) -> tuple[dict[int, float], float]:
        weights: dict[int, float] = {}
        constant = 0.0
        if fraction := re.fullmatch(rf"\s*\((.+)\)\s*/\s*({NUMBER})\s*", right):
            inner, constant = self._summands(fraction[1])
            divisor = float(fraction[2])
            return {place: weight / divisor for place, weight in inner.items()}, constant / divisor
        bare = re.sub(r"(\d[eE])\+", r"\1", right)
        whole = re.sub(r"(\d[eE])-", "\\1\x01", bare)  # the sign of an exponent is none of a summand
        first, *others = re.split(r"([+-])", whole)
        signed = ["+", first, *others] if first.strip() or not others else others
        for sign, summand in zip(signed[::2], signed[1::2], strict=True):
            factors = [factor.strip().replace("\x01", "-") for factor in summand.split("*")]
            value = -1.0 if sign == "-" else 1.0
            named = [factor for factor in factors if not re.fullmatch(NUMBER, factor)]
            value *= float(np.prod([float(factor) for factor in factors if factor not in named]))
            if not named:
                constant += value
            elif len(named) > 1:
                raise ValueError(f"rules: {self.text!r} has products in a sum: make columns of them, or leave it out")
            else:
                place = self._place(named[0])
                weights[place] = weights.get(place, 0.0) + value
        return weights, constant

    def _factors(self, right: str) -> tuple[dict[int, float], float]:
        weights: dict[int, float] = {}
        factor = 1.0
        parts = ["*", *re.split(r"([*/])", right)]
        for operator, word in zip(parts[::2], parts[1::2], strict=True):
            base, sign, power = word.strip().partition("^")
            if sign and not re.fullmatch(rf"[+-]?({NUMBER})", power.strip()):
                raise ValueError(f"rules: {self.text!r} needs a number after ^, which {power.strip()!r} is not")
            exponent = (-1.0 if operator == "/" else 1.0) * (float(power) if power else 1.0)
            if re.fullmatch(NUMBER, base.strip()):
                factor *= float(base) ** exponent
            else:
                place = self._number(base)
                weights[place] = weights.get(place, 0.0) + exponent
        return weights, float(np.log(factor)) if factor else -np.inf

    def _check_known(self, known: BoolArray) -> None:
        if not known.any():
            raise ValueError(f"rules: no row has all that {self.text!r} speaks of: leave it out, or fill the gaps")

    def _held(self, rule: Rule) -> Rule:
        self._check(rule.broken(self.table))
        return rule

    def _check(self, broken: BoolArray) -> None:
        if broken.any():
            rows = np.flatnonzero(broken)
            shown = ", ".join(map(str, rows[:SHOWN])) + (", ..." if len(rows) > SHOWN else "")
            raise ValueError(
                f"rules: {self.text!r} is broken in {len(rows):,} of {len(broken):,} rows, by position {shown}: "
                "mend these rows, or leave the rule out"
            )
