"""Columns of any dtype as arrays of floats, and back to the dtype they came from."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...exceptions import DataWarning
from .dtypes import Floats, is_datetime, is_decimal, is_dictionary, is_timedelta
from .levels import LevelView
from .numbers import NumberView, is_exact
from .times import SpanView, TimeView

__all__ = [
    "Floats",
    "LevelView",
    "NumberView",
    "SpanView",
    "SparseView",
    "TimeView",
    "View",
    "dense",
    "known_to",
    "view_of",
]


class View(Protocol):
    """One dtype's way to floats. `split` gives one array for each part, `merge` takes them back."""

    @property
    def dtype(self) -> Any: ...

    @property
    def levels(self) -> tuple[bool, ...]:
        """For each part, whether its numbers stand for categories."""

    def split(self, column: pd.Series) -> list[Floats]: ...

    def merge(self, parts: list[Floats]) -> pd.Series: ...


@dataclass(frozen=True)
class SparseView:
    """A column of a pandas sparse dtype, by way of the dense one."""

    dtype: Any
    dense: View

    @property
    def levels(self) -> tuple[bool, ...]:
        return self.dense.levels

    def split(self, column: pd.Series) -> list[Floats]:
        return self.dense.split(column.sparse.to_dense())

    def merge(self, parts: list[Floats]) -> pd.Series:
        return self.dense.merge(parts).astype(self.dtype)


def dense(view: View) -> View:
    """The view of the cells themselves."""
    return view.dense if isinstance(view, SparseView) else view


def view_of(column: pd.Series, *, categorical: bool = False) -> View:
    """The view that suits a column's dtype.

    Raises
    ------
    TypeError
        If the cells are complex numbers or cannot be hashed.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        return SparseView(dtype, view_of(column.sparse.to_dense(), categorical=categorical))
    if pd.api.types.is_complex_dtype(dtype):
        raise TypeError(f"column {column.name!r} holds complex numbers: give real and imaginary parts as two columns")
    if pd.api.types.is_object_dtype(dtype):
        try:
            column.map(hash)
        except TypeError:
            cell = next(v for v in column if not _hashable(v))
            raise TypeError(
                f"column {column.name!r} holds {type(cell).__name__} objects, which cannot be compared: "
                "drop it or turn its cells into strings or numbers"
            ) from None
    if categorical or is_dictionary(dtype):
        return LevelView.fit(column)
    if is_datetime(dtype):
        return TimeView.fit(column)
    if is_timedelta(dtype):
        return SpanView.fit(column)
    numeric = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype) and not is_decimal(dtype)
    if pd.api.types.is_object_dtype(dtype):
        numeric = pd.api.types.infer_dtype(column, skipna=True) in {"integer", "floating", "mixed-integer-float"}
    if numeric:
        if not is_exact(column):
            return LevelView.fit(column, ordinal=True)
        return NumberView.fit(column)
    view = LevelView.fit(column)
    known = int(column.notna().sum())
    if len(view.values) == known > 20 and known == len(column):
        warnings.warn(
            f"column {column.name!r} has another value in every row, so nothing can be learnt about it: "
            "synthetic rows repeat training values of it; drop it if it identifies somebody",
            DataWarning,
            stacklevel=2,
        )
    return view


def known_to(view: View, column: pd.Series) -> NDArray[np.bool_]:
    """Which cells of `column` the view can split: all but categories that it has not seen."""
    if isinstance(view, SparseView):
        return known_to(view.dense, column.sparse.to_dense())
    return view.knows(column) if isinstance(view, LevelView) else np.ones(len(column), bool)


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
