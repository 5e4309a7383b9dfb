"""Gradient boosting as plain arrays, which a file can hold and any version of scikit-learn can read."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.threads import threads_for
from ..plain import AnyArray, BoolArray, Float32Array, Float64Array, IndexArray, Int32Array, record

Bits = NDArray[np.uint32]
Words = NDArray[np.uint64]
Thresholds = dict[int, Float64Array]
Tree = tuple[np.uint32, dict[int, Bits], Float64Array]
Pair = tuple[Words, list[tuple[int, Words]], tuple[Float64Array, Float64Array]]

CACHED_ROWS = 16_384
MOST_CELLS = 1_024
MOST_LEAVES = 32
STEPS = (64, 256, 1_024, 4_096)
LARGEST = float(np.finfo(np.float32).max)
DE_BRUIJN = np.uint32(0x077CB531)
NO_TREE: Tree = (np.uint32(1), {}, np.zeros(MOST_LEAVES))


@record
@dataclass(frozen=True)
class BoostedTrees:
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

    References
    ----------
    Lucchese, Nardini, Orlando, Perego, Tonellotto, Venturini (2015). QuickScorer: a fast algorithm to rank documents
    with additive ensembles of regression trees. SIGIR. Instead of walking down, each feature strikes out the leaves
    that it rules out; here groups of features do so, in two trees at a time. It takes a third of the time.
    """

    sizes: Int32Array
    feature: Int32Array
    threshold: Float64Array
    left: Int32Array
    right: Int32Array
    value: Float64Array
    leaf: BoolArray
    baseline: float

    def __post_init__(self) -> None:
        nodes = (self.feature, self.threshold, self.left, self.right, self.value, self.leaf)
        count = self.sizes.sum(dtype=np.int64)
        if (self.sizes < 1).any() or any(column.shape != (count,) for column in nodes):
            raise ValueError("nodes that are not those of trees of these sizes")
        place = np.arange(count) - np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)
        size = np.repeat(self.sizes, self.sizes)
        descends = [(child > place) & (child < size) for child in (self.left, self.right)]
        if not (self.leaf | (descends[0] & descends[1] & (self.feature >= 0))).all():
            raise ValueError("nodes that do not form trees")
        if max((part.sum() for part in self._split(self.leaf)), default=0) > MOST_LEAVES:
            raise ValueError(f"trees of more than {MOST_LEAVES} leaves")

    def __call__(self, features: Float32Array) -> Float64Array:
        """Raw predictions (n,) for `features` (n, n_features)."""
        if self.feature.max(initial=0) >= features.shape[1]:
            raise ValueError(f"trees that look at more than the {features.shape[1]} features")
        parts = np.split(features, range(CACHED_ROWS, len(features), CACHED_ROWS))
        return np.concatenate([self._score(part) for part in parts])

    def _score(self, features: Float32Array) -> Float64Array:
        intervals, groups, pairs = self._scorer
        cells = [_cells(intervals, group, features) for group in groups]
        total, found = np.full(len(features), self.baseline), np.empty(len(features), np.uint64)
        for leaves, tables, (one, other) in pairs:
            possible = np.full(len(features), leaves)
            for group, table in tables:
                possible &= table.take(cells[group], out=found, mode="clip")
            place = _place(possible.view(np.uint32))
            total += one.take(place[::2], mode="clip")
            total += other.take(place[1::2], mode="clip")
        return total

    @cached_property
    def _scorer(self) -> tuple[dict[int, Intervals], list[list[int]], list[Pair]]:
        """The intervals that each feature is cut into by its thresholds, and the trees in terms of these."""
        inner = ~self.leaf
        thresholds = {
            int(f): np.unique(self.threshold[inner & (self.feature == f)]) for f in np.unique(self.feature[inner])
        }
        groups = _groups(thresholds)
        columns = (self.feature, self.threshold, self.left, self.right, self.value, self.leaf)
        nodes = zip(*(self._split(column) for column in columns), strict=True)
        trees = [_tree(thresholds, groups, *tree) for tree in nodes]
        intervals = {f: Intervals(edges) for f, edges in thresholds.items()}
        return intervals, groups, [_pair(*trees[i : i + 2]) for i in range(0, len(trees), 2)]

    def _split(self, nodes: AnyArray) -> list[AnyArray]:
        """`nodes` of each tree."""
        return np.split(nodes, np.cumsum(self.sizes)[:-1])

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_scorer"}


def _groups(thresholds: Thresholds) -> list[list[int]]:
    """Features that are looked up together: those with few intervals, whose cells still fit the nearest cache."""
    groups: list[list[int]] = []
    for f in sorted(thresholds, key=lambda f: len(thresholds[f])):
        if not groups or _n_cells(thresholds, [*groups[-1], f]) > MOST_CELLS:
            groups.append([])
        groups[-1].append(f)
    return groups


def _n_cells(thresholds: Thresholds, group: list[int]) -> int:
    return math.prod(len(thresholds[f]) + 1 for f in group)


class Intervals:
    """How many edges a number is above: what `searchsorted` says, which for unsorted numbers takes far longer.

    A number is looked up in steps of equal width, so narrow that each has one edge at most, with which it is compared.
    Rounding moves no number across another, so it is the same for edges and for numbers.

    Parameters
    ----------
    edges : ndarray of float64
        Rising.
    """

    def __init__(self, edges: Float64Array) -> None:
        self.edges, self.is_narrow = edges, False
        with np.errstate(over="ignore"):
            rounded = edges.astype(np.float32)
        self.low, self.high = rounded[0], rounded[-1]
        span = float(self.high) - float(self.low)
        if not np.isfinite(span) or span > LARGEST:
            return
        for steps in STEPS:
            self.scale = np.float32(min((steps - 1) / span, LARGEST) if span else 0)
            step = self._step(rounded)
            if (np.diff(step) > 0).all():
                self.is_narrow = True
                self.below = np.searchsorted(step, np.arange(steps))
                self.edge = np.full(steps, np.inf)
                self.edge[step] = edges
                return

    def __call__(self, numbers: Float32Array) -> IndexArray:
        """For each number."""
        if not self.is_narrow:
            return np.searchsorted(self.edges, numbers)
        step = self._step(numbers)
        place: IndexArray = self.below.take(step)
        place += numbers > self.edge.take(step)
        return place

    def _step(self, numbers: Float32Array) -> IndexArray:
        inside = np.clip(numbers, self.low, self.high)
        inside -= self.low
        inside *= self.scale
        return inside.astype(np.intp)


def _cells(intervals: dict[int, Intervals], group: list[int], features: Float32Array) -> IndexArray:
    """For each row, which combination of the intervals of a group's features it lies in."""
    cell = np.zeros(len(features), np.intp)
    for f in group:
        cell *= len(intervals[f].edges) + 1
        cell += intervals[f](features[:, f])
    return cell


def _tree(
    thresholds: Thresholds,
    groups: list[list[int]],
    feature: Int32Array,
    threshold: Float64Array,
    left: Int32Array,
    right: Int32Array,
    value: Float64Array,
    leaf: BoolArray,
) -> Tree:
    """All leaves as bits; for each group, those that are possible in each of its cells; values by hash of bit."""
    below = np.zeros(len(leaf), np.uint32)
    below[leaf] = np.uint32(1) << np.arange(leaf.sum(), dtype=np.uint32)
    for node in np.flatnonzero(~leaf)[::-1]:  # children come after their parents
        below[node] = below[left[node]] | below[right[node]]
    masks = {f: np.full(len(edges) + 1, below[0]) for f, edges in thresholds.items()}
    used = np.unique(feature[~leaf]).tolist()
    for f in used:
        nodes = np.flatnonzero(~leaf & (feature == f))
        goes_left = np.arange(len(masks[f]))[:, None] <= np.searchsorted(thresholds[f], threshold[nodes])
        masks[f] = ~np.bitwise_or.reduce(np.where(goes_left, below[right[nodes]], below[left[nodes]]), axis=1)
    tables = {}
    for place, group in enumerate(groups):
        if not set(group).isdisjoint(used):
            every = (masks[f] for f in group)
            tables[place] = functools.reduce(lambda cells, mask: (cells[:, None] & mask).ravel(), every)
    values = np.zeros(MOST_LEAVES)
    values[_place(below[leaf])] = value[leaf]
    return below[0], tables, values


def _pair(one: Tree, other: Tree = NO_TREE) -> Pair:
    """Two trees side by side in words of twice the bits."""
    (leaves, tables, values), (more_leaves, more_tables, more_values) = one, other
    joint = [
        (group, _side_by_side(*np.broadcast_arrays(tables.get(group, leaves), more_tables.get(group, more_leaves))))
        for group in sorted({*tables, *more_tables})
    ]
    return _side_by_side(leaves, more_leaves), joint, (values, more_values)


def _side_by_side(one: Bits | np.uint32, other: Bits | np.uint32) -> Words:
    return np.stack([one, other], axis=-1).view(np.uint64)[..., 0]


def _place(bit: Bits) -> Bits:
    """A number below 32 for each single bit, by multiplication with a de Bruijn sequence."""
    return (bit * DE_BRUIJN) >> np.uint32(27)


def fit_boosted_trees(model: Any, features: Float32Array, truth: AnyArray) -> list[BoostedTrees]:
    """Fit one of scikit-learn's histogram gradient boosting models; one ensemble for each of its outputs."""
    with threads_for(features.size):
        model.fit(features, truth)
    baselines = np.ravel(model._baseline_prediction)
    return [
        _boosted_trees([stage[output].nodes for stage in model._predictors], float(baseline))
        for output, baseline in enumerate(baselines)
    ]


def _boosted_trees(trees: list[AnyArray], baseline: float) -> BoostedTrees:
    every = np.concatenate(trees)
    leaf = every["is_leaf"].astype(bool)
    return BoostedTrees(
        sizes=np.array([len(nodes) for nodes in trees], np.int32),
        feature=np.where(leaf, 0, every["feature_idx"]).astype(np.int32),
        threshold=every["num_threshold"].astype(np.float64),
        left=every["left"].astype(np.int32),
        right=every["right"].astype(np.int32),
        value=np.where(leaf, every["value"], 0.0),
        leaf=leaf,
        baseline=baseline,
    )
