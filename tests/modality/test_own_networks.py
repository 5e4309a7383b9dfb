"""The networks of a textbook, handed over as they are."""

from __future__ import annotations

import pickle
import random
from typing import Any

import keras
import numpy as np
import pytest
from pictures import LABELS, glyphs

import ganaug
from ganaug import GANAugmenter
from ganaug.columns.layout import Block, Layout
from ganaug.modality import own_networks as own
from ganaug.modality.image.pixels import ImageLayout

layers = keras.layers
X, Y = glyphs(10, (28, 28, 3))
LAYOUT = ImageLayout((28, 28, 3), 256, Layout((Block(0, 3),)))


def textbook_generator(last: str = "tanh") -> Any:
    return keras.Sequential(
        [
            keras.Input([100]),
            layers.Dense(7 * 7 * 32, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape([7, 7, 32]),
            layers.Conv2DTranspose(16, 5, 2, "same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(3, 5, 2, "same", use_bias=False, activation=last, name="pixels"),
        ]
    )


def textbook_discriminator(last: str | None = "sigmoid") -> Any:
    return keras.Sequential(
        [
            keras.Input([28, 28, 3]),
            layers.Conv2D(16, 5, 2, "same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(name="flat"),
            layers.Dense(1, activation=last),
        ]
    )


def test_textbook_networks_are_trained_and_stay_as_they_were(tmp_path):
    networks = {"generator": textbook_generator(), "discriminator": textbook_discriminator()}
    before = [array for network in networks.values() for array in network.get_weights()]
    state = random.getstate()
    model = GANAugmenter(steps=5, refine=False, random_state=0, **networks).fit(X, Y)
    assert random.getstate() == state
    after = [array for network in networks.values() for array in network.get_weights()]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    images, labels = model.sample({"down": 2, "frame": 1}, random_state=0)
    assert (images.shape, images.dtype, labels.tolist()) == ((3, 28, 28, 3), np.uint8, ["down", "down", "frame"])
    model.save(tmp_path / "own.ganaug")
    loaded = ganaug.load(tmp_path / "own.ganaug", generator=networks["generator"])
    for twin in (loaded, pickle.loads(pickle.dumps(model))):
        assert np.array_equal(twin.sample(dict.fromkeys(LABELS, 1), random_state=1)[0],
                              model.sample(dict.fromkeys(LABELS, 1), random_state=1)[0])  # fmt: skip


def test_one_seed_gives_one_model_although_layers_have_none():
    networks = {"generator": textbook_generator(), "discriminator": textbook_discriminator()}
    one, other = (GANAugmenter(steps=3, refine=False, random_state=0, **networks).fit(X[:20]) for _ in range(2))
    assert all(
        np.array_equal(a, b) for a, b in zip(one._model.generator.weights, other._model.generator.weights, strict=True)
    )


def test_the_condition_changes_what_a_generator_of_one_input_makes():
    model = own.own_generator(textbook_generator(), LAYOUT, 0)
    noise = np.zeros((3, 100), np.float32)
    made = model([noise, np.eye(3, dtype=np.float32)]).numpy()
    assert np.abs(made[0] - made[1]).max() > 1e-4


def test_pixels_of_a_sigmoid_are_moved():
    model = own.own_generator(textbook_generator("sigmoid"), LAYOUT, 0)
    made = model([np.random.default_rng(0).normal(size=(50, 100)), np.eye(3)[np.zeros(50, int)]]).numpy()
    assert -1 <= made.min() < 0


@pytest.mark.parametrize("last", ["sigmoid", "layer"])
def test_a_probability_becomes_the_logit_it_was_made_of(last):
    if last == "layer":
        given = keras.Sequential([*textbook_discriminator(None).layers, layers.Activation("sigmoid")])
        given.build([None, 28, 28, 3])
    else:
        given = textbook_discriminator()
    images = np.random.default_rng(0).uniform(-1, 1, (4, 28, 28, 3)).astype(np.float32)
    blind = own.own_discriminator(given, ImageLayout((28, 28, 3), 256, Layout(())), 0)
    logits = blind([images, np.zeros((4, 0), np.float32)]).numpy()
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), given(images), atol=1e-5)
    told = own.own_discriminator(given, LAYOUT, 0)([images, np.eye(3, dtype=np.float32)[[0, 0, 1, 2]]]).numpy()
    assert np.abs(told - logits).max() > 1e-3


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (
            {"generator": textbook_discriminator()},
            r"generator=.*\(28, 28, 3\); its last layer 'dense\S*' gives.*\(1,\)",
        ),
        ({"discriminator": textbook_generator()}, r"discriminator=.*its input '\S+' has shape \(100,\), expected \(28"),
        ({"generator": keras.Sequential([layers.Dense(3)])}, "has no shapes yet: begin it with keras.Input"),
    ],
)
def test_networks_whose_shapes_do_not_agree_are_told_which_layer(networks, message):
    with pytest.raises(ValueError, match=message):
        GANAugmenter(steps=1, **networks).fit(X, Y)
