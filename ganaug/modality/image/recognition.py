"""Which of several generated images to keep: those that are recognised as their class and look like the others.

Those that are kept are moved by a pixel or so, as the discriminator saw them moved: a classifier that never sees an
image out of its place learns the place.

A perceptron on principal components learns the classes from the training images, shifted and drawn equally often. Real
images that it did not see set the bar: generated ones are turned down if they are recognised less, or lie further from
the span of the components, than all but a few of these. Among the rest nothing is preferred. Preferring what is
recognised best, or what a discriminator takes for real, made classifiers worse: the images that teach most lie where
classes meet.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...columns.layout import Encoded
from ...data.seeds import drawn_seed
from ...plain import AnyArray, Float32Array, Float64Array, IndexArray, Int64Array, record
from ...selection.sampler import Draw
from .pixels import ImageLayout, Pixels

COMPONENTS = 64
HIDDEN = 64
EPOCHS = 30
FOLDS = 3
MOST_IMAGES = 20_000
MOST_VALUES = 40_000_000
PER_CLASS, FIRST_PER_CLASS = 500, 30
LEARNT_SHIFT = 1 / 12
SHIFT = 1 / 24
"""How far images are moved, of their height and width: those to learn from, and those that are kept."""
TURNED_DOWN = 0.05
STEEPNESS = 20.0


@record
@dataclass(frozen=True)
class Components:
    """Principal components of images, scaled alike.

    Parameters
    ----------
    mean : ndarray of shape (pixels,), float32
    axes : ndarray of shape (components, pixels), float32
    scale : float
    """

    mean: Float32Array
    axes: Float32Array
    scale: float

    @classmethod
    def fit(cls, flat: Float32Array, seed: int) -> Components:
        from sklearn.decomposition import PCA

        most = min(COMPONENTS, len(flat) - 1, flat.shape[1])
        with np.errstate(invalid="ignore", divide="ignore"):  # images that are all alike
            found = PCA(most, svd_solver="randomized", random_state=seed).fit(flat)
        scale = float(np.sqrt(found.explained_variance_[0])) or 1.0
        return cls(found.mean_.astype(np.float32), found.components_.astype(np.float32), scale)

    def __call__(self, flat: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Features (n, components), and how far each image is from their span."""
        centred = flat - self.mean
        features = centred @ self.axes.T
        rest = (centred**2).mean(1) - (features**2).sum(1) / centred.shape[1]
        remoteness: Float32Array = np.log(rest.clip(1e-8))
        return (features / self.scale).astype(np.float32), remoteness


@record
@dataclass(frozen=True)
class ClassPerceptron:
    """One hidden layer that tells classes apart.

    Parameters
    ----------
    classes : ndarray of int64
        Class codes in the order of the outputs.
    weights : tuple of ndarray
        Kernel and bias of either layer.
    """

    classes: Int64Array
    weights: tuple[Float32Array, Float32Array, Float32Array, Float32Array]

    @classmethod
    def fit(cls, features: Float32Array, codes: AnyArray, seed: int) -> ClassPerceptron:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        model = MLPClassifier(
            HIDDEN, alpha=0.03, batch_size=min(64, len(codes)), learning_rate_init=2e-3, max_iter=EPOCHS,
            random_state=seed,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is what is wanted
            model.fit(features, codes)
        [hidden, out], [hidden_bias, out_bias] = model.coefs_, model.intercepts_
        if out.shape[1] == 1:  # of two classes, the logit of the second
            out, out_bias = np.hstack([0 * out, out]), np.hstack([0 * out_bias, out_bias])
        weights = tuple(array.astype(np.float32) for array in (hidden, hidden_bias, out, out_bias))
        return cls(model.classes_.astype(np.int64), weights)

    def __call__(self, features: Float32Array, codes: AnyArray) -> Float32Array:
        """Log probability of the class given for each row; 0 for a class it does not know."""
        hidden, hidden_bias, out, out_bias = self.weights
        logits = np.maximum(features @ hidden + hidden_bias, 0) @ out + out_bias
        logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
        place = np.searchsorted(self.classes, codes).clip(max=len(self.classes) - 1)
        known = self.classes[place] == codes
        return np.where(known, logits[np.arange(len(codes)), place], np.float32(0))


@record
@dataclass(frozen=True)
class Recogniser:
    """Turns down generated images.

    Parameters
    ----------
    layout : ImageLayout
    components : Components
    perceptron : ClassPerceptron or None
        None without classes.
    least_recognised, most_remote : float
        What all but a few real images reach.
    """

    layout: ImageLayout
    components: Components
    perceptron: ClassPerceptron | None
    least_recognised: float
    most_remote: float
    balanced_sampling: ClassVar[None] = None
    """Images have no columns to keep count of."""

    def candidates(self, generated: Draw, condition: Encoded, seed: tuple[int, int]) -> Pixels:
        """The generator's images."""
        images: Pixels = generated(condition, seed)
        return images

    def log_odds(self, condition: Encoded, rows: Pixels) -> Float64Array:
        """0 for images that are kept, less the further one is below a bar."""
        features, remoteness = self.components(rows.flat(self.layout))
        total = np.minimum(self.most_remote - remoteness, 0).astype(np.float64)
        if self.perceptron is not None:
            recognised = self.perceptron(features, condition.codes[:, 0])
            total += np.minimum(recognised - self.least_recognised, 0)
        return STEEPNESS * total

    def finished(self, rows: Pixels, rng: np.random.Generator) -> Pixels:
        """Images that were kept, moved a little."""
        return rows.shifted(SHIFT, rng)

    @classmethod
    def fit(
        cls, layout: ImageLayout, condition: Encoded, rows: Pixels, seed: int, seconds: float | None = None
    ) -> Recogniser:
        """Learn the classes of `rows`, if their condition is one.

        Parameters
        ----------
        layout : ImageLayout
        condition, rows
            The training images with their labels.
        seconds : float or None
            That it may take. Fewer images are learnt from where they are few; how many is told by a first attempt with
            `FIRST_PER_CLASS` of each class, which is the least.
        """
        most = min(MOST_IMAGES, MOST_VALUES // int(np.prod(layout.shape)))
        if seconds is None:
            return cls._fit(layout, condition, rows, seed, most, PER_CLASS)
        began = time.monotonic()
        first = cls._fit(layout, condition, rows, seed, most, FIRST_PER_CLASS)
        took = time.monotonic() - began
        affordable = min(int(FIRST_PER_CLASS * (seconds / took - 1)), PER_CLASS)
        if affordable <= FIRST_PER_CLASS:
            return first
        return cls._fit(layout, condition, rows, seed, most, affordable)

    @classmethod
    def _fit(
        cls, layout: ImageLayout, condition: Encoded, rows: Pixels, seed: int, most: int, per_class: int
    ) -> Recogniser:
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(rows))[:most]
        rows, condition = rows.take(some), condition.take(some)
        classes = bool(layout.label.blocks) and not layout.label.numbers
        codes = condition.codes[:, 0] if classes else np.zeros(len(rows), np.int32)
        drawn = _equally(codes, min(per_class, max(most // len(np.unique(codes)), 1)), rng)
        shifts = rows.take(drawn).shifted(LEARNT_SHIFT, rng)
        components = Components.fit(shifts.flat(layout), drawn_seed(rng))
        features, _ = components(shifts.flat(layout))
        real, remoteness = components(rows.flat(layout))
        perceptron, bar = None, 0.0
        if classes and len(np.unique(codes)) > 1:
            perceptron = ClassPerceptron.fit(features, codes[drawn], drawn_seed(rng))
            bar = _bar(real, features, codes, drawn, rng)
        remote = float(np.quantile(remoteness, 1 - TURNED_DOWN)) + np.log(2)
        return cls(layout, components, perceptron, bar, remote)


def _equally(codes: AnyArray, each: int, rng: np.random.Generator) -> IndexArray:
    """So many images of each class, with repetitions."""
    return np.concatenate([rng.choice(np.flatnonzero(codes == code), each) for code in np.unique(codes)])


def _bar(
    real: Float32Array, features: Float32Array, codes: AnyArray, drawn: IndexArray, rng: np.random.Generator
) -> float:
    """Log probability of their class that all but a few real images reach with a perceptron that did not see them."""
    fold = rng.integers(FOLDS, size=len(codes))
    reached, weight, counts = [], [], np.bincount(codes)
    for k in range(FOLDS):
        seen, unseen = fold[drawn] != k, np.flatnonzero(fold == k)
        if len(np.unique(codes[drawn[seen]])) < 2 or not len(unseen):
            continue
        learnt = ClassPerceptron.fit(features[seen], codes[drawn[seen]], drawn_seed(rng))
        unseen = unseen[np.isin(codes[unseen], learnt.classes)]
        reached.append(learnt(real[unseen], codes[unseen]))
        weight.append(1 / counts[codes[unseen]])
    if not sum(map(len, reached)):  # no class has an image that a perceptron which knows the class did not see
        return -np.inf
    every, share = np.concatenate(reached), np.concatenate(weight)
    order = np.argsort(every)
    share = np.cumsum(share[order]) / share.sum()
    return float(every[order][np.searchsorted(share, TURNED_DOWN)])
