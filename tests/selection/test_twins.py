"""Twins: rows over again are known, near ones in numbers too, and others are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection.twins import CELLS, Twins

LAYOUT = Layout((Block(0, 4), Block(16, 16), Block(8, 9)))


def rows(count: int, seed: int) -> Encoded:
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, width, count) for width in (4, 16, 9)]).astype(np.int32)
    low = rng.uniform(-1, 1, (count, 2)).astype(np.float32)
    return Encoded(codes, low, low)


def test_rows_over_again_are_known_and_others_are_not() -> None:
    real = rows(1_000, 0)
    twins, has_twin = Twins.fit(LAYOUT, real)
    assert twins.fine.tolist() == [0, 1]
    assert twins(real).all()
    assert twins(rows(1_000, 1)).mean() < 0.02
    assert has_twin.mean() < 0.02
    doubled, has_twin = Twins.fit(LAYOUT, Encoded.stack([real, real.take(np.arange(500))]))
    assert abs(has_twin.mean() - 1_000 / 1_500) < 0.02
    assert np.array_equal(doubled.keys, twins.keys)


def test_a_number_in_the_same_part_of_its_interval_is_the_same() -> None:
    codes = np.zeros((2, 3), np.int32)
    codes[:, 2] = 1
    position = np.array([[0.25 / CELLS, 0.25 / CELLS], [0.75 / CELLS, 3 / CELLS]], np.float32)
    pair = Encoded(codes, position, position)
    twins, _ = Twins.fit(LAYOUT, pair.take(np.array([0])))
    moved = Encoded(codes[:1], position[:1] + np.float32(1 / CELLS), position[:1] + np.float32(1 / CELLS))
    assert twins(moved).tolist() == [[1]]
    assert twins(pair).ravel().tolist() == [1, 0]


def test_numbers_with_ties_are_compared_by_value() -> None:
    """Ten values, a tenth of one interval each."""
    rng = np.random.default_rng(0)
    value = rng.integers(0, 10, 200)
    codes = np.full((200, 3), 2, np.int32)
    low, high = (np.tile(-1 + (value + end)[:, None] / 5, 2).astype(np.float32) for end in (0, 1))
    twins, has_twin = Twins.fit(LAYOUT, Encoded(codes, low, high))
    assert len(twins.fine) == 0
    assert twins.tied.tolist() == [0, 1]
    assert has_twin.all()
    inside = low + rng.uniform(0.01, 0.19, low.shape).astype(np.float32)
    assert twins(Encoded(codes, inside, inside)).all()  # wherever a value's rank is drawn
    other = inside.copy()
    other[:, 1] = np.where(value < 9, other[:, 1] + 0.2, -0.9)  # the next value, or the first one
    assert not twins(Encoded(codes, other, other)).any()


@pytest.mark.parametrize("field", ["fine", "tied", "blocks"])
def test_twins_of_other_columns_are_refused(field: str) -> None:
    twins, _ = Twins.fit(LAYOUT, rows(100, 0))
    twins.check(LAYOUT)
    one = np.ones(1, np.int32)
    twins = replace(twins, tied=one, blocks=one, sizes=0 * one)
    for place in (-1, 3):
        with pytest.raises(ValueError, match="other columns than the layout's"):
            replace(twins, **{field: np.array([place], np.int32)}).check(LAYOUT)
    with pytest.raises(ValueError, match="twins of no rows"):
        replace(twins, keys=twins.keys[:0]).check(LAYOUT)
