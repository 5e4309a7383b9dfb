"""What images come in, checked once; afterwards they have an axis of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...plain import AnyArray, IndexArray, MatrixLike, record

EXACT = 2**53
"""Whole numbers up to it are floats of 64 bits, too."""
LEAST_SIDE = 8
CHANNELS_LAST = "Channels come last: np.moveaxis(X, 1, -1)"


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

    def wanted(self, fitted: Sequence[Any]) -> str:
        shape = tuple(fitted) if self.channels else tuple(fitted)[:2]
        return f"an array of shape (n, {', '.join(map(str, shape))}); of a single image that is X[None]"

    def restore(self, images: AnyArray) -> AnyArray:
        return images if self.channels else images[..., 0]

    def stack(self, real: AnyArray, new: AnyArray) -> AnyArray:
        """New images behind real ones, in whose dtype if that holds them."""
        return np.concatenate([real, _held(new, real.dtype)])

    def replaced(self, real: AnyArray, new: AnyArray, rows: IndexArray, _given: MatrixLike) -> AnyArray:
        """A copy with new images in the place of some."""
        new = _held(new, real.dtype)
        mixed = real.astype(np.result_type(real, new))
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
                f"(height, width, channels). {_mend(images.shape[1:], tuple(fitted))}"
            )
        return images


def _held(images: AnyArray, dtype: np.dtype[Any]) -> AnyArray:
    """Images in this dtype, floats rounded to its precision; as they are if pixels would become others."""
    with np.errstate(over="ignore", invalid="ignore"):
        held = images.astype(dtype)
    rounded = held.dtype.kind == "f" and np.isfinite(held).all()
    return held if rounded or np.array_equal(held, images) else images


def _mend(found: tuple[int, ...], fitted: tuple[int, ...]) -> str:
    if (*found[1:], found[0]) == fitted:
        return CHANNELS_LAST
    if found[:2] == fitted[:2]:
        return f"Give them {fitted[2]} channel{'s' * (fitted[2] > 1)}"
    return "Resize them first"


def check_images(images: AnyArray) -> tuple[AnyArray, ImageContainer]:
    """Images with an axis of channels, and whether they came with it.

    Raises
    ------
    TypeError
        If pixels are no numbers.
    ValueError
        If an image is smaller than 8 x 8, or a pixel is not finite, or a whole number that no float holds.
    """
    if images.dtype.kind not in "biuf":
        raise TypeError(f"images of dtype {images.dtype}: pixels must be integers, floats or booleans")
    _check_sides(images.shape)
    if images.ndim == 4 and not images.shape[3]:
        raise ValueError(f"X of shape {images.shape} has images without channels")
    broken = 0 if images.dtype.kind != "f" else int((~np.isfinite(images)).any((1, 2)).sum())
    if broken:
        raise ValueError(
            f"{broken} {'images have' if broken > 1 else 'image has'} pixels that are NaN or infinite: leave them out"
        )
    if images.dtype.kind in "iu" and images.dtype.itemsize == 8:
        furthest = max((int(images.max(initial=0)), int(images.min(initial=0))), key=abs)
        if abs(furthest) > EXACT:
            raise ValueError(
                f"images have a pixel of {furthest:,}, and floats, as which pixels are learnt, hold whole ones up to "
                f"{EXACT:,}: subtract what all pixels have in common"
            )
    channels = images.ndim == 4
    return images if channels else images[..., None], ImageContainer(channels)


def _check_sides(shape: tuple[int, ...]) -> None:
    """ValueError if images are too small, and perhaps only since axes are not where they should be."""
    _, height, width, *channels = shape
    if min(height, width) >= LEAST_SIDE:
        return
    if channels and height < LEAST_SIDE <= min(width, *channels):
        raise ValueError(
            f"X of shape {shape} has images of {height} x {width} pixels, or channels first. {CHANNELS_LAST}"
        )
    alone = not channels and width < LEAST_SIDE <= min(shape[:2])
    hint = f". One image of {width} channels is X[None]" if alone else ""
    raise ValueError(
        f"expected 2D array, got {len(shape)}D array with shape {shape}: a table has rows x columns. As images, "
        f"(n, height, width) or (n, height, width, channels), these would have {height} x {width} pixels, and at least "
        f"{LEAST_SIDE} x {LEAST_SIDE} are needed{hint}"
    )
