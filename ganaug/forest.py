"""Gradient boosting as plain arrays, which a file can hold. The only place that knows scikit-learn's insides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CACHED_ROWS = 8_192
WORTH_THREADS = 500_000


@dataclass(frozen=True)
class Forest:
    """Boosted trees, the nodes of all of them one after the other.

    Parameters
    ----------
    sizes : ndarray of int32
        Number of nodes of each tree.
    feature, threshold, left, right, value, leaf : ndarray of shape (n_nodes,)
        Of each node; `left` and `right` count from the first node of the tree, whose root it is.
    baseline : float
        Added to the sum over the trees.

    Raises
    ------
    ValueError
        If the arrays are no trees: a file may hold anything.
    """

    sizes: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    leaf: NDArray[np.bool_]
    baseline: float

    def __post_init__(self) -> None:
        place = np.concatenate([np.arange(size) for size in self.sizes]) if len(self.sizes) else np.zeros(0, int)
        size = np.repeat(self.sizes, self.sizes)
        descends = [(child > place) & (child < size) for child in (self.left, self.right)]
        if (self.sizes < 1).any() or not (self.leaf | (descends[0] & descends[1] & (self.feature >= 0))).all():
            raise ValueError("nodes that do not form trees")

    def __call__(self, features: Floats) -> NDArray[np.float64]:
        """Raw predictions (n,) for `features` (n, n_features)."""
        if self.feature.max(initial=0) >= features.shape[1]:
            raise ValueError(f"trees that look at more than the {features.shape[1]} features")
        total = np.full(len(features), self.baseline)
        none = np.zeros((0, 8), np.uint32), np.zeros(0, np.uint32)
        for start in range(0, len(features), CACHED_ROWS):
            rows = slice(start, start + CACHED_ROWS)
            some = np.ascontiguousarray(features[rows], np.float64)
            for tree in self._trees:
                total[rows] += tree.predict(some, *none, n_threads=_threads(features.size))
        return total

    @cached_property
    def _trees(self) -> list[Any]:
        from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
        from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

        nodes = np.zeros(len(self.value), PREDICTOR_RECORD_DTYPE)
        for name, array in zip(_FIELDS, (getattr(self, field) for field in _FIELDS.values()), strict=True):
            nodes[name] = array
        none = np.zeros((0, 8), np.uint32)
        return [TreePredictor(tree, none, none) for tree in np.split(nodes, np.cumsum(self.sizes)[:-1])]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_trees"}


_FIELDS = {
    "feature_idx": "feature",
    "num_threshold": "threshold",
    "left": "left",
    "right": "right",
    "value": "value",
    "is_leaf": "leaf",
}


def fit_forests(
    model: Any, features: Floats, truth: NDArray[Any], weight: NDArray[np.float64] | None = None
) -> list[Forest]:
    """Fit one of scikit-learn's histogram gradient boosting models; one forest for each of its outputs."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(_threads(features.size), user_api="openmp"):
        model.fit(features, truth, sample_weight=weight)
    baselines = np.ravel(model._baseline_prediction)
    return [
        _forest([stage[output].nodes for stage in model._predictors], float(baseline))
        for output, baseline in enumerate(baselines)
    ]


def _forest(trees: list[NDArray[Any]], baseline: float) -> Forest:
    every = np.concatenate(trees)
    leaf = every["is_leaf"].astype(bool)
    return Forest(
        sizes=np.array([len(nodes) for nodes in trees], np.int32),
        feature=np.where(leaf, 0, every["feature_idx"]).astype(np.int32),
        threshold=every["num_threshold"].astype(np.float64),
        left=every["left"].astype(np.int32),
        right=every["right"].astype(np.int32),
        value=np.where(leaf, every["value"], 0.0),
        leaf=leaf,
        baseline=baseline,
    )


def _threads(cells: int) -> int:
    """On few cells threads only wait for one another."""
    from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

    return 1 if cells < WORTH_THREADS else int(_openmp_effective_n_threads())
