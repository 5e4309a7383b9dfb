"""Whom drawn rows give away: do they come nearer to the rows that gave cells than to others?

Trees are honest, so half of the rows that they learn from give no cells. If rows of both halves are equally near to the
next drawn one, leaves are coarse enough.
"""

from __future__ import annotations

import numpy as np

from ..columns.layout import Encoded, Layout, places
from ..plain import Float32Array
from .growing import features_of
from .quick_boosting import area
from .sequential_trees import SequentialTrees, halves

ASKED_ROWS = 5_000
"""Of either half."""
DRAWN_ROWS = 20_000


def nearness(trees: SequentialTrees, condition: Encoded, rows: Encoded, seed: int) -> float:
    """ROC AUC of telling rows that gave cells from those that did not, by how near a drawn row is: 0.5 is best.

    Parameters
    ----------
    condition, rows : Encoded
        What the trees were fitted on, with this seed.
    """
    from sklearn.neighbors import NearestNeighbors

    splitting, giving = halves(len(rows), np.random.default_rng(seed))
    rng = np.random.default_rng(seed + 1)
    asked = np.concatenate([rng.permutation(half)[:ASKED_ROWS] for half in (giving, splitting)])
    gave = np.isin(asked, giving)
    given = condition.take(rng.permutation(np.concatenate([splitting, giving]))[:DRAWN_ROWS])
    drawn = trees.redraw(given, trees.layout.empty(len(given)), 0, rng)
    nearest = NearestNeighbors(n_neighbors=1).fit(_points(trees.layout, given, drawn))
    distance, _ = nearest.kneighbors(_points(trees.layout, condition.take(asked), rows.take(asked)))
    return area(gave.astype(np.int32), -distance[:, 0])


def _points(layout: Layout, condition: Encoded, rows: Encoded) -> Float32Array:
    """Rows as points: a number is its rank, and another category as far away as the least rank from the greatest."""
    blocks, parts = layout.joint.blocks, []
    cells = places(features_of(layout, condition, rows)[:, : len(blocks)])
    for block, own in zip(blocks, cells.T, strict=True):
        ranked = own >= block.first_bin
        if block.bins:
            parts.append(np.where(ranked, (own - block.first_bin) / block.bins, np.float32(0.5))[:, None])
        if block.first_bin:
            code = np.where(ranked, block.first_bin, own).astype(np.int32)
            parts.append((np.eye(block.first_bin + 1, dtype=np.float32) * np.float32(np.sqrt(0.5)))[code])
    return np.hstack(parts)
