"""Sizes of networks, batches and training for images."""

from __future__ import annotations

from itertools import pairwise
from math import log2

from ..base import Size, Sizing
from .pixels import ImageLayout

CANDIDATES = 16
SMALLEST_GRID = 4
CHANNELS, CHANNELS_OF_SMALL, FEWEST_CHANNELS = 24, 16, 8
STEPS, STEPS_OF_SMALL = 6_000, 4_000
SMALL = 16 * 16
"""Pixels."""
USUAL_SIDE = 32
AFTER_HALF = 0.75
"""Share of the steps of larger images, which begin with as many at half their size."""
KERNEL = 4
"""Of strided convolutions."""


def sizing(height: int, width: int) -> Sizing:
    """Images grow from a grid of four to seven pixels along their shorter side. Small ones need fewer steps, of larger
    batches; large ones get fewer, since each takes longer, and fewer channels at full resolution, so that below it the
    network is that of smaller images."""
    side = min(height, width)
    depth = max(1, int(log2(side / SMALLEST_GRID)))
    small, scale = height * width <= SMALL, USUAL_SIDE / (height * width) ** 0.5
    channels = CHANNELS_OF_SMALL if small else max(round(CHANNELS * min(1.0, USUAL_SIDE / side)), FEWEST_CHANNELS)
    return Sizing(
        size=Size(width=channels, depth=depth),
        batch_size=64 if small else 32,
        steps=STEPS_OF_SMALL if small else int(STEPS * min(1.0, scale) * (AFTER_HALF if side > USUAL_SIDE else 1)),
        candidates=CANDIDATES,
        learning_rate=1e-3,
        average=0.999,
    )


def weight_shapes(layout: ImageLayout, size: Size) -> list[tuple[int, ...]]:
    """Shapes of a built-in generator's weights, in the order of the Keras model's."""
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
