"""Columns of dates as text, such as 2024-03-31: what comes from a CSV file if nobody asks for dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..plain import AnyArray, BoolArray, DType, record
from .base import ColumnType, Converted, TensorType, missing_of

MOMENT = re.compile(r"\d{4}([-/])\d\d\1\d\d(?:([ T])\d\d:\d\d(:\d\d)?)?")
"""Dates with the year first, with or without a time of day: whoever writes another order has to say which."""
OTHER_ORDER = re.compile(r"(\d\d?)([-/.])(\d\d?)\2\d{4}(?:[ T]\d.*)?")
OTHER_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
YEAR_FIRST = re.compile(
    r"\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"(?:[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
)
MONTHS, DAYS = 12, 31
FIRST_CELLS = 16
MOSTLY = 0.9
FEWEST_DATES = 3
TEXT = ("string", "str", "large_string")


@record
@dataclass(frozen=True)
class DateText(Converted):
    """Dates and moments as text, by way of NumPy's dtype for them.

    Parameters
    ----------
    inner : ColumnType
    pattern : str
        How they are written, as `strftime` takes it.
    missing : object
        How a missing cell of a column of objects is written.
    """

    dtype: DType
    inner: ColumnType
    pattern: str
    missing: Any

    @classmethod
    def of(cls, column: pd.Series, inner: ColumnType, pattern: str) -> DateText:
        """The type of a column whose moments are of the inner type."""
        return cls(column.dtype, inner, pattern, missing_of(column))

    def converted(self, column: pd.Series) -> pd.Series:
        known = self.knows(column)
        if not known.all():
            strange = column[~known].iloc[0]
            raise ValueError(f"column {column.name!r}: {strange!r} is no date like those in fit, {self.pattern}")
        return moments_of(column)

    def knows(self, column: pd.Series) -> BoolArray:
        """Which cells are missing, or written like the others."""
        codes, distinct = pd.factorize(column)
        known = np.array([*(isinstance(cell, str) and pattern_of([cell]) == self.pattern for cell in distinct), True])
        return known[codes]

    def series(self, plain: AnyArray) -> pd.Series:
        moments = self.inner.series(plain)
        codes, distinct = pd.factorize(moments)
        cells = np.array([*(as_written(each, self.pattern) for each in distinct.to_numpy()), None], object)[codes]
        if self.dtype != object:
            return pd.Series(cells, dtype=object).astype(self.dtype)
        cells[codes < 0] = self.missing
        return pd.Series(cells, dtype=object)

    def tensor_type(self, known: AnyArray, *, missing: bool) -> TensorType:  # noqa: ARG002
        return TensorType("string", 0.0, 0.0, gaps=missing)

    def tensor(self, plain: AnyArray, form: TensorType) -> AnyArray:  # noqa: ARG002
        written = self.series(plain)
        return written.astype(object).where(written.notna(), "").str.encode("ascii").to_numpy(object)


def pattern_in(column: pd.Series) -> str:
    """How a column writes moments; empty if not all known cells are, in one way, or too few of them differ."""
    if not may_hold_text(column.dtype):
        return ""
    known = column[column.notna()]
    if not all(isinstance(cell, str) and MOMENT.fullmatch(cell) for cell in known.iloc[:FIRST_CELLS]):
        return ""
    cells = known.unique().tolist()
    few = len(cells) < FEWEST_DATES or not all(isinstance(cell, str) for cell in cells)
    return "" if few else pattern_of(cells)


def reading_of(cells: Sequence[object]) -> str:
    """What `pandas.to_datetime` has to be told to read cells that look like dates, nine in ten; empty for others."""
    for form in (YEAR_FIRST, OTHER_ORDER):
        found = [match for cell in cells if isinstance(cell, str) and (match := form.fullmatch(cell))]
        if len({match[0] for match in found}) < FEWEST_DATES or len(found) < MOSTLY * len(cells):
            continue
        if how := _order(found) if form is OTHER_ORDER else _iso(found):
            return how if len(found) == len(cells) else f'{how}, errors="coerce"'
    return ""


def _iso(found: Sequence[re.Match[str]]) -> str:
    """How dates with the year first are read, of which one zone or several are told."""
    form = "ISO8601" if all(OTHER_TIME.fullmatch(match[0]) for match in found) else "mixed"
    zones = {match[1] for match in found}
    return f'format="{form}"{", utc=True" if len(zones) > 1 else ""}'


def _order(found: Sequence[re.Match[str]]) -> str:
    """Whether days come first, which is left open where none is beyond the twelfth; empty if neither can be."""
    first, second = (max(int(match[place]) for match in found) for place in (1, 3))
    if max(first, second) > DAYS or min(first, second) > MONTHS:
        return ""
    return f"dayfirst={first > MONTHS if max(first, second) > MONTHS else '...'}"


def moments_of(column: pd.Series) -> pd.Series:
    """Texts that are moments as such, in seconds."""
    codes, distinct = pd.factorize(column)
    read = [np.datetime64(cell.replace("/", "-"), "s") for cell in distinct]
    moments = np.array([*read, np.datetime64("NaT")], "M8[s]")[codes]
    return pd.Series(moments, column.index, name=column.name)


def pattern_of(cells: Sequence[str]) -> str:
    """How all of some cells write moments; empty if they do not."""
    found = [MOMENT.fullmatch(cell) for cell in cells]
    forms = {(match[1], match[2], bool(match[3])) for match in found if match is not None}
    if not cells or None in found or len(forms) > 1:
        return ""
    try:
        moments = np.array([cell.replace("/", "-") for cell in cells], "M8[s]")
    except ValueError:  # a thirteenth month
        return ""
    [(between, before_time, seconds)] = forms
    time = f"{before_time}%H:%M{':%S' if seconds else ''}" if before_time else ""
    pattern = f"%Y{between}%m{between}%d{time}"
    return pattern if all(map(str.__eq__, (as_written(each, pattern) for each in moments), cells)) else ""


def as_written(moment: np.datetime64, pattern: str) -> str:
    """A moment as a pattern has it, in years that `strftime` does not know as well."""
    text = str(moment.astype("M8[s]"))
    day, time = text.split("T")
    date, _, form = pattern.partition("%d")
    shown = day.replace("-", date[2])
    return shown + (form[0] + time[: 5 if "%S" not in form else 8] if form else "")


def may_hold_text(dtype: DType) -> bool:
    arrow = isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype) in TEXT
    return bool(pd.api.types.is_object_dtype(dtype)) or isinstance(dtype, pd.StringDtype) or arrow
