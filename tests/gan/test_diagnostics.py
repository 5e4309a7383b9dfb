"""What is wrong with generated rows is named, and nothing is said of rows as good as real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ganaug.gan.diagnostics import FULL_COVERAGE, ClassDiagnosis, coverage, examine
from ganaug.selection.quick_boosting import detection

ROWS = 400


def clouds(rng: np.random.Generator, rows: int = ROWS, width: int = 4) -> Any:
    """Rows of two overlapping classes and their codes, as many of either."""
    codes = np.arange(rows, dtype=np.int32) % 2
    return rng.normal(size=(rows, width)) + 1.5 * codes[:, None], codes


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def faults(*rows: Any) -> dict[int, str | None]:
    return {code: found.fault for code, found in examine(*rows, seed=0).items()}


def test_rows_of_the_same_distribution_are_not_told_apart_and_cover_as_theory_says(rng: np.random.Generator) -> None:
    real, fake = clouds(rng, 2_000)[0], clouds(rng, 2_000)[0]
    assert detection(real, fake, 0) == pytest.approx(0.5, abs=0.05)
    assert coverage(real, fake) == pytest.approx(FULL_COVERAGE, abs=0.02)


def test_rows_far_away_are_always_told_and_cover_nothing(rng: np.random.Generator) -> None:
    real, fake = rng.normal(size=(300, 3)), rng.normal(size=(300, 3)) + 10
    assert detection(real, fake, 0) == 1
    assert coverage(real, fake) == 0


def test_half_of_two_far_clouds_covers_half(rng: np.random.Generator) -> None:
    real = rng.normal(size=(400, 3)) + np.repeat([[0], [20]], 200, axis=0)
    assert coverage(real, rng.normal(size=(400, 3))) == pytest.approx(0.5, abs=0.03)


def test_equal_rows_cover_one_another_in_spite_of_rounding(rng: np.random.Generator) -> None:
    real = np.repeat(rng.random((20, 7)) * 100, 10, axis=0)
    assert coverage(real, real[::-1]) == 1


@pytest.mark.parametrize("width", [1, 2, 8])
def test_rows_as_good_as_real_ones_have_no_fault(rng: np.random.Generator, width: int) -> None:
    assert faults(*clouds(rng, width=width), *clouds(rng, width=width)) == {0: None, 1: None}


def test_a_collapsed_class_is_named_and_the_other_is_not(rng: np.random.Generator) -> None:
    (real, codes), (fake, fake_codes) = clouds(rng), clouds(rng)
    fake[fake_codes == 1] = 1.5 + 0.01 * rng.normal(size=(ROWS // 2, 4))
    found = examine(real, codes, fake, fake_codes, seed=0)
    assert (found[0].fault, found[1].fault) == (None, "collapsed")
    assert found[1].coverage < 0.1
    assert found[1].spread < 0.1


@pytest.mark.parametrize("noise", [0, 0.01])
def test_copies_of_training_rows_are_named(rng: np.random.Generator, noise: float) -> None:
    real, codes = clouds(rng, 3_000)  # more than are looked at one by one
    some = rng.permutation(len(real))[:ROWS]
    fake = real[some] + noise * rng.normal(size=(ROWS, 4))
    assert faults(real, codes, fake, codes[some]) == {0: "memorised", 1: "memorised"}


def test_duplicates_in_the_data_are_no_copies(rng: np.random.Generator) -> None:
    levels = rng.integers(0, 3, (ROWS, 3)).astype(float)
    codes = np.zeros(ROWS, np.int32)
    assert faults(levels, codes, rng.permutation(levels), codes) == {0: None}


def test_rows_that_exhaust_what_there_can_be_are_no_copies(rng: np.random.Generator) -> None:
    grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 4), -1).reshape(-1, 4)  # every combination once
    codes = np.zeros(len(grid), np.int32)
    found = examine(grid, codes, grid[rng.integers(len(grid), size=200)], codes[:200], seed=0)
    assert found[0].copied == 1
    assert found[0].fault is None


def test_a_class_whose_rows_are_those_of_another_is_not_learnt(rng: np.random.Generator) -> None:
    (real, codes), (fake, fake_codes) = clouds(rng, width=8), clouds(rng, width=8)
    fake[fake_codes == 1] = rng.normal(size=(ROWS // 2, 8))
    found = examine(real, codes, fake, fake_codes, seed=0)
    assert (found[0].fault, found[1].fault) == (None, "not learnt")
    assert found[1].recognised < 0.2
    assert found[1].recognisable > 0.8


def test_rows_that_are_always_told_and_cover_little_are_not_learnt(rng: np.random.Generator) -> None:
    real, fake = rng.normal(size=(300, 3)), rng.normal(size=(300, 3)) + 10
    codes = np.zeros(300, np.int32)
    assert faults(real, codes, fake, codes) == {0: "not learnt"}


@pytest.mark.parametrize(
    ("figures", "fault", "least"),
    [
        ({"copied": 1.0}, "memorised", 9),
        ({"coverage": 0.0, "spread": 0.1}, "collapsed", 9),
        ({"coverage": 0.0, "detection": 1.0}, "not learnt", 4),
        ({"recognised": 0.0, "generated": 64}, "not learnt", 3),
    ],
)
def test_a_class_of_a_few_rows_is_judged_as_far_as_these_can_tell(
    figures: dict[str, float], fault: str, least: int
) -> None:
    good = ClassDiagnosis(20, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0)
    poor = replace(good, **figures)
    assert good.fault is None
    assert poor.fault == fault
    for rows in range(2, 20):
        assert replace(good, rows=rows).fault is None
        assert replace(poor, rows=rows).fault == (fault if rows >= least else None)


def test_a_class_of_one_row_has_no_figures(rng: np.random.Generator) -> None:
    real, fake = rng.normal(size=(30, 2)), rng.normal(size=(30, 2))
    codes = np.repeat(np.array([0, 1, 2], np.int32), [26, 3, 1])
    assert set(examine(real, codes, fake, codes, seed=0)) == {0, 1}


def test_figures_depend_on_the_seed_alone(rng: np.random.Generator) -> None:
    rows = (*clouds(rng), *clouds(rng))
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert examine(*rows, seed=3) == examine(*rows, seed=3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("seed", range(8))
def test_good_rows_of_small_classes_have_no_fault(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(5, dtype=np.int32), [200, 15, 10, 6, 3])
    asked = np.concatenate([codes, np.repeat(np.arange(1, 5, dtype=np.int32), 50)])
    middles = 3 * rng.normal(size=(5, 6))
    real, fake = (middles[some] + rng.normal(size=(len(some), 6)) for some in (codes, asked))
    assert set(faults(real, codes, fake, asked).values()) == {None}


def test_a_small_class_that_comes_out_as_another_is_told_as_which(rng: np.random.Generator) -> None:
    codes = np.repeat(np.arange(3, dtype=np.int32), [100, 80, 12])
    asked = np.concatenate([codes, np.full(52, 2, np.int32)])
    middles = np.eye(3, 6) * 8
    real, fake = middles[codes] + rng.normal(size=(192, 6)), middles[np.where(asked == 2, 1, asked)]
    found = examine(real, codes, fake + rng.normal(size=fake.shape), asked, seed=0)
    assert [(each.fault, each.taken_for) for each in found.values()] == [(None, None)] * 2 + [("not learnt", 1)]
    assert found[2].taken > 0.9
