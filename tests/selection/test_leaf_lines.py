"""Where leaves are coarse, numbers follow one another along lines; independent numbers do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout, as_numbers
from ganaug.selection.leaf_lines import ALONG, cell_of, fit_lines, groups_of, level, scores
from ganaug.selection.sequential_trees import SequentialTrees

NUMBER = Block(16, 18)
"""Of two codes that are no interval, and sixteen that are."""
LAYOUT = Layout((NUMBER, NUMBER))


def amounts(rows: int, spread: float, seed: int = 0) -> Encoded:
    """A number, and one that follows it up to a spread of its log odds; each is missing in a tenth of the rows."""
    rng = np.random.default_rng(seed)
    first = rng.logistic(size=rows)
    cells = np.column_stack([cell_of(each, NUMBER) for each in (first, first + spread * rng.normal(size=rows))])
    cells[rng.random((rows, 2)) < 0.1] = 1
    codes = cells.astype(np.int32)
    position = np.where(codes > 1, 2 * (cells - codes) - 1, 0).astype(np.float32)
    return Encoded(codes, position, position)


def drawn(trees: SequentialTrees, rows: int = 4_000) -> Encoded:
    return trees.redraw(Encoded.none(rows), trees.layout.empty(rows), 0, np.random.default_rng(1))


def spread_of(rows: Encoded) -> float:
    score, ranked = scores(as_numbers(LAYOUT, rows), LAYOUT.blocks)
    return float(np.diff(score[ranked.all(axis=1)]).std())


def test_scores_come_back_as_cells() -> None:
    cells = np.array([[0.0], [1.0], [2.25], [9.5], [17.9]], np.float32)
    score, ranked = scores(cells, [NUMBER])
    assert ranked[:, 0].tolist() == [False, False, True, True, True]
    np.testing.assert_allclose(cell_of(score, NUMBER)[2:], cells[2:], rtol=1e-4)
    assert cell_of(np.array([-99.0, 99.0], np.float32), NUMBER).astype(int).tolist() == [2, 17]
    assert not scores(cells, [Block(0, 20)])[1].any()


@pytest.mark.parametrize("spread", [0.02, 0.1])
def test_a_number_follows_another_more_closely_than_leaves_tell(monkeypatch: pytest.MonkeyPatch, spread: float) -> None:
    real = amounts(4_000, spread)
    with_lines = spread_of(drawn(SequentialTrees.fit(LAYOUT, Encoded.none(4_000), real, 0, 8)))
    monkeypatch.setattr("ganaug.selection.growing.fit_lines", lambda *_: None)
    without = spread_of(drawn(SequentialTrees.fit(LAYOUT, Encoded.none(4_000), real, 0, 8)))
    assert with_lines < 1.3 * spread_of(real)
    assert without > 1.5 * with_lines


def test_missing_cells_and_shares_are_kept() -> None:
    made = drawn(SequentialTrees.fit(LAYOUT, Encoded.none(4_000), amounts(4_000, 0.1), 0, 8))
    assert np.abs((made.codes == 1).mean(axis=0) - 0.1).max() < 0.02
    assert (made.codes != 0).all()
    shares = np.bincount(made.codes[:, 1], minlength=18)[2:] / (made.codes[:, 1] > 1).sum()
    assert np.abs(shares - 1 / 16).max() < 0.02
    assert np.abs(made.low).max() <= 1


def test_numbers_that_have_nothing_to_do_with_one_another_get_no_line() -> None:
    rng = np.random.default_rng(0)
    there = np.ones((2_000, 3), bool)
    leaf = np.repeat(np.arange(100), 20)
    score = rng.normal(size=(2_000, 4)).astype(np.float32)
    assert fit_lines((score[:, 0], there[:, 0]), (score[:, 1:], there), leaf, np.zeros(100, np.int32)) is None


def test_a_leaf_is_moved_by_the_slope_of_its_group() -> None:
    rng = np.random.default_rng(0)
    leaf, group = np.repeat(np.arange(100), 20), (np.arange(100) >= 50).astype(np.int32)
    others = rng.normal(size=(2_000, 2)).astype(np.float32)
    slopes = np.where(group[leaf], -1.0, 2.0)
    own = (slopes * others[:, 1] + 0.1 * rng.normal(size=2_000)).astype(np.float32)
    there = np.ones((2_000, 2), bool)
    lines = fit_lines((own, there[:, 0]), (others, there), leaf, group)
    assert lines is not None
    assert lines.along[0] == 1
    np.testing.assert_allclose(lines.slope[:, 1, 0], [2, -1], atol=0.1)
    told = lines((others[:, lines.along], there[:, [0] * ALONG]), leaf)
    assert np.std(own - told) < 0.2


@pytest.mark.parametrize("pattern", range(1, 8))
def test_a_row_in_which_some_are_missing_goes_along_with_the_others(pattern: int) -> None:
    rng = np.random.default_rng(0)
    leaf, group = np.repeat(np.arange(200), 20), np.zeros(200, np.int32)
    level = rng.normal(size=4_000)
    others = (level[:, None] + 0.1 * rng.normal(size=(4_000, 3))).astype(np.float32)
    own = (level + 0.1 * rng.normal(size=4_000)).astype(np.float32)
    there = rng.random((4_000, 3)) < 0.8
    lines = fit_lines((own, np.ones(4_000, bool)), (others, there), leaf, group)
    assert lines is not None
    assert sorted(lines.along) == [0, 1, 2]
    there = np.tile(pattern >> np.arange(3) & 1 == 1, (4_000, 1))
    assert np.std(own - lines((others[:, lines.along], there), leaf)) < 0.18  # .14 along one of them, .12 along three


def test_groups_have_donors_enough_and_hold_whole_leaves() -> None:
    # a root whose left child has too few donors, and whose right one divides
    right = np.array([2, 0, 2, 0, 0], np.int32)
    parent = np.array([0, 0, 0, 2, 2])
    assert groups_of(parent, right, np.array([1_000, 5, 995, 495, 500]), 8).tolist() == [0] * 5
    assert groups_of(parent, right, np.array([1_000, 100, 900, 450, 450]), 8).tolist() == [0, 1, 2, 3, 4]
    assert groups_of(parent, right, np.array([399, 100, 299, 150, 149]), 8).tolist() == [0] * 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: {"along": lines.along[:1]}, "other trees"),
        (lambda lines: {"along": lines.along + 2}, "along others than the 2"),
        (lambda lines: {"group": lines.group + len(lines.slope)}, "other lines"),
        (lambda lines: {"slope": lines.slope[:, :1]}, "without slopes"),
        (lambda lines: {"centre": lines.centre * np.nan}, "not finite"),
    ],
)
def test_what_a_file_may_not_hold(change, said: str) -> None:
    trees = SequentialTrees.fit(LAYOUT, Encoded.none(600), amounts(600, 0.1), 0, 8)
    with pytest.raises(ValueError, match=said):
        replace(trees, lines=replace(trees.lines, **change(trees.lines)))


def test_level_lines_are_not_followed() -> None:
    assert not level(3)((np.ones((4, ALONG), np.float32), np.ones((4, ALONG), bool)), np.arange(4) % 3).any()
