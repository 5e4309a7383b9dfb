"""Corrections of log odds until chosen rows have the training rows' two-way tables.

Iterative proportional fitting (Deming & Stephan 1940), with the chance of each candidate in place of a weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .layout import Layout

Floats = NDArray[np.float32]

PROBE_ROWS = 16_384
MAX_TABLES = 1_000
MAX_CELLS = 2_000_000
SWEEPS = 4
DAMPING = 0.7
PSEUDO_ROWS = 10.0


@dataclass(frozen=True)
class TwoWay:
    """Corrections of the log odds for the codes of two columns."""

    first: int
    second: int
    correction: Floats

    def __call__(self, codes: NDArray[np.int32]) -> Floats:
        return self.correction[codes[..., self.first], codes[..., self.second]]


def calibrate(layout: Layout, real: NDArray[np.int32], pool: NDArray[np.int32], odds: Floats) -> tuple[TwoWay, ...]:
    """Corrections with which choosing from `pool` (n, candidates, columns) gives the two-way tables of `real`."""
    tables = []
    for first, second in _pairs(layout, real, pool):
        shape = layout.blocks[first].width, layout.blocks[second].width
        target = np.bincount(real[:, first] * shape[1] + real[:, second], minlength=shape[0] * shape[1]) / len(real)
        tables.append((first, second, pool[..., first] * shape[1] + pool[..., second], target, np.zeros(target.shape)))
    prior = PSEUDO_ROWS / len(real)
    for _ in range(SWEEPS):
        for _, _, cell, target, correction in tables:
            chance = np.exp(odds - odds.max(1, keepdims=True))
            chance /= chance.sum(1, keepdims=True)
            now = np.bincount(cell.ravel(), chance.ravel(), minlength=len(target)) / len(pool)
            change = DAMPING * np.log((target + prior) / (now + prior)).clip(-1, 1)
            correction += change
            odds = odds + change[cell].astype(np.float32)
    return tuple(
        TwoWay(first, second, correction.reshape(layout.blocks[first].width, -1).astype(np.float32))
        for first, second, _, _, correction in tables
    )


def _pairs(layout: Layout, real: NDArray[np.int32], pool: NDArray[np.int32]) -> list[tuple[int, int]]:
    """The pairs of columns to calibrate: all, or those that are furthest off where there are too many."""
    width = [block.width for block in layout.blocks]
    pairs = list(combinations(range(len(width)), 2))
    cells = sum(width[i] * width[j] for i, j in pairs)
    if len(pairs) <= MAX_TABLES and cells <= MAX_CELLS:
        return pairs
    some, fake = real[:PROBE_ROWS], pool[:, 0]

    def gap(i: int, j: int) -> float:
        r, f = (np.bincount(c[:, i] * width[j] + c[:, j], minlength=width[i] * width[j]) / len(c) for c in (some, fake))
        return float(np.abs(r - f).sum())

    ranked = sorted(pairs, key=lambda pair: -gap(*pair))[:MAX_TABLES]
    budget = np.cumsum([width[i] * width[j] for i, j in ranked])
    return ranked[: int(np.searchsorted(budget, MAX_CELLS, "right"))]
