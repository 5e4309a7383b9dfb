"""Which of several generated rows to keep: importance resampling by an estimated density ratio.

For every row asked for, the generator draws a few candidates of the same condition, and one of them is chosen with
probability proportional to its odds of being real. The odds are those of gradient boosting that tells training rows
from generated ones (Azadi et al. 2019, "Discriminator rejection sampling", with bounded work), corrected until the
chosen rows have the training rows' two-way tables (iterative proportional fitting, Deming & Stephan 1940). Candidates
share their row's condition, so the odds cannot change how many rows of a class come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .layout import Encoded, Layout

Floats = NDArray[np.float32]

MAX_ROWS = 60_000
SYNTHETIC_PER_REAL = 3
POOL_ROWS = 16_384
MAX_TABLES = 1_000
MAX_CELLS = 2_000_000
SWEEPS = 4
DAMPING = 0.7
PSEUDO_ROWS = 10.0
CLIP = 4.0


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

    def log_odds(self, features: Floats) -> NDArray[np.float64]:
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


@dataclass(frozen=True)
class TwoWay:
    """Corrections of the log odds for the codes of two columns."""

    first: int
    second: int
    correction: Floats

    def __call__(self, codes: NDArray[np.int32]) -> Floats:
        return self.correction[codes[..., self.first], codes[..., self.second]]


@dataclass(frozen=True)
class Refiner:
    """The log odds of generated rows; columns are the condition's, then the rows'."""

    layout: Layout
    forest: Forest
    tables: tuple[TwoWay, ...]

    def log_odds(self, rows: Encoded) -> NDArray[np.float64]:
        total = self.forest.log_odds(_features(self.layout, rows)).clip(-CLIP, CLIP)
        for table in self.tables:
            total += table(rows.codes)
        return total

    @classmethod
    def fit(
        cls,
        layout: Layout,
        real: Encoded,
        generate: Callable[[NDArray[np.intp], int], Encoded],
        candidates: int,
        seed: int,
    ) -> Refiner:
        """Learn to tell `real` rows from generated ones.

        Parameters
        ----------
        layout : Layout
            Of the condition's blocks and then the rows'.
        generate : callable
            Takes training rows' indices and a seed, returns a generated row for each, of the same condition.
        candidates : int
            How many rows there are to choose from.
        """
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(real))[:MAX_ROWS]
        condition = rng.choice(len(real), min(SYNTHETIC_PER_REAL * len(some), 2 * MAX_ROWS))
        jittered = real.low + rng.random(real.low.shape, np.float32) * (real.high - real.low)
        real = Encoded(real.codes, jittered, jittered)
        forest = _fit_forest(
            _features(layout, real.take(some)), _features(layout, generate(condition, 0)), int(rng.integers(2**31))
        )
        spread = rng.permutation(len(real))[:POOL_ROWS]
        pool = generate(np.repeat(spread, candidates), 1)
        refiner = cls(layout, forest, ())
        odds = refiner.log_odds(pool).astype(np.float32).reshape(-1, candidates)
        tables = _calibrate(layout, real.codes, pool.codes.reshape(-1, candidates, len(layout.blocks)), odds)
        return cls(layout, forest, tables)


def choose(log_odds: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.intp]:
    """One candidate a row, with probability proportional to its odds; both arguments are (n, candidates)."""
    return np.argmax(log_odds - np.log(-np.log(uniform)), axis=1)


def _features(layout: Layout, rows: Encoded) -> Floats:
    """Codes as numbers, an interval's with the rank inside it as its fraction."""
    features = rows.codes.astype(np.float32)
    numbers = [i for i, block in enumerate(layout.blocks) if block.bins]
    first_bin = np.array([layout.blocks[i].width - layout.blocks[i].bins for i in numbers], np.int32)
    inside = rows.codes[:, numbers] >= first_bin
    features[:, numbers] += inside * (rows.middle + 1) * np.float32(0.4999)
    return features


def _fit_forest(real: Floats, fake: Floats, seed: int) -> Forest:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.1,
        early_stopping=True,
        validation_fraction=0.15,
        n_iter_no_change=8,
        random_state=seed,
    )
    truth = np.repeat([1, 0], [len(real), len(fake)])
    weight = np.where(truth == 1, len(fake) / len(real), 1.0)
    model.fit(np.vstack([real, fake]), truth, sample_weight=weight)
    return _as_arrays(model)


def _as_arrays(model: object) -> Forest:
    """The trees of scikit-learn's histogram gradient boosting."""
    trees = [stage[0].nodes for stage in model._predictors]  # type: ignore[attr-defined]
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
        baseline=float(np.ravel(model._baseline_prediction)[0]),  # type: ignore[attr-defined]
    )


def _calibrate(layout: Layout, real: NDArray[np.int32], pool: NDArray[np.int32], odds: Floats) -> tuple[TwoWay, ...]:
    """Corrections with which choosing from `pool` (n, candidates, columns) gives the two-way tables of `real`."""
    tables = []
    for first, second in _pairs(layout, real, pool):
        shape = layout.blocks[first].width, layout.blocks[second].width
        target = np.bincount(real[:, first] * shape[1] + real[:, second], minlength=shape[0] * shape[1]) / len(real)
        tables.append((first, second, pool[..., first] * shape[1] + pool[..., second], target, np.zeros(target.shape)))
    prior = PSEUDO_ROWS / len(real)
    for _ in range(SWEEPS):
        for _, _, cell, target, correction in tables:
            chance = np.exp(odds - odds.max(1, keepdims=True))
            chance /= chance.sum(1, keepdims=True)
            now = np.bincount(cell.ravel(), chance.ravel(), minlength=len(target)) / len(pool)
            change = DAMPING * np.log((target + prior) / (now + prior)).clip(-1, 1)
            correction += change
            odds = odds + change[cell].astype(np.float32)
    return tuple(
        TwoWay(first, second, correction.reshape(layout.blocks[first].width, -1).astype(np.float32))
        for first, second, _, _, correction in tables
    )


def _pairs(layout: Layout, real: NDArray[np.int32], pool: NDArray[np.int32]) -> list[tuple[int, int]]:
    """The pairs of columns to calibrate: all, or those that are furthest off where there are too many."""
    width = [block.width for block in layout.blocks]
    pairs = list(combinations(range(len(width)), 2))
    cells = sum(width[i] * width[j] for i, j in pairs)
    if len(pairs) <= MAX_TABLES and cells <= MAX_CELLS:
        return pairs
    some, fake = real[:POOL_ROWS], pool[:, 0]

    def gap(i: int, j: int) -> float:
        r, f = (np.bincount(c[:, i] * width[j] + c[:, j], minlength=width[i] * width[j]) / len(c) for c in (some, fake))
        return float(np.abs(r - f).sum())

    ranked = sorted(pairs, key=lambda pair: -gap(*pair))[:MAX_TABLES]
    budget = np.cumsum([width[i] * width[j] for i, j in ranked])
    return ranked[: int(np.searchsorted(budget, MAX_CELLS, "right"))]
