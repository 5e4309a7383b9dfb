"""All column types, and which of them a column is of."""

from __future__ import annotations

import pandas as pd

from .base import ColumnType, Kind, ValueType
from .boxed import Boxed
from .category import Category, LongNumber
from .date_number import DateNumber, are_dates, dates_of
from .date_text import DateText, moments_of, pattern_in
from .datetime import Datetime
from .duration import Duration
from .epoch_number import EpochNumber, are_epochs, moments_in
from .number import Number, is_complex
from .sparse import Sparse
from .ticks import unboxed

COLUMN_TYPES: tuple[type[ValueType], ...] = (Datetime, Duration, Number, LongNumber, Category)
"""In the order in which a column is offered to them; the last one takes every column."""


def fit_column(column: pd.Series, *, categorical: bool = False) -> ColumnType:
    """The fitted type of a column.

    Raises
    ------
    TypeError
        If the cells are complex numbers, lists or structs, or cannot be hashed.
    """
    if isinstance(column.dtype, pd.SparseDtype):
        return Sparse(column.dtype, fit_column(column.sparse.to_dense(), categorical=categorical))
    if is_complex(column):
        raise TypeError(f"column {column.name!r} holds complex numbers: give real and imaginary parts as two columns")
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.pyarrow_dtype.num_fields:
        raise TypeError(f"column {column.name!r} holds {column.dtype}: make columns of its parts, or drop it")
    if pd.api.types.is_object_dtype(column.dtype):
        _check_hashable(column)
    if categorical:
        return COLUMN_TYPES[-1].fit(column)
    if (plain := unboxed(column)) is not None:
        return Boxed.of(column, fit_column(plain))
    if pattern := pattern_in(column):
        return DateText.of(column, fit_column(moments_of(column)), pattern)
    if are_dates(column):
        return DateNumber.of(column, fit_column(dates_of(column)))
    chosen = next(each for each in COLUMN_TYPES if each.accepts(column))
    if chosen is LongNumber and are_epochs(column):
        return EpochNumber.of(column, fit_column(moments_in(column)))
    return chosen.fit(column)


def kind_of(column: pd.Series) -> Kind:
    """How a metric or a model looks at the values of `column`: the same for every dtype that can hold them."""
    column = dense(column)
    return next(found.kind for found in COLUMN_TYPES if found.holds(column))


def is_number(column: pd.Series) -> bool:
    """Whether its values are numbers; truth values are categories."""
    return kind_of(column) == "number"


def is_time(column: pd.Series) -> bool:
    """Whether its values are datetimes or durations."""
    return kind_of(column) in ("datetime", "duration")


def measured(column: pd.Series, kind: Kind) -> pd.Series:
    """The values of `column` as a metric compares them, with a plain index.

    Returns
    -------
    Series of float64 with NaN for missing values, or of text with None

    Raises
    ------
    TypeError, ValueError
        If they are not of this kind.
    """
    return next(found for found in COLUMN_TYPES if found.kind == kind).measured(dense(column))


def dense(column: pd.Series) -> pd.Series:
    """A sparse column as one that holds every cell."""
    return column.sparse.to_dense() if isinstance(column.dtype, pd.SparseDtype) else column


def _check_hashable(column: pd.Series) -> None:
    for cell in column:
        try:
            hash(cell)
        except TypeError:
            raise TypeError(
                f"column {column.name!r} holds {type(cell).__name__} objects, which cannot be compared: "
                "drop it or turn its cells into strings or numbers"
            ) from None
