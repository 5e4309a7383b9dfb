"""Lines from one number to another: one for each level of a category, or bent at thresholds, as a tariff is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..plain import BoolArray, Float64Array, IndexArray, Int64Array
from .base import FEWEST_OTHERS, Table
from .cases import Cases, before_rounding
from .implied import roundest
from .relations import SMALLEST

MOST_LINES = 12
EDGE = 2


def lines_of(effect: int, source: int, groups: Sequence[IndexArray], table: Table) -> Iterator[Cases]:
    """A line for each of some groups of rows that all keep to one."""
    other = table[source].numbers()
    known = [rows[~np.isnan(other[rows])] for rows in groups]
    known = [rows for rows in known if len(rows) >= FEWEST_OTHERS]
    for values, slack in before_rounding(effect, source, table) if known else ():
        lines = np.array([_line(other[rows], values[rows], slack[rows]) for rows in map(_inner, known)])
        kept = ~(np.abs(np.outer(other, lines[:, 0]) + lines[:, 1] - values[:, None]) > slack[:, None])
        if kept.any(axis=1).all():
            yield Cases(np.full(len(lines), source), lines[:, 0], lines[:, 1], kept)


def _inner(rows: IndexArray) -> IndexArray:
    """Without the first and the last ones, which may lie where one line goes over into the next."""
    edge = min(EDGE + len(rows) // 10, (len(rows) - FEWEST_OTHERS) // 2)
    return rows[edge : len(rows) - edge]


def _line(x: Float64Array, y: Float64Array, slack: Float64Array) -> tuple[float, float]:
    """Rate and amount of a line that keeps near to all points, as round as can be."""
    if np.ptp(x) == 0:
        return 1.0, float(np.median(y - x))
    centred = x - x.mean()
    rate = centred @ (y - y.mean()) / np.maximum(centred @ centred, SMALLEST)
    reach = 2 * slack.max() / np.ptp(x)
    for near in (reach, reach / 8, 0.0):
        chosen = float(roundest(rate - near, rate + near, ()) if near else rate)
        rest = y - chosen * x
        low, high = (rest - slack).max(), (rest + slack).min()
        if low < high:
            return chosen, float(roundest(low, high, ()))
    return float(rate), float(np.median(y - rate * x))


def on_lines(own: Float64Array, others: Float64Array, codes: Int64Array, slack: float) -> BoolArray:
    """For which of some columns all points of one code lie on a line to the effect."""
    known = ~np.isnan(own) & ~np.isnan(others)
    left = np.zeros(len(others))
    for code in np.unique(codes):
        rows = codes == code
        used = known[:, rows]
        count = np.maximum(used.sum(axis=1, keepdims=True), 1)
        x, y = (np.where(used, each, 0.0) for each in (others[:, rows], own[rows]))
        x, y = (np.where(used, each - each.sum(axis=1, keepdims=True) / count, 0.0) for each in (x, y))
        rate = (x * y).sum(axis=1, keepdims=True) / np.maximum(np.square(x).sum(axis=1, keepdims=True), SMALLEST)
        left = np.maximum(left, np.abs(y - rate * x).max(axis=1))
    many = known.sum(axis=1) > 2 * FEWEST_OTHERS * len(np.unique(codes))
    return many & (left <= 2 * slack)


def stretches_of_lines(x: Float64Array, y: Float64Array, slack: float) -> list[IndexArray]:
    """Rows in stretches of `x` in which all points lie on a line, from the least on; too many if they do not."""
    known = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
    order = known[np.argsort(x[known], kind="stable")]
    found: list[IndexArray] = []
    start = 0
    while start < len(order) and len(found) <= MOST_LINES:
        rows = order[start:]
        run, rise = x[rows] - x[rows[0]], y[rows] - y[rows[0]]
        with np.errstate(all="ignore"):
            low = np.where(run > 0, (rise - 2 * slack) / run, np.where(np.abs(rise) <= 2 * slack, -np.inf, np.inf))
            high = np.where(run > 0, (rise + 2 * slack) / run, np.inf)
        apart = np.maximum.accumulate(low) > np.minimum.accumulate(high)
        stop = int(apart.argmax()) if apart.any() else len(rows)
        found.append(rows[: max(stop, 1)])
        start += max(stop, 1)
    return found
