"""What images come in, checked once; afterwards they have an axis of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...plain import AnyArray, IndexArray, MatrixLike, record

LEAST_SIDE = 8


@record
@dataclass(frozen=True)
class ImageContainer:
    """Images, as an array of shape (n, height, width, channels) inside.

    Parameters
    ----------
    channels : bool
        Whether they came with an axis of channels.
    """

    channels: bool
    what: ClassVar[str] = "images"
    named: ClassVar[bool] = False

    def restore(self, images: AnyArray) -> AnyArray:
        return images if self.channels else images[..., 0]

    def stack(self, real: AnyArray, new: AnyArray) -> AnyArray:
        """New images behind real ones, in whose dtype."""
        return np.concatenate([real, new.astype(real.dtype)])

    def replaced(self, real: AnyArray, new: AnyArray, rows: IndexArray, _given: MatrixLike) -> AnyArray:
        """A copy with new images in the place of some."""
        mixed = real.copy()
        mixed[rows] = new
        return self.restore(mixed)

    def matching(self, images: AnyArray, fitted: Sequence[Any], dropped: object = ()) -> AnyArray:  # noqa: ARG002 - of tables
        """`images` if they are of the fitted height, width and channels.

        Raises
        ------
        ValueError
            If they are not.
        """
        if images.shape[1:] != tuple(fitted):
            raise ValueError(
                f"X has images of shape {images.shape[1:]}, but GANAugmenter was fitted on {tuple(fitted)} "
                "(height, width, channels): resize them first"
            )
        return images


def check_images(images: AnyArray) -> tuple[AnyArray, ImageContainer]:
    """Images with an axis of channels, and whether they came with it.

    Raises
    ------
    TypeError
        If pixels are no numbers.
    ValueError
        If an image is smaller than 8 x 8, or a pixel is not finite.
    """
    if images.dtype.kind not in "biuf":
        raise TypeError(f"images of dtype {images.dtype}: pixels must be integers, floats or booleans")
    height, width = images.shape[1:3]
    if min(height, width) < LEAST_SIDE:
        hint = ""
        if images.ndim == 4 and min(images.shape[2:]) >= LEAST_SIDE:
            hint = ". Channels come last: np.moveaxis(X, 1, -1)"
        raise ValueError(
            f"expected 2D array, got {images.ndim}D array with shape {images.shape}: a table has rows x columns. As "
            f"images, (n, height, width) or (n, height, width, channels), these would have {height} x {width} pixels, "
            f"and at least {LEAST_SIDE} x {LEAST_SIDE} are needed{hint}"
        )
    if images.ndim == 4 and not images.shape[3]:
        raise ValueError(f"X of shape {images.shape} has images without channels")
    broken = 0 if images.dtype.kind != "f" else int((~np.isfinite(images)).any((1, 2)).sum())
    if broken:
        raise ValueError(f"{broken} images have pixels that are NaN or infinite: leave these images out")
    channels = images.ndim == 4
    return images if channels else images[..., None], ImageContainer(channels)
