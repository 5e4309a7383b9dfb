"""Calendar months: on the same day of a later month, or on its last one if that is shorter."""

from __future__ import annotations

import numpy as np

from ..columns.base import ColumnType
from ..columns.datetime import Datetime
from ..plain import AnyArray, Float64Array, Int64Array
from .base import Cells, probed

FIRST_ROWS = 64


def later(start: Cells, months: Float64Array, days: int, like: ColumnType | None = None) -> Int64Array:
    """Moments as many calendar months after others, and then some days, in the type of the others or in a given one.

    Missing where the start is, or where months are no whole number.
    """
    own = (like or start.type).cells
    assert isinstance(own, Datetime)
    absent = start.absent | np.isnan(months) | (months % 1 != 0)
    date, time = date_of(start)
    date = shifted(date, np.where(absent, 0, months).astype(np.int64)) + days
    within = np.rint(time * own.day).astype(np.int64) // own.step * own.step
    return np.where(absent, own.nothing, own.from_local(date * own.day + within))


def date_of(cells: Cells) -> tuple[Int64Array, Float64Array]:
    """Days since 1970 on clocks in the zone of a column, and the part of the day that is over."""
    own = cells.type.cells
    assert isinstance(own, Datetime)
    days, time = np.divmod(np.where(cells.absent, 0, own.local(cells.plain)), own.day)
    return days, time / own.day


def months_between(begin: Int64Array, end: Int64Array) -> Int64Array | None:
    """How many calendar months the second dates lie after the first; None if some lie on another day of the month."""
    few = probed(len(begin), FIRST_ROWS)
    if _whole_months(begin[few], end[few]) is None:
        return None
    return _whole_months(begin, end)


def _whole_months(begin: Int64Array, end: Int64Array) -> Int64Array | None:
    months = (_month(end) - _month(begin)).astype(np.int64)
    return None if (shifted(begin, months) != end).any() else months


def shifted(days: Int64Array, months: Int64Array) -> Int64Array:
    """Dates as many calendar months later."""
    begin = _month(days)
    within = days - begin.astype("M8[D]").astype(np.int64)
    first, following = ((begin + months + more).astype("M8[D]").astype(np.int64) for more in (0, 1))
    return np.minimum(first + within, following - 1)


def _month(days: Int64Array) -> AnyArray:
    return days.astype("M8[D]").astype("M8[M]")


def counted(number: int, unit: str) -> str:
    """So many of a unit, in words."""
    return f"{number} {unit}{'s' * (number > 1)}"
