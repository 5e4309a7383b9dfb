"""The words of a rule, and the columns that they speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ..columns.category import LONG, LongNumber
from ..columns.datetime import Datetime
from ..plain import BoolArray
from .base import LABEL, Rule, Table
from .views import COMPARED, DATES, EXTREMES, PARTS, SPANS, Term

SHOWN = 5
EXAMPLES = (
    "'town implies state', 'age < 18 implies licence is no', 'begin <= end', 'total = goods + freight', "
    "'one of a, b, c' or 'a + b = 100'"
)
NUMBER = r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+"


class RuleText:
    """A rule as it was written, the table it speaks of, and the names of its columns.

    All methods raise ValueError for what cannot be.
    """

    def __init__(self, text: str, table: Table, names: Mapping[int, str]) -> None:
        self.text, self.table, self.names = text, table, names
        self._quoted: list[str] = []
        self.plain = re.sub(r"`((?:[^`]|``)*)`", self._kept, text)
        """The text with a mark in place of each name in backticks."""

    def wrong(self, what: str) -> ValueError:
        """The error that says what is wrong with the rule."""
        return ValueError(f"rules: {self.text!r} {what}")

    def _kept(self, match: re.Match[str]) -> str:
        self._quoted.append(match[1].replace("``", "`"))
        return f"\x00{len(self._quoted) - 1}\x00"

    def place(self, word: str) -> int:
        word = word.strip()
        if not word:
            raise self.wrong(f"lacks a column or a number: write for example {EXAMPLES}")
        if word == "the label" and LABEL in self.table:
            raise self.wrong(
                "is no rule, since the label can only imply columns: write for example 'the label implies town'"
            )
        name = self.name(word)
        places = [place for place, known in self.names.items() if known == name and place != LABEL]
        if not places and re.fullmatch(rf"[+-]?(?:{NUMBER})", name):
            raise self.wrong(f"bounds a column by the number {name}, which needs no rule: columns keep to their range")
        if not places:
            known = [self.names[place] for place in self.table if place != LABEL]
            raise self.wrong(f"speaks of a column {name!r}, which there is not; columns are {known}")
        return places[0]

    def name(self, word: str) -> str:
        """What is written, without backticks."""
        return re.sub(r"\x00(\d+)\x00", lambda match: self._quoted[int(match[1])], word.strip())

    def term(self, words: str) -> Term:
        words = words.strip()
        if words == "the label" and LABEL in self.table:
            return Term((LABEL,))
        if match := re.fullmatch(r"whether (.+) is missing", words):
            return Term((self.place(match[1]),), "missing")
        if match := re.fullmatch(rf"({'|'.join(SPANS)}) from (.+) to (.+)", words):
            return Term((self.moment(match[2]), self.moment(match[3])), match[1])
        if match := re.fullmatch(rf"{COMPARED} of (.+) with (.+)", words):
            return Term(self.alike(match[1], match[2]), COMPARED)
        for view in sorted({**PARTS, **DATES}, key=len, reverse=True):
            if words.startswith(f"{view} of "):
                return Term((self.moment(words.removeprefix(f"{view} of ")),), view)
        return Term((self.place(words),))

    def alike(self, *words: str) -> tuple[int, ...]:
        """Places of columns that can be compared."""
        places = tuple(map(self.place, words))
        if long := [place for place in places if isinstance(self.table[place].type.cells, LongNumber)]:
            raise self.wrong(f"cannot be kept: column {self.names[long[0]]!r} {LONG}")
        scales = {self.table[place].scale for place in places}
        if len(scales) > 1 or not self.table[places[0]].ordered:
            raise self.wrong(f"compares {sorted(scales)} columns: give numbers, or dates, all with a time zone or none")
        return places

    def moment(self, word: str) -> int:
        place = self.place(word)
        if not isinstance(self.table[place].type.cells, Datetime):
            raise self.wrong(f"needs dates in column {self.names[place]!r}")
        return place

    def number(self, word: str) -> int:
        place = self.place(word)
        if self.table[place].kind != "number":
            raise self.wrong(f"needs numbers in column {self.names[place]!r}")
        return place

    def terms(self, causes: str) -> tuple[Term, ...]:
        if match := re.fullmatch(rf"({'|'.join(EXTREMES)}) of (.+)", causes.strip()):
            return (Term(self.alike(*match[2].split(",")), match[1]),)
        return tuple(self.term(words) for words in re.split(r", | and (?!quarter|month|day)", causes))

    def check_known(self, known: BoolArray) -> None:
        if not known.any():
            raise ValueError(f"rules: no row has all that {self.text!r} speaks of: leave it out, or fill the gaps")

    def held(self, rule: Rule) -> Rule:
        self.check(rule.broken(self.table))
        return rule

    def check(self, broken: BoolArray, other_remedy: str = "") -> None:
        if broken.any():
            rows = np.flatnonzero(broken)
            shown = ", ".join(map(str, rows[:SHOWN])) + (", ..." if len(rows) > SHOWN else "")
            raise self.wrong(
                f"is broken in {len(rows):,} of {len(broken):,} rows, by position {shown}: "
                f"mend these rows, {other_remedy}or leave the rule out"
            )
