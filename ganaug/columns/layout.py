"""What the slots of a dense row mean: the language between encoders, networks and selection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import isfinite
from typing import ClassVar

import numpy as np

from ..plain import BoolArray, Float32Array, IndexArray, Int32Array, record

HALF = np.float32(0.4999)
"""Of an interval, a little less, so that its end is not the next one."""
WAVES = 4
"""Frequencies in which a condition's rank is told, each twice the one before."""


@record
@dataclass(frozen=True, order=True)
class Block:
    """The one-hot slots of one column, or of one part of it.

    Parameters
    ----------
    bins : int
        How many of the last slots are intervals of equal mass. A row whose code is one of them also
        has a position in [-1, 1], its rank inside the interval. 0 for a purely categorical block.
    width : int
        Number of one-hot slots.
    """

    bins: int
    width: int

    @property
    def first_bin(self) -> int:
        """The first code that is an interval."""
        return self.width - self.bins


@dataclass(frozen=True)
class Bank:
    """Neighbouring blocks of one shape, so that networks handle them with one operation."""

    block: Block
    count: int
    first: int
    """Index of the first block."""
    start: int
    """First one-hot slot in the dense row."""
    number: int
    """Index of the first position, where ``block.bins`` is not 0."""

    @property
    def stop(self) -> int:
        return self.start + self.count * self.block.width


class Conditioned:
    """Rows that are generated for a label."""

    condition: Layout | None

    @property
    def label(self) -> Layout:
        """The layout of the label; without blocks if there is none."""
        return self.condition or Layout(())

    @cached_property
    def condition_width(self) -> int:
        """Length of a dense condition: its slots and positions, and for each number its rank and waves of it."""
        return self.label.width + (1 + 2 * WAVES) * self.label.numbers


@record
@dataclass(frozen=True)
class Told:
    """A column that is looked up by the value of another one, and so has no block: what selection may know of it.

    Parameters
    ----------
    block : int
        Of the column by which it is looked up.
    edges : tuple of float
        Numbers, as :func:`as_numbers` makes them of the block, at which the next value begins.
    values : tuple of float
        Ranks of the values, one more than edges.
    """

    block: int
    edges: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        finite = all(map(isfinite, (*self.edges, *self.values)))
        if not finite or len(self.values) != len(self.edges) + 1 or sorted(self.edges) != list(self.edges):
            raise ValueError("values that are not looked up between edges")

    def __call__(self, numbers: Float32Array) -> Float32Array:
        """Its ranks in rows in which the block has these numbers."""
        edges, values = self._arrays
        told: Float32Array = values[np.searchsorted(edges, numbers, "right")]
        return told

    @cached_property
    def _arrays(self) -> tuple[Float32Array, Float32Array]:
        return np.asarray(self.edges, np.float32), np.asarray(self.values, np.float32)


@record
@dataclass(frozen=True)
class Layout(Conditioned):
    """Slots of a dense row: every block's one-hot slots, then one position for every block with bins.

    Parameters
    ----------
    blocks : tuple of Block
        In the order of the columns of ``Encoded.codes``.
    condition : Layout or None
        Of the label that rows are generated for; it has no blocks when there are no labels.
    told : tuple of Told
        Columns that blocks tell.
    """

    blocks: tuple[Block, ...]
    condition: Layout | None = None
    told: tuple[Told, ...] = ()
    modality: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        if any(not 0 <= own.block < len(self.blocks) for own in self.told):
            raise ValueError("columns that are told by blocks which there are not")

    @cached_property
    def banks(self) -> tuple[Bank, ...]:
        return tuple(self._banks())

    def _banks(self) -> Iterator[Bank]:
        first = start = number = 0
        for block, run in groupby(self.blocks):
            bank = Bank(block, len(list(run)), first, start, number)
            yield bank
            first, start = first + bank.count, bank.stop
            number += bank.count if block.bins else 0

    @cached_property
    def slots(self) -> int:
        """Number of one-hot slots."""
        return sum(block.width for block in self.blocks)

    @cached_property
    def starts(self) -> Int32Array:
        """First one-hot slot of each block."""
        return np.cumsum([0, *(block.width for block in self.blocks)], dtype=np.int32)[:-1]

    @cached_property
    def numbers(self) -> int:
        """Number of positions."""
        return sum(block.bins > 0 for block in self.blocks)

    @cached_property
    def numbered(self) -> tuple[int, ...]:
        """Blocks with a position, in the order of the positions."""
        return tuple(i for i, block in enumerate(self.blocks) if block.bins)

    @property
    def width(self) -> int:
        """Length of a dense row."""
        return self.slots + self.numbers

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Of what the discriminator is shown."""
        return (self.width,)

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Of the generator's output: logits of the slots, shift and narrowness of the positions."""
        return (self.raw_width,)

    @property
    def raw_width(self) -> int:
        return self.slots + 2 * self.numbers

    @property
    def joint(self) -> Layout:
        """Conditions and rows side by side."""
        return Layout(self.label.blocks + self.blocks)

    def empty(self, rows: int = 0) -> Encoded:
        """No rows, or so many of nothing but first codes."""
        none = np.zeros((rows, self.numbers), np.float32)
        return Encoded(np.zeros((rows, len(self.blocks)), np.int32), none, none)


@dataclass(frozen=True)
class Encoded:
    """Rows as integer codes and positions, a few bytes a cell; one-hot slots exist only inside a batch.

    Parameters
    ----------
    codes : ndarray of shape (n, n_blocks), int32
    low, high : ndarray of shape (n, n_numbers), float32
        The range of positions that stand for the cell's value, in [-1, 1]: a single point for a value that
        occurs once, an interval for tied values. 0 where the code is not an interval.
    """

    codes: Int32Array
    low: Float32Array
    high: Float32Array

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IndexArray) -> Encoded:
        return Encoded(self.codes[rows], self.low[rows], self.high[rows])

    @property
    def middle(self) -> Float32Array:
        return (self.low + self.high) * np.float32(0.5)

    def untied(self, rng: np.random.Generator) -> Encoded:
        """Tied values at any of their ranks, as training sees them."""
        position = self.low + rng.random(self.low.shape, np.float32) * (self.high - self.low)
        return Encoded(self.codes, position, position)

    @classmethod
    def none(cls, rows: int) -> Encoded:
        """Rows of nothing, as the conditions of rows without a label are."""
        return cls.join([], rows)

    @classmethod
    def stack(cls, parts: Sequence[Encoded]) -> Encoded:
        """Parts below one another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("codes", "low", "high")))

    @classmethod
    def join(cls, parts: Sequence[Encoded], rows: int) -> Encoded:
        """Parts of the same rows side by side."""
        if not parts:
            none = np.zeros((rows, 0), np.float32)
            return cls(np.zeros((rows, 0), np.int32), none, none)
        return cls(*(np.hstack([getattr(part, name) for part in parts]) for name in ("codes", "low", "high")))


def as_numbers(layout: Layout, rows: Encoded) -> Float32Array:
    """Codes as numbers, an interval's with the rank inside it as its fraction."""
    features = rows.codes.astype(np.float32)
    numbers = list(layout.numbered)
    first_bins = np.array([layout.blocks[i].first_bin for i in numbers], np.int32)
    features[:, numbers] += fractions(rows.codes[:, numbers] >= first_bins, rows.middle)
    return features


def fractions(inside: BoolArray, position: Float32Array) -> Float32Array:
    """What ranks add to the codes of intervals; nothing to other codes."""
    added: Float32Array = inside * (position + 1) * HALF
    return added


def places(numbers: Float32Array) -> Float32Array:
    """Codes with ranks as fractions, as `as_numbers` makes them, with all of an interval up to the next code."""
    code = np.floor(numbers)
    place: Float32Array = code + (numbers - code) * (np.float32(0.5) / HALF)
    return place
