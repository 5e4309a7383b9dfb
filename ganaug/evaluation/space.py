"""Rows as points: a standard deviation of a number is as far as another category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder

from ..plain import BoolArray, Float32Array, Float64Array, IndexArray

MOST_LEVELS = 50


@dataclass(frozen=True)
class Space:
    """Where rows lie: numbers in standard deviations, an empty one at the mean and marked, categories one apart.

    Of each column the 49 most frequent categories have a place of their own.
    """

    numbers: list[str]
    categorical: list[str]
    centre: Float64Array
    scale: Float64Array
    gaps: BoolArray
    encoder: Any

    @classmethod
    def fit(cls, table: pd.DataFrame) -> Space:
        numbers = [name for name in table if table[name].dtype == np.float64]
        categorical = [name for name in table if name not in numbers]
        values = table[numbers]
        centre, scale = (moment.fillna(0.0).to_numpy() for moment in (values.mean(), values.std(ddof=0)))
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=MOST_LEVELS, sparse_output=False, dtype=np.float32
        )
        if categorical:
            encoder.fit(table[categorical])
        gaps = values.isna().any().to_numpy()
        return cls(numbers, categorical, centre, np.where(scale > 0, scale, 1.0), gaps, encoder)

    def __call__(self, table: pd.DataFrame) -> Float32Array:
        values = table[self.numbers].to_numpy(np.float64)
        empty = np.isnan(values)
        scaled = np.where(empty, 0.0, (values - self.centre) / self.scale)
        parts = [scaled.astype(np.float32), empty[:, self.gaps].astype(np.float32)]
        if self.categorical:
            parts.append(self.encoder.transform(table[self.categorical]) * np.float32(0.5**0.5))
        return np.hstack(parts)


def nearest(points: Float32Array, asked: Float32Array, count: int = 1) -> tuple[Float64Array, IndexArray]:
    """Distances and places of the nearest `count` of `points` from each row of `asked`, in rising order."""
    return NearestNeighbors(n_neighbors=min(count, len(points)), algorithm="brute").fit(points).kneighbors(asked)
