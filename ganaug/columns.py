"""What an estimator's preprocessing must tell apart: numbers, moments, and words, which are all the others."""

from __future__ import annotations

import pandas as pd


def is_number(column: pd.Series) -> bool:
    """Whether it holds numbers; truth values are words."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def is_moment(column: pd.Series) -> bool:
    """Whether it holds dates or spans of time."""
    kind = pd.api.types
    return kind.is_datetime64_any_dtype(column.dtype) or kind.is_timedelta64_dtype(column.dtype)
