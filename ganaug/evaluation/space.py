"""Rows as points: a standard deviation of a number is as far as another category."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ..models import Tamed
from ..plain import Float32Array

MOST_LEVELS = 50
FARTHEST = 1e15
"""In standard deviations of the rows that a space was made of, lest squares of distances overflow."""
Space = Callable[[pd.DataFrame], Float32Array]


def space_of(table: pd.DataFrame) -> Space:
    """Numbers in standard deviations, an empty one at the mean and marked, categories one apart.

    Of each column the 49 most frequent categories have a place of their own.
    """
    numbers = [name for name in table if table[name].dtype == np.float64]
    marked = SimpleImputer(strategy="constant", fill_value=0.0, keep_empty_features=True, add_indicator=True)
    codes = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MOST_LEVELS, sparse_output=False)
    others = [name for name in table if name not in numbers]
    parts = [("numbers", make_pipeline(Tamed(), StandardScaler(), marked), numbers), ("categories", codes, others)]
    model = ColumnTransformer(parts, transformer_weights={"categories": 0.5**0.5}).fit(table)
    return lambda rows: model.transform(rows).clip(-FARTHEST, FARTHEST).astype(np.float32)
