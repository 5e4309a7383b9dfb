"""Rows that are a training row over again, as near as makes no difference.

Real rows repeat one another, too: so many twins are right, and raking sees to it that there are no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..columns.layout import Encoded, Layout
from ..plain import Int32Array, record

Keys = NDArray[np.uint64]

CELLS = 32
"""Parts of an interval, in which numbers without ties are compared."""


@record
@dataclass(frozen=True)
class Twins:
    """The training rows, each as one number.

    Parameters
    ----------
    fine : ndarray of int32
        The positions that are compared.
    keys : ndarray of uint64
        Of the rows, sorted and distinct.
    """

    fine: Int32Array
    keys: Keys

    def __call__(self, rows: Encoded) -> Int32Array:
        """1 for each row that is one of the training rows, else 0, as a column."""
        keys = _keys(rows, self.fine)
        place = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return (self.keys[place] == keys).astype(np.int32)[:, None]

    @classmethod
    def fit(cls, layout: Layout, rows: Encoded) -> tuple[Twins, Int32Array]:
        """Of training rows; and which of them have a twin among the others."""
        wide = [
            float((rows.high[inside, place] - rows.low[inside, place]).mean()) if inside.any() else 2.0
            for place, block in enumerate(layout.numbered)
            for inside in [rows.codes[:, block] >= layout.blocks[block].first_bin]
        ]
        fine = np.flatnonzero(np.array(wide) < 2 / CELLS).astype(np.int32)
        keys, which, counts = np.unique(_keys(rows, fine), return_inverse=True, return_counts=True)
        return cls(fine, keys), (counts[which] > 1).astype(np.int32)[:, None]


def _keys(rows: Encoded, fine: Int32Array) -> Keys:
    cells = np.floor((rows.middle[:, fine] + 1) * (CELLS / 2))
    key = np.zeros(len(rows), np.uint64)
    parts = [*rows.codes.T, *cells.T]
    for part, factor in zip(parts, _factors(len(parts)), strict=True):
        key += part.astype(np.uint64) * factor
    return key


def _factors(count: int) -> Keys:
    return np.random.default_rng(0).integers(2**63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
