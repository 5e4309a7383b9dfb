"""Pixels that take few values, or often the same one, do so in generated images, too."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug import GANAugmenter, load
from ganaug.modality.image.encoder import ImageEncoder
from ganaug.modality.image.pixels import Pixels
from ganaug.modality.image.spikes import find_spikes


def blobs(images: int = 150, size: int = 12) -> np.ndarray:
    """A bright spot on a dark ground, from 0 to 1."""
    rng = np.random.default_rng(0)
    row, column = rng.uniform(3, size - 4, (2, images, 1, 1))
    away = np.hypot(np.arange(size)[:, None] - row, np.arange(size) - column)
    return (1.5 - away / 2.5).clip(0, 1)


BLOBS = blobs()
FEW = {
    "bool": BLOBS > 0.3,
    "0, 1": (BLOBS > 0.3).astype("uint8"),
    "0, 255": (BLOBS > 0.3).astype("uint8") * 255,
    "0, 128, 255": np.select([BLOBS > 0.7, BLOBS > 0.3], [255, 128], 0).astype("uint8"),
    "sixteenths": np.floor(BLOBS * 15.99) / 16,
    "255ths": (np.rint(BLOBS * 255) / 255).astype("float32"),
    "far apart": np.select([BLOBS > 0.7, BLOBS > 0.3], [1e6, 10.0], 0),
    "channels": np.stack([np.where(BLOBS > 0.3, 200, 10), np.where(BLOBS > 0.5, 0, 77)], -1),
}
BACKGROUND = {
    "black": np.rint(BLOBS * 250).astype("uint8"),
    "white": 255 - np.rint(BLOBS * 250).astype("uint8"),
    "grey": np.where(BLOBS > 0, BLOBS * 250, 90).round().astype("uint8"),
    "floats": BLOBS.astype("float32"),
    "16 bits": np.rint(BLOBS * 60_000).astype("uint16"),
    "colour": np.stack([np.where(BLOBS > 0, BLOBS * 250, ground).round() for ground in (10, 90, 250)], -1).astype(
        "uint8"
    ),
}


def fitted(images: np.ndarray, steps: int = 10) -> GANAugmenter:
    return GANAugmenter(steps=steps, refine=2, random_state=0).fit(images)


@pytest.mark.parametrize("name", FEW)
def test_few_values_are_all_that_comes_back(name):
    images = FEW[name]
    made = fitted(images).sample(100)
    assert (made.dtype, made.shape[1:]) == (images.dtype, images.shape[1:])
    for channel in range(images.shape[3] if images.ndim == 4 else 1):
        real, fake = (each if each.ndim == 3 else each[..., channel] for each in (images, made))
        assert set(fake.ravel().tolist()) <= set(real.ravel().tolist())
        if len(np.unique(real)) <= 16:
            for value in np.unique(real):
                assert (fake == value).mean() == pytest.approx((real == value).mean(), abs=0.05)


@pytest.mark.parametrize("name", BACKGROUND)
def test_a_background_comes_back_as_exactly_that_value_and_as_often(name):
    images = BACKGROUND[name].reshape(*BLOBS.shape, -1)
    made = fitted(images).sample(100)
    for channel in range(images.shape[3]):
        real, fake = images[..., channel], made[..., channel]
        ground = np.median(real)
        assert (fake == ground).mean() == pytest.approx((real == ground).mean(), abs=0.05)
        assert len(np.unique(fake)) > 20


def test_pixels_that_are_the_same_in_all_images_stay_so():
    images = BACKGROUND["black"].copy()
    images[:, 0, :] = np.arange(12)
    made = fitted(images).sample(50)
    same = images.min(0) == images.max(0)
    assert 12 < same.sum() < 144
    assert (made[:, same] == images[0, same]).all()


def test_the_calibration_survives_a_file(tmp_path):
    model = fitted(FEW["0, 128, 255"])
    model.save(tmp_path / "m.ganaug")
    again = load(tmp_path / "m.ganaug")
    assert np.array_equal(again.sample(20, random_state=1), model.sample(20, random_state=1))
    assert again._model.encoder.spikes[0].cuts is not None


@pytest.mark.parametrize("name", [*FEW, *BACKGROUND])
def test_real_images_come_back_as_they_are_before_anything_was_generated(name):
    images = (FEW | BACKGROUND)[name].reshape(*BLOBS.shape, -1)
    encoder, rows = ImageEncoder.fit(images)
    np.testing.assert_allclose(encoder.decode(rows).astype(float), images.astype(float), rtol=1e-4, atol=1e-4)


def test_images_without_a_background_are_left_as_they_are():
    images = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 1)).astype("uint8")
    encoder, _ = ImageEncoder.fit(images)
    assert not any(len(found.values) for found in encoder.spikes)
    assert (encoder.layout.levels, encoder.fixed) == (256, None)
    noise = Pixels(np.random.default_rng(1).integers(0, 256, (9, 8, 8, 1)).astype("uint8"))
    assert np.array_equal(encoder.calibrated(noise).decode(noise), noise.values)


def test_a_generator_that_is_right_already_is_not_interfered_with():
    [spikes] = find_spikes(FEW["0, 255"][..., None], whole=True)
    real = FEW["0, 255"].astype(float)
    blurred = np.where(real == 0, 3.0, 251.0)
    assert spikes.calibrated(blurred, 1.0).cuts[0, 1] == 127.5
    assert np.array_equal(spikes.calibrated(blurred, 1.0)(blurred, 1.0), real)
    grey = np.linspace(100, 140, real.size)
    share = (spikes.calibrated(grey, 1.0)(grey, 1.0) == 0).mean()
    assert share == pytest.approx((real == 0).mean(), abs=0.01)
