"""An augmenter's report on itself."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from truth import drawn

from ganaug import GANAugmenter, load
from ganaug.exceptions import DataWarning


def split(table):
    return table.drop(columns="kind"), table["kind"]


@pytest.fixture
def fitted(dice):  # noqa: ARG001 - without training
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(*split(drawn(120, 0)))


def test_it_knows_its_training_rows_curves_and_class(fitted):
    found = fitted.report(*split(drawn(60, 1)), random_state=0, n=80)
    assert (found.about["train_rows"], found.about["test_rows"], found.about["synthetic_rows"]) == (120, 60, 80)
    assert found.about["target"] == "kind"
    assert found.history is fitted.history_
    again = fitted.report(*split(drawn(60, 1)), random_state=0, n=80)
    assert found.to_json() == again.to_json()


def test_training_rows_are_neither_pickled_nor_saved(plain, tmp_path):
    plain.save(tmp_path / "a.ganaug")
    X, y = np.random.default_rng(1).normal(size=(60, 2)), np.repeat([0, 1, 2], 20)
    X_train, y_train = np.random.default_rng(0).normal(size=(90, 2)), np.repeat([0, 1, 2], 30)
    known = plain.report(X, y, random_state=0).to_json()
    assert b"_rows_seen" not in pickle.dumps(plain)
    for other in (pickle.loads(pickle.dumps(plain)), load(tmp_path / "a.ganaug")):
        with pytest.raises(ValueError, match="give them as X_train and y_train"):
            other.report(X, y)
        assert other.report(X, y, X_train=X_train, y_train=y_train, random_state=0).to_json() == known
    assert not hasattr(clone(plain), "_rows_seen")


@pytest.mark.usefixtures("dice")
def test_arrays_and_numbers_and_no_target():
    rng = np.random.default_rng(0)
    X, price = rng.normal(size=(60, 2)), rng.normal(size=60)
    X_test, price_test = rng.normal(size=(60, 2)), rng.normal(size=60)
    found = GANAugmenter(steps=3, refine=False, random_state=0).fit(X, price).report(X_test, price_test, random_state=0)
    assert "rmse" in found.figures["utility"]
    found = GANAugmenter(steps=3, refine=False, random_state=0).fit(X).report(X_test, random_state=0)
    assert found.figures["utility"] is None


def test_training_rows_are_no_held_out_rows(fitted):
    with pytest.raises(ValueError, match=r"100% of the test rows are training rows.*split before you fit"):
        fitted.report(*split(drawn(120, 0)), random_state=0)


def test_many_training_rows_among_the_test_rows_are_no_test_of_privacy(fitted):
    some = pd.concat([drawn(120, 0).head(80), drawn(40, 1)], ignore_index=True)
    with pytest.warns(DataWarning, match=r"67% of the test rows are training rows.*split before you fit"):
        found = fitted.report(*split(some), random_state=0)
    rating = {verdict.group: verdict.rating for verdict in found.verdicts}
    assert rating["privacy"] in ("not measured", "fair", "poor")
    assert rating["detection"] in ("not measured", "fair", "poor")
    privacy = next(verdict for verdict in found.verdicts if verdict.group == "privacy")
    assert "67% of the held-out rows are training rows" in privacy.says
    assert "has not seen" in privacy.hint


def test_some_training_rows_among_the_test_rows_are_told_by_their_share(fitted):
    some = pd.concat([drawn(120, 0).head(30), drawn(70, 1)], ignore_index=True)
    with pytest.warns(DataWarning, match="30% of the test rows are training rows"):
        found = fitted.report(*split(some), random_state=0)
    assert "good: privacy" not in found.verdict.lower()


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("identifiers", ["drop", "fake"])
def test_names_that_are_made_anew_are_not_judged(identifiers):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"who": [f"user {i}" for i in range(200)], "size": rng.normal(size=200)})
    X["code"] = rng.integers(3, size=200)
    own = GANAugmenter(identifiers=identifiers, categorical_features=["code"], steps=3, refine=False, random_state=0)
    found = own.fit(X.head(100)).report(X.tail(100), random_state=0)
    assert found.columns["column"].tolist() == ["size", "code"]


def test_what_is_missing_is_said(fitted):
    X, y = split(drawn(60, 1))
    with pytest.raises(ValueError, match="give the labels of the test rows, y_test"):
        fitted.report(X)
    with pytest.raises(ValueError, match="y_train without X_train"):
        fitted.report(X, y, y_train=y)
    with pytest.raises(ValueError, match="labels of the training rows, y_train"):
        fitted.report(X, y, X_train=X)
    with pytest.raises(ValueError, match="fitted without y"):
        GANAugmenter(steps=3, refine=False).fit(X).report(X, y)
    with pytest.raises(ValueError, match="missing"):
        fitted.report(X.drop(columns="town"), y)
