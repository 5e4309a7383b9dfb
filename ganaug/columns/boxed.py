"""Columns of Python's or pandas' moments and spans of time, as objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..plain import AnyArray, DType, Float64Array, record
from .base import ColumnType, TensorType, missing_of
from .ticks import boxed_again


@record
@dataclass(frozen=True)
class Boxed(ColumnType):
    """A column of objects, by way of NumPy's dtype for such times.

    Parameters
    ----------
    inner : ColumnType
    pandas : bool
        Whether the cells are pandas' and not Python's.
    missing : object
        How a missing cell is written.
    """

    dtype: DType
    inner: ColumnType
    pandas: bool
    missing: Any

    @classmethod
    def of(cls, column: pd.Series, inner: ColumnType) -> Boxed:
        """The type of a column whose times are of the inner type."""
        own = isinstance(column[column.notna()].iloc[0], (pd.Timestamp, pd.Timedelta))
        return cls(column.dtype, inner, own, missing_of(column))

    @property
    def nominal(self) -> tuple[bool, ...]:
        return self.inner.nominal

    @property
    def cells(self) -> ColumnType:
        return self.inner

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return self.inner.transform(self._plain(column))

    def given(self, column: pd.Series) -> AnyArray:
        return self.inner.given(self._plain(column))

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        return self.inner.plain(parts)

    def series(self, plain: AnyArray) -> pd.Series:
        return boxed_again(self.inner.series(plain), self.missing, pandas=self.pandas)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        return self.inner.tensor_type(known, missing=missing)

    def on_days_of(self, plain: AnyArray) -> Boxed:
        return replace(self, inner=self.inner.on_days_of(plain))

    def _plain(self, column: pd.Series) -> pd.Series:
        try:
            return column.astype(self.inner.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(f"column {column.name!r} must hold such times as in fit: {error}") from None
