"""Between encoded rows and what the networks see of them, inside the graph.

A head stands for one kind of data. `parts` are the arrays that training rows are kept in, and `real` makes of some of
them what the discriminator is shown; `fake` makes the same of the generator's raw output, for gradients to flow
through; `draw` makes of it the tensors that `rows` are encoded with. Noise comes from `uniform`, a function of a
stream's number and a shape, which keeps all that is random in the caller's hands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from ..layout import WAVES, Bank, Encoded, ImageLayout, Layout, Pixels
from .shifting import recoloured, shifted

Tensor = Any
Uniform = Callable[[int, list[Any]], Tensor]


class TableHead:
    """Rows of a table: one-hot slots and positions."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def parts(self, rows: Encoded) -> tuple[Any, ...]:
        return rows.codes, rows.low, rows.high

    def real(self, parts: list[Tensor], uniform: Uniform) -> Tensor:
        """Dense rows; tied values take any of their ranks."""
        codes, low, high = parts
        return expand(self.layout, codes, low + (high - low) * uniform(1, [tf.shape(codes)[0], self.layout.numbers]))

    def fake(self, raw: Tensor, uniform: Uniform, temperature: float) -> Tensor:
        noise = noise_from(self.layout, uniform(4, [tf.shape(raw)[0], self.layout.width]))
        return hard_rows(self.layout, raw, noise, temperature)

    def draw(self, raw: Tensor, uniform: Uniform) -> tuple[Tensor, ...]:
        noise = noise_from(self.layout, uniform(4, [tf.shape(raw)[0], self.layout.width]))
        return draw(self.layout, raw, noise)

    def rows(self, drawn: tuple[Tensor, ...]) -> Encoded:
        codes, positions = (tensor.numpy() for tensor in drawn)
        return Encoded(codes, positions, positions)


class ImageHead:
    """Images: pixels in [-1, 1], which the discriminator sees shifted, so that it cannot learn the few it has by heart.

    Zhao, Liu, Lin, Zhu, Han (2020), "Differentiable augmentation for data-efficient GAN training".
    """

    def __init__(self, layout: ImageLayout) -> None:
        self.layout = layout
        self.top = max(layout.levels - 1, 1)

    def parts(self, rows: Pixels) -> tuple[Any, ...]:
        return (rows.values,)

    def real(self, parts: list[Tensor], uniform: Uniform) -> Tensor:
        [values] = parts
        pixels = tf.cast(values, tf.float32)
        return self._seen(pixels * (2 / self.top) - 1 if self.layout.levels else pixels, uniform, 6)

    def fake(self, raw: Tensor, uniform: Uniform, _temperature: float) -> Tensor:
        return self._seen(raw, uniform, 8)

    def draw(self, raw: Tensor, _uniform: Uniform) -> tuple[Tensor, ...]:
        pixels = tf.clip_by_value(raw, -1, 1)
        if not self.layout.levels:
            return (pixels,)
        return (tf.cast(tf.round((pixels + 1) * (self.top / 2)), tf.uint8),)

    def rows(self, drawn: tuple[Tensor, ...]) -> Pixels:
        return Pixels(drawn[0].numpy())

    def _seen(self, images: Tensor, uniform: Uniform, stream: int) -> Tensor:
        batch = tf.shape(images)[0]
        images = shifted(images, uniform(stream, [batch, 2]))
        return recoloured(images, uniform(stream + 1, [batch, 3])) if self.layout.shape[2] == 3 else images


def head_of(layout: Layout | ImageLayout) -> Any:
    return ImageHead(layout) if isinstance(layout, ImageLayout) else TableHead(layout)


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
    for number, block in enumerate(layout.numbered):
        bins = layout.blocks[block].bins
        interval = codes[:, block] - (layout.blocks[block].width - bins)
        rank = (tf.cast(interval, tf.float32) + (position[:, number] + 1) / 2) / bins
        rank = tf.where(interval >= 0, rank, 0.0)[:, None]
        angles = rank * [[np.pi * 2.0**k for k in range(WAVES)]]
        parts += [2 * rank - 1, tf.sin(angles), tf.cos(angles)]
    return tf.concat(parts, 1)


def hard_rows(layout: Layout, raw: Tensor, noise: Tensor, temperature: float) -> Tensor:
    """Dense rows drawn from the generator's raw output (straight-through Gumbel-softmax, Jang et al. 2017).

    The discriminator sees hard one-hot slots, the gradient flows through their softmax.

    Parameters
    ----------
    raw : float32 tensor of shape (batch, layout.width)
    noise : float32 tensor of shape (batch, layout.slots)
        Standard Gumbel noise.
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


def draw(layout: Layout, raw: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Codes (batch, blocks) and positions (batch, numbers) drawn from the generator's raw output."""
    codes, positions, batch = [], [], tf.shape(raw)[0]
    for bank in layout.banks:
        width = bank.block.width
        logits = tf.reshape(
            raw[:, bank.start : bank.stop] + noise[:, bank.start : bank.stop], [batch, bank.count, width]
        )
        code = tf.argmax(logits, 2, output_type=tf.int32)
        codes.append(code)
        if bank.block.bins:
            inside = tf.cast(code >= width - bank.block.bins, raw.dtype)
            positions.append(_position(layout, bank, raw, noise) * inside)
    none = tf.zeros([batch, 0])
    return tf.concat(codes, 1), tf.concat(positions, 1) if positions else none


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
