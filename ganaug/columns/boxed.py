"""Columns of Python's or pandas' moments and spans of time, as objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..plain import AnyArray, DType, record
from .base import ColumnType, Converted, missing_of
from .ticks import boxed_again


@record
@dataclass(frozen=True)
class Boxed(Converted):
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

    def series(self, plain: AnyArray) -> pd.Series:
        return boxed_again(self.inner.series(plain), self.missing, pandas=self.pandas)

    def converted(self, column: pd.Series) -> pd.Series:
        try:
            return column.astype(self.inner.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(f"column {column.name!r} must hold such times as in fit: {error}") from None
