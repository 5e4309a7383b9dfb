"""Columns of a pandas sparse dtype."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..plain import AnyArray, BoolArray, DType, Float64Array, record
from .base import ColumnType, TensorType


@record
@dataclass(frozen=True)
class Sparse(ColumnType):
    """A column of a pandas sparse dtype, by way of the dense one."""

    dtype: DType
    dense: ColumnType

    @property
    def nominal(self) -> tuple[bool, ...]:
        return self.dense.nominal

    @property
    def cells(self) -> ColumnType:
        return self.dense

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return self.dense.transform(column.sparse.to_dense())

    def rounded(self, part: Float64Array) -> Float64Array:
        return self.dense.rounded(part)

    def given(self, column: pd.Series) -> AnyArray:
        return self.dense.given(column.sparse.to_dense())

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        return self.dense.plain(parts)

    def series(self, plain: AnyArray) -> pd.Series:
        return self.dense.series(plain).astype(self.dtype)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        return self.dense.tensor_type(known, missing=missing)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return self.dense.tensor(plain, form)

    def knows(self, column: pd.Series) -> BoolArray:
        return self.dense.knows(column.sparse.to_dense())
