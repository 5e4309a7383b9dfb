"""What encoded images look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...columns.layout import Conditioned, Layout
from ...plain import AnyArray, Float32Array, Float64Array, IndexArray, record


@record
@dataclass(frozen=True)
class ImageLayout(Conditioned):
    """Images of one size.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.
    levels : int
        How many values a pixel may have, evenly spaced, 256 at most; 0 for any.
    condition : Layout or None
        Of the label that images are generated for; it has no blocks when there are no labels.
    """

    shape: tuple[int, int, int]
    levels: int
    condition: Layout | None = None
    modality: ClassVar[str] = "image"

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Of what the discriminator is shown: pixels in [-1, 1]."""
        return self.shape

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Of the generator's output: pixels in [-1, 1]."""
        return self.shape

    @property
    def top(self) -> int:
        """The brightest level."""
        return max(self.levels - 1, 1)

    def empty(self) -> Pixels:
        """No images."""
        return Pixels(np.zeros((0, *self.shape), np.uint8 if self.levels else np.float32))


@dataclass(frozen=True)
class Pixels:
    """Images as the engine takes them, what :class:`Encoded` is to the rows of a table.

    Parameters
    ----------
    values : ndarray of shape (n, height, width, channels), uint8 or float32
        Which of the levels, or numbers in [-1, 1].
    """

    values: AnyArray

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: IndexArray) -> Pixels:
        return Pixels(self.values[rows])

    def untied(self, _rng: np.random.Generator) -> Pixels:
        """Images as they are."""
        return self

    def flat(self, layout: ImageLayout) -> Float32Array:
        """Numbers in [-1, 1], an image a row."""
        values = self.values.reshape(len(self), -1).astype(np.float32)
        return values * np.float32(2 / layout.top) - 1 if layout.levels else values

    def shifted(self, farthest: float, rng: np.random.Generator) -> Pixels:
        """Each image moved by at most that part of its height and width, its border repeated where it leaves a gap."""
        n, height, width, _ = self.values.shape
        rows, columns = _sources(n, height, farthest, rng), _sources(n, width, farthest, rng)
        return Pixels(self.values[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]])

    @classmethod
    def stack(cls, parts: Sequence[Pixels]) -> Pixels:
        """Parts below one another."""
        return cls(np.concatenate([part.values for part in parts]))


def pictures(images: AnyArray, low: float, high: float) -> Float64Array:
    """Images (n, height, width, 1 or 3) from black, 0, at `low` to white, 1, at `high`; other channels than red, green
    and blue are averaged."""
    values = (images.astype(np.float64) - low) / ((high - low) or 1.0)
    shown: Float64Array = values if values.shape[3] == 3 else values.mean(3, keepdims=True)
    return shown.clip(0, 1)


def _sources(images: int, size: int, farthest: float, rng: np.random.Generator) -> IndexArray:
    """For each image, which row or column to show in each place."""
    most = int(size * farthest)
    by = rng.integers(-most, most + 1, images)
    return (np.arange(size)[None] + by[:, None]).clip(0, size - 1)
