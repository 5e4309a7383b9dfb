"""Datasets of images, as Keras reads them from folders: fitted like the arrays that they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from pictures import LABELS, glyphs, photos

from ganaug import GANAugmenter, GANOverSampler
from ganaug.data.datasets import arrays_of
from ganaug.exceptions import DataWarning

X, Y = glyphs(6, (12, 10, 3))
PLACES = np.repeat([0, 1, 2], 6)
from_slices = tf.data.Dataset.from_tensor_slices


def quick(**options: Any) -> GANAugmenter:
    return GANAugmenter(steps=5, refine=False, random_state=0, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return photos(tmp_path / "photos", X, Y)


def read(folder: Path, **options: Any) -> Any:
    options = {"image_size": (12, 10), "shuffle": False, "verbose": False, **options}
    return keras.utils.image_dataset_from_directory(folder, **options)


@pytest.mark.parametrize(("label_mode", "batch"), [("int", 4), ("categorical", None)])
def test_a_folder_that_keras_reads_is_learnt_under_its_names(folder, label_mode, batch):
    dataset = read(folder, label_mode=label_mode, batch_size=batch)
    images, labels = arrays_of(dataset, None)
    assert np.array_equal(images, X)
    assert np.array_equal(labels, Y)
    augmenter = quick(warm_start=True).fit(dataset).fit(dataset)
    assert augmenter.n_iter_ == 10
    assert augmenter.classes_.tolist() == list(LABELS)
    made, labels = augmenter.sample({"down": 3})
    assert (made.shape, made.dtype, labels.tolist()) == ((3, 12, 10, 3), np.float32, ["down"] * 3)
    assert np.array_equal(made, made.round())


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("label_mode", ["int", "categorical", "binary"])
def test_its_labels_are_places_among_the_classes_in_tf_data(tmp_path, label_mode):
    some = PLACES < 2 if label_mode == "binary" else PLACES < 3
    dataset = read(photos(tmp_path / "some", X[some], Y[some]), label_mode=label_mode, batch_size=6)
    augmenter = quick().fit(dataset)
    more = dataset.apply(augmenter.enlarge(1.0, labels={"down": 1.0}, seed=0))
    assert more.element_spec == dataset.element_spec
    y = np.concatenate([y for _, y in more])
    places = y.argmax(1) if label_mode == "categorical" else y.ravel()
    assert np.bincount(places.astype(int)).tolist()[:2] == [6, 6 + some.sum()]


@pytest.mark.usefixtures("dice")
def test_datasets_of_other_classes_are_not_taken_for_those_of_the_augmenter(folder):
    augmenter, dataset = quick().fit(X, Y), read(folder)
    assert dataset.apply(augmenter.mix(0.5)).element_spec == dataset.element_spec
    dataset.class_names = ["across", "down", "square"]
    for way in (augmenter.mix(0.5), augmenter.enlarge(1.0)):
        with pytest.raises(ValueError, match=r"'square'\], and those of the augmenter are places among \['across'"):
            dataset.apply(way)


@pytest.mark.usefixtures("dice")
def test_every_face_that_learns_takes_a_dataset(folder):
    dataset = read(folder)
    every, labels = quick(ratio=1.0).fit_transform(dataset)
    assert np.array_equal(every[: len(X)], X)
    assert (len(every), len(labels)) == (36, 36)
    assert len(quick(ratio=0.5).fit(dataset).augment(dataset)[0]) == 27
    with pytest.raises(TypeError, match=r"mode='replace' .*np\.stack"):
        quick(mode="replace").fit_transform(dataset)


@pytest.mark.usefixtures("dice")
def test_classes_of_a_dataset_are_rebalanced():
    real, names = (each[2:] for each in glyphs(8, (12, 10, 3)))
    sampler = GANOverSampler(steps=5, random_state=0)
    images, labels = sampler.fit_resample(from_slices((real, names)).batch(5))
    assert np.array_equal(images[:22], real)
    assert np.unique(labels, return_counts=True)[1].tolist() == [8, 8, 8]
    assert sampler.fit(from_slices((X, Y))).n_features_in_ == 360


@pytest.mark.parametrize(
    ("dataset", "images", "labels"),
    [
        (from_slices(X), X, None),
        (from_slices((X,)).batch(5), X, None),
        (from_slices(X[..., 0]).batch(5), X[..., 0], None),
        (from_slices((X[..., 0], PLACES)), X[..., 0], PLACES),
        (from_slices((X[..., 0], PLACES)).batch(6, drop_remainder=True), X[..., 0], PLACES),
        (from_slices((X, Y)), X, Y),
        (from_slices((X, tf.one_hot(PLACES, 3))), X, PLACES),
        (from_slices((X[..., 0], tf.one_hot(PLACES, 3))), X[..., 0], PLACES),
        (from_slices((X, PLACES[:, None] / 2)).batch(7), X, PLACES / 2),
        (from_slices((X, PLACES)).filter(lambda _, y: y < 2), X[:12], PLACES[:12]),
    ],
    ids=[
        *("images", "batches", "grey batches", "single grey images", "full grey batches", "strings", "one-hot"),
        *("single grey one-hot", "a number", "as many as there turn out to be"),
    ],
)
def test_elements_may_be_written_in_several_ways(dataset, images, labels):
    found, own = arrays_of(dataset, None)
    assert np.array_equal(found, images)
    assert found.dtype == images.dtype
    assert (own is None) if labels is None else np.array_equal(own, labels)


ELEMENTS = from_slices((X, PLACES))


@pytest.mark.parametrize(
    ("dataset", "error", "message"),
    [
        (ELEMENTS.repeat(), ValueError, r"no end.*take\(1000\)"),
        (ELEMENTS.take(0), ValueError, "no elements"),
        (from_slices((X, PLACES, PLACES / 2)), TypeError, r"weights: leave them out with \.map"),
        (from_slices({"a": PLACES}), TypeError, r"Dataset of .*np\.stack"),
        (from_slices({"image": X, "label": PLACES}), TypeError, r"dicts of .*'label'\]: make images and labels"),
        (
            from_slices({"image": X[..., 0], "label": PLACES}),
            TypeError,
            r"dicts of .*'label'\]: make images and labels",
        ),
        (
            from_slices([b"no image"] * 4).map(lambda file: tf.io.decode_png(file, channels=1)),
            ValueError,
            r"no image, or is broken: .*ignore_errors",
        ),
        (from_slices((X.reshape(18, -1), PLACES)).batch(4), TypeError, r"Dataset of .*np\.stack"),
        (from_slices((X.reshape(18, -1), PLACES)).batch(6, drop_remainder=True), TypeError, r"Dataset of .*np\.stack"),
        (from_slices(X[..., 0]).batch(6, drop_remainder=True), TypeError, "one image or several"),
        (from_slices((X, tf.fill([18, 3], 0.5))), ValueError, r"labels of shape \(3,\) are not one-hot"),
        (from_slices((X, tf.zeros([18, 3, 2]))), ValueError, r"labels have the shape \(3, 2\)"),
        (
            tf.data.Dataset.from_generator(
                lambda: iter([X[0], X[1, :9]]), output_signature=tf.TensorSpec((None, 10, 3))
            ),
            ValueError,
            r"shapes \(12, 10, 3\) and \(9, 10, 3\).*image_size=",
        ),
        (
            tf.data.Dataset.from_generator(
                lambda: iter([X[0], X[1, :9]]), output_signature=tf.TensorSpec((None, 10, 3))
            ).batch(2),
            ValueError,
            r"shapes \[12,10,3\] and \[9,10,3\].*image_size=",
        ),
        (from_slices((X, [b"K\xf6ln"] * 18)), ValueError, r"label b'K\\xf6ln' is not UTF-8: .*unicode_transcode"),
        (from_slices([""]).map(tf.io.decode_image), TypeError, "expand_animations=False"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_a_remedy(dataset, error, message):
    with pytest.raises(error, match=message):
        GANAugmenter().fit(dataset)


def test_a_dataset_that_may_have_no_end_is_told_of(monkeypatch):
    monkeypatch.setattr("ganaug.data.datasets.FIRST_LOOK", 1_000)
    with pytest.warns(DataWarning, match=r"images are read, and the dataset does not say where it ends"):
        GANAugmenter(steps=1, refine=False).fit(ELEMENTS.filter(lambda _, y: y >= 0))


def test_labels_beside_a_dataset_are_refused():
    with pytest.raises(ValueError, match="brings its labels"):
        GANAugmenter().fit(ELEMENTS, PLACES)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["b", "a", "c"], r"not sorted.*del dataset\.class_names"),
        (["a", "b", "c", "d"], r"no image of the class 'd'.*del dataset\.class_names"),
        (["a", "b"], "the label 2, and class_names for 0 to 1 only"),
    ],
)
def test_names_whose_places_are_not_those_of_the_labels_are_refused(names, message):
    dataset = ELEMENTS.batch(4)
    dataset.class_names = names
    with pytest.raises(ValueError, match=message):
        GANAugmenter().fit(dataset)


@pytest.mark.parametrize("dataset", [ELEMENTS, ELEMENTS.filter(lambda *_: True)], ids=["known", "unknown"])
def test_what_memory_does_not_hold_is_refused_before(dataset, monkeypatch):
    monkeypatch.setattr("ganaug.data.memory.free_bytes", lambda: 1000)
    with pytest.raises(MemoryError, match=r"the images of the dataset take .*take\(1000\)"):
        GANAugmenter().fit(dataset)


def test_other_faces_name_those_that_read_a_dataset():
    with pytest.raises(TypeError, match=r"only fit, augment, fit_resample and report read: give arrays.*np\.stack"):
        quick().fit(X).transform(ELEMENTS)
