"""Images of few values and of one value alone come back as they were and without a warning, whoever asks."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf

from ganaug import DataWarning, GANAugmenter, GANOverSampler
from ganaug.modality.image.encoder import ImageEncoder

mpl.use("agg")
mpl.rcParams["figure.max_open_warning"] = 0
LABELS = np.repeat(["rare", "usual"], [6, 14])
DICE = np.random.default_rng(0)
MASK = DICE.random((20, 8, 9, 3)) < 0.3
FOUR = DICE.integers(0, 4, MASK.shape)
NOISE = DICE.integers(0, 256, MASK.shape).astype(np.uint8)


def with_channel(images: Any, channel: int, values: Any) -> Any:
    made = images.copy()
    made[..., channel] = values
    return made


FEW = {
    "bool": MASK,
    "grey bool": MASK[..., 0],
    "grey levels": (85 * FOUR[..., 0]).astype(np.uint8),
    "0 and 255": MASK.astype(np.uint8) * 255,
    "float mask": MASK.astype(np.float32),
    "half floats": MASK.astype(np.float16) * 2 - 1,
    "half floats far apart": np.where(MASK, np.float16(-60_000), np.float16(60_000)),
    "two odd floats": np.where(MASK, np.float32(0.1), np.float32(0.7)),
    "four levels": (85 * FOUR).astype(np.uint8),
    "four odd floats": np.array([0, 0.1, 0.33, 1.0])[FOUR],
    "ends of uint16": MASK.astype(np.uint16) * 65_535,
    "ends of int32": np.where(MASK, -(2**31), 2**31 - 1).astype(np.int32),
    "a constant channel of a mask": with_channel(MASK, 1, True),
}


@pytest.mark.parametrize("images", FEW.values(), ids=FEW)
@pytest.mark.usefixtures("dice")
def test_few_values_are_all_that_comes_out(images):
    channels = images if images.ndim == 4 else images[..., None]
    encoder, pixels = ImageEncoder.fit(channels)
    back = encoder.decode(pixels)
    assert back.dtype == images.dtype
    assert np.array_equal(back, channels)
    model = GANAugmenter(0.5, steps=1, refine=False, random_state=0).fit(images, LABELS)
    data = tf.data.Dataset.from_tensor_slices((images, LABELS)).batch(8)
    made = [model.sample(5)[0], model.augment(images, LABELS)[0]]
    streams = (model.as_dataset(5, num_batches=1), data.apply(model.enlarge(0.5)), data.apply(model.mix(0.5)))
    made += [batch.numpy() for stream in streams for batch, _ in stream]
    for new in made:
        assert (new.dtype, new.shape[1:]) == (images.dtype, images.shape[1:])
        assert np.isin(new, np.unique(images)).all()
    same = (images == images[0]).all(0)
    assert (np.concatenate(made)[:, same] == images[0][same]).all()
    assert model.plot_samples(2, random_state=0).images[0].get_array().max() == 1


def test_half_floats_of_many_values_keep_their_range():
    images = (NOISE * 470.5 - 60_000).astype(np.float16)
    encoder, pixels = ImageEncoder.fit(images)
    np.testing.assert_allclose(encoder.decode(pixels), images, rtol=1e-3, atol=0.1)
    model = GANAugmenter(steps=1, refine=False, random_state=0).fit(images, LABELS)
    assert np.isfinite(model.plot_samples(2).images[0].get_array()).all()


@pytest.mark.usefixtures("dice")
def test_booleans_go_into_datasets_of_masks_and_out_of_them():
    model = GANAugmenter(steps=1, refine=False, random_state=0).fit(MASK.astype(np.uint8))
    assert model.mix(1.0)(tf.data.Dataset.from_tensor_slices(MASK)).element_spec.dtype == tf.bool
    with pytest.raises(TypeError, match="pixels of uint8 from 0 to 255 are none of bool"):
        GANAugmenter(steps=1, refine=False).fit(NOISE).mix(1.0)(tf.data.Dataset.from_tensor_slices(MASK))


DARK = {
    "all": np.zeros_like(NOISE),
    "a class": np.where(LABELS[:, None, None, None] == "rare", 0, NOISE),
    "some": np.where(np.arange(20)[:, None, None, None] % 4 == 0, 0, NOISE),
    "all but one": np.where(np.arange(20)[:, None, None, None] == 3, NOISE, 0),
}


@pytest.mark.parametrize("name", DARK)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.filterwarnings("ignore::ganaug.PoorClassWarning")
def test_black_images_are_learnt_without_a_warning(name, dtype, monkeypatch):
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    images = (DARK[name] / 255).astype(dtype) if np.dtype(dtype).kind == "f" else DARK[name].astype(dtype)
    model = GANAugmenter(0.5, steps=2, random_state=0).fit(images, LABELS)
    for made in (model.sample(8)[0], model.augment(images, LABELS)[0]):
        assert made.dtype == dtype
        assert images.min() <= made.min() <= made.max() <= images.max()
    assert np.isfinite(model.history_.iloc[-1].astype(float)).all()
    assert np.isfinite(model.plot_samples(2).images[0].get_array()).all()


@pytest.mark.parametrize("images", [NOISE, NOISE[..., 0]], ids=["colour", "grey"])
@pytest.mark.parametrize("refine", [True, False])
def test_no_images_of_a_class_or_of_any_are_asked_for(images, refine):
    model = GANAugmenter(0, steps=1, refine=refine and 2, random_state=0).fit(images, LABELS)
    assert model.sample({"rare": 0, "usual": 3})[1].tolist() == ["usual"] * 3
    assert model.sample({"rare": 0, "usual": 0})[0].shape == (0, *images.shape[1:])
    model.sampling_strategy = {"rare": 6, "usual": 15}
    assert len(model.augment(images, LABELS)[0]) == 21
    data = tf.data.Dataset.from_tensor_slices((images, LABELS))
    for size in (1, 7):
        found = [len(batch) for batch, _ in data.batch(size).apply(model.enlarge(0, labels="balanced"))]
        assert sum(found) == pytest.approx(28, abs=size)
        assert sum(len(batch) for batch, _ in data.batch(size).apply(model.enlarge(0))) == 20
    assert [len(batch) for batch, _ in data.take(0).batch(3).apply(model.enlarge(1.0))] == []
    for batch, _ in data.batch(20).apply(model.mix(0)):
        assert np.array_equal(batch, images)
    assert [len(batch) for batch, _ in model.as_dataset(1, labels={"rare": 0, "usual": 1}, num_batches=2)] == [1, 1]


@pytest.mark.parametrize("images", [NOISE, pytest.param(NOISE[..., 0], marks=pytest.mark.slow)], ids=["colour", "grey"])
def test_each_class_may_have_a_single_image(images):
    with pytest.warns(DataWarning, match="at most 5 rows"):
        model = GANAugmenter(steps=1, random_state=0).fit(images[:4], list("abcd"))
    assert model.sample(8)[0].shape == (8, *images.shape[1:])
    with pytest.warns(DataWarning, match="at most 5 rows"):
        more, labels = GANOverSampler(steps=1, random_state=0).fit_resample(images[:3], ["a", "a", "b"])
    assert (len(more), sorted(labels)) == (4, ["a", "a", "b", "b"])
