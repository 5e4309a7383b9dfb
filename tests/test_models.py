"""Models that take any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables

from ganaug.models import MODELS, model_for


@pytest.mark.parametrize("name", MODELS)
def test_each_takes_columns_of_every_dtype_with_gaps(name):
    X = pd.DataFrame(tables.with_gaps(tables.every_dtype(120)))
    y = np.resize([0, 1], 120)
    model = model_for(X, name, classes=True).fit(X, y)
    assert model.predict_proba(X).shape == (120, 2)
    assert np.isfinite(model_for(X, name, classes=False).fit(X, y.astype(float)).predict(X)).all()


@pytest.mark.parametrize(
    "names",
    [
        [1, 0],
        [5, 3],
        [1.5, 0.5],
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]),
        pd.to_datetime(["2024-01-01", "2025-01-01"]),
    ],
)
def test_names_may_be_what_they_like(names):
    X = pd.DataFrame({"word": ["a", "b"] * 30, "number": np.arange(60.0)}).set_axis(names, axis=1)
    y = np.resize([0, 1], 60)
    model = model_for(X, "boosting", classes=True).fit(X, y)
    assert (model.predict(X[X.columns[::-1]]) == y).all()


def test_rows_with_new_categories_are_taken():
    X = pd.DataFrame({"word": ["a", "b"] * 30, "number": np.arange(60.0)})
    model = model_for(X, "linear", classes=True).fit(X, np.resize([0, 1], 60))
    assert len(model.predict(X.assign(word="c"))) == 60


def test_a_class_may_have_a_single_row_among_many():
    X = pd.DataFrame({"number": np.resize(np.arange(4.0), 10_001)})
    y = np.where(np.arange(10_001) == 0, "alone", np.where(X["number"] > 1, "yes", "no"))
    model = model_for(X, "boosting", classes=True)
    model[-1].set_params(max_iter=2)
    assert model.fit(X, y).score(X, y) > 0.99
    assert model[-1].early_stopping == "auto"


def test_the_same_values_in_another_dtype_give_the_same_model():
    rng = np.random.default_rng(0)
    whole, y = rng.integers(0, 50, 200), rng.integers(0, 2, 200)
    told = []
    for dtype in ("int64", "object", "Int64", "float32"):
        X = pd.DataFrame({"n": pd.Series(whole).astype(dtype)})
        told.append(model_for(X, "boosting", classes=True).fit(X, y).predict_proba(X)[:, 1])
    assert all(np.array_equal(told[0], other) for other in told)
