"""Pairs of columns that no two rows share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganaug import DataWarning, GANAugmenter, GANOverSampler

PAIR = ["customer", "product"]


def sales(rows: int = 900, width: int = 50) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    first, second = np.divmod(rng.choice(width * width, rows, replace=False), width)
    table = pd.DataFrame({"customer": [f"c{i}" for i in first], "product": second, "paid": rng.normal(size=rows)})
    return table, (rng.random(rows) < 0.2).astype(int)


@pytest.fixture(scope="module")
def fitted() -> GANAugmenter:
    return GANAugmenter(steps=20, refine=False, random_state=0).fit(*sales())


def test_a_pair_that_never_repeats_does_not_repeat(fitted):
    assert [rule.text for rule in fitted.rules_] == ["customer and product are unique"]
    made, _ = fitted.sample(600)
    assert not made.duplicated(PAIR).any()


@pytest.mark.slow
def test_nor_do_real_rows_and_new_ones_share_one(fitted):
    X, y = sales()
    every, _ = fitted.augment(X, y)
    assert len(every) == 2 * len(X)
    assert not every.duplicated(PAIR).any()
    more, _ = GANOverSampler(steps=20, random_state=0).fit_resample(X, y)
    assert not more.duplicated(PAIR).any()
    mixed = GANAugmenter(0.5, mode="replace", steps=20, refine=False, random_state=0).fit_transform(X, y)
    assert not mixed.duplicated(PAIR).any()


def test_few_rows_are_the_first_of_many(fitted):
    few, many = (fitted.sample(n, random_state=3)[0] for n in (10, 200))
    pd.testing.assert_frame_equal(few, many.head(10))


def test_when_no_pair_is_left_there_is_a_warning():
    X, _ = sales(110, 11)
    augmenter = GANAugmenter(steps=5, refine=False, random_state=0, rules=["customer and product are unique"]).fit(X)
    with pytest.warns(DataWarning, match=r"of 300 synthetic rows repeat values that are unique"):
        augmenter.sample(300)


def test_columns_that_hardly_repeat_prove_nothing():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"a": rng.normal(size=500), "b": rng.choice(list("xyz"), 500), "c": rng.integers(0, 9_999, 500)}
    )
    assert GANAugmenter(steps=1, refine=False, random_state=0).fit(table).rules_ == []
