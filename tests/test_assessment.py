"""Whether augmentation helps: the figures, the rule, and the sentence."""

from __future__ import annotations

import dataclasses
import json
import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, ShuffleSplit, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ganaug import Assessment, AugmentedClassifier, AugmentedRegressor, DataWarning, GANAugmenter, assess
from ganaug.assessment.doses import BALANCE, ENLARGE, Dose, augmented, dosed, doses_of
from ganaug.assessment.intervals import corrected
from ganaug.assessment.rivals import LeftOut, Setting, class_weight, copies, smote, threshold
from ganaug.assessment.scoring import Metric, metric_of
from ganaug.assessment.verdict import Choice, decided, summary

X, Y = make_classification(150, 4, weights=[0.8], random_state=0)
PRICE = X @ [1.0, 2, 3, 4]
METRIC = Metric("average precision", None)
rolls_dice = pytest.mark.usefixtures("dice")


def augmenter(**parameters):
    return GANAugmenter(**{"steps": 3, "refine": False, "random_state": 0} | parameters)


def quick(estimator=None, y=Y, **options):
    model = DecisionTreeClassifier(max_depth=3) if estimator is None else estimator
    given = options.pop("augmenter", augmenter())
    return assess(model, X, y, given, **{"cv": 3, "random_state": 0} | options)


def scores_of(**methods):
    """A table of scores; a name such as balance_50 is a dose."""
    rows = []
    for name, values in methods.items():
        method, _, percent = name.partition("_") if name.startswith((BALANCE, ENLARGE)) else (name, "", "")
        ratio = int(percent) / 100 if percent else np.nan
        rows += [{"fold": i, "method": method, "ratio": ratio, "score": v} for i, v in enumerate(values)]
    columns = ["fold", "method", "ratio", "score", "balanced_accuracy", "rows", "seconds", "note"]
    return pd.DataFrame(rows).reindex(columns=columns).fillna({"rows": 0.0, "seconds": 1.0})


def verdict_on(metric=METRIC, **methods):
    return decided(scores_of(**methods), metric, 0.25)


FLAT = np.array([0.5, 0.6, 0.55, 0.65, 0.6])
NOISE = np.array([-0.01, 0.01, 0.0, -0.005, 0.005])


def test_the_interval_is_nadeaus_and_bengios():
    found = corrected(np.array([1.0, 2.0, 3.0]), 0.5)
    assert found.mean == 2
    assert found.std_error == pytest.approx(np.sqrt(1 / 3 + 0.5))
    assert found.half == pytest.approx(4.302653 * found.std_error)
    assert (found.low, found.high) == (found.mean - found.half, found.mean + found.half)


class TestVerdict:
    def test_a_clear_gain_is_taken(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT + NOISE, balance_50=FLAT + 0.1 + NOISE / 5)
        assert choice == Choice("balance", 0.5)
        assert choice.augments
        assert said == "Adds .100 ± .003 average precision at ratio 0.5"

    def test_a_likely_gain_is_taken_and_called_likely(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT - 0.1, enlarge_100=FLAT + 0.05 + 5 * NOISE)
        assert choice == Choice("enlarge", 1.0)
        assert said == "Probably adds .050 ± .074 average precision at ratio 1, classes as they are"

    def test_chance_is_not(self):
        choice, said = verdict_on(none=FLAT, balance_50=FLAT + 0.003 + NOISE)
        assert choice == Choice("none")
        assert not choice.augments
        assert said == "Do not augment: what it seems to add, .003 ± .015 average precision at ratio 0.5, may be chance"

    def test_what_costs_nothing_is_preferred(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT + 0.1 - NOISE, balance_50=FLAT + 0.101 + NOISE)
        assert choice == Choice("class_weight")
        assert said == "Do not augment: class weights are as good (.100 ± .015 average precision next to doing nothing)"
        said = verdict_on(none=FLAT, smote=FLAT + 0.2 - NOISE, enlarge_100=FLAT + 0.1 + NOISE)[1]
        assert said.startswith("Do not augment: SMOTE is better (.200")

    def test_a_rival_that_may_do_as_well_is_enough_to_refuse(self):
        choice, said = verdict_on(none=FLAT, copies=FLAT + 0.06 + 20 * NOISE, balance_100=FLAT + 0.05 + NOISE)
        assert choice == Choice("none")
        assert said == "Do not augment: random copies may do as well, for nothing"

    def test_harm_is_named(self):
        assert verdict_on(none=FLAT, balance_25=FLAT - 0.1 + NOISE, balance_50=FLAT - 0.2)[1] == (
            "Do not augment: no ratio does better than nothing (at best -.100 ± .015 average precision)"
        )

    def test_the_best_dose_counts(self):
        choice, said = verdict_on(none=FLAT, balance_50=FLAT + 0.1, balance_100=FLAT + 0.05, enlarge_200=FLAT + 0.2)
        assert choice == Choice("enlarge", 2.0)
        assert said == "Adds .200 ± .000 average precision at ratio 2, classes as they are"

    def test_errors_shrink(self):
        error = Metric("root mean squared error", None, is_error=True)
        said = verdict_on(error, none=-100 * FLAT, enlarge_100=-100 * FLAT + 5 + 20 * NOISE)[1]
        assert said == "Takes 5.0 ± .3 off the root mean squared error at ratio 1, classes as they are"
        said = verdict_on(error, none=-100 * FLAT, enlarge_100=-100 * FLAT + 0.1 + 200 * NOISE)[1]
        assert "what it seems to take, 0 ± 3 off the root mean squared error" in said

    def test_a_threshold_is_a_rival_only_where_it_matters(self):
        methods = {"none": FLAT, "threshold": FLAT + 0.2, "balance_50": FLAT + 0.1 + NOISE / 5}
        assert verdict_on(**methods)[0].augments
        decides = Metric("balanced accuracy", None, moves_with_threshold=True)
        choice, said = verdict_on(decides, **methods)
        assert choice == Choice("threshold")
        assert "a tuned threshold is better" in said

    def test_what_was_left_out_in_a_fold_is_out(self):
        scores = scores_of(none=FLAT, smote=[0.9] * 5, balance_50=FLAT + NOISE)
        scores["note"] = scores["note"].astype(object)
        scores.loc[scores["method"].eq("smote") & scores["fold"].eq(2), ["score", "note"]] = [np.nan, "one row"]
        table = summary(scores, 0.25).set_index("method")
        assert (table.loc["smote", "note"], np.isnan(table.loc["smote", "score"])) == ("one row", True)
        assert decided(scores, METRIC, 0.25)[0] == Choice("none")

    def test_a_score_that_is_no_number_is_an_error(self):
        with pytest.raises(ValueError, match="score of 'none' in fold 1 is not a number"):
            verdict_on(none=[0.5, np.nan], balance_50=[0.5, 0.5])


class TestDoses:
    def test_auto_looks_at_the_classes(self):
        assert {dose.method for dose in doses_of("auto", None, pd.Series(Y), classes=True)} == {BALANCE, ENLARGE}
        even = pd.Series([0, 1] * 20)
        assert doses_of("auto", None, even, classes=True) == tuple(Dose(ENLARGE, ratio) for ratio in (0.5, 1, 2))
        assert {dose.method for dose in doses_of("auto", None, pd.Series(PRICE), classes=False)} == {ENLARGE}
        assert {dose.method for dose in doses_of("auto", "auto", pd.Series(PRICE), classes=False)} == {BALANCE, ENLARGE}

    def test_own_ratios(self):
        labels = pd.Series(Y)
        assert doses_of([2, 0.5], None, labels, classes=True) == (
            Dose(BALANCE, 0.5), Dose(ENLARGE, 0.5), Dose(ENLARGE, 2),
        )  # fmt: skip
        assert doses_of({"balance": [1]}, None, labels, classes=True) == (Dose(BALANCE, 1),)

    @pytest.mark.parametrize(
        ("ratios", "error", "message"),
        [
            ("all", TypeError, "ratios='all' must be 'auto'"),
            ([0], ValueError, r"ratios=0 must be above 0"),
            ([], ValueError, "no ratio to try"),
            ({"top": [1]}, ValueError, r"names \['top'\]"),
            ({"balance": [2]}, ValueError, "1 gives classes all the rows they lack"),
        ],
    )
    def test_ratios_that_make_no_sense(self, ratios, error, message):
        with pytest.raises(error, match=message):
            doses_of(ratios, None, pd.Series(Y), classes=True)

    def test_nothing_to_balance(self):
        with pytest.raises(ValueError, match="no class to top up"):
            doses_of({"balance": [1]}, None, pd.Series([0, 1] * 9), classes=True)

    @rolls_dice
    def test_rows_of_a_smaller_dose_are_among_those_of_a_larger_one(self):
        made, seconds = augmented(augmenter(), X, Y, {BALANCE: 1.0, ENLARGE: 2.0}, classes=True)
        assert seconds > 0
        lacking = np.sum(Y == 0) - np.sum(Y == 1)
        for method, whole in ((BALANCE, lacking), (ENLARGE, len(Y))):
            (small, y_small, extra), (large, y_large, _) = (made[method].rows(ratio) for ratio in (0.5, 1.0))
            assert abs(extra - whole / 2) <= 1
            np.testing.assert_array_equal(small[: len(X)], X)
            np.testing.assert_array_equal(y_small[: len(X)], Y)
            assert {tuple(row) for row in small} <= {tuple(row) for row in large}
            assert abs(len(y_large) - len(Y) - whole) <= 1
        assert abs(np.mean(made[ENLARGE].rows(0.5)[1]) - np.mean(Y)) < 0.02
        np.testing.assert_array_equal(made[BALANCE].rows(1.0)[1][len(Y) :], 1)

    @rolls_dice
    @pytest.mark.parametrize("dose", [Dose(BALANCE, 0.5), Dose(ENLARGE, 0.5)])
    def test_a_dose_as_an_augmenter_makes_as_many_rows_as_were_assessed(self, dose):
        made, _ = augmented(augmenter(), X, Y, {dose.method: 1.0}, classes=True)
        own = dosed(augmenter(), dose, pd.Series(Y), classes=True)
        labels = own.fit(X, Y).augment(X, Y)[1]
        assert np.abs(np.bincount(labels) - np.bincount(made[dose.method].rows(dose.ratio)[1])).max() <= 1

    @rolls_dice
    def test_ranges_of_a_number_are_dosed_alike(self):
        topped = augmenter(sampling_strategy="auto", target_type="number")
        made, _ = augmented(topped, X, PRICE, {BALANCE: 1.0}, classes=False)
        rows = made[BALANCE].rows(0.5)[2]
        own = dosed(topped, Dose(BALANCE, 0.5), pd.Series(PRICE), classes=False).fit(X, PRICE)
        assert abs(len(own.augment(X, PRICE)[1]) - len(PRICE) - rows) <= 5


class TestRivals:
    SETTING = Setting(Metric("x", None), frozenset(), 0)

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


class TestMetric:
    def test_two_classes_have_the_average_precision_of_the_rarer(self):
        labels = pd.Series(np.where(Y, "fraud", "fine"))
        model = LogisticRegression().fit(X, labels)
        metric = metric_of(None, model, labels)
        assert metric.name == "average precision"
        chance = model.predict_proba(X)[:, 1]
        assert metric.scorer(model, X, labels) == pytest.approx(average_precision_score(labels == "fraud", chance))

    def test_more_have_roc_auc_of_each_against_the_rest(self):
        labels = pd.Series(np.arange(150) % 3)
        for model in (LogisticRegression().fit(X, labels), LinearSVC().fit(X, labels)):
            scorer = metric_of(None, model, labels).scorer
            assert 0 < scorer(model, X, labels) < 1
        model = LogisticRegression().fit(X, labels)
        expected = roc_auc_score(labels, model.predict_proba(X), multi_class="ovr")
        assert metric_of(None, model, labels).scorer(model, X, labels) == pytest.approx(expected)
        some = (labels < 2).to_numpy()
        assert np.isfinite(metric_of(None, model, labels).scorer(model, X[some], labels[some]))

    def test_own_metrics(self):
        model = LogisticRegression()
        f1 = metric_of("f1", model, pd.Series(Y))
        assert (f1.name, f1.moves_with_threshold, f1.is_error) == ("f1", True, False)
        loss = metric_of("neg_log_loss", model, pd.Series(Y))
        assert (loss.name, loss.moves_with_threshold, loss.is_error) == ("log loss", False, True)
        assert metric_of(None, Ridge(), pd.Series(PRICE)).is_error


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

    def test_doing_nothing_is_plain_cross_validation(self):
        model, folds = DecisionTreeClassifier(max_depth=3, random_state=1), StratifiedKFold(4)
        result = quick(model, cv=folds, rivals=["none"], scoring="roc_auc")
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
        quick(Witness(), cv=folds, rivals=["none", "copies", "smote"])
        each = len(seen) // 3
        for fold, (_, test) in enumerate(folds):
            for rows in seen[fold * each : (fold + 1) * each]:
                assert not rows & {tuple(row) for row in X[test]}

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

    def test_words_gaps_and_names(self, mixed):
        frame, label = mixed
        words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        encoder = make_column_transformer((words, make_column_selector(pattern="city|size|active")))
        result = assess(
            make_pipeline(encoder, LogisticRegression()), frame, label, augmenter(), cv=2, random_state=0, ratios=[1]
        )
        notes = result.table.set_index("method")["note"]
        assert "no dates" in notes["smote"]
        assert notes.drop("smote").isna().all()

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
        result = assess(KNeighborsClassifier(15), rows, y, augmenter(), cv=10, rivals=["none"], random_state=0)
        assert result.choice.augments
        assert result.verdict.startswith("Adds ")
        assert result.augmenter.ratio in (0, result.choice.ratio)

    def test_for_machines_and_notebooks(self, tmp_path):
        result = quick(KNeighborsClassifier())
        found = json.loads(result.to_json(tmp_path / "a.json"))
        assert found == json.loads((tmp_path / "a.json").read_text()) == result.to_dict()
        assert found["verdict"] == result.verdict
        assert found["choice"] == {"method": result.choice.method, "ratio": result.choice.ratio}
        assert [row["method"] for row in found["table"]] == result.table["method"].tolist()
        assert found["table"][1]["score"] is None
        html = result._repr_html_()
        assert result.verdict in html
        assert "takes neither class_weight" in html
        assert "nan" not in html.lower()
        assert result.verdict in repr(result)
        assert pickle.loads(pickle.dumps(result)).verdict == result.verdict

    def test_the_plot_shows_doses_and_rivals(self):
        mpl.use("agg")
        import matplotlib.pyplot as plt

        result = quick()
        ax = result.plot()
        named = [text.get_text() for text in ax.get_legend().get_texts()]
        assert {"doing nothing", "class weights", "SMOTE", "rare classes topped up"} <= set(named)
        _, own = plt.subplots()
        assert result.plot(own) is own
        drawn = own.containers[0].lines[0].get_ydata()
        doses = result.table[result.table["method"] == "balance"]["score"]
        np.testing.assert_allclose(drawn[1:].astype(float), doses)
        plt.close("all")

    def test_progress(self, capsys):
        quick(verbose=1)
        assert "3/3" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"cv": 1}, ValueError, "cv=1: an interval needs at least 2 folds"),
            ({"cv": ShuffleSplit(1)}, ValueError, "single fold"),
            ({"cv": 99}, ValueError, r"class 1 has \d+ rows, fewer than the 99 folds"),
            ({"rivals": ["adasyn"]}, ValueError, r"rivals=\['adasyn'\]"),
            ({"rivals": "smote"}, ValueError, "rivals='smote'"),
            ({"augmenter": 3}, TypeError, "augmenter=3 must be"),
            ({"augmenter": augmenter(steps=0)}, ValueError, "steps=0"),
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


def test_two_processes_give_the_same_as_one():
    one, two = (quick(n_jobs=jobs, cv=2, ratios=[1]) for jobs in (1, 2))
    assert_frame_equal(one.scores.drop(columns="seconds"), two.scores.drop(columns="seconds"))
    assert one.verdict == two.verdict


@rolls_dice
class TestAutomaticRatio:
    def model(self, estimator=None, **options):
        model = DecisionTreeClassifier(max_depth=3, random_state=0) if estimator is None else estimator
        return AugmentedClassifier(model, augmenter(ratio="auto"), cv=3, **options)

    def test_it_may_settle_on_nothing_and_says_why(self):
        model = self.model().fit(X, Y)
        assert (model.chosen_ratio_, model.augmenter_) == (0.0, None)
        assert model.assessment_.verdict.startswith("Do not augment")
        plain = clone(model.estimator).fit(X, Y)
        np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
        assert (model.n_features_in_, hasattr(model, "feature_names_in_")) == (4, False)
        frame = pd.DataFrame(X, columns=list("abcd"))
        assert model.fit(frame, Y).feature_names_in_.tolist() == list("abcd")
        assert model.fit(X.tolist(), Y.tolist()).n_features_in_ == 4

    @pytest.mark.parametrize(("choice", "ones"), [(Choice("balance", 0.5), 75), (Choice("enlarge", 1.0), None)])
    def test_it_adds_the_dose_that_was_chosen(self, monkeypatch, choice, ones):
        monkeypatch.setattr("ganaug.assessment.assess.decided", lambda *_: (choice, "Adds"))
        model = self.model().fit(X, Y)
        assert model.chosen_ratio_ == choice.ratio
        assert model.augmenter_.class_counts_ == dict(enumerate(np.bincount(Y)))
        labels = model.augmenter_.augment(X, Y)[1]
        common, rare = np.bincount(Y)
        expected = [common, rare + round((common - rare) / 2)] if ones else [2 * common, 2 * rare]
        assert np.bincount(labels).tolist() == expected
        model.set_params(augmenter__ratio=0.5).fit(X, Y)
        assert not hasattr(model, "assessment_")

    def test_weights_are_minded(self):
        seen = []

        class Witness(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                seen.append(sample_weight)
                return super().fit(X, y, sample_weight)

        self.model(Witness(), synthetic_weight=0.5).fit(X, Y, sample_weight=Y + 1.0)
        assert all(weight is not None for weight in seen)
        np.testing.assert_array_equal(seen[-1], Y + 1.0)
        assert min(weight.min() for weight in seen) < 1

    def test_in_a_search_and_with_memory(self, fits, tmp_path):
        model = self.model(memory=str(tmp_path), scoring="roc_auc")
        search = GridSearchCV(model, {"estimator__max_depth": [1, 2]}, cv=2, refit=False).fit(X, Y)
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()
        assert len(fits) == 6
        assert clone(model).augmenter.ratio == "auto"

    def test_the_regressor_does_so_too(self):
        model = AugmentedRegressor(Ridge(), augmenter(ratio="auto"), cv=KFold(3)).fit(X, PRICE)
        assert model.chosen_ratio_ == 0
        assert model.assessment_.metric == "root mean squared error"

    def test_fewer_rows_of_a_class_than_folds(self):
        few = np.arange(150) < 2
        with pytest.warns(DataWarning, match="at most 5 rows"):
            model = self.model().fit(X, few)
        assert model.assessment_.scores["fold"].nunique() == 2

    def test_elsewhere_it_names_where_it_belongs(self, fits):
        with pytest.raises(ValueError, match=r"AugmentedClassifier\(estimator, GANAugmenter\(ratio='auto'\)\)"):
            augmenter(ratio="auto").fit(X, Y)
        assert not fits
        fitted = augmenter().fit(X, Y).set_params(ratio="auto")
        with pytest.raises(ValueError, match="AugmentedClassifier"):
            fitted.augment(X, Y)
