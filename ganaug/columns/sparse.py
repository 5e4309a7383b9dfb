"""Columns of a pandas sparse dtype."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..plain import AnyArray, BoolArray, DType, record
from .base import ColumnType, Converted


@record
@dataclass(frozen=True)
class Sparse(Converted):
    """A column of a pandas sparse dtype, by way of the dense one."""

    dtype: DType
    inner: ColumnType

    def converted(self, column: pd.Series) -> pd.Series:
        dense: pd.Series = column.sparse.to_dense()
        return dense

    def series(self, plain: AnyArray) -> pd.Series:
        return self.inner.series(plain).astype(self.dtype)

    def knows(self, column: pd.Series) -> BoolArray:
        return self.inner.knows(self.converted(column))
