"""What boosting tells of rows in a moment, each row by a model that learnt from others."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.threads import threads_for
from ..plain import Float32Array, Float64Array, Int32Array

Features = Float32Array | Float64Array


def detection(real: Features, fake: Features, seed: int) -> float:
    """ROC AUC of quick boosting that tells real from generated rows, out of fold: 0.5 if it cannot, 1 if always."""
    return area(*told(real, fake, seed))


def told(real: Features, fake: Features, seed: int) -> tuple[Int32Array, Float64Array]:
    """Which rows are real, and how real boosting finds them that learnt it of the other half of the rows."""
    truth = np.repeat(np.array([1, 0], np.int32), [len(real), len(fake)])
    return truth, _of_other_half(np.vstack([real, fake], dtype=np.float64), truth, seed)[:, 1]


def taken_for(real: Features, codes: Int32Array, fake: Features, seed: int) -> tuple[Int32Array, Int32Array]:
    """The classes that boosting takes generated and real rows for, having learnt them of other real rows."""
    classes = np.unique(codes)
    if len(classes) < 2:
        return np.repeat(codes[:1], len(fake)), codes
    halves = _of_other_half(real, codes, seed)
    return classes[_fitted(real, codes, seed).predict_proba(fake).argmax(1)], classes[halves.argmax(1)]


def _of_other_half(features: Features, truth: Int32Array, seed: int) -> Float64Array:
    """Probabilities of each class, for each half of the rows by a model of the other."""
    half = np.random.default_rng(seed).permutation(len(truth))
    half = half[np.argsort(truth[half], kind="stable")]  # of each class as many in either half
    classes = np.unique(truth)
    out = np.zeros((len(truth), len(classes)))
    with threads_for(features.size):
        for mine, other in ((half[::2], half[1::2]), (half[1::2], half[::2])):
            model = _fitted(features[other], truth[other], seed)
            out[np.ix_(mine, np.searchsorted(classes, model.classes_))] = model.predict_proba(features[mine])
    return out


def _fitted(features: Features, truth: Int32Array, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rounds = int(np.clip(60 // len(np.unique(truth)), 5, 20))  # each grows a tree for every class
    options = {"learning_rate": 0.2, "max_iter": rounds, "max_leaf_nodes": 15, "min_samples_leaf": 10, "max_bins": 63}
    model = HistGradientBoostingClassifier(**options, early_stopping=False, random_state=seed)
    return model.fit(features, truth)


def area(truth: Int32Array, score: Float64Array) -> float:
    """Under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, score))
