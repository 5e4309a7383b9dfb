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


@pytest.mark.parametrize(
    ("load", "bounds"),
    [
        pytest.param(load_breast_cancer, (0.09, 0.09, 0.9, 0.97), id="breast cancer"),
        pytest.param(load_wine, (0.15, 0.16, 0.97, 0.95), id="wine"),
    ],
)
def test_a_small_table_of_classes(load, bounds):
    X, X_test, y, y_test = split(load)
    made_X, made_y = GANAugmenter(random_state=0).fit(X, y).sample(y=y.repeat(3))
    found = (
        shape_error(X, made_X),
        correlation_error(X, made_X),
        detection(X_test, made_X.sample(frac=1, random_state=0)),
        RandomForestClassifier(random_state=0).fit(made_X, made_y).score(X_test, y_test),
    )
    print(found)
    assert found[0] < bounds[0]
    assert found[1] < bounds[1]
    assert found[2] < bounds[2]
    assert found[3] > bounds[3] - 0.03


def test_a_small_table_with_a_number_to_regress_on():
    X, X_test, y, y_test = split(load_diabetes)
    made_X, made_y = GANAugmenter(random_state=0).fit(X, y).sample(y=y.repeat(3))
    found = (
        shape_error(X, made_X),
        correlation_error(X, made_X),
        r2_score(y_test, RandomForestRegressor(random_state=0).fit(made_X, made_y).predict(X_test)),
    )
    print(found)
    assert found[0] < 0.09
    assert found[1] < 0.09
    assert found[2] > 0.2
