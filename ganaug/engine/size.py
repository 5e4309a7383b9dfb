"""Sizes of the built-in networks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..layout import ImageLayout, Layout

KERNEL = 4
"""Of strided convolutions."""


@dataclass(frozen=True)
class Size:
    """Shape of the built-in networks.

    Parameters
    ----------
    latent : int
        Length of the noise vector.
    width, depth : int
        Units of every hidden layer and residual blocks of two layers each; of networks for images, channels at full
        resolution and how often it doubles.
    """

    latent: int = 64
    width: int = 192
    depth: int = 1


def weight_shapes(layout: Layout | ImageLayout, size: Size) -> list[tuple[int, ...]]:
    """Shapes of a built-in generator's weights, in the order of the Keras model's."""
    if isinstance(layout, Layout):
        units = [size.latent + layout.condition_width, *[size.width] * (1 + 2 * size.depth), layout.raw_width]
        return [shape for fan_in, out in pairwise(units) for shape in ((fan_in, out), (out,))]
    rows, columns = grid(layout.shape, size.depth)
    filters = [size.width * 2**i for i in range(size.depth, -1, -1)]
    told = [(layout.condition_width, size.latent)] if layout.condition_width else []
    first = (rows * columns * filters[0],)
    shapes = [*told, (size.latent * (1 + len(told)), *first), first, *[(filters[0],)] * 4]
    for fan_in, out in pairwise(filters):
        shapes += [(KERNEL, KERNEL, out, fan_in), *[(out,)] * 5]
    return [*shapes, (3, 3, filters[-1], layout.shape[2]), (layout.shape[2],)]


def grid(shape: tuple[int, int, int], depth: int) -> tuple[int, int]:
    """Rows and columns that images of `shape` grow from by doubling `depth` times; what is over is cropped."""
    return -(-shape[0] // 2**depth), -(-shape[1] // 2**depth)
