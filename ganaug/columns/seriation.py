"""Levels of a category in an order in which those are neighbours that other columns say the same of.

By their names levels lie anywhere, so neither a tree's cut nor an interval of many levels holds what is alike. Levels
are points, the means of the other columns in their rows, and are halved along their principal direction again and again
(Boley 1998, "Principal direction divisive partitioning").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..plain import Float64Array, IndexArray, Int64Array

FEWEST_LEVELS = 8
MOST_ROWS = 20_000
PSEUDO_ROWS = 10.0
"""Rows with the mean of all that each level is given, so that what a few rows hold hardly says where it stands."""
FEWEST_ROWS = 5
"""Of a level: where it stands must not tell what single rows hold."""
WIDE = 16
PROJECTIONS = 8
LEAST_SHARE = 1 / 64
"""Of all rows: fewer are not halved again."""


def profile(numbers: Float64Array, *, nominal: bool) -> Float64Array:
    """What one array of a column says of its rows (n, directions), of a total variance of 1 or of 0.

    Numbers by rank, and levels by a slot for each, or by random directions where there are many.
    """
    absent = np.isnan(numbers)
    distinct, codes, counts = np.unique(numbers[~absent], return_inverse=True, return_counts=True)
    if nominal:
        rng = np.random.default_rng(0)
        many = len(distinct) > WIDE
        directions = rng.normal(size=(len(distinct), PROJECTIONS)) if many else np.eye(len(distinct))
        found = np.zeros((len(numbers), directions.shape[1] + 1))
        found[~absent, :-1] = directions[codes]
    else:
        found = np.zeros((len(numbers), 2))
        ranks = np.cumsum(counts) - counts / 2
        found[~absent, 0] = (ranks[codes] - ranks[codes].mean()) if len(distinct) else 0.0
    found[:, -1] = absent
    found -= found.mean(0)
    parts = [found[:, :-1], found[:, -1:]]
    sizes = [np.sqrt(np.square(part).mean(0).sum()) for part in parts]
    return np.hstack([found[:, :0], *(part / size for part, size in zip(parts, sizes, strict=True) if size)])


def in_order(
    codes: Int64Array, levels: int, profiles: Sequence[Float64Array], implied: Sequence[Float64Array] = ()
) -> IndexArray:
    """The levels so that neighbours are alike; those of few rows only in what they imply, else in their old order.

    Parameters
    ----------
    codes : ndarray of shape (n,), int64
        The level of each row, -1 for none.
    levels : int
    profiles : sequence of ndarrays of shape (n, directions)
        What other columns say of the rows.
    implied : sequence of ndarrays of shape (n, directions)
        What columns say that follow from the level alone.
    """
    known = np.flatnonzero(codes >= 0)
    rows = np.bincount(codes[known], minlength=levels).astype(np.float64)
    means = []
    for kind, few in ((profiles, rows < FEWEST_ROWS), (implied, rows < 1)):
        total = [np.bincount(codes[known], way[known], minlength=levels) for own in kind for way in own.T]
        means += [np.where(few, 0, each / (rows + PSEUDO_ROWS)) for each in total]
    if not means:
        return np.arange(levels)
    points = np.column_stack(means)
    left, done = [(np.arange(levels), np.zeros(points.shape[1]))], []
    while left:
        some, before = left.pop()
        direction = _principal(points[some], rows[some])
        direction = direction if direction @ before >= 0 else -direction
        some = some[np.argsort(points[some] @ direction, kind="stable")]
        weight = np.cumsum(rows[some])
        if len(some) <= 2 or weight[-1] <= LEAST_SHARE * len(known):
            done.append(some)
            continue
        cut = int(np.searchsorted(weight, weight[-1] / 2)) + 1
        cut = min(max(cut, 1), len(some) - 1)
        left += [(some[cut:], direction), (some[:cut], direction)]
    return np.concatenate(done)


def _principal(points: Float64Array, weight: Float64Array) -> Float64Array:
    """The direction in which points of some weight vary most."""
    if not weight.sum():
        return np.zeros(points.shape[1])
    apart = points - np.average(points, axis=0, weights=weight)
    direction: Float64Array = np.linalg.svd(apart * np.sqrt(weight)[:, None], full_matrices=False)[2][0]
    return direction if direction[np.abs(direction).argmax()] > 0 else -direction
