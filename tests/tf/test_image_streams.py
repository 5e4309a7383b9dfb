"""Images in tf.data pipelines and Keras models, as the dataset holds them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from pictures import LABELS, glyphs

from ganaug import GANAugmenter

X, Y = glyphs()
PLACES = np.repeat([0, 1, 2], 20)


@pytest.fixture(scope="module")
def model() -> GANAugmenter:
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(X, Y)


def dataset(images: Any = X, labels: Any = PLACES) -> Any:
    return tf.data.Dataset.from_tensor_slices((images, labels))


def test_a_stream_is_like_the_training_images(model):
    batches = list(model.as_dataset(30, labels="balanced", num_batches=2, seed=0))
    for images, labels in batches:
        assert (images.shape, images.dtype) == ((30, 12, 10), tf.uint8)
        assert sorted(label.decode() for label in labels.numpy()) == sorted(LABELS * 10)
    again = list(model.as_dataset(30, labels="balanced", num_batches=2, seed=0))
    assert np.array_equal(batches[1][0], again[1][0])


@pytest.mark.usefixtures("dice")
def test_elements_hold_what_the_encoder_decodes():
    from ganaug.columns.layout import Encoded
    from ganaug.modality.image.pixels import Pixels
    from ganaug.tf.elements import Form

    for images in (X[..., None], X[..., None] / 255, (X[..., None].astype(int) * 3 - 7)):
        own = GANAugmenter(steps=1, refine=False, random_state=0).fit(images)
        levels = own._model.encoder.layout.levels
        drawn = np.random.default_rng(0).random((4, 12, 10, 1))
        pixels = (drawn * (levels - 1)).round().astype(np.uint8) if levels else (2 * drawn - 1).astype(np.float32)
        form = Form.of(own._model, tf.TensorSpec([None, 12, 10, 1], images.dtype))
        [features] = form.features(Pixels(pixels), Encoded.none(4), 0)
        assert features.dtype == images.dtype
        np.testing.assert_allclose(features, own._model.encoder.decode(Pixels(pixels)), rtol=1e-12)


@pytest.mark.parametrize("batched", [True, False], ids=["batches", "single images"])
def test_some_images_of_a_dataset_are_replaced(model, batched):
    data = dataset(X.astype(np.float32)[..., None])
    data = data.batch(20) if batched else data
    mixed = data.apply(model.mix(0.5, seed=0))
    assert mixed.element_spec == data.element_spec
    images = np.concatenate([x.numpy().reshape(-1, 12, 10) for x, _ in mixed])
    assert 15 < (images != X).any((1, 2)).sum() < 45


def test_a_dataset_is_enlarged(model):
    found = list(dataset().batch(20).apply(model.enlarge(1.0, seed=0)))
    assert sum(len(labels) for _, labels in found) == 120


def test_a_layer_stands_between_the_usual_augmentations(model, tmp_path):
    layer = model.as_layer(0.5, seed=0)
    images, labels = keras.Input((12, 10, 1)), keras.Input((), dtype="int64")
    moved = keras.layers.RandomTranslation(0.1, 0.1, seed=1)(images)
    mixed, _ = layer([moved, labels])
    out = keras.layers.Dense(3)(keras.layers.Flatten()(keras.layers.RandomFlip(seed=2)(mixed)))
    network = keras.Model([images, labels], out)
    given = [X.astype(np.float32)[..., None], PLACES]
    assert network(given, training=True).shape == (60, 3)
    assert np.array_equal(layer(given, training=False)[0], given[0])
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(loaded(given, training=False), network(given, training=False), rtol=1e-6)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((60, 12, 12)), r"expected an image of shape \(12, 10\) or \(12, 10, 1\)"),
        (np.zeros((60, 10)), r"expected an image of shape \(12, 10\)"),
        (np.zeros((60, 12, 10), np.int8), "pixels of uint8 from 0 to 255 are none of int8"),
    ],
)
def test_elements_that_images_cannot_be_like_are_refused(model, images, message):
    with pytest.raises(TypeError, match=message):
        dataset(images).apply(model.mix(0.5))


def test_half_floats_hold_no_bright_pixels():
    model = GANAugmenter(steps=1, refine=False, random_state=0).fit(X * np.uint16(257), Y)
    with pytest.raises(TypeError, match="pixels of uint16 from 0 to 65535 are none of float16"):
        dataset(X.astype(np.float16)).apply(model.mix(0.5))


SCALED = X.astype(np.float32) / 255


@pytest.mark.parametrize(
    "use",
    [
        lambda model: next(iter(dataset(SCALED).apply(model.enlarge(1.0)))),
        lambda model: next(iter(dataset(SCALED).batch(20).apply(model.enlarge(1.0)))),
        lambda model: next(iter(dataset(SCALED).apply(model.mix(0.5)))),
        lambda model: next(iter(dataset(SCALED).batch(20).map(model.map_fn(0.5)))),
        lambda model: model.as_layer(0.5, seed=0)([SCALED, PLACES], training=True),
    ],
    ids=["enlarge", "enlarge of batches", "mix", "map_fn", "as_layer"],
)
def test_real_images_of_another_scale_are_told_in_streams(model, use):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="those of fit were from 0 to 255: scale"):
        use(model)


def test_a_layer_draws_where_all_threads_are_taken():
    code = """
import keras, numpy as np, tensorflow as tf
tf.config.threading.set_inter_op_parallelism_threads(1)
from ganaug import GANAugmenter
X = np.random.default_rng(0).integers(0, 256, (60, 12, 10)).astype("float32")
y = np.arange(60) % 3
layer = GANAugmenter(steps=2, refine=False, random_state=0, verbose=0).fit(X, y).as_layer(0.5, seed=0)
images, labels = keras.Input((12, 10)), keras.Input([], dtype="int64")
mixed, _ = layer([images, labels])
net = keras.Model([images, labels], keras.layers.Dense(3, "softmax")(keras.layers.Flatten()(mixed)))
net.compile("adam", "sparse_categorical_crossentropy")
net.fit([X, y], y, verbose=0)
print("trained")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().endswith("trained"), done.stderr
