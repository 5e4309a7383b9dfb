"""Rows that gave cells are told from others where drawn rows come too near to them."""

from __future__ import annotations

import numpy as np

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection.nearness import nearness
from ganaug.selection.proposals import FEW_DONORS, MOST_NEAR
from ganaug.selection.sequential_trees import SequentialTrees

ROWS = 4_000
PAIRS = Layout((Block(0, 80), Block(0, 80), Block(0, 80)))
LEVELS = Layout((Block(8, 8),) * 15)


def near(layout: Layout, rows: Encoded, donors: int) -> float:
    nobody = Encoded.none(ROWS)
    return nearness(SequentialTrees.fit(layout, nobody, rows, 0, donors), nobody, rows, 0)


def test_small_leaves_of_categories_that_seldom_meet_give_rows_away() -> None:
    rng, none = np.random.default_rng(0), np.zeros((ROWS, 0), np.float32)
    first = rng.integers(0, 80, ROWS)
    codes = np.column_stack([first, (first * rng.integers(1, 9, ROWS)) % 80, rng.integers(0, 80, ROWS)])
    rows = Encoded(codes.astype(np.int32), none, none)
    assert near(PAIRS, rows, 40) + 0.03 < near(PAIRS, rows, 2)


def test_numbers_that_follow_from_one_another_give_nobody_away() -> None:
    rng = np.random.default_rng(0)
    rank = np.argsort(np.argsort(rng.normal(size=(ROWS, 1)) + rng.normal(size=(ROWS, 15)) / 3, 0), 0) / ROWS * 8
    position = ((rank % 1) * 2 - 1).astype(np.float32)
    assert near(LEVELS, Encoded(rank.astype(np.int32), position, position), FEW_DONORS[1]) < MOST_NEAR
