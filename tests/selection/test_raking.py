"""Chosen candidates have the training rows' two-way tables."""

from __future__ import annotations

import numpy as np

from ganaug.columns.layout import Block, Layout
from ganaug.selection import raking
from ganaug.selection.balanced import choose
from ganaug.selection.raking import rake

LAYOUT = Layout((Block(0, 2), Block(0, 3), Block(4, 4)))
WIDTHS = [block.width for block in LAYOUT.blocks]


def tables(codes):
    pairs = [(0, 1), (0, 2), (1, 2)]
    return [np.histogram2d(codes[:, i], codes[:, j], (WIDTHS[i], WIDTHS[j]))[0] / len(codes) for i, j in pairs]


def distance(one, other):
    return max(np.abs(a - b).sum() / 2 for a, b in zip(tables(one), tables(other), strict=True))


def real_rows(rng, rows=5_000):
    first = rng.integers(0, 2, rows)
    second = np.where(rng.random(rows) < 0.7, first, 2)
    third = (first + 2 * second + (rng.random(rows) < 0.3)) % 4
    return np.column_stack([first, second, third]).astype(np.int32)


def test_corrections_bring_independent_columns_to_the_real_two_way_tables():
    rng = np.random.default_rng(0)
    real = real_rows(rng)
    pool = rng.integers(0, WIDTHS, (6_000, 16, 3)).astype(np.int32)
    flat = np.zeros(pool.shape[:2], np.float32)
    corrections, _ = rake(LAYOUT, real, pool, flat)
    odds = sum(table(np.moveaxis(pool, -1, 0)) for table in corrections)
    chosen = choose(odds.T, rng.uniform(1e-12, 1, odds.T.shape))
    before, after = (pool[np.arange(len(pool)), spot] for spot in (0, chosen))
    assert distance(real, before) > 0.4
    assert distance(real, after) < 0.06


def test_too_many_pairs_are_cut_to_those_that_are_furthest_off(monkeypatch):
    monkeypatch.setattr(raking, "MAX_TABLES", 1)
    rng = np.random.default_rng(0)
    real = rng.integers(0, WIDTHS, (4_000, 3)).astype(np.int32)
    real[:, 1] = real[:, 0]  # the pair that independent columns miss
    pool = rng.integers(0, WIDTHS, (500, 4, 3)).astype(np.int32)
    corrections, _ = rake(LAYOUT, real, pool, np.zeros(pool.shape[:2], np.float32))
    assert [(table.first, table.second) for table in corrections] == [(0, 1), (0, 2)]  # those of the label stay


def test_cells_are_bounded(monkeypatch):
    monkeypatch.setattr(raking, "MAX_CELLS", 18)
    rng = np.random.default_rng(0)
    codes = rng.integers(0, WIDTHS, (400, 3)).astype(np.int32)
    corrections, _ = rake(LAYOUT, codes, codes[:, None], np.zeros((400, 1), np.float32))
    assert 0 < sum(table.correction.size for table in corrections) <= 2 * 18


def test_many_columns_do_not_spoil_single_ones():
    """Corrections of pairs that only follow the noise of few rows add up, unless single columns are put right."""
    rng = np.random.default_rng(0)
    layout = Layout((Block(0, 2), *[Block(0, 12)] * 30))
    real = np.hstack([rng.integers(0, 2, (1_500, 1)), rng.integers(0, 12, (1_500, 30))]).astype(np.int32)
    pools = [np.dstack([np.repeat(real[:, None, :1], 8, 1), rng.integers(0, 12, (1_500, 8, 30))]) for _ in range(2)]
    flat = np.zeros((1_500, 8), np.float32)
    odds = sum(table(np.moveaxis(pools[1], -1, 0)) for table in rake(layout, real, pools[0].astype(np.int32), flat)[0])
    chosen = pools[1][np.arange(1_500), choose(odds.T, rng.uniform(1e-12, 1, odds.T.shape))]

    def shares(codes):
        return np.array([np.bincount(column, minlength=12) / 1_500 for column in codes[:, 1:].T])

    before = np.abs(shares(pools[1][:, 0]) - shares(real)).sum(1).mean() / 2
    assert np.abs(shares(chosen) - shares(real)).sum(1).mean() / 2 < before
