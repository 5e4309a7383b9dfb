"""Dense conditions in NumPy: sampling needs no TensorFlow."""

from __future__ import annotations

import numpy as np

from ..columns.layout import WAVES, Encoded, Layout
from ..plain import Float32Array


def dense_condition(layout: Layout, rows: Encoded) -> Float32Array:
    """What `expanding.expand_condition` makes of conditions."""
    out = np.zeros((len(rows), layout.width), np.float32)
    np.put_along_axis(out, layout.starts + rows.codes, np.float32(1), axis=1)
    out[:, layout.slots :] = rows.middle
    parts: list[Float32Array] = [out]
    for number, place in enumerate(layout.numbered):
        block = layout.blocks[place]
        interval = rows.codes[:, place] - block.first_bin
        inside = (interval + (rows.middle[:, number] + 1) / 2) / block.bins
        rank = np.where(interval >= 0, inside, 0).astype(np.float32)[:, None]
        angles = rank * np.array([np.pi * 2.0**k for k in range(WAVES)], np.float32)
        parts += [2 * rank - 1, np.sin(angles), np.cos(angles)]
    return np.hstack(parts)
