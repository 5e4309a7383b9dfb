"""Datetimes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, Int64Array, record
from .base import TensorType, ValueType, inner_type
from .ticks import NO_TIME, per_second, seconds_of, series_of, ticks_of

SECONDS_A_DAY = 86_400


@record
@dataclass(frozen=True)
class Datetime(ValueType):
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

    dtype: DType
    tick: int
    first: int
    last: int
    usual: tuple[int, int]

    kind = "datetime"

    @classmethod
    def holds(cls, column: pd.Series) -> bool:
        return cls.accepts(column) or inner_type(column) in ("date", "datetime", "datetime64") or _is_date(column.dtype)

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        if isinstance(column.dtype, pd.ArrowDtype):
            return column.dtype.kind == "M" and str(column.dtype).startswith("timestamp")
        return bool(pd.api.types.is_datetime64_any_dtype(column.dtype))

    @classmethod
    def fit(cls, column: pd.Series) -> Datetime:
        ticks, absent = ticks_of(column)
        ticks, day = ticks[~absent], _per_day(column.dtype)
        tick = int(np.gcd.reduce(ticks % day)) or day
        if not len(ticks):
            return cls(column.dtype, tick, 0, 0, (0, 0))
        usual = _most_frequent(ticks // day % 7), _most_frequent(ticks % day // tick)
        return cls(column.dtype, tick, int(ticks.min()), int(ticks.max()), usual)

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        """Seconds since 1970 in UTC."""
        if not Datetime.accepts(column):
            plain = column.astype(object) if isinstance(column.dtype, pd.ArrowDtype) else column
            column = pd.to_datetime(plain, utc=True, format="ISO8601")
        return seconds_of(column)

    @property
    def nominal(self) -> tuple[bool, ...]:
        return (False, False, False)

    def transform(self, column: pd.Series) -> list[Float64Array]:
        ticks, absent = ticks_of(column)
        days, time = np.divmod(ticks, _per_day(self.dtype))
        weeks, weekday = np.divmod(days, 7)
        return [np.where(absent, np.nan, part) for part in (weeks, weekday, time / self.tick)]

    def plain(self, parts: list[Float64Array]) -> Int64Array:
        weeks, weekday, time = (
            np.where(np.isnan(part), fill, np.rint(part)).astype(np.int64)
            for part, fill in zip(parts, (0, *self.usual), strict=True)
        )
        ticks = (weeks * 7 + weekday) * _per_day(self.dtype) + time * self.tick
        return np.where(np.isnan(parts[0]), NO_TIME, ticks.clip(self.first, self.last))

    def series(self, plain: AnyArray) -> pd.Series:
        return series_of(plain, self.dtype, "M")

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002
        return TensorType("int64", float(self.first), float(self.last), whole=True, ticks=True)


def _is_date(dtype: DType) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("date")


def _per_day(dtype: DType) -> int:
    return SECONDS_A_DAY * per_second(dtype)


def _most_frequent(values: Int64Array) -> int:
    distinct, counts = np.unique(values, return_counts=True)
    return int(distinct[np.argmax(counts)])
