"""What is known of each column of a table that went by: counts, ends, gaps, and levels while they are few."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LEVELS = 10_000


def is_measured(kind: pa.DataType) -> bool:
    """Whether values of a type have ends rather than levels."""
    import pyarrow.types as types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_temporal(kind))


@dataclass
class ColumnCounts:
    """A column, as far as it went by.

    Parameters
    ----------
    measured : bool
        Whether it is of numbers or times.
    missing : int
        Cells without a value.
    least, greatest : object
        Its ends, None before there is any; of a column that is measured.
    levels : dict or None
        How often each value was met; None once there are too many.
    """

    measured: bool
    missing: int = 0
    least: Any = None
    greatest: Any = None
    levels: dict[Any, int] | None = field(default_factory=dict)

    @classmethod
    def of(cls, kind: pa.DataType) -> ColumnCounts:
        """Of a column of this type that nothing is known of."""
        measured = is_measured(kind)
        return cls(measured, levels=None if measured else {})

    def cast(self, kind: pa.DataType, to: pa.DataType) -> ColumnCounts:
        """What is known of the same cells in a column of another type."""
        other = ColumnCounts.of(to)
        other.missing = self.missing
        if not other.measured:
            other.levels = None if self.levels is None else dict(self.levels)
        elif self.least is not None:
            other.least, other.greatest = _cast([self.least, self.greatest], kind, to)
        return other

    def add(self, cells: pa.Array) -> list[int]:
        """Count cells; returns places of those that tell something new."""
        import pyarrow.compute as pc

        cells, told = plain(cells), []
        absent = missing_in(cells)
        if absent and not self.missing:
            told.append(pc.index(pc.is_null(cells, nan_is_null=True), True).as_py())
        self.missing += absent
        return told + (self._add_ends(cells) if self.measured else self._add_levels(cells))

    def _add_ends(self, cells: pa.Array) -> list[int]:
        import pyarrow.compute as pc

        ends = pc.min_max(cells)
        low, high, told = _value(ends["min"]), _value(ends["max"]), []
        if low is None:
            return []
        if self.least is None or low < self.least:
            self.least = low
            told.append(pc.index(cells, ends["min"]).as_py())
        if self.greatest is None or high > self.greatest:
            self.greatest = high
            told.append(pc.index(cells, ends["max"]).as_py())
        return told

    def _add_levels(self, cells: pa.Array) -> list[int]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.levels is None:
            return []
        found = pc.value_counts(cells)
        values, counts = found.field("values"), found.field("counts").to_pylist()
        new = []
        for place, (value, count) in enumerate(zip(values.to_pylist(), counts, strict=True)):
            if value is not None:
                if value not in self.levels:
                    new.append(place)
                self.levels[value] = self.levels.get(value, 0) + count
        if len(self.levels) > MOST_LEVELS:
            self.levels = None
            return []
        return _first_of(cells, values.take(pa.array(new, pa.int64())))

    def merge(self, other: ColumnCounts) -> None:
        """Take in what is known of other rows."""
        self.missing += other.missing
        if other.least is not None:
            self.least = other.least if self.least is None else min(self.least, other.least)
            self.greatest = other.greatest if self.greatest is None else max(self.greatest, other.greatest)
        if self.levels is None or other.levels is None:
            self.levels = None
            return
        for value, count in other.levels.items():
            self.levels[value] = self.levels.get(value, 0) + count
        if len(self.levels) > MOST_LEVELS:
            self.levels = None

    def told_by(self, cells: pa.Array, kept: pa.Array) -> list[int]:
        """Places of the first cells that tell what no kept one does: of a gap, an end, each level."""
        import pyarrow.compute as pc

        cells, kept = plain(cells), plain(kept)
        told = []
        if missing_in(cells) and not missing_in(kept):
            told.append(pc.index(pc.is_null(cells, nan_is_null=True), True).as_py())
        if self.measured:
            ends, known = pc.min_max(cells), pc.min_max(kept)
            if known["min"].is_valid and ends["min"].is_valid:
                beyond = _value(ends["min"]) < _value(known["min"]), _value(ends["max"]) > _value(known["max"])
                told += [
                    pc.index(cells, ends[end]).as_py() for end, new in zip(("min", "max"), beyond, strict=True) if new
                ]
        elif self.levels is not None:
            levels = pc.unique(cells).drop_null()
            told += _first_of(cells, levels.filter(pc.invert(pc.is_in(levels, value_set=pc.unique(kept)))))
        return told


def _first_of(cells: pa.Array, values: pa.Array) -> list[int]:
    """The place of the first cell with each of some values."""
    import pyarrow.compute as pc

    if not len(values):
        return []
    spots = pc.fill_null(pc.index_in(cells, value_set=values), -1).to_numpy()
    found, first = np.unique(spots, return_index=True)
    return [int(place) for place in first[found >= 0]]


def missing_in(cells: pa.Array) -> int:
    """Cells without a value, NaN among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(cells.type):
        return int(cells.null_count)
    return int(pc.sum(pc.is_null(plain(cells), nan_is_null=True)).as_py() or 0)


def plain(cells: pa.Array) -> pa.Array:
    """Cells of a type that Arrow can compare and count."""
    import pyarrow as pa

    if pa.types.is_dictionary(cells.type):
        return cells.cast(cells.type.value_type)
    if pa.types.is_duration(cells.type):
        return cells.cast(pa.int64())
    if pa.types.is_float16(cells.type):  # which Arrow could not cast before version 16
        return pa.array(np.asarray(cells).astype(np.float32), from_pandas=True)
    return cells


def value_type(kind: pa.DataType) -> pa.DataType:
    """The type of a column's values, whether or not it is a dictionary."""
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _cast(ends: list[Any], kind: pa.DataType, to: pa.DataType) -> list[Any]:
    """Ends of a column as they are in one of another type."""
    import pyarrow as pa

    return ends if kind == to else [_value(cell) for cell in plain(pa.array(ends, kind).cast(to))]


def _value(scalar: Any) -> Any:
    """A scalar of Arrow as Python compares it: times as whole numbers, of their unit."""
    if not scalar.is_valid:
        return None
    if hasattr(scalar, "value"):
        return scalar.value
    return scalar.as_py()
