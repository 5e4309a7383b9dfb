"""Integers and floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, record
from .base import TENSOR_DTYPES, TensorType, ValueType, inner_type, missing_of, numpy_dtype

EXACT = 2**53
MAX_DECIMALS = 9
PYTHON_NUMBERS = ("integer", "floating", "mixed-integer-float")


@record
@dataclass(frozen=True)
class Number(ValueType):
    """Integers and floats, NumPy's, pandas' or pyarrow's, and Python's in an object column.

    Values are put back on the lattice ``origin + k * step`` on which all training values lay: integers, decimals,
    multiples of 50. ``step`` 0 means that there was none. ``ints`` says whether an object column held Python integers.
    """

    dtype: DType
    origin: float
    step: float
    decimals: int
    missing: Any = np.nan
    ints: bool = False

    kind = "number"

    @classmethod
    def holds(cls, column: pd.Series) -> bool:
        if inner_type(column) in (*PYTHON_NUMBERS, "decimal"):
            return True
        return bool(pd.api.types.is_numeric_dtype(column.dtype)) and not pd.api.types.is_bool_dtype(column.dtype)

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        """Numbers that all survive as float64."""
        if not cls.holds(column) or is_decimal(column):
            return False
        return bool(pd.api.types.is_float_dtype(column.dtype)) or not (np.abs(_floats(column)) >= EXACT).any()

    @classmethod
    def fit(cls, column: pd.Series) -> Number:
        values = _floats(column)
        known = np.unique(values[np.isfinite(values)])
        origin, step, decimals = _lattice(known)
        ints = column.dtype == object and any(isinstance(cell, Integral) for cell in column)
        return cls(column.dtype, origin, step, decimals, missing_of(column), ints)

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        return pd.Series(_floats(column))

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return [_floats(column)]

    def rounded(self, part: Float64Array) -> Float64Array:
        """On the lattice, and as exact as the dtype."""
        if self.step:
            part = np.round(self.origin + np.rint((part - self.origin) / self.step) * self.step, self.decimals)
        own = numpy_dtype(self.dtype)
        if own.kind in "iu":
            limits = np.iinfo(own)
            return part.clip(limits.min, limits.max)
        return part.astype(own).astype(np.float64) if own.kind == "f" else part

    def plain(self, parts: list[Float64Array]) -> Float64Array:
        return self.rounded(parts[0])

    def series(self, plain: AnyArray) -> pd.Series:
        if self.dtype == object:
            cells = [self.missing if np.isnan(v) else int(v) if self.ints and v == int(v) else float(v) for v in plain]
            return pd.Series(cells, dtype=object)
        if isinstance(self.dtype, np.dtype):
            return pd.Series(plain.astype(self.dtype))
        series = pd.Series(plain)
        absent = series.isna()
        return series.where(~absent, 0).astype(self.dtype).mask(absent) if absent.any() else series.astype(self.dtype)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        own = numpy_dtype(self.dtype)
        whole = bool(self.step) and float(self.origin).is_integer() and float(self.step).is_integer()
        if own.kind == "f":
            dtype = own.name if own.name in TENSOR_DTYPES else "float64"
        elif own.kind in "iu":
            dtype = "float64" if missing else own.name
        else:
            dtype = "int64" if whole and self.ints and not missing else "float64"
        low, high = known.tolist() if len(known) else (0.0, 0.0)
        return TensorType(dtype, low, high, whole=whole or own.kind in "iu", gaps=missing)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return plain.astype(form.dtype, copy=False)


def is_decimal(column: pd.Series) -> bool:
    """Whether it holds decimal numbers."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return column.dtype.type is Decimal
    return inner_type(column) == "decimal"


def is_whole(column: pd.Series) -> bool:
    """Whether its dtype, or Python's of its cells, is one of whole numbers."""
    return bool(pd.api.types.is_integer_dtype(column.dtype)) or inner_type(column) == "integer"


def fractions_of(column: pd.Series) -> Float64Array:
    """The numbers with a fraction in a column of floats."""
    if not pd.api.types.is_float_dtype(column.dtype):
        return np.zeros(0)
    values = column.to_numpy(dtype=np.float64)
    return values[values != np.floor(values)]


def has_infinity(column: pd.Series) -> bool:
    """Whether a number is infinite."""
    if isinstance(column.dtype, pd.SparseDtype):
        return bool(np.isinf(column.array.sp_values.astype(float)).any()) if column.dtype.subtype.kind == "f" else False
    if pd.api.types.is_float_dtype(column.dtype):
        return bool(np.isinf(_floats(column)).any())
    return column.dtype == object and any(isinstance(cell, float) and np.isinf(cell) for cell in column)


def _floats(column: pd.Series) -> Float64Array:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _lattice(known: Float64Array) -> tuple[float, float, int]:
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
