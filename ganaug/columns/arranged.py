"""Categories whose levels stand in an order that says something, in the place of that of their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plain import AnyArray, DType, Float64Array, IndexArray, record
from .base import ByPlace, ColumnType, TensorType


@record
@dataclass(frozen=True)
class Arranged(ByPlace):
    """Levels by their places in an order of their own.

    Parameters
    ----------
    inner : ColumnType
    levels : ndarray of int64
        The inner type's number of the level at each place.
    """

    dtype: DType
    inner: ColumnType
    levels: IndexArray

    def __post_init__(self) -> None:
        if not np.array_equal(np.sort(self.levels), np.arange(len(self.levels))):
            raise ValueError("levels that do not stand in any order")

    @property
    def nominal(self) -> tuple[bool, ...]:
        return self.inner.nominal

    def transform(self, column: pd.Series) -> list[Float64Array]:
        [codes] = self.inner.transform(column)
        absent = np.isnan(codes)
        places = np.argsort(self.levels)
        return [np.where(absent, np.nan, places[np.where(absent, 0, codes).astype(np.intp)])]

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        [part] = parts
        return self.inner.plain([np.where(np.isnan(part), np.nan, self.levels[self.rounded(part)])])

    def rounded(self, part: Float64Array) -> AnyArray:
        """Places in the order."""
        return np.rint(np.nan_to_num(part)).astype(np.intp).clip(0, len(self.levels) - 1)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:
        return self.inner.tensor_type(known, missing=missing)
