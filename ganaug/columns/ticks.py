"""Whole units of time, as which NumPy, pandas and pyarrow store datetimes and durations; of dates, seconds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ..plain import BoolArray, DType, Int64Array
from .base import inner_type

NO_TIME = np.iinfo(np.int64).min
"""How a missing time is written as a whole number."""
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SECONDS_A_DAY = 86_400


def holds_dates(column: pd.Series) -> bool:
    """Whether all known cells are dates without a time of day, of Python or of Arrow."""
    if column.dtype != object:
        return _are_dates(column.dtype)
    return inner_type(column) == "date" and all(type(cell) is dt.date for cell in column[column.notna()])


def _are_dates(dtype: DType) -> bool:
    """Whether cells of this dtype, which is one of times, are dates."""
    return dtype == "object" or (isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("date"))


def per_second(dtype: DType) -> int:
    """How many units of the dtype a second has."""
    return PER_SECOND[_unit(dtype)]


def _unit(dtype: DType) -> str:
    if _are_dates(dtype):
        return "s"
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype.unit)
    return str(dtype.unit) if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0]


def ticks_of(column: pd.Series) -> tuple[Int64Array, BoolArray]:
    """Whole units of the dtype (since 1970 in UTC, for datetimes), and where there are none.

    Raises
    ------
    TypeError
        For an object that is no date.
    """
    absent = column.isna().to_numpy()
    if column.dtype == object:
        known = column[~absent].to_numpy()
        if strange := [cell for cell in known if not isinstance(cell, dt.date)]:
            raise TypeError(f"column {column.name!r}: {strange[0]!r} is no date, as in fit: give datetime.date objects")
        ticks = np.zeros(len(column), np.int64)
        ticks[~absent] = known.astype("M8[D]").astype(np.int64) * SECONDS_A_DAY
    elif _are_dates(column.dtype):
        days = column.array.__arrow_array__().cast("date32").cast("int32")
        ticks = days.cast("int64").fill_null(0).to_numpy() * SECONDS_A_DAY
    elif isinstance(column.dtype, pd.ArrowDtype):
        ticks = column.array.__arrow_array__().cast("int64").fill_null(0).to_numpy()
    else:
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        ticks = column.to_numpy().view(np.int64)
    return np.where(absent, 0, ticks), absent


def local_ticks(ticks: Int64Array, dtype: DType) -> Int64Array:
    """What clocks in the dtype's time zone show at so many ticks since 1970 in UTC."""
    if _zone(dtype) is None:
        return ticks
    moments = pd.DatetimeIndex(ticks.view(f"M8[{_unit(dtype)}]")).tz_localize("UTC").tz_convert(_zone(dtype))
    return moments.tz_localize(None).asi8


def utc_ticks(local: Int64Array, dtype: DType) -> Int64Array:
    """The reverse: of an hour that clocks show twice the first one, of one that they skip the next that they show."""
    if _zone(dtype) is None:
        return local
    clocks = pd.DatetimeIndex(local.view(f"M8[{_unit(dtype)}]"))
    first = np.ones(len(local), bool)
    moments = clocks.tz_localize(_zone(dtype), ambiguous=first, nonexistent="shift_forward")
    return moments.tz_convert("UTC").asi8


def _zone(dtype: DType) -> Any:
    """The time zone, None if there is none."""
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "tz", None)
    return dtype.tz if isinstance(dtype, pd.DatetimeTZDtype) else None


def seconds_of(column: pd.Series) -> pd.Series:
    """Seconds as floats, NaN where there are none: of equal times the same, whatever unit counts them."""
    ticks, absent = ticks_of(column)
    second = per_second(column.dtype)
    coarsest = np.gcd.reduce(ticks, initial=second)  # of units, lest a finer one round otherwise
    return pd.Series(np.where(absent, np.nan, (ticks // coarsest) / (second // coarsest)))


def series_of(ticks: Int64Array, dtype: DType, kind: str, missing: object = None) -> pd.Series:
    """Ticks as a column of the dtype; `kind` is NumPy's letter for it, and `missing` a missing cell among objects."""
    absent = ticks == NO_TIME
    if dtype == "object":
        dates = ticks.view("M8[s]").astype("M8[D]").astype(object)
        dates[absent] = missing
        return pd.Series(dates, dtype=object)
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa

        made = pa.array(ticks, mask=absent)
        if _are_dates(dtype):
            made = made.cast(pa.timestamp("s")).cast(pa.date32())
        return pd.Series(pd.arrays.ArrowExtensionArray(made.cast(dtype.pyarrow_dtype)))
    series = pd.Series(ticks.view(f"{kind}8[{_unit(dtype)}]")).mask(absent)
    if isinstance(dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize("UTC").dt.tz_convert(dtype.tz)
    return series
