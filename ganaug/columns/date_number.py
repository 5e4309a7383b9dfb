"""Whole numbers that write dates, such as 20240331, as warehouses key their days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plain import AnyArray, BoolArray, DType, Float64Array, record
from .base import ColumnType, Converted, TensorType
from .number import Number

FIRST_YEAR, LAST_YEAR, OPEN_YEAR = 1900, 2099, 9999
FEWEST_DATES = 10
"""Distinct ones: one number in thirty of that size is a date by chance."""


@record
@dataclass(frozen=True)
class DateNumber(Converted):
    """Dates as whole numbers, by way of NumPy's dtype for them.

    Parameters
    ----------
    inner : ColumnType
        Of the dates.
    number : Number
        Of the numbers.
    """

    dtype: DType
    inner: ColumnType
    number: Number

    @classmethod
    def of(cls, column: pd.Series, inner: ColumnType) -> DateNumber:
        """The type of a column whose dates are of the inner type."""
        return cls(column.dtype, inner, Number.fit(column))

    def converted(self, column: pd.Series) -> pd.Series:
        if not (known := self.knows(column)).all():
            strange = column[~known].iloc[0]
            raise ValueError(f"column {column.name!r}: {strange} is no date like those in fit, such as 20240331")
        return dates_of(column)

    def knows(self, column: pd.Series) -> BoolArray:
        """Which cells are missing, or write a date."""
        numbers = Number.measured(column).to_numpy()
        return np.isnan(numbers) | _are_dates(numbers)

    def series(self, plain: AnyArray) -> pd.Series:
        return self.number.series(self._numbers(plain))

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002 - parts of dates
        return self.number.tensor_type(np.zeros(0), missing=missing)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:
        return self.number.tensor(self._numbers(plain), form)

    def _numbers(self, plain: AnyArray) -> Float64Array:
        dates = self.inner.series(plain).dt
        return (dates.year * 10_000.0 + dates.month * 100 + dates.day).to_numpy(np.float64)


def are_dates(column: pd.Series) -> bool:
    """Whether all known cells of a column are whole numbers that write dates, and enough of them differ."""
    if not Number.holds(column):
        return False
    numbers = Number.measured(column).to_numpy()
    known = numbers[~np.isnan(numbers)]
    dates = all(
        _are_dates(cells).all() for cells in (known[:FEWEST_DATES], known)
    )  # the first ones rule out most columns
    return dates and len(np.unique(known)) >= FEWEST_DATES


def dates_of(column: pd.Series) -> pd.Series:
    """Numbers that write dates as such, in seconds."""
    numbers = Number.measured(column).to_numpy()
    year, month, day = _parts(np.where(np.isnan(numbers), 1970_01_01, numbers))
    dates = _first(year, month) + (day - 1)
    moments = np.where(np.isnan(numbers), np.datetime64("NaT"), dates).astype("M8[s]")
    return pd.Series(moments, column.index, name=column.name)


def _are_dates(numbers: Float64Array) -> BoolArray:
    whole = (numbers >= FIRST_YEAR * 10_000) & (numbers < (OPEN_YEAR + 1) * 10_000) & (numbers == np.floor(numbers))
    year, month, day = _parts(np.where(whole, numbers, 1970_01_01))
    usual = ((year <= LAST_YEAR) | (year == OPEN_YEAR)) & (month >= 1) & (month <= 12)
    last = _first(year, month.clip(1, 12) + 1) - _first(year, month.clip(1, 12))
    return whole & usual & (day >= 1) & (day <= last.astype(np.int64))


def _parts(numbers: Float64Array) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Years, months and days."""
    whole = numbers.astype(np.int64)
    return whole // 10_000, whole // 100 % 100, whole % 100


def _first(year: AnyArray, month: AnyArray) -> AnyArray:
    """The first days of months."""
    return ((year - 1970) * 12 + month - 1).astype("M8[M]").astype("M8[D]")
