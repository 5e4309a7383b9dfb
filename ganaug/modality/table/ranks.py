"""Features in which encoded rows of a table are compared."""

from __future__ import annotations

import numpy as np

from ...columns.layout import Encoded, Layout, as_numbers
from ...plain import Float64Array


class Ranks:
    """Each column's codes and positions as ranks among real rows, from 0 to 1.

    Parameters
    ----------
    rows : Encoded
        Real rows to rank among.
    """

    def __init__(self, layout: Layout, rows: Encoded) -> None:
        self.layout = layout
        self.sorted = np.sort(as_numbers(layout, rows), axis=0)

    def __call__(self, rows: Encoded) -> Float64Array:
        # where all columns are constant, so is the feature
        out = np.zeros((len(rows), max(len(self.layout.blocks), 1)))
        for number, (known, x) in enumerate(zip(self.sorted.T, as_numbers(self.layout, rows).T, strict=True)):
            out[:, number] = known.searchsorted(x, "left") + known.searchsorted(x, "right")
        return out / (2 * len(self.sorted))
