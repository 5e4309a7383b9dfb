"""The contract between encoding and engine: what the slots of a dense row mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

WAVES = 4
"""Frequencies in which a condition's rank is told, each twice the one before."""


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


@dataclass(frozen=True)
class Bank:
    """Neighbouring blocks of one shape, so that the engine handles them with one operation."""

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

    @cached_property
    def condition_width(self) -> int:
        """Length of a dense condition: its slots and positions, and for each number its rank and waves of it."""
        return self.condition.width + (1 + 2 * WAVES) * self.condition.numbers if self.condition else 0


@dataclass(frozen=True)
class Layout(Conditioned):
    """Slots of a dense row: every block's one-hot slots, then one position for every block with bins.

    Parameters
    ----------
    blocks : tuple of Block
        In the order of the columns of ``Encoded.codes``.
    condition : Layout or None
        Of the label that rows are generated for; it has no blocks when there are no labels.
    """

    blocks: tuple[Block, ...]
    condition: Layout | None = None
    block_rows = 1024
    """How many rows are drawn at once."""

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
    def starts(self) -> NDArray[np.int32]:
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
        """Of the generator's output."""
        return (self.raw_width,)

    def empty(self) -> Encoded:
        """No rows."""
        return Encoded.empty(self)

    @property
    def joint(self) -> Layout:
        """Conditions and rows side by side."""
        return Layout((self.condition.blocks if self.condition else ()) + self.blocks)

    @property
    def raw_width(self) -> int:
        """Length of the generator's output: logits of the slots, shift and narrowness of the positions."""
        return self.slots + 2 * self.numbers


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

    codes: NDArray[np.int32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[np.intp]) -> Encoded:
        return Encoded(self.codes[rows], self.low[rows], self.high[rows])

    @property
    def middle(self) -> NDArray[np.float32]:
        return (self.low + self.high) * np.float32(0.5)

    @classmethod
    def empty(cls, layout: Layout) -> Encoded:
        """No rows."""
        none = np.zeros((0, layout.numbers), np.float32)
        return cls(np.zeros((0, len(layout.blocks)), np.int32), none, none)

    @classmethod
    def none(cls, rows: int) -> Encoded:
        """Rows of nothing, as the conditions of rows without a label are."""
        return cls.join([], rows)

    @classmethod
    def stack(cls, parts: list[Encoded]) -> Encoded:
        """Parts below one another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("codes", "low", "high")))

    @classmethod
    def join(cls, parts: list[Encoded], rows: int) -> Encoded:
        """Parts of the same rows side by side."""
        if not parts:
            none = np.zeros((rows, 0), np.float32)
            return cls(np.zeros((rows, 0), np.int32), none, none)
        return cls(
            np.hstack([part.codes for part in parts]),
            np.hstack([part.low for part in parts]),
            np.hstack([part.high for part in parts]),
        )


@dataclass(frozen=True)
class ImageLayout(Conditioned):
    """Images of one size.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.
    levels : int
        How many values a pixel may have, evenly spaced, 256 at most; 0 for any.
    condition : Layout or None
        Of the label that images are generated for; it has no blocks when there are no labels.
    """

    shape: tuple[int, int, int]
    levels: int
    condition: Layout | None = None
    block_rows = 32
    """How many images are drawn at once."""

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Of what the discriminator is shown: pixels in [-1, 1]."""
        return self.shape

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Of the generator's output: pixels in [-1, 1]."""
        return self.shape

    def empty(self) -> Pixels:
        """No images."""
        return Pixels(np.zeros((0, *self.shape), np.uint8 if self.levels else np.float32))


@dataclass(frozen=True)
class Pixels:
    """Images as the engine takes them, what :class:`Encoded` is to the rows of a table.

    Parameters
    ----------
    values : ndarray of shape (n, height, width, channels), uint8 or float32
        Which of the levels, or numbers in [-1, 1].
    """

    values: NDArray[Any]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.intp]) -> Pixels:
        return Pixels(self.values[rows])

    @classmethod
    def stack(cls, parts: list[Pixels]) -> Pixels:
        """Parts below one another."""
        return cls(np.concatenate([part.values for part in parts]))


def stacked(parts: list[Any]) -> Any:
    """Encoded rows of one kind below one another."""
    return type(parts[0]).stack(parts)
