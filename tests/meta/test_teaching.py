"""Students of a teacher: `AugmentedClassifier`, `AugmentedRegressor`, and `augment` for a loop of one's own."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, make_classification
from sklearn.exceptions import DataConversionWarning
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ganaug import AugmentedClassifier, AugmentedRegressor, DataWarning, GANAugmenter, assess
from ganaug.assessment.verdict import Choice

X, Y = make_classification(120, 4, weights=[0.75], random_state=0)
FRAME, NAMES = pd.DataFrame(X).add_prefix("x"), pd.Series(np.where(Y, "yes", "no"))


def augmenter(ratio=2.0, **parameters):
    return GANAugmenter(ratio, **{"steps": 3, "refine": False, "random_state": 0} | parameters)


class Recorder(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight=None):
        self.rows_, self.y_, self.weight_ = X, y, sample_weight
        return super().fit(X, y, sample_weight)


def test_the_student_learns_probabilities_of_real_and_synthetic_rows():
    model = AugmentedClassifier(Recorder(random_state=0), augmenter(), teacher=LogisticRegression()).fit(FRAME, NAMES)
    student = model.estimator_
    assert student.weight_.sum() == pytest.approx(360)  # 120 real rows and 240 synthetic ones
    real = student.rows_[: np.searchsorted(np.cumsum(student.weight_), 120 - 1e-9) + 1]
    assert len(real.drop_duplicates()) == 120
    yes = student.y_[: len(real)] == "yes"
    said = student.weight_[: len(real)][yes]
    expected = (model.teacher_.of_real[:, 1] + Y) / 2
    assert np.allclose(said, expected[expected >= 1e-3], atol=1e-3)
    assert list(model.classes_) == ["no", "yes"]


def test_weights_of_rows_and_of_synthetic_ones_are_kept():
    weight = np.where(Y, 3.0, 1.0)
    model = AugmentedClassifier(Recorder(random_state=0), augmenter(1), synthetic_weight=0.5, teacher="auto")
    student = model.fit(X, Y, sample_weight=weight).estimator_
    assert student.weight_.sum() == pytest.approx(weight.sum() * 1.5)


def test_labels_are_drawn_for_an_estimator_without_weights():
    model = AugmentedClassifier(KNeighborsClassifier(), augmenter(), teacher=LogisticRegression())
    first, second = (clone(model).fit(X, Y).estimator_ for _ in range(2))
    assert first.n_samples_fit_ == 360
    assert np.array_equal(first._y, second._y)


def test_a_regressor_learns_what_the_teacher_predicts():
    data, progression = load_diabetes(return_X_y=True)
    model = AugmentedRegressor(DecisionTreeRegressor(random_state=0), augmenter(1), teacher=LinearRegression())
    model.fit(data, progression)
    assert np.allclose(model.predict(data), (model.teacher_.of_real + progression) / 2)


class Counted(LogisticRegression):
    fitted = 0

    def fit(self, X, y, sample_weight=None):
        Counted.fitted += 1
        return super().fit(X, y, sample_weight)


def test_memory_fits_one_teacher_to_each_fold_and_changes_no_result(tmp_path, monkeypatch):
    monkeypatch.setattr(Counted, "fitted", 0)
    model = AugmentedClassifier(DecisionTreeClassifier(random_state=0), augmenter(1), teacher=Counted())
    options = {"cv": 2, "refit": False, "scoring": "neg_log_loss"}
    plain, kept = (
        GridSearchCV(clone(model).set_params(memory=memory), {"estimator__max_depth": [2, 3]}, **options).fit(X, Y)
        for memory in (None, str(tmp_path))
    )
    assert Counted.fitted == 2 * 2 * 5 + 2 * 5
    np.testing.assert_array_equal(plain.cv_results_["mean_test_score"], kept.cv_results_["mean_test_score"])


def test_without_an_augmenter_ten_rows_are_made_for_each_and_fewer_for_many():
    model = AugmentedClassifier(DecisionTreeClassifier(), teacher=LogisticRegression())
    ratios = [model._own_augmenter(pd.Series(np.arange(rows) % 2)).ratio for rows in (100, 20_000, 80_000)]
    assert ratios == [10, 2.5, 1]


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "category", "str"])
def test_labels_of_every_dtype_are_learnt(dtype):
    labels = pd.Series(NAMES if dtype in ("category", "str") else Y).astype(dtype)
    model = AugmentedClassifier(DecisionTreeClassifier(), augmenter(1), teacher=LogisticRegression()).fit(FRAME, labels)
    assert set(model.predict(FRAME).tolist()) == set(labels.unique().tolist())


def test_images_need_a_teacher_of_their_own_which_is_said_before_training():
    with pytest.raises(TypeError, match="labels tables"):
        AugmentedClassifier(DecisionTreeClassifier(), augmenter(), teacher="auto").fit(
            np.zeros((9, 8, 8)), np.arange(9) % 2
        )


def test_it_works_inside_cross_validation():
    model = AugmentedClassifier(DecisionTreeClassifier(max_depth=2), augmenter(), teacher=LogisticRegression())
    assert cross_val_score(model, FRAME, NAMES, cv=3).mean() > 0.6


def test_a_teacher_without_probabilities_is_refused_before_training():
    with pytest.raises(TypeError, match="no predict_proba"):
        AugmentedClassifier(DecisionTreeClassifier(), augmenter(), teacher=LinearSVC()).fit(X, Y)


OTHER = FrozenEstimator(LogisticRegression().fit(X, np.where(Y, "yes", "maybe")))


@pytest.mark.parametrize(
    ("teacher", "says"),
    [
        (OTHER, "knows the classes .'maybe'"),
        (lambda X: np.full((len(X), 2), np.nan), "not finite"),
        (lambda X: np.full((len(X), 3), 1 / 3), r"shape \(10, 3\), expected \(10, 2\)"),
    ],
)
def test_a_fitted_teacher_that_cannot_label_is_told_before_training(fits, teacher, says):
    with pytest.raises(ValueError, match=says):
        AugmentedClassifier(DecisionTreeClassifier(), augmenter(), teacher=teacher).fit(X, NAMES)
    assert not fits


@pytest.mark.usefixtures("dice")
def test_a_fitted_teacher_is_asked_without_what_is_left_out():
    teacher = FrozenEstimator(LogisticRegression().fit(FRAME, NAMES))
    rows = FRAME.assign(email=[f"name{i}@example.org" for i in range(120)])
    model = AugmentedClassifier(DecisionTreeClassifier(), augmenter(identifiers="drop"), teacher=teacher)
    assert model.fit(rows, NAMES).predict(rows).shape == (120,)


def test_decimals_are_numbers_to_a_teacher():
    price = pd.Series(X[:, 0]).round(3).astype(str).astype(pd.ArrowDtype(pa.decimal128(10, 3)))
    model = AugmentedRegressor(DecisionTreeRegressor(), augmenter(1), teacher=LinearRegression()).fit(X, price)
    assert model.predict(X).dtype == np.float64


def test_text_of_a_fixed_length_is_predicted_as_such():
    labels = np.where(Y, "yes", "no")
    taught = AugmentedClassifier(DecisionTreeClassifier(), augmenter(1), teacher=LogisticRegression()).fit(X, labels)
    undecided = AugmentedClassifier(DecisionTreeClassifier(), augmenter("auto"), cv=2, scoring=lambda *_: 0.0)
    assert taught.predict(X).dtype == undecided.fit(X, labels).predict(X).dtype == labels.dtype


@pytest.fixture(scope="module")
def fitted():
    return augmenter().fit(FRAME, NAMES)


def test_augment_gives_weighted_rows(fitted):
    rows, labels, weight, mask = fitted.augment(FRAME, NAMES, teacher=LogisticRegression(), return_mask=True)
    assert rows[~mask].equals(FRAME.astype(rows.dtypes))
    assert labels[~mask].tolist() == NAMES.tolist()
    assert (weight[~mask] == 1).all()
    assert weight[mask].sum() == pytest.approx(240)
    assert rows.index.equals(pd.RangeIndex(len(rows)))
    assert len(labels) == len(weight) == len(rows)


def test_augment_gives_probabilities(fitted):
    rows, chances = fitted.augment(FRAME, NAMES, teacher="auto", soft_labels="probabilities")
    assert chances.shape == (360, 2)
    assert np.array_equal(chances[:120, 1], Y)
    assert np.allclose(chances.sum(1), 1)
    assert len(rows) == 360


def test_augment_draws_labels(fitted):
    rows, labels = fitted.augment(FRAME, NAMES, teacher=LogisticRegression(), soft_labels="draw")
    assert len(rows) == len(labels) == 360
    assert isinstance(labels, pd.Series)
    assert set(labels) == {"no", "yes"}


def test_augment_predicts_numbers():
    data, progression = load_diabetes(return_X_y=True)
    made = augmenter(1).fit(data, progression)
    rows, numbers = made.augment(data, progression, teacher=LinearRegression())
    model = LinearRegression().fit(data, progression)
    assert np.allclose(numbers[len(data) :], model.predict(rows[len(data) :]), rtol=0.2, atol=20)


def test_augment_refuses_what_it_cannot_do(fitted):
    with pytest.raises(ValueError, match="soft_labels='hard'"):
        fitted.augment(FRAME, NAMES, teacher="auto", soft_labels="hard")
    with pytest.raises(ValueError, match=r"soft_labels='draw' .* give a teacher, such as teacher='auto'"):
        fitted.augment(FRAME, NAMES, soft_labels="draw")
    with pytest.raises(ValueError, match="without y"):
        augmenter().fit(FRAME).augment(FRAME, teacher="auto")


class TestCalibration:
    def test_probabilities_are_those_of_real_rows_after_rebalancing(self):
        rng = np.random.default_rng(0)
        data = rng.normal(size=(600, 3))
        rare = rng.random(600) < 1 / (1 + np.exp(3 - data[:, 0]))
        balanced = GANAugmenter(0, sampling_strategy="auto", steps=3, refine=False, random_state=0)
        plain, calibrated = (
            AugmentedClassifier(LogisticRegression(), balanced, calibrate=calibrate, cv=2).fit(data, rare)
            for calibrate in (False, True)
        )
        means = [model.predict_proba(data)[:, 1].mean() for model in (plain, calibrated)]
        assert means[0] > rare.mean() + 0.1
        assert means[1] == pytest.approx(rare.mean(), abs=0.03)
        assert np.allclose(calibrated.estimator_.coef_, plain.estimator_.coef_)
        said = calibrated.predict_proba(data)
        assert (calibrated.predict(data) == calibrated.classes_[said.argmax(1)]).all()
        assert np.allclose(calibrated.predict_log_proba(data), np.log(said))

    def test_a_refit_without_forgets_it(self):
        model = AugmentedClassifier(LogisticRegression(), augmenter(1), calibrate="sigmoid", cv=2).fit(FRAME, NAMES)
        assert model.calibrated_ is not None
        assert model.set_params(calibrate=False).fit(FRAME, NAMES).calibrated_ is None

    def test_bad_choices_and_single_rows_are_refused_before_training(self):
        with pytest.raises(ValueError, match="calibrate='platt'"):
            AugmentedClassifier(LogisticRegression(), augmenter(), calibrate="platt").fit(X, Y)
        with pytest.raises(ValueError, match="2 rows of each class"):
            AugmentedClassifier(LogisticRegression(), augmenter(), calibrate=True).fit(X[:20], np.arange(20) == 3)

    def test_what_only_decides_has_probabilities_once_it_is_calibrated(self):
        assert not hasattr(AugmentedClassifier(LinearSVC()), "predict_proba")
        model = AugmentedClassifier(LinearSVC(), augmenter(1), calibrate=True, cv=2).fit(X, Y)
        assert np.allclose(model.predict_proba(X).sum(1), 1)
        assert model.predict_log_proba(X).shape == (120, 2)

    @pytest.mark.usefixtures("dice")
    def test_a_truth_value_of_numpy_asks_for_calibration(self):
        model = AugmentedClassifier(LinearSVC(), augmenter(1), calibrate=np.True_, cv=2).fit(X, Y)
        assert model.calibrated_.method == "sigmoid"
        assert model.set_params(calibrate=np.False_).fit(X, Y).calibrated_ is None

    @pytest.mark.usefixtures("dice")
    def test_a_decision_may_have_a_column_for_each_of_two_classes(self):
        class Wide(LinearSVC):  # as Keras' SKLearnClassifier
            def decision_function(self, X):
                one = super().decision_function(X)
                return np.column_stack([-one, one]) / 2

        wide, thin = (
            AugmentedClassifier(e, augmenter(1), calibrate=True, cv=2).fit(X, Y) for e in (Wide(), LinearSVC())
        )
        np.testing.assert_allclose(wide.predict_proba(X), thin.predict_proba(X))
        options = {"cv": 2, "ratios": [1], "teacher": None, "random_state": 0, "baselines": ["threshold"]}
        one, two = (assess(each, X, Y, augmenter(), **options) for each in (Wide(), LinearSVC()))
        assert one.table["score"][0] == two.table["score"][0]
        assert "column for each" in one.scores["note"].dropna().iloc[0]

    @pytest.mark.usefixtures("dice")
    @pytest.mark.parametrize("names", [np.array([1, 2]), np.array([5, 0]), np.array(["often", "rare"])])
    def test_strategies_and_class_weights_speak_of_classes_in_folds_too(self, names):
        seen = []

        class Witness(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                seen.append(dict(zip(*np.unique(y, return_counts=True), strict=True)))
                return super().fit(X, y, sample_weight)

        often, rare = names
        labels = np.where(np.arange(120) % 4 == 0, rare, often)
        for strategy in ({rare: 80}, lambda asked: {rare: 80} if rare in set(asked) else {}):
            seen.clear()
            generator = augmenter(0).set_params(sampling_strategy=strategy)
            estimator = Witness(class_weight={often: 1, rare: 2})
            model = AugmentedClassifier(estimator, generator, calibrate=True, cv=3).fit(X, labels)
            assert seen == [*[{often: 60, rare: 80}] * 3, {often: 90, rare: 80}]
            assert set(model.predict(X)) <= set(names)
            assert model.calibrated_.classes_.tolist() == model.classes_.tolist() == sorted(names)

    @pytest.mark.usefixtures("dice")
    def test_warnings_of_folds_name_classes(self):
        labels = np.where(np.arange(120) < 4, "rare", "often")
        with pytest.warns(DataWarning, match=r"at most 5 rows: \{'rare'") as told:
            AugmentedClassifier(LogisticRegression(), augmenter(1), calibrate=True, cv=2).fit(X, labels)
        assert all("'rare'" in str(each.message) for each in told)

    def test_splits_may_come_one_by_one(self):
        folds = StratifiedKFold(2).split(X, Y)
        model = AugmentedClassifier(LogisticRegression(), augmenter(1), calibrate=True, cv=folds).fit(X, Y)
        assert model.predict_proba(X).shape == (120, 2)

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (np.where(np.arange(120) == 3, np.nan, Y), "NaN in 1 of 120 rows"),
            (np.where(np.arange(120) == 3, None, NAMES), "NaN in 1 of 120 rows"),
            (X[:, 0], "continuous"),
        ],
    )
    def test_labels_are_checked_first(self, labels, message):
        with pytest.raises(ValueError, match=message):
            AugmentedClassifier(LogisticRegression(), augmenter(1), calibrate=True).fit(X, labels)

    @pytest.mark.usefixtures("dice")
    @pytest.mark.parametrize("dtype", ["Int64", "boolean", "bool[pyarrow]"])
    @pytest.mark.parametrize("teacher", [None, LogisticRegression()])
    @pytest.mark.parametrize("calibrate", [False, True])
    def test_whole_numbers_and_truth_values_are_predicted_as_such(self, dtype, teacher, calibrate):
        labels = pd.Series(Y == 1).astype(dtype)
        model = AugmentedClassifier(LogisticRegression(), augmenter(1), teacher=teacher, calibrate=calibrate, cv=2)
        said = model.fit(X, labels).predict(X)
        assert said.dtype == model.classes_.dtype == np.dtype("int64" if dtype == "Int64" else "bool")
        assert model.score(X, labels) > 0.5

    def test_labels_may_be_a_column(self):
        model = AugmentedClassifier(LogisticRegression(), augmenter(1), calibrate=True, cv=2)
        with pytest.warns(DataConversionWarning):
            model.fit(X, Y[:, None])
        assert model.predict(X).shape == (120,)

    def test_splits_of_all_rows_cannot_split_those_of_a_fold(self):
        model = AugmentedClassifier(LogisticRegression(), augmenter("auto"), calibrate=True)
        with pytest.raises(ValueError, match="cv holds splits of all rows"):
            model.set_params(cv=list(StratifiedKFold(2).split(X, Y))).fit(X, Y)


def test_a_single_class_is_nothing_to_teach_and_told_before_training(fits):
    one = np.full(120, "no")
    with pytest.raises(ValueError, match="y has the single class no"):
        AugmentedClassifier(DecisionTreeClassifier(), augmenter(), teacher="auto").fit(X, one)
    assert not fits
    with pytest.raises(ValueError, match="y has the single class no"):
        augmenter().fit(X, one).augment(X, one, teacher="auto")


class TestSuspects:
    def test_labels_that_were_exchanged_are_found(self):
        rng = np.random.default_rng(0)
        data = rng.normal(size=(300, 3))
        truth = np.where(data[:, 0] > 0.5, "yes", "no")
        wrong = rng.choice(300, 15, replace=False)
        labels = truth.copy()
        labels[wrong] = np.where(truth[wrong] == "yes", "no", "yes")
        model = AugmentedClassifier(DecisionTreeClassifier(), augmenter(1), teacher="auto").fit(data, labels)
        found = model.suspects_.tolist()
        assert len(set(wrong) & set(found)) >= 5
        assert len(set(found) - set(wrong)) <= 2

    def test_there_are_none_without_a_teacher(self):
        model = AugmentedClassifier(DecisionTreeClassifier(), augmenter(1)).fit(X, Y)
        with pytest.raises(AttributeError, match="without a teacher"):
            _ = model.suspects_

    def test_there_are_none_where_the_ratio_settled_on_no_teacher(self, monkeypatch, fits):  # noqa: ARG002
        monkeypatch.setattr("ganaug.assessment.assess.decided", lambda *_: (Choice("none"), "Do not augment"))
        model = AugmentedClassifier(DecisionTreeClassifier(), augmenter("auto"), teacher=LogisticRegression(), cv=2)
        with pytest.raises(AttributeError, match="settled on no teacher; give a fixed ratio"):
            _ = model.fit(X, Y).suspects_


def test_labels_are_drawn_for_what_holds_an_estimator_and_hands_no_weights_on():
    every = (OneVsRestClassifier(LogisticRegression()), GridSearchCV(KNeighborsClassifier(), {}, cv=2))
    for estimator in every:
        model = AugmentedClassifier(estimator, augmenter(1), teacher=LogisticRegression()).fit(X, Y)
        assert model.score(X, Y) > 0.5
