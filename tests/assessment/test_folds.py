"""One fold: who is fitted to which rows, and scored on which."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneOut, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from trials import X, Y, quick, rolls_dice

from ganaug.assessment.folds import seeded


@rolls_dice
class TestFolds:
    def test_doing_nothing_is_plain_cross_validation(self):
        model, folds = DecisionTreeClassifier(max_depth=3, random_state=1), StratifiedKFold(4)
        result = quick(model, cv=folds, baselines=["none"], scoring="roc_auc")
        found = result.scores[result.scores["method"] == "none"]["score"]
        np.testing.assert_allclose(found, cross_val_score(model, X, Y, cv=folds, scoring="roc_auc"))

    def test_one_generator_to_each_fold_and_only_training_rows(self, fits):
        quick(cv=3)
        assert fits == [100, 100, 100]

    def test_memory_shares_generators_among_estimators(self, fits, tmp_path):
        for model in (DecisionTreeClassifier(), LogisticRegression()):
            quick(model, memory=str(tmp_path))
        assert len(fits) == 3

    def test_held_out_rows_are_real_and_unseen(self):
        seen = []

        class Witness(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                seen.append({tuple(row) for row in X})
                return super().fit(X, y, sample_weight)

        folds = list(StratifiedKFold(3).split(X, Y))
        quick(Witness(), cv=folds, baselines=["none", "copies", "smote"])
        each = len(seen) // 3
        for fold, (_, test) in enumerate(folds):
            for rows in seen[fold * each : (fold + 1) * each]:
                assert not rows & {tuple(row) for row in X[test]}


def test_training_rows_of_a_single_class_are_told():
    rare = np.flatnonzero(Y == 1)
    rest = np.setdiff1d(np.arange(150), rare)
    with pytest.raises(ValueError, match="training rows are all of one class"):
        quick(cv=[(rest[:60], np.r_[rest[60:], rare]), (np.r_[rest[60:], rare], rest[:60])])


def test_held_out_rows_of_a_single_class_are_told(fits):
    with pytest.raises(ValueError, match="test rows are all of one class"):
        quick(cv=LeaveOneOut(), baselines=["none"])
    assert not fits


@rolls_dice
def test_the_teacher_is_seeded_as_the_estimator_is():
    drawn = DecisionTreeClassifier(max_features=1)
    one, two = (quick(teacher=drawn, baselines=["teacher"], ratios={"teach": [1]}).scores["score"] for _ in range(2))
    assert one.equals(two)
    assert drawn.random_state is None


@rolls_dice
def test_several_metrics_ask_the_teacher_once():
    asked, model = [], LogisticRegression().fit(X, Y)
    quick(
        teacher=lambda rows: asked.append(len(rows)) or model.predict_proba(rows),
        baselines=["teacher"],
        ratios={"teach": [1]},
        cv=3,
    )
    assert asked.count(50) == 3


def test_a_seed_takes_the_place_of_none_alone():
    model = make_pipeline(DecisionTreeClassifier(), LogisticRegression(random_state=3))
    made = seeded(model, 7)
    assert (made[0].random_state, made[1].random_state) == (7, 3)
    assert model[0].random_state is None


@rolls_dice
def test_a_frozen_estimator_and_a_frozen_teacher_stay_as_they_are():
    frozen = FrozenEstimator(LogisticRegression().fit(X, Y))
    result = quick(frozen, teacher=frozen, baselines=["teacher"], ratios={"enlarge": [1]}, cv=2)
    assert result.table["score"].nunique() == 1
