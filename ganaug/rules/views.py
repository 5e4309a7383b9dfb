"""What rules see of a column: its values, whether they are missing, and parts of dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..columns.datetime import Datetime
from ..columns.ticks import SECONDS_A_DAY, per_second
from ..plain import AnyArray, BoolArray, Float64Array, Int64Array, record
from .base import LABEL, Table, quoted


def _days(moments: pd.DatetimeIndex) -> Int64Array:
    return moments.to_numpy().astype("M8[D]").astype(np.int64)


def _starts(unit: str) -> Callable[[pd.DatetimeIndex], Int64Array]:
    return lambda moments: moments.to_numpy().astype(f"M8[{unit}]").astype("M8[D]").astype(np.int64)


PARTS: dict[str, Callable[[pd.DatetimeIndex], AnyArray]] = {
    "year": lambda clock: clock.year,
    "quarter": lambda clock: clock.quarter,
    "month": lambda clock: clock.month,
    "week": lambda clock: clock.isocalendar()["week"].to_numpy(np.int64),
    "weekday": lambda clock: clock.day_of_week,
    "day": lambda clock: clock.day,
    "day of year": lambda clock: clock.day_of_year,
    "hour": lambda clock: clock.hour,
    "minute": lambda clock: clock.minute,
    "second": lambda clock: clock.second,
    "year and quarter": lambda clock: clock.year * 4 + clock.quarter - 1,
    "year and month": lambda clock: clock.year * 12 + clock.month - 1,
    "days left in month": lambda clock: clock.days_in_month - clock.day,
    "month and day": lambda clock: clock.month * 100 + clock.day,
    "time of day": lambda clock: clock.hour * 3600 + clock.minute * 60 + clock.second,
}
"""Parts of a date as whole numbers, as clocks of its zone show them."""
DATES: dict[str, Callable[[pd.DatetimeIndex], Int64Array]] = {
    "date": _days,
    "start of month": _starts("M"),
    "start of year": _starts("Y"),
    "start of quarter": lambda clock: _quarter(clock, end=False),
    "start of week": lambda clock: _days(clock) - np.asarray(clock.day_of_week),
    "end of month": lambda clock: (clock.to_numpy().astype("M8[M]") + 1).astype("M8[D]").astype(np.int64) - 1,
    "end of quarter": lambda clock: _quarter(clock, end=True),
}
"""Dates that another one implies, as days since 1970."""
SPANS = ("calendar years", "years", "months", "weeks", "days", "hours", "minutes")
"""Whole units of time between two moments; of calendar years, how far the years are apart."""
COMPARED = "comparison"
EXTREMES: dict[str, float] = {"greatest": 1.0, "least": -1.0}
"""Which of some columns is the greatest or the least, and the sign under which it is the greatest."""


def _quarter(clock: pd.DatetimeIndex, *, end: bool) -> Int64Array:
    months = clock.to_numpy().astype("M8[M]").astype(np.int64) // 3 * 3 + 3 * end
    return months.astype("M8[M]").astype("M8[D]").astype(np.int64) - end


@record
@dataclass(frozen=True)
class Term:
    """What a rule sees of one column, or of those that are compared.

    Parameters
    ----------
    places : tuple of int
        One, or those of the two moments that a span lies between, or of columns that are compared.
    view : str
        "value", "missing", "is", a part of a date, a unit of the span, :data:`COMPARED`, or one of :data:`EXTREMES`.
    value : float or None
        Of "is", the plain value that a cell has or has not.
    """

    places: tuple[int, ...]
    view: str = "value"
    value: float | None = None

    def seen(self, table: Table) -> tuple[AnyArray, BoolArray]:
        """What is seen, and where nothing is."""
        cells = table[self.places[0]]
        if self.view == "value":
            return cells.plain, cells.absent
        if self.view == "missing":
            return cells.absent.astype(np.int64), np.zeros(len(cells), bool)
        if self.view == "is":
            return (cells.plain == self.value).astype(np.int64), np.zeros(len(cells), bool)
        if self.view in EXTREMES:
            return first_greatest([EXTREMES[self.view] * table[place].numbers() for place in self.places])
        if len(self.places) > 1:
            other = table[self.places[1]]
            absent = cells.absent | other.absent
            if self.view == COMPARED:
                return compared(cells.numbers(), other.numbers()), absent
            return _span(self.view, _clock(table, self.places[0]), _clock(table, self.places[1])), absent
        part = (PARTS | DATES)[self.view]
        return np.asarray(part(_clock(table, self.places[0]))).astype(np.int64), cells.absent

    def target(self, table: Table) -> AnyArray:
        """What a rule has to tell of its effect: plain values, or whether it is so."""
        return table[self.places[0]].plain if self.view == "value" else self.seen(table)[0].astype(bool)

    @property
    def listed(self) -> bool:
        """Whether it asks which of the known values a cell has."""
        return self.view == "value"

    def text(self, names: Mapping[int, str]) -> str:
        own = [names[place] if place == LABEL else quoted(names[place]) for place in self.places]
        if self.view == "value":
            return own[0]
        if self.view == "missing":
            return f"whether {own[0]} is missing"
        if self.view in EXTREMES:
            return f"{self.view} of {', '.join(own)}"
        if self.view == COMPARED:
            return f"{self.view} of {own[0]} with {own[1]}"
        return f"{self.view} from {own[0]} to {own[1]}" if self.view in SPANS else f"{self.view} of {own[0]}"


def compared(one: Float64Array, other: Float64Array) -> Int64Array:
    """-1, 0 or 1 where one is less, as great or greater; 0 where a number is missing."""
    return (one > other).astype(np.int64) - (one < other)


def first_greatest(columns: Sequence[Float64Array]) -> tuple[Int64Array, BoolArray]:
    """Which column is the greatest in each row, the first of those that are; and where all are missing."""
    values = np.array(columns)
    known: BoolArray = ~np.isnan(values)
    return np.where(known, values, -np.inf).argmax(axis=0).astype(np.int64), ~np.any(known, axis=0)


def _clock(table: Table, place: int) -> pd.DatetimeIndex:
    """What clocks in the zone of the column show, to the second; some moment where it is missing."""
    cells, own = table[place], table[place].type.cells
    assert isinstance(own, Datetime)
    seconds = np.where(cells.absent, 0, own.local(cells.plain)) // per_second(own.dtype)
    return pd.DatetimeIndex(seconds.view("M8[s]"))


def _span(unit: str, begin: pd.DatetimeIndex, end: pd.DatetimeIndex) -> Int64Array:
    """Whole units from one moment to another."""
    if unit == "calendar years":
        return np.asarray(end.year - begin.year, np.int64)
    if unit in ("years", "months"):
        whole = (end.year - begin.year) * 12 + end.month - begin.month
        months = np.asarray(whole, np.int64) - (_within_month(end) < _within_month(begin))
        return months // 12 if unit == "years" else months
    seconds = {"weeks": 7 * SECONDS_A_DAY, "days": SECONDS_A_DAY, "hours": 3600, "minutes": 60}[unit]
    return (end.asi8 - begin.asi8) // seconds


def _within_month(clock: pd.DatetimeIndex) -> Int64Array:
    return np.asarray(clock.day * SECONDS_A_DAY + clock.hour * 3600 + clock.minute * 60 + clock.second)
