"""What can be done without a generator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from trials import X, Y

from ganaug.assessment.rivals import LeftOut, Setting, class_weight, copies, smote, threshold
from ganaug.assessment.scoring import Metric


class TestRivals:
    SETTING = Setting(Metric("x", None), "auto", 0)

    def test_class_weights_by_parameter_or_by_row(self):
        inside = class_weight(make_pipeline(StandardScaler(), LogisticRegression()), X, Y, self.SETTING)
        assert (inside.estimator[-1].class_weight, inside.weight) == ("balanced", None)

        class Plain(ClassifierMixin, BaseEstimator):
            def fit(self, X, y, sample_weight=None): ...

        weight = class_weight(Plain(), X, Y, self.SETTING).weight
        assert weight[Y == 0].sum() == pytest.approx(weight[Y == 1].sum())

    def test_why_class_weights_are_left_out(self):
        with pytest.raises(LeftOut, match="takes neither class_weight nor sample_weight"):
            class_weight(KNeighborsClassifier(), X, Y, self.SETTING)
        with pytest.raises(LeftOut, match="class_weight='balanced' already"):
            class_weight(LogisticRegression(class_weight="balanced"), X, Y, self.SETTING)

    def test_copies_even_the_classes_out(self):
        attempt = copies(None, X, Y, self.SETTING)
        assert np.ptp(np.bincount(attempt.y)) == 0
        np.testing.assert_array_equal(attempt.X[: len(X)], X)
        assert {tuple(row) for row in attempt.X} == {tuple(row) for row in X}
        with pytest.raises(LeftOut, match="as many rows"):
            copies(None, X[:4], [0, 1, 0, 1], self.SETTING)

    def test_smote_keeps_real_rows_and_dtypes(self):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"big": X[:, 0] * 1e6, "n": rng.integers(0, 9, 150), "word": rng.choice(["a", "b"], 150)})
        frame["kind"] = frame["word"].astype("category")
        label = pd.Series(np.where(Y, "yes", "no"), name="label")
        attempt = smote(None, frame, label, self.SETTING)
        assert_frame_equal(attempt.X[:150], frame)
        assert attempt.X.dtypes.to_dict() == frame.dtypes.to_dict()
        assert attempt.y.value_counts().nunique() == 1
        new = attempt.X[150:]
        real = frame.loc[Y == 1, "big"]
        assert new["big"].between(real.min() - 1e-3, real.max() + 1e-3).all()
        assert (new["word"] == new["kind"].astype(object)).mean() > 0.5
        words = smote(None, frame[["word", "kind"]], label, self.SETTING)
        assert len(words.X) == len(attempt.X)
        assert smote(None, X, Y, self.SETTING).X.shape == (len(attempt.X), 4)

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            (pd.Series(pd.date_range("2024", periods=150)), "no dates or spans of time, such as column 'a'"),
            (pd.Series([np.nan] + [1.0] * 149), "no missing values, which column 'a' has"),
        ],
    )
    def test_why_smote_is_left_out(self, column, message):
        with pytest.raises(LeftOut, match=message):
            smote(None, pd.DataFrame({"a": column}), Y, self.SETTING)

    def test_smote_without_imbalanced_learn(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "imblearn.over_sampling", None)
        with pytest.raises(LeftOut, match=r"ganaug\[imblearn\]"):
            smote(None, X, Y, self.SETTING)

    def test_why_a_threshold_is_left_out(self):
        with pytest.raises(LeftOut, match="parts two classes, y has 3"):
            threshold(LogisticRegression(), X, np.arange(150) % 3, self.SETTING)

    def test_an_estimator_that_ranks_nothing_has_no_threshold(self):
        attempt = threshold(DummyClassifier(), X, Y, self.SETTING)
        with pytest.raises(LeftOut, match="as sure of one row as of any other"):
            attempt.estimator.fit(attempt.X, attempt.y)
