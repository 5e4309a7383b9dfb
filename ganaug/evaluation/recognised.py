"""Images as tables of features that tell their classes apart, beside the images themselves."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from ..columns.registry import measured
from ..data.embedding import Embedding, EncoderLike, check_encoder
from ..data.validation import check_target
from ..modality.registry import checked
from ..plain import AnyArray, Float64Array, VectorLike
from .tables import Tables, check_enough, prepared

Given: TypeAlias = Any
"""Images, or a pair of images and labels."""
COMPONENTS, HIDDEN = 64, 32
EPOCHS, BATCH = 40, 64
MOST_LEARNT = 20_000


@dataclass(frozen=True)
class ImageTables(Tables):
    """Features of images, as tables, and what a recogniser takes the images for.

    Parameters
    ----------
    images : dict
        Those of each part, as they were given; the index of a table has their places.
    taken_for : dict
        For each part a Series of the classes that a recogniser of training images takes its images for; empty without
        classes.
    """

    images: dict[str, AnyArray] = field(default_factory=dict)
    taken_for: dict[str, pd.Series] = field(default_factory=dict)

    def copied(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What a copy shares with its image: all but the class that it is said to be of."""
        return rows.drop(columns=[] if self.target is None else self.target)


def are_images(given: Given) -> bool:
    """Whether an argument of `evaluate` holds images: an array of three or four axes, alone or before its labels."""
    X = given[0] if isinstance(given, tuple) and len(given) == 2 else given
    axes: int | None = getattr(X, "ndim", None)
    try:
        return (np.ndim(X) if isinstance(X, list) else axes) in (3, 4)
    except ValueError:  # a list of rows of several lengths
        return False


def prepared_images(
    train: Given, test: Given, synthetic: Given, target: object, encoder: EncoderLike, *, target_type: str, seed: int
) -> ImageTables:
    """Three sets of images as tables of features, of the encoder or of a recogniser of the training images.

    Raises
    ------
    ValueError
        If they differ in size, or `target` names a column.
    """
    check_encoder(encoder, "encoder")
    if isinstance(encoder, str):
        raise ValueError(f"encoder={encoder!r}: images are no features; give tables of the features instead")
    if target is not None:
        raise ValueError(f"target={target!r}: images have no columns; give pairs of images and labels")
    images, labels = _images_of({"real_train": train, "real_test": test, "synthetic": synthetic})
    low, high = float(images["real_train"].min()), float(images["real_train"].max())
    alike = {name: part.reshape(len(part), -1).astype(np.float32) for name, part in images.items()}  # copies are equal
    flat = {name: (part.astype(np.float64) - low) / ((high - low) or 1.0) for name, part in alike.items()}
    classes = labels["real_train"] is not None and target_type != "number"
    recogniser = LearntClasses.of(flat["real_train"], labels["real_train"], seed) if classes else None
    embedding = Embedding.of(encoder, images["real_train"], labels["real_train"])
    if embedding is not None:
        features = _components({name: embedding.features(part) for name, part in images.items()}, seed)
    elif recogniser is not None:
        features = {name: recogniser.features(part) for name, part in flat.items()}
    else:
        features = _components(flat, seed)
    parts = []
    for name, values in features.items():
        table = pd.DataFrame(values.astype(np.float64)).add_prefix("feature ")
        parts.append(table if labels[name] is None else (table, labels[name]))
    tables = prepared(parts[0], parts[1], parts[2], None, categorical_features="auto", target_type=target_type)
    names = dict(zip(images, ("train", "test", "synthetic"), strict=True))
    taken = {}
    if tables.classes and recogniser is not None:
        taken = {names[name]: recogniser.taken_for(part) for name, part in flat.items()}
    return ImageTables(**vars(tables), images={names[name]: part for name, part in images.items()}, taken_for=taken)


def _images_of(given: Mapping[str, Given]) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """The images of each argument, all of them like those of `real_train`, which comes first, and their labels."""
    images: dict[str, AnyArray] = {}
    labels: dict[str, Any] = {}
    for name, part in given.items():
        images[name], labels[name] = part if isinstance(part, tuple) else (part, None)
        if not are_images(images[name]):
            raise ValueError(f"real_train holds images, and {name} none: give arrays of images in all three")
        modality, data, own = checked(images[name])
        check_enough(data, name)
        if name == "real_train":
            shape, container = data.shape[1:], own
            of_train, _ = modality.fit_encoder(data, frozenset(), "auto", None)
        try:
            of_train.check_scale(data)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if data.shape[1:] != shape:
            raise ValueError(f"{name} has images of shape {data.shape[1:]}, and real_train of {shape}")
        images[name] = container.restore(data)  # one channel may have an axis in one of them, and none in another
    return images, labels


@dataclass(frozen=True)
class LearntClasses:
    """A perceptron on principal components, which told the classes of training images apart.

    Parameters
    ----------
    components : PCA
    scale : float
        The standard deviation of the first one.
    perceptron : MLPClassifier
    """

    components: PCA
    scale: float
    perceptron: MLPClassifier

    @classmethod
    def of(cls, flat: Float64Array, labels: VectorLike, seed: int) -> LearntClasses | None:
        """What learnt the classes of training images, and saw as many of each; None of a single class."""
        rng, given = np.random.default_rng(seed), check_target(labels, len(flat))[0]
        labels = measured(given, "category").to_numpy()  # written as tables write them
        names, counts = np.unique(labels, return_counts=True)
        if len(names) < 2:
            return None
        each = min(int(counts.max()), MOST_LEARNT // len(names))
        few = np.concatenate([rng.choice(np.flatnonzero(labels == name), each) for name in names])
        most = min(COMPONENTS, len(np.unique(few)) - 1, flat.shape[1])
        components = PCA(most, svd_solver="randomized", random_state=seed).fit(flat[few])
        batch = min(BATCH, len(few))
        perceptron = MLPClassifier(
            HIDDEN, alpha=0.1, batch_size=batch, learning_rate_init=2e-3, max_iter=EPOCHS, random_state=seed
        )
        scale = float(np.sqrt(components.explained_variance_[0])) or 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is what is wanted
            perceptron.fit(components.transform(flat[few]) / scale, labels[few])
        return cls(components, scale, perceptron)

    def features(self, flat: Float64Array) -> Float64Array:
        """What the hidden layer makes of images."""
        seen = self.components.transform(flat) / self.scale
        hidden: Float64Array = np.maximum(seen @ self.perceptron.coefs_[0] + self.perceptron.intercepts_[0], 0)
        return hidden

    def taken_for(self, flat: Float64Array) -> pd.Series:
        """The class that each image is taken for."""
        return pd.Series(self.perceptron.predict(self.components.transform(flat) / self.scale))


def _components(features: dict[str, AnyArray], seed: int) -> dict[str, AnyArray]:
    """As few as can be measured."""
    first = features["real_train"]
    if first.shape[1] <= HIDDEN:
        return features
    components = PCA(min(HIDDEN, len(first) - 1), svd_solver="randomized", random_state=seed).fit(first)
    return {name: components.transform(part) for name, part in features.items()}
