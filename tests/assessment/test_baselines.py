"""What can be done without a generator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from trials import X, Y, quick, rolls_dice

from ganaug.assessment.base import Attempt, Baseline, LeftOut, Setting
from ganaug.assessment.baselines import (
    BASELINES,
    ClassWeight,
    Threshold,
    baselines_named,
    usual_baselines,
)
from ganaug.assessment.by_teacher import Munge, exchanged, neighbours_of
from ganaug.assessment.classical import CLASSICAL, CutMix, MixUp, RandAugment
from ganaug.assessment.resampled import Copies, Noise, Smote
from ganaug.assessment.scoring import Scoring
from ganaug.columns.number import as_dtype
from ganaug.teaching.teacher import fitted_teacher
from ganaug.tensorflow import keras


class LogisticRegressionOfDays(LogisticRegression):
    """Takes a table by its column of dates."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X[["day"]].astype("int64") / 1e18, y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(X[["day"]].astype("int64") / 1e18)


class TestBaselines:
    SETTING = Setting(Scoring("x", None), "auto", 0, np.array([0, 1]), None, 0.0)

    def test_class_weights_by_parameter_or_by_row(self):
        inside = ClassWeight().attempt(make_pipeline(StandardScaler(), LogisticRegression()), X, Y, self.SETTING)
        assert (inside.estimator[-1].class_weight, inside.weight) == ("balanced", None)

        class Plain(ClassifierMixin, BaseEstimator):
            def fit(self, X, y, sample_weight=None): ...

        weight = ClassWeight().attempt(Plain(), X, Y, self.SETTING).weight
        assert weight[Y == 0].sum() == pytest.approx(weight[Y == 1].sum())

    def test_why_class_weights_are_left_out(self):
        with pytest.raises(LeftOut, match="takes neither class_weight nor sample_weight"):
            ClassWeight().attempt(KNeighborsClassifier(), X, Y, self.SETTING)
        with pytest.raises(LeftOut, match="class_weight='balanced' already"):
            ClassWeight().attempt(LogisticRegression(class_weight="balanced"), X, Y, self.SETTING)

    def test_copies_even_the_classes_out(self):
        attempt = Copies().attempt(None, X, Y, self.SETTING)
        assert np.ptp(np.bincount(attempt.y)) == 0
        np.testing.assert_array_equal(attempt.X[: len(X)], X)
        assert {tuple(row) for row in attempt.X} == {tuple(row) for row in X}
        with pytest.raises(LeftOut, match="as many rows"):
            Copies().attempt(None, X[:4], [0, 1, 0, 1], self.SETTING)

    def test_smote_keeps_real_rows_and_dtypes(self):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"big": X[:, 0] * 1e6, "n": rng.integers(0, 9, 150), "word": rng.choice(["a", "b"], 150)})
        frame["kind"] = frame["word"].astype("category")
        label = pd.Series(np.where(Y, "yes", "no"), name="label")
        attempt = Smote().attempt(None, frame, label, self.SETTING)
        assert_frame_equal(attempt.X[:150], frame)
        assert attempt.X.dtypes.to_dict() == frame.dtypes.to_dict()
        assert attempt.y.value_counts().nunique() == 1
        new = attempt.X[150:]
        real = frame.loc[Y == 1, "big"]
        assert new["big"].between(real.min() - 1e-3, real.max() + 1e-3).all()
        assert (new["word"] == new["kind"].astype(object)).mean() > 0.5
        words = Smote().attempt(None, frame[["word", "kind"]], label, self.SETTING)
        assert len(words.X) == len(attempt.X)
        assert Smote().attempt(None, X, Y, self.SETTING).X.shape == (len(attempt.X), 4)

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            (pd.Series(pd.date_range("2024", periods=150)), "no dates or spans of time, such as column 'a'"),
            (pd.Series([np.nan] + [1.0] * 149), "no missing values, which column 'a' has"),
        ],
    )
    def test_why_smote_is_left_out(self, column, message):
        with pytest.raises(LeftOut, match=message):
            Smote().attempt(None, pd.DataFrame({"a": column}), Y, self.SETTING)

    def test_smote_without_imbalanced_learn(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "imblearn.over_sampling", None)
        with pytest.raises(LeftOut, match=r"ganaug\[imblearn\]"):
            Smote().attempt(None, X, Y, self.SETTING)

    def test_noise_moves_numbers_and_leaves_words(self):
        frame = pd.DataFrame({"number": X[:, 0], "whole": np.arange(150), "word": np.where(X[:, 1] > 0, "a", "b")})
        attempt = Noise().attempt(None, frame, Y, self.SETTING)
        assert_frame_equal(attempt.X[:150], frame)
        assert attempt.X.dtypes.to_dict() == frame.dtypes.to_dict()
        assert np.ptp(np.bincount(attempt.y)) == 0
        new, rare = attempt.X[150:], frame[Y == 1]
        assert not new["number"].isin(frame["number"]).any()
        assert set(new["word"]) <= set(rare["word"])
        assert abs(new["number"].mean() - rare["number"].mean()) < rare["number"].std()
        with pytest.raises(LeftOut, match="no number that noise could move"):
            Noise().attempt(None, frame[["word"]], Y, self.SETTING)

    @pytest.mark.parametrize("dtype", ["uint8", "UInt8", "uint8[pyarrow]"])
    def test_whole_numbers_stay_within_their_dtype(self, dtype):
        column, rng = pd.Series(np.resize([0, 3, 252, 255], 150)).astype(dtype), np.random.default_rng(0)
        noisy = Noise().attempt(None, pd.DataFrame({"whole": column}), Y, self.SETTING).X["whole"]
        for made in (noisy, exchanged(column, np.arange(150), rng.permutation(150), rng, is_code=False)):
            assert (made.dtype, made.min(), made.max()) == (column.dtype, 0, 255)
        assert as_dtype(pd.Series([-7.0, 3.6, 300.0]), column).tolist() == [0, 4, 255]

    def test_rows_exchange_cells_with_neighbours_and_a_teacher_labels_them(self):
        rng = np.random.default_rng(0)
        group = np.repeat([0, 1], 100)
        frame = pd.DataFrame(
            {
                "number": np.where(rng.random(200) < 0.1, np.nan, 100.0 * group + rng.normal(size=200)),
                "whole": 50 * group + rng.integers(0, 9, 200),
                "word": pd.Categorical(np.array(["low", "high"])[group]),
                "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(400 * group + rng.integers(0, 30, 200), "D"),
            }
        )
        teacher = fitted_teacher(LogisticRegressionOfDays(), frame, group, np.array([0, 1]), 0)
        attempt = Munge().attempt(DummyClassifier(), frame, group, self.SETTING._replace(teacher=teacher))
        row = np.unique(attempt.row, return_index=True)[1]
        rows = attempt.X.iloc[row]
        assert len(rows) == 11 * 200
        assert_frame_equal(rows[:200].reset_index(drop=True), frame)
        assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
        new = rows[200:]
        assert (new["word"].eq("high") == (new["day"] > "2024-12-01")).all()  # neighbours are of one group
        assert not new["number"].isin(frame["number"].dropna()).all()
        assert new["number"].isna().mean() == pytest.approx(0.1, abs=0.05)
        np.testing.assert_allclose(np.bincount(attempt.row, attempt.weight), np.ones(11 * 200))
        with pytest.raises(LeftOut, match="no teacher"):
            Munge().attempt(DummyClassifier(), frame, group, self.SETTING)

    @pytest.mark.parametrize("rows", [1, 2, 3])
    def test_few_rows_have_few_neighbours(self, rows):
        near = neighbours_of(pd.DataFrame({"a": np.arange(float(rows))}), np.random.default_rng(0))
        assert near.shape == (rows, 5)
        assert rows == 1 or (near != np.arange(rows)[:, None]).all()

    @pytest.mark.parametrize("layer", CLASSICAL, ids=lambda each: each.name)
    @pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3)], ids=str)
    def test_images_of_rare_classes_are_changed_by_layers_of_keras(self, layer, shape):
        if not hasattr(keras.layers, layer.layer):
            pytest.skip("this version of Keras has no such layer")
        rng = np.random.default_rng(0)
        images = rng.integers(10, 200, (30, *shape)).astype(np.uint8)
        labels = pd.Series(["often"] * 20 + ["seldom"] * 10)
        attempt = layer.attempt(LogisticRegression(), images, labels, self.SETTING)
        again = layer.attempt(LogisticRegression(), images, labels, self.SETTING)
        np.testing.assert_array_equal(attempt.X, again.X)
        np.testing.assert_array_equal(attempt.X[:30], images)
        assert attempt.X.dtype == images.dtype
        assert attempt.y[:30].tolist() == labels.tolist()
        made = attempt.X[30:]
        assert 10 <= made.min() <= made.max() <= 199
        assert not all((each == images).all(axis=tuple(range(1, images.ndim))).any() for each in made)
        weight = np.ones(len(attempt.X)) if attempt.weight is None else attempt.weight
        row = np.arange(len(attempt.X)) if attempt.row is None else attempt.row
        np.testing.assert_allclose(np.bincount(row, weight), np.ones(40), rtol=1e-5)
        assert set(attempt.y[30:]) == {"seldom"}  # all that lack are of one class, also where two are mixed

    @pytest.mark.skipif(not hasattr(keras.layers, "MixUp"), reason="this version of Keras has no such layer")
    def test_labels_are_mixed_as_images_are(self):
        images = np.repeat(np.array([0.0, 0.5, 1.0]), 20)[:, None, None] * np.ones((60, 8, 8))
        labels = np.repeat([0, 1, 2], 20)  # as many of each: all images come again
        attempt = MixUp().attempt(LogisticRegression(), images, labels, self.SETTING)
        grey = np.bincount(attempt.row[60:] - 60, attempt.weight[60:] * attempt.y[60:] / 2)
        first = np.unique(attempt.row[60:], return_index=True)[1]
        np.testing.assert_allclose(attempt.X[60:][first].mean((1, 2)), grey, atol=0.01)
        assert len(attempt.y) > 120

    def test_why_classical_augmentation_is_left_out(self, monkeypatch):
        images = np.zeros((4, 8, 8))
        with pytest.raises(LeftOut, match="images alone"):
            RandAugment().attempt(LogisticRegression(), X, Y, self.SETTING)
        with pytest.raises(LeftOut, match="takes no sample_weight"):
            MixUp().attempt(KNeighborsClassifier(), images, [0, 0, 0, 1], self.SETTING)
        monkeypatch.setattr(CutMix, "layer", "NoSuchLayer")
        with pytest.raises(LeftOut, match="this version of Keras has no NoSuchLayer"):
            CutMix().attempt(LogisticRegression(), images, [0, 0, 0, 1], self.SETTING)

    def test_images_and_tables_have_usual_ones_of_their_own(self):
        tables, images = (set(usual_baselines(images=images)) for images in (False, True))
        assert {"smote", "noise", "balanced_forest", "munge"} <= tables - images
        assert images - tables == {layer.name for layer in CLASSICAL}
        assert {"none", "class_weight", "copies", "threshold"} <= tables & images

    def test_why_a_threshold_is_left_out(self):
        with pytest.raises(LeftOut, match="parts two classes, y has 3"):
            Threshold().attempt(LogisticRegression(), X, np.arange(150) % 3, self.SETTING)

    def test_an_estimator_that_ranks_nothing_has_no_threshold(self):
        attempt = Threshold().attempt(DummyClassifier(), X, Y, self.SETTING)
        with pytest.raises(LeftOut, match="as sure of one row as of any other"):
            attempt.estimator.fit(attempt.X, attempt.y)

    def test_names_say_which_are_tried_and_doing_nothing_always_is(self):
        named = baselines_named(["smote", "copies"], taught=False)
        assert [each.name for each in named] == ["none", "copies", "smote"]
        assert baselines_named(list(BASELINES), taught=True) == tuple(BASELINES.values())
        assert not any(each.needs_teacher for each in baselines_named(list(BASELINES), taught=False))
        with pytest.raises(ValueError, match=r"baselines=\['adasyn'\]"):
            baselines_named(["none", "adasyn"], taught=True)

    @rolls_dice
    def test_a_new_one_takes_a_class_and_its_entry(self, monkeypatch):
        class Twice(Baseline):
            name, title = "twice", "every row twice"

            def attempt(self, estimator, X, y, _):
                return Attempt(estimator, np.tile(X, (2, 1)), np.tile(y, 2))

        monkeypatch.setitem(BASELINES, "twice", Twice())
        result = quick(baselines=["twice"])
        assert result.table["method"].tolist()[:2] == ["none", "twice"]
        assert result.table["rows"].tolist()[:2] == [0, 100]
        drawn = result.plot(Figure().subplots())
        assert "every row twice" in [label.get_text() for label in drawn.get_yticklabels()]
