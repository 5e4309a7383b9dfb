"""Whole units of time, as which NumPy, pandas and pyarrow store datetimes and durations; of dates, seconds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ..plain import BoolArray, DType, Int64Array
from .base import ValueType, inner_type

NO_TIME = np.iinfo(np.int64).min
"""How a missing time is written as a whole number."""
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SECONDS_A_DAY = 86_400
ORIGIN = 946_684_800
"""Seconds from 1970 to 2000: moments as numbers count from here, near which floats are fine."""
HELD_BY = {dt.datetime: "M8[us]", pd.Timestamp: "M8[ns]", dt.timedelta: "m8[us]", pd.Timedelta: "m8[ns]"}
"""NumPy's dtypes of times that are objects."""


def has_zone(dtype: DType) -> bool:
    """Whether moments of this dtype are in a time zone."""
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "tz", None) is not None
    return isinstance(dtype, pd.DatetimeTZDtype)


def holds_dates(column: pd.Series) -> bool:
    """Whether all known cells are dates without a time of day, of Python or of Arrow."""
    if column.dtype != object:
        return _are_dates(column.dtype)
    return inner_type(column) == "date" and all(type(cell) is dt.date for cell in column[column.notna()])


def unboxed(column: pd.Series) -> pd.Series | None:
    """A column of objects, all of them moments without a zone or spans of time, as one of NumPy's dtype; else None."""
    if inner_type(column) not in ("datetime", "timedelta"):
        return None
    known = column[column.notna()]
    [kind, *others] = {type(cell) for cell in known}
    if others or kind not in HELD_BY or any(getattr(cell, "tzinfo", None) is not None for cell in known):
        return None
    try:
        return column.astype(HELD_BY[kind])
    except (ValueError, OverflowError):  # beyond what nanoseconds reach
        return None


def without_objects(column: pd.Series) -> pd.Series:
    """Objects that are dates, moments or spans as one of NumPy's dtypes; other columns as they are."""
    if column.dtype == object and holds_dates(column):
        return column.astype("M8[s]")
    plain = unboxed(column)
    return column if plain is None else plain


def boxed_again(times: pd.Series, missing: object, *, pandas: bool) -> pd.Series:
    """Times of NumPy's dtype as objects of pandas or Python."""
    cells = times.astype(object).to_numpy(copy=True) if pandas else times.to_numpy().astype(object)
    cells[times.isna()] = missing
    return pd.Series(cells, dtype=object)


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


class Times(ValueType):
    """Times as ticks, with the least of them in the place of a missing one."""

    nothing = NO_TIME

    def given(self, column: pd.Series) -> Int64Array:
        ticks, absent = ticks_of(column)
        return np.where(absent, self.nothing, ticks)


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
