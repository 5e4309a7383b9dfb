"""Classes as they come up in the column of labels, and how many rows each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..plain import Int32Array
from .column_counts import value_type

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CLASSES = 10_000


class ClassCounts:
    """Numbers the labels that are met; more than there can be classes are taken for measurements, and all alike."""

    def __init__(self) -> None:
        self.counts: dict[Any, int] | None = {}

    @property
    def number(self) -> int:
        """Classes to tell apart."""
        return max(len(self.counts or ()), 1)

    def add(self, labels: Any) -> Int32Array:
        """Count labels, and number each."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.counts is not None:
            encoded = labels if pa.types.is_dictionary(labels.type) else pc.dictionary_encode(labels)
            values = encoded.dictionary.to_pylist()
            found = np.bincount(encoded.indices.to_numpy(), minlength=len(values)).tolist()
            self._count({value: count for value, count in zip(values, found, strict=True) if count})
            return self.codes(values)[encoded.indices.to_numpy()]
        return np.zeros(len(labels), np.int32)

    def codes(self, labels: Sequence[Any]) -> Int32Array:
        """The number of each label; 0 if they are all alike, and of one that was not met."""
        spots = {value: code for code, value in enumerate(self.counts or ())}
        return np.array([spots.get(label, 0) for label in labels], np.int32)

    def cast(self, kind: pa.DataType, to: pa.DataType) -> ClassCounts:
        """The same labels as a column of another type has them."""
        import pyarrow as pa

        other = ClassCounts()
        if self.counts is None or kind == to:
            other.counts = None if self.counts is None else dict(self.counts)
            return other
        labels = pa.array(list(self.counts), value_type(kind)).cast(value_type(to)).to_pylist()
        other.counts = dict(zip(labels, self.counts.values(), strict=True))
        return other

    def merge(self, other: ClassCounts) -> Int32Array | None:
        """Take in the classes of other rows; returns their numbers here, None if there are too many to tell apart."""
        self._count(other.counts)
        return None if self.counts is None or other.counts is None else self.codes(list(other.counts))

    def _count(self, more: Mapping[Any, int] | None) -> None:
        """Add so many rows of some labels; None if there are too many labels to tell apart."""
        if self.counts is None or more is None:
            self.counts = None
            return
        for value, count in more.items():
            self.counts[value] = self.counts.get(value, 0) + count
        if len(self.counts) > MOST_CLASSES:
            self.counts = None
