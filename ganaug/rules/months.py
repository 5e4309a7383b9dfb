"""Dates that lie some calendar months from others, as the end of a contract lies from its begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, IndexArray, Int64Array, record
from .base import FEWEST_OTHERS, FEWEST_ROWS, MOST_COLUMNS, MayFollow, Rule, Table, quoted
from .calendar import counted, date_of, later, months_between

UNITS = {"month": 1, "quarter": 3, "year": 12}
"""Months of what a column may count."""
DAYS = (0, -1)
"""That are looked for after the months: a contract may end on the day before the next one begins."""


@record
@dataclass(frozen=True)
class MonthsFrom(Rule):
    """A moment some calendar months from another one: on the same day of the month, or the last one if it is shorter.

    Parameters
    ----------
    months : int
        How many, before it if they are negative; of each unit if a second cause counts units.
    days : int
        What is added after that.
    """

    months: int
    days: int = 0

    kind = "months"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        start, *counts = (quoted(names[place]) for place in self.causes)
        size, sign = abs(self.months), "+" if self.months > 0 else "-"
        if counts:
            unit = next(name for name, months in UNITS.items() if months == size)
            said = f"{start} {sign} {counts[0]} {unit}s"
        else:
            said = f"{start} {sign} {counted(size, 'month')}"
        if self.days:
            said += f" {'+' if self.days > 0 else '-'} {counted(abs(self.days), 'day')}"
        return f"{quoted(names[self.effect])} = {said}"

    def _said(self, table: Table, type: ColumnType) -> Int64Array:
        start, *counts = (table[place] for place in self.causes)
        months = np.full(len(start), float(self.months))
        for count in counts:
            months *= count.numbers()
        return later(start, months, self.days, type)

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        return self._said(table, cells.type) != cells.plain

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: self._said(table, types[self.effect])}


def find_months(table: Table, may_follow: MayFollow) -> Iterator[MonthsFrom]:
    """Moments that lie as many months from others in every row as a column counts, or a fixed number of them.

    A fixed number is one only where the days between them vary; else a sum says it.
    """
    moments = [place for place, own in table.items() if own.kind == "datetime"][:MOST_COLUMNS]
    if len(moments) < 2:
        return
    counts = {place: own.numbers() for place, own in table.items() if own.kind == "number"}
    dates = {place: date_of(table[place])[0] for place in moments}
    found: list[MonthsFrom] = []
    for start, effect in permutations(moments, 2):
        if table[start].scale == table[effect].scale and may_follow(effect, [start]):
            known = np.flatnonzero(~table[start].absent & ~table[effect].absent)
            for days in DAYS:
                begin, end = dates[start][known], dates[effect][known] - days
                found += _rules(start, effect, days, begin, end, counts, known)
    for rule in sorted(found, key=lambda rule: rule.months < 0):
        if may_follow(rule.effect, rule.causes) and not rule.broken(table).any():
            yield rule


def _rules(
    start: int,
    effect: int,
    days: int,
    begin: Int64Array,
    end: Int64Array,
    counts: Mapping[int, Float64Array],
    known: IndexArray,
) -> Iterator[MonthsFrom]:
    """What may be rules of two columns, of which the dates are given in the rows where both are known."""
    if len(begin) < FEWEST_ROWS:
        return
    months = months_between(begin, end)
    if months is None:
        return
    usual = int(np.median(months))
    others = int((months != usual).sum())
    if not others and usual and np.ptp(end - begin):
        yield MonthsFrom((start,), (effect,), usual, days, support=len(begin))
    for place, count in counts.items() if others >= FEWEST_OTHERS else ():
        for size in UNITS.values():
            for unit in (size, -size):
                if np.array_equal(unit * count[known], months):
                    yield MonthsFrom((start, place), (effect,), unit, days, support=len(begin))
