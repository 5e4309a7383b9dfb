"""Sizes of networks, batches and training, from the shape of the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from .engine.size import Size

NARROW_BELOW = 2_000
SMALL_BATCH_BELOW = 5_000
REFINE_FROM = 200
CANDIDATES = 16
FIRST_STEPS = 500
FEWEST_STEPS = 1_000
MOST_STEPS = 8_500
REFINEMENT_ROWS = 60_000
REFINEMENT_CELLS = 1_500_000
REFINEMENT_CELLS_PER_SECOND = 15_000
SMALLEST_GRID = 4
IMAGE_CHANNELS = 24
SMALL_IMAGE_CHANNELS = 16
IMAGE_STEPS = 6_000
SMALL_IMAGE_STEPS = 4_000
SMALL_IMAGE = 16 * 16
IMAGE_PIXELS = 32 * 32


@dataclass(frozen=True)
class Sizing:
    """What ``"auto"`` stands for."""

    size: Size
    batch_size: int
    steps: int
    candidates: int
    learning_rate: float = 2e-3
    average: float = 0.998


def sizing(shape: tuple[int, ...], *, oversampling: bool = False) -> Sizing:
    """Automatic sizes for a table of (rows, columns), or for images of (n, height, width, channels).

    Parameters
    ----------
    oversampling : bool
        Whether nothing but rows that top classes up is asked for.
    """
    return _of_table(shape[0], oversampling) if len(shape) == 2 else _of_images(*shape)


def _of_table(rows: int, oversampling: bool) -> Sizing:
    """Steps grow with the rows, so that each is seen about as often, and end where more would take longer than they are
    worth. Rows that top a class up gain nothing after half of them, and are chosen in another way.
    """
    steps = min(MOST_STEPS, max(FEWEST_STEPS, FIRST_STEPS + rows))
    return Sizing(
        size=Size(width=128 if rows < NARROW_BELOW else 192),
        batch_size=128 if rows < SMALL_BATCH_BELOW else 256,
        steps=steps // 2 if oversampling else steps,
        candidates=CANDIDATES if rows >= REFINE_FROM and not oversampling else 1,
    )


def _of_images(_images: int, height: int, width: int, _channels: int) -> Sizing:
    """Images grow from a grid of four to seven pixels along their shorter side. Small ones need fewer steps, of larger
    batches; large ones get fewer, since each takes longer."""
    depth = max(1, int(log2(min(height, width) / SMALLEST_GRID)))
    small, scale = height * width <= SMALL_IMAGE, (IMAGE_PIXELS / (height * width)) ** 0.75
    return Sizing(
        size=Size(width=SMALL_IMAGE_CHANNELS if small else IMAGE_CHANNELS, depth=depth),
        batch_size=64 if small else 32,
        steps=SMALL_IMAGE_STEPS if small else int(IMAGE_STEPS * min(1.0, scale)),
        candidates=CANDIDATES,
        learning_rate=1e-3,
        average=0.999,
    )


def refinement_rows(columns: int, seconds: float | None) -> int:
    """How many training rows refinement may look at, lest it takes too much memory, or more time than there is."""
    cells = REFINEMENT_CELLS if seconds is None else min(REFINEMENT_CELLS, int(seconds * REFINEMENT_CELLS_PER_SECOND))
    return min(REFINEMENT_ROWS, cells // max(columns, 1))
