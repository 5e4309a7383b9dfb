"""Codes and positions as dense rows, inside the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns.layout import WAVES, Layout
from ..tensorflow import tf

Tensor = Any


def expand(layout: Layout, codes: Tensor, position: Tensor) -> Tensor:
    """Dense rows of shape (batch, layout.width) from codes (batch, blocks) and positions (batch, numbers)."""
    parts, batch = [], tf.shape(codes)[0]
    for bank in layout.banks:
        slots = tf.one_hot(codes[:, bank.first : bank.first + bank.count], bank.block.width)
        parts.append(tf.reshape(slots, [batch, bank.count * bank.block.width]))
    return tf.concat([*parts, position], 1)


def expand_condition(layout: Layout, codes: Tensor, position: Tensor) -> Tensor:
    """Dense conditions: of a number also its rank among all intervals, and waves of it, so that near ones look alike.

    Tancik et al. (2020), "Fourier features let networks learn high frequency functions in low dimensional domains".
    """
    parts = [expand(layout, codes, position)]
    for number, place in enumerate(layout.numbered):
        block = layout.blocks[place]
        interval = codes[:, place] - block.first_bin
        rank = (tf.cast(interval, tf.float32) + (position[:, number] + 1) / 2) / block.bins
        rank = tf.where(interval >= 0, rank, 0.0)[:, None]
        angles = rank * [[np.pi * 2.0**k for k in range(WAVES)]]
        parts += [2 * rank - 1, tf.sin(angles), tf.cos(angles)]
    return tf.concat(parts, 1)
