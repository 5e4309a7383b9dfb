"""Classes as they come up in the column of labels, and how many rows each has."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..plain import Int32Array

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
            for value, count in zip(values, found, strict=True):
                if count:
                    self.counts[value] = self.counts.get(value, 0) + count
            if len(self.counts) <= MOST_CLASSES:
                spots = {value: code for code, value in enumerate(self.counts)}
                codes = np.array([spots.get(value, 0) for value in values], np.int32)
                return codes[encoded.indices.to_numpy()]
            self.counts = None
        return np.zeros(len(labels), np.int32)

    def merge(self, other: ClassCounts) -> Int32Array | None:
        """Take in the classes of other rows; returns their numbers here, None if there are too many to tell apart."""
        if self.counts is not None and other.counts is not None:
            for value, count in other.counts.items():
                self.counts[value] = self.counts.get(value, 0) + count
            if len(self.counts) <= MOST_CLASSES:
                spots = {value: code for code, value in enumerate(self.counts)}
                return np.array([spots[value] for value in other.counts], np.int32)
        self.counts = None
        return None
