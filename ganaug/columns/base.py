"""What a column type is.

One file holds all of a type: which columns it takes, how their values become arrays of numbers and come back, how
tensors hold them and how a metric looks at them. Nothing else in the package asks for a dtype.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd

from ..plain import AnyArray, BoolArray, DType, Float64Array

Kind = Literal["number", "datetime", "duration", "category"]

TENSOR_DTYPES = {"bool", "float16", "float32", "float64", *(f"{s}int{b}" for s in ("", "u") for b in (8, 16, 32, 64))}


@dataclass(frozen=True)
class TensorType:
    """How tensors hold the values of a column.

    Parameters
    ----------
    dtype : str
        TensorFlow's name of it; it holds missing values, too.
    low, high : float
        Range of the values, if they are numbers.
    whole : bool
        Whether all values are whole numbers.
    gaps : bool
        Whether a missing value is NaN.
    ticks : bool
        Whether values count units of time.
    """

    dtype: str
    low: float
    high: float
    whole: bool = False
    gaps: bool = False
    ticks: bool = False

    @property
    def in_matrix(self) -> bool:
        """Whether it can stand in a matrix of numbers."""
        return self.dtype not in ("string", "bool") and not self.ticks


class ColumnType(ABC):
    """How the values of one column become arrays of floats, one for each part, and come back."""

    dtype: DType
    kind: ClassVar[Kind] = "category"
    """How a metric looks at such values."""
    nothing: ClassVar[float] = np.nan
    """The plain value of a missing cell."""

    def absent(self, plain: AnyArray) -> BoolArray:
        """Which plain values are missing."""
        nothing = self.cells.nothing
        return np.isnan(plain) if np.isnan(nothing) else plain == nothing

    @property
    def nominal(self) -> tuple[bool, ...]:
        """For each part, whether its numbers stand for categories without an order."""
        return (False,)

    @property
    def cells(self) -> ColumnType:
        """The type of the cells themselves, however they are stored."""
        return self

    @property
    def spacing(self) -> float:
        """How far values are apart at least, as :meth:`as_numbers` counts; 0 for numbers that may lie anywhere."""
        return 1.0

    @property
    def grain(self) -> float:
        """What the dtype may leave out of a number, as a share of it."""
        return 0.0

    def as_numbers(self, plain: AnyArray) -> Float64Array:
        """Plain values as numbers, NaN where missing; times as seconds."""
        return plain.astype(np.float64)

    def of_numbers(self, numbers: Float64Array) -> AnyArray:
        """The plain values of numbers, as :meth:`as_numbers` gives them: on the lattice of the column."""
        return self.rounded(numbers)

    @abstractmethod
    def transform(self, column: pd.Series) -> list[Float64Array]:
        """One array for each part, NaN where a value is missing."""

    def given(self, column: pd.Series) -> AnyArray:
        """Plain values of cells as they are, beyond the training range as well."""
        return self.plain(self.transform(column))

    @abstractmethod
    def plain(self, parts: list[Float64Array]) -> AnyArray:
        """Finished values as a plain array: numbers, ticks, or places among the categories."""

    @abstractmethod
    def series(self, plain: AnyArray) -> pd.Series:
        """Plain values in the column's dtype."""

    def on_days_of(self, plain: AnyArray) -> ColumnType:  # noqa: ARG002
        """The type whose moments lie on the days of these plain values; itself, where there are none."""
        return self

    def inverse_transform(self, parts: list[Float64Array]) -> pd.Series:
        """Values in the column's dtype."""
        return self.series(self.plain(parts))

    def rounded(self, part: Float64Array) -> Float64Array:
        """Numbers of the only part, as those of finished values are."""
        return np.rint(part)

    @abstractmethod
    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        """How tensors hold the values.

        Parameters
        ----------
        known : ndarray
            The least and the greatest number of the first part, if there is any.
        missing : bool
            Whether values may be missing.

        Raises
        ------
        TypeError
            If no tensor can hold them; the message goes on after the column's name.
        """

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:  # noqa: ARG002
        """Plain values as tensors hold them."""
        return plain

    def knows(self, column: pd.Series) -> BoolArray:
        """Which cells can be transformed: all but categories that were not seen in `fit`."""
        return np.ones(len(column), bool)


class ByPlace(ColumnType):
    """Another type's cells as places in a list of its values."""

    inner: ColumnType

    @property
    def cells(self) -> ColumnType:
        return self.inner.cells

    def given(self, column: pd.Series) -> AnyArray:
        return self.inner.given(column)

    def series(self, plain: AnyArray) -> pd.Series:
        return self.inner.series(plain)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return self.inner.tensor(plain, form)

    def knows(self, column: pd.Series) -> BoolArray:
        return self.inner.knows(column)


class Converted(ColumnType):
    """Values that another type takes once they are turned into what it knows."""

    inner: ColumnType

    @abstractmethod
    def converted(self, column: pd.Series) -> pd.Series:
        """The values as the inner type takes them."""

    @property
    def nominal(self) -> tuple[bool, ...]:
        return self.inner.nominal

    @property
    def cells(self) -> ColumnType:
        return self.inner

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return self.inner.transform(self.converted(column))

    def given(self, column: pd.Series) -> AnyArray:
        return self.inner.given(self.converted(column))

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        return self.inner.plain(parts)

    def rounded(self, part: Float64Array) -> Float64Array:
        return self.inner.rounded(part)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        return self.inner.tensor_type(known, missing=missing)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return self.inner.tensor(plain, form)

    def on_days_of(self, plain: AnyArray) -> Self:
        return replace(self, inner=self.inner.on_days_of(plain))  # type: ignore[type-var]


class ValueType(ColumnType):
    """A column type for one kind of values, whatever dtype holds them."""

    @classmethod
    @abstractmethod
    def holds(cls, column: pd.Series) -> bool:
        """Whether the values of `column` are of this kind."""

    @classmethod
    def accepts(cls, column: pd.Series) -> bool:
        """Whether this type encodes `column`."""
        return cls.holds(column)

    @classmethod
    @abstractmethod
    def fit(cls, column: pd.Series) -> Self:
        """Learn what it takes to give values back in the dtype they came in."""

    @staticmethod
    @abstractmethod
    def measured(column: pd.Series) -> pd.Series:
        """What a metric compares: float64 with NaN for missing values, or text with None."""


def inner_type(column: pd.Series) -> str:
    """What pandas finds the cells of an object column to be."""
    return str(pd.api.types.infer_dtype(column, skipna=True)) if column.dtype == object else ""


def missing_of(column: pd.Series) -> Any:
    """How an object column writes a missing cell."""
    if column.dtype == object and (absent := column[column.isna()]).size:
        return absent.iloc[0]
    return np.nan


def numpy_dtype(dtype: DType) -> np.dtype[Any]:
    """NumPy's dtype of the values of a column."""
    if isinstance(dtype, pd.CategoricalDtype):
        return numpy_dtype(dtype.categories.dtype)
    return dtype if isinstance(dtype, np.dtype) else np.dtype(getattr(dtype, "numpy_dtype", object))


def nearest(keys: AnyArray, values: AnyArray) -> AnyArray:
    """Places of the keys that lie nearest."""
    right = np.searchsorted(keys, values).clip(0, len(keys) - 1)
    left = (right - 1).clip(0)
    return np.where(values - keys[left] < keys[right] - values, left, right)
