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


def tutorial_generator(grid: tuple[int, int] = (7, 7), strides: tuple[int, ...] = (1, 2, 2), channels: int = 1) -> Any:
    """TensorFlow's tutorial on DCGANs, with fewer filters."""
    body = [
        keras.Input([100]),
        layers.Dense(grid[0] * grid[1] * 8, use_bias=False),
        layers.Reshape([*grid, 8]),
        *[layers.Conv2DTranspose(8, 5, by, "same", name=f"up{i}") for i, by in enumerate(strides[:-1])],
        layers.Conv2DTranspose(channels, 5, strides[-1], "same", activation="tanh", name="pixels"),
    ]
    return keras.Sequential(body)


MENDS = {
    (14, 14, 1): (r"set strides=1 in 'pixels'$", {"strides": (1, 2, 1)}),
    (7, 7, 1): (r"set strides=1 in 'up1' and 'pixels'$", {"strides": (1, 1, 1)}),
    (56, 56, 1): (r"set strides=2 in 'up0'$", {"strides": (2, 2, 2)}),
    (32, 32, 1): (r"begin with a grid of 8 x 8 in place of 7 x 7$", {"grid": (8, 8)}),
    (112, 112, 1): (r"begin with a grid of 28 x 28 in place of 7 x 7$", {"grid": (28, 28)}),
    (8, 40, 1): (r"begin with a grid of 2 x 10 in place of 7 x 7$", {"grid": (2, 10)}),
    (28, 28, 3): (r"let that layer have 3 filters$", {"channels": 3}),
}


@pytest.mark.parametrize("shape", MENDS)
def test_a_generator_of_another_size_is_told_its_mend(shape):
    message, mended = MENDS[shape]
    layout = ImageLayout(shape, 256, Layout(()))
    with pytest.raises(ValueError, match=r"'pixels' gives shape \(28, 28, 1\), expected .*; " + message):
        own.own_generator(tutorial_generator(), layout, 0)
    assert own.own_generator(tutorial_generator(**mended), layout, 0).outputs[0].shape[1:] == shape


def test_sizes_that_no_grid_gives_are_cropped_or_resized():
    layout = ImageLayout((30, 31, 3), 256, Layout(()))
    with pytest.raises(
        ValueError, match=r"3 filters; .* 8 x 8 .*, and end with .*Cropping2D\(\(\(1, 1\), \(0, 1\)\)\)$"
    ):
        own.own_generator(tutorial_generator(), layout, 0)
    given = tutorial_generator((8, 8), channels=3)
    mended = keras.Sequential([*given.layers, layers.Cropping2D(((1, 1), (0, 1)))])
    mended.build([None, 100])
    assert own.own_generator(mended, layout, 0).outputs[0].shape[1:] == layout.shape
    flat = keras.Sequential([keras.Input([28, 28, 1]), layers.Conv2D(3, 3, padding="same")])
    with pytest.raises(ValueError, match=r"end with keras.layers.Resizing\(30, 31\)$"):
        own.own_generator(flat, layout, 0)
