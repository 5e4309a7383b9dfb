"""Images as pixels that the engine takes, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...plain import AnyArray, Float64Array, record
from ..without_rules import WithoutRules
from .pixels import ImageLayout, Pixels, pictures
from .spikes import Spikes, find_spikes

MOST_LEVELS = 256
FAR_OUTSIDE = 8.0
"""Ranges beyond the fitted one, where a few bright pixels do not lead."""
SCALED, SCALED_WHOLE = 40.0, 4.0
"""Ranges from which on pixels between -1 and 1 were scaled; the latter where pixels of fit alone are whole numbers."""


@record
@dataclass(frozen=True)
class ImageEncoder(WithoutRules[AnyArray]):
    """Encodes and decodes images of one size.

    Pixels are told by where they lie between the darkest and the brightest of the training images. Where these are
    whole numbers not too far apart, as in the usual 8 bits, so are those of decoded images. Where they take few values,
    such as 0, 128 and 255, or a background, decoded images have exactly these, as often; and a pixel that is the same
    in all training images is the same in all others.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.
    dtype : dtype
    low, high : float
        The darkest and the brightest pixel.
    whole : bool
        Whether pixels are whole numbers, at most 256 of them.
    few : bool
        Whether pixels take few values, which 256 evenly spaced levels tell apart.
    spikes : tuple of Spikes
        Of each channel.
    fixed : ndarray of shape (height, width, channels) or None
        The value of pixels that are the same in all images, NaN for others.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    low: float
    high: float
    whole: bool
    few: bool = False
    spikes: tuple[Spikes, ...] = ()
    fixed: Float64Array | None = None

    @classmethod
    def fit(cls, images: AnyArray) -> tuple[ImageEncoder, Pixels]:
        """Learn the range of `images`, of shape (n, height, width, channels), and encode them.

        Raises
        ------
        ValueError
            If pixels are too far apart to compute with, or too near to one another.
        """
        low, high = float(images.min()), float(images.max())
        _check_range(low, high, images.dtype)
        whole = high - low < MOST_LEVELS and (images.dtype.kind in "biu" or not (images % 1).any())
        height, width, channels = images.shape[1:]
        spikes = find_spikes(images, whole=whole)
        levels = np.unique(np.concatenate([found.values for found in spikes]))
        places = np.rint((levels - low) * ((MOST_LEVELS - 1) / ((high - low) or 1.0)))
        few = all(found.only for found in spikes) and len(np.unique(places)) == len(levels)
        same = images.min(0) == images.max(0)
        fixed = np.where(same, images[0].astype(np.float64), np.nan) if same.any() else None
        encoder = cls((height, width, channels), images.dtype, low, high, whole, few, spikes, fixed)
        return encoder, encoder.encode(images)

    @property
    def layout(self) -> ImageLayout:
        levels = MOST_LEVELS if self.few else int(self.high - self.low) + 1 if self.whole else 0
        return ImageLayout(self.shape, levels)

    @property
    def features(self) -> tuple[int, ...]:
        """What images must match."""
        return self.shape

    @property
    def n_features(self) -> int:
        """Pixels, over all channels."""
        return int(np.prod(self.shape))

    def encode(self, images: AnyArray, classes: object = None) -> Pixels:  # noqa: ARG002 - of features
        """Images of the fitted size; pixels outside the fitted range are moved to its ends."""
        if self.few or self.whole:
            places = (images.astype(np.float64) - self.low).clip(0, self.high - self.low) / self._level
            return Pixels(places.round().astype(np.uint8))
        span = (self.high - self.low) or 1.0
        wide = images.astype(np.promote_types(images.dtype, np.float32), copy=False)  # float16 ends at 65504
        return Pixels(((wide - self.low) * (2 / span) - 1).clip(-1, 1).astype(np.float32))

    def decode(self, pixels: Pixels, condition: object = None) -> AnyArray:  # noqa: ARG002 - of tables
        """Images of shape (n, height, width, channels) and the fitted dtype."""
        values = self._plain(pixels)
        for channel, spikes in enumerate(self.spikes):
            if len(spikes.values):
                values[..., channel] = spikes(values[..., channel], self._step)
        if self.fixed is not None:
            values = np.where(np.isnan(self.fixed), values, self.fixed)
        return values.astype(self.dtype)

    def calibrated(self, pixels: Pixels) -> ImageEncoder:
        """With a look at what is generated: values that recur come out as often as in the training images."""
        values = self._plain(pixels)
        if self.fixed is not None:
            values = np.where(np.isnan(self.fixed), values, self.fixed)
        spikes = (found.calibrated(values[..., i], self._step) for i, found in enumerate(self.spikes))
        return replace(self, spikes=tuple(spikes))

    def check_scale(self, images: AnyArray) -> None:
        """ValueError if pixels lie far outside the fitted range, or were scaled to 1 where that is next to nothing.

        Or if they were centred, and those of fit were not.
        """
        if not images.size:
            return
        low, high, span = float(images.min()), float(images.max()), self.high - self.low
        outside = max(self.low - low, high - self.high)
        parts = images.dtype.kind == "f" and bool((images % 1).any())
        wide = SCALED_WHOLE if parts and self.whole else SCALED
        scaled = -1 <= low < high <= 1 and span > wide and (parts or self.few)
        signed = low < -span / 2 and self.low >= 0
        if span and (outside > FAR_OUTSIDE * span or scaled or signed):
            raise ValueError(
                f"X has pixels from {low:g} to {high:g}, and those of fit were from {self.low:g} to {self.high:g}: "
                "scale them as they were there"
            )

    @property
    def _level(self) -> float:
        """How far levels are from one another."""
        return ((self.high - self.low) or 1.0) / (MOST_LEVELS - 1) if self.few else 1.0

    @property
    def _step(self) -> float:
        """How far other values stay away from a background."""
        return 1.0 if self.whole or self.dtype.kind != "f" else 0.0

    def _plain(self, pixels: Pixels) -> Float64Array:
        """Pixels between the darkest and the brightest one."""
        values = pixels.values.astype(np.float64)
        if self.few or self.whole:
            return values * self._level + self.low
        values = self.low + (values + 1) * ((self.high - self.low) / 2)
        return values.round() if self.dtype.kind != "f" else values

    def shown(self, images: AnyArray) -> Float64Array:
        """Images of shape (n, height, width, 1 or 3) from black, 0, to white, 1; other channels than red, green and
        blue are averaged."""
        return pictures(images.reshape(-1, *self.shape), self.low, self.high)


def _check_range(low: float, high: float, dtype: np.dtype[Any]) -> None:
    kind = np.promote_types(dtype, np.float32).type
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        span = kind(high) - kind(low)
        scale = 2 / (span or kind(1))
    if not np.isfinite(span) or not np.isfinite(scale):
        raise ValueError(
            f"images have pixels from {low:g} to {high:g}, a range that {dtype} cannot compute with: scale them, for "
            "example to [0, 1]"
        )
