"""Categories, strings, booleans, and whatever else can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from ..plain import AnyArray, BoolArray, DType, Float64Array, Int64Array, record
from .base import TENSOR_DTYPES, TensorType, ValueType, missing_of, numpy_dtype
from .lattice import EXACT
from .number import Number, is_decimal


@record
@dataclass(frozen=True)
class Category(ValueType):
    """Categories, strings, booleans and any other hashable values, as numbers of levels.

    Parameters
    ----------
    values : Series
        The levels seen, sorted, in the column's own dtype (that of the categories, if it has any).
    """

    dtype: DType
    values: pd.Series
    missing: Any = np.nan

    kind = "category"
    nothing = -1
    nominal = (True,)

    @classmethod
    def holds(cls, column: pd.Series) -> bool:  # noqa: ARG003 - anything
        return True

    @classmethod
    def fit(cls, column: pd.Series) -> Self:
        return cls(column.dtype, _levels(column), missing_of(column))

    @staticmethod
    def measured(column: pd.Series) -> pd.Series:
        """How values are written; whole numbers alike, whether they are integers or floats."""
        codes, distinct = pd.factorize(without_dictionary(column))
        written = np.array([*map(_written, distinct), None], dtype=object)
        return pd.Series(written[codes], dtype=object)

    def transform(self, column: pd.Series) -> list[Float64Array]:
        codes = self._codes(column)
        unseen = (codes < 0) & column.notna().to_numpy()
        if unseen.any():
            raise ValueError(
                f"column {column.name!r}: {column[unseen].iloc[0]!r} was not among the {len(self.values)} values "
                f"seen in fit, for example {self.values.head(5).tolist()}"
            )
        return [np.where(codes < 0, np.nan, codes)]

    def knows(self, column: pd.Series) -> BoolArray:
        """Which cells are missing or of a level that was seen."""
        return (self._codes(column) >= 0) | column.isna().to_numpy()

    def _codes(self, column: pd.Series) -> Int64Array:
        """Places among the levels, -1 for missing and unseen ones."""
        column = without_dictionary(column)
        if isinstance(column.dtype, pd.CategoricalDtype):
            into = _places(pd.Index(self.values), column.cat.categories)
            return np.append(into, -1)[column.cat.codes]
        if self.values.dtype == object:
            spot = {_key(v): i for i, v in enumerate(self.values)}
            return np.array([spot.get(_key(v), -1) for v in column], np.int64)
        return _places(pd.Index(self.values), pd.Index(column))

    def plain(self, parts: list[Float64Array]) -> Int64Array:
        """Places among the levels, -1 for missing values."""
        return np.where(np.isnan(parts[0]), -1, np.rint(np.nan_to_num(parts[0]))).astype(np.int64)

    def series(self, plain: AnyArray) -> pd.Series:
        if isinstance(self.dtype, pd.CategoricalDtype):
            into = _places(self.dtype.categories, pd.Index(self.values))
            return pd.Series(pd.Categorical.from_codes(np.append(into, -1)[plain], dtype=self.dtype))
        if self.dtype == object:
            return pd.Series(np.array([*self.values, self.missing, None], object)[:-1][plain], dtype=object)
        return pd.Series(self.values.array.take(plain, allow_fill=bool((plain < 0).any()))).astype(self.dtype)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002
        dtype = self._tensor_dtype(missing=missing)
        if dtype is None:
            kinds = ", ".join(sorted({type(value).__name__ for value in self.values}))
            raise TypeError(
                f"holds values of type {kinds}, which no tensor can hold: turn them into strings or numbers before "
                "fitting"
            )
        if dtype == "string":
            return TensorType(dtype, 0.0, 0.0, gaps=missing)
        values = self.values.astype(float)
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
        return TensorType(dtype, low, high, whole=all(value.is_integer() for value in values), gaps=missing)

    def _tensor_dtype(self, *, missing: bool) -> str | None:
        """TensorFlow's name of the dtype of the levels; None where they are of a kind that tensors do not have."""
        values = self.values.tolist()
        if all(type(value) is bytes for value in values) or all(isinstance(value, str) for value in values):
            return "string"
        if all(type(value) is bool for value in values):
            return "float64" if missing else "bool"
        own = numpy_dtype(self.values.dtype)
        if all(type(value) is int for value in values):
            if missing:
                return "float64" if max(map(abs, values)) < EXACT else None
            dtype = own.name if own.kind in "iu" else "int64"
            return dtype if np.iinfo(dtype).min <= min(values) and max(values) <= np.iinfo(dtype).max else None
        if all(type(value) in (int, float) for value in values):
            return own.name if own.kind == "f" and own.name in TENSOR_DTYPES else "float64"
        return None

    @cached_property
    def _as_bytes(self) -> AnyArray:
        """The levels as tensors of strings hold them, then a missing value."""
        written = [value if isinstance(value, bytes) else str(value).encode() for value in self.values]
        return np.array([*written, b""], dtype=object)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        if form.dtype == "string":
            return self._as_bytes[plain]
        levels = self.values.to_numpy(dtype=form.dtype)
        return np.append(levels, np.nan)[plain] if form.gaps else levels[plain]


LONG = (
    "holds whole numbers beyond 2**53, which are learnt as levels: take pd.to_datetime(..., unit='ns') of moments, and "
    "what is left of others when their least is taken off"
)


@record
@dataclass(frozen=True)
class LongNumber(Category):
    """Whole numbers that floats cannot tell apart: levels in their order, so that neighbours may share an interval."""

    nominal = (False,)

    @classmethod
    def holds(cls, column: pd.Series) -> bool:  # noqa: ARG003 - `Number` does
        return False

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        return Number.holds(column) and not is_decimal(column) and not Number.accepts(column)


def _levels(column: pd.Series) -> pd.Series:
    """The distinct values in an order that has nothing to do with that of the rows, which a file is not to tell."""
    known = without_dictionary(column[column.notna()])
    if isinstance(column.dtype, pd.CategoricalDtype):
        seen = np.unique(known.cat.codes.to_numpy())
        return pd.Series(column.cat.categories[seen])
    if known.dtype == object:  # unique() would take 1, 1.0 and True for one value
        distinct = pd.Series(list({_key(v): v for v in known}.values()), dtype=object)
    else:
        distinct = known.drop_duplicates()  # unique() of an older pandas takes "" and "\x00" for one text
    try:
        return distinct.iloc[distinct.array.argsort()].reset_index(drop=True)  # sort_values() would guess a dtype
    except TypeError:  # of several types
        ordered = sorted(distinct, key=lambda value: (type(value).__name__, repr(value)))
        return pd.Series(ordered, dtype=distinct.dtype)


def _places(levels: pd.Index, asked: pd.Index) -> Int64Array:
    """Places among the levels, -1 for what is none of them."""
    if isinstance(levels, pd.IntervalIndex):  # it finds none of its own, if some overlap
        levels, asked = levels.astype(object), asked.astype(object)
    return levels.get_indexer(asked)


def without_dictionary(column: pd.Series) -> pd.Series:
    """An Arrow dictionary column as one of its values, since pandas hardly works with the former."""
    if not (isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("dictionary")):
        return column
    return column.astype(pd.ArrowDtype(column.dtype.pyarrow_dtype.value_type))


def _key(value: object) -> tuple[type, object]:
    """Tells 1, 1.0 and True apart, but not Python's text and bytes from NumPy's."""
    return next((kind for kind in (str, bytes) if isinstance(value, kind)), type(value)), value


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).encode(errors="backslashreplace").decode()  # pandas takes no half of a surrogate pair
