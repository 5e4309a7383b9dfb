"""Features that an encoder makes of images, text or anything else are learnt and generated."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganaug import AugmentedClassifier, AugmentedRegressor, GANAugmenter, GANOverSampler, assess, load
from ganaug.data.embedding import stacked
from ganaug.modality.features.feature_space import FeatureSpace

COUNTS = (60, 40, 12)
SMALL: dict[str, Any] = {"steps": 20, "random_state": 0}


@pytest.fixture(scope="module")
def images() -> tuple[np.ndarray, np.ndarray]:
    """Large colour images whose brightness tells their class."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], COUNTS)
    return (rng.random((len(y), 40, 40, 3)) * 100 + 40 * y[:, None, None, None]).astype(np.uint8), y


def blocks(X: np.ndarray) -> np.ndarray:
    """Means of 8 x 8 pixels: 75 features."""
    return np.asarray(X).reshape(len(X), 5, 8, 5, 8, 3).mean((2, 4)).reshape(len(X), -1)


def grown(features: np.ndarray) -> np.ndarray:
    """Images of blocks."""
    return features.reshape(-1, 5, 5, 3).repeat(8, 1).repeat(8, 2)


def test_rows_of_any_kind_become_features(images):
    X, y = images
    augmenter = GANAugmenter(encoder=blocks, ratio=0, sampling_strategy="auto", **SMALL)
    every, labels, is_synthetic = augmenter.fit(X, y).augment(X, y, return_mask=True)
    np.testing.assert_allclose(every[: len(X)], blocks(X), rtol=1e-6)
    assert every.shape == (180, 75)
    assert np.bincount(labels).tolist() == [60, 60, 60]
    assert is_synthetic.sum() == 68
    np.testing.assert_array_equal(augmenter.transform(X[:3]), every[:3])
    made, _ = augmenter.sample({2: 9}, random_state=3)
    np.testing.assert_array_equal(augmenter.sample({2: 4}, random_state=3)[0], made[:4])
    np.testing.assert_array_equal(augmenter.plan({2: 9}, part_rows=4, random_state=3)[1][0], made[4:8])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(augmenter)).sample({2: 9}, random_state=3)[0], made)


def test_generated_features_are_around_the_mean_of_their_class_and_as_wide_as_features_are(images):
    X, y = images
    features = blocks(X)
    augmenter = GANAugmenter(encoder="passthrough", steps=150, random_state=0).fit(features, y)
    for label in (0, 2):
        made, _ = augmenter.sample({label: 400}, random_state=0)
        real = features[y == label]
        assert np.abs(made.mean(0) - real.mean(0)).mean() < real.std(0).mean() / 2
        assert (made.min(0) >= features.min(0) - 1e-4).all()
        assert (made.max(0) <= features.max(0) + 1e-4).all()
        assert 0.5 < made.std(0).mean() / features[y == 0].std(0).mean() < 4.5


@pytest.mark.filterwarnings("ignore:classes with at most 5 rows")
def test_a_class_of_a_single_row_is_topped_up_with_others(images):
    X, y = images
    few = np.r_[: COUNTS[0] + COUNTS[1], len(y) - 1]
    made, labels = GANOverSampler(encoder=blocks, **SMALL).fit_resample(X[few], y[few])
    assert np.bincount(labels).tolist() == [60, 60, 60]
    assert len(np.unique(made[labels == 2], axis=0)) == 60


def test_a_keras_model_is_asked_as_it_is_and_in_parts(images):
    import keras

    X, y = images
    net = keras.Sequential([keras.layers.Input((40, 40, 3)), keras.layers.Conv2D(4, 8, 8), keras.layers.Flatten()])
    weights = [weight.copy() for weight in net.get_weights()]
    augmenter = GANAugmenter(encoder=net, **SMALL).fit(X, y)
    assert augmenter.sample(5)[0].shape == (5, 100)
    np.testing.assert_allclose(augmenter.transform(X[:9]), net.predict(X[:9], verbose=0), rtol=1e-5)
    assert all((old == new).all() for old, new in zip(weights, net.get_weights(), strict=True))
    seen = []
    GANAugmenter(encoder=lambda rows: (seen.append(len(rows)), blocks(rows))[1], **SMALL).fit(np.tile(X, (3, 1, 1, 1)))
    assert seen == [256, 80]


def test_a_transformer_is_fitted_to_the_rows_unless_it_is_frozen():
    texts = [f"a fine film of {k % 7} parts" if k % 9 else f"nothing but {k % 5} lies" for k in range(90)]
    y = np.array([k % 9 == 0 for k in range(90)])
    encoder = make_pipeline(TfidfVectorizer(), TruncatedSVD(6, random_state=0))
    augmenter = GANAugmenter(encoder=encoder, **SMALL).fit(texts, y)
    assert augmenter.sample({True: 4})[0].shape == (4, 6)
    with pytest.raises(NotFittedError):
        encoder.transform(texts)
    fitted = make_pipeline(TfidfVectorizer(), TruncatedSVD(3, random_state=0)).fit(texts[:50])
    frozen = GANAugmenter(encoder=FrozenEstimator(fitted), **SMALL).fit(texts, y)
    np.testing.assert_allclose(frozen.transform(texts[:5]), fitted.transform(texts[:5]), rtol=1e-5)
    with pytest.raises(ValueError, match=r"sparse matrix of \d+ columns.*TruncatedSVD"):
        GANAugmenter(encoder=TfidfVectorizer(), **SMALL).fit(texts, y)


def test_a_decoder_gives_rows_back_as_they_came(images):
    X, y = images
    flat = PCA(8, random_state=0).fit(X.reshape(len(X), -1))

    def encode(rows: np.ndarray) -> np.ndarray:
        return flat.transform(rows.reshape(len(rows), -1))

    def decode(features: np.ndarray) -> np.ndarray:
        return flat.inverse_transform(features).reshape(-1, 40, 40, 3)

    pair = (encode, decode)
    augmenter = GANAugmenter(0.5, encoder=pair, **SMALL).fit(X, y)
    assert augmenter.sample({1: 4})[0].shape == (4, 40, 40, 3)
    every, _ = augmenter.augment(X, y)
    assert every.shape == (168, 40, 40, 3)
    assert every.dtype == X.dtype
    np.testing.assert_array_equal(every[: len(X)], X)
    assert augmenter.transform(X) is X
    mixed = GANAugmenter(0.25, mode="replace", encoder=pair, **SMALL).fit_transform(X, y)
    assert ((mixed != X).any((1, 2, 3)).sum(), mixed.dtype) == (28, X.dtype)


@pytest.mark.usefixtures("dice")
def test_a_decoder_that_makes_more_or_fewer_rows_is_an_error(images):
    X, y = images
    augmenter = GANAugmenter(
        encoder=(lambda rows: rows.reshape(len(rows), -1)[:, :9], lambda features: features[1:]), **SMALL
    ).fit(X, y)
    with pytest.raises(ValueError, match="decoder makes 5 rows of 6 features"):
        augmenter.sample(6)


def test_frames_come_back_from_a_decoder_as_frames():
    rng, y, index = np.random.default_rng(0), np.repeat([0, 1], 20), np.arange(40) + 7
    frame = pd.DataFrame({"p": rng.normal(size=40), "q": rng.integers(0, 9, 40)}, index)
    pair = (np.asarray, lambda features: pd.DataFrame(features, columns=["p", "q"])[["q", "p"]])
    augmenter = GANAugmenter(encoder=pair, **SMALL).fit(frame, y)
    assert len(augmenter.sample(300)[0].drop_duplicates().index.unique()) > 256
    every = augmenter.augment(frame, y)[0]
    assert (len(every), list(every.dtypes)) == (80, list(frame.dtypes))
    assert_frame_equal(every[:40], frame.reset_index(drop=True))
    mixed = GANAugmenter(0.5, mode="replace", encoder=pair, **SMALL).fit_transform(frame, y)
    assert list(mixed.index) == list(index)
    assert (mixed == frame).all(axis=1).sum() == 20
    assert_frame_equal(augmenter.set_params(ratio=0).augment(frame, y)[0], frame.reset_index(drop=True))


@pytest.mark.usefixtures("dice")
def test_a_series_of_texts_comes_back_as_a_series():
    texts, y = pd.Series(["aa", "b", "cccc", "d"] * 10, np.arange(40) + 7, name="text"), np.repeat([0, 1], 20)
    pair = (
        lambda texts: np.array([[len(text), 1.0] for text in texts]),
        lambda made: [f"made {row[0]}" for row in made],
    )
    every = GANAugmenter(encoder=pair, **SMALL).fit(texts, y).augment(texts, y)[0]
    assert (every.name, every.dtype, len(every)) == ("text", texts.dtype, 80)
    assert every[:40].tolist() == texts.tolist()
    mixed = GANAugmenter(0.5, mode="replace", encoder=pair, **SMALL).fit_transform(texts, y)
    assert list(mixed.index) == list(texts.index)
    assert mixed.str.startswith("made").sum() == 20


def test_what_a_decoder_makes_is_rounded_and_cut_to_pixels_and_texts_stay_whole():
    pixels, words = np.array([7, 9], np.uint8), np.array(["a", "bb"])
    assert stacked(pixels, np.array([-3.2, 99.7, 300.0])).tolist() == [7, 9, 0, 100, 255]
    assert stacked(pixels, np.array([300.0])).dtype == np.uint8
    assert stacked(words, ["longer"]).tolist() == ["a", "bb", "longer"]


@pytest.mark.parametrize("width", [1, 8, 65])
def test_a_row_is_the_same_alone_and_among_others(width):
    rng = np.random.default_rng(0)
    codes = np.zeros(300, np.int32)
    space = FeatureSpace.fit(rng.normal(size=(300, width)), codes)
    components = rng.normal(size=(300, space.axes.shape[0])).astype(np.float32)
    keys = np.arange(300)
    every = space.decode(components, codes, keys)
    alone = [space.decode(components[i : i + 1], codes[:1], keys[i : i + 1]) for i in range(300)]
    np.testing.assert_array_equal(np.concatenate(alone), every)


def test_a_plan_gives_what_a_decoder_makes(images):
    augmenter = GANAugmenter(encoder=(blocks, grown), **SMALL).fit(*images)
    made, labels = augmenter.sample(7, random_state=3)
    assert made.shape == (7, 40, 40, 3)
    plan = augmenter.plan(7, part_rows=4, random_state=3)
    for parts in (plan, pickle.loads(pickle.dumps(plan))):
        np.testing.assert_array_equal(np.concatenate([part for part, _ in parts]), made)
        assert [label for _, some in parts for label in some] == list(labels)
    assert plan.frame(1).shape == (3, 76)


@pytest.mark.filterwarnings("ignore:classes with at most")
def test_features_that_are_alike_within_a_class_are_learnt():
    features = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]])
    augmenter = GANAugmenter(encoder="passthrough", steps=2, refine=False).fit(features, list("aab"))
    np.testing.assert_array_equal(augmenter.sample({"b": 1, "a": 1})[0], features[[2, 0]])


@pytest.mark.usefixtures("dice")
def test_features_that_hardly_vary_are_learnt_and_huge_ones_named(images):
    features = blocks(images[0]).astype(np.float64)
    tiny = features * np.where(np.arange(75) == 3, 1e-60, 1)
    made = GANAugmenter(encoder="passthrough", **SMALL).fit(tiny, images[1]).sample(20)[0]
    assert np.isfinite(made).all()
    with pytest.raises(ValueError, match=r"features \[3\] hold numbers beyond 1e\+37"):
        GANAugmenter(encoder="passthrough", **SMALL).fit(features * np.where(np.arange(75) == 3, 1e300, 1), images[1])


def test_a_classifier_learns_from_features_and_is_asked_about_rows(images):
    X, y = images
    head = make_pipeline(StandardScaler(), LogisticRegression())
    model = AugmentedClassifier(head, GANAugmenter(ratio=0, sampling_strategy="auto", encoder=blocks, **SMALL))
    assert model.fit(X, y).score(X, y) > 0.9
    assert model.estimator_.n_features_in_ == 75
    assert model.predict_proba(X[:4]).shape == (4, 3)
    calibrated = AugmentedClassifier(head, model.augmenter, calibrate=True, cv=2).fit(X, y)
    assert calibrated.predict_proba(X[:4]).shape == (4, 3)


def test_numbers_and_no_target_have_features_too(images):
    X, y = images
    number = y + np.random.default_rng(0).random(len(y))
    model = AugmentedRegressor(Ridge(), GANAugmenter(encoder=blocks, **SMALL))
    assert model.fit(X, number).score(X, number) > 0.5
    assert GANAugmenter(encoder=blocks, **SMALL).fit(X).sample(3).shape == (3, 75)


def test_assess_measures_on_features_and_gives_the_encoder_back(images):
    X, y = images
    augmenter = GANAugmenter(encoder=blocks, **SMALL)
    options: dict[str, Any] = {"cv": 2, "ratios": {"balance": [1]}, "baselines": ["copies"], "teacher": None}
    found = assess(make_pipeline(StandardScaler(), LogisticRegression()), X, y, augmenter, **options)
    assert set(found.table["method"]) == {"none", "copies", "balance"}
    assert found.augmenter is None or found.augmenter.encoder is blocks
    with pytest.raises(ValueError, match="FrozenEstimator"):
        assess(LogisticRegression(), blocks(X), y, GANAugmenter(encoder=PCA(3), **SMALL), **options)


def test_features_are_reported_on(images):
    X, y = images
    found = GANAugmenter(encoder=blocks, **SMALL).fit(X[::2], y[::2]).report(X[1::2], y[1::2], random_state=0)
    assert len(found.columns) == 75 + 1
    assert found.about["synthetic_rows"] == 56


def test_a_file_holds_no_encoder(images, tmp_path):
    X, y = images
    augmenter = GANAugmenter(encoder=blocks, **SMALL).fit(X, y)
    augmenter.save(tmp_path / "model")
    made, _ = augmenter.sample({1: 3}, random_state=0)
    bare, whole = load(tmp_path / "model"), load(tmp_path / "model", encoder=blocks)
    for loaded in (bare, whole):
        np.testing.assert_array_equal(loaded.sample({1: 3}, random_state=0)[0], made)
    assert bare.encoder == "passthrough"
    np.testing.assert_array_equal(whole.transform(X[:2]), bare.transform(whole.transform(X[:2])))
    plain = GANAugmenter(**SMALL).fit(blocks(X), y)
    plain.save(tmp_path / "plain")
    with pytest.raises(ValueError, match="fitted without an encoder"):
        load(tmp_path / "plain", encoder=blocks)


def test_a_warm_start_learns_new_features(images):
    X, y = images
    augmenter = GANAugmenter(encoder=blocks, warm_start=True, **SMALL).fit(X, y)
    assert augmenter.fit(X[::-1], y[::-1]).n_iter_ == 40


def test_features_of_frames_come_back_as_frames(images):
    X, y = images
    frame = pd.DataFrame(blocks(X).astype(np.float32)).add_prefix("f")
    made, _ = GANAugmenter(encoder="passthrough", **SMALL).fit(frame, y).sample(4)
    assert list(made) == list(frame)
    assert set(made.dtypes) == {np.dtype(np.float32)}


@pytest.mark.parametrize("kind", ["Float32", "Int64", "double[pyarrow]", "Sparse[float32]", "half", "csr", "polars"])
def test_features_may_come_in_every_dtype_and_container_of_numbers(images, kind, recwarn):
    X, y = images
    values = blocks(X).round().astype(np.float32)
    ways = {
        "half": lambda: values.astype(np.float16),
        "csr": lambda: sparse.csr_matrix(values),
        "polars": lambda: pl.DataFrame(values.T.tolist()),
    }
    given = ways[kind]() if kind in ways else pd.DataFrame(values).add_prefix("f").astype(kind)
    options = {**SMALL, "steps": 2, "refine": False, "ratio": 0.5}
    augmenter = GANAugmenter(encoder="passthrough", **options).fit(given, y)
    made, _ = augmenter.sample(4)
    assert type(made) is type(given)
    more, _ = augmenter.augment(given, y)
    plain = (more.toarray() if kind == "csr" else np.asarray(more)).astype(np.float32)
    np.testing.assert_array_equal(plain[: len(values)], values)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("encoder", "error", "message"),
    [
        (3, TypeError, "must be a Keras model"),
        ("features", ValueError, "'passthrough'"),
        (
            lambda X: np.zeros((len(X), len(X))),
            ValueError,
            r"encoder makes arrays .* \(100,\) and \(12,\).*at most 100",
        ),
        (lambda X: X, ValueError, "GlobalAveragePooling2D"),
        (lambda X: blocks(X)[1:], ValueError, r"of 112 rows"),
        (lambda X: blocks(X).astype(str), TypeError, "numbers are needed"),
        (lambda _: None, ValueError, "encoder makes a single None of many rows: an array with a row for each"),
        (lambda X: blocks(X) / 0 if len(X) else X, ValueError, "NaN or infinite of 112"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_what_makes_no_features_is_told_before_training(images, encoder, error, message, monkeypatch):
    monkeypatch.setattr("ganaug.data.embedding.AT_ONCE", 100)
    with pytest.raises(error, match=message):
        GANAugmenter(encoder=encoder, **SMALL).fit(*images)


def test_what_goes_only_with_tables_is_told(images):
    X, y = images
    for options, message in (({"rules": ["0 <= 1"]}, "rules"), ({"categorical_features": [0]}, "no categories")):
        with pytest.raises(ValueError, match=message):
            GANAugmenter(encoder=blocks, **SMALL, **options).fit(X, y)
    words = pd.DataFrame({"a": ["x", "y"] * 10, "b": np.arange(20.0)})
    with pytest.raises(TypeError, match=r"columns \['a'\] are not"):
        GANAugmenter(encoder="passthrough", **SMALL).fit(words)
    with pytest.raises(ValueError, match=r"\['b'\] have missing values"):
        GANAugmenter(encoder="passthrough", **SMALL).fit(pd.DataFrame({"b": [1.0, np.nan, 2.0]}))


@pytest.mark.parametrize("share", [1 / 255, 100.0])
def test_features_of_another_scale_are_told(images, share):
    X, y = images
    augmenter = GANAugmenter(encoder=blocks, **SMALL).fit(X, y)
    with pytest.raises(ValueError, match=r"those of fit were from .*: scale what is embedded"):
        augmenter.augment(X * share, y)
    augmenter.augment(X[:30] * 0.8, y[:30])
