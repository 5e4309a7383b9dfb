"""Augmentations of images that gradients flow through; what is random about them is given as uniform noise."""

from __future__ import annotations

from typing import Any

from ...tensorflow import tf

Tensor = Any
FARTHEST = 1 / 8
"""Of the height and the width."""


def shifted(images: Tensor, uniform: Tensor) -> Tensor:
    """Each image moved by up to an eighth of its size, its border repeated where it leaves a gap.

    Parameters
    ----------
    images : float32 tensor of shape (n, height, width, channels)
    uniform : float32 tensor of shape (n, 2)
        In [0, 1).

    Notes
    -----
    A shift is a product with a one-hot matrix for each axis, whose gradient is as fast as itself.
    """
    _, height, width, channels = images.shape
    rows = _source(uniform[:, 0], height)
    moved = tf.matmul(rows, tf.reshape(images, [-1, height, width * channels]))
    moved = tf.reshape(moved, [-1, height, width, channels])
    columns = _source(uniform[:, 1], width)
    return tf.einsum("nab,nhbc->nhac", columns, moved)


def recoloured(images: Tensor, uniform: Tensor) -> Tensor:
    """Brightness, saturation and contrast of each image changed by up to a half.

    Parameters
    ----------
    images : float32 tensor of shape (n, height, width, 3), in [-1, 1]
    uniform : float32 tensor of shape (n, 3)
        In [0, 1).
    """
    brightness, saturation, contrast = (uniform[:, i, None, None, None] for i in range(3))
    images = images + brightness - 0.5
    grey = tf.reduce_mean(images, 3, keepdims=True)
    images = (images - grey) * (2 * saturation) + grey
    mean = tf.reduce_mean(images, [1, 2, 3], keepdims=True)
    return (images - mean) * (contrast + 0.5) + mean


def _source(uniform: Tensor, size: int) -> Tensor:
    """For each image a matrix (size, size) that picks the row or column to show in each place."""
    farthest = round(size * FARTHEST)
    by = tf.cast(tf.floor(uniform * (2 * farthest + 1)), tf.int32) - farthest
    return tf.one_hot(tf.clip_by_value(tf.range(size)[None] + by[:, None], 0, size - 1), size)
