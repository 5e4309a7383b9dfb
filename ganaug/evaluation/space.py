"""Rows as points: a standard deviation of a number is as far as another category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder

MOST_LEVELS = 50
Points = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """Where rows lie: numbers in standard deviations, an empty one at the mean and marked, categories one apart.

    Of each column the 49 most frequent categories have a place of their own.
    """

    numbers: list[str]
    categorical: list[str]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    gaps: NDArray[np.bool_]
    encoder: Any

    @classmethod
    def fit(cls, table: pd.DataFrame) -> Space:
        numbers = [name for name in table if table[name].dtype == np.float64]
        categorical = [name for name in table if name not in numbers]
        values = table[numbers]
        scale = values.std(ddof=0).fillna(0.0).to_numpy()
        encoder = None
        if categorical:
            encoder = OneHotEncoder(
                handle_unknown="infrequent_if_exist", max_categories=MOST_LEVELS, sparse_output=False, dtype=np.float32
            ).fit(table[categorical])
        centre = values.mean().fillna(0.0).to_numpy()
        gaps = values.isna().any().to_numpy()
        return cls(numbers, categorical, centre, np.where(scale > 0, scale, 1.0), gaps, encoder)

    def __call__(self, table: pd.DataFrame) -> Points:
        values = table[self.numbers].to_numpy(np.float64)
        empty = np.isnan(values)
        scaled = np.where(empty, 0.0, (values - self.centre) / self.scale)
        parts = [scaled.astype(np.float32), empty[:, self.gaps].astype(np.float32)]
        if self.encoder is not None:
            parts.append(self.encoder.transform(table[self.categorical]) * np.float32(0.5**0.5))
        return np.hstack(parts)


def nearest(points: Points, asked: Points, count: int = 1) -> NDArray[np.float64]:
    """Distances of the nearest `count` of `points` from each row of `asked`, in rising order."""
    found = NearestNeighbors(n_neighbors=min(count, len(points)), algorithm="brute").fit(points)
    distances: NDArray[np.float64] = found.kneighbors(asked)[0]
    return distances


def nearest_one(points: Points, asked: Points) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distance and place of the nearest of `points` from each row of `asked`."""
    distances, places = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(points).kneighbors(asked)
    return distances[:, 0], places[:, 0]
