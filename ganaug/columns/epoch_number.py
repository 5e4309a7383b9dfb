"""Whole numbers of nanoseconds since 1970, as clocks of computers write moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..plain import AnyArray, BoolArray, DType, Float64Array, Int64Array, record
from .base import ColumnType, Converted, TensorType, missing_of
from .keys import EPOCH
from .ticks import NO_TIME

TICK = 1_000
"""Nanoseconds. Clocks count microseconds at best, and keys of that size are hardly all multiples of it."""
FEWEST_MOMENTS = 10


@record
@dataclass(frozen=True)
class EpochNumber(Converted):
    """Moments as whole numbers, which floats cannot tell apart, by way of NumPy's dtype for them.

    Parameters
    ----------
    inner : ColumnType
        Of moments in microseconds.
    missing : object
        How a missing cell is written.
    """

    dtype: DType
    inner: ColumnType
    missing: Any

    @classmethod
    def of(cls, column: pd.Series, inner: ColumnType) -> EpochNumber:
        """The type of a column whose moments are of the inner type."""
        return cls(column.dtype, inner, missing_of(column))

    def converted(self, column: pd.Series) -> pd.Series:
        if not (known := self.knows(column)).all():
            strange = column[~known].iloc[0]
            raise ValueError(
                f"column {column.name!r}: {strange} is no moment like those in fit, in nanoseconds since 1970"
            )
        return moments_in(column)

    def knows(self, column: pd.Series) -> BoolArray:
        """Which cells are missing, or count microseconds of these years."""
        values, absent = _whole(column)
        return absent | _are_moments(values)

    def series(self, plain: AnyArray) -> pd.Series:
        absent = plain == NO_TIME
        if not absent.any():
            return pd.Series(plain * TICK).astype(self.dtype)
        cells = [None if gap else int(tick) * TICK for tick, gap in zip(plain, absent, strict=True)]
        if self.dtype == object:
            return pd.Series([self.missing if cell is None else cell for cell in cells], dtype=object)
        return pd.Series(pd.array(cells, dtype=self.dtype))

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002 - all dtypes have room
        if missing:
            return TensorType("float64", 0.0, 0.0, gaps=True)
        return TensorType("int64", float(EPOCH[0] * 10**9), float(EPOCH[1] * 10**9), whole=True)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return np.where(plain == NO_TIME, np.nan, plain * float(TICK)) if form.gaps else plain * TICK


def are_epochs(column: pd.Series) -> bool:
    """Whether all known cells of a column of long numbers count nanoseconds since 1970, and enough of them differ."""
    try:
        values, absent = _whole(column)
    except (ValueError, OverflowError):  # parts, or more than 64 bits hold
        return False
    return bool((absent | _are_moments(values)).all()) and len(np.unique(values[~absent])) >= FEWEST_MOMENTS


def moments_in(column: pd.Series) -> pd.Series:
    """Numbers of nanoseconds as moments in microseconds."""
    values, absent = _whole(column)
    ticks = np.where(absent, NO_TIME, values // TICK)
    return pd.Series(ticks.view("M8[us]"), column.index, name=column.name)


def _whole(column: pd.Series) -> tuple[Int64Array, BoolArray]:
    """Cells as whole numbers, 0 where they are missing."""
    absent = column.isna().to_numpy(bool)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        return column.to_numpy().astype(np.int64), absent  # greater ones are negative then, and no moments
    cells = column.astype(object).to_numpy()
    if any(int(cell) != cell for cell in cells[~absent]):
        raise ValueError("parts of numbers")
    return np.array([0 if gap else int(cell) for cell, gap in zip(cells, absent, strict=True)], np.int64), absent


def _are_moments(values: Int64Array) -> BoolArray:
    return (values >= EPOCH[0] * 10**9) & (values < EPOCH[1] * 10**9) & (values % TICK == 0)
