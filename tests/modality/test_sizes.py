"""What "auto" stands for grows with the data, and stays within time and memory."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.modality.image.modality import ImageModality
from ganaug.modality.table.modality import TableModality
from ganaug.modality.table.sizes import REFINE_FROM, refinement_rows
from ganaug.params import GANParameters, configured

TABLES, IMAGES = TableModality(), ImageModality()

ROWS = [2, 50, 199, 200, 999, 1_000, 5_000, 30_000, 200_000, 1_000_000]


def test_sizes_grow_with_the_rows_and_end_somewhere():
    every = [TABLES.sizing((rows, 10)) for rows in ROWS]
    for name in ("steps", "batch_size"):
        sizes = [getattr(chosen, name) for chosen in every]
        assert sizes == sorted(sizes)
    assert [chosen.size.width for chosen in every] == sorted(chosen.size.width for chosen in every)
    assert every[-1] == every[-2]


def test_small_tables_have_more_candidates():
    refined = [TABLES.sizing((rows, 10)).candidates for rows in ROWS if rows >= REFINE_FROM]
    assert refined == sorted(refined, reverse=True)
    assert (refined[0], refined[-1]) == (16, 4)


def test_tiny_tables_are_not_refined():
    assert TABLES.sizing((REFINE_FROM - 1, 3)).candidates == 1 < TABLES.sizing((REFINE_FROM, 3)).candidates


@pytest.mark.parametrize(("refine", "candidates"), [(True, 16), (False, 1), (1, 1), (7, 7), (np.True_, 16)])
def test_what_the_user_says_goes_before_what_is_automatic(refine, candidates):
    parameters = GANParameters(steps=np.int64(12), batch_size=7, refine=refine)
    chosen = configured(parameters, TABLES, (10_000, 10)).sizes
    assert (chosen.steps, chosen.batch_size, chosen.candidates) == (12, 7, candidates)
    assert chosen.size == TABLES.sizing((10_000, 10)).size


def test_rows_that_top_up_need_fewer_steps_and_images_all_of_them():
    for rows in (500, 5_000, 50_000):
        assert TABLES.sizing((rows, 5), oversampling=True).steps <= TABLES.sizing((rows, 5)).steps // 2
    assert TABLES.sizing((1000, 5), oversampling=True).candidates == 1
    assert IMAGES.sizing((1000, 28, 28, 1), oversampling=True) == IMAGES.sizing((1000, 28, 28, 1))


@pytest.mark.parametrize(
    ("height", "width", "depth"),
    [(8, 8, 1), (15, 90, 1), (16, 16, 2), (28, 28, 2), (32, 32, 3), (64, 48, 3), (64, 64, 4)],
)
def test_images_grow_from_a_small_grid(height, width, depth):
    assert IMAGES.sizing((100, height, width, 3)).size.depth == depth


def test_large_images_take_fewer_steps():
    small, usual, large = (IMAGES.sizing((100, side, side, 1)) for side in (8, 28, 64))
    assert large.steps < usual.steps
    assert small.batch_size > usual.batch_size


def test_below_full_resolution_networks_of_large_images_are_those_of_smaller_ones():
    usual, large, larger = (IMAGES.sizing((100, side, side, 3)).size for side in (32, 64, 128))
    assert large.width * 2 == usual.width
    assert large.width * 2**large.depth == usual.width * 2**usual.depth
    assert larger.width * 2**larger.depth <= 2 * usual.width * 2**usual.depth


def test_refinement_of_a_tiny_table_is_there_for_who_asks():
    assert configured(GANParameters(refine=True), TABLES, (50, 10)).sizes.candidates == 2


def test_refinement_looks_at_fewer_rows_of_a_wide_table_or_in_a_hurry():
    assert refinement_rows(10, None) > refinement_rows(1_000, None) > 0
    assert refinement_rows(10, 2.0) < refinement_rows(10, 20.0) < refinement_rows(10, None)
    assert refinement_rows(10, 0.0) == 0
    assert refinement_rows(0, None) == refinement_rows(1, None)
    assert refinement_rows(10, 1e6) == refinement_rows(10, None)
