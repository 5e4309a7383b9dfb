"""The built-in generator in NumPy: sampling needs no TensorFlow, and several blocks of rows can be drawn at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..layout import WAVES, Encoded, Layout
from .size import Size

Floats = NDArray[np.float32]

SLOPE = np.float32(0.2)


def draw(layout: Layout, size: Size, weights: list[Floats], condition: Encoded, seed: tuple[int, int]) -> Encoded:
    """One row for each condition."""
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed)))
    latent = rng.standard_normal((len(condition), size.latent), np.float32)
    raw = forward(np.hstack([latent, dense_condition(layout.condition or Layout(()), condition)]), weights, size.depth)
    return hard_rows(layout, raw, rng)


def dense_condition(layout: Layout, rows: Encoded) -> Floats:
    """What `heads.expand_condition` makes of conditions."""
    out = np.zeros((len(rows), layout.width), np.float32)
    np.put_along_axis(out, layout.starts + rows.codes, np.float32(1), axis=1)
    out[:, layout.slots :] = rows.middle
    parts: list[Floats] = [out]
    for number, block in enumerate(layout.numbered):
        bins = layout.blocks[block].bins
        interval = rows.codes[:, block] - (layout.blocks[block].width - bins)
        inside = (interval + (rows.middle[:, number] + 1) / 2) / bins
        rank = np.where(interval >= 0, inside, 0).astype(np.float32)[:, None]
        angles = rank * np.array([np.pi * 2.0**k for k in range(WAVES)], np.float32)
        parts += [2 * rank - 1, np.sin(angles), np.cos(angles)]
    return np.hstack(parts)


def forward(x: Floats, weights: list[Floats], depth: int) -> Floats:
    """Raw output of the residual perceptron in `networks/table.py`, whose weights these are."""
    layers = iter(zip(weights[::2], weights[1::2], strict=True))

    def affine(x: Floats) -> Floats:
        kernel, bias = next(layers)
        y: Floats = x @ kernel
        y += bias
        return y

    x = leaky(affine(x))
    for _ in range(depth):
        y = affine(leaky(affine(x)))
        y += x
        x = leaky(y)
    return affine(x)


def leaky(x: Floats) -> Floats:
    return np.maximum(x, SLOPE * x)


def hard_rows(layout: Layout, raw: Floats, rng: np.random.Generator) -> Encoded:
    """Codes and positions drawn from the raw output: the largest logit with Gumbel noise, ranks by logistic noise."""
    n = len(raw)
    logits = raw[:, : layout.slots]
    logits -= np.log(rng.standard_exponential(logits.shape, np.float32) + np.float32(1e-30))
    codes = np.empty((n, len(layout.blocks)), np.int32)
    positions = np.empty((n, layout.numbers), np.float32)
    shift, scale = np.hsplit(raw[:, layout.slots :], 2)
    uniform = rng.random(positions.shape, np.float32) * np.float32(1 - 2e-6) + np.float32(1e-6)
    noise = (np.log(uniform) - np.log1p(-uniform)) / 2
    rank = np.tanh(shift + np.exp(-np.logaddexp(0, scale - 2, dtype=np.float32)) * noise)
    for bank in layout.banks:
        block, blocks = bank.block, slice(bank.first, bank.first + bank.count)
        code = logits[:, bank.start : bank.stop].reshape(n, bank.count, block.width).argmax(2)
        codes[:, blocks] = code
        if block.bins:
            numbers = slice(bank.number, bank.number + bank.count)
            positions[:, numbers] = rank[:, numbers] * (code >= block.width - block.bins)
    return Encoded(codes, positions, positions)
