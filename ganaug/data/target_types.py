"""Whether `y` holds labels or a number, and the target that it makes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from ..columns.number import Number, is_decimal, is_whole, recurring_whole
from ..columns.registry import is_time, kind_of
from ..exceptions import DataWarning
from ..plain import VectorLike
from .sampling_strategy import Strategy
from .targets import ClassTarget, NumberTarget, Target
from .validation import check_target

TargetType: TypeAlias = Literal["auto", "classes", "number"]
MOST_INTEGER_CLASSES = 20


def fit_target(y: VectorLike, rows: int, kind: str, strategy: Strategy | None) -> tuple[Target, pd.Series]:
    """The target of so many rows, and its labels.

    ``kind="auto"`` takes floats with a fraction for numbers, and other numbers when there are more than 20 distinct
    ones and more than the square root of the rows; unless `strategy` asks for classes, and all of them recur. As many
    times are an error.
    """
    labels, is_series = check_target(y, rows)
    target = target_of(labels, kind, is_series=is_series, strategy=strategy)
    if isinstance(target, ClassTarget) and isinstance(y, np.ndarray) and y.dtype.kind in "USmM":
        target = replace(target, text=y.dtype)
    return target, labels


def check_asked_for(y: VectorLike, kind: str, strategy: Strategy | None) -> None:
    """Raise ValueError or TypeError for a strategy that no rows can be added by, before anything is trained."""
    if strategy is not None:
        labels, _ = check_target(y)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are told in the fit
            target_of(labels, kind, strategy=strategy).extra(labels, strategy, 0.0, 0)


def target_of(y: pd.Series, kind: str, *, is_series: bool = True, strategy: Strategy | None = None) -> Target:
    """As `fit_target`, of checked labels."""
    numeric = kind_of(y) == "number" and not (is_decimal(y) and not Number.accepts(y))
    if kind == "auto":
        kind = "number" if numeric and is_measure(y) and not _wants_classes(strategy, y) else "classes"
        if kind == "number":
            _warn_of_labels(y, strategy)
        elif is_time(y) and y.nunique() > max(MOST_INTEGER_CLASSES, len(y) ** 0.5):
            raise ValueError(
                f"y holds {y.nunique():,} different times, which are no classes: give a number, such as the days since "
                "the first, or put them into X and leave y out; target_type='classes' takes each of them for a class"
            )
    if kind == "classes":
        return ClassTarget.fit(y, is_series=is_series)
    if not numeric:
        raise TypeError(f"target_type='number', but y has dtype {y.dtype}, such as {y.iloc[0]!r}: give numbers")
    if not np.isfinite(y.to_numpy(dtype=np.float64)).all():
        raise ValueError("Input y contains infinity")
    return NumberTarget.fit(y, is_series=is_series)


def is_measure(y: pd.Series) -> bool:
    """Whether numbers are rather measured than labels."""
    values = y.to_numpy(dtype=np.float64)
    if (values != np.floor(values)).any():
        return True
    return len(np.unique(values)) > max(MOST_INTEGER_CLASSES, len(values) ** 0.5)


def _wants_classes(strategy: Strategy | None, y: pd.Series) -> bool:
    """Whether a strategy speaks of classes, and whole numbers may well be some: each of them recurs."""
    if strategy is None or callable(strategy) or not recurring_whole(y):
        return False
    if isinstance(strategy, Mapping):
        return bool(strategy) and set(strategy) <= set(y.tolist())
    return int(y.value_counts().min()) > 1


def _warn_of_labels(y: pd.Series, strategy: Strategy | None) -> None:
    """Warn of whole numbers that may be labels, as those that recur are."""
    if recurring_whole(y) and (is_whole(y) or strategy is not None):
        warnings.warn(
            f"y holds {y.nunique()} whole numbers, most of which recur, and was taken for a number to regress on: if "
            "they are labels, say target_type='classes'; if they are not, target_type='number' says so",
            DataWarning,
            stacklevel=6,
        )
