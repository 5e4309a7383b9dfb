"""Candidates come from trees and from the generator by turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection.proposals import FEW_DONORS, SEQUENCES, TURNS, Proposals
from ganaug.selection.sampler import Draw
from ganaug.selection.sequential_trees import SequentialTrees

LAYOUT = Layout((Block(0, 3), Block(0, 3), Block(0, 4), Block(0, 5)), Layout((Block(0, 2),)))
MARK = 2
"""A code that no training row has."""


def rows_of(condition: Encoded, rng: np.random.Generator) -> Encoded:
    """The first and the last column are the label's."""
    label, coins = condition.codes, rng.integers(0, 2, (len(condition), 2), np.int32)
    none = np.zeros((len(condition), 0), np.float32)
    return Encoded(np.hstack([label, coins, label]), none, none)


def rows(count: int, seed: int) -> tuple[Encoded, Encoded]:
    rng, none = np.random.default_rng(seed), np.zeros((count, 0), np.float32)
    condition = Encoded(rng.integers(0, 2, (count, 1), np.int32), none, none)
    return condition, rows_of(condition, rng)


def marked(condition: Encoded, _seed: tuple[int, int]) -> Encoded:
    """The generator that tests know again: no better than a guess."""
    made = LAYOUT.empty(len(condition))
    return Encoded(np.full_like(made.codes, MARK), made.low, made.high)


def learnt(condition: Encoded, seed: tuple[int, int]) -> Encoded:
    """A generator that knows how columns go together."""
    return rows_of(condition, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def proposals() -> Proposals:
    return Proposals.fit(LAYOUT, *rows(900, 0), learnt, 0)


def test_there_are_sequences_of_several_orders(proposals: Proposals) -> None:
    orders = {tuple(sequence.order) for sequence in proposals.sequences}
    assert len(proposals.sequences) == SEQUENCES
    assert len(orders) > 1


@pytest.mark.parametrize("turn", range(2 * TURNS))
def test_half_of_each_fourth_candidate_is_the_generators(proposals: Proposals, turn: int) -> None:
    condition, _ = rows(200, 1)
    made = proposals.draw(marked, condition, (3, turn))
    by_generator = (made.codes == MARK).all(0)
    assert by_generator.mean() == (0.5 if turn % TURNS == TURNS - 1 else 0)
    assert ((made.codes != MARK).all(0) | by_generator).all()


def test_a_generator_far_behind_the_trees_has_no_turn() -> None:
    assert Proposals.fit(LAYOUT, *rows(900, 0), learnt, 0).by_turns
    alone = Proposals.fit(LAYOUT, *rows(900, 0), marked, 0)
    assert not alone.by_turns
    condition, _ = rows(200, 1)
    for turn in range(TURNS):
        assert (alone.draw(marked, condition, (3, turn)).codes != MARK).all()


USUAL, FEW = [12] * SEQUENCES, [FEW_DONORS[0]] * SEQUENCES


def leaves_grown(
    count: int, near: list[float], generator: Draw, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, bool]]:
    """How many donors leaves have, and whether numbers are spread, of each sequence that is grown."""
    told, leaves, fit = iter(near), [], SequentialTrees.fit

    def watched(*given: Any, spread: bool) -> SequentialTrees:
        leaves.append((given[-1], spread))
        return fit(*given, spread=spread)

    monkeypatch.setattr(SequentialTrees, "fit", watched)
    monkeypatch.setattr("ganaug.selection.proposals.nearness", lambda *_: next(told))
    Proposals.fit(LAYOUT, *rows(count, 0), generator, 0)
    return leaves


@pytest.mark.parametrize(
    ("near", "generator", "donors"),
    [(0.5, marked, [*USUAL, FEW[0], *FEW]), (0.56, marked, [*USUAL, *FEW_DONORS]), (0.5, learnt, USUAL)],
)
def test_leaves_are_finer_where_trees_draw_alone_and_give_nobody_away(
    near: float, generator: Draw, donors: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leaves_grown(12_000, [near] * 3, generator, monkeypatch) == [(own, False) for own in donors]


@pytest.mark.parametrize("generator", [marked, learnt])
@pytest.mark.parametrize(
    ("near", "leaves"),
    [
        ([0.6, 0.5], [(24, False)]),
        ([0.6, 0.6, 0.5], [(24, False), (48, False)]),
        ([0.6] * 4, [(24, False), (48, False), (48, True)]),
    ],
)
def test_leaves_are_coarser_where_usual_ones_give_rows_away(
    near: list[float], leaves: list[tuple[int, bool]], generator: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = leaves_grown(12_000, near, generator, monkeypatch)
    assert grown == [own for own in [(12, False), *leaves] for _ in range(SEQUENCES)]


@pytest.mark.parametrize(
    ("count", "near", "donors"),
    [
        (2_500, [0.57, 0.5, 0.5, 0.5], [3] * 12),
        (2_500, [0.57, 0.57, 0.5, 0.56], [3] * 4 + [5] * 4),
        (1_400, [], []),
    ],
)
def test_of_a_small_table_several_sequences_tell_whether_leaves_give_anybody_away(
    count: int, near: list[float], donors: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = leaves_grown(count, near * 3, marked, monkeypatch)
    assert [own for own, _ in grown[SEQUENCES:]] == donors


def test_the_generator_is_not_asked_for_what_is_thrown_away(proposals: Proposals) -> None:
    def asked(*_: object) -> Encoded:
        raise AssertionError

    made = proposals.draw(asked, rows(200, 1)[0], (3, 0))
    assert (made.codes[:, [0, 3]] == rows(200, 1)[0].codes).mean() > 0.95  # both are the label's


def test_a_seed_makes_the_same_candidates(proposals: Proposals) -> None:
    condition, _ = rows(200, 1)
    again = Proposals.fit(LAYOUT, *rows(900, 0), learnt, 0)
    for turn in range(TURNS):
        one, other = (source.draw(marked, condition, (3, turn)).codes for source in (proposals, again))
        assert np.array_equal(one, other)
