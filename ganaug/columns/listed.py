"""Columns that only take the values that they were seen to take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, record
from .base import ByPlace, ColumnType, TensorType, nearest

ROWS_PER_VALUE = 3


@record
@dataclass(frozen=True)
class Listed(ByPlace):
    """Numbers or times as places in the list of the values seen, in their order, so that none between them comes out.

    Parameters
    ----------
    inner : ColumnType
    keys : ndarray
        The plain values seen, sorted.
    """

    dtype: DType
    inner: ColumnType
    keys: AnyArray

    @classmethod
    def of(cls, inner: ColumnType, plain: AnyArray) -> Listed:
        """The type of a column with these plain values."""
        return cls(inner.dtype, inner, np.unique(plain[~inner.absent(plain)]))

    def transform(self, column: pd.Series) -> list[Float64Array]:
        plain = self.inner.plain(self.inner.transform(column))
        return [np.where(self.inner.absent(plain), np.nan, nearest(self.keys, plain))]

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        absent = np.isnan(parts[0])
        return np.where(absent, self.cells.nothing, self.keys[self.rounded(parts[0])]).astype(self.keys.dtype)

    def rounded(self, part: Float64Array) -> AnyArray:
        """Places among the keys."""
        return np.rint(np.nan_to_num(part)).astype(np.int64).clip(0, len(self.keys) - 1)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002 - places
        ends = self.keys[[0, -1]] if len(self.keys) else self.keys
        return self.inner.tensor_type(self.inner.transform(self.inner.series(ends))[0], missing=missing)
