"""The built-in generator in NumPy: sampling needs no TensorFlow, and several blocks of rows can be drawn at once."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...columns.layout import Encoded, Layout
from ...plain import Float32Array, IndexArray
from ..base import Size
from ..dense import dense_condition

SLOPE = np.float32(0.2)
EXTREME = 80
"""Logits whose exponentials are neither 0 nor infinite."""


def draw(layout: Layout, size: Size, weights: list[Float32Array], condition: Encoded, seed: tuple[int, int]) -> Encoded:
    """One row for each condition."""
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed)))
    latent = _normal_quantiles()[rng.integers(0, 2**16, (len(condition), size.latent), np.uint16)]
    raw = forward(np.hstack([latent, dense_condition(layout.label, condition)]), weights, size.depth)
    return hard_rows(layout, raw, rng)


def forward(x: Float32Array, weights: list[Float32Array], depth: int) -> Float32Array:
    """Raw output of the residual perceptron in `networks.py`, whose weights these are."""
    layers = iter(zip(weights[::2], weights[1::2], strict=True))

    def affine(x: Float32Array) -> Float32Array:
        kernel, bias = next(layers)
        y: Float32Array = x @ kernel
        y += bias
        return y

    x = leaky(affine(x))
    for _ in range(depth):
        y = affine(leaky(affine(x)))
        y += x
        x = leaky(y)
    return affine(x)


def leaky(x: Float32Array) -> Float32Array:
    return np.maximum(x, SLOPE * x)


def hard_rows(layout: Layout, raw: Float32Array, rng: np.random.Generator) -> Encoded:
    """Codes and positions drawn from the raw output: a slot by its softmax, ranks by logistic noise."""
    n = len(raw)
    codes = np.empty((n, len(layout.blocks)), np.int32)
    positions = np.empty((n, layout.numbers), np.float32)
    shift, scale = np.hsplit(raw[:, layout.slots :], 2)
    uniform = rng.random(positions.shape, np.float32) * np.float32(1 - 2e-6) + np.float32(1e-6)
    noise = (np.log(uniform) - np.log1p(-uniform)) / 2
    rank = np.tanh(shift + np.exp(-np.logaddexp(0, scale - 2, dtype=np.float32)) * noise)
    for bank in layout.banks:
        block, blocks = bank.block, slice(bank.first, bank.first + bank.count)
        code = _drawn(raw[:, bank.start : bank.stop].reshape(-1, block.width), rng).reshape(n, bank.count)
        codes[:, blocks] = code
        if block.bins:
            numbers = slice(bank.number, bank.number + bank.count)
            positions[:, numbers] = rank[:, numbers] * (code >= block.first_bin)
    return Encoded(codes, positions, positions)


def _drawn(logits: Float32Array, rng: np.random.Generator) -> IndexArray:
    """A column for each row, by the softmax of the row."""
    if np.abs(logits).max(initial=0) > EXTREME:
        logits = logits - logits.max(1, keepdims=True)
    weights = np.exp(logits)
    up_to = weights @ _triangle(logits.shape[1])  # sums that run, faster than NumPy's
    place = up_to[:, -1:] * (1 - rng.random((len(weights), 1), np.float32))
    return (up_to >= place).argmax(1)


@cache
def _triangle(width: int) -> Float32Array:
    return np.triu(np.ones((width, width), np.float32))


@cache
def _normal_quantiles() -> Float32Array:
    """The normal distribution's quantiles at 65,536 even steps: to draw one takes a quarter of the time."""
    from scipy.special import ndtri

    return ndtri((np.arange(2**16) + 0.5) / 2**16).astype(np.float32)
