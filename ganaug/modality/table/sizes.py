"""Sizes of networks, batches and training for tables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...columns.layout import Layout
from ..base import Size, Sizing

NARROW_BELOW = 2_000
SMALL_BATCH_BELOW = 5_000
REFINE_FROM = 200
MANY_ROWS = 20_000
FEWEST_STEPS = 500
MOST_STEPS = 4_250
TOP_UP_STEPS = 250
REFINEMENT_ROWS = 60_000
REFINEMENT_CELLS = 1_500_000
REFINEMENT_CELLS_PER_SECOND = 15_000


def sizing(rows: int, *, oversampling: bool) -> Sizing:
    """Steps grow with the rows, so that each is seen about as often, and end where more would take longer than they are
    worth: trees bring fine detail. Rows that top a class up are chosen in another way, and need fewer still.
    """
    steps = int(np.clip(rows // 2, FEWEST_STEPS, MOST_STEPS))
    return Sizing(
        size=Size(width=128 if rows < NARROW_BELOW else 192),
        batch_size=128 if rows < SMALL_BATCH_BELOW else 256,
        steps=int(np.clip(rows // 8, TOP_UP_STEPS, 4 * TOP_UP_STEPS)) if oversampling else steps,
        candidates=candidates(rows) if rows >= REFINE_FROM and not oversampling else 1,
    )


def candidates(rows: int) -> int:
    """Rows to choose from: the fewer training rows there are, the further off single candidates are."""
    return 16 if rows < MANY_ROWS else 4


def refinement_rows(columns: int, seconds: float | None) -> int:
    """How many training rows refinement may look at, lest it takes too much memory, or more time than there is; 0 if
    they would be too few to tell anything."""
    cells = REFINEMENT_CELLS if seconds is None else min(REFINEMENT_CELLS, int(seconds * REFINEMENT_CELLS_PER_SECOND))
    rows = min(REFINEMENT_ROWS, cells // max(columns, 1))
    return rows if rows >= REFINE_FROM else 0


def weight_shapes(layout: Layout, size: Size) -> list[tuple[int, ...]]:
    """Shapes of a built-in generator's weights, in the order of the Keras model's."""
    units = [size.latent + layout.condition_width, *[size.width] * (1 + 2 * size.depth), layout.raw_width]
    return [shape for fan_in, out in pairwise(units) for shape in ((fan_in, out), (out,))]
