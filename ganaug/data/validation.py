"""Checks of what the user gives, with errors that name the value and the remedy."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Hashable, Mapping, Sequence, Sized
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..columns.number import fractions_of, is_complex, is_decimal
from ..plain import VectorLike
from .foreign import as_pandas_takes, label_series, mixed_array

if TYPE_CHECKING:
    from sklearn.utils import InputTags


FEWEST_ROWS = 2


def check_rows(data: Sized) -> None:
    """ValueError for fewer rows than there is something to learn from."""
    if len(data) < FEWEST_ROWS:
        raise ValueError(f"Found array with {len(data)} sample(s), while a minimum of {FEWEST_ROWS} is required")


def categorical_columns(choice: Sequence[Any] | None, table: object) -> frozenset[Hashable]:
    """The columns that `categorical_features` names, by name, index or mask."""
    if choice is None or (isinstance(choice, str) and choice == "auto"):
        return frozenset()
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"categorical_features={choice!r} names columns, but X holds images: leave it 'auto'")
    wanted = list(choice) if isinstance(choice, (list, tuple)) else np.asarray(choice, dtype=object).ravel().tolist()
    if len(wanted) == table.shape[1] and all(isinstance(item, (bool, np.bool_)) for item in wanted):
        return frozenset(table.columns[np.array(wanted, bool)])
    unknown = [name for name in wanted if name not in table.columns]
    if unknown:
        raise ValueError(f"categorical_features names {unknown}, which are no columns of X: {list(table.columns)}")
    return frozenset(wanted)


def check_is_estimator(value: object) -> None:
    """An instance of what scikit-learn calls an estimator."""
    if isinstance(value, type) or not hasattr(value, "fit") or not hasattr(value, "get_params"):
        raise TypeError(f"estimator={value!r} must be an estimator, such as LogisticRegression() of scikit-learn")


def check_count(value: object, name: str = "n") -> int:
    """An integer that is not negative."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name}={value!r} must be an integer, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name}={value} must not be negative")
    return int(value)


def check_real(value: object, name: str, *, strict: bool = False) -> float:
    """A finite number that is not negative, nor 0 if `strict`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real) or not np.isfinite(float(value)):
        raise TypeError(f"{name}={value!r} must be a finite number")
    if value < 0 or (strict and value == 0):
        raise ValueError(f"{name}={value!r} must be {'above' if strict else 'at least'} 0")
    return float(value)


def check_choice(value: object, name: str, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}={value!r} is not one of {sorted(choices)}")
    return value


def check_target(y: VectorLike, rows: int | None = None) -> tuple[pd.Series, bool]:
    """`y` as a Series with a plain index, and whether it comes back as one, or as what is made of one."""
    foreign = label_series(y)
    if foreign is not None:
        labels = foreign
    elif isinstance(y, pd.Series):
        labels = y
    else:
        array = _label_array(y)
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
        labels = pd.Series(as_pandas_takes(array))
    if rows is not None and len(labels) != rows:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: X has {rows}, y has {len(labels)}"
        )
    _check_cells(labels)
    absent = labels.isna()
    if absent.any():
        named = "" if labels.name is None else f", column {labels.name!r},"
        count = f"{int(absent.sum()):,} of {len(labels):,} rows"
        raise ValueError(f"Input y contains NaN{named} in {count}: drop the rows without a label")
    if labels.dtype.kind == "f" and (endless := np.isinf(labels.to_numpy(np.float64))).any():
        raise ValueError(
            f"Input y contains infinity, in {int(endless.sum()):,} of {len(labels):,} rows, the first at position "
            f"{int(endless.argmax())}: leave them out"
        )
    return labels.reset_index(drop=True), foreign is not None or labels is y


def _label_array(y: VectorLike) -> Any:
    """Labels as an array; a list of numbers and words as one of objects."""
    if isinstance(y, pd.api.extensions.ExtensionArray):
        return y
    if isinstance(y, np.ma.MaskedArray) and np.ma.getmaskarray(y).any():
        hidden = int(np.ma.getmaskarray(y).sum())
        raise ValueError(
            f"y is a masked array, {hidden} of whose labels are masked: drop these rows, as with X[~y.mask]"
        )
    if isinstance(y, (str, Mapping)) or hasattr(y, "element_spec"):
        raise TypeError(f"y is a {type(y).__name__}: give a Series, an array or a list with a label for each row")
    return mixed_array(y) if isinstance(y, (list, tuple)) else np.asarray(y)


def _check_cells(labels: pd.Series) -> None:
    """Raise ValueError for complex numbers, and TypeError for lists and the like."""
    if is_complex(labels):
        raise ValueError(f"Complex data not supported: y has dtype {labels.dtype}, give real and imaginary parts")
    strange = [label for label in labels if not isinstance(label, Hashable)] if labels.dtype == object else []
    if strange:
        raise TypeError(
            f"y holds {type(strange[0]).__name__} objects, for example {strange[0]!r}, which cannot be compared: give "
            "one label for each row. Multilabel and multioutput targets are not supported"
        )


def check_labels(y: pd.Series) -> None:
    """Raise ValueError for numbers with a fraction, which are no labels."""
    fractions = fractions_of(y)
    if len(fractions):
        raise ValueError(
            f"Unknown label type: continuous. y holds numbers with a fraction, for example {fractions[0]:g}, where "
            "classes are expected: turn labels into strings or integers, or see AugmentedRegressor for numbers"
        )


def check_told_apart(y: pd.Series) -> None:
    """Raise ValueError or TypeError for labels that classifiers of scikit-learn do not take."""
    from sklearn.utils.multiclass import check_classification_targets

    try:
        with np.errstate(invalid="ignore"):  # of infinite numbers
            check_classification_targets(np.asarray(y))
    except (TypeError, ValueError) as error:
        if y.dtype.kind == "f":
            raise
        kinds = " and ".join(repr(label) for label in y[~y.map(type).duplicated()])
        raise type(error)(
            f"y holds labels such as {kinds}, which scikit-learn's classifiers do not take: turn them into strings or "
            "integers, all of one type"
        ) from error


def labels_or_numbers(y: pd.Series, *, classes: bool) -> pd.Series:
    """`y` as checked labels that classifiers take, or as numbers although it came as objects or decimals."""
    if classes:
        check_labels(y)
        if hasattr(y, "cat"):
            y = y.cat.remove_unused_categories()  # which are no classes
        y = y.infer_objects()
        if y.dtype.kind in "biuf":
            y = pd.Series(y.to_numpy(), name=y.name)  # scikit-learn makes floats of pandas' and Arrow's own types
        check_told_apart(y)
    elif y.dtype == object or is_decimal(y):
        y = y.astype(np.float64)
    return y


def targets_of(y: VectorLike, labels: pd.Series, *, is_series: bool) -> Any:
    """What an estimator learns: checked labels as a Series if `y` came as one, or as an array."""
    fixed = isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "US"  # and so it is to be predicted
    return labels if is_series else y if fixed else np.asarray(labels)


def accepts_any_table(tags: InputTags) -> None:
    """Note in scikit-learn's input tags that columns of any dtype, gaps and sparse matrices are taken."""
    tags.allow_nan = tags.sparse = tags.string = tags.categorical = True
