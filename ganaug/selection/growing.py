"""Growing the trees of a sequence: what each column's tree tells apart, and which rows give its leaves their cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..columns.layout import Block, Encoded, Layout, as_numbers
from ..data.seeds import drawn_seed
from ..plain import BoolArray, Float32Array, IndexArray, Int32Array
from .leaf_lines import Lines, fit_lines, groups_of, level, scores

MOST_FEATURES = 64
PROJECTIONS = 3
CLASS_WEIGHT = 0.15
"""What it counts for a split that a leaf is of one class, next to the column's own cells."""


def features_of(layout: Layout, condition: Encoded | None, rows: Encoded) -> Float32Array:
    """What trees see of rows: codes as numbers, the condition's first, if given, and last what blocks tell."""
    cells = as_numbers(layout, rows)
    told = [own(cells[:, own.block])[:, None] for own in layout.told]
    return np.hstack([*([] if condition is None else [as_numbers(layout.label, condition)]), cells, *told])


class Nodes(NamedTuple):
    """Of one tree; donors count from the column's first, and nodes of a group have one line."""

    feature: Int32Array
    threshold: Float32Array
    right: Int32Array
    first: Int32Array
    last: Int32Array
    group: Int32Array


class Grown(NamedTuple):
    """A tree, the rows that give cells, in the order of its leaves, and the leaf of each."""

    nodes: Nodes
    givers: IndexArray
    leaf: IndexArray


class GrownColumn(NamedTuple):
    """A column's tree, whose features are all of the rows', and what its donors give."""

    nodes: Nodes
    code: Int32Array
    score: Float32Array
    lines: Lines


def grown_columns(
    layout: Layout, condition: Encoded, rows: Encoded, donors: int, rng: np.random.Generator
) -> tuple[Int32Array, list[GrownColumn]]:
    """The order in which columns are drawn, and the tree of each; half of the rows split trees, half give cells."""
    splitting, giving = np.array_split(np.arange(len(rows)), 2)
    label, cells = as_numbers(layout.label, condition), as_numbers(layout, rows)
    features, blocks = features_of(layout, condition, rows), layout.joint.blocks
    known = list(range(label.shape[1]))
    told_label = np.zeros((len(rows), 0), np.float32)
    if known and not layout.label.numbers:
        told_label = CLASS_WEIGHT * _told(layout.label, condition, label, 0, rng)
    order = rng.permutation(len(layout.blocks)).astype(np.int32)
    found = scores(features[:, : len(blocks)], blocks)
    grown = []
    for column in order:
        told = np.hstack([_told(layout, rows, cells, int(column), rng), told_label])
        own = label.shape[1] + int(column)
        tree = _grown(features[:, known], told, splitting, giving, donors, rng)
        grown.append(_with_donors(tree, np.array(known, np.int32), own, blocks, rows.codes[:, column], found))
        told_by = [len(blocks) + place for place, each in enumerate(layout.told) if each.block == column]
        known += [own, *told_by]
    return order, grown


def _with_donors(
    tree: Grown,
    seen: Int32Array,
    own: int,
    blocks: Sequence[Block],
    codes: Int32Array,
    found: tuple[Float32Array, BoolArray],
) -> GrownColumn:
    """A column's tree and its donors, those of a leaf sorted: what has no rank by codes, then scores beyond lines."""
    nodes, givers, leaf = tree
    score, ranked = found[0][givers], found[1][givers]
    lines = level(len(nodes.right))
    near = np.array([place for place in seen if place < len(blocks) and blocks[place].bins], np.int32)
    if blocks[own].bins and len(near):
        fitted = fit_lines((score[:, own], ranked[:, own]), (score[:, near], ranked[:, near]), leaf, nodes.group)
        lines = lines if fitted is None else fitted._replace(along=near[fitted.along])
    along = lines((score[:, lines.along], ranked[:, lines.along]), leaf)
    beyond = np.where(ranked[:, own], score[:, own] - along, np.float32(0))
    order = np.lexsort([beyond, np.where(ranked[:, own], 0, codes[givers]), ranked[:, own], leaf])
    nodes = nodes._replace(feature=seen[nodes.feature] if len(seen) else nodes.feature)
    return GrownColumn(nodes, codes[givers[order]], beyond[order], lines)


def _told(layout: Layout, rows: Encoded, cells: Float32Array, column: int, rng: np.random.Generator) -> Float32Array:
    """What a column's tree is to tell apart (n, outputs): ranks, and categories by a few random directions."""
    block, codes, outputs = layout.blocks[column], rows.codes[:, column], []
    if block.bins:
        outputs.append(cells[:, column : column + 1])
    categories = block.first_bin
    if categories == 2 and not block.bins:
        outputs.append(codes[:, None].astype(np.float32))
    elif categories:
        direction = rng.normal(size=(block.width, PROJECTIONS))
        direction[categories:] = 0
        outputs.append((direction / np.sqrt(PROJECTIONS))[codes].astype(np.float32))
    scaled = [part - part.mean(0) for part in outputs]
    spread = [np.sqrt((part**2).mean(0).sum()) for part in scaled]
    return np.hstack([part / (size or 1.0) for part, size in zip(scaled, spread, strict=True)])


def _grown(
    features: Float32Array,
    told: Float32Array,
    splitting: IndexArray,
    giving: IndexArray,
    donors: int,
    rng: np.random.Generator,
) -> Grown:
    """A tree of some rows, whose leaves are given cells by others."""
    from sklearn.tree import DecisionTreeRegressor

    if not features.shape[1]:
        zero, last = np.zeros(1, np.int32), np.full(1, len(giving) - 1, np.int32)
        return Grown(
            Nodes(zero, np.zeros(1, np.float32), zero, zero, last, zero), giving, np.zeros(len(giving), np.intp)
        )
    grown = DecisionTreeRegressor(
        min_samples_leaf=donors,
        max_features=min(MOST_FEATURES, features.shape[1]),
        random_state=drawn_seed(rng),
    ).fit(features[splitting], told[splitting])
    tree = grown.tree_
    inner = tree.children_left >= 0
    right = np.where(inner, tree.children_right - np.arange(tree.node_count), 0).astype(np.int32)
    leaf = tree.apply(features[giving])
    order = np.argsort(leaf, kind="stable")
    parent, below = np.zeros(tree.node_count, np.intp), np.ones(tree.node_count, np.intp)
    for children in (tree.children_left, tree.children_right):
        parent[children[inner]] = np.flatnonzero(inner)
    for node in range(tree.node_count - 1, 0, -1):
        below[parent[node]] += below[node]
    start = np.searchsorted(leaf[order], np.arange(tree.node_count))
    stop = np.searchsorted(leaf[order], np.arange(tree.node_count) + below)
    group = groups_of(parent, right, stop - start, donors)
    for node in range(1, tree.node_count):  # parents come first: too few donors are those of the parent
        if stop[node] - start[node] < donors:
            start[node], stop[node] = start[parent[node]], stop[parent[node]]
    threshold = tree.threshold.astype(np.float32)
    above = threshold > tree.threshold
    threshold[above] = np.nextafter(threshold[above], np.float32(-np.inf))
    nodes = Nodes(
        tree.feature.clip(0).astype(np.int32),
        np.where(inner, threshold, 0).astype(np.float32),
        right,
        start.astype(np.int32),
        (stop - 1).astype(np.int32),
        group,
    )
    return Grown(nodes, giving[order], leaf[order])
