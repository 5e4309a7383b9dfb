"""What comes in, checked once; afterwards a table is a DataFrame with unique column names, images have channels."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Hashable
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from .containers import Container, ImageContainer

LEAST_SIDE = 8


def check_data(X: Any) -> tuple[Any, Container | ImageContainer]:
    """`X` as a DataFrame or as images of shape (n, height, width, channels), and how to give rows back.

    Raises
    ------
    TypeError, ValueError
        If it is neither; see `check_table` and `check_images`.
    """
    if isinstance(X, pd.DataFrame) or sparse.issparse(X):
        return check_table(X)
    array = np.asarray(X)
    return check_images(array) if array.ndim in (3, 4) else check_table(array)


def check_images(images: Any) -> tuple[Any, ImageContainer]:
    """Images with an axis of channels, and whether they came with it.

    Raises
    ------
    TypeError
        If pixels are no numbers.
    ValueError
        If an image is smaller than 8 x 8, or a pixel is not finite.
    """
    if images.dtype.kind not in "biuf":
        raise TypeError(f"images of dtype {images.dtype}: pixels must be integers, floats or booleans")
    height, width = images.shape[1:3]
    if min(height, width) < LEAST_SIDE:
        hint = ""
        if images.ndim == 4 and min(images.shape[2:]) >= LEAST_SIDE:
            hint = ". Channels come last: np.moveaxis(X, 1, -1)"
        raise ValueError(
            f"expected 2D array, got {images.ndim}D array with shape {images.shape}: a table has rows x columns. As "
            f"images, (n, height, width) or (n, height, width, channels), these would have {height} x {width} pixels, "
            f"and at least {LEAST_SIDE} x {LEAST_SIDE} are needed{hint}"
        )
    if images.ndim == 4 and not images.shape[3]:
        raise ValueError(f"X of shape {images.shape} has images without channels")
    broken = 0 if images.dtype.kind != "f" else int((~np.isfinite(images)).any((1, 2)).sum())
    if broken:
        raise ValueError(f"{broken} images have pixels that are NaN or infinite: leave these images out")
    channels = images.ndim == 4
    return images if channels else images[..., None], ImageContainer(channels)


def check_table(X: Any) -> tuple[pd.DataFrame, Container]:
    """`X` as a DataFrame, and how to give rows back.

    Raises
    ------
    TypeError
        If it is no table, or the column names are of several types.
    ValueError
        If it is empty, has duplicate column names or infinite numbers.
    """
    if isinstance(X, pd.DataFrame):
        table, container = X.reset_index(drop=True), Container("frame")
        _check_names(table.columns)
    elif sparse.issparse(X):
        table = pd.DataFrame.sparse.from_spmatrix(sparse.csc_matrix(X))
        container = Container("sparse", X.dtype, type(X))
    else:
        array = np.asarray(X)
        if array.ndim != 2:
            raise ValueError(
                f"expected 2D array, got {array.ndim}D array with shape {array.shape}: rows x columns. Reshape your "
                "data with X.reshape(-1, 1) if it has a single column, or X.reshape(1, -1) if it is a single row"
            )
        if array.dtype.kind == "c":
            raise ValueError(f"Complex data not supported: X has dtype {array.dtype}, give real and imaginary parts")
        if array.dtype.kind not in "biufOUSTmM":
            raise TypeError(f"X has dtype {array.dtype}, which is no table's: give numbers, strings, dates or objects")
        table = pd.DataFrame(array, dtype=object if array.dtype == object else None)  # pandas would guess a dtype
        container = Container("array", array.dtype)
    if not table.shape[1]:
        raise ValueError(f"X has 0 feature(s) (shape={table.shape}) while a minimum of 1 is required.")
    infinite = [name for name in table if _has_infinity(table[name])]
    if infinite:
        raise ValueError(f"infinite values in columns {infinite}: replace them by a missing value or a large number")
    return table, container


def check_rows(data: Any, least: int) -> None:
    if len(data) < least:
        raise ValueError(f"Found array with {len(data)} sample(s), while a minimum of {least} is required")


def _check_names(names: pd.Index) -> None:
    if not names.is_unique:
        raise ValueError(f"duplicate column names: {sorted(map(str, names[names.duplicated()].unique()))}; rename them")
    kinds = sorted({"str" if isinstance(name, str) else type(name).__name__ for name in names})
    if len(kinds) > 1 and "str" in kinds:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{kinds} as feature name / column name types: {list(names)}. Rename them, for example with "
            "X.columns = X.columns.astype(str)"
        )


def _has_infinity(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.SparseDtype):
        return bool(np.isinf(column.array.sp_values.astype(float)).any()) if column.dtype.subtype.kind == "f" else False
    if pd.api.types.is_float_dtype(column.dtype):
        return bool(np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).any())
    if column.dtype == object:
        return any(isinstance(cell, float) and np.isinf(cell) for cell in column)
    return False


def categorical_columns(choice: Any, table: Any) -> frozenset[Hashable]:
    """The columns that `categorical_features` names, by name, index or mask."""
    if choice is None or (isinstance(choice, str) and choice == "auto"):
        return frozenset()
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"categorical_features={choice!r} names columns, but X holds images: leave it 'auto'")
    wanted = np.asarray(choice, dtype=object).ravel().tolist()
    if len(wanted) == table.shape[1] and all(isinstance(item, (bool, np.bool_)) for item in wanted):
        return frozenset(table.columns[np.array(wanted, bool)])
    unknown = [name for name in wanted if name not in table.columns]
    if unknown:
        raise ValueError(f"categorical_features names {unknown}, which are no columns of X: {list(table.columns)}")
    return frozenset(wanted)


def check_count(value: Any, name: str = "n") -> int:
    """An integer that is not negative."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name}={value!r} must be an integer, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name}={value} must not be negative")
    return int(value)


def check_real(value: Any, name: str, least: float, *, strict: bool = False) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real) or not np.isfinite(float(value)):
        raise TypeError(f"{name}={value!r} must be a finite number")
    if value < least or (strict and value == least):
        raise ValueError(f"{name}={value!r} must be {'above' if strict else 'at least'} {least}")
    return float(value)


def check_choice(value: Any, name: str, choices: Any) -> Any:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}={value!r} is not one of {sorted(choices)}")
    return value


def check_target(y: Any, rows: int | None = None) -> tuple[pd.Series, bool]:
    """`y` as a Series with a plain index, and whether it came as one."""
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        y = y.iloc[:, 0]
    given = isinstance(y, pd.Series)
    if not given:
        array = y if isinstance(y, pd.api.extensions.ExtensionArray) else np.asarray(y)
        if array.ndim == 2 and array.shape[1] == 1:
            from sklearn.exceptions import DataConversionWarning

            warnings.warn(
                "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
                "(n_samples,), for example using ravel().",
                DataConversionWarning,
                stacklevel=3,
            )
            array = array.ravel()
        if array.ndim != 1:
            raise ValueError(
                f"y should be a 1d array, got an array of shape {array.shape} instead. Multilabel and multioutput "
                "targets are not supported."
            )
        y = pd.Series(array)
    if rows is not None and len(y) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: X has {rows}, y has {len(y)}")
    absent = y.isna()
    if absent.any():
        raise ValueError(f"Input y contains NaN in {int(absent.sum())} rows: drop the rows without a label")
    return y.reset_index(drop=True), given


def check_labels(y: pd.Series) -> None:
    """Raise ValueError for numbers with a fraction, which are no labels."""
    if pd.api.types.is_float_dtype(y.dtype):
        values = y.to_numpy(dtype=np.float64)
        fractions = values[values != np.floor(values)]
        if len(fractions):
            raise ValueError(
                f"Unknown label type: continuous. y holds numbers with a fraction, for example {fractions[0]:g}, where "
                "classes are expected: turn labels into strings or integers, or see AugmentedRegressor for numbers"
            )


def labels_or_numbers(y: pd.Series, *, classes: bool) -> pd.Series:
    """`y` as checked labels, or as numbers although it came as objects."""
    if classes:
        check_labels(y)
    elif y.dtype == object:
        y = y.astype(np.float64)
    return y


def duplicates_of(values: Any) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]
