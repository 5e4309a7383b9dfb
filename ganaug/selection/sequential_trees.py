"""Rows drawn column by column, each from a leaf of a tree that splits on the label and the columns before it.

A generator knows how columns go together at large, trees know fine detail: where one column is cut by another, and what
lies between. A leaf holds training values, the donors, and a cell is drawn from them (Reiter 2005, "Using CART to
generate partially synthetic, public use microdata"; Nowok, Raab & Dibben 2016, "synthpop"). Trees are honest: half of
the rows they see split them, the other half are their donors (Athey & Imbens 2016). A number is drawn between its
donor's neighbours in the leaf, so that it is nobody's, and moved along lines where leaves are too coarse. One tree
makes errors of its own; so there are several sequences, each of other rows and in another order of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..columns.layout import Block, Encoded, Layout, as_numbers, fractions
from ..plain import BoolArray, Float32Array, IndexArray, Int32Array, record
from .leaf_lines import LeafLines, Lines, cell_of, fit_lines, groups_of, level, scores

ROWS_PER_DONOR = 1_000
FEWEST_DONORS, MOST_DONORS = 8, 40
MOST_ROWS = 40_000
MOST_FEATURES = 64
PROJECTIONS = 3
CLASS_WEIGHT = 0.15
"""What it counts for a split that a leaf is of one class, next to the column's own cells."""

Codes = NDArray[np.unsignedinteger]


def features_of(layout: Layout, condition: Encoded | None, rows: Encoded) -> Float32Array:
    """What trees see of rows: codes as numbers, the condition's first, if given, and last what blocks tell."""
    cells = as_numbers(layout, rows)
    told = [own(cells[:, own.block])[:, None] for own in layout.told]
    return np.hstack([*([] if condition is None else [as_numbers(layout.label, condition)]), cells, *told])


def usual_donors(rows: int) -> int:
    """How many donors a leaf has at least, if nothing is known of the table."""
    return int(np.clip(rows // ROWS_PER_DONOR, FEWEST_DONORS, MOST_DONORS))


def halves(rows: int, rng: np.random.Generator) -> tuple[IndexArray, IndexArray]:
    """Which of so many rows split trees, and which give cells."""
    splitting, giving = np.array_split(rng.permutation(rows)[:MOST_ROWS], 2)
    return splitting, giving


class DonorTree(NamedTuple):
    """One column's tree, and each leaf's donors."""

    column: int
    number: int | None
    """Place of the column's position, if it has one."""
    tree: Any
    first: Int32Array
    last: Int32Array
    """The last donor, included."""
    lines: Lines | None


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
    code, score : ndarray of shape (n_donors,)
        The donors' cells, those of a leaf sorted; a number's score is what it has beyond its line.
    lines : LeafLines
    spread : bool
        Whether a number without a line, whose donor's neighbour is in another interval, is moved inside its own.
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
    score: Float32Array
    lines: LeafLines
    spread: bool = False

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
        features = len(self.layout.joint.blocks) + len(self.layout.told)
        if (self.feature < 0).any() or (self.feature >= features).any():
            raise ValueError(f"trees that look at more than the {features} features")
        donors = len(self.code)
        if self.score.shape != (donors,) or (self.first < 0).any() or (self.first > self.last).any():
            raise ValueError("leaves without donors")
        if (self.last >= donors).any():
            raise ValueError(f"leaves with more than the {donors} donors")
        starts = np.cumsum(self.sizes) - self.sizes
        for column, start, size in zip(self.order, starts, self.sizes, strict=True):
            here = slice(start, start + size)
            if self.code[self.first[here].min() : self.last[here].max() + 1].max() >= blocks[column].width:
                raise ValueError("donors that are not the column's")
        if not np.isfinite(self.score).all():
            raise ValueError("donors that are not finite")
        self.lines.check(len(blocks), nodes, features)

    def redraw(self, condition: Encoded, rows: Encoded, kept: int, rng: np.random.Generator) -> Encoded:
        """`rows` (n) of `condition` (n) with the first `kept` columns of the order as they are and the others anew."""
        layout, labels, n = self.layout, condition.codes.shape[1], len(condition)
        every = layout.joint.blocks
        features = features_of(layout, condition, rows)
        codes, positions = rows.codes.copy(), rows.middle
        for tree in self._trees[kept:]:
            leaf = tree.tree.apply(features)
            first, last = tree.first.take(leaf), tree.last.take(leaf)
            donor = first + (rng.random(n, np.float32) * (last - first + 1)).astype(np.int32)
            np.minimum(donor, last, out=donor)  # a float32 below 1, times a count, may be the count
            code = self._codes.take(donor)
            if tree.number is None:
                features[:, labels + tree.column] = codes[:, tree.column] = code
                self._tell(features, tree.column)
                continue
            block = layout.blocks[tree.column]
            inside = code >= block.first_bin
            score, moved = self._between(donor, code, tree, first, last, rng)
            if tree.lines is not None:
                along = tree.lines.along
                score += tree.lines(scores(features[:, along], [every[place] for place in along]), leaf)
            cell = np.where(inside, cell_of(score, block), code)
            if self.spread and tree.lines is None:
                cell = np.where(inside & ~moved, _spread(cell, code, rng), cell)
            codes[:, tree.column] = code = cell.astype(np.int32)
            positions[:, tree.number] = position = inside * (2 * (cell - code) - 1)
            features[:, labels + tree.column] = code + fractions(inside, position)
            self._tell(features, tree.column)
        return Encoded(codes, positions, positions)

    def _tell(self, features: Float32Array, column: int) -> None:
        """Put in what a column that was just drawn tells."""
        blocks = len(self.layout.joint.blocks)
        own = features[:, blocks - len(self.layout.blocks) + column]
        for place, told in enumerate(self.layout.told):
            if told.block == column:
                features[:, blocks + place] = told(own)

    def _between(
        self,
        donor: Int32Array,
        code: Int32Array,
        tree: DonorTree,
        first: Int32Array,
        last: Int32Array,
        rng: np.random.Generator,
    ) -> tuple[Float32Array, BoolArray]:
        """Scores anywhere between the donors' neighbours in the leaf that are near, of the same code or on a line, and
        which donors have such a neighbour."""
        move = rng.random(len(donor), np.float32) * 2 - 1
        neighbour = np.where(move > 0, np.minimum(donor + 1, last), np.maximum(donor - 1, first))
        own, other = self.score.take(donor), self.score.take(neighbour)
        beside = self._codes.take(neighbour)
        first_bin = self.layout.blocks[tree.column].first_bin
        near = beside == code if tree.lines is None else (code >= first_bin) & (beside >= first_bin)
        return own + near * np.abs(move) * (other - own), near & (neighbour != donor)

    @cached_property
    def _codes(self) -> Int32Array:
        return self.code.astype(np.int32)

    @cached_property
    def _trees(self) -> list[DonorTree]:
        number = {block: place for place, block in enumerate(self.layout.numbered)}
        features = len(self.layout.joint.blocks) + len(self.layout.told)
        ends, trees = np.cumsum(self.sizes), []
        for place, (column, start, end) in enumerate(zip(self.order.tolist(), ends - self.sizes, ends, strict=True)):
            here = slice(start, end)
            tree = _scikit_learn_tree(features, self.feature[here], self.threshold[here], self.right[here])
            lines = self.lines.of(place, here)
            trees.append(DonorTree(column, number.get(column), tree, self.first[here], self.last[here], lines))
        return trees

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_trees", "_codes")}

    @classmethod
    def fit(
        cls,
        layout: Layout,
        condition: Encoded,
        rows: Encoded,
        seed: int,
        donors: int | None = None,
        *,
        spread: bool = False,
    ) -> SequentialTrees:
        """Trees of a random half of the rows, and donors of the other half.

        Parameters
        ----------
        condition, rows : Encoded
            Training rows with their labels, without ties.
        donors : int or None
            How many a leaf has at least; None: as many as usual.
        spread : bool
            Whether numbers are spread over their intervals.
        """
        rng = np.random.default_rng(seed)
        some = np.concatenate(halves(len(rows), rng))
        condition, rows = condition.take(some), rows.take(some)
        splitting, giving = np.array_split(np.arange(len(some)), 2)
        donors = usual_donors(len(some)) if donors is None else donors
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
        offset = np.cumsum([0, *(len(each.code) for each in grown)])[:-1]
        width = max(block.width for block in layout.blocks)
        return cls(
            layout,
            order,
            np.array([len(each.nodes.right) for each in grown], np.int32),
            np.concatenate([each.nodes.feature for each in grown]),
            np.concatenate([each.nodes.threshold for each in grown]),
            np.concatenate([each.nodes.right for each in grown]),
            _moved([each.nodes.first for each in grown], offset),
            _moved([each.nodes.last for each in grown], offset),
            np.concatenate([each.code for each in grown]).astype(np.min_scalar_type(width)),
            np.concatenate([each.score for each in grown]),
            LeafLines.stack([each.lines for each in grown]),
            spread,
        )


def _spread(cell: Float32Array, code: Int32Array, rng: np.random.Generator) -> Float32Array:
    """Cells moved by up to half of their interval, reflected at its ends."""
    place = np.abs(cell - code + rng.random(len(cell), np.float32) - np.float32(0.5))
    place = 1 - np.abs(1 - place)
    return np.minimum(code + place, np.nextafter((code + 1).astype(np.float32), np.float32(0))).astype(np.float32)


def _moved(places: list[Int32Array], offset: IndexArray) -> Int32Array:
    """Places in each tree's donors as places among all donors."""
    return np.concatenate([own + start for own, start in zip(places, offset, strict=True)]).astype(np.int32)


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
        random_state=int(rng.integers(2**31)),
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
