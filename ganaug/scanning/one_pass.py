"""What one pass over some rows finds: counts, rows that are kept, and rows that tell what no kept one does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data.seeds import chances_of
from ..plain import Int32Array
from .class_counts import ClassCounts
from .column_counts import ColumnCounts, missing_in
from .reservoir import ROW_BITS, Kept, Reservoir


@dataclass(frozen=True)
class Reading:
    """How rows are read.

    Parameters
    ----------
    schema : pyarrow.Schema
    target : str or None
        The column of labels.
    capacity : int
        Rows to keep.
    seed : int
    """

    schema: Any
    target: str | None
    capacity: int
    seed: int


class OnePass:
    """Rows that went by; parts of one table merge into what a single pass over all of it finds."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.rows = 0
        self.reservoir = Reservoir(reading.capacity)
        self.classes = ClassCounts()
        self.columns = {field.name: ColumnCounts.of(field.type) for field in reading.schema}
        self.witnesses: list[Kept] = []
        self.names: dict[int, str] = {}
        """Of files or partitions, by their numbers."""

    def take_in(self, number: int, name: str, batches: Iterable[Any]) -> OnePass:
        """The rows of the file, or partition, of that number."""
        start = number << ROW_BITS
        self.names[number] = name
        for batch in batches:
            if len(batch):
                self._add(start, name, batch)
                start += len(batch)
        return self

    def _add(self, start: int, name: str, batch: Any) -> None:
        numbers = start + np.arange(len(batch), dtype=np.int64)
        chances = chances_of(numbers, self.reading.seed)
        classes = self._classes_of(batch, name)
        rows = Kept(_table_of(batch), numbers, chances, classes)
        told: list[int] = []
        for column, known in self.columns.items():
            cells = batch.column(column)
            told += known.add(cells)
            _check_finite(known, column, name)
        stays = self.reservoir.wanted(chances, classes, self.classes.number)
        self.reservoir.add(rows.take(stays), self.classes.number)
        if told:  # a row that stays for now may still have to go
            self.witnesses.append(rows.take(np.unique(told)))
        self.rows += len(batch)

    def _classes_of(self, batch: Any, name: str) -> Any:
        target = self.reading.target
        if target is None:
            return np.zeros(len(batch), np.int32)
        labels = batch.column(target)
        absent = missing_in(labels)
        if absent:
            raise ValueError(f"{name}: {absent:,} rows have no label in column {target!r}: drop these rows")
        before = self.classes.counts
        codes = self.classes.add(labels)
        if before is not None and self.classes.counts is None:
            self._renumber(np.zeros(len(before), np.int32))
        return codes

    def merge(self, other: OnePass) -> OnePass:
        """Take in another part of the table."""
        numbers = self.classes.number, other.classes.number
        codes = self.classes.merge(other.classes)
        if codes is None:
            for part, number in zip((self, other), numbers, strict=True):
                part._renumber(np.zeros(number, np.int32))
        elif self.reading.target is not None:
            other._renumber(codes)
        for name, known in self.columns.items():
            known.merge(other.columns[name])
        self.reservoir.bound = min(self.reservoir.bound, other.reservoir.bound)
        for rows in other.reservoir.parts:
            self.reservoir.add(rows, self.classes.number)
        self.witnesses += other.witnesses
        self.names |= other.names
        self.rows += other.rows
        return self

    def cast(self, schema: Any) -> OnePass:
        """The same rows as a schema has them, with columns of the same names; this one stays as it is."""
        own, target = self.reading.schema, self.reading.target
        other = OnePass(replace(self.reading, schema=schema))
        other.rows, other.names = self.rows, dict(self.names)
        other.reservoir = self.reservoir.cast(schema)
        if target is not None:
            other.classes = self.classes.cast(own.field(target).type, schema.field(target).type)
        for name, known in self.columns.items():
            other.columns[name] = known.cast(own.field(name).type, schema.field(name).type)
        other.witnesses = [rows.cast(schema) for rows in self.witnesses]
        return other

    def _renumber(self, codes: Int32Array) -> None:
        """Give each class another number; all the same once there are too many."""
        self.reservoir.renumber(codes)
        self.witnesses = [replace(rows, classes=codes[rows.classes]) for rows in self.witnesses]

    def kept(self) -> Kept:
        """The rows to learn from, in the order of the table."""
        sample = self.reservoir.sample(self.classes.number)
        if not self.witnesses:
            return sample.in_order()
        others = Kept.stack(self.witnesses).in_order()
        told: list[int] = []
        for name, known in self.columns.items():
            told += known.told_by(others.table.column(name), sample.table.column(name))
        return Kept.stack([sample, others.take(np.array(told, np.int64))]).in_order()


def _table_of(batch: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_batches([batch])


def _check_finite(known: ColumnCounts, column: str, name: str) -> None:
    for end in (known.least, known.greatest):
        if isinstance(end, float) and np.isinf(end):
            raise ValueError(
                f"{name}: infinite values in column {column!r}: replace them by a missing value or a large number"
            )
