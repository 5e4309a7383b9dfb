"""What is measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.svm import LinearSVC
from trials import PRICE, X, Y

from ganaug.assessment.scoring import chosen_scoring, probabilities_judged


class TestScoring:
    def test_two_classes_have_the_average_precision_of_the_rarer(self):
        labels = pd.Series(np.where(Y, "fraud", "fine"))
        model = LogisticRegression().fit(X, labels)
        scoring = chosen_scoring(None, model, labels)
        assert scoring.name == "average precision"
        chance = model.predict_proba(X)[:, 1]
        assert scoring.scorer(model, X, labels) == pytest.approx(average_precision_score(labels == "fraud", chance))

    def test_more_have_roc_auc_of_each_against_the_rest(self):
        labels = pd.Series(np.arange(150) % 3)
        for model in (LogisticRegression().fit(X, labels), LinearSVC().fit(X, labels)):
            scorer = chosen_scoring(None, model, labels).scorer
            assert 0 < scorer(model, X, labels) < 1
        model = LogisticRegression().fit(X, labels)
        expected = roc_auc_score(labels, model.predict_proba(X), multi_class="ovr")
        assert chosen_scoring(None, model, labels).scorer(model, X, labels) == pytest.approx(expected)
        some = (labels < 2).to_numpy()
        assert np.isfinite(chosen_scoring(None, model, labels).scorer(model, X[some], labels[some]))

    def test_own_metrics(self):
        model = LogisticRegression()
        f1 = chosen_scoring("f1", model, pd.Series(Y))
        assert (f1.name, f1.moves_with_threshold, f1.is_error) == ("f1", True, False)
        loss = chosen_scoring("neg_log_loss", model, pd.Series(Y))
        assert (loss.name, loss.moves_with_threshold, loss.is_error) == ("log loss", False, True)
        assert chosen_scoring(None, Ridge(), pd.Series(PRICE)).is_error
        with pytest.raises(TypeError, match="a single metric"):
            chosen_scoring(["f1", "roc_auc"], model, pd.Series(Y))


class TestChances:
    def test_brier_score_is_scikit_learn_s_and_calibration_is_what_is_said_less_what_happens(self):
        model = LogisticRegression().fit(X, Y)
        found = probabilities_judged(model, X, Y)
        assert found["brier"] == pytest.approx(brier_score_loss(Y, model.predict_proba(X)[:, 1]))
        assert 0 < found["calibration_error"] < 0.2

        class Sure:
            classes_ = np.array(["fine", "fraud"])

            def predict_proba(self, X):
                return np.tile([0.25, 0.75], (len(X), 1))

        found = probabilities_judged(Sure(), np.zeros((4, 1)), np.array(["fraud", "fine", "fine", "fine"]))
        assert found["calibration_error"] == pytest.approx(0.5)
        assert found["brier"] == pytest.approx((0.25**2 + 3 * 0.75**2) / 4)

    def test_who_says_no_chances_is_not_judged(self):
        assert probabilities_judged(LinearSVC().fit(X, Y), X, Y) == {}


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_a_metric_of_class_1_where_there_is_none_is_refused_with_the_remedy(dtype: object) -> None:
    words = pd.Series(["well", "ill", "well"], dtype=dtype)
    told = (
        r"scoring='f1' is about a class 1, .* 'well' and 'ill': give .*f1_score, pos_label='ill'.* scoring='f1_macro'"
    )
    with pytest.raises(ValueError, match=told):
        chosen_scoring("f1", LogisticRegression(), words)
    for labels in ([1, 0, 1], [True, False, True], ["a", "b", "c"]):
        assert chosen_scoring("f1", LogisticRegression(), pd.Series(labels)).name == "f1"
    assert chosen_scoring("f1_macro", LogisticRegression(), words).name == "f1 macro"
