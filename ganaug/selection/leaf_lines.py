"""Lines inside leaves: how a number goes along with others where its tree can split no further.

A leaf of twenty donors is coarse where a column follows from others nearly exactly, as amounts of one month do from
those of the month before. So a donor gives what it has beyond a line, and the row that takes it adds its own (residual
draws, as in Morris, White & Royston 2014, "Tuning multiple imputation by predictive mean matching and local residual
draws"). Lines are of scores, the log odds of ranks, which neither end nor are bent by long tails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.special import expit, logit

from ..columns.layout import Block, places
from ..plain import BoolArray, Float32Array, Float64Array, IndexArray, Int32Array, record

ALONG = 3
"""Columns that a line goes along with at most."""
PATTERNS = 2**ALONG
"""Which of them have a score; there is a line for each pattern, since one value or another is often missing or 0."""
PLACES = 2 ** np.arange(ALONG)
LEAST_DONORS = 200
"""Of leaves that have one slope."""
LEAST_SHARE, LEAST_STEP = 0.02, 0.01
"""Of the variance inside leaves that lines have to explain, all together and one more of them."""
PRIOR_DONORS = 20
"""How many donors the slope of all leaves counts for, next to those of a group."""
SMALLEST_RANK = 1e-5

Scores = tuple[Float32Array, BoolArray]
"""Log odds of ranks, and which cells have one: recurring and missing values have none."""


def scores(cells: Float32Array, blocks: Sequence[Block]) -> Scores:
    """Of cells (n, k) of these blocks."""
    first = np.array([block.first_bin if block.bins else np.inf for block in blocks], np.float32)
    bins = np.array([block.bins or 1 for block in blocks], np.float32)
    ranked = cells >= first
    rank = np.where(ranked, (places(cells) - np.where(np.isinf(first), 0, first)) / bins, np.float32(0.5))
    return logit(rank.clip(SMALLEST_RANK, 1 - SMALLEST_RANK)).astype(np.float32), ranked


def cell_of(score: Float32Array, block: Block) -> Float32Array:
    """The cells that have these scores."""
    cell = block.first_bin + block.bins * expit(score)
    return np.minimum(cell, np.nextafter(np.float32(block.width), np.float32(0))).astype(np.float32)


class Lines(NamedTuple):
    """Of one tree.

    Parameters
    ----------
    along : ndarray of shape (k,), int32
        The features that they go along with.
    group : ndarray of shape (n_nodes,), int32
        Which line a node has.
    slope : ndarray of shape (n_groups, PATTERNS, k), float32
        By which of the features have a score: the place of a pattern is 1 for the first, 2 for the second, 4 for the
        third, added.
    centre : ndarray of shape (n_groups, k), float32
    """

    along: Int32Array
    group: Int32Array
    slope: Float32Array
    centre: Float32Array

    def __call__(self, found: Scores, node: IndexArray) -> Float32Array:
        """What lines say of rows in these nodes, given the scores of the features that they go along with."""
        score, ranked = found
        group, pattern = self.group.take(node), ranked @ PLACES[: ranked.shape[1]]
        beyond = np.where(ranked, score - self.centre.take(group, axis=0), np.float32(0))
        return np.einsum("ij,ij->i", beyond, self.slope[group, pattern])


@record
@dataclass(frozen=True)
class LeafLines:
    """Lines of several trees, one after the other.

    Parameters
    ----------
    along : ndarray of shape (n_trees, ALONG), int32
    group : ndarray of shape (n_nodes,), int32
    slope : ndarray of shape (n_groups, PATTERNS, ALONG), float32
    centre : ndarray of shape (n_groups, ALONG), float32
    """

    along: Int32Array
    group: Int32Array
    slope: Float32Array
    centre: Float32Array

    def check(self, trees: int, nodes: int, features: int) -> None:
        """ValueError for lines of other trees than these."""
        groups = len(self.slope)
        if self.along.shape != (trees, ALONG) or self.group.shape != (nodes,):
            raise ValueError("lines for other trees than these")
        if self.slope.shape != (groups, PATTERNS, ALONG) or self.centre.shape != (groups, ALONG):
            raise ValueError("lines without slopes")
        if not (np.isfinite(self.slope).all() and np.isfinite(self.centre).all()):
            raise ValueError("lines that are not finite")
        if nodes and (self.group.min() < 0 or self.group.max() >= groups):
            raise ValueError(f"nodes with other lines than the {groups}")
        if trees and (self.along.min() < 0 or self.along.max() >= features):
            raise ValueError(f"lines along others than the {features} features")

    def of(self, tree: int, nodes: slice) -> Lines | None:
        """Those of one tree; None if they are all level."""
        group = self.group[nodes]
        own = slice(int(group.min()), int(group.max()) + 1)
        used = np.flatnonzero(self.slope[own].any(axis=(0, 1)))
        if not len(used):
            return None
        k = int(used[-1]) + 1
        return Lines(self.along[tree, :k], group - own.start, self.slope[own, :, :k], self.centre[own, :k])

    @classmethod
    def stack(cls, every: Sequence[Lines]) -> Self:
        offset = np.cumsum([0, *(len(lines.slope) for lines in every)])[:-1]
        return cls(
            np.stack([lines.along for lines in every]),
            np.concatenate([lines.group + start for lines, start in zip(every, offset, strict=True)]).astype(np.int32),
            np.concatenate([lines.slope for lines in every]),
            np.concatenate([lines.centre for lines in every]),
        )


def level(nodes: int) -> Lines:
    """Lines that say nothing."""
    slope = np.zeros((1, PATTERNS, ALONG), np.float32)
    return Lines(np.zeros(ALONG, np.int32), np.zeros(nodes, np.int32), slope, slope[:, 0])


def groups_of(parent: IndexArray, right: Int32Array, donors: IndexArray, fewest: int) -> Int32Array:
    """The group of each node in preorder: all below one that has too few donors to be divided are of one."""
    inner = np.flatnonzero(right)
    divides = np.zeros(len(right), bool)
    smaller = np.minimum(donors[inner + 1], donors[inner + right[inner]])
    divides[inner] = (donors[inner] >= 2 * LEAST_DONORS) & (smaller >= fewest)
    root = np.zeros(len(right), np.intp)
    for node in range(1, len(right)):
        above = parent[node]
        root[node] = node if divides[above] and root[above] == above else root[above]
    group: Int32Array = np.unique(root, return_inverse=True)[1].astype(np.int32)
    return group


def fit_lines(own: Scores, others: Scores, leaf: IndexArray, group: Int32Array) -> Lines | None:
    """Lines of donors in the order of their leaves; None where others explain nothing inside leaves.

    Parameters
    ----------
    own, others : tuple of ndarrays of shapes (n,) and (n, n_others)
        Scores, and whether there are any. `along` counts the others.
    leaf : ndarray of shape (n,)
        The leaf of each donor.
    group : ndarray of shape (n_nodes,)
        Of each node.
    """
    score, ranked = own
    starts = np.flatnonzero(np.diff(leaf, prepend=-1))
    sizes = np.diff(np.append(starts, len(leaf)))

    def centred(values: Float32Array, there: BoolArray) -> Float32Array:
        """Less the mean of those in the leaf that there are; 0 for others."""
        count = np.maximum(np.add.reduceat(there, starts, axis=0, dtype=np.float32), 1)
        mean = np.add.reduceat(values * there, starts, axis=0) / count
        return (values - np.repeat(mean, sizes, axis=0)) * there

    rest = centred(score, ranked)
    total = float(rest @ rest)
    if ranked.sum() < LEAST_DONORS or not total:
        return None
    near = centred(others[0], others[1] & ranked[:, None])
    scale = np.maximum((near**2).sum(0), 1e-6)
    chosen: list[int] = []
    left = rest
    while len(chosen) < min(ALONG, near.shape[1]):
        explained = (left @ near) ** 2 / scale
        explained[chosen] = 0
        best = int(np.argmax(explained))
        if explained[best] < LEAST_STEP * total:
            break
        chosen.append(best)
        left = rest - near[:, chosen] @ np.linalg.lstsq(near[:, chosen], rest, rcond=None)[0]
    if not chosen or float(left @ left) > (1 - LEAST_SHARE) * total:
        return None
    return _of_groups(rest, near, others, chosen, group, leaf)


def _of_groups(
    rest: Float32Array,
    near: Float32Array,
    others: Scores,
    chosen: list[int],
    group: Int32Array,
    leaf: IndexArray,
) -> Lines:
    """The slopes of each group along those that were chosen, and along any part of them, drawn towards those of all."""
    groups, k, member = int(group.max()) + 1, len(chosen), group[leaf]
    near, score, ranked = near[:, chosen], others[0][:, chosen], others[1][:, chosen]
    along = np.zeros(ALONG, np.int32)
    along[:k] = chosen
    slope, centre = np.zeros((groups, 2**k, ALONG), np.float32), np.zeros((groups, ALONG), np.float32)
    centre[:, :k] = _summed(score * ranked, member, groups) / np.maximum(_summed(ranked, member, groups), 1)
    for pattern in range(1, 2**k):
        part = [place for place in range(k) if pattern >> place & 1]
        there = ranked[:, part].all(axis=1)
        slope[:, pattern, part] = _slopes(near[there][:, part], rest[there], member[there], groups)
    return Lines(along, group, np.tile(slope, (1, 2 ** (ALONG - k), 1)), centre)


def _slopes(near: Float32Array, rest: Float32Array, member: Int32Array, groups: int) -> Float64Array:
    """Slopes (n_groups, k) by least squares, drawn towards that of all rows."""
    k = near.shape[1]
    prior = PRIOR_DONORS * np.maximum((near**2).sum(0) / max(len(near), 1), 1e-6)
    squares = _summed((near[:, :, None] * near[:, None, :]).reshape(-1, k * k), member, groups).reshape(-1, k, k)
    products = _summed(near * rest[:, None], member, groups) + prior * np.linalg.lstsq(near, rest, rcond=None)[0]
    found: Float64Array = np.linalg.solve(squares + np.diag(prior), products[:, :, None])[:, :, 0]
    return found


def _summed(values: Float32Array | BoolArray, member: Int32Array, groups: int) -> Float64Array:
    """The sum (n_groups, k) of each group's rows (n, k)."""
    return np.stack([np.bincount(member, column, groups) for column in values.T], axis=1)
