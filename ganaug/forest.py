"""Gradient boosting as plain arrays, which a file can hold and any version of scikit-learn can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Forest:
    """Boosted trees as arrays, all trees in one: `left` and `right` of a leaf point to itself."""

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    root: NDArray[np.int32]
    depth: NDArray[np.int32]
    baseline: float

    def __call__(self, features: Floats) -> NDArray[np.float64]:
        flat, width = features.ravel(), features.shape[1]
        offset = np.arange(0, flat.size, width, dtype=np.int32)
        total = np.full(len(features), self.baseline)
        for root, depth in zip(self.root, self.depth, strict=True):
            node = np.full(len(features), root)
            for _ in range(depth):
                below = flat.take(offset + self.feature.take(node)) <= self.threshold.take(node)
                node = np.where(below, self.left.take(node), self.right.take(node))
            total += self.value.take(node)
        return total


def fit_forests(
    model: Any, features: Floats, truth: NDArray[Any], weight: NDArray[np.float64] | None = None
) -> list[Forest]:
    """Fit one of scikit-learn's histogram gradient boosting models; one forest for each of its outputs."""
    model.fit(features, truth, sample_weight=weight)
    baselines = np.ravel(model._baseline_prediction)
    return [
        _as_arrays([stage[output].nodes for stage in model._predictors], float(baseline))
        for output, baseline in enumerate(baselines)
    ]


def _as_arrays(trees: list[NDArray[Any]], baseline: float) -> Forest:
    root = np.cumsum([0, *(len(nodes) for nodes in trees)])[:-1].astype(np.int32)
    every = np.concatenate(trees)
    leaf = every["is_leaf"].astype(bool)
    shift = np.repeat(root, [len(nodes) for nodes in trees])
    itself = np.arange(len(every))
    threshold = every["num_threshold"].astype(np.float32)
    above = threshold > every["num_threshold"]
    threshold[above] = np.nextafter(threshold[above], np.float32(-np.inf))
    return Forest(
        feature=np.where(leaf, 0, every["feature_idx"]).astype(np.int32),
        threshold=threshold,
        left=np.where(leaf, itself, every["left"] + shift).astype(np.int32),
        right=np.where(leaf, itself, every["right"] + shift).astype(np.int32),
        value=np.where(leaf, every["value"], 0.0),
        root=root,
        depth=np.array([nodes["depth"].max() for nodes in trees], np.int32),
        baseline=baseline,
    )
