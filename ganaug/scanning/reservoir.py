"""Rows that were kept of a table, with what decides which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..plain import AnyArray, BoolArray, Float64Array, Int32Array, Int64Array

ROW_BITS = 40
"""Of a row's number in its file; the bits above it number the file."""


@dataclass(frozen=True)
class Kept:
    """Some rows.

    Parameters
    ----------
    table : pyarrow.Table
    numbers : ndarray of int64
        Of each row in the whole table, in its order.
    chances : ndarray of float64
        A row with a smaller one stays longer.
    classes : ndarray of int32
        Of each row, zeros without classes.
    """

    table: Any
    numbers: Int64Array
    chances: Float64Array
    classes: Int32Array

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: AnyArray) -> Kept:
        """Some of them, by their places or a mask."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Kept(self.table.take(places), self.numbers[places], self.chances[places], self.classes[places])

    def cast(self, schema: Any) -> Kept:
        """The same rows, with columns in the order and of the types of a schema."""
        return replace(self, table=cast_table(self.table, schema))

    def in_order(self) -> Kept:
        """Each row once, in the order of the whole table."""
        _, places = np.unique(self.numbers, return_index=True)
        return self if len(places) == len(self) and (places[1:] > places[:-1]).all() else self.take(places)

    @classmethod
    def stack(cls, parts: Sequence[Kept]) -> Kept:
        """Parts below one another."""
        import pyarrow as pa

        arrays = ((p.numbers, p.chances, p.classes) for p in parts)
        table = pa.concat_tables([part.table for part in parts]).unify_dictionaries().combine_chunks()
        return cls(table, *(np.concatenate(some) for some in zip(*arrays, strict=True)))


def cast_table(table: Any, schema: Any) -> Any:
    """A table with columns in the order and of the types of a schema."""
    return table if table.schema.equals(schema, check_metadata=True) else table.select(schema.names).cast(schema)


class Reservoir:
    """A random sample of the rows that go by: so many of all, and of each class a share of their own.

    Each row has a chance, which is drawn once. Kept are the rows with the smallest chances of all, and those with the
    smallest in their class. So the rows of a class are a random sample of it, all of a rare one stay, and reservoirs
    become one of all their rows (bottom-k sampling; Cohen & Kaplan 2007, "Summarizing data using bottom-k sketches").

    Parameters
    ----------
    capacity : int
        Rows of all; for classes that are rarer, a tenth comes on top.
    """

    SLACK = 1.5
    RARE_SHARE = 0.1

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.parts: list[Kept] = []
        self.held = 0
        self.bound = np.inf
        self.class_bounds: Float64Array = np.zeros(0)

    def wanted(self, chances: Float64Array, classes: Int32Array, count: int) -> BoolArray:
        """Which rows may stay, of so many classes."""
        if np.isinf(self.bound):
            return np.ones(len(chances), bool)
        new = np.full(max(count - len(self.class_bounds), 0), np.inf)
        self.class_bounds = np.concatenate([self.class_bounds, new])
        return chances <= np.maximum(self.bound, self.class_bounds[classes])

    def add(self, rows: Kept, count: int) -> None:
        """Take rows in, of so many classes by now."""
        if len(rows):
            self.parts.append(rows)
            self.held += len(rows)
            if self.held > self.SLACK * self.capacity:
                self.prune(count)

    def prune(self, count: int) -> None:
        """Let go what is more than there is room for."""
        if self.held <= self.capacity:
            return
        rows = Kept.stack(self.parts)
        room = max(int(self.RARE_SHARE * self.capacity / max(count, 1)), 1)
        self.bound = float(np.partition(rows.chances, self.capacity - 1)[self.capacity - 1])
        order = np.lexsort((rows.chances, rows.classes))
        first = np.searchsorted(rows.classes[order], np.arange(count))
        rank = np.empty(len(rows), np.int64)
        rank[order] = np.arange(len(rows)) - first[rows.classes[order]]
        self.class_bounds = np.full(count, np.inf)
        last = rank == room - 1
        self.class_bounds[rows.classes[last]] = rows.chances[last]
        rows = rows.take((rows.chances <= self.bound) | (rank < room))
        self.parts, self.held = [rows], len(rows)

    def cast(self, schema: Any) -> Reservoir:
        """A reservoir of the same rows as a schema has them, which goes its own way from here on."""
        other = Reservoir(self.capacity)
        other.parts, other.held, other.bound = [rows.cast(schema) for rows in self.parts], self.held, self.bound
        return other

    def renumber(self, codes: Int32Array) -> None:
        """Give each class another number; what may stay of it is found anew."""
        self.parts = [replace(part, classes=codes[part.classes]) for part in self.parts]
        self.class_bounds = np.zeros(0)

    def sample(self, count: int) -> Kept:
        """The rows that stay."""
        self.prune(count)
        return Kept.stack(self.parts)
