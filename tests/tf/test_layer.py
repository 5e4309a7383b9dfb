"""Synthetic rows inside a Keras model."""

from __future__ import annotations

import subprocess
import sys
from inspect import signature
from typing import Any

import keras
import numpy as np
import pytest
import tables
import tensorflow as tf
from feeds import as_tensors, network, numbers, real, rows_of

from ganaug import GANAugmenter


def test_an_own_generator_draws_for_datasets_and_layers(tmp_path):
    def own(layout: Any) -> keras.Model:
        noise, condition = keras.Input([5]), keras.Input([layout.condition_width])
        x = keras.layers.BatchNormalization()(keras.layers.Concatenate()([noise, condition]))
        return keras.Model([noise, condition], keras.layers.Dense(layout.raw_width)(x))

    X, y = numbers()
    augmenter = GANAugmenter(steps=3, refine=False, generator=own, random_state=0).fit(X, y)
    assert len(rows_of(real().apply(augmenter.enlarge(1.0)))) == 180
    x, label = keras.Input([2]), keras.Input([], dtype="int64")
    net = keras.Model([x, label], augmenter.as_layer(1.0, seed=0)([x, label]))
    net.save(tmp_path / "own.keras")
    again = keras.models.load_model(tmp_path / "own.keras")
    X = X.astype("float32")
    np.testing.assert_array_equal(again([X, y], training=True)[0], net([X, y], training=True)[0])


def test_a_layer_of_a_config_alone_asks_for_weights(model):
    layer = model.as_layer(1.0, seed=0)
    empty = type(layer).from_config(layer.get_config())
    X, y = numbers()
    with pytest.raises(ValueError, match="made from a config alone: give it weights"):
        empty([X.astype("float32"), y], training=True)
    empty.set_weights(layer.get_weights())
    assert empty([X.astype("float32"), y], training=True)[0].shape == X.shape


class Regularised(keras.Model):
    """Mixes synthetic rows into each training batch."""

    def __init__(self, net: keras.Model, layer: keras.layers.Layer) -> None:
        super().__init__()
        self.net, self.layer = net, layer

    def call(self, x: Any, training: bool = False) -> Any:
        return self.net(x, training=training)

    def train_step(self, data: Any) -> Any:
        return super().train_step(self.layer(data, training=True))


def test_the_layer_works_in_a_train_step(model):
    net = Regularised(network(), model.as_layer(0.5, seed=0))
    net.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert np.isfinite(net.fit(real().batch(30), epochs=2, shuffle=False, verbose=0).history["loss"]).all()


def test_the_layer_has_no_place_in_a_sequential_model_unless_there_are_no_labels(model, unlabelled):
    X, _ = numbers()
    message = r"called with \[x, y\] and has no place in a Sequential model"
    with pytest.raises(TypeError, match=message):
        keras.Sequential([keras.Input(X.shape[1:]), model.as_layer(), keras.layers.Dense(3)])
    with pytest.raises(TypeError, match=message):
        keras.Sequential([model.as_layer(), keras.layers.Dense(3)])(X)
    net = keras.Sequential([keras.Input(X.shape[1:]), unlabelled.as_layer(0.5), keras.layers.Dense(3)])
    assert net(X, training=True).shape == (len(X), 3)


def test_the_layer_does_nothing_but_in_training(model):
    X, y = numbers()
    layer = model.as_layer(0.5, seed=0)
    for training in (False, None):
        x, label = layer([X, y], training=training)
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(label, y)
    x, label = layer((X, y), training=True)
    assert (np.asarray(x) != X).any(1).mean() == pytest.approx(0.5, abs=0.15)
    assert x.dtype == "float64"
    np.testing.assert_array_equal(label, y)
    assert (layer((X, y), training=True)[0].numpy() != x.numpy()).any()
    np.testing.assert_array_equal(model.as_layer(0.5, seed=0)((X, y), training=True)[0], x)
    assert not layer.trainable_weights


LOADING = """
import sys, numpy as np, keras, ganaug.keras
net = keras.models.load_model(sys.argv[1])
X, y = np.load(sys.argv[2]), np.load(sys.argv[3])
x, label = net([X, y], training=True)
np.save(sys.argv[4], x)
assert "ganaug.augmenter" not in sys.modules
"""


def test_a_model_with_the_layer_is_saved_exported_and_loaded_without_the_augmenter(model, tmp_path):
    X, y = numbers()
    X = X.astype("float32")
    x, label = keras.Input([2]), keras.Input([], dtype="int64")
    net = keras.Model([x, label], model.as_layer(0.5, seed=4)([x, label]))
    net.save(tmp_path / "net.keras")
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    paths = [str(tmp_path / name) for name in ("net.keras", "X.npy", "y.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", LOADING, *paths], check=True, capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), net([X, y], training=True)[0])
    quiet = {"verbose": False} if "verbose" in signature(net.export).parameters else {}  # not in Keras 3.5
    net.export(tmp_path / "exported", **quiet)
    served = tf.saved_model.load(tmp_path / "exported").serve([X, y.astype("int64")])
    np.testing.assert_array_equal(served[0], X)


def test_the_layer_takes_dicts_of_mixed_columns(mixed_model, frame, tmp_path):
    cells = {name: as_tensors(column) for name, column in frame.items()}
    batch = next(iter(tf.data.Dataset.from_tensor_slices((cells, tables.mixed()[1].to_numpy(str))).batch(50)))
    layer = mixed_model.as_layer(1.0, seed=0)
    x, _ = layer(batch, training=True)
    assert set(x["city"].numpy()) <= {b"Berlin", b"Oslo", b"Rome", b""}
    assert {name: column.dtype for name, column in x.items()} == {n: c.dtype for n, c in batch[0].items()}
    inputs = {name: keras.Input([], dtype=column.dtype.name, name=name) for name, column in batch[0].items()}
    label = keras.Input([], dtype="string", name="label")
    net = keras.Model([inputs, label], layer((inputs, label))[0]["amount"])
    net.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again(batch)[:5], batch[0]["amount"][:5])
