"""A teacher is cross-fitted, gives probabilities in the order of the labels, and is refused where it cannot."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_diabetes, load_wine
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ganaug.teaching.teacher import fitted_teacher

WINE, KINDS = load_wine(return_X_y=True, as_frame=True)
NAMES = np.array(["barbera", "barolo", "grignolino"])
LABELS = NAMES[KINDS]


class Parrot(ClassifierMixin, BaseEstimator):
    """Knows by heart the rows that it has seen, and says nothing of others."""

    def fit(self, X, y):
        self.classes_, self.seen_ = (
            np.unique(y),
            {tuple(row): label for row, label in zip(X.to_numpy(), y, strict=True)},
        )
        return self

    def predict_proba(self, X):
        known = [self.seen_.get(tuple(row)) for row in X.to_numpy()]
        return np.array([(self.classes_ == k).astype(float) if k is not None else [1 / 3] * 3 for k in known])


def test_real_rows_are_labelled_by_models_that_have_not_seen_them():
    teacher = fitted_teacher(Parrot(), WINE, LABELS, NAMES, 0)
    assert np.allclose(teacher.of_real, 1 / 3)
    assert (NAMES[teacher(WINE).argmax(1)] == LABELS).all()  # four of five models have


def test_the_ensemble_takes_any_table_and_keeps_the_order_of_labels():
    mixed = WINE.assign(word=np.where(WINE["hue"] > 1, "warm", None), day=pd.Timestamp("2024-01-01"))
    teacher = fitted_teacher("auto", mixed, LABELS, NAMES, 0)
    assert np.allclose(teacher.of_real.sum(1), 1)
    assert (NAMES[teacher.of_real.argmax(1)] == LABELS).mean() > 0.95
    assert np.array_equal(teacher.of_real, fitted_teacher("auto", mixed, LABELS, NAMES, 0).of_real)


def test_numbers_are_predicted():
    X, y = load_diabetes(return_X_y=True)
    teacher = fitted_teacher("auto", X, y, None, 0)
    assert np.corrcoef(teacher.of_real, y)[0, 1] > 0.6
    assert teacher(X[:5]).shape == (5,)


def test_a_class_of_one_row_is_always_learnt():
    y = np.where(np.arange(len(WINE)) == 7, "rare", LABELS)
    names = np.unique(y)
    teacher = fitted_teacher(DecisionTreeClassifier(random_state=0), WINE, y, names, 0)
    assert all(list(model.classes_) == list(names) for model in teacher.models)
    assert np.allclose(teacher.of_real.sum(1), 1)


def test_fitted_models_and_functions_are_asked_as_they_are():
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(WINE, LABELS)
    frozen = fitted_teacher(FrozenEstimator(model), WINE, LABELS, NAMES, 0)
    called = fitted_teacher(model.predict_proba, WINE, LABELS, NAMES, 0)
    assert np.array_equal(frozen.of_real, model.predict_proba(WINE))
    assert np.array_equal(called(WINE), model.predict_proba(WINE))


def test_one_probability_is_that_of_the_second_class():
    y = (KINDS == 1).to_numpy()
    teacher = fitted_teacher(lambda X: np.full((len(X), 1), 0.2), WINE, y, np.array([False, True]), 0)
    assert np.allclose(teacher(WINE[:2]), [[0.8, 0.2], [0.8, 0.2]])


@pytest.mark.parametrize(
    ("teacher", "classes", "says"),
    [
        ("best", NAMES, "must be 'auto'"),
        (3, NAMES, "must be 'auto'"),
        (LinearSVC(), NAMES, "has no predict_proba.*CalibratedClassifierCV"),
        (LinearRegression(), NAMES, "has no predict_proba"),
        (LinearRegression, None, r"is a class.*LinearRegression\(\)"),
        (DecisionTreeClassifier(), None, "take a regressor"),
        (FrozenEstimator(LinearRegression()), None, "not fitted yet"),
        (lambda X: np.ones((len(X), 3)), NAMES, "1 in sum"),
        (lambda X: np.ones((len(X), 2)), NAMES, r"shape \(178, 2\), expected \(178, 3\)"),
        (lambda X: np.full(len(X), np.nan), None, "not finite"),
    ],
)
def test_teachers_that_cannot_label_are_refused(teacher, classes, says):
    with pytest.raises((TypeError, ValueError), match=says):
        fitted_teacher(teacher, WINE, LABELS if classes is not None else KINDS.to_numpy(float), classes, 0)


def test_a_teacher_of_other_classes_is_refused():
    model = DecisionTreeClassifier().fit(WINE, np.where(LABELS == "barolo", "chianti", LABELS))
    with pytest.raises(ValueError, match=r"knows the classes .'chianti'"):
        fitted_teacher(FrozenEstimator(model), WINE, LABELS, NAMES, 0)


def test_images_need_a_fitted_model():
    with pytest.raises(TypeError, match="labels tables"):
        fitted_teacher("auto", np.zeros((20, 8, 8)), np.arange(20) % 2, np.arange(2), 0)


def test_the_ensemble_knows_more_than_a_tree():
    X = WINE[["ash", "hue", "magnesium", "malic_acid"]]
    tree, every = (
        fitted_teacher(model, X, LABELS, NAMES, 0) for model in (DecisionTreeClassifier(random_state=0), "auto")
    )
    areas = [roc_auc_score(LABELS, teacher.of_real, multi_class="ovr") for teacher in (tree, every)]
    assert areas[1] > areas[0] + 0.05
