"""Images from a `tf.data.Dataset`, read once into arrays."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..exceptions import DataWarning
from ..plain import AnyArray
from .memory import check_free

MOST_CHANNELS = 4
"""Of an image alone; an axis that is longer is one of pixels."""
FIRST_LOOK = 2**26
"""Bytes that are read before it is asked whether there is memory for as many again."""
ARRAYS = "give arrays, for example with X = np.stack([x for x, y in dataset.unbatch().as_numpy_iterator()]), likewise y"
NO_TABLE = f"whose rows come one by one, and fit reads such datasets of images alone: {ARRAYS}"
SEVERAL_SIZES = (
    "the dataset has images of the shapes {} and {}: resize them to one, with image_size=(height, width) of "
    "keras.utils.image_dataset_from_directory or with .map(lambda x, y: (tf.image.resize(x, (height, width)), y))"
)
WHAT = "the images of the dataset"
FEWER = "take fewer, as in fit(dataset.take(1000)), or make them smaller"
NUMBERS = "after `del dataset.class_names` the classes are the dataset's numbers"
Shape = tuple[int | None, ...]


def is_dataset(X: object) -> bool:
    """Whether `X` is a `tf.data.Dataset`."""
    return hasattr(X, "element_spec") and hasattr(X, "as_numpy_iterator")


def arrays_of(X: Any, y: Any) -> tuple[Any, Any]:
    """The images and labels of a dataset; `X` and `y` as they are if `X` is none.

    Labels are the dataset's numbers or strings; the names of their classes where it has `class_names`, as those of
    `keras.utils.image_dataset_from_directory` have.

    Raises
    ------
    TypeError
        If its elements are neither images nor images and labels.
    ValueError
        If it is endless or empty, has images of several sizes, or `class_names` whose order is not that of `classes_`.
    MemoryError
        If its images take more memory than is free.
    """
    if not is_dataset(X):
        return X, y
    batched = _are_batches(X.element_spec)
    if y is not None:
        raise ValueError("a dataset brings its labels: let its elements be (image, label), and give no y")
    if X.cardinality() == -1:
        raise ValueError("the dataset has no end: say how much of it to learn, as in fit(dataset.take(1000))")
    parts = [np.concatenate(part) if batched else np.stack(part) for part in _read(X, batched)]
    return parts[0], _labels(parts[1], getattr(X, "class_names", None)) if len(parts) == 2 else None


def _are_batches(spec: Any) -> bool:
    """Whether elements are batches of images; TypeError if they are not of images."""
    from ..tensorflow import tf

    if isinstance(spec, Mapping) and any(len(getattr(part, "shape", None) or ()) >= 2 for part in spec.values()):
        raise TypeError(
            f"the dataset's elements are dicts of {list(spec)}: make images and labels of them, for example with "
            ".map(lambda row: (row['image'], row['label']))"
        )
    parts = tuple(spec) if isinstance(spec, (tuple, list)) else (spec,)
    if len(parts) == 3:
        raise TypeError("the dataset's elements have weights: leave them out with .map(lambda x, y, weight: (x, y))")
    if len(parts) > 3 or not all(isinstance(part, tf.TensorSpec) for part in parts):
        raise TypeError(f"X is a tf.data.Dataset of {spec}, {NO_TABLE}")
    if any(part.shape.rank is None for part in parts):
        raise TypeError(
            f"X is a tf.data.Dataset of {spec}, whose shapes are unknown: tf.io.decode_image tells them with "
            "expand_animations=False"
        )
    image, label = tuple(parts[0].shape), tuple(parts[1].shape) if len(parts) == 2 else None
    if len(image) == 4 or (len(image) in (2, 3) and label == ()) or _is_grey_of_one_hot(image, label):
        return len(image) == 4
    if len(image) != 3:
        raise TypeError(f"X is a tf.data.Dataset of {spec}, {NO_TABLE}")
    return _are_grey_batches(image, label, spec)


def _is_grey_of_one_hot(image: Shape, label: Shape | None) -> bool:
    """Whether an element is an image without channels and a label with an axis, and not some rows of a table."""
    return (
        len(image) == 2
        and label is not None
        and len(label) == 1
        and None not in (*image, *label)
        and image[0] != label[0]
    )


def _are_grey_batches(image: Shape, label: Shape | None, spec: Any) -> bool:
    """Whether elements of three axes are several images without channels, and not a single one with them."""
    if image[2] is not None and image[2] <= MOST_CHANNELS:
        return False
    if label is None and image[0] is not None:
        raise TypeError(f"X is a tf.data.Dataset of {spec}: one image or several? Give them an axis of channels, too")
    return image[0] is None if label is None else image[0] == label[0]


def _read(dataset: Any, batched: bool) -> tuple[list[AnyArray], ...]:
    """The elements' images, and their labels if there are any."""
    images: list[AnyArray] = []
    labels: list[AnyArray] = []
    read, look, endless = 0, FIRST_LOOK, dataset.cardinality() < 0
    for element in _elements(dataset):
        image, *label = element if isinstance(element, (tuple, list)) else (element,)
        if not images and dataset.cardinality() > 0:
            check_free(2.0 * image.nbytes * int(dataset.cardinality()), WHAT, FEWER)
        if images and image.shape[batched:] != images[0].shape[batched:]:
            raise ValueError(SEVERAL_SIZES.format(images[0].shape[batched:], image.shape[batched:]))
        images.append(image)
        labels += label
        read += image.nbytes
        if read > look:
            check_free(read, WHAT, FEWER)
            look = 2 * read
            if endless:
                endless = False
                warnings.warn(
                    f"{sum(map(len, images)) if batched else len(images):,} images are read, and the dataset does not "
                    "say where it ends: if it never does, fit(dataset.take(...))",
                    DataWarning,
                    stacklevel=2,
                )
    if not images:
        raise ValueError("the dataset has no elements: there is nothing to learn")
    check_free(read, WHAT, FEWER)
    return (images, labels) if labels else (images,)


def _elements(dataset: Any) -> Iterator[Any]:
    """Elements as arrays; ValueError where TensorFlow cannot batch images of several sizes."""
    from ..tensorflow import tf

    try:
        yield from dataset.as_numpy_iterator()
    except tf.errors.InvalidArgumentError as error:
        sizes = re.search(r"different shapes.*?(\[[\d,]*\]).*?(\[[\d,]*\])", error.message, re.DOTALL)
        if "decode" in error.message.lower() and "image" in error.message.lower():
            raise ValueError(
                "a file of the dataset is no image, or is broken: `ganaug fit FOLDER` names it, and "
                f"fit(dataset.ignore_errors()) leaves it out ({error.message.splitlines()[0]})"
            ) from None
        if sizes is None:
            raise
        raise ValueError(SEVERAL_SIZES.format(*sizes.groups())) from None


def _labels(y: AnyArray, names: Sequence[str] | None) -> AnyArray:
    """A label for each image, by name where places have names."""
    if y.dtype.kind in "OS":
        return np.array([_text(label) for label in y.ravel().tolist()])
    if y.ndim == 2 and y.shape[1] > 1:
        if not ((y == 0) | (y == 1)).all() or not (y.sum(1) == 1).all():
            raise ValueError(
                f"the dataset's labels of shape {y.shape[1:]} are not one-hot: give the class of each image"
            )
        y = y.argmax(1)
    if y.ndim > 2:
        raise ValueError(f"the dataset's labels have the shape {y.shape[1:]}: give a class or a number for each image")
    y = y.reshape(len(y))
    return y if names is None else _named(y, list(names))


def _text(label: bytes) -> str:
    try:
        return label.decode()
    except UnicodeDecodeError:
        raise ValueError(
            f"the dataset's label {label!r} is not UTF-8: .map(lambda x, y: (x, tf.strings.unicode_transcode(y, "
            "'latin1', 'UTF-8'))) makes it so, if latin1 is what it is in"
        ) from None


def _named(places: AnyArray, names: list[str]) -> AnyArray:
    """The names of classes by their places, which are those among `classes_` as well, as tf.data writes them."""
    unknown = np.setdiff1d(places, np.arange(len(names)))
    if len(unknown):
        raise ValueError(f"the dataset has the label {unknown[0]}, and class_names for 0 to {len(names) - 1} only")
    if names != sorted(names):
        raise ValueError(f"class_names={names} are not sorted, as classes_ are: {NUMBERS}")
    absent = np.setdiff1d(np.arange(len(names)), places)
    if len(absent):
        raise ValueError(f"the dataset has no image of the class {names[absent[0]]!r} of its class_names: {NUMBERS}")
    return np.array(names)[places.astype(np.intp)]
