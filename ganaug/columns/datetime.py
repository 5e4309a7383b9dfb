"""Datetimes and dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, Int64Array, record
from .base import TensorType, inner_type, missing_of, nearest
from .date_text import pattern_in
from .quantiles import far_off
from .ticks import (
    NO_TIME,
    ORIGIN,
    SECONDS_A_DAY,
    Times,
    holds_dates,
    local_ticks,
    per_second,
    seconds_of,
    series_of,
    ticks_of,
    utc_ticks,
)

RECURRING_SHARE = 0.02
FEWEST_TIMES = 5
BETWEEN_WEEKS = 0.5
MOST_RECURRING = 16


@record
@dataclass(frozen=True)
class Datetime(Times):
    """Datetimes as (week, day of the week, time of day), so that weekly and daily patterns can be learnt.

    Times with a zone are taken as clocks there show them. A cell is missing where its week is. A moment that recurs
    more often than its neighbours, such as an open end of 9999-12-31, has a week number of its own, between those of
    two weeks. A date without a time of day is the midnight at which it begins, in seconds.

    Parameters
    ----------
    tick : int
        The coarsest unit of all times of day, in units of the dtype.
    first, last : int
        The training range, which no combination of a week and a day leaves; recurring moments may lie outside.
    usual : tuple of int
        The most frequent day of the week and time of day, for cells that lack one of them.
    recurring : tuple of int
        Moments that recur.
    days : ndarray of int64 or None
        The only days, counted from 1970, if others must not come out.
    missing : object
        How a column of Python's dates writes a missing cell.
    """

    dtype: DType
    tick: int
    first: int
    last: int
    usual: tuple[int, int]
    recurring: tuple[int, ...] = ()
    days: Int64Array | None = None
    missing: Any = np.nan

    kind = "datetime"

    nominal = (False, False, False)

    @classmethod
    def holds(cls, column: pd.Series) -> bool:
        known = cls.accepts(column) or inner_type(column) in ("date", "datetime", "datetime64")
        return known or bool(pattern_in(column))

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        if isinstance(column.dtype, pd.ArrowDtype):
            return str(column.dtype).startswith(("timestamp", "date"))
        return bool(pd.api.types.is_datetime64_any_dtype(column.dtype)) or holds_dates(column)

    @classmethod
    def fit(cls, column: pd.Series) -> Datetime:
        ticks, absent = ticks_of(column)
        day = _per_day(column.dtype)
        missing = missing_of(column)
        recurring = _recurring(ticks[~absent], len(ticks), day)
        ticks = ticks[~absent & ~np.isin(ticks, recurring)]
        local = local_ticks(ticks, column.dtype)
        tick = int(np.gcd.reduce(local % day)) or day
        if not len(ticks):
            return cls(column.dtype, tick, 0, 0, (0, 0), recurring, missing=missing)
        usual = _most_frequent(local // day % 7), _most_frequent(local % day // tick)
        return cls(column.dtype, tick, int(ticks.min()), int(ticks.max()), usual, recurring, missing=missing)

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        """Seconds since 1970 in UTC."""
        if not Datetime.accepts(column):
            plain = column.astype(object) if isinstance(column.dtype, pd.ArrowDtype) else column
            column = pd.to_datetime(plain, utc=True, format="ISO8601")
        return seconds_of(column)

    def transform(self, column: pd.Series) -> list[Float64Array]:
        ticks, absent = ticks_of(column)
        days, time = np.divmod(local_ticks(ticks, self.dtype), self.day)
        weeks, weekday = np.divmod(days, 7)
        parts = [np.where(absent, np.nan, part) for part in (weeks, weekday, time / self.tick)]
        for moment in self.recurring:
            here = (ticks == moment) & ~absent
            for part, value in zip(parts, (self._week_of(moment), *self.usual), strict=True):
                part[here] = value
        return parts

    def plain(self, parts: list[Float64Array]) -> Int64Array:
        weeks, weekday, time = (
            np.where(np.isnan(part), fill, np.rint(part)).astype(np.int64)
            for part, fill in zip(parts, (0, *self.usual), strict=True)
        )
        days = weeks * 7 + weekday
        if self.days is not None:
            days = self.days[nearest(self.days, days)]
        local = days * self.day + time * self.tick
        low, high = local_ticks(np.array([self.first, self.last]), self.dtype)
        ticks = utc_ticks(local.clip(low, high), self.dtype).clip(self.first, self.last)
        for moment in self.recurring:
            ticks[parts[0] == self._week_of(moment)] = moment
        return np.where(np.isnan(parts[0]), NO_TIME, ticks)

    def series(self, plain: AnyArray) -> pd.Series:
        return series_of(plain, self.dtype, "M", self.missing)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002
        low, high = min(self.first, *self.recurring, self.first), max(self.last, *self.recurring, self.last)
        return TensorType("int64", float(low), float(high), whole=True, ticks=True)

    def on_days_of(self, plain: Int64Array) -> Datetime:
        known = plain[(plain != NO_TIME) & ~np.isin(plain, self.recurring)]
        return replace(self, days=np.unique(self.local(known) // self.day))

    @property
    def spacing(self) -> float:
        return self.step / per_second(self.dtype)

    def as_numbers(self, plain: AnyArray) -> Float64Array:
        ticks = plain - ORIGIN * per_second(self.dtype)
        return np.where(plain == NO_TIME, np.nan, ticks / per_second(self.dtype))

    def of_numbers(self, numbers: Float64Array) -> AnyArray:
        absent, second = np.isnan(numbers), per_second(self.dtype)
        ticks = np.rint(np.where(absent, 0, numbers) * second).astype(np.int64) + ORIGIN * second
        local = self.local(ticks)
        local = np.rint(local / self.step).astype(np.int64) * self.step if self.step > 1 else local
        return np.where(absent, NO_TIME, self.from_local(local))

    def days_of(self, plain: AnyArray) -> Float64Array:
        """Days since 1970 on clocks in the column's zone, NaN where missing."""
        return np.where(plain == NO_TIME, np.nan, self.local(plain) / self.day)

    def of_days(self, days: Float64Array) -> Int64Array:
        """The moments at which so many days are over."""
        return self.from_local(np.rint(days * self.day).astype(np.int64))

    def local(self, plain: Int64Array) -> Int64Array:
        """Ticks that clocks in the column's zone show; a missing time stays what it is."""
        return np.where(plain == NO_TIME, NO_TIME, local_ticks(plain, self.dtype))

    def from_local(self, local: Int64Array) -> Int64Array:
        """Moments at which clocks in the column's zone show so many ticks."""
        return np.where(local == NO_TIME, NO_TIME, utc_ticks(local, self.dtype))

    @property
    def day(self) -> int:
        """Ticks of a day."""
        return _per_day(self.dtype)

    @property
    def step(self) -> int:
        """The coarsest unit of all moments: :attr:`tick` is one of times of day, such as of 11:00 on every day."""
        return int(np.gcd(self.tick, self.day))

    def on_clocks(self, plain: Int64Array) -> Int64Array:
        """The nearest moments whose times of day are multiples of :attr:`tick`."""
        days, time = np.divmod(self.local(plain), self.day)
        return self.from_local(days * self.day + np.minimum((time + self.tick // 2) // self.tick * self.tick, self.day))

    def _week_of(self, moment: int) -> float:
        """The number that stands for a moment that recurs: that of its week and a fraction, for each another one."""
        week = moment // (7 * self.day)
        return week + BETWEEN_WEEKS + self.recurring.index(moment) / 64


def _recurring(ticks: Int64Array, rows: int, day: int) -> tuple[int, ...]:
    """Moments with a share of the rows that none of their week comes near, or that lie far from all others."""
    distinct, counts = np.unique(ticks, return_counts=True)
    if len(distinct) <= 1:
        return ()
    often = np.flatnonzero(counts >= max(FEWEST_TIMES, RECURRING_SHARE * rows))
    week, usual = distinct // (7 * day), np.median(counts)
    alone = [i for i in often if 2 * counts[i] > counts[week == week[i]].sum() and counts[i] >= FEWEST_TIMES * usual]
    far = np.flatnonzero(far_off(distinct.astype(np.float64), counts) & (counts >= FEWEST_TIMES))
    most = sorted({*alone, *far}, key=lambda i: -counts[i])[:MOST_RECURRING]
    return tuple(sorted(int(distinct[i]) for i in most))


def _per_day(dtype: DType) -> int:
    return SECONDS_A_DAY * per_second(dtype)


def _most_frequent(values: Int64Array) -> int:
    distinct, counts = np.unique(values, return_counts=True)
    return int(distinct[np.argmax(counts)])
