"""Features as what a class has in common, a few directions in which its members differ, and the rest.

The features of a class lie around its mean, and how they lie there is much the same for all classes (Yang, Liu, Xu
2021, "Free lunch for few-shot learning: distribution calibration"). So the generator learns how far rows are from the
mean of their class, along the principal components of all classes together: a class of few rows keeps its own mean, and
shares with the others how its members differ. What the components leave out has no direction to speak of, and is drawn
for each feature alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ...data.seeds import chances_of
from ...plain import AnyArray, Float32Array, Int32Array, Int64Array, record

COMPONENTS = 32
WIDER = 4.0
"""What is left out is drawn so many times as wide as it is: a classifier learns not to rely on it."""
NARROWEST = 1e-30
"""A feature that varies less is one that does not vary: single precision does not hold its inverse."""
MOST_ROWS = 20_000
"""To find components in."""


@record
@dataclass(frozen=True)
class FeatureSpace:
    """Between features and their components.

    Parameters
    ----------
    means : ndarray of shape (n_classes, n_features), float32
        A single one without classes.
    axes : ndarray of shape (n_components, n_features), float32
        How features change with a component by one.
    into : ndarray of shape (n_features, n_components), float32
        The way back.
    rest : ndarray of shape (n_features,), float32
        The standard deviation of what the components leave out.
    low, high : ndarray of shape (n_features,), float32
        The range of the training rows.
    """

    means: Float32Array
    axes: Float32Array
    into: Float32Array
    rest: Float32Array
    low: Float32Array
    high: Float32Array

    @classmethod
    def fit(cls, features: AnyArray, codes: Int32Array, seed: int = 0) -> FeatureSpace:
        """Learn the means and the components of features (n, n_features), whose classes have these codes."""
        from sklearn.decomposition import PCA

        counts = np.bincount(codes)
        means = np.zeros((len(counts), features.shape[1]))
        np.add.at(means, codes, features)
        means[counts == 0] = features.mean(0)
        means /= np.maximum(counts, 1)[:, None]
        few = np.random.default_rng(seed).permutation(np.flatnonzero(counts[codes] > 1))[:MOST_ROWS]
        few = few if len(few) > 1 else np.arange(len(features))
        away = (features[few] - means[codes[few]]) * np.sqrt(_unbiased(counts)[codes[few]])[:, None]
        scale = away.std(0)
        scale[scale < NARROWEST] = 1.0
        away /= scale
        most = min(COMPONENTS, features.shape[1], len(few) - 1)
        with np.errstate(invalid="ignore", divide="ignore"):  # where nothing varies
            found = PCA(most, svd_solver="randomized", random_state=seed).fit(away)
        spread = np.sqrt(found.explained_variance_)
        used = spread > 1e-6 * max(spread[0], 1e-12)
        if not used.any():  # rows are all like the mean of their class, but a table has a column
            used[0], spread[0] = True, 1.0
        axes, spread = found.components_[used], spread[used, None]
        rest = away - found.mean_ - (away - found.mean_) @ axes.T @ axes
        parts = (means, axes * spread * scale, (axes / spread / scale).T, rest.std(0) * scale)
        ends = features.min(0), features.max(0)
        return cls(*(np.ascontiguousarray(part, np.float32) for part in (*parts, *ends)))

    def encode(self, features: AnyArray, codes: Int32Array) -> Float32Array:
        """Components (n, n_components) of features, for their classes."""
        components: Float32Array = ((features - self.means[codes]) @ self.into).astype(np.float32)
        return components

    def decode(self, components: Float32Array, codes: Int32Array, keys: Int64Array) -> Float32Array:
        """Features (n, n_features) of components; what these leave out follows from the rows' keys.

        A matrix product would round a row by how many others there are: a part of a plan, or a shorter sample.
        """
        along = np.einsum("ij,jk->ik", components, self.axes)
        features = self.means[codes] + along + WIDER * self.rest * _normal(keys, len(self.rest))
        made: Float32Array = features.clip(self.low, self.high).astype(np.float32)
        return made


def _unbiased(counts: AnyArray) -> AnyArray:
    """What makes up for a mean that is taken from the very rows whose distance from it is asked for."""
    return np.where(counts > 1, counts / np.maximum(counts - 1, 1), 1.0)


def _normal(keys: Int64Array, width: int) -> Float32Array:
    """For each key so many normal numbers, always the same ones."""
    with np.errstate(over="ignore"):
        numbers = keys[:, None] + np.arange(width, dtype=np.int64)
    normal: Float32Array = ndtri(chances_of(numbers, 0).clip(1e-12, 1 - 1e-12)).astype(np.float32)
    return normal
