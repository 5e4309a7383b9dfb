"""Categories, strings, booleans, and whatever else can be told apart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .dtypes import Floats, is_dictionary, missing_of


@dataclass(frozen=True)
class LevelView:
    """Categories, strings, booleans and any other hashable values, as numbers of levels.

    Parameters
    ----------
    values : Series
        The levels seen, sorted where they can be, in the column's own dtype (that of the categories, if it has any).
    ordinal : bool
        Whether neighbouring levels are alike, so that they may share an interval.
    """

    dtype: Any
    values: pd.Series
    ordinal: bool = False
    missing: Any = np.nan

    @property
    def levels(self) -> tuple[bool, ...]:
        return (not self.ordinal,)

    @classmethod
    def fit(cls, column: pd.Series, *, ordinal: bool = False) -> LevelView:
        known = _plain(column[column.notna()])
        if isinstance(column.dtype, pd.CategoricalDtype):
            seen = np.unique(known.cat.codes.to_numpy())
            return cls(column.dtype, pd.Series(column.cat.categories[seen]), missing=missing_of(column))
        if known.dtype == object:  # unique() would take 1, 1.0 and True for one value
            distinct = pd.Series(list({_key(v): v for v in known}.values()), dtype=object)
        else:
            distinct = pd.Series(known.unique(), dtype=known.dtype)
        with suppress(TypeError):  # levels of several types stay in order of appearance
            distinct = distinct.sort_values(ignore_index=True)
        return cls(column.dtype, distinct, ordinal, missing_of(column))

    def split(self, column: pd.Series) -> list[Floats]:
        codes = self._codes(column)
        unseen = (codes < 0) & column.notna().to_numpy()
        if unseen.any():
            raise ValueError(
                f"column {column.name!r}: {column[unseen].iloc[0]!r} was not among the {len(self.values)} values "
                f"seen in fit, for example {self.values.head(5).tolist()}"
            )
        return [np.where(codes < 0, np.nan, codes)]

    def knows(self, column: pd.Series) -> NDArray[np.bool_]:
        """Which cells are missing or of a level that was seen."""
        return (self._codes(column) >= 0) | column.isna().to_numpy()

    def _codes(self, column: pd.Series) -> NDArray[np.int64]:
        """Places among the levels, -1 for missing and unseen ones."""
        column = _plain(column)
        if isinstance(column.dtype, pd.CategoricalDtype):
            into = pd.Index(self.values).get_indexer(column.cat.categories)
            return np.append(into, -1)[column.cat.codes]
        if self.values.dtype == object:
            spot = {_key(v): i for i, v in enumerate(self.values)}
            return np.array([spot.get(_key(v), -1) for v in column], np.int64)
        return pd.Index(self.values).get_indexer(pd.Index(column))

    def merge(self, parts: list[Floats]) -> pd.Series:
        absent = np.isnan(parts[0])
        codes = np.where(absent, -1, np.rint(np.nan_to_num(parts[0]))).astype(np.int64)
        if isinstance(self.dtype, pd.CategoricalDtype):
            into = self.dtype.categories.get_indexer(pd.Index(self.values))
            return pd.Series(pd.Categorical.from_codes(np.append(into, -1)[codes], dtype=self.dtype))
        if self.dtype == object:
            return pd.Series(np.array([*self.values, self.missing, None], object)[:-1][codes], dtype=object)
        return pd.Series(self.values.array.take(codes, allow_fill=bool(absent.any()))).astype(self.dtype)


def _plain(column: pd.Series) -> pd.Series:
    """An Arrow dictionary column as one of its values, since pandas hardly works with the former."""
    if not is_dictionary(column.dtype):
        return column
    return column.astype(pd.ArrowDtype(column.dtype.pyarrow_dtype.value_type))


def _key(value: Any) -> tuple[type, Any]:
    """Tells 1, 1.0 and True apart."""
    return type(value), value
