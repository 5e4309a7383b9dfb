"""The image of another class that is nearest to a given one, of many that the generator makes.

An image is sought among generated ones of the other class that are surely recognised as theirs, by how near it is at
several resolutions: pose, size and brightness are kept, as far as the other class has them. Nothing is trained for it,
and one generator serves all pairs of classes. Going on from there along the generator's noise (Zhu, Krähenbühl,
Shechtman, Efros 2016, "Generative visual manipulation on the natural image manifold") was measured and left out: it
comes nearer by a third, to images that are no longer of the class.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...columns.layout import Encoded
from ...plain import AnyArray, Float32Array, IndexArray
from ..base import Translation

POOL = 2_048
"""Generated images of each class."""
SURELY = 0.1
"""The share of these that is recognised best."""


def translated(asked: Translation[AnyArray]) -> AnyArray:
    """Images of the classes wanted.

    Raises
    ------
    ValueError
        If columns are to be kept.
    """
    if asked.keep:
        raise ValueError(f"keep={list(asked.keep)}: images have no columns")
    encoder: Any = asked.encoder
    goals = asked.wanted.codes[:, 0]
    made = np.empty(asked.data.shape, encoder.dtype)
    for code in np.unique(goals):
        rows = np.flatnonzero(goals == code)
        condition = asked.wanted.take(np.repeat(rows[:1], POOL))
        pool = asked.drawn(condition, asked.seed)
        pool = pool[_recognised(asked, pool, condition)]
        scaled = (_scaled(images, encoder.low, encoder.high) for images in (asked.data[rows], pool))
        made[rows] = pool[_nearest(*scaled)]
    return made


def _recognised(asked: Translation[AnyArray], pool: AnyArray, condition: Encoded) -> IndexArray:
    """Places of those of the pool that are surely of their class; without classes to tell apart all."""
    chooser: Any = asked.chooser
    if chooser is None or chooser.perceptron is None:
        return np.arange(len(pool))
    features, _ = chooser.components(asked.encoder.encode(pool).flat(chooser.layout))
    recognised = chooser.perceptron(features, condition.codes[:, 0])
    return np.flatnonzero(recognised >= np.quantile(recognised, 1 - SURELY))


def _scaled(images: AnyArray, low: float, high: float) -> AnyArray:
    """From 0 to 1, where the training images lie: squares of pixels far from that have no place in single precision."""
    wide = images.astype(np.promote_types(images.dtype, np.float32), copy=False)
    return (wide - low) / ((high - low) or 1.0)


def _nearest(images: AnyArray, pool: AnyArray) -> IndexArray:
    """For each image the place of the nearest in the pool."""
    one, other = _at_several_sizes(images), _at_several_sizes(pool)
    return np.argmin((other**2).sum(1) - 2 * one @ other.T, axis=1)


def _at_several_sizes(images: AnyArray) -> Float32Array:
    """Pixels, and means over squares of two and of four of them, each as weighty as the others in all."""
    parts = []
    for size in (1, 2, 4):
        rows, columns = (side // size * size for side in images.shape[1:3])
        cut = images[:, :rows, :columns].astype(np.float32)
        means = cut.reshape(len(images), rows // size, size, columns // size, size, -1).mean((2, 4))
        parts.append(means.reshape(len(images), -1) * size)
    return np.hstack(parts)
