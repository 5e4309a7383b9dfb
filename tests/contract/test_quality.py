"""Golden fits of small real tables with the defaults: bounds lie a third above what three seeds gave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split

from ganaug import GANAugmenter


def split(load):
    X, y = load(return_X_y=True, as_frame=True)
    return train_test_split(X, y, test_size=0.4, random_state=0, stratify=y if y.nunique() < 20 else None)


def shape_error(real, made):
    """Mean Kolmogorov-Smirnov distance of the columns."""
    return np.mean([ks_2samp(real[name], made[name]).statistic for name in real])


def correlation_error(real, made):
    """Mean error of the rank correlations of all pairs of columns."""
    one, other = (table.corr("spearman").to_numpy() for table in (real, made))
    return np.abs(one - other)[np.triu_indices(len(one), 1)].mean()


def detection(real, made):
    """ROC AUC of boosting that tells real from generated rows; 0.5 is perfect."""
    rows = min(len(real), len(made))
    both = pd.concat([real[:rows], made[:rows]])
    truth = np.repeat([1, 0], rows)
    model = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    return roc_auc_score(truth, cross_val_predict(model, both, truth, cv=3, method="predict_proba")[:, 1])


def test_the_measures_tell_a_table_from_a_bad_one():
    X, X_test, *_ = split(load_breast_cancer)
    rng = np.random.default_rng(0)
    shuffled = X.apply(lambda column: rng.permutation(column.to_numpy()))
    assert shape_error(X, shuffled) == 0
    assert correlation_error(X, shuffled) > 0.3
    assert detection(X_test, shuffled) > 0.95
    assert detection(X_test, X) < 0.6


@pytest.mark.parametrize(
    ("load", "shape", "correlation", "detect", "accuracy"),
    [
        pytest.param(load_breast_cancer, 0.047, 0.105, 0.8, 0.9, id="breast cancer"),
        pytest.param(load_wine, 0.085, 0.1, 0.7, 0.91, id="wine", marks=pytest.mark.slow),
    ],
)
def test_a_small_table_of_classes(load, shape, correlation, detect, accuracy):
    X, X_test, y, y_test = split(load)
    made_X, made_y = GANAugmenter(random_state=0).fit(X, y).sample(y=y.repeat(3))
    assert shape_error(X, made_X) < shape
    assert correlation_error(X, made_X) < correlation
    assert detection(X_test, made_X.sample(frac=1, random_state=0)) < detect
    assert RandomForestClassifier(random_state=0).fit(made_X, made_y).score(X_test, y_test) > accuracy


@pytest.mark.slow
def test_a_small_table_with_a_number_to_regress_on():
    X, X_test, y, y_test = split(load_diabetes)
    made_X, made_y = GANAugmenter(random_state=0).fit(X, y).sample(y=y.repeat(3))
    assert shape_error(X, made_X) < 0.045
    assert correlation_error(X, made_X) < 0.115
    assert detection(X_test, made_X.sample(frac=1, random_state=0)) < 0.8
    assert r2_score(y_test, RandomForestRegressor(random_state=0).fit(made_X, made_y).predict(X_test)) > 0.2
