"""Which weights an estimator takes."""

from contextlib import nullcontext

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_selection import RFE, RFECV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from ganaug.data.weights import weights_name

X, Y = make_classification(40, 4, random_state=0)
LINEAR, NEAR, TREE = LogisticRegression(), KNeighborsClassifier(), DecisionTreeClassifier()
PIPELINE = make_pipeline(StandardScaler(), LINEAR)


class TakesAny(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, **params):
        self.model_ = LogisticRegression().fit(X, y, **params)
        return self


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (LINEAR, "sample_weight"),
        (NEAR, None),
        (PIPELINE, "logisticregression__sample_weight"),
        (make_pipeline(StandardScaler(), NEAR), None),
        (TakesAny(), "sample_weight"),
        (CalibratedClassifierCV(LINEAR, cv=2), "sample_weight"),
        (GridSearchCV(LINEAR, {"C": [1]}, cv=2), "sample_weight"),
        (GridSearchCV(PIPELINE, {}, cv=2), "logisticregression__sample_weight"),
        (GridSearchCV(NEAR, {}, cv=2), None),
        (RFE(LINEAR), "sample_weight"),
        (StackingClassifier([("a", TREE), ("b", LINEAR)], cv=2), "sample_weight"),
        (StackingClassifier([("a", PIPELINE)], cv=2), None),
        (VotingClassifier([("a", NEAR), ("b", LINEAR)]), None),
        (RFECV(LINEAR, cv=2), None),
        (OneVsRestClassifier(LINEAR), None),
        (FixedThresholdClassifier(LINEAR), None),
        (TunedThresholdClassifierCV(LINEAR, cv=2), None),
        (make_pipeline(StandardScaler(), OneVsRestClassifier(LINEAR)), None),
    ],
)
def test_the_name_that_it_has_for_them_or_none(estimator, name):
    assert weights_name(estimator) == name
    with pytest.raises((TypeError, ValueError)) if name is None else nullcontext():
        estimator.fit(X, Y, **{name or "sample_weight": np.ones(len(Y))})
