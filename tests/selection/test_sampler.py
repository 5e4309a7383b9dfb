"""Blocks: a row depends on its seed, its place and its condition, and on nothing else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.data.seeds import BLOCK_ROWS
from ganaug.selection.sampler import FIRST_ROWS, Sampler

LAYOUT = Layout((Block(0, 50),))


def draw(condition: Encoded, seed: tuple[int, int]) -> Encoded:
    rng = np.random.default_rng(seed)
    none = np.zeros((len(condition), 0), np.float32)
    return Encoded(rng.integers(0, 50, (len(condition), 1)).astype(np.int32), none, none)


class Highest:
    """Chooses the candidate with the highest code."""

    balanced_sampling = None

    def candidates(self, generated, condition: Encoded, seed: tuple[int, int]) -> Encoded:
        return generated(condition, seed)

    def log_odds(self, condition: Encoded, rows: Encoded) -> np.ndarray:
        assert len(condition) == len(rows)
        return 1e6 * rows.codes[:, 0].astype(np.float64)

    def finished(self, rows: Encoded, _rng: np.random.Generator) -> Encoded:
        return rows


def test_fewer_rows_are_the_first_of_more():
    sampler = Sampler(draw, block_rows=8)
    more, fewer = (sampler.rows(Encoded.none(count), 3).codes for count in (37, 11))
    assert np.array_equal(more[:11], fewer)
    assert not np.array_equal(more[:11], sampler.rows(Encoded.none(11), 4).codes)


def test_the_chosen_candidate_is_the_best_of_its_row():
    sampler = Sampler(draw, Highest(), candidates=5, block_rows=8)
    chosen = sampler.rows(Encoded.none(16), 3).codes[:, 0]
    for block in range(2):
        candidates = [draw(Encoded.none(8), (3, spot)).codes[:, 0] for spot in range(5 * block, 5 * block + 5)]
        assert chosen[8 * block : 8 * block + 8].tolist() == np.max(candidates, 0).tolist()
    assert np.array_equal(sampler.unrefined.rows(Encoded.none(8), 3).codes, draw(Encoded.none(8), (3, 0)).codes)


def test_blocks_that_are_not_filled_up_have_a_row_for_each_condition():
    sampler = Sampler(draw, Highest(), candidates=3, block_rows=8)
    rows = sampler.just(Encoded.none(19), 3)
    assert len(rows) == 19
    assert np.array_equal(rows.codes[:16], sampler.rows(Encoded.none(16), 3).codes)


def test_a_pool_has_all_candidates_of_a_row_next_to_one_another():
    pool = Sampler(draw, Highest(), candidates=3, block_rows=8).pool(Encoded.none(11), 3).codes[:, 0].reshape(11, 3)
    spots = [draw(Encoded.none(8), (3, spot)).codes[:, 0] for spot in range(3)]
    assert np.array_equal(pool[:8].T, spots)
    assert np.array_equal(pool[8:].T, [draw(Encoded.none(3), (3, spot)).codes[:, 0] for spot in range(3, 6)])


def test_blocks_that_are_looked_at_together_are_those_drawn_alone():
    many = Sampler(draw, Highest(), candidates=3, block_rows=BLOCK_ROWS)
    rows = many.rows(Encoded.none(9 * BLOCK_ROWS), 3).codes
    edges = [0, FIRST_ROWS, BLOCK_ROWS, 2 * BLOCK_ROWS]
    for number, (start, stop) in enumerate(pairwise(edges)):
        alone = many._whole_blocks([Encoded.none(stop - start)], 3, range(number, number + 1)).codes
        assert np.array_equal(rows[start:stop], alone)


@pytest.mark.parametrize("rows", [1, FIRST_ROWS, FIRST_ROWS + 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS])
def test_the_first_block_is_short_and_no_more_are_drawn_than_it_takes(rows):
    seen = []

    def spied(condition, seed):
        seen.append(len(condition))
        return draw(condition, seed)

    assert len(Sampler(spied).rows(Encoded.none(rows), 3)) == rows
    whole = FIRST_ROWS if rows <= FIRST_ROWS else -(-rows // BLOCK_ROWS) * BLOCK_ROWS
    assert (sum(seen), min(seen)) == (whole, FIRST_ROWS)


def test_many_rows_have_a_bar_and_few_have_none(capsys):
    sampler = Sampler(draw, block_rows=8, verbose=True)
    with_bar = sampler.rows(Encoded.none(8 * 1000 + 3), 3)
    assert "drawing rows: 100%" in (told := capsys.readouterr().err)
    assert "8003/8003" in told
    assert np.array_equal(with_bar.codes, Sampler(draw, block_rows=8).rows(Encoded.none(8003), 3).codes)
    sampler.rows(Encoded.none(8), 3)
    assert capsys.readouterr().err == ""
