"""An assessment as a user asks for it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from trials import PRICE, X, Y, augmenter, quick, rolls_dice

from ganaug import Assessment, AugmentedClassifier, GANAugmenter, assess
from ganaug.assessment.assess import checked_rows
from ganaug.assessment.baselines import BASELINES
from ganaug.assessment.ratios import METHODS
from ganaug.assessment.scoring import chosen_scoring


@rolls_dice
class TestAssess:
    def test_what_comes_back(self):
        result = quick(RandomForestClassifier(5))
        assert isinstance(result, Assessment)
        assert result.table["method"].tolist() == [
            "none", "class_weight", "threshold", "copies", "smote", "balance", "balance", "balance", "enlarge",
        ]  # fmt: skip
        assert result.scores.groupby("fold").size().tolist() == [9, 9, 9]
        assert result.table["note"].isna().all()
        table = result.table.set_index("method")
        assert table.loc["none", ["difference", "low", "high"]].tolist() == [0, 0, 0]
        assert table.loc["threshold", "score"] == table.loc["none", "score"]
        assert (table["seconds"] > 0).all()
        assert (table["low"] <= table["difference"]).all()
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.verdict = "Always augment"

    def test_a_teacher_and_other_models_are_measured_beside_and_do_not_decide(self):
        result = quick(baselines="auto", teacher=LogisticRegression(), cv=2)
        table = result.table.set_index("method")
        assert table["note"].isna().all()
        assert table.index[5:11].tolist() == [
            "noise",
            "balanced_forest",
            "easy_ensemble",
            "teacher",
            "distilled",
            "munge",
        ]
        assert table.loc["teach", "ratio"].tolist() == [1, 10]
        assert table.loc["teach", "rows"].tolist() == [75, 750]
        assert table.loc["distilled", "rows"] == 0
        assert result.choice.method in ("none", *METHODS, "class_weight", "copies", "smote", "noise", "distilled")
        assert (table.loc[["teacher", "distilled"], "seconds"] > 0).all()

    def test_numbers_have_a_teacher_as_well(self):
        result = quick(Ridge(), PRICE, baselines=list(BASELINES), teacher=Ridge(), ratios=[1])
        measured = result.table.loc[result.table["note"].isna(), "method"]
        assert measured.tolist() == ["none", "teacher", "distilled", "munge", "enlarge", "teach"]

    def test_a_teacher_that_helps_is_chosen_and_used(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(300, 4))
        y = rng.random(300) < 1 / (1 + np.exp(-3 * X @ [1, 1, -1, 1]))
        model = AugmentedClassifier(
            DecisionTreeClassifier(), augmenter(ratio="auto"), teacher=LogisticRegression(), cv=4, scoring="roc_auc"
        ).fit(X, y)
        assert model.assessment_.choice.method in ("teach", "distilled")
        assert model.teacher_ is not None
        assert "teacher" in model.assessment_.verdict

    @pytest.mark.slow
    def test_the_same_seed_gives_the_same(self):
        model = RandomForestClassifier(5)
        one, two, other = (
            quick(model, random_state=seed, augmenter=augmenter(random_state=None)) for seed in (0, 0, 1)
        )
        assert_frame_equal(one.scores.drop(columns="seconds"), two.scores.drop(columns="seconds"))
        assert not one.scores["score"].equals(other.scores["score"])
        own = quick(model, random_state=None, augmenter=augmenter(random_state=0))
        assert own.scores["score"].equals(quick(model, random_state=None).scores["score"])

    def test_parameters_given_stay_as_they_are(self):
        model, given = DecisionTreeClassifier(), augmenter(ratio="auto")
        quick(model, augmenter=given)
        assert (model.random_state, given.ratio, given.target_type) == (None, "auto", "auto")
        assert not hasattr(model, "tree_")
        assert not hasattr(given, "n_iter_")

    @pytest.mark.slow
    def test_words_gaps_and_names(self, mixed):
        frame, label = mixed
        words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        encoder = make_column_transformer((words, make_column_selector(pattern="city|size|active")))
        result = assess(
            make_pipeline(encoder, LogisticRegression()), frame, label, augmenter(), cv=2, random_state=0, ratios=[1]
        )
        notes = result.table.set_index("method")["note"]
        assert notes[["smote", "noise"]].str.contains("no dates").all()
        assert notes.drop(["smote", "noise"]).isna().all()

    def test_more_classes_and_numbers(self):
        result = quick(y=np.digitize(X[:, 0], [-0.7, 0.5]))
        assert (result.metric, "balanced_accuracy" in result.table) == ("ROC AUC", False)
        result = quick(Ridge(), PRICE)
        assert (result.metric, result.is_error) == ("root mean squared error", True)
        assert result.table.dropna(subset="score")["method"].tolist() == ["none", *["enlarge"] * 3]
        assert set(result.table["note"].dropna()) == {"y is a number, which has no classes"}

    def test_a_generator_that_helps_is_chosen(self, monkeypatch):
        """A perfect generator, and an estimator that suffers from few rows."""
        rng = np.random.default_rng(0)
        rows = pd.DataFrame(rng.normal(size=(500, 8)), columns=list("abcdefgh"))
        y = rows["a"].to_numpy() > 1.3

        def augment(self, X, y, *, return_mask):
            assert return_mask
            count = int(len(y) - 2 * np.sum(y)) if self.sampling_strategy else len(y)
            new = pd.DataFrame(rng.normal(size=(count, 8)), columns=list("abcdefgh"))
            new["a"] = 1.3 + new["a"].abs() / 2
            mask = np.arange(len(X) + count) >= len(X)
            return pd.concat([X, new], ignore_index=True), np.append(y, np.ones(count, bool)), mask

        monkeypatch.setattr(GANAugmenter, "augment", augment)
        result = assess(
            KNeighborsClassifier(15), rows, y, augmenter(), cv=10, baselines=["none"], teacher=None, random_state=0
        )
        assert result.choice.augments
        assert result.verdict.startswith("Adds ")
        assert result.augmenter.ratio in (0, result.choice.ratio)

    def test_progress(self, capsys):
        quick(verbose=1)
        assert "3/3" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"cv": 1}, ValueError, "cv=1: an interval needs at least 2 folds"),
            ({"cv": ShuffleSplit(1)}, ValueError, "single fold"),
            ({"cv": []}, ValueError, "no folds"),
            ({"cv": GroupKFold(2)}, ValueError, "needs groups: give its splits, as list"),
            ({"cv": 99}, ValueError, r"class 1 has \d+ rows, fewer than the 99 folds"),
            ({"baselines": ["adasyn"]}, ValueError, r"baselines=\['adasyn'\]"),
            ({"baselines": "smote"}, ValueError, "baselines='smote'"),
            ({"augmenter": 3}, TypeError, "augmenter=3 must be"),
            ({"augmenter": augmenter(steps=0)}, ValueError, "steps=0"),
            ({"estimator": 3}, TypeError, "estimator=3 must be an estimator"),
            ({"scoring": "acuracy"}, ValueError, "scoring='acuracy' is no metric .* did you mean 'accuracy'"),
            ({"scoring": "qwx"}, ValueError, "scoring='qwx' is no metric of scikit-learn: sklearn"),
            ({"scoring": "r2", "y": np.where(Y, "a", "b")}, ValueError, "could not convert string"),
            ({"estimator": LinearSVC(), "scoring": "neg_log_loss", "teacher": "auto"}, AttributeError, "predict_proba"),
            ({"estimator": StandardScaler()}, TypeError, "neither a classifier nor a regressor"),
            ({"y": np.zeros(150, int)}, ValueError, "single class 0"),
            ({"y": PRICE}, ValueError, "continuous"),
            ({"y": Y[1:]}, ValueError, "inconsistent numbers"),
            ({"y": None}, ValueError, "y is None"),
            ({"estimator": Ridge(), "y": PRICE, "cv": 200}, ValueError, "more than the 150 rows"),
        ],
    )
    def test_what_makes_no_sense_is_named_before_anything_is_trained(self, fits, options, error, message):
        with pytest.raises(error, match=message):
            quick(**options)
        assert not fits


def test_categories_without_rows_are_no_classes():
    labels = checked_rows(X, pd.Series(pd.Categorical(Y, categories=[0, 1, 2])), classes=True)[2]
    assert labels.value_counts(sort=False).to_dict() == pd.Series(Y).value_counts().to_dict()
    assert chosen_scoring(None, LogisticRegression(), labels).name == "average precision"


@pytest.mark.slow
def test_two_processes_give_the_same_as_one():
    one, two = (quick(n_jobs=jobs, cv=2, ratios=[1]) for jobs in (1, 2))
    assert_frame_equal(one.scores.drop(columns="seconds"), two.scores.drop(columns="seconds"))
    assert one.verdict == two.verdict
