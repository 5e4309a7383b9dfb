"""Datetimes and timedeltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .dtypes import Floats, is_datetime

PER_DAY = {unit: 86_400 * 1000**power for power, unit in enumerate(("s", "ms", "us", "ns"))}


@dataclass(frozen=True)
class TimeView:
    """Datetimes as (week, day of the week, time of day), so that weekly and daily patterns can be learnt.

    Times with a zone are taken in UTC. A cell is missing where its week is.

    Parameters
    ----------
    tick : int
        The coarsest unit of all times of day, in units of the dtype.
    first, last : int
        The training range, which no combination of a week and a day leaves.
    usual : tuple of int
        The most frequent day of the week and time of day, for cells that lack one of them.
    """

    dtype: Any
    tick: int
    first: int
    last: int
    usual: tuple[int, int]

    levels: ClassVar[tuple[bool, ...]] = (False, False, False)

    @classmethod
    def fit(cls, column: pd.Series) -> TimeView:
        ticks, absent = _ticks(column)
        ticks, day = ticks[~absent], per_day(column.dtype)
        tick = int(np.gcd.reduce(ticks % day)) or day
        if not len(ticks):
            return cls(column.dtype, tick, 0, 0, (0, 0))
        usual = _most_frequent(ticks // day % 7), _most_frequent(ticks % day // tick)
        return cls(column.dtype, tick, int(ticks.min()), int(ticks.max()), usual)

    def split(self, column: pd.Series) -> list[Floats]:
        ticks, absent = _ticks(column)
        days, time = np.divmod(ticks, per_day(self.dtype))
        weeks, weekday = np.divmod(days, 7)
        return [np.where(absent, np.nan, part) for part in (weeks, weekday, time / self.tick)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        weeks, weekday, time = (
            np.where(np.isnan(part), fill, np.rint(part)).astype(np.int64)
            for part, fill in zip(parts, (0, *self.usual), strict=True)
        )
        ticks = (weeks * 7 + weekday) * per_day(self.dtype) + time * self.tick
        return _from_ticks(ticks.clip(self.first, self.last), np.isnan(parts[0]), self.dtype)


@dataclass(frozen=True)
class SpanView:
    """Timedeltas as a number of ``tick`` units of the dtype."""

    dtype: Any
    tick: int

    levels: ClassVar[tuple[bool, ...]] = (False,)

    @classmethod
    def fit(cls, column: pd.Series) -> SpanView:
        ticks, absent = _ticks(column)
        return cls(column.dtype, int(np.gcd.reduce(ticks[~absent])) or 1)

    def split(self, column: pd.Series) -> list[Floats]:
        ticks, absent = _ticks(column)
        return [np.where(absent, np.nan, ticks / self.tick)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        absent = np.isnan(parts[0])
        ticks = np.where(absent, 0, np.rint(parts[0])).astype(np.int64) * self.tick
        return _from_ticks(ticks, absent, self.dtype)


def _most_frequent(values: NDArray[np.int64]) -> int:
    distinct, counts = np.unique(values, return_counts=True)
    return int(distinct[np.argmax(counts)])


def per_day(dtype: Any) -> int:
    """How many units of the dtype a day has."""
    return PER_DAY[_unit(dtype)]


def _unit(dtype: Any) -> str:
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype.unit)
    return str(dtype.unit) if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0]


def _ticks(column: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole units of the dtype (since 1970 in UTC, for datetimes), and where there are none."""
    absent = column.isna().to_numpy()
    if isinstance(column.dtype, pd.ArrowDtype):
        ticks = column.array.__arrow_array__().cast("int64").fill_null(0).to_numpy()
    else:
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        ticks = column.to_numpy().view(np.int64)
    return np.where(absent, 0, ticks), absent


def _from_ticks(ticks: NDArray[np.int64], absent: NDArray[np.bool_], dtype: Any) -> pd.Series:
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa

        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(ticks, mask=absent).cast(dtype.pyarrow_dtype)))
    kind = "M" if is_datetime(dtype) else "m"
    series = pd.Series(ticks.view(f"{kind}8[{_unit(dtype)}]")).mask(absent)
    if isinstance(dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize("UTC").dt.tz_convert(dtype.tz)
    return series
