"""Equations that a user writes down: sums, products, shares and functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from .base import Rule
from .formula import formula_of
from .function import FUNCTIONS, Function
from .gap_count import GapCount
from .months import UNITS, MonthsFrom
from .rule_text import NUMBER, RuleText
from .share import share_of
from .total import total_of
from .verified import declared_relation

MONTHS = rf"(.+?)([+-])\s*(.+?)\s+({'|'.join(UNITS)})s?\s*(?:([+-])\s*(\d+)\s+days?\s*)?"


class Equation:
    """Reads the rule `left = right`."""

    def __init__(self, words: RuleText) -> None:
        self.words, self.table = words, words.table
        self.forms: dict[int, str] = {}
        """What of some columns is a factor."""

    def rule(self, left: str, right: str) -> Rule:
        if re.fullmatch(NUMBER, right.strip()):
            numbers = {place: self.table[place].numbers() for place in map(self.words.number, left.split("+"))}
            if len(numbers) < 2:
                raise self.words.wrong(f"needs two columns or more that add up to {right.strip()}")
            if min(map(np.nanmin, numbers.values())) < 0:
                raise self.words.wrong("needs columns that are never negative")
            total = total_of(numbers, float(right), max(self.table[place].grain for place in numbers))
            return self.words.held(total.with_support(len(next(iter(numbers.values())))))
        effect, right = self.words.place(left), right.replace("**", "^")
        if gaps := re.fullmatch(r"\s*(?:(\d+)\s*-)?\s*gaps of (.+)", right):
            counted = tuple(self.words.place(word) for word in gaps[2].split(","))
            most = int(gaps[1]) if gaps[1] else None
            return self.words.held(GapCount(counted, (self.words.number(left),), most, support=len(self.table[effect])))
        if self.table[effect].kind == "datetime" and (later := re.fullmatch(MONTHS, right)):
            return self._months(effect, *later.groups())
        right, off = self._off(right)
        limits, inner = self._limits(right)
        sized = self._sized(inner)
        function = re.fullmatch(rf"\s*({'|'.join(FUNCTIONS)})\((.+)\)\s*(?:or\s+(-?(?:{NUMBER})))?\s*", right)
        if function and sized is None:
            places = (self.words.number(function[2]),), (self.words.number(left),)
            instead = float(function[3]) if function[3] else np.nan
            return self.words.held(Function(*places, function[1], instead, support=len(self.table[effect])))
        if share := re.fullmatch(
            rf"\s*(?:({NUMBER})\s*\*)?\s*(.+?)\s*/\s*\((?!1 )(.+?)\+(.+?)\)\s*(?:or\s+(-?(?:{NUMBER})))?\s*", right
        ):
            return self._share(effect, *share.groups())
        right = inner if sized is None else sized
        if formula := self._formula(effect, right):
            return self.words.held(formula)
        right = re.sub(r"\(1 ([+-]) ([^()]+?)( / 100)?\)", self._formed, right)
        product = self._is_product(right)
        weights, constant = (self._factors if product else self._summands)(right)
        if not np.isfinite([*weights.values(), constant]).all() or 0 in weights.values():
            raise self.words.wrong("takes a column 0 times, or more often than floats can tell")
        self.words.check_known(~np.logical_or.reduce([self.table[place].absent for place in (*weights, effect)]))
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
            off=off,
        )
        self.words.check(broken, f"allow for rounding with ± {relation.step:.6g} at the end, " if relation.step else "")
        return relation

    def _formula(self, effect: int, right: str) -> Rule | None:
        """A sum with products or ratios in it, and what stands where a divisor is 0; None for what is none."""
        match = re.fullmatch(rf"(.+?)(?:\s+or\s+(-?(?:{NUMBER})))?\s*", right)
        said, instead = match.groups() if match else (right, None)
        addends = list(self._signed(said))
        several = len(addends) > 1 and any(self._columns_in(addend) > 1 for _, addend in addends)
        if "(" in said or not (several or instead):
            return None
        terms, constant = [], 0.0
        for sign, addend in addends:
            powers, factor = self._factors(addend)
            weight = float(np.exp(factor)) * (-1 if sign == "-" else 1)
            if any(power % 1 for power in powers.values()):
                raise self.words.wrong("has a power in a sum that is no whole number: make a column of it")
            if powers:
                terms.append((weight, {place: int(power) for place, power in powers.items() if power}))
            else:
                constant += weight
        return formula_of(effect, terms, constant, float(instead) if instead else np.nan, self.table)

    @staticmethod
    def _columns_in(addend: str) -> int:
        words = [word.strip() for word in re.split(r"[*/]", addend)]
        return sum(bool(word) and not re.fullmatch(NUMBER, word) for word in words)

    def _share(self, effect: int, scale: str | None, above: str, one: str, other: str, instead: str | None) -> Rule:
        """What is divided by the sum of two columns: one of them, the first less the second, or a third one."""
        causes = self.words.number(one), self.words.number(other)
        held = float(instead) if instead else np.nan
        if difference := re.fullmatch(r"\((.+?)-(.+?)\)", above):
            if tuple(map(self.words.number, difference.groups())) != causes:
                raise self.words.wrong("takes a difference by the sum of others: write 'index = (a - b) / (a + b)'")
            return self.words.held(share_of(causes, effect, float(scale or 1), held, self.table, "difference"))
        top = self.words.number(above)
        if top in causes:
            causes = causes if top == causes[0] else causes[::-1]
            return self.words.held(share_of(causes, effect, float(scale or 1), held, self.table))
        return self.words.held(share_of((*causes, top), effect, float(scale or 1), held, self.table, "other"))

    def _months(self, effect: int, start: str, sign: str, count: str, unit: str, turn: str | None, days: str) -> Rule:
        """A date as many calendar months from another one as a number or a column says, and some days."""
        size, after = UNITS[unit], int(f"{turn}{days}") if turn else 0
        causes = [self.words.moment(start)]
        if re.fullmatch(r"\d+", count):
            size *= int(count)
        else:
            causes.append(self.words.number(count))
        signed = size if sign == "+" else -size
        return self.words.held(MonthsFrom(tuple(causes), (effect,), signed, after, support=len(self.table[effect])))

    def _off(self, right: str) -> tuple[str, float]:
        """An expression, and by how much rows may be off: `a + b ± 0.1`."""
        exact, about, off = right.partition("±")
        if about and not re.fullmatch(NUMBER, off.strip()):
            raise self.words.wrong(f"needs a number after ±, which {off.strip()!r} is not")
        return exact, float(off or 0)

    def _limits(self, right: str) -> tuple[tuple[float, float], str]:
        """What an expression is kept within, and the expression: `max(a - b, 0)` is at least 0."""
        limits = [-np.inf, np.inf]
        while match := re.fullmatch(rf"\s*(min|max)\((.+),\s*([+-]?(?:{NUMBER}))\s*\)\s*", right):
            limits[match[1] == "min"], right = float(match[3]), match[2]
        return (limits[0], limits[1]), right

    def _sized(self, right: str) -> str | None:
        """The sum of which the size counts, in `abs(a - b)`; None if it is no such expression."""
        match = re.fullmatch(r"\s*abs\((.+[+-].+)\)\s*", right)
        return match[1] if match and self.words.name(match[1]) not in self.words.names.values() else None

    def _formed(self, match: re.Match[str]) -> str:
        """A factor such as (1 - discount), of which the column remains."""
        self.forms[self.words.number(match[2])] = f"(1 {match[1]} {{}}{match[3] or ''})"
        return match[2]

    def _is_product(self, right: str) -> bool:
        if self.forms or "(" in right:
            return bool(self.forms)
        factors = [part.split("*") for part in re.split(r"[+-]", right)]
        named = [sum(not re.fullmatch(NUMBER, factor.strip()) for factor in part) for part in factors]
        return bool(re.search(r"/|\^", right)) or max(named) > 1

    def _summands(self, right: str) -> tuple[dict[int, float], float]:
        weights: dict[int, float] = {}
        constant = 0.0
        if fraction := re.fullmatch(rf"\s*\((.+)\)\s*/\s*({NUMBER})\s*", right):
            inner, constant = self._summands(fraction[1])
            divisor = float(fraction[2])
            return {place: weight / divisor for place, weight in inner.items()}, constant / divisor
        for sign, summand in self._signed(right):
            factors = [factor.strip() for factor in summand.split("*")]
            value = -1.0 if sign == "-" else 1.0
            named = [factor for factor in factors if not re.fullmatch(NUMBER, factor)]
            value *= float(np.prod([float(factor) for factor in factors if factor not in named]))
            if not named:
                constant += value
            elif len(named) > 1:
                raise self.words.wrong("has products in a sum in brackets: write it without them")
            else:
                place = self.words.place(named[0])
                weights[place] = weights.get(place, 0.0) + value
        return weights, constant

    @staticmethod
    def _signed(right: str) -> Iterator[tuple[str, str]]:
        """The addends of a sum, and the sign before each."""
        bare = re.sub(r"(\d[eE])\+", r"\1", right)
        whole = re.sub(r"(\d[eE])-", "\\1\x01", bare)  # the sign of an exponent is none of an addend
        first, *others = re.split(r"([+-])", whole)
        signed = ["+", first, *others] if first.strip() or not others else others
        for sign, addend in zip(signed[::2], signed[1::2], strict=True):
            yield sign, addend.replace("\x01", "-")

    def _factors(self, right: str) -> tuple[dict[int, float], float]:
        weights: dict[int, float] = {}
        factor = 1.0
        parts = ["*", *re.split(r"([*/])", right)]
        for operator, word in zip(parts[::2], parts[1::2], strict=True):
            base, sign, power = word.strip().partition("^")
            if sign and not re.fullmatch(rf"[+-]?({NUMBER})", power.strip()):
                raise self.words.wrong(f"needs a number after ^, which {power.strip()!r} is not")
            exponent = (-1.0 if operator == "/" else 1.0) * (float(power) if power else 1.0)
            if re.fullmatch(NUMBER, base.strip()):
                factor *= float(base) ** exponent
            else:
                place = self.words.number(base)
                weights[place] = weights.get(place, 0.0) + exponent
        return weights, float(np.log(factor)) if factor else -np.inf
