"""A fitted generator goes on with new rows, or for more steps, and what it cannot learn is named."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import toy

from ganaug import DataWarning, GANAugmenter, load

X, Y = toy.toy(300)


def model(**options: Any) -> GANAugmenter:
    return GANAugmenter(
        **{"steps": 200, "batch_size": 64, "refine": False, "random_state": 0, "warm_start": True, **options}
    )


@pytest.fixture(scope="module")
def first() -> GANAugmenter:
    return model().fit(X, Y)


def again(first: GANAugmenter, **options: Any) -> GANAugmenter:
    return copy.deepcopy(first).set_params(**options)


def test_it_goes_on_where_it_was_and_counts_on(first: GANAugmenter) -> None:
    one = again(first, steps=1).fit(X, Y)
    for before, after in zip(first._model.generator.weights, one._model.generator.weights, strict=True):
        assert np.abs(before - after).max() < 0.01
    more = again(first, steps=150).fit(X, Y)
    assert (more.n_iter_, first.n_iter_) == (350, 200)
    assert more.history_["step"].is_monotonic_increasing
    assert more.history_["seconds"].is_monotonic_increasing
    assert more.history_["detection"].dropna().iloc[-1] < first.history_["detection"].dropna().iloc[-1] + 0.05


def test_it_becomes_like_new_rows(first: GANAugmenter) -> None:
    high = X[X["first"] > X["first"].median()].reset_index(drop=True)
    labels = np.asarray(Y)[np.flatnonzero(X["first"] > X["first"].median())]
    moved = again(first, steps=400).fit(high, labels)
    assert (moved.sample(300, random_state=0)[0]["first"] > X["first"].median()).mean() > 0.7
    assert (first.sample(300, random_state=0)[0]["first"] > X["first"].median()).mean() < 0.7


def test_classes_and_numbers_are_as_frequent_as_in_the_rows_given_last(first: GANAugmenter) -> None:
    labels = np.asarray(Y)
    rare, other = np.unique(labels)
    rows = np.r_[np.flatnonzero(labels == rare)[:20], np.flatnonzero(labels == other)[:80]]
    moved = again(first, steps=20).fit(X.iloc[rows], labels[rows])
    assert moved.class_counts_ == {rare: 20, other: 80}
    assert (moved.sample(2_000, random_state=0)[1] == other).mean() == pytest.approx(0.8, abs=0.04)
    sums = np.arange(300) / 7
    number = GANAugmenter(steps=20, warm_start=True, refine=False, random_state=0).fit(X, sums)
    high = np.flatnonzero(sums > 30)
    number.fit(X.iloc[high], sums[high])
    assert (number.sample(500, random_state=0)[1] > 29).mean() > 0.95


def test_without_it_a_fit_begins_anew(first: GANAugmenter) -> None:
    assert again(first, warm_start=False, steps=20).fit(X, Y).n_iter_ == 20


def test_a_loaded_model_goes_on_with_a_discriminator_that_is_new(first: GANAugmenter, tmp_path: Path) -> None:
    first.save(tmp_path / "m.ganaug")
    loaded = load(tmp_path / "m.ganaug")
    assert loaded._model.discriminator == []
    assert loaded.set_params(steps=20).fit(X, Y).n_iter_ == 220


def test_what_a_warm_start_cannot_learn_is_named_and_leaves_the_model_whole(first: GANAugmenter) -> None:
    before = first.sample(20, random_state=0)[0]
    colours = next(name for name in X if not pd.api.types.is_numeric_dtype(X[name]))
    strange = X.assign(**{colours: ["mauve", *X[colours].astype(object)[1:]]})
    for rows, labels, message in (
        (strange, Y, rf"column '{colours}': 'mauve' was not among .*; a warm start cannot learn it: fit anew"),
        (X, np.where(np.arange(len(X)) == 3, "other", np.asarray(Y).astype(object)), r"unknown classes.*fit anew"),
        (X, None, r"fitted with y"),
        (X.rename(columns={"first": "1st"}), Y, r"1st"),
        (X.assign(first=X["first"].mask(X.index == 3)), Y, r"column 'first' has missing cells, and had none.*fit anew"),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            first.fit(rows, labels)
    pd.testing.assert_frame_equal(first.sample(20, random_state=0)[0], before)


def test_numbers_between_those_of_the_first_fit_are_named() -> None:
    rows = pd.DataFrame({"pieces": np.arange(200) % 40, "x": np.random.default_rng(0).normal(size=200)})
    fitted = model(steps=3).fit(rows)
    with pytest.raises(
        ValueError, match=r"column 'pieces' holds 0.5, and all its numbers in fit were 1 apart.*fit anew"
    ):
        fitted.fit(rows.assign(pieces=rows["pieces"] + 0.5))


@pytest.mark.parametrize("identifiers", ["drop", "fake"])
def test_what_was_learnt_as_it_is_can_be_left_out_no_more(identifiers: str) -> None:
    rows = pd.DataFrame({"mail": [f"user{n}@mail.org" for n in range(200)], "x": np.arange(200) / 7})
    with pytest.warns(DataWarning, match="'mail'"):
        fitted = model(steps=3).fit(rows)
    with pytest.raises(
        ValueError, match=rf"column 'mail', which tells rows apart, .* without '{identifiers}'.*fit anew"
    ):
        fitted.set_params(identifiers=identifiers).fit(rows)


def test_rows_that_break_a_rule_are_named() -> None:
    rng = np.random.default_rng(0)
    begin = rng.integers(0, 50, 300)
    rows = pd.DataFrame({"begin": begin, "end": begin + rng.integers(0, 9, 300), "other": rng.normal(size=300)})
    fitted = model(steps=20, rules=["begin <= end"]).fit(rows)
    few, many = (rows.assign(end=rows["end"].where(rows.index > most, -1)) for most in (0, 9))
    with pytest.raises(ValueError, match=r"1 rows break the rule 'begin <= end'.*fit anew"):
        fitted.fit(few)
    fitted = model(steps=20).fit(rows)
    with pytest.raises(ValueError, match=r"10 rows break the rule 'begin <= end'.*fit anew"):
        fitted.fit(many)
    with pytest.warns(DataWarning, match=r"1 of 300 rows break the rule 'begin <= end'.*as if they kept to it"):
        made = fitted.fit(few).sample(100)
    assert (made["begin"] <= made["end"]).all()


def test_a_checkpoint_knows_what_a_fit_went_on_from(first: GANAugmenter, tmp_path: Path) -> None:
    again(first, steps=20, checkpoint=tmp_path / "run.ckpt").fit(X, Y)
    with pytest.raises(ValueError, match="other weights to begin with"):
        model(steps=20, checkpoint=tmp_path / "run.ckpt").fit(X, Y)
