"""Sizes of networks, batches and training, from the shape of the data."""

from __future__ import annotations

from dataclasses import dataclass

from .engine.size import Size

SMALL = 1_000
REFINE_FROM = 200
CANDIDATES = 16
MOST_STEPS = 8_000


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
    small = rows < SMALL
    return Sizing(
        size=Size(width=128 if small else 256),
        batch_size=256,
        steps=int(min(MOST_STEPS, 1_000 * (max(rows, 500) / 500) ** 0.6)),
        candidates=CANDIDATES if rows >= REFINE_FROM else 1,
    )
