"""Integers and floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from .dtypes import Floats, missing_of

EXACT = 2**53
MAX_DECIMALS = 9


@dataclass(frozen=True)
class NumberView:
    """Integers and floats, NumPy's, pandas' or pyarrow's, and Python's in an object column.

    Values are put back on the lattice ``origin + k * step`` on which all training values lay: integers, decimals,
    multiples of 50. ``step`` 0 means that there was none. ``ints`` says whether an object column held Python integers.
    """

    dtype: Any
    origin: float
    step: float
    decimals: int
    missing: Any = np.nan
    ints: bool = False

    levels: ClassVar[tuple[bool, ...]] = (False,)

    @classmethod
    def fit(cls, column: pd.Series) -> NumberView:
        values = _floats(column)
        known = np.unique(values[np.isfinite(values)])
        origin, step, decimals = _lattice(known)
        ints = column.dtype == object and "integer" in pd.api.types.infer_dtype(column, skipna=True)
        return cls(column.dtype, origin, step, decimals, missing_of(column), ints)

    def split(self, column: pd.Series) -> list[Floats]:
        return [_floats(column)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        values = parts[0]
        if self.step:
            values = np.round(self.origin + np.rint((values - self.origin) / self.step) * self.step, self.decimals)
        if self.dtype != object:
            return _cast(values, self.dtype)
        cells = [self.missing if np.isnan(v) else int(v) if self.ints and v == int(v) else float(v) for v in values]
        return pd.Series(cells, dtype=object)


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def is_exact(column: pd.Series) -> bool:
    """Whether every number of the column survives as float64."""
    if pd.api.types.is_float_dtype(column.dtype):
        return True
    return not (np.abs(_floats(column)) >= EXACT).any()


def _lattice(known: Floats) -> tuple[float, float, int]:
    """Origin, step and decimals of the coarsest lattice that holds the sorted, distinct values `known`."""
    if not len(known):
        return 0.0, 0.0, 0
    for decimals in range(MAX_DECIMALS + 1):
        scale = 10.0**decimals
        if np.abs(known).max() * scale >= EXACT:
            break
        if (np.round(known, decimals) == known).all():
            whole = np.rint(known * scale).astype(np.int64)
            step = np.gcd.reduce(whole - whole[0]) or 1
            return float(known[0]), float(step / scale), decimals
    return 0.0, 0.0, 0


def _cast(values: Floats, dtype: Any) -> pd.Series:
    """Floats as a Series of a numeric dtype, NaN as its missing value."""
    if isinstance(dtype, np.dtype):
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            values = values.clip(limits.min, limits.max)
        return pd.Series(values.astype(dtype))
    series = pd.Series(values)
    absent = series.isna()
    return series.where(~absent, 0).astype(dtype).mask(absent) if absent.any() else series.astype(dtype)
