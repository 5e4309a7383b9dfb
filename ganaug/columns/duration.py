"""Spans of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, Int64Array, record
from .base import TensorType, inner_type
from .ticks import NO_TIME, Times, per_second, seconds_of, series_of, ticks_of

FARTHEST = 2**63 - 2**11
"""Floats that are nearer to the greatest tick become one that stands for a missing time."""


@record
@dataclass(frozen=True)
class Duration(Times):
    """Timedeltas as a number of ``tick`` units of the dtype."""

    dtype: DType
    tick: int

    kind = "duration"

    @classmethod
    def holds(cls, column: pd.Series) -> bool:
        return cls.accepts(column) or inner_type(column) in ("timedelta", "timedelta64")

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        if isinstance(column.dtype, pd.ArrowDtype):
            return column.dtype.kind == "m"
        return bool(pd.api.types.is_timedelta64_dtype(column.dtype))

    @classmethod
    def fit(cls, column: pd.Series) -> Duration:
        ticks, absent = ticks_of(column)
        return cls(column.dtype, int(np.gcd.reduce(ticks[~absent])) or 1)

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        """Seconds."""
        if not Duration.accepts(column):
            column = pd.Series(pd.to_timedelta(column))
        return seconds_of(column)

    def transform(self, column: pd.Series) -> list[Float64Array]:
        ticks, absent = ticks_of(column)
        return [np.where(absent, np.nan, ticks / self.tick)]

    def plain(self, parts: list[Float64Array]) -> Int64Array:
        absent, most = np.isnan(parts[0]), FARTHEST // self.tick
        steps = np.where(absent, 0, np.rint(parts[0])).clip(-most, most).astype(np.int64)
        return np.where(absent, NO_TIME, steps * self.tick)

    @property
    def spacing(self) -> float:
        return self.tick / per_second(self.dtype)

    def as_numbers(self, plain: AnyArray) -> Float64Array:
        return np.where(plain == NO_TIME, np.nan, plain / per_second(self.dtype))

    def of_numbers(self, numbers: Float64Array) -> AnyArray:
        absent = np.isnan(numbers)
        return np.where(absent, NO_TIME, self.on_lattice(np.where(absent, 0, numbers) * per_second(self.dtype)))

    def on_lattice(self, ticks: AnyArray) -> Int64Array:
        """The nearest multiples of :attr:`tick`."""
        return np.rint(ticks / self.tick).astype(np.int64) * self.tick

    def series(self, plain: AnyArray) -> pd.Series:
        return series_of(plain, self.dtype, "m")

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002
        low, high = (known * self.tick).tolist() if len(known) else (0.0, 0.0)
        return TensorType("int64", low, high, whole=True, ticks=True)
