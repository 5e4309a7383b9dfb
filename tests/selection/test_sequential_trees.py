"""Cells come from leaves: they follow the columns before them, keep to the training values, and are nobody's."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.persistence.tree import TreeReader, TreeWriter
from ganaug.plain import RECORDS
from ganaug.selection.sequential_trees import FEWEST_DONORS, SequentialTrees

LAYOUT = Layout((Block(0, 3), Block(16, 18), Block(16, 16)), Layout((Block(0, 2),)))
ROWS = 6_000


def real_rows(rows: int = ROWS, seed: int = 0) -> tuple[Encoded, Encoded]:
    """A label, a category that goes with it, a number that goes with both or is missing, and one that follows it."""
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < 0.3).astype(int)
    category = np.where(rng.random(rows) < 0.7, label, 2)
    first = ((4 * category + 3 * label + rng.random(rows) * 3) / 14).clip(0, 0.999)
    second = (first + rng.random(rows) * 0.02).clip(0, 0.999)
    interval = [np.floor(16 * rank).astype(int) for rank in (first, second)]
    position = np.column_stack(
        [2 * (16 * rank - place) - 1 for rank, place in zip((first, second), interval, strict=True)]
    )
    gone = rng.random(rows) < 0.1
    position[gone, 0] = 0
    codes = np.column_stack([category, np.where(gone, 1, 2 + interval[0]), interval[1]]).astype(np.int32)
    position = position.astype(np.float32)
    none = np.zeros((rows, 0), np.float32)
    return Encoded(label[:, None].astype(np.int32), none, none), Encoded(codes, position, position)


def ranks(rows: Encoded) -> np.ndarray:
    return np.column_stack([(rows.codes[:, 1] - 2), rows.codes[:, 2]]) + (rows.low + 1) / 2


@pytest.fixture(scope="module")
def trees() -> SequentialTrees:
    return SequentialTrees.fit(LAYOUT, *real_rows(), 0, 8)


@pytest.fixture(scope="module")
def drawn(trees: SequentialTrees) -> tuple[Encoded, Encoded]:
    condition, _ = real_rows(seed=1)
    return condition, trees.redraw(condition, LAYOUT.empty(ROWS), 0, np.random.default_rng(0))


def test_columns_follow_the_label_and_one_another(drawn: tuple[Encoded, Encoded]) -> None:
    (condition, made), (_, real) = drawn, real_rows(seed=1)
    for label in (0, 1):
        mine = condition.codes[:, 0] == label
        shares = [np.bincount(rows.codes[mine, 0], minlength=3) / mine.sum() for rows in (real, made)]
        assert np.abs(shares[0] - shares[1]).max() < 0.04
    known = made.codes[:, 1] >= 2
    gap = np.diff(ranks(made)[known], axis=1)
    assert np.corrcoef(ranks(made)[known].T)[0, 1] > 0.98
    assert abs(gap.mean() - 0.16) < 0.1  # 16 intervals, of which the second is ahead by a hundredth
    assert abs(known.mean() - 0.9) < 0.02


def test_a_missing_number_has_no_position(drawn: tuple[Encoded, Encoded]) -> None:
    _, made = drawn
    gone = made.codes[:, 1] == 1
    assert gone.any()
    assert not made.low[gone, 0].any()
    assert not (made.codes[:, 1] == 0).any()  # a code that no row has


def test_numbers_are_nobodys(drawn: tuple[Encoded, Encoded]) -> None:
    (_, real), (_, made) = real_rows(), drawn
    assert np.isin(made.low[:, 1], real.low[:, 1]).mean() < 0.02
    assert made.low.min() >= real.low.min()
    assert made.low.max() <= real.low.max()


@pytest.mark.parametrize("spread", [False, True])
def test_numbers_are_nobodys_where_neighbours_are_far_apart(spread: bool) -> None:
    """Of three numbers that have nothing to do with one another, a leaf holds one donor in most intervals."""
    rng = np.random.default_rng(0)
    layout, nobody = Layout((Block(16, 17),) * 3), Encoded.none(2_000)
    codes, positions = rng.integers(0, 17, (2_000, 3), np.int32), rng.uniform(-1, 1, (2_000, 3)).astype(np.float32)
    positions[codes == 0] = 0
    real = Encoded(codes, positions, positions)
    trees = SequentialTrees.fit(layout, nobody, real, 0, 8, spread=spread)
    made = trees.redraw(nobody, layout.empty(2_000), 0, rng)
    known = made.codes > 0
    assert np.isclose(made.low[known][:, None], real.low[real.codes > 0], 0, 1e-6).any(1).mean() < 0.02
    counts = [np.bincount(rows.codes.ravel(), minlength=17) / 6_000 for rows in (real, made)]
    assert np.abs(counts[0] - counts[1]).max() < 0.015
    assert not made.low[~known].any()
    assert abs(made.low[known].mean()) < 0.06
    assert abs(made.low[known].std() - 3**-0.5) < 0.03


def test_columns_before_the_first_that_is_drawn_stay(trees: SequentialTrees) -> None:
    condition, rows = real_rows(seed=2)
    made = trees.redraw(condition, rows, 2, np.random.default_rng(0))
    for place, column in enumerate(trees.order):
        assert np.array_equal(made.codes[:, column], rows.codes[:, column]) == (place < 2)


def test_the_same_seeds_make_the_same_rows(trees: SequentialTrees) -> None:
    condition, rows = real_rows(seed=2)
    again = SequentialTrees.fit(LAYOUT, *real_rows(), 0, 8)
    one, other, third = (
        bag.redraw(condition, rows, 0, np.random.default_rng(seed)).codes
        for bag, seed in ((trees, 3), (again, 3), (trees, 4))
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


def test_each_leaf_has_enough_donors_of_its_column(trees: SequentialTrees) -> None:
    leaf = trees.right == 0
    assert (trees.last - trees.first + 1)[leaf].min() >= FEWEST_DONORS
    assert len(trees.code) == 3 * ROWS / 2  # the other half splits


def test_they_travel_in_pickles_and_files(trees: SequentialTrees) -> None:
    condition, rows = real_rows(50, seed=2)
    writer = TreeWriter(RECORDS)
    tree = writer.tree(trees)
    read = TreeReader(RECORDS, lambda number: writer.arrays[number]).tree(tree)
    expected = trees.redraw(condition, rows, 0, np.random.default_rng(3))
    for twin in (pickle.loads(pickle.dumps(trees)), read):
        assert np.array_equal(twin.redraw(condition, rows, 0, np.random.default_rng(3)).low, expected.low)


def test_tables_without_a_label_and_of_one_column() -> None:
    _, rows = real_rows(400)
    bare = replace(LAYOUT, condition=None)
    assert len(SequentialTrees.fit(bare, Encoded.none(400), rows, 0, 8).redraw(
        Encoded.none(5), bare.empty(5), 0, np.random.default_rng(0)
    )) == 5  # fmt: skip
    single = Layout((Block(0, 3),))
    one = Encoded(rows.codes[:, :1], rows.low[:, :0], rows.low[:, :0])
    made = SequentialTrees.fit(single, Encoded.none(400), one, 0, 8).redraw(
        Encoded.none(300), single.empty(300), 0, np.random.default_rng(0)
    )
    assert np.abs(np.bincount(made.codes[:, 0]) / 300 - np.bincount(one.codes[:, 0]) / 400).max() < 0.1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: {"order": np.zeros(3, np.int32)}, "other columns"),
        (lambda t: {"sizes": t.sizes + 1}, "of these sizes"),
        (lambda t: {"right": np.where(t.right, 1, 0).astype(np.int32)}, "do not form trees"),
        (lambda t: {"right": np.where(t.right, len(t.right), 0).astype(np.int32)}, "do not form trees"),
        (lambda t: {"right": -t.right}, "do not form trees"),
        (lambda t: {"feature": t.feature + 40}, "look at more"),
        (lambda t: {"first": t.last + 1}, "without donors"),
        (lambda t: {"last": t.last + len(t.code)}, "more than"),
        (lambda t: {"code": t.code + 100}, "not the column's"),
    ],
)
def test_what_a_file_may_not_hold(trees: SequentialTrees, change, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(trees, **change(trees))
