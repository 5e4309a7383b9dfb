"""Rows of a table as the networks see them, inside the graph: one-hot slots and positions."""

from __future__ import annotations

from typing import Any

from ...columns.layout import Bank, Encoded, Layout
from ...plain import AnyArray
from ...tensorflow import tf
from ..expanding import expand
from ..protocols import Uniform

Tensor = Any


class TableHead:
    """One-hot slots and positions."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def parts(self, rows: Encoded) -> tuple[AnyArray, ...]:
        return rows.codes, rows.low, rows.high

    def real(self, parts: list[Tensor], uniform: Uniform) -> Tensor:
        """Dense rows; tied values take any of their ranks."""
        codes, low, high = parts
        return expand(self.layout, codes, low + (high - low) * uniform(1, [tf.shape(codes)[0], self.layout.numbers]))

    def fake(self, raw: Tensor, uniform: Uniform, temperature: float) -> Tensor:
        noise = noise_from(self.layout, uniform(4, [tf.shape(raw)[0], self.layout.width]))
        return hard_rows(self.layout, raw, noise, temperature)


def hard_rows(layout: Layout, raw: Tensor, noise: Tensor, temperature: float) -> Tensor:
    """Dense rows drawn from the generator's raw output (straight-through Gumbel-softmax, Jang et al. 2017).

    The discriminator sees hard one-hot slots, the gradient flows through their softmax.

    Parameters
    ----------
    raw : float32 tensor of shape (batch, layout.raw_width)
    noise : float32 tensor of shape (batch, layout.width)
        Standard Gumbel noise for the slots, logistic noise for the positions, from :func:`noise_from`.
    """
    parts, positions, batch = [], [], tf.shape(raw)[0]
    for bank in layout.banks:
        width = bank.block.width
        logits = tf.reshape(
            raw[:, bank.start : bank.stop] + noise[:, bank.start : bank.stop], [batch, bank.count, width]
        )
        soft = tf.nn.softmax(logits / temperature)
        hard = tf.one_hot(tf.argmax(logits, 2), width)
        slots = soft + tf.stop_gradient(hard - soft)
        parts.append(tf.reshape(slots, [batch, bank.count * width]))
        if bank.block.bins:
            inside = tf.reduce_sum(slots[:, :, -bank.block.bins :], 2)
            positions.append(_position(layout, bank, raw, noise) * inside)
    return tf.concat([*parts, *positions], 1)


def _position(layout: Layout, bank: Bank, raw: Tensor, noise: Tensor) -> Tensor:
    """Ranks inside the intervals: uniform as long as the raw output is 0, moved and narrowed by it."""
    first, last = layout.slots + bank.number, layout.slots + bank.number + bank.count
    shift, scale = raw[:, first:last], raw[:, first + layout.numbers : last + layout.numbers]
    return tf.tanh(shift + tf.exp(-tf.nn.softplus(scale - 2)) * noise[:, first:last])


def noise_from(layout: Layout, uniform: Tensor) -> Tensor:
    """Gumbel noise for the slots and logistic noise for the positions, from uniform noise (batch, layout.width)."""
    slots, numbers = uniform[:, : layout.slots] + 1e-20, uniform[:, layout.slots :]
    gumbel = -tf.math.log(-tf.math.log(slots) + 1e-20)
    numbers = numbers * (1 - 2e-6) + 1e-6
    return tf.concat([gumbel, (tf.math.log(numbers) - tf.math.log1p(-numbers)) / 2], 1)
