"""Images as pixels that the engine takes, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...plain import AnyArray, BoolArray, Float64Array, record
from .pixels import ImageLayout, Pixels

MOST_LEVELS = 256


@record
@dataclass(frozen=True)
class ImageEncoder:
    """Encodes and decodes images of one size.

    Pixels are told by where they lie between the darkest and the brightest of the training images. Where these are
    whole numbers not too far apart, as in the usual 8 bits, so are those of decoded images.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.
    dtype : dtype
    low, high : float
        The darkest and the brightest pixel.
    whole : bool
        Whether pixels are whole numbers, at most 256 of them.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    low: float
    high: float
    whole: bool

    @classmethod
    def fit(cls, images: AnyArray) -> tuple[ImageEncoder, Pixels]:
        """Learn the range of `images`, of shape (n, height, width, channels), and encode them."""
        low, high = float(images.min()), float(images.max())
        whole = high - low < MOST_LEVELS and (images.dtype.kind in "biu" or not (images % 1).any())
        height, width, channels = images.shape[1:]
        encoder = cls((height, width, channels), images.dtype, low, high, whole)
        return encoder, encoder.encode(images)

    @property
    def layout(self) -> ImageLayout:
        return ImageLayout(self.shape, int(self.high - self.low) + 1 if self.whole else 0)

    @property
    def features(self) -> tuple[int, ...]:
        """What images must match."""
        return self.shape

    @property
    def n_features(self) -> int:
        """Pixels, over all channels."""
        return int(np.prod(self.shape))

    def knows(self, images: AnyArray) -> BoolArray:
        """Which images can be encoded: all."""
        return np.ones(len(images), bool)

    def encode(self, images: AnyArray) -> Pixels:
        """Images of the fitted size; pixels outside the fitted range are moved to its ends."""
        if self.whole:
            return Pixels((images.astype(np.float64) - self.low).clip(0, self.high - self.low).round().astype(np.uint8))
        span = (self.high - self.low) or 1.0
        return Pixels(((images - self.low) * (2 / span) - 1).clip(-1, 1).astype(np.float32))

    def decode(self, pixels: Pixels, condition: object = None) -> AnyArray:  # noqa: ARG002 - of tables
        """Images of shape (n, height, width, channels) and the fitted dtype."""
        values = pixels.values.astype(np.float64)
        if self.whole:
            return (values + self.low).astype(self.dtype)
        values = self.low + (values + 1) * ((self.high - self.low) / 2)
        if self.dtype.kind != "f":
            values = values.round()
        return values.astype(self.dtype)

    def shown(self, images: AnyArray) -> Float64Array:
        """Images of shape (n, height, width, 1 or 3) from black, 0, to white, 1; other channels than red, green and
        blue are averaged."""
        values = (images.reshape(-1, *self.shape) - self.low) / ((self.high - self.low) or 1.0)
        shown: Float64Array = values if self.shape[2] == 3 else values.mean(3, keepdims=True)
        return shown.astype(np.float64).clip(0, 1)
