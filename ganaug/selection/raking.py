"""Raking: corrections of log odds until chosen rows have the training rows' two-way tables.

Iterative proportional fitting (Deming & Stephan 1940), with the chance of each candidate in place of a weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..columns.layout import Layout
from ..plain import Float32Array, Float64Array, IndexArray, Int32Array, record

PROBE_ROWS = 4_096
MAX_PROBES = 20_000
MAX_TABLES = 100
MAX_CELLS = 2_000_000
SWEEPS = 3
DAMPING = 0.7
PSEUDO_ROWS = 40.0
LAST_PSEUDO_ROWS = 10.0


@record
@dataclass(frozen=True)
class TwoWayTable:
    """Corrections of the log odds for the codes of two columns."""

    first: int
    second: int
    correction: Float32Array

    def __call__(self, columns: IndexArray) -> Float32Array:
        """For the codes of rows, one column after the other (columns, ...)."""
        cell = columns[self.first] * self.correction.shape[1] + columns[self.second]
        found: Float32Array = self.correction.take(cell)
        return found


def rake(
    layout: Layout, real: Int32Array, pool: Int32Array, odds: Float32Array
) -> tuple[tuple[TwoWayTable, ...], Float32Array]:
    """Corrections with which choosing from a pool gives the two-way tables of the training rows.

    Each sweep ends with the tables of the first column, which is the label where there is one, with every other: what
    the corrections of many pairs did to single columns is put right.

    Parameters
    ----------
    layout : Layout
        Of the columns of `real` and `pool`.
    real : ndarray of shape (n, columns), int32
    pool : ndarray of shape (m, candidates, columns), int32
    odds : ndarray of shape (m, candidates), float32
        Log odds of each candidate.

    Returns
    -------
    tables : tuple of TwoWayTable
    chance : ndarray of shape (m, candidates), float32
        Of each candidate to be chosen, corrected.
    """
    width = [block.width for block in layout.blocks]
    steps = [(pair, PSEUDO_ROWS) for pair in _pairs(width, real, pool)]
    steps += [((0, j), LAST_PSEUDO_ROWS) for j in range(1, len(width)) if width[0] * width[j] <= MAX_CELLS / len(width)]
    target = {pair: _table(real, *pair, width) for pair, _ in steps}
    correction = {pair: np.zeros(len(table)) for pair, table in target.items()}
    for _ in range(SWEEPS):
        for (i, j), pseudo_rows in steps:
            prior = pseudo_rows / min(len(real), len(pool))
            now = _table(pool, i, j, width, _chance(odds))
            change = DAMPING * np.log((target[i, j] + prior) / (now + prior)).clip(-1, 1)
            correction[i, j] += change
            odds = odds + change.astype(np.float32)[pool[..., i] * width[j] + pool[..., j]]
    tables = tuple(
        TwoWayTable(i, j, table.reshape(width[i], width[j]).astype(np.float32)) for (i, j), table in correction.items()
    )
    return tables, _chance(odds)


def _chance(odds: Float32Array) -> Float32Array:
    """Of each candidate of a row to be chosen."""
    chance: Float32Array = np.exp(odds - odds.max(1, keepdims=True))
    chance /= chance.sum(1, keepdims=True)
    return chance


def _table(codes: Int32Array, i: int, j: int, width: list[int], weight: Float32Array | None = None) -> Float64Array:
    """Joint frequencies of two columns, as one row of cells."""
    cells = (codes[..., i] * width[j] + codes[..., j]).ravel()
    counts = np.bincount(cells, None if weight is None else weight.ravel(), minlength=width[i] * width[j])
    return counts / counts.sum()


def _pairs(width: list[int], real: Int32Array, pool: Int32Array) -> list[tuple[int, int]]:
    """The pairs of columns to correct: all, or those found furthest off where there are too many."""
    pairs = list(combinations(range(len(width)), 2))
    if len(pairs) <= MAX_TABLES and sum(width[i] * width[j] for i, j in pairs) <= MAX_CELLS:
        return pairs
    pairs = pairs[:: 1 + len(pairs) // MAX_PROBES]
    some, fake = real[:PROBE_ROWS], pool[:PROBE_ROWS, 0]

    def gap(pair: tuple[int, int]) -> float:
        return float(np.abs(_table(some, *pair, width) - _table(fake, *pair, width)).sum())

    ranked = sorted(pairs, key=gap, reverse=True)[:MAX_TABLES]
    budget = np.cumsum([width[i] * width[j] for i, j in ranked])
    return ranked[: int(np.searchsorted(budget, MAX_CELLS, "right"))]
