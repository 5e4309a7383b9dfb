"""Sizes of networks, batches and training, from the shape of the data."""

from __future__ import annotations

from dataclasses import dataclass

from .engine.size import Size

NARROW_BELOW = 2_000
SMALL_BATCH_BELOW = 5_000
REFINE_FROM = 200
CANDIDATES = 16
MOST_STEPS = 6_800
REFINEMENT_ROWS = 60_000
REFINEMENT_CELLS = 1_500_000
REFINEMENT_CELLS_PER_SECOND = 15_000


@dataclass(frozen=True)
class Sizing:
    """What ``"auto"`` stands for."""

    size: Size
    batch_size: int
    steps: int
    candidates: int


def sizing(rows: int) -> Sizing:
    """Automatic sizes for a table of `rows` rows.

    Steps grow with a fractional power of the rows: a table ten times as large has structure worth learning longer, but
    not ten times as long.
    """
    return Sizing(
        size=Size(width=128 if rows < NARROW_BELOW else 192),
        batch_size=128 if rows < SMALL_BATCH_BELOW else 256,
        steps=int(min(MOST_STEPS, 1_000 * (max(rows, 500) / 500) ** 0.6)),
        candidates=CANDIDATES if rows >= REFINE_FROM else 1,
    )


def refinement_rows(columns: int, seconds: float | None) -> int:
    """How many training rows refinement may look at, lest it takes too much memory, or more time than there is."""
    cells = REFINEMENT_CELLS if seconds is None else min(REFINEMENT_CELLS, int(seconds * REFINEMENT_CELLS_PER_SECOND))
    return min(REFINEMENT_ROWS, cells // max(columns, 1))
