"""Blocks: a row depends on its seed, its place and its condition, and on nothing else."""

from __future__ import annotations

import numpy as np

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection.sampler import Sampler

LAYOUT = Layout((Block(0, 50),))


def draw(condition: Encoded, seed: tuple[int, int]) -> Encoded:
    rng = np.random.default_rng(seed)
    none = np.zeros((len(condition), 0), np.float32)
    return Encoded(rng.integers(0, 50, (len(condition), 1)).astype(np.int32), none, none)


class Highest:
    """Chooses the candidate with the highest code."""

    balanced_sampling = None

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
