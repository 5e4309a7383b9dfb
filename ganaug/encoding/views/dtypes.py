"""Questions about dtypes that pandas does not answer itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def missing_of(column: pd.Series) -> Any:
    """How an object column writes a missing cell."""
    if column.dtype == object and (absent := column[column.isna()]).size:
        return absent.iloc[0]
    return np.nan


def is_decimal(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and dtype.type is Decimal


def is_dictionary(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("dictionary")


def is_datetime(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.kind == "M" and str(dtype).startswith("timestamp")
    return pd.api.types.is_datetime64_any_dtype(dtype)


def is_timedelta(dtype: Any) -> bool:
    return dtype.kind == "m" if isinstance(dtype, pd.ArrowDtype) else pd.api.types.is_timedelta64_dtype(dtype)
