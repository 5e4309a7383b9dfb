"""`AugmentedClassifier` and `AugmentedRegressor` wherever scikit-learn takes an estimator."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import make_classification
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, ShuffleSplit, StratifiedKFold, cross_val_predict, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ganaug import AugmentedClassifier, AugmentedRegressor, DataWarning, GANAugmenter, GANOverSampler

X, Y = make_classification(120, 4, weights=[0.75], random_state=0)
PRICE = X @ [1.0, 2, 3, 4]
rolls_dice = pytest.mark.usefixtures("dice")


def augmenter(ratio=1.0, **parameters):
    return GANAugmenter(ratio, **{"steps": 3, "refine": False, "random_state": 0} | parameters)


class Witness(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.weight_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


class NumberWitness(RegressorMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.weight_ = X, y, sample_weight
        return self

    def predict(self, X):
        return np.zeros(len(X))


@rolls_dice
def test_the_estimator_is_fitted_on_real_rows_then_on_synthetic_ones():
    witness = AugmentedClassifier(Witness(), augmenter(0.5)).fit(X, Y).estimator_
    assert witness.X_.shape == (180, 4)
    np.testing.assert_array_equal(witness.X_[:120], X)
    np.testing.assert_array_equal(witness.y_[:120], Y)
    assert witness.weight_ is None


@rolls_dice
def test_left_to_itself_the_classifier_rebalances_and_the_regressor_doubles():
    assert np.bincount(AugmentedClassifier(Witness()).fit(X, Y).estimator_.y_).tolist() == [np.sum(Y == 0)] * 2
    model = AugmentedRegressor(NumberWitness()).fit(X, PRICE)
    assert len(model.estimator_.y_) == 240
    assert not hasattr(model.augmenter_, "classes_")
    assert model.augmenter_.random_state is None


@rolls_dice
def test_the_target_is_classes_or_a_number_because_the_estimator_says_so():
    many, rows = np.repeat(np.arange(30), 6), np.resize(X, (180, 4))
    assert AugmentedClassifier(Witness(), augmenter()).fit(rows, many).augmenter_.class_counts_[0] == 6
    assert not hasattr(AugmentedRegressor(NumberWitness(), augmenter()).fit(X, Y).augmenter_, "class_counts_")


@rolls_dice
def test_parameters_given_stay_as_they_are():
    model = AugmentedClassifier(Witness(), augmenter())
    model.fit(X, Y)
    assert model.augmenter.get_params() == augmenter().get_params()
    assert not hasattr(model.augmenter, "n_iter_")
    assert not hasattr(model.estimator, "classes_")


@rolls_dice
def test_everything_is_the_estimators():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = AugmentedClassifier(LogisticRegression(), augmenter()).fit(frame, Y)
    inner = model.estimator_
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        np.testing.assert_array_equal(getattr(model, method)(frame), getattr(inner, method)(frame))
    assert model.score(frame, Y) == accuracy_score(Y, model.predict(frame))
    assert model.score(frame, Y, sample_weight=Y) == accuracy_score(Y, model.predict(frame), sample_weight=Y)
    assert model.classes_ is inner.classes_
    assert (model.n_features_in_, model.feature_names_in_.tolist()) == (4, list("abcd"))
    assert is_classifier(model)
    assert not is_regressor(model)
    assert is_regressor(AugmentedRegressor(Ridge()))


def test_methods_that_the_estimator_lacks_are_lacking():
    model = AugmentedClassifier(LinearSVC())
    assert not hasattr(model, "predict_proba")
    assert hasattr(model, "decision_function")
    assert not hasattr(model, "transform")
    assert not hasattr(AugmentedRegressor(Ridge()), "predict_proba")
    assert not hasattr(model, "classes_")
    assert not hasattr(model, "n_features_in_")
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_nested_parameters_clone_and_html():
    model = AugmentedClassifier(LogisticRegression(C=3), augmenter(), synthetic_weight=0.5)
    parameters = model.get_params()
    assert (parameters["estimator__C"], parameters["augmenter__steps"]) == (3, 3)
    model.set_params(augmenter__ratio=0.25, estimator__C=1, synthetic_weight=1)
    assert (model.augmenter.ratio, model.estimator.C) == (0.25, 1)
    assert clone(model).get_params()["augmenter__ratio"] == 0.25
    html = model._repr_html_()
    assert all(word in html for word in ("AugmentedClassifier", "LogisticRegression", "GANAugmenter"))


@rolls_dice
@pytest.mark.parametrize("given", [False, True])
def test_synthetic_rows_weigh_what_is_asked_for(given):
    real = np.linspace(1, 3, 120) if given else None
    weight = AugmentedClassifier(Witness(), augmenter(0.5), synthetic_weight=0.3).fit(X, Y, real).estimator_.weight_
    np.testing.assert_array_equal(weight[:120], real if given else np.ones(120))
    np.testing.assert_allclose(weight[120:], np.full(60, 0.3 * (2 if given else 1)))


@rolls_dice
def test_weights_of_rows_alone_are_handed_on_too():
    weight = AugmentedRegressor(NumberWitness(), augmenter()).fit(X, PRICE, sample_weight=[2] * 120).estimator_.weight_
    np.testing.assert_array_equal(weight, np.full(240, 2.0))


@rolls_dice
def test_the_last_step_of_a_pipeline_gets_the_weights():
    pipeline = make_pipeline(StandardScaler(), make_pipeline(Witness()))
    model = AugmentedClassifier(pipeline, augmenter(), synthetic_weight=0.5).fit(X, Y)
    np.testing.assert_array_equal(model.estimator_[-1][-1].weight_, np.repeat([1, 0.5], 120))
    model.fit(X, Y, pipeline__witness__sample_weight=np.full(120, 3))
    np.testing.assert_array_equal(model.estimator_[-1][-1].weight_, np.repeat([3, 1.5], 120))


@rolls_dice
def test_estimators_that_take_any_parameter_get_the_weights():
    model = AugmentedClassifier(VotingClassifier([("one", LogisticRegression())]), augmenter(), synthetic_weight=0.5)
    assert model.fit(X, Y).predict(X).shape == (120,)


@pytest.mark.parametrize("estimator", [KNeighborsClassifier(), make_pipeline(KNeighborsClassifier())])
@pytest.mark.parametrize("weights", [{"synthetic_weight": 0.5}, {}])
def test_an_estimator_without_weights_says_what_to_do(fits, estimator, weights):
    model = AugmentedClassifier(estimator, augmenter(), **weights)
    with pytest.raises(ValueError, match=r"fit takes no sample_weight.*synthetic_weight=1 .*set_fit_request"):
        model.fit(X, Y, sample_weight=None if weights else np.ones(120))
    assert not fits


@rolls_dice
def test_an_ensemble_that_passes_weights_goes_inside():
    with pytest.raises(ValueError, match=r"KNeighborsClassifier.*as bagging does, go into AugmentedClassifier"):
        BaggingClassifier(AugmentedClassifier(KNeighborsClassifier(), augmenter()), 2).fit(X, Y)
    model = AugmentedClassifier(BaggingClassifier(KNeighborsClassifier(), 2), augmenter()).fit(X, Y)
    assert model.score(X, Y) > 0.5


@rolls_dice
def test_other_values_for_every_row_are_refused():
    with pytest.raises(ValueError, match="fit got 'groups' with a value for every row"):
        AugmentedClassifier(VotingClassifier([("one", Witness())]), augmenter()).fit(X, Y, groups=Y)


@rolls_dice
class TestMetadataRouting:
    @pytest.fixture(autouse=True)
    def routing(self):
        with config_context(enable_metadata_routing=True):
            yield

    def test_weights_go_where_the_estimator_requests_them(self):
        witness = Witness().set_fit_request(sample_weight=True)
        model = AugmentedClassifier(witness, augmenter(), synthetic_weight=0.5).fit(X, Y, sample_weight=Y + 1)
        np.testing.assert_allclose(model.estimator_.weight_, [*(Y + 1), *np.full(120, 0.5 * np.mean(Y + 1))])

    def test_they_do_under_another_name_and_through_a_pipeline(self):
        witness = Witness().set_fit_request(sample_weight="importance")
        model = AugmentedClassifier(witness, augmenter()).fit(X, Y, importance=Y + 1)
        np.testing.assert_array_equal(model.estimator_.weight_[:120], Y + 1)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), Witness())
        pipeline[-1].set_fit_request(sample_weight=True)
        model = AugmentedClassifier(pipeline, augmenter(), synthetic_weight=2).fit(X, Y)
        np.testing.assert_array_equal(model.estimator_[-1].weight_, np.repeat([1, 2], 120))

    def test_they_do_in_a_search(self):
        witness = Witness().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        search = GridSearchCV(AugmentedClassifier(witness, augmenter()), {"augmenter__ratio": [0.5, 1]}, cv=3)
        fitted = search.fit(X, Y, sample_weight=Y + 1).best_estimator_
        np.testing.assert_array_equal(fitted.estimator_.weight_[:120], Y + 1)
        assert fitted.score(X, Y, sample_weight=Y) == 0

    def test_weights_that_nobody_requests_are_an_error(self):
        with pytest.raises(ValueError, match=r"\[sample_weight\] are passed but are not explicitly set as requested"):
            AugmentedClassifier(Witness(), augmenter()).fit(X, Y, sample_weight=Y)
        with pytest.raises(ValueError, match="fit takes no sample_weight"):
            AugmentedClassifier(make_pipeline(Witness()), augmenter(), synthetic_weight=0.5).fit(X, Y)

    def test_the_model_itself_has_nothing_to_request(self):
        assert not hasattr(AugmentedClassifier(Witness()), "set_fit_request")


@rolls_dice
def test_weights_reach_the_estimator_through_a_search_without_routing():
    search = GridSearchCV(AugmentedClassifier(Witness(), augmenter()), {"augmenter__ratio": [0.5]}, cv=2)
    np.testing.assert_array_equal(search.fit(X, Y, sample_weight=Y + 1).best_estimator_.estimator_.weight_[:120], Y + 1)


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (AugmentedClassifier(Witness(), augmenter()), Y),
        (AugmentedClassifier(Witness()), Y),
        (AugmentedRegressor(NumberWitness(), augmenter(sampling_strategy="auto")), PRICE),
    ],
    ids=["classifier", "default", "regressor"],
)
@pytest.mark.filterwarnings("ignore:column .row. has another value:ganaug.DataWarning")
@pytest.mark.usefixtures("fits")
def test_no_generator_sees_a_row_outside_its_training_fold(monkeypatch, model, target):
    seen = []
    fit = GANAugmenter.fit
    monkeypatch.setattr(GANAugmenter, "fit", lambda self, X, y: seen.append(set(X["row"])) or fit(self, X, y))
    rows = pd.DataFrame({"row": [f"row {i}" for i in range(120)], "x": X[:, 0]})
    folds = StratifiedKFold(4, shuffle=True, random_state=0).split(X, Y)
    done = cross_validate(model, rows, target, cv=folds, return_estimator=True, return_indices=True)
    for given, fitted, train, test in zip(seen, done["estimator"], *done["indices"].values(), strict=True):
        assert given == set(rows["row"].iloc[train])
        every = fitted.estimator_.X_
        assert_frame_equal(every[: len(train)], rows.iloc[train].reset_index(drop=True))
        made = set(every["row"].iloc[len(train) :])
        assert made
        assert made <= given
        assert not made & set(rows["row"].iloc[test])


@rolls_dice
def test_cross_validation_and_its_relatives():
    model = AugmentedClassifier(LogisticRegression(), augmenter())
    result = cross_validate(model, X, Y, cv=3, scoring=["roc_auc", "balanced_accuracy"], return_train_score=True)
    assert np.isfinite(result["test_roc_auc"]).all()
    assert cross_val_predict(model, X, Y, cv=3, method="predict_proba").shape == (120, 2)
    assert CalibratedClassifierCV(model, cv=3).fit(X, Y).predict_proba(X).shape == (120, 2)
    stack = StackingClassifier([("ours", model), ("plain", LogisticRegression())], cv=3).fit(X, Y)
    assert stack.score(X, Y) > 0.5


@rolls_dice
def test_calibration_hands_weights_on():
    model = AugmentedClassifier(LogisticRegression(), augmenter())
    assert CalibratedClassifierCV(model, cv=3).fit(X, Y, sample_weight=Y + 1).predict(X).shape == (120,)


@pytest.mark.slow
def test_a_search_gives_the_same_with_two_processes():
    model = AugmentedClassifier(LogisticRegression(), augmenter())
    grid = {"augmenter__ratio": [0.5, 1.5]}
    options = {"cv": ShuffleSplit(1, random_state=0), "scoring": "neg_log_loss", "refit": False}
    one, two = (GridSearchCV(model, grid, n_jobs=jobs, **options).fit(X, Y) for jobs in (1, 2))
    np.testing.assert_array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])
    assert len(set(one.cv_results_["mean_test_score"])) == 2


def test_memory_fits_one_generator_to_each_fold(fits, tmp_path):
    model = AugmentedClassifier(LogisticRegression(), augmenter(), memory=str(tmp_path))
    pipeline = make_pipeline(StandardScaler(), model, memory=str(tmp_path))
    grid = {"augmentedclassifier__estimator__C": [0.1, 1, 10], "augmentedclassifier__synthetic_weight": [0.5, 1]}
    search = GridSearchCV(pipeline, grid, cv=3, refit=False, scoring="neg_log_loss").fit(X, Y)
    assert len(fits) == 3
    assert len(set(search.cv_results_["mean_test_score"])) == 6


@rolls_dice
def test_memory_changes_no_result(tmp_path):
    plain = AugmentedClassifier(LogisticRegression(), augmenter()).fit(X, Y)
    for _ in range(2):
        kept = AugmentedClassifier(LogisticRegression(), augmenter(), memory=str(tmp_path)).fit(X, Y)
        np.testing.assert_array_equal(kept.predict_proba(X), plain.predict_proba(X))
        assert kept.augmenter_.n_iter_ == 3


@rolls_dice
def test_frames_of_words_numbers_and_gaps_go_into_a_pipeline(mixed):
    frame, label = mixed
    frame = frame.drop(columns=["when", "score"])
    words = make_column_selector(dtype_exclude="number")
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer((encoder, words), remainder="passthrough")
    pipeline = make_pipeline(columns, DecisionTreeClassifier(max_depth=3))
    model = AugmentedClassifier(pipeline, augmenter(), synthetic_weight=0.5).fit(frame, label)
    assert set(model.predict(frame)) <= {"no", "yes"}
    assert model.feature_names_in_.tolist() == list(frame.columns)


@rolls_dice
@pytest.mark.parametrize("kind", [list, np.array, lambda y: pd.Series(y, dtype="category"), pd.Series])
def test_words_as_labels_in_any_container(kind):
    labels = np.where(Y, "fraud", "fine").tolist()
    model = AugmentedClassifier(LogisticRegression()).fit(X, kind(labels))
    assert model.classes_.tolist() == ["fine", "fraud"]
    assert set(model.predict(X)) <= {"fine", "fraud"}


@rolls_dice
def test_a_class_of_one_row_is_topped_up_like_any_other():
    labels = np.where(np.arange(120) == 7, 2, Y)
    with pytest.warns(DataWarning, match=r"\{2: 1\}"):
        model = AugmentedClassifier(Witness()).fit(X, labels)
    assert np.unique(np.bincount(model.estimator_.y_)).size == 1


@pytest.mark.parametrize(
    ("model", "target", "error", "message"),
    [
        (AugmentedClassifier(Ridge()), Y, TypeError, r"estimator=Ridge\(\) is a regressor: use AugmentedRegressor"),
        (AugmentedRegressor(Witness()), PRICE, TypeError, "is a classifier: use AugmentedClassifier"),
        (AugmentedClassifier(Witness(), GANOverSampler()), Y, TypeError, "augmenter=GANOverSampler.*GANAugmenter"),
        (AugmentedClassifier(Witness(), "auto"), Y, TypeError, "augmenter='auto' must be a GANAugmenter or None"),
        (AugmentedClassifier(Witness(), augmenter(mode="replace")), Y, ValueError, "mode='replace'"),
        (AugmentedClassifier(Witness(), augmenter(target_type="number")), Y, ValueError, "target_type='number'"),
        (AugmentedRegressor(NumberWitness(), augmenter(target_type="classes")), Y, ValueError, "needs 'number'"),
        (AugmentedClassifier(Witness(), synthetic_weight=-1), Y, ValueError, "synthetic_weight=-1 must be at least 0"),
        (AugmentedClassifier(Witness(), augmenter("auto"), cv=1), Y, ValueError, "cv=1: at least 2 folds"),
        (AugmentedClassifier(Witness(), calibrate=True, cv=0), Y, ValueError, "cv=0: at least 2 folds"),
        (AugmentedClassifier(Witness()), PRICE, ValueError, "Unknown label type: continuous.*AugmentedRegressor"),
        (AugmentedClassifier(Witness()), None, ValueError, "requires y to be passed"),
        (AugmentedClassifier(Witness()), np.zeros(120), ValueError, "more than 1 class"),
        (AugmentedClassifier(Witness(), augmenter(sampling_strategy={0: 1})), Y, ValueError, "cannot take rows away"),
        (AugmentedRegressor(NumberWitness(), augmenter(sampling_strategy={9: 9})), PRICE, TypeError, "ranges"),
        (AugmentedClassifier(Witness()), Y[1:], ValueError, "inconsistent numbers of samples"),
    ],
)
def test_what_makes_no_sense_is_named_before_anything_is_trained(fits, model, target, error, message):
    with pytest.raises(error, match=message):
        model.fit(X, target)
    assert not fits


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        ([Decimal(0), Decimal(1)], r"Decimal\('1'\)"),
        ([pd.Interval(0, 1), pd.Interval(1, 2)], "Interval"),
        ([("b", 2), ("a", 1)], r"\('a', 1\)"),
        ([b"b", b"a"], "b'a'"),
        ([1, "a"], "'a' and 1"),
    ],
)
def test_labels_that_no_classifier_takes_are_told_before_anything_is_trained(fits, kinds, shown):
    labels = pd.Series([kinds[label] for label in Y])
    with pytest.raises((TypeError, ValueError), match=f"y holds labels such as {shown}.*strings or integers"):
        AugmentedClassifier(LogisticRegression(), augmenter()).fit(X, labels)
    assert not fits


@rolls_dice
def test_whole_numbers_among_objects_are_labels():
    assert AugmentedClassifier(LogisticRegression(), augmenter()).fit(X, Y.astype(object)).classes_.tolist() == [0, 1]


def test_weights_of_another_length_are_named(fits):
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(3,\)"):
        AugmentedClassifier(Witness(), augmenter()).fit(X, Y, sample_weight=np.ones(3))
    assert not fits


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_weights_that_are_no_finite_numbers_are_named_before_anything_is_trained(fits, strange):
    weight = np.where(np.arange(len(Y)) < 2, 1.0, strange)
    with pytest.raises(ValueError, match=f"sample_weight holds {strange} in row 2"):
        AugmentedClassifier(Witness(), augmenter()).fit(X, Y, sample_weight=weight)
    assert not fits


@pytest.mark.parametrize(("weight", "says"), [(0.0, "sums up to 0"), (-1.0, "sums up to -120")])
def test_weights_that_add_up_to_nothing_are_named_before_anything_is_trained(fits, weight, says):
    with pytest.raises(ValueError, match=f"sample_weight {says}"):
        AugmentedClassifier(Witness(), augmenter(), calibrate=weight == 0).fit(X, Y, np.full(120, weight))
    assert not fits


def test_rows_of_weight_zero_are_left_out(fits):
    weight = np.where(np.arange(120) < 20, 0.0, 2.0)
    for rows, labels in ((X, Y), (pd.DataFrame(X), pd.Series(np.where(Y, "yes", "no"))), (X.tolist(), Y.tolist())):
        witness = AugmentedClassifier(Witness(), augmenter()).fit(rows, labels, weight).estimator_
        assert len(witness.y_) == 200
        np.testing.assert_array_equal(np.asarray(witness.X_)[:100], X[20:])
    assert fits == [100] * 3


def test_bagging_tests_on_rows_that_no_generator_has_seen(fits):
    BaggingClassifier(AugmentedClassifier(LogisticRegression(), augmenter()), 2, random_state=0).fit(X, Y)
    assert max(fits) < 90  # of 120 rows a bootstrap draws about 76


def test_folds_of_positions_do_not_go_with_rows_that_are_left_out(fits):
    folds = [(np.arange(60), np.arange(60, 120))]
    model = AugmentedClassifier(LogisticRegression(), augmenter("auto"), cv=folds)
    with pytest.raises(ValueError, match="cv holds positions of rows"):
        model.fit(X, Y, np.arange(120) % 2)
    assert not fits


@pytest.mark.usefixtures("dice")
def test_suspects_are_positions_among_all_rows():
    wrong, weight = [1, 30, 77], np.where(np.arange(120) % 5, 1, 0)
    labels = np.where(np.isin(np.arange(120), wrong), 1 - Y, Y)
    model = AugmentedClassifier(LogisticRegression(), augmenter(1), teacher="auto").fit(X, labels, weight)
    assert (weight[model.suspects_] == 1).all()
    assert set(wrong) & set(model.suspects_)


@pytest.mark.parametrize("strategy", [None, "auto"])
def test_an_infinite_target_is_told_with_its_row(strategy):
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = X[:, 0].copy()
    y[3] = np.inf
    augmenter = GANAugmenter(ratio=0 if strategy else 1, sampling_strategy=strategy, steps=2)
    with pytest.raises(ValueError, match="infinity, in 1 of 60 rows, the first at position 3"):
        AugmentedRegressor(Ridge(), augmenter).fit(X, y)
