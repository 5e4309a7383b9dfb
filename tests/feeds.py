"""Real rows to enlarge and to mix, and what comes out of a dataset."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf


def numbers() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(90, 2)), np.repeat([0, 1, 2], [60, 20, 10])


def real(labels: Any = None, **options: Any) -> tf.data.Dataset:
    X, y = numbers()
    return tf.data.Dataset.from_tensor_slices((X, y if labels is None else labels, *options.values()))


def rows_of(dataset: tf.data.Dataset) -> list[Any]:
    return [
        tf.nest.map_structure(lambda cell: np.asarray(cell).tolist(), element)
        for element in dataset.as_numpy_iterator()
    ]


def as_tensors(column: pd.Series) -> np.ndarray:
    """What the documentation promises of a column's values in tensors."""
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    if type(next(iter(column.dropna()), None)) is dt.date:
        return column.astype(object).where(column.notna(), None).to_numpy().astype("M8[s]").view(np.int64)
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind in "mM":
        ticks = column.array.__arrow_array__().cast("int64").fill_null(np.iinfo(np.int64).min)
        return ticks.to_numpy()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if column.dtype.kind in "mM":
        return column.to_numpy().view(np.int64)
    if isinstance(next(iter(column.dropna()), None), str):
        return column.astype(object).where(column.notna(), "").to_numpy(object)
    if isinstance(next(iter(column.dropna()), None), Decimal):
        return column.to_numpy(float, na_value=np.nan)
    own = column.dtype if isinstance(column.dtype, np.dtype) else getattr(column.dtype, "numpy_dtype", np.dtype(object))
    if column.isna().any():
        return column.to_numpy(own if own.kind == "f" else float, na_value=np.nan)
    return np.array(column.tolist(), None if own.kind == "O" else own)


def network(features: int = 2) -> keras.Model:
    return keras.Sequential([keras.Input([features]), keras.layers.Dense(3)])
