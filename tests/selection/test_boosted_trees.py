"""Trees predict what the scikit-learn models they come from predict, and what forms no trees does not run."""

from __future__ import annotations

import pickle
from dataclasses import asdict, replace

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from ganaug.selection import boosted_trees as module
from ganaug.selection.boosted_trees import BoostedTrees, Intervals, fit_boosted_trees

X, Y = make_classification(600, 6, n_informative=4, n_classes=3, random_state=0)
X = X.astype(np.float32)
MODELS = {
    "number": (HistGradientBoostingRegressor, X[:, 0] * X[:, 1]),
    "two classes": (HistGradientBoostingClassifier, Y > 0),
    "three classes": (HistGradientBoostingClassifier, Y),
    "a constant": (HistGradientBoostingRegressor, np.full(len(X), 3.0)),
}


@pytest.mark.parametrize("case", MODELS)
@pytest.mark.parametrize("cached", [7, 10_000])
def test_predictions_are_those_of_the_model(case, cached, monkeypatch):
    monkeypatch.setattr(module, "CACHED_ROWS", cached)
    kind, truth = MODELS[case]
    model = kind(max_iter=20, random_state=0)
    ensembles = fit_boosted_trees(model, X, truth)
    expected = model._raw_predict(X)
    assert len(ensembles) == expected.shape[1]
    for column, trees in enumerate(ensembles):
        np.testing.assert_allclose(trees(X), expected[:, column], rtol=1e-12)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(trees))(X), trees(X))


@pytest.fixture(scope="module")
def grown() -> BoostedTrees:
    return fit_boosted_trees(HistGradientBoostingRegressor(max_iter=5, random_state=0), X, X[:, 0])[0]


def test_a_pickle_holds_the_arrays_only(grown):
    small = len(pickle.dumps(BoostedTrees(**asdict(grown))))
    grown(X)
    assert len(pickle.dumps(grown)) == small


@pytest.mark.parametrize(
    "wrong",
    [
        {"left": "itself"},
        {"right": "beyond"},
        {"feature": "negative"},
        {"sizes": "short"},
        {"sizes": "empty"},
    ],
    ids=lambda wrong: next(iter(wrong.items())),
)
def test_nodes_that_form_no_trees_are_refused(grown, wrong):
    name, how = next(iter(wrong.items()))
    arrays = {
        "itself": np.zeros_like(grown.left),
        "beyond": grown.right + 10_000,
        "negative": np.full_like(grown.feature, -1),
        "short": grown.sizes - 1,
        "empty": np.append(grown.sizes, 0),
    }
    with pytest.raises(ValueError, match=r"trees|shape|broadcast"):
        replace(grown, **{name: arrays[how]})


def test_trees_of_more_leaves_than_bits_are_refused():
    with pytest.raises(ValueError, match="more than 32 leaves"):
        fit_boosted_trees(HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=40, min_samples_leaf=1), X, X[:, 0])


def test_features_that_are_not_there_are_refused(grown):
    with pytest.raises(ValueError, match="more than the 0 features"):
        grown(X[:, :0])


@pytest.mark.parametrize(
    "edges",
    [
        [0.5],
        [0.0, 1.0],
        [0.1, 0.1 + 1e-12, 0.7],
        [1.0, 1.0 + 1e-7, 2.0],
        [-3e38, 3e38],
        [0.0, 1e-42, 1.0],
        [-1e300, 0.0, 1e300],
        [0.0, np.inf],
        [0.0, np.nan],
        np.linspace(-2, 30, 255),
        np.sort(np.random.default_rng(1).normal(size=255)),
        np.arange(64) + 0.5,
    ],
)
def test_a_number_is_above_as_many_edges_as_a_search_says(edges):
    edges, rng = np.asarray(edges, np.float64), np.random.default_rng(0)
    near = np.float32(np.clip(np.nan_to_num(edges), -3e38, 3e38))
    near = np.concatenate([near, np.nextafter(near, np.float32(-np.inf)), np.nextafter(near, np.float32(np.inf))])
    numbers = np.concatenate([near, rng.normal(0, 3, 500), rng.uniform(-5, 70, 500), [-np.inf, np.inf, -3e38, 3e38]])
    numbers = numbers.astype(np.float32)
    assert np.array_equal(Intervals(edges)(numbers), np.searchsorted(edges, numbers))
