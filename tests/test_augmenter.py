"""The augmenter as a step of a plain Pipeline."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline as imblearn_pipeline
from pandas.testing import assert_frame_equal
from sklearn import config_context
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from ganaug import AugmentedClassifier, GANAugmenter
from ganaug.data.pipelines import Augmented

RNG = np.random.default_rng(0)
X, Y = pd.DataFrame(RNG.normal(size=(60, 3)), columns=list("abc")), RNG.permutation(np.repeat([0, 1], [40, 20]))
WAYS = "AugmentedClassifier.*AugmentedRegressor.*GANOverSampler into imbalanced-learn's Pipeline.*mode='replace'"

pytestmark = pytest.mark.usefixtures("dice")


def augmenter(**parameters):
    return GANAugmenter(**{"steps": 3, "refine": False, "random_state": 0} | parameters)


@pytest.mark.parametrize(
    "next_step",
    [
        *(LogisticRegression(), RandomForestClassifier(2), HistGradientBoostingClassifier(max_iter=2)),
        *(KNeighborsClassifier(), StandardScaler(), SelectKBest(k=2), SimpleImputer(), PCA(2), OneHotEncoder()),
        *(FunctionTransformer(np.log1p), FunctionTransformer(validate=True), GANAugmenter(steps=3)),
        ColumnTransformer([("scale", StandardScaler(), ["a"])]),
        ColumnTransformer([("scale", StandardScaler(), [0])]),
        FeatureUnion([("scale", StandardScaler())]),
        make_pipeline(StandardScaler(), LogisticRegression()),
        AugmentedClassifier(LogisticRegression()),
    ],
    ids=lambda step: type(step).__name__,
)
@pytest.mark.parametrize("table", [X, X.to_numpy()], ids=["frame", "array"])
def test_rows_added_in_the_middle_end_in_an_error_that_names_the_three_ways(next_step, table):
    with pytest.raises(ValueError, match=WAYS):
        make_pipeline(augmenter(), next_step).fit(table, Y)


@pytest.mark.parametrize("make", [make_pipeline, imblearn_pipeline])
def test_so_they_do_before_anything_is_fitted(make, monkeypatch):
    monkeypatch.setattr(GANAugmenter, "fit", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(ValueError, match=WAYS):
        make(StandardScaler(), augmenter(), LogisticRegression()).fit(X, Y)
    with pytest.raises(ValueError, match=WAYS):
        make_pipeline(make(StandardScaler(), augmenter()), LogisticRegression()).fit(X, Y)
    with pytest.raises(ValueError, match=WAYS):
        ColumnTransformer([("more", augmenter(), ["a"])]).fit_transform(X, Y)


@pytest.mark.parametrize(
    "option", [{"memory": True}, {"transform_output": "pandas"}, {"enable_metadata_routing": True}]
)
def test_so_they_do_with_memory_set_output_and_metadata_routing(option, tmp_path):
    memory = joblib.Memory(tmp_path, verbose=0) if option.pop("memory", False) else None
    with config_context(**option), pytest.raises(ValueError, match=WAYS):
        make_pipeline(augmenter(), StandardScaler(), LogisticRegression(), memory=memory).fit(X, Y)


def test_beside_other_transformers_they_do_too():
    with pytest.raises(ValueError, match=WAYS):
        make_pipeline(FeatureUnion([("more", augmenter()), ("scale", StandardScaler())]), PCA(2)).fit(X, Y)


def test_behind_a_step_that_passes_everything_on_they_do_too():
    with pytest.raises(ValueError, match=WAYS):
        make_pipeline(augmenter(), "passthrough", FunctionTransformer(), LogisticRegression()).fit(X, Y)


def test_as_the_last_step_it_returns_rows_and_labels():
    pair = make_pipeline(StandardScaler().set_output(transform="pandas"), augmenter()).fit_transform(X, Y)
    new_X, new_y = pair
    assert (len(pair), new_X.shape, new_y.shape) == (2, (120, 3), (120,))
    assert pair.X is new_X
    assert pair.y is new_y
    assert isinstance(pickle.loads(pickle.dumps(pair)), Augmented)
    np.testing.assert_array_equal(new_y[:60], Y)


def test_without_labels_more_rows_may_pass_through_the_middle():
    pipeline = make_pipeline(augmenter(), StandardScaler()).fit(X)
    assert pipeline["standardscaler"].n_samples_seen_ == 120


def test_replacing_works_in_the_middle_and_keeps_rows_where_they_are():
    pipeline = make_pipeline(augmenter(ratio=0.4, mode="replace"), StandardScaler(), LogisticRegression()).fit(X, Y)
    assert pipeline["standardscaler"].n_samples_seen_ == 60
    np.testing.assert_array_equal(pipeline[0].transform(X), X)
    frame = X.set_axis(np.arange(60)[::-1] * 2)
    mixed = augmenter(ratio=0.4, mode="replace").fit_transform(frame, Y)
    assert mixed.index.tolist() == frame.index.tolist()
    kept = (mixed == frame).all(axis=1)
    assert (~kept).sum() == 24


def test_a_seldom_fitted_generator_is_kept_in_the_memory_of_a_pipeline(tmp_path, fits):
    pipeline = make_pipeline(augmenter(ratio=0.4, mode="replace"), LogisticRegression(), memory=str(tmp_path))
    for strength in (0.1, 1, 10):
        pipeline.set_params(logisticregression__C=strength).fit(X, Y)
    assert len(fits) == 1


def test_set_output_decides_about_the_container():
    fitted = augmenter(mode="replace").fit(X.to_numpy(), Y).set_output(transform="pandas")
    assert fitted.transform(X.to_numpy()).columns.tolist() == ["x0", "x1", "x2"]
    assert fitted.set_output(transform="default").transform(X.to_numpy()).shape == (60, 3)
    named = augmenter().set_output(transform="pandas")
    new_X, new_y = named.fit_transform(X, Y)
    assert isinstance(new_X, pd.DataFrame)
    assert (new_X.shape, new_y.shape) == ((120, 3), (120,))
    assert_frame_equal(new_X[:60], X)
    assert named.get_feature_names_out().tolist() == list("abc")
    with pytest.raises(ValueError, match="input_features"):
        named.get_feature_names_out(["other"])


def test_in_a_column_transformer_replaced_columns_stay_beside_their_rows():
    frame = X.set_axis(np.arange(60) + 7)
    columns = ColumnTransformer([("some", augmenter(ratio=0.5, mode="replace"), ["a"])], remainder="passthrough")
    out = columns.set_output(transform="pandas").fit_transform(frame, Y)
    assert out.shape == (60, 3)
    assert_frame_equal(out[["remainder__b", "remainder__c"]].set_axis(["b", "c"], axis=1), frame[["b", "c"]])
