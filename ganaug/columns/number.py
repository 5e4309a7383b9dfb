"""Integers and floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from numbers import Integral
from typing import Any, TypeGuard, TypeVar

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, record
from .base import TENSOR_DTYPES, TensorType, ValueType, inner_type, missing_of, nearest, numpy_dtype
from .lattice import (
    EXACT,
    LAST_BITS,
    MOST_OFF,
    ROWS_PER_LEVEL,
    Lattice,
    all_but_last_bits,
    fits_float32,
    lattice_of,
    significant_digits,
    skip_and_recur,
    with_digits,
)

Floats = TypeVar("Floats", AnyArray, pd.Series)
SAFE = 2**51
"""Decimals of fewer units survive a multiplication, too."""
MOST_LEVELS = 64
WIDE = 100
"""Digits; decimals in a column have 76 at most."""
PYTHON_NUMBERS = ("integer", "floating", "mixed-integer-float")


@record
@dataclass(frozen=True)
class Number(ValueType):
    """Integers, floats and decimals, NumPy's, pandas' or pyarrow's, and Python's in an object column.

    Values are put back on the lattice ``origin + k * step`` on which all training values lay: integers, decimals,
    multiples of 50. ``step`` 0 means that there was none. One or two numbers beyond all whole ones that floats hold, as
    they stand for missing values, lie beside it. ``ints`` says whether an object column held Python integers.

    Parameters
    ----------
    narrow : bool
        Whether the values are those of float32, whatever holds them.
    places : int or None
        Digits behind the point of Python's or pyarrow's decimals; None for other numbers.
    levels : ndarray of float64 or None
        The only values that come back, if they are few, recur and skip most of the lattice.
    digits : int or None
        How many significant digits the values are written with, as 9.692272 beside 10.45323; None for any.
    seen : ndarray of float64 or None
        The values, if they recur and lie on no lattice, or near one: what is one of them but for the last bits is that
        one.
    near : bool
        Whether some values are off the lattice by their last bits, as 2.3569999999999998 is: so may others be.
    """

    dtype: DType
    origin: float
    step: float
    decimals: int
    missing: Any = np.nan
    ints: bool = False
    narrow: bool = False
    places: int | None = None
    levels: Float64Array | None = None
    digits: int | None = None
    seen: Float64Array | None = None
    near: bool = False

    kind = "number"

    @classmethod
    def holds(cls, column: pd.Series) -> bool:
        if inner_type(column) in (*PYTHON_NUMBERS, "decimal"):
            return True
        return bool(pd.api.types.is_numeric_dtype(column.dtype)) and not pd.api.types.is_bool_dtype(column.dtype)

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        """Numbers that all survive as float64."""
        if not cls.holds(column):
            return False
        if is_decimal(column):
            return not (np.abs(_floats(column)) >= SAFE / 10.0 ** _digits(column)).any()
        return bool(pd.api.types.is_float_dtype(column.dtype)) or not (np.abs(_floats(column)) >= EXACT).any()

    @classmethod
    def fit(cls, column: pd.Series) -> Number:
        values = _floats(column)
        values = values[np.isfinite(values)]
        known, own = np.unique(values), numpy_dtype(column.dtype)
        places = _places(column) if is_decimal(column) else None
        on, narrow = lattice_of(known, 0 if places is None else _digits(column)), False
        if not on.step and len(known):
            narrow = own.kind in "fO" and own.itemsize >= 8 and fits_float32(known)
            fine = np.dtype(np.float32) if narrow else own
            on = lattice_of(known, 0, fine) if fine.kind == "f" and fine.itemsize < 8 else on
        digits = None if narrow or places is not None or own.itemsize < 8 else significant_digits(known, on)
        ints = column.dtype == object and any(isinstance(cell, Integral) for cell in column)
        levels = known if len(known) <= MOST_LEVELS and skip_and_recur(known, len(values), on.step) else None
        exact = own.itemsize >= 8 and not narrow
        near = exact and bool((_as_written(known, on, digits) != known).any())
        recur = (near or not on.step) and 1 < len(known) <= len(values) / ROWS_PER_LEVEL
        seen = known if recur and levels is None and not narrow else None
        return cls(column.dtype, *on, missing_of(column), ints, narrow, places, levels, digits, seen, near)

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        return pd.Series(_floats(column))

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return [_floats(column)]

    def rounded(self, part: Float64Array) -> Float64Array:
        """On the lattice, and as exact as the dtype."""
        written = _as_written(part, Lattice(self.origin, self.step, self.decimals), self.digits)
        as_is = self.near and all_but_last_bits(part, written, self.step or np.inf)
        part = np.where(as_is, part, written)
        if self.seen is not None:
            near = self.seen[nearest(self.seen / 4, part / 4)]
            part = np.where(np.abs(near - part) <= LAST_BITS * np.abs(near), near, part)
        own = self._own
        if own.kind in "iu":
            limits = np.iinfo(own)
            return part.clip(limits.min, limits.max)
        return part.astype(own).astype(np.float64) if own.kind == "f" else part

    @property
    def spacing(self) -> float:
        return self.step

    @property
    def grain(self) -> float:
        """What its dtype, or its digits, may leave out of a number, as a share of it; 0 if as exact as float64."""
        if self.digits is not None:
            return 10.0 ** (1 - self.digits)
        own = self._own
        return float(np.finfo(own).eps) if own.kind == "f" and own.itemsize < 8 else 0.0

    @property
    def _own(self) -> np.dtype[Any]:
        return np.dtype(np.float32) if self.narrow else numpy_dtype(self.dtype)

    def written(self, value: float) -> str:
        """A value in as few digits as tell it from all others of the dtype, as :meth:`read` takes it."""
        own = self._own
        return str(own.type(value) if own.kind == "f" else float(value)).removesuffix(".0")

    def read(self, text: str) -> float:
        """A number as the dtype has it."""
        with np.errstate(over="ignore"):
            return float(self._own.type(float(text))) if self._own.kind == "f" else float(text)

    def off_lattice(self, column: pd.Series) -> float | None:
        """A number between those that the column can hold; None if there is none."""
        values = _floats(column)
        known = values[~np.isnan(values) & (np.abs(values) < EXACT)] if self.step else np.zeros(0)
        steps = (known - self.origin) / (self.step or 1.0)
        off = known[np.abs(steps - np.rint(steps)) > MOST_OFF]
        return float(off[0]) if len(off) else None

    def given(self, column: pd.Series) -> Float64Array:
        return self.transform(column)[0]

    def plain(self, parts: list[Float64Array]) -> Float64Array:
        values = self.rounded(parts[0])
        if self.levels is None:
            return values
        return np.where(np.isnan(values), np.nan, self.levels[nearest(self.levels / 4, values / 4)])

    def series(self, plain: AnyArray) -> pd.Series:
        if self.places is not None:
            return self._decimals(plain, self.places)
        if self.dtype == object:
            cells = [self.missing if np.isnan(v) else int(v) if self.ints and v == int(v) else float(v) for v in plain]
            return pd.Series(cells, dtype=object)
        if isinstance(self.dtype, np.dtype):
            return pd.Series(plain.astype(self.dtype))
        series = pd.Series(plain)
        absent = series.isna()
        return series.where(~absent, 0).astype(self.dtype).mask(absent) if absent.any() else series.astype(self.dtype)

    def _decimals(self, plain: Float64Array, places: int) -> pd.Series:
        absent = np.isnan(plain)
        units = np.rint(np.where(absent, 0, plain) * 10.0**self.decimals).astype(np.int64).tolist()
        arrow = self.dtype.pyarrow_dtype if isinstance(self.dtype, pd.ArrowDtype) else None
        missing = self.missing if arrow is None else None
        with localcontext(prec=WIDE):
            exponent = Decimal(1).scaleb(-places)
            cells = [
                missing if gap else Decimal(n).scaleb(-self.decimals).quantize(exponent)
                for n, gap in zip(units, absent, strict=True)
            ]
        if arrow is None:
            return pd.Series(cells, dtype=object)
        import pyarrow as pa

        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(cells, arrow)))

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


def _as_written(values: Float64Array, on: Lattice, digits: int | None) -> Float64Array:
    """Numbers with so many significant digits, on a lattice; those beyond what floats count are left as they are."""
    if digits is not None:
        values = with_digits(values, digits)
    if not on.step:
        return values
    far = np.maximum(np.abs(values), np.abs(values - on.origin)) >= EXACT
    near = np.where(far, on.origin, values) if far.any() else values
    near = np.round(on.origin + np.rint((near - on.origin) / on.step) * on.step, on.decimals)
    return np.where(far, values, near) if far.any() else near


def is_complex(column: pd.Series) -> bool:
    """Whether it holds complex numbers."""
    return bool(pd.api.types.is_complex_dtype(column.dtype))


def is_decimal(column: pd.Series) -> bool:
    """Whether it holds decimal numbers."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return column.dtype.type is Decimal
    return inner_type(column) == "decimal"


def is_whole(column: pd.Series) -> bool:
    """Whether its dtype, or Python's of its cells, is one of whole numbers."""
    return bool(pd.api.types.is_integer_dtype(column.dtype)) or inner_type(column) == "integer"


def nearest_whole(values: Floats, dtype: np.dtype[Any]) -> Floats:
    """Floats rounded, within the limits of a dtype of whole numbers."""
    limits = np.iinfo(dtype)
    return values.round().clip(limits.min, limits.max)


def as_dtype(values: pd.Series, like: pd.Series) -> pd.Series:
    """Floats in the dtype of a column of numbers; whole ones, within the limits of the dtype, if it holds such."""
    if is_whole(like):
        own = numpy_dtype(like.dtype)
        values = nearest_whole(values, own) if own.kind in "iu" else values.round()
        if values.notna().all():
            values = values.astype("int64")
    return values.astype(like.dtype)


def fractions_of(column: pd.Series) -> Float64Array:
    """The numbers with a fraction in a column of floats, or of decimals."""
    if not (pd.api.types.is_float_dtype(column.dtype) or is_decimal(column) or inner_type(column) in PYTHON_NUMBERS):
        return np.zeros(0)
    values = _floats(column)
    return values[values != np.floor(values)]


def has_infinity(column: pd.Series) -> bool:
    """Whether a number is infinite."""
    if isinstance(column.dtype, pd.SparseDtype):
        return bool(np.isinf(column.array.sp_values.astype(float)).any()) if column.dtype.subtype.kind == "f" else False
    if pd.api.types.is_float_dtype(column.dtype):
        return bool(np.isinf(_floats(column)).any())
    return column.dtype == object and any(isinstance(cell, (float, Decimal)) and _infinite(cell) for cell in column)


def recurring_whole(column: pd.Series) -> bool:
    """Whether they are whole numbers, most of which stand in several rows, as labels do."""
    values = _floats(column)
    if (values != np.floor(values)).any():
        return False
    _, counts = np.unique(values, return_counts=True)
    return 2 * int(counts[counts > 1].sum()) >= len(values)


def _floats(column: pd.Series) -> Float64Array:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _infinite(cell: float | Decimal) -> bool:
    return cell.is_infinite() if isinstance(cell, Decimal) else bool(np.isinf(cell))


def _places(column: pd.Series) -> int:
    """Digits behind the point that decimals are written with, at most; less than 0 if they end with zeros."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return int(column.dtype.pyarrow_dtype.scale)
    return max((-_exponent(cell) for cell in column if _is_finite(cell)), default=0)


def _digits(column: pd.Series) -> int:
    """Digits behind the point that it takes to tell decimals apart."""
    with localcontext(prec=WIDE):
        return max((0, *(-_exponent(cell.normalize()) for cell in column if _is_finite(cell))))


def _is_finite(cell: object) -> TypeGuard[Decimal]:
    return isinstance(cell, Decimal) and cell.is_finite()


def _exponent(cell: Decimal) -> int:
    return int(cell.as_tuple().exponent)
