"""Numbers as (code, position): recurring values as categories of their own, the rest by rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plain import BoolArray, Float32Array, Float64Array, IndexArray, Int32Array, record
from .layout import Block, Encoded

MAX_RECURRING = 64
MAX_LEVELS = 128
RECURRING_SHARE = 0.02
ROWS_PER_VALUE = 20
ROWS_PER_BIN = 10
BINS = 16
KNOTS = 8192
GAP = 0.2
MOST_GAPS = 4
TIED = 3
DISCOUNT = 0.5
"""Of the rows of a value that is not alone, by how many it comes again less often (Ney, Essen & Kneser 1994)."""
TAME, TAMED = 2.0**40, 1e290
"""Greater numbers are divided by a power of two, lest slopes and differences overflow."""


@record
@dataclass(frozen=True)
class QuantileCoder:
    """Codes and decodes one array of finite numbers and NaN, by the quantiles of the training values.

    A value that recurs gets a code of its own and comes back exactly. All others lie in intervals of equal mass, but
    that one ends at each wide gap, with their rank inside the interval as position; decoding walks the training values'
    quantile function, so it stays inside their range and follows their distribution. Codes: recurring values, missing,
    intervals.

    Parameters
    ----------
    recurring : ndarray of float64
        Sorted.
    missing : bool
        Whether NaN was seen.
    bins : int
        Number of intervals, 0 if every value recurs.
    mass, value : ndarray of float64
        The quantile function of the values that do not recur, as the corners of a polygon; the mass is stretched so
        that all intervals are equally long.
    """

    recurring: Float64Array
    missing: bool
    bins: int
    mass: Float64Array
    value: Float64Array

    @classmethod
    def fit(cls, values: Float64Array, *, levels: bool = False) -> QuantileCoder:
        """Learn the coding of `values`; `levels` says that they number categories, all of which recur if they may."""
        known = values[~np.isnan(values)]
        distinct, counts = np.unique(known, return_counts=True)
        most = MAX_LEVELS if levels else min(MAX_RECURRING, max(2, len(known) / ROWS_PER_VALUE))
        often = counts >= max(RECURRING_SHARE * len(values), ROWS_PER_VALUE / 4)
        often |= far_off(distinct, counts) & (counts >= ROWS_PER_VALUE / 4)
        own = np.ones(len(distinct), bool) if len(distinct) <= most else often
        rest, counts = distinct[~own], counts[~own]
        bins = int(min(BINS, max(1, counts.sum() // ROWS_PER_BIN))) if len(rest) else 0
        mass, value = _quantile_function(rest, counts, bins)
        return cls(distinct[own], len(known) < len(values), bins, mass, value)

    @property
    def block(self) -> Block:
        return Block(self.bins, self.first_bin + self.bins)

    @property
    def varied(self) -> bool:
        """Whether there is more than one code, or anything inside it."""
        return self.bins > 0 or self.block.width > 1

    @property
    def first_bin(self) -> int:
        return len(self.recurring) + self.missing

    def encode(self, values: Float64Array) -> Encoded:
        """Codes of `values`; an unseen number gets the interval it falls in, or the nearest recurring value."""
        codes = np.zeros(len(values), np.int32)
        low, high = np.zeros((2, len(values)), np.float32)
        absent = np.isnan(values)
        own = ~absent & np.isin(values, self.recurring)
        codes[own] = np.searchsorted(self.recurring, values[own])
        codes[absent] = len(self.recurring)
        rest = ~(own | absent)
        if self.bins and rest.any():
            left, right = (edge * self.bins for edge in self._ranks(values[rest]))
            interval = np.floor((left + right) / 2).clip(0, self.bins - 1)
            codes[rest] = self.first_bin + interval
            low[rest], high[rest] = ((2 * (edge - interval) - 1).clip(-1, 1) for edge in (left, right))
        elif rest.any():
            middles = self.recurring[1:] / 2 + self.recurring[:-1] / 2
            codes[rest] = np.searchsorted(middles, values[rest])
        numbers = slice(None if self.bins else 0)
        return Encoded(codes[:, None], low[:, None][:, numbers], high[:, None][:, numbers])

    def decode(self, codes: Int32Array, position: Float32Array) -> Float64Array:
        """Values of `codes`; `position` is only looked at where a code is an interval."""
        values = np.concatenate([self.recurring, np.full(self.missing + self.bins, np.nan)])[codes]
        inside = codes >= self.first_bin
        if inside.any():
            rank = codes[inside] - self.first_bin + (position[inside].astype(np.float64) + 1) / 2
            values[inside] = _between(rank / self.bins, self.mass, self.value)
        return values

    def values(self, cells: Encoded) -> Float64Array:
        """Values of encoded cells of this array alone."""
        position = cells.middle[:, 0] if self.bins else np.zeros(len(cells), np.float32)
        return self.decode(cells.codes[:, 0], position)

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest training value."""
        known = np.concatenate([self.recurring, self.value])
        return float(known.min()), float(known.max())

    def _ranks(self, values: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Share of the training values below each of `values`, and up to it."""
        size = TAME if _wild(self.value) else 1.0
        between = np.interp(values / size, self.value / size, self.mass)
        last = len(self.value) - 1
        left = np.searchsorted(self.value, values, "left").clip(max=last)
        right = (np.searchsorted(self.value, values, "right") - 1).clip(0)
        return (
            np.where(self.value[left] == values, self.mass[left], between),
            np.where(self.value[right] == values, self.mass[right], between),
        )


def _wild(values: Float64Array) -> bool:
    """Whether their differences may be too great for floats."""
    return bool(len(values)) and max(-float(values[0]), float(values[-1])) > TAMED


def _between(places: Float64Array, mass: Float64Array, value: Float64Array) -> Float64Array:
    """Values at places of a polygon."""
    size = TAME if _wild(value) else 1.0
    return np.interp(places, mass, value / size) * size


def far_off(distinct: Float64Array, counts: IndexArray) -> BoolArray:
    """Which of sorted values have a wide gap on both sides, as a number has that stands for something else."""
    if len(distinct) < TIED:
        return np.zeros(len(distinct), bool)
    up_to = np.cumsum(counts)
    low, high = distinct[np.searchsorted(up_to, [up_to[-1] // 20, up_to[-1] - 1 - up_to[-1] // 20], "right")]
    with np.errstate(over="ignore"):
        gaps = np.concatenate([[np.inf], np.diff(distinct), [np.inf]])
        wide = gaps > GAP * (high - low)
    alone: BoolArray = wide[:-1] & wide[1:]
    return alone


def _quantile_function(distinct: Float64Array, counts: IndexArray, bins: int) -> tuple[Float64Array, Float64Array]:
    """Corners of the quantile function: steps at values of several rows, and lines between these and single ones; steps
    alone where most are tied.

    Across a wide gap there is a step in any case, and an interval ends at it: the mass is stretched for that.
    """
    if not len(distinct):
        return np.zeros(0), np.zeros(0)
    upper = np.cumsum(counts) / counts.sum()
    lower = np.concatenate([[0.0], upper[:-1]])
    steps = len(distinct) == 1 or counts.mean() >= TIED
    if not steps:
        inside = np.where(counts == 1, 1 / 2, DISCOUNT / 2) / counts.sum()
        lower, upper = lower + inside, upper - inside
        lower, upper = ((edge - lower[0]) / (upper[-1] - lower[0]) for edge in (lower, upper))
    gaps = _gaps(distinct, counts, bins)
    upper[gaps] = lower[gaps + 1] = (upper[gaps] + lower[gaps + 1]) / 2
    mass, value = np.column_stack([lower, upper]).ravel().clip(0, 1), np.repeat(distinct, 2)
    corners = np.append(True, (np.diff(mass) > 0) | (np.diff(value) > 0))
    mass, value = mass[corners], value[corners]
    if not steps and len(mass) > KNOTS:
        kept = np.concatenate([gaps, gaps + 1])  # the ends of gaps, wherever the grid lies
        grid = np.linspace(0, 1, KNOTS)
        value = np.concatenate([_between(grid, mass, value), distinct[kept], distinct[kept]])
        mass = np.concatenate([grid, lower[kept], upper[kept]])
        order = np.lexsort([value, mass])
        mass, value = mass[order], value[order]
    if not len(gaps):
        return mass, value
    edges = np.linspace(0, 1, bins + 1)
    for gap in upper[gaps][::-1]:  # the widest comes last, and takes an edge from another
        near = 1 + np.abs(edges[1:-1] - gap).argmin()
        edges[near] = gap
    mass = np.maximum.accumulate(np.interp(mass, edges, np.linspace(0, 1, bins + 1)))
    return mass, value


def _gaps(distinct: Float64Array, counts: IndexArray, bins: int) -> IndexArray:
    """Where values leave wide gaps with half an interval or more on both sides, each as the place of its lower end."""
    if _wild(distinct):
        distinct = distinct / TAME
    up_to, width = np.cumsum(counts)[:-1], np.diff(distinct)
    low, high = np.repeat(distinct, counts)[[counts.sum() // 20, counts.sum() - 1 - counts.sum() // 20]]
    enough = np.minimum(up_to, counts.sum() - up_to) >= max(ROWS_PER_BIN, counts.sum() / (2 * bins))
    wide = np.flatnonzero(enough & (width > GAP * (high - low)))
    return wide[np.argsort(-width[wide])][:MOST_GAPS]
