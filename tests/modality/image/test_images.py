"""Images in, images out: every face of the augmenter that tables have."""

from __future__ import annotations

import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from pictures import LABELS, glyphs
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

import ganaug
from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, assess
from ganaug.assessment.classical import CLASSICAL
from ganaug.tensorflow import keras

mpl.use("agg")
X, Y = glyphs()


def flat(images):
    return images.reshape(len(images), -1)


@pytest.fixture(scope="module")
def model() -> GANAugmenter:
    return GANAugmenter(steps=20, random_state=0).fit(X, Y)


def test_every_class_gets_exactly_the_images_asked_for(model):
    images, labels = model.sample({"down": 3, "frame": 0, "across": 34})
    assert (images.shape, images.dtype) == ((37, 12, 10), np.uint8)
    assert labels.tolist() == ["down"] * 3 + ["across"] * 34
    assert model.class_counts_ == dict.fromkeys(LABELS, 20)
    assert model.n_features_in_ == 120


def test_an_image_depends_on_its_seed_and_place_alone(model):
    many, _ = model.sample({"down": 40}, random_state=1)
    few, _ = model.sample({"down": 33}, random_state=1)
    assert np.array_equal(many[:33], few)
    assert not np.array_equal(many, model.sample({"down": 40}, random_state=2)[0])


def test_the_same_seed_gives_the_same_model(model):
    again = GANAugmenter(steps=20, random_state=0).fit(X, Y)
    for one, other in zip(model._model.generator.weights, again._model.generator.weights, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("shape", "dtype", "low", "high"),
    [
        ((9, 21, 1), "float32", 0, 1),
        ((8, 11, 3), "int64", 0, 255),
        pytest.param((64, 64, 3), "uint8", 0, 255, marks=pytest.mark.slow),
    ],
)
def test_shape_dtype_and_range_are_as_given(shape, dtype, low, high):
    images, labels = glyphs(6, shape, dtype)
    made = GANAugmenter(steps=2, random_state=0).fit(images, labels).sample(3)[0]
    assert (made.shape, made.dtype) == ((3, *shape), np.dtype(dtype))
    assert low <= made.min() <= made.max() <= high


@pytest.mark.usefixtures("dice")
def test_whole_numbers_stay_whole_whatever_their_dtype():
    made = GANAugmenter(steps=2, random_state=0).fit(X.astype(float)).sample(5)
    assert made.dtype == float
    assert np.array_equal(made, made.round())


@pytest.mark.parametrize("y", [None, np.linspace(0, 1, 60) ** 2], ids=["no target", "a number"])
def test_labels_are_not_needed(y):
    model = GANAugmenter(steps=3, random_state=0).fit(X, y)
    made = model.sample(5)
    images, more = (made, None) if y is None else made
    assert images.shape == (5, 12, 10)
    assert y is None or (more >= 0).all()
    assert len(model.augment(X, y) if y is None else model.augment(X, y)[0]) == 120


@pytest.mark.usefixtures("dice")
def test_real_images_come_first_and_stay_as_they_were():
    rare_X, rare_Y = X[:50], Y[:50]
    model = GANAugmenter(ratio=0.5, sampling_strategy="auto", steps=3, random_state=0).fit(rare_X, rare_Y)
    more_X, more_Y, synthetic = model.augment(rare_X, rare_Y, return_mask=True)
    assert np.array_equal(more_X[:50], rare_X)
    assert synthetic.sum() == len(more_X) - 50 == 10 + 30
    assert [int((more_Y == label).sum()) for label in LABELS] == [30, 30, 30]


@pytest.mark.usefixtures("dice")
def test_pixels_that_the_dtype_of_real_images_does_not_hold_widen_it(model):
    shares, labels = glyphs(20, (12, 10), "float32")
    fractions = GANAugmenter(steps=2, random_state=0).fit(shares, labels)
    real = X.astype("uint8") > 99
    for given, kind in ((real, np.float32), (real.astype("uint8"), np.float32), (real.astype(float), np.float64)):
        more = fractions.augment(given, labels)[0]
        assert more.dtype == kind
        assert np.array_equal(more[:60], given)
        assert 0.3 < more[60:].mean() < 0.7
        assert fractions.translate(given, labels, to="down", random_state=0)[0].mean() > 0.3
    more = model.augment((X // 9).astype("int8"), Y)[0]
    assert more.dtype == np.int16
    assert more.min() >= 0


@pytest.mark.usefixtures("dice")
def test_replacing_keeps_the_number_of_images():
    model = GANAugmenter(0.25, mode="replace", steps=3, random_state=0)
    made = model.fit_transform(X, Y)
    assert made.shape == X.shape
    assert (made != X).any((1, 2)).sum() == 15
    assert np.array_equal(model.transform(X), X)


def test_images_are_no_table_of_set_output(model, fits):
    images = model.sample(60, random_state=0)[0]
    for mode in ("append", "replace"):
        asked = GANAugmenter(mode=mode).set_output(transform="pandas")
        with pytest.raises(TypeError, match=r"images are no table.*transform='default'"):
            asked.fit_transform(images)
    assert not fits
    with pytest.raises(TypeError, match="images are no table"):
        asked.fit(images).transform(images)
    assert asked.set_output(transform="default").transform(images) is images


def test_a_file_and_a_pickle_sample_the_same(model, tmp_path):
    model.save(tmp_path / "glyphs.ganaug")
    expected = model.sample(40, random_state=5)
    for twin in (ganaug.load(tmp_path / "glyphs.ganaug"), pickle.loads(pickle.dumps(model))):
        for one, other in zip(expected, twin.sample(40, random_state=5), strict=True):
            assert np.array_equal(one, other)


@pytest.mark.usefixtures("dice")
def test_over_sampling_takes_images_and_gives_them_back():
    sampler = GANOverSampler(steps=3, random_state=0)
    more_X, more_Y = sampler.fit_resample(X[..., None][:50], Y[:50])
    assert more_X.shape == (60, 12, 10, 1)
    assert sampler.sampling_strategy_["frame"] == 10
    assert sampler.n_features_in_ == 120
    assert np.unique(more_Y, return_counts=True)[1].tolist() == [20, 20, 20]


@pytest.mark.slow
@pytest.mark.usefixtures("dice")
def test_a_classifier_of_images_can_be_augmented_and_assessed():
    estimator = make_pipeline(FunctionTransformer(flat), StandardScaler(), LogisticRegression(C=1e-2, max_iter=1000))
    augmenter = GANAugmenter(steps=3, random_state=0)
    assert AugmentedClassifier(estimator, augmenter).fit(X, Y).score(X, Y) > 0.8
    chosen = AugmentedClassifier(estimator, GANAugmenter("auto", steps=2, random_state=0), cv=2).fit(X, Y)
    assert chosen.n_features_in_ == 120
    table = assess(estimator, X, Y, augmenter, cv=2, random_state=0).table.set_index("method")
    layers = {layer.name: layer.layer for layer in CLASSICAL}
    assert {"none", "class_weight", "enlarge", *layers} <= set(table.index)
    for name, layer in layers.items():  # older versions of Keras lack some
        assert pd.isna(table.loc[name, "note"]) == hasattr(keras.layers, layer)
    table = assess(estimator, X, Y, augmenter, cv=2, ratios=[1], baselines=["smote"], random_state=0).table
    assert "images" in table.set_index("method").loc["smote", "note"]


def test_samples_are_drawn_as_a_grid(model, tmp_path):
    ax = model.plot_samples(3, random_state=0)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(LABELS)
    assert ax.images[0].get_array().shape[:2] == (3 * 13, 3 * 11)
    ax.figure.savefig(tmp_path / "samples.png")


@pytest.mark.usefixtures("dice")
def test_rows_of_the_grid_have_the_names_of_classes(tmp_path):
    names = np.repeat(["5$ and 6$", "american staffordshire terrier", "american water terrier"], 20)
    ax = GANAugmenter(steps=2).fit(X, names).plot_samples(2)
    told = [label.get_text() for label in ax.get_yticklabels()]
    assert told == ["5$ and 6$", "american staf…errier", "american wate…errier"]
    assert max(map(len, told)) == 20
    ax.figure.savefig(tmp_path / "named.png")


@pytest.mark.usefixtures("dice")
def test_colours_are_drawn_as_colours():
    colour = GANAugmenter(steps=2, random_state=0).fit(glyphs(6, (8, 9, 3))[0])
    assert colour.plot_samples(2).images[0].get_array().shape == (18, 20, 3)


def test_training_is_drawn_as_curves(model):
    ax = model.plot_history()
    assert [line.get_label() for line in ax.lines] == ["discriminator's loss", "generator's loss"]
    assert ax.lines[0].get_xdata()[-1] == 20
    [right] = [other for other in ax.figure.axes if other is not ax]
    checks = model.history_.dropna()
    for line, name in zip(right.lines, ("detection", "coverage"), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), checks[["step", name]])
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == ["discriminator's loss", "generator's loss", "detection", "coverage"]


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (np.zeros((5, 7, 30)), ValueError, "at least 8 x 8"),
        (np.zeros((5, 3, 32, 32)), ValueError, r"Channels come last: np.moveaxis\(X, 1, -1\)"),
        (np.zeros((5, 8, 8, 0)), ValueError, "without channels"),
        (np.full((5, 8, 8), "a"), TypeError, "pixels must be"),
        (np.where(np.arange(5)[:, None, None] == 2, np.nan, np.zeros((5, 8, 8))), ValueError, "1 image has pixels"),
        (np.full((5, 8, 8), -(2**60)), ValueError, "a pixel of -1,152,921,504,606,846,976, and floats"),
        (np.full((5, 8, 8), 2**64 - 1, np.uint64), ValueError, "a pixel of 18,446,744,073,709,551,615, and floats"),
        (np.resize([-3e38, 3e38], (5, 8, 8)).astype("float32"), ValueError, "from -3e.38 to 3e.38, a range"),
        (np.resize([0, 1e-310], (5, 8, 8)), ValueError, "from 0 to 1e-310, a range .* scale them"),
        (np.zeros((1, 8, 8)), ValueError, "1 sample"),
    ],
)
def test_what_is_no_image_is_refused(images, error, message):
    with pytest.raises(error, match=message):
        GANAugmenter(steps=2).fit(images)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((6, 3, 32, 20), r"images of 3 x 32 pixels, or channels first. Channels come last: np.moveaxis\(X, 1, -1\)"),
        ((6, 1, 28, 28), "Channels come last"),
        ((6, 4, 8, 8), "Channels come last"),
        ((32, 20, 3), r"One image of 3 channels is X\[None\]"),
        ((6, 3, 32, 3), "at least 8 x 8 are needed$"),
        ((6, 2, 12, 10, 3), r"got 5D array.*Images are \(n, height, width\) or \(n, height, width, channels\)"),
    ],
)
def test_axes_out_of_their_places_are_told_wherever_images_are_given(model, shape, message):
    images, labels = np.zeros(shape, np.uint8), np.resize(["down", "frame"], shape[0])
    for takes in (GANAugmenter(steps=1).fit, model.augment, GANOverSampler(steps=1).fit_resample):
        with pytest.raises(ValueError, match=message):
            takes(images, labels)


def test_images_of_other_channels_are_told_from_those_of_another_size(model):
    with pytest.raises(ValueError, match=r"fitted on \(12, 10, 1\) \(height, width, channels\)\. Give them 1 channel$"):
        model.augment(np.zeros((4, 12, 10, 3), np.uint8), Y[:4])
    with pytest.raises(ValueError, match="Resize them first"):
        model.augment(np.zeros((4, 12, 12), np.uint8), Y[:4])
    many = GANAugmenter(steps=1, refine=False, random_state=0).fit(np.zeros((6, 8, 9, 10)))
    with pytest.raises(ValueError, match="Channels come last"):
        many.augment(np.zeros((6, 10, 8, 9)))


@pytest.mark.parametrize("images", [X + np.float32(0.25), np.where(X > 100, 255, 0).astype(np.uint8)])
def test_parts_and_masks_scaled_to_one_are_told(images):
    model = GANAugmenter(steps=1, refine=False, random_state=0).fit(images, Y)
    scaled = images / 256 if images.dtype.kind == "f" else images > 0
    with pytest.raises(ValueError, match=r"pixels from 0.* to .*, and those of fit were from .* to 255"):
        model.augment(scaled, Y)
    model.augment(images, Y)
    model.augment(images[:20], Y[:20])


def test_images_of_another_scale_are_told(model):
    with pytest.raises(ValueError, match=r"pixels from 0 to 1, and those of fit were from \d+ to 255: scale them"):
        model.augment(np.linspace(0, 1, X.size, dtype=np.float32).reshape(X.shape), Y)
    small = GANAugmenter(steps=1, random_state=0).fit(np.linspace(0, 1, X.size).reshape(X.shape), Y)
    with pytest.raises(ValueError, match="pixels from 0 to 255, and those of fit were from 0 to 1: scale them"):
        small.augment(np.linspace(0, 255, X.size).reshape(X.shape), Y)
    with pytest.raises(ValueError, match="pixels from -1 to 1, and those of fit were from 0 to 1: scale them"):
        small.augment(np.linspace(-1, 1, X.size).reshape(X.shape), Y)
    small.augment(np.linspace(-0.1, 1, X.size).reshape(X.shape), Y)
    with pytest.raises(ValueError, match="pixels from 0 to 16, and those of fit were from 0 to 1: scale them"):
        small.augment(np.linspace(0, 16, X.size).reshape(X.shape), Y)
    counts = np.arange(X.size).reshape(X.shape) % 17.0
    sixteenths = GANAugmenter(steps=1, random_state=0).fit(counts, Y)
    with pytest.raises(ValueError, match="pixels from 0 to 1, and those of fit were from 0 to 16: scale them"):
        sixteenths.augment(counts / 16, Y)
    sixteenths.augment(counts.clip(0, 1), Y)
    hot = np.linspace(0, 1, X.size).reshape(X.shape) * 1.5
    assert small.augment(hot, Y)[0].max() == 1.5
    black = np.zeros(X.shape, np.uint8)
    np.testing.assert_array_equal(model.augment(black, Y)[0][: len(X)], black)


def test_other_data_than_fitted_on_is_refused(model, quick):
    with pytest.raises(ValueError, match=r"images of shape \(12, 12, 1\).*fitted on \(12, 10, 1\)"):
        model.augment(np.zeros((4, 12, 12), np.uint8), Y[:4])
    with pytest.raises(ValueError, match=r"X is a table, .* on images: give .* \(n, 12, 10\); .*X\[None\]"):
        model.augment(flat(X), Y)
    with pytest.raises(ValueError, match=r"X is images, .* on a table: give a table of \d+ column"):
        quick.transform(X)
    with pytest.raises(TypeError, match="fitted on a table"):
        quick.plot_samples()
    with pytest.raises(ValueError, match="categorical_features"):
        GANAugmenter(categorical_features=[0]).fit(X, Y)


@pytest.mark.usefixtures("dice")
def test_a_constant_image_set_is_learnt():
    assert (GANAugmenter(steps=2, random_state=0).fit(np.full((10, 8, 8), 7, np.uint8)).sample(3) == 7).all()


@pytest.mark.slow
def test_digits_are_learnt():
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8)
    model = GANAugmenter(steps=500, random_state=0).fit(images[:900], digits[:900])
    made, labels = model.sample(dict.fromkeys(range(10), 60), random_state=0)
    learnt = SVC(C=10).fit(flat(made), labels).predict(flat(images[900:]))
    assert balanced_accuracy_score(digits[900:], learnt) > 0.7
