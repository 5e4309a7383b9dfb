"""Rows that are a training row over again, as near as makes no difference.

Real rows repeat one another, too: so many twins are right, and raking sees to it that there are no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..columns.layout import Encoded, Layout
from ..plain import Float32Array, Int32Array, record

Keys = NDArray[np.uint64]

CELLS = 32
"""Parts of an interval, in which numbers without ties are compared."""
ROWS_PER_VALUE = 2
"""Values that so many rows have on average are compared one by one."""


@record
@dataclass(frozen=True)
class Twins:
    """The training rows, each as one number.

    Parameters
    ----------
    fine : ndarray of int32
        The positions that are compared by parts of intervals.
    tied : ndarray of int32
        Those that are compared by values, since these recur.
    blocks : ndarray of int32
        Their columns.
    sizes : ndarray of int32
        How many values each of them has.
    starts : ndarray of float32
        Where each value begins, as code and share of the interval, one column after the other.
    keys : ndarray of uint64
        Of the rows, sorted and distinct.
    """

    fine: Int32Array
    tied: Int32Array
    blocks: Int32Array
    sizes: Int32Array
    starts: Float32Array
    keys: Keys

    def __post_init__(self) -> None:
        if not len(self.tied) == len(self.blocks) == len(self.sizes) or self.sizes.sum() != len(self.starts):
            raise ValueError("values of other positions than those that are compared by them")

    def check(self, layout: Layout) -> None:
        """ValueError for twins of no rows, or of rows of another layout."""
        if not len(self.keys):
            raise ValueError("twins of no rows")
        for places, count in (
            (self.fine, layout.numbers),
            (self.tied, layout.numbers),
            (self.blocks, len(layout.blocks)),
        ):
            if len(places) and not 0 <= places.min() <= places.max() < count:
                raise ValueError("twins of rows with other columns than the layout's")

    def __call__(self, rows: Encoded) -> Int32Array:
        """1 for each row that is one of the training rows, else 0, as a column."""
        keys = self._keys(rows)
        place = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return (self.keys[place] == keys).astype(np.int32)[:, None]

    @classmethod
    def fit(cls, layout: Layout, rows: Encoded) -> tuple[Twins, Int32Array]:
        """Of training rows; and which of them have a twin among the others."""
        fine, tied, starts = [], [], []
        for position, block in enumerate(layout.numbered):
            inside = rows.codes[:, block] >= layout.blocks[block].first_bin
            values = np.unique(_places(rows.codes[inside, block], rows.low[inside, position]))
            wide = rows.high[inside, position] - rows.low[inside, position]
            if ROWS_PER_VALUE * len(values) <= inside.sum():
                tied.append(position)
                starts.append(values)
            elif wide.size and wide.mean() < 2 / CELLS:
                fine.append(position)
        none = cls(
            np.array(fine, np.int32),
            np.array(tied, np.int32),
            np.array([layout.numbered[position] for position in tied], np.int32),
            np.array([len(values) for values in starts], np.int32),
            np.concatenate([np.zeros(0, np.float32), *starts]),
            np.zeros(0, np.uint64),
        )
        keys, which, counts = np.unique(none._keys(rows), return_inverse=True, return_counts=True)
        return replace(none, keys=keys), (counts[which] > 1).astype(np.int32)[:, None]

    def _keys(self, rows: Encoded) -> Keys:
        middle = rows.middle
        cells = np.floor((middle[:, self.fine] + 1) * (CELLS / 2))
        ends = np.cumsum(self.sizes)
        values = [
            np.searchsorted(self.starts[end - size : end], _places(rows.codes[:, block], middle[:, position]), "right")
            for position, block, size, end in zip(self.tied, self.blocks, self.sizes, ends, strict=True)
        ]
        parts = [*rows.codes.T, *cells.T, *values]
        key = np.zeros(len(rows), np.uint64)
        for part, factor in zip(parts, _factors(len(parts)), strict=True):
            key += part.astype(np.uint64) * factor
        return key


def _places(codes: Int32Array, positions: Float32Array) -> Float32Array:
    """Codes with the share of the interval that is below a position."""
    places: Float32Array = codes + (positions + 1) * np.float32(0.5)
    return places


def _factors(count: int) -> Keys:
    return np.random.default_rng(0).integers(2**63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
