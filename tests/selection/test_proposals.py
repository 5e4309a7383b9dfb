"""Candidates come from trees and from the generator by turns."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection.proposals import DRAWN_BY_TREES, SEQUENCES, Proposals

LAYOUT = Layout((Block(0, 3), Block(0, 3), Block(0, 4), Block(0, 5)), Layout((Block(0, 2),)))
MARK = 2
"""A code that no training row has."""


def rows(count: int, seed: int) -> tuple[Encoded, Encoded]:
    rng, none = np.random.default_rng(seed), np.zeros((count, 0), np.float32)
    label = rng.integers(0, 2, (count, 1)).astype(np.int32)
    codes = np.column_stack([label[:, 0], rng.integers(0, 2, count), rng.integers(0, 2, count), label[:, 0]])
    return Encoded(label, none, none), Encoded(codes.astype(np.int32), none, none)


def marked(condition: Encoded, _seed: tuple[int, int]) -> Encoded:
    made = LAYOUT.empty(len(condition))
    return Encoded(np.full_like(made.codes, MARK), made.low, made.high)


@pytest.fixture(scope="module")
def proposals() -> Proposals:
    return Proposals.fit(LAYOUT, *rows(900, 0), 0)


def test_there_are_sequences_of_several_orders(proposals: Proposals) -> None:
    orders = {tuple(sequence.order) for sequence in proposals.sequences}
    assert len(proposals.sequences) == SEQUENCES
    assert len(orders) > 1


@pytest.mark.parametrize("turn", range(2 * len(DRAWN_BY_TREES)))
def test_trees_draw_their_share_of_the_columns(proposals: Proposals, turn: int) -> None:
    condition, _ = rows(200, 1)
    made = proposals.draw(marked, condition, (3, turn))
    by_trees = (made.codes != MARK).all(0).mean()
    assert by_trees == DRAWN_BY_TREES[turn % len(DRAWN_BY_TREES)]
    assert ((made.codes == MARK).all(0) | (made.codes != MARK).all(0)).all()


def test_the_generator_is_not_asked_for_what_is_thrown_away(proposals: Proposals) -> None:
    def asked(*_: object) -> Encoded:
        raise AssertionError

    made = proposals.draw(asked, rows(200, 1)[0], (3, 0))
    assert (made.codes[:, [0, 3]] == rows(200, 1)[0].codes).mean() > 0.95  # both are the label's


def test_a_seed_makes_the_same_candidates(proposals: Proposals) -> None:
    condition, _ = rows(200, 1)
    again = Proposals.fit(LAYOUT, *rows(900, 0), 0)
    for turn in range(len(DRAWN_BY_TREES)):
        one, other = (source.draw(marked, condition, (3, turn)).codes for source in (proposals, again))
        assert np.array_equal(one, other)
