"""Rows drawn column by column, each from a leaf of a tree that splits on the label and the columns before it.

A generator knows how columns go together at large, trees know fine detail: where one column is cut by another, and what
lies between. A leaf holds training values, the donors, and a cell is drawn from them (Reiter 2005, "Using CART to
generate partially synthetic, public use microdata"; Nowok, Raab & Dibben 2016, "synthpop"). Trees are honest: half of
the rows they see split them, the other half are their donors (Athey & Imbens 2016). A number is drawn between its
donor's neighbours in the leaf, so that it is nobody's, and moved along lines where leaves are too coarse. One tree
makes errors of its own; so there are several sequences, each of other rows and in another order of columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..columns.layout import Encoded, Layout, fractions
from ..plain import BoolArray, Float32Array, IndexArray, Int32Array, record
from .growing import features_of, grown_columns
from .leaf_lines import LeafLines, Lines, cell_of, scores

ROWS_PER_DONOR = 1_000
FEWEST_DONORS, MOST_DONORS = 8, 40
MOST_ROWS = 40_000

Codes = NDArray[np.unsignedinteger]


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
    reach: float
    """Of an interval, by which a number moves whose donor has no neighbour: up to the next training row's value."""


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
        Whether a number without a line, whose donor's neighbour is in another interval, is moved by up to half of its
        own, and not just by as much as donors are apart.
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
            score, move, alone = self._between(donor, code, tree, first, last, rng)
            if tree.lines is not None:
                along = tree.lines.along
                score += tree.lines(scores(features[:, along], [every[place] for place in along]), leaf)
            cell = np.where(inside, cell_of(score, block), code)
            cell = np.where(inside & alone, _moved_inside(cell, move * np.float32(tree.reach)), cell)
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
    ) -> tuple[Float32Array, Float32Array, BoolArray]:
        """Scores anywhere between the donors' neighbours in the leaf that are near, of the same code or on a line; how
        far they go to one (-1 to 1), and which donors have no such neighbour."""
        move = rng.random(len(donor), np.float32) * 2 - 1
        neighbour = np.where(move > 0, np.minimum(donor + 1, last), np.maximum(donor - 1, first))
        own, other = self.score.take(donor), self.score.take(neighbour)
        beside = self._codes.take(neighbour)
        first_bin = self.layout.blocks[tree.column].first_bin
        near = beside == code if tree.lines is None else (code >= first_bin) & (beside >= first_bin)
        return own + near * np.abs(move) * (other - own), move, ~near | (neighbour == donor)

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
            reach = 0.5 if self.spread and lines is None else self._apart(column, here) / 4
            trees.append(DonorTree(column, number.get(column), tree, self.first[here], self.last[here], lines, reach))
        return trees

    def _apart(self, column: int, nodes: slice) -> float:
        """How far apart a column's donors are, in intervals."""
        block = self.layout.blocks[column]
        inside = self.code[self.first[nodes].min() : self.last[nodes].max() + 1] >= block.first_bin
        return min(1.0, block.bins / max(1, int(inside.sum())))

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_trees", "_codes")}

    @classmethod
    def fit(
        cls,
        layout: Layout,
        condition: Encoded,
        rows: Encoded,
        seed: int,
        donors: int,
        *,
        spread: bool = False,
    ) -> SequentialTrees:
        """Trees of a random half of the rows, and donors of the other half.

        Parameters
        ----------
        condition, rows : Encoded
            Training rows with their labels, without ties.
        donors : int
            How many a leaf has at least.
        spread : bool
            Whether numbers are spread over their intervals.
        """
        rng = np.random.default_rng(seed)
        some = np.concatenate(halves(len(rows), rng))
        order, grown = grown_columns(layout, condition.take(some), rows.take(some), donors, rng)
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


def _moved_inside(cell: Float32Array, move: Float32Array) -> Float32Array:
    """Cells moved by parts of their interval, reflected at its ends."""
    interval = np.floor(cell)
    place = 1 - np.abs(1 - np.abs(cell - interval + move))
    return np.minimum(interval + place, np.nextafter(interval + 1, np.float32(0)))


def _moved(places: list[Int32Array], offset: IndexArray) -> Int32Array:
    """Places in each tree's donors as places among all donors."""
    return np.concatenate([own + start for own, start in zip(places, offset, strict=True)]).astype(np.int32)


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
