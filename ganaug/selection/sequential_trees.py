"""Rows drawn column by column, each from a leaf of a tree that splits on the label and the columns before it.

A generator knows how columns go together at large, trees know fine detail: where one column is cut by another, and what
lies between. A leaf holds training values, the donors, and a cell is drawn from them (Reiter 2005, "Using CART to
generate partially synthetic, public use microdata"; Nowok, Raab & Dibben 2016, "synthpop"). Trees are honest: half of
the rows they see split them, the other half are their donors (Athey & Imbens 2016). A number is drawn between its
donor's neighbours in the leaf, so that it is nobody's. One tree makes errors of its own; so there are several
sequences, each of other rows and in another order of columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..columns.layout import Encoded, Layout, as_numbers, fractions
from ..plain import Float32Array, IndexArray, Int32Array, record

ROWS_PER_DONOR = 1_000
FEWEST_DONORS, MOST_DONORS = 8, 40
MOST_ROWS = 40_000
MOST_FEATURES = 16
PROJECTIONS = 3
CLASS_WEIGHT = 0.5
"""What it counts for a split that a leaf is of one class, next to the column's own cells."""

Codes = NDArray[np.unsignedinteger]


class DonorTree(NamedTuple):
    """One column's tree, and each leaf's donors."""

    column: int
    number: int | None
    """Place of the column's position, if it has one."""
    tree: Any
    first: Int32Array
    last: Int32Array
    """The last donor, included."""


@record
@dataclass(frozen=True)
class SequentialTrees:
    """A tree for each column, in the order in which columns are drawn.

    Nodes are in preorder, so that what goes left goes on to the next node.

    Parameters
    ----------
    layout : Layout
        Of the rows; its condition is that of the label.
    order : ndarray of int32
        The columns.
    sizes : ndarray of int32
        Number of nodes of each tree.
    feature, threshold, right, first, last : ndarray of shape (n_nodes,)
        Of each node: what it splits on, features being the label's and then the columns'; how far on its right child
        is, 0 for a leaf; and its donors, the last one included, in `code` and `position`.
    code, position : ndarray of shape (n_donors,)
        The donors' cells, those of a leaf sorted.
    """

    layout: Layout
    order: Int32Array
    sizes: Int32Array
    feature: Int32Array
    threshold: Float32Array
    right: Int32Array
    first: Int32Array
    last: Int32Array
    code: Codes
    position: Float32Array

    def __post_init__(self) -> None:
        blocks, nodes = self.layout.blocks, int(self.sizes.sum(dtype=np.int64))
        if sorted(self.order.tolist()) != list(range(len(blocks))) or len(self.sizes) != len(blocks):
            raise ValueError("trees for other columns than the layout's")
        every = (self.feature, self.threshold, self.right, self.first, self.last)
        if (self.sizes < 1).any() or any(column.shape != (nodes,) for column in every):
            raise ValueError("nodes that are not those of trees of these sizes")
        left = np.repeat(np.cumsum(self.sizes), self.sizes) - np.arange(nodes)  # nodes from here to the tree's end
        inner = self.right != 0
        if (self.right[inner] < 2).any() or (self.right >= left).any() or (self.right < 0).any():
            raise ValueError("nodes that do not form trees")
        features = len(self.layout.joint.blocks)
        if (self.feature < 0).any() or (self.feature >= features).any():
            raise ValueError(f"trees that look at more than the {features} features")
        donors = len(self.code)
        if self.position.shape != (donors,) or (self.first < 0).any() or (self.first > self.last).any():
            raise ValueError("leaves without donors")
        if (self.last >= donors).any():
            raise ValueError(f"leaves with more than the {donors} donors")
        starts = np.cumsum(self.sizes) - self.sizes
        for column, start, size in zip(self.order, starts, self.sizes, strict=True):
            here = slice(start, start + size)
            if self.code[self.first[here].min() : self.last[here].max() + 1].max() >= blocks[column].width:
                raise ValueError("donors that are not the column's")

    def redraw(self, condition: Encoded, rows: Encoded, kept: int, rng: np.random.Generator) -> Encoded:
        """`rows` (n) of `condition` (n) with the first `kept` columns of the order as they are and the others anew."""
        layout, labels, n = self.layout, condition.codes.shape[1], len(condition)
        features = np.hstack([as_numbers(layout.label, condition), as_numbers(layout, rows)])
        codes, positions = rows.codes.copy(), rows.middle
        for tree in self._trees[kept:]:
            leaf = tree.tree.apply(features)
            first, last = tree.first.take(leaf), tree.last.take(leaf)
            donor = first + (rng.random(n, np.float32) * (last - first + 1)).astype(np.int32)
            np.minimum(donor, last, out=donor)  # a float32 below 1, times a count, may be the count
            code = self._codes.take(donor)
            codes[:, tree.column] = code
            feature = code.astype(np.float32)
            if tree.number is not None:
                position = self._between(donor, code, first, last, rng)
                inside = code >= layout.blocks[tree.column].first_bin
                position *= inside
                positions[:, tree.number] = position
                feature += fractions(inside, position)
            features[:, labels + tree.column] = feature
        return Encoded(codes, positions, positions)

    def _between(
        self, donor: Int32Array, code: Int32Array, first: Int32Array, last: Int32Array, rng: np.random.Generator
    ) -> Float32Array:
        """Positions anywhere between the donors' neighbours in the leaf, as far as these have the same code."""
        move = rng.random(len(donor), np.float32) * 2 - 1
        neighbour = np.where(move > 0, np.minimum(donor + 1, last), np.maximum(donor - 1, first))
        own, other = self.position.take(donor), self.position.take(neighbour)
        move *= self._codes.take(neighbour) == code
        moved: Float32Array = own + np.abs(move) * (other - own)
        return moved

    @cached_property
    def _codes(self) -> Int32Array:
        return self.code.astype(np.int32)

    @cached_property
    def _trees(self) -> list[DonorTree]:
        number = {block: place for place, block in enumerate(self.layout.numbered)}
        features, ends, trees = len(self.layout.joint.blocks), np.cumsum(self.sizes), []
        for column, start, end in zip(self.order.tolist(), ends - self.sizes, ends, strict=True):
            here = slice(start, end)
            tree = _scikit_learn_tree(features, self.feature[here], self.threshold[here], self.right[here])
            trees.append(DonorTree(column, number.get(column), tree, self.first[here], self.last[here]))
        return trees

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_trees", "_codes")}

    @classmethod
    def fit(cls, layout: Layout, condition: Encoded, rows: Encoded, seed: int) -> SequentialTrees:
        """Trees of a random half of the rows, and donors of the other half.

        Parameters
        ----------
        condition, rows : Encoded
            Training rows with their labels, without ties.
        """
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(rows))[:MOST_ROWS]
        condition, rows = condition.take(some), rows.take(some)
        splitting, giving = np.array_split(np.arange(len(rows)), 2)
        label, cells = as_numbers(layout.label, condition), as_numbers(layout, rows)
        features = np.hstack([label, cells])
        known = list(range(label.shape[1]))
        told_label = np.zeros((len(rows), 0), np.float32)
        if known and not layout.label.numbers:
            told_label = CLASS_WEIGHT * _told(layout.label, condition, label, 0, rng)
        donors = int(np.clip(len(rows) // ROWS_PER_DONOR, FEWEST_DONORS, MOST_DONORS))
        order = rng.permutation(len(layout.blocks)).astype(np.int32)
        grown = []
        number = {block: place for place, block in enumerate(layout.numbered)}
        for column in order:
            told = np.hstack([_told(layout, rows, cells, int(column), rng), told_label])
            nodes, givers = _grown(features[:, known], told, splitting, giving, cells[:, column], donors, rng)
            codes = rows.codes[givers, column]
            position = rows.middle[givers, number[column]] if column in number else np.zeros(len(givers), np.float32)
            grown.append((np.array(known, np.int32), nodes, codes, position))
            known.append(label.shape[1] + int(column))
        offset = np.cumsum([0, *(len(codes) for _, _, codes, _ in grown)])[:-1]
        width = max(block.width for block in layout.blocks)
        return cls(
            layout,
            order,
            np.array([len(nodes.right) for _, nodes, _, _ in grown], np.int32),
            np.concatenate([seen[nodes.feature] if len(seen) else nodes.feature for seen, nodes, _, _ in grown]),
            np.concatenate([nodes.threshold for _, nodes, _, _ in grown]),
            np.concatenate([nodes.right for _, nodes, _, _ in grown]),
            _moved([nodes.first for _, nodes, _, _ in grown], offset),
            _moved([nodes.last for _, nodes, _, _ in grown], offset),
            np.concatenate([codes for _, _, codes, _ in grown]).astype(np.min_scalar_type(width)),
            np.concatenate([position for *_, position in grown]),
        )


def _moved(places: list[Int32Array], offset: IndexArray) -> Int32Array:
    """Places in each tree's donors as places among all donors."""
    return np.concatenate([own + start for own, start in zip(places, offset, strict=True)]).astype(np.int32)


class Nodes(NamedTuple):
    """Of one tree; donors count from the column's first."""

    feature: Int32Array
    threshold: Float32Array
    right: Int32Array
    first: Int32Array
    last: Int32Array


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
    cells: Float32Array,
    donors: int,
    rng: np.random.Generator,
) -> tuple[Nodes, IndexArray]:
    """A tree of some rows, and others in the order of its leaves, to give their cells to those who end there."""
    from sklearn.tree import DecisionTreeRegressor

    if not features.shape[1]:
        zero, last = np.zeros(1, np.int32), np.full(1, len(giving) - 1, np.int32)
        return Nodes(zero, np.zeros(1, np.float32), zero, zero, last), giving[np.argsort(cells[giving])]
    grown = DecisionTreeRegressor(
        min_samples_leaf=donors,
        max_features=min(MOST_FEATURES, features.shape[1]),
        random_state=int(rng.integers(2**31)),
    ).fit(features[splitting], told[splitting])
    tree = grown.tree_
    inner = tree.children_left >= 0
    right = np.where(inner, tree.children_right - np.arange(tree.node_count), 0).astype(np.int32)
    leaf = tree.apply(features[giving])
    order = np.lexsort([cells[giving], leaf])
    parent, below = np.zeros(tree.node_count, np.intp), np.ones(tree.node_count, np.intp)
    for children in (tree.children_left, tree.children_right):
        parent[children[inner]] = np.flatnonzero(inner)
    for node in range(tree.node_count - 1, 0, -1):
        below[parent[node]] += below[node]
    start = np.searchsorted(leaf[order], np.arange(tree.node_count))
    stop = np.searchsorted(leaf[order], np.arange(tree.node_count) + below)
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
    )
    return nodes, giving[order]


def _scikit_learn_tree(features: int, feature: Int32Array, threshold: Float32Array, right: Int32Array) -> Any:
    """Nodes that were checked as scikit-learn's own tree, which finds leaves seven times as fast as NumPy."""
    from sklearn.tree._tree import NODE_DTYPE, Tree

    count, leaf = len(right), right == 0
    nodes = np.zeros(count, NODE_DTYPE)
    place = np.arange(count)
    nodes["left_child"] = np.where(leaf, -1, place + 1)
    nodes["right_child"] = np.where(leaf, -1, place + right)
    nodes["feature"], nodes["threshold"] = feature, threshold
    tree = Tree(features, np.ones(1, np.intp), 1)
    tree.__setstate__({"max_depth": count, "node_count": count, "nodes": nodes, "values": np.zeros((count, 1, 1))})
    return tree
