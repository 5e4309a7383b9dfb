"""`GANOverSampler` stands where SMOTE stood, and takes what SMOTE refuses."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from pandas.testing import assert_frame_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ganaug import DataWarning, GANAugmenter, GANOverSampler

X, Y = make_classification(150, 4, weights=[0.8], random_state=0)


def sampler(**parameters):
    return GANOverSampler(**{"steps": 5, "refine": False, "random_state": 0} | parameters)


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    "strategy",
    ["auto", "minority", "not majority", "not minority", "all", 0.5, {1: 90}, lambda y: {1: 2 * int(np.sum(y))}],
    ids=["auto", "minority", "not majority", "not minority", "all", "number", "dict", "callable"],
)
def test_every_strategy_gives_as_many_rows_as_smote(strategy):
    theirs = SMOTE(sampling_strategy=strategy, random_state=0).fit_resample(X, Y)
    ours = sampler(sampling_strategy=strategy).fit_resample(X, Y)
    assert np.bincount(ours[1]).tolist() == np.bincount(theirs[1]).tolist()
    for made, expected in zip(ours, theirs, strict=True):
        assert (type(made), made.dtype, made.shape) == (type(expected), expected.dtype, expected.shape)
    np.testing.assert_array_equal(ours[0][: len(X)], X)
    np.testing.assert_array_equal(ours[1][: len(Y)], Y)


@pytest.mark.usefixtures("dice")
def test_what_was_done_is_told_in_attributes():
    frame = pd.DataFrame(X, columns=list("abcd"))
    fitted = sampler()
    fitted.fit_resample(frame, Y)
    zeros, ones = np.bincount(Y)
    assert fitted.sampling_strategy_ == {1: zeros - ones}
    assert fitted.n_features_in_ == 4
    assert fitted.feature_names_in_.tolist() == list("abcd")
    assert isinstance(fitted.augmenter_, GANAugmenter)
    assert len(fitted.augmenter_.sample({1: 7})[0]) == 7
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "augmenter_")


@pytest.mark.usefixtures("dice")
def test_a_frame_with_another_index_comes_back_with_a_new_one():
    frame = pd.DataFrame(X, index=np.arange(len(X)) + 900)
    new_X, new_y = sampler().fit_resample(frame, pd.Series(Y, index=frame.index, name="label"))
    assert new_X.index.tolist() == new_y.index.tolist() == list(range(len(new_X)))
    assert new_y.name == "label"
    assert_frame_equal(new_X[: len(X)], frame.reset_index(drop=True))


@pytest.mark.usefixtures("dice")
def test_words_dates_gaps_and_a_class_of_two_rows_are_taken_as_they_are():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "word": pd.Series(rng.choice(["a", "b", None], 60), dtype=object),
            "number": np.where(rng.random(60) < 0.2, np.nan, rng.normal(size=60)),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 50, 60), "D"),
            "count": pd.array(rng.integers(0, 9, 60), "Int64"),
        }
    )
    label = pd.Series(np.where(np.arange(60) < 2, "fraud", "fine"))
    with pytest.warns(DataWarning, match=r"\{'fraud': 2\}"):
        new_X, new_y = sampler().fit_resample(frame, label)
    assert new_y.value_counts().to_dict() == {"fine": 58, "fraud": 58}
    assert new_X.dtypes.to_dict() == frame.dtypes.to_dict()


@pytest.mark.usefixtures("dice")
def test_sparse_matrices_come_back_sparse():
    matrix = sparse.csr_matrix(np.where(X > 0, X, 0))
    new, _ = sampler().fit_resample(matrix, Y)
    assert sparse.issparse(new)
    assert new.format == "csr"


@pytest.mark.usefixtures("dice")
def test_numbers_as_labels_are_classes_even_if_there_are_many():
    label = np.repeat(np.arange(30), [6] * 29 + [26])
    rows = np.random.default_rng(0).normal(size=(len(label), 2))
    _, new = sampler().fit_resample(rows, label)
    assert np.bincount(new).tolist() == [26] * 30


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("error")
def test_many_rare_classes_are_told_of_once():
    label = np.repeat(np.arange(40), [1] * 39 + [9])
    with pytest.warns(DataWarning) as told:
        sampler().fit_resample(np.random.default_rng(0).normal(size=(len(label), 2)), label)
    assert len(told) == 1


@pytest.mark.usefixtures("dice")
def test_it_works_inside_a_pipeline_and_a_search_over_its_parameters():
    pipeline = make_pipeline(sampler(), LogisticRegression())
    assert cross_val_score(pipeline, X, Y, cv=3).shape == (3,)
    pipeline.set_params(ganoversampler__sampling_strategy=0.5).fit(X, Y)
    assert pipeline["ganoversampler"].sampling_strategy_ == {1: int(0.5 * np.sum(Y == 0)) - np.sum(Y == 1)}


@pytest.mark.usefixtures("dice")
def test_it_stands_before_encoders_and_behind_transformers_in_a_pipeline():
    words = pd.DataFrame({"word": np.where(Y, "a", "b"), "x": X[:, 0]})
    encode = make_column_transformer((OneHotEncoder(), ["word"]), remainder="passthrough")
    pipeline = make_pipeline(sampler(), encode, RandomUnderSampler(), LogisticRegression())
    assert pipeline.fit(words, Y).score(words, Y) > 0.9
    assert pipeline[0].get_feature_names_out().tolist() == ["word", "x"]
    assert make_pipeline(StandardScaler(), sampler(), LogisticRegression()).fit(X, Y).predict(X).shape == (150,)


def test_memory_of_a_pipeline_keeps_the_rows_of_each_fold(fits, tmp_path):
    pipeline = make_pipeline(sampler(), LogisticRegression(), memory=str(tmp_path))
    GridSearchCV(pipeline, {"logisticregression__C": [0.1, 1, 10]}, cv=3, refit=False).fit(X, Y)
    assert fits == [100, 100, 100]


@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
def test_balanced_bagging_takes_it_for_a_sampler(fits):
    ensemble = BalancedBaggingClassifier(LogisticRegression(), 3, sampler=sampler(), random_state=0).fit(X, Y)
    assert len(fits) == 3
    assert ensemble.score(X, Y) > 0.5
    for member in ensemble.estimators_:
        assert sum(member["sampler"].sampling_strategy_.values()) > 0


@pytest.mark.usefixtures("dice")
def test_containers_come_back_as_smote_returns_them():
    for given in [(X.tolist(), Y.tolist()), (X, pd.DataFrame({"label": Y})), (X.astype("f4"), Y.astype("i2"))]:
        for ours, theirs in zip(sampler().fit_resample(*given), SMOTE().fit_resample(*given), strict=True):
            assert type(ours) is type(theirs)
            assert np.shape(ours) == np.shape(theirs)
            assert getattr(ours, "dtype", None) == getattr(theirs, "dtype", None)
            assert list(getattr(ours, "columns", [])) == list(getattr(theirs, "columns", []))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.linspace(0, 1, 150), "Unknown label type: continuous.*for example 0.00671"),
        (np.linspace(0, 1, 150).astype(object), "Unknown label type: continuous.*for example 0.00671"),
        ([Decimal(i) / 8 for i in range(150)], "Unknown label type: continuous.*for example 0.125"),
        (np.column_stack([Y, 1 - Y]), "Multilabel and multioutput targets are not supported"),
        (None, "requires y to be passed"),
        (np.zeros(150), "more than 1 class"),
    ],
)
def test_targets_that_are_no_classes_are_named_before_anything_is_trained(fits, label, message):
    with pytest.raises(ValueError, match=message):
        sampler().fit_resample(X, label)
    assert not fits


@pytest.mark.usefixtures("dice")
def test_fit_checks_the_strategy_and_trains_nothing():
    fitted = sampler(sampling_strategy={1: 100}).fit(X, Y)
    assert fitted.sampling_strategy_ == {1: 100 - np.sum(Y == 1)}
    assert not hasattr(fitted, "augmenter_")
    with pytest.raises(ValueError, match="cannot take rows away"):
        sampler(sampling_strategy={1: 1}).fit(X, Y)


def test_the_same_seed_gives_the_same_rows():
    one, other = (sampler(refine=2).fit_resample(X, Y)[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_its_parameters_are_those_of_the_augmenter():
    ours, theirs = GANOverSampler().get_params(), GANAugmenter().get_params()
    without = {"ratio", "mode", "target_type", "warm_start", "sampling_strategy"}
    assert set(theirs) - set(ours) == without - {"sampling_strategy"}
    assert {name: ours[name] for name in ours if name not in without} == {
        name: theirs[name] for name in theirs if name not in without
    }


@pytest.mark.usefixtures("dice")
def test_it_trains_half_as_long_as_the_augmenter_and_does_not_refine():
    fitted = sampler(steps="auto", refine="auto")
    fitted.fit_resample(X, Y)
    assert fitted.augmenter_.n_iter_ == GANAugmenter(random_state=0).fit(X, Y).n_iter_ // 2
    assert fitted.augmenter_.refine == 1
    assert sampler(steps=7).get_params()["steps"] == 7
