"""Gradient boosting as plain arrays, which a file can hold and any version of scikit-learn can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CACHED_ROWS = 8_192
SMALL = 3_000_000


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
        """Raw predictions (n,) for `features` (n, n_features)."""
        parts = np.split(features, range(CACHED_ROWS, len(features), CACHED_ROWS))
        return np.concatenate([self._descend(part) for part in parts])

    def _descend(self, features: Floats) -> NDArray[np.float64]:
        """All rows a level deeper at a time; the codes are in range, so `take` need not check them."""
        flat = features.ravel()
        row = np.arange(len(features)) * features.shape[1]
        child = np.column_stack([self.right, self.left]).ravel().astype(np.intp)
        total = np.full(len(features), self.baseline)
        for root, depth in zip(self.root, self.depth, strict=True):
            node = np.full(len(features), root, np.intp)
            for _ in range(depth):
                value = flat.take(row + self.feature.take(node, mode="clip"), mode="clip")
                below = value <= self.threshold.take(node, mode="clip")
                node = child.take(2 * node + below, mode="clip")
            total += self.value.take(node, mode="clip")
        return total


def fit_forests(
    model: Any, features: Floats, truth: NDArray[Any], weight: NDArray[np.float64] | None = None
) -> list[Forest]:
    """Fit one of scikit-learn's histogram gradient boosting models; one forest for each of its outputs."""
    from threadpoolctl import threadpool_limits

    # on a small table threads only wait for one another
    with threadpool_limits(1 if features.size < SMALL else None, user_api="openmp"):
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
