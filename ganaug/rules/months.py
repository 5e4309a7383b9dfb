"""Dates that lie some calendar months from others, as the end of a contract lies from its begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from ..columns.base import ColumnType
from ..columns.datetime import Datetime
from ..plain import AnyArray, BoolArray, Float64Array, IndexArray, Int64Array, record
from .base import FEWEST_OTHERS, FEWEST_ROWS, MOST_COLUMNS, Cells, MayFollow, Rule, Table, probed, quoted

UNITS = {"month": 1, "quarter": 3, "year": 12}
"""Months of what a column may count."""
DAYS = (0, -1)
"""That are looked for after the months: a contract may end on the day before the next one begins."""
FIRST_ROWS = 64


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
            said = f"{start} {sign} {_counted(size, 'month')}"
        if self.days:
            said += f" {'+' if self.days > 0 else '-'} {_counted(abs(self.days), 'day')}"
        return f"{quoted(names[self.effect])} = {said}"

    def _said(self, table: Table, type: ColumnType) -> Int64Array:
        start, *counts = (table[place] for place in self.causes)
        months = np.full(len(start), float(self.months))
        for count in counts:
            months *= count.numbers()
        absent = start.absent | np.isnan(months) | (months % 1 != 0)
        days, time = _date(start)
        days = _shifted(days, np.where(absent, 0, months).astype(np.int64)) + self.days
        own = type.cells
        assert isinstance(own, Datetime)
        within = np.rint(time * own.day).astype(np.int64) // own.step * own.step
        return np.where(absent, own.nothing, own.from_local(days * own.day + within))

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        return self._said(table, cells.type) != cells.plain

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: self._said(table, types[self.effect])}


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' * (number > 1)}"


def _date(cells: Cells) -> tuple[Int64Array, Float64Array]:
    """Days since 1970 on clocks in the zone of a column, and the part of the day that is over."""
    own = cells.type.cells
    assert isinstance(own, Datetime)
    days, time = np.divmod(np.where(cells.absent, 0, own.local(cells.plain)), own.day)
    return days, time / own.day


def _months(days: Int64Array) -> AnyArray:
    return days.astype("M8[D]").astype("M8[M]")


def _shifted(days: Int64Array, months: Int64Array) -> Int64Array:
    """Dates as many calendar months later."""
    begin = _months(days)
    within = days - begin.astype("M8[D]").astype(np.int64)
    first, following = ((begin + months + more).astype("M8[D]").astype(np.int64) for more in (0, 1))
    return np.minimum(first + within, following - 1)


def find_months(table: Table, may_follow: MayFollow) -> Iterator[MonthsFrom]:
    """Moments that lie as many months from others in every row as a column counts, or a fixed number of them.

    A fixed number is one only where the days between them vary; else a sum says it.
    """
    moments = [place for place, own in table.items() if own.kind == "datetime"][:MOST_COLUMNS]
    if len(moments) < 2:
        return
    counts = {place: own.numbers() for place, own in table.items() if own.kind == "number"}
    dates = {place: _date(table[place])[0] for place in moments}
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
    for rows in (probed(len(begin), FIRST_ROWS), np.arange(len(begin))):
        months = (_months(end[rows]) - _months(begin[rows])).astype(np.int64)
        if (_shifted(begin[rows], months) != end[rows]).any():
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
