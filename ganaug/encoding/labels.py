"""The target, as the condition that rows are generated for."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..exceptions import DataWarning
from ..layout import Block, Encoded, Layout
from .numeric import Numbers
from .views import LevelView, NumberView

FEW_ROWS = 5
MOST_INTEGER_CLASSES = 20


@dataclass(frozen=True)
class ClassTarget:
    """Labels of two or more classes, or of one; every class has a slot of its own, however rare.

    Parameters
    ----------
    counts : ndarray of int64
        Training rows of each class, in the order of ``view.values``.
    """

    view: LevelView
    counts: NDArray[np.int64]
    name: Any

    @classmethod
    def fit(cls, y: pd.Series) -> ClassTarget:
        view = LevelView.fit(y)
        with suppress(TypeError):  # categories by their labels, as scikit-learn sorts classes
            view = replace(view, values=view.values.iloc[np.argsort(view.values.to_numpy())].reset_index(drop=True))
        codes = view.split(y)[0].astype(np.int64)
        counts = np.bincount(codes, minlength=len(view.values))
        target = cls(view, counts, y.name)
        rare = {label: count for label, count in target.class_counts.items() if count <= FEW_ROWS}
        if rare:
            warnings.warn(
                f"classes with at most {FEW_ROWS} rows: {rare}; what is generated for them stays close to those rows",
                DataWarning,
                stacklevel=4,
            )
        return target

    @property
    def layout(self) -> Layout:
        return Layout((Block(0, len(self.counts)),))

    @property
    def classes(self) -> NDArray[Any]:
        return self.view.values.to_numpy()

    @property
    def class_counts(self) -> dict[Any, int]:
        return dict(zip(self.view.values.tolist(), self.counts.tolist(), strict=True))

    @property
    def frequency(self) -> NDArray[np.float64]:
        return self.counts / self.counts.sum()

    def encode(self, y: pd.Series) -> Encoded:
        known = set(self.class_counts)
        unknown = [label for label in y.unique().tolist() if label not in known]
        if unknown:
            raise ValueError(f"unknown classes {unknown}: fitted on {list(self.class_counts)}")
        spot = {label: code for code, label in enumerate(self.class_counts)}
        return self._encoded(np.array([spot[label] for label in y.tolist()], np.int32))

    def encode_counts(self, counts: Mapping[Any, int]) -> Encoded:
        """A condition for each row asked for, class by class in the mapping's order."""
        labels = pd.Series(list(counts), dtype=object)
        codes = self.encode(labels).codes[:, 0]
        return self._encoded(np.repeat(codes, list(counts.values())).astype(np.int32))

    def decode(self, condition: Encoded) -> pd.Series:
        return self.view.merge([condition.codes[:, 0].astype(np.float64)]).rename(self.name)

    def _encoded(self, codes: NDArray[np.int32]) -> Encoded:
        none = np.zeros((len(codes), 0), np.float32)
        return Encoded(codes[:, None], none, none)


@dataclass(frozen=True)
class NumberTarget:
    """A number to regress on.

    Parameters
    ----------
    frequency : ndarray of float64
        Share of the training rows with each code.
    """

    view: NumberView
    numbers: Numbers
    frequency: NDArray[np.float64]
    name: Any

    @classmethod
    def fit(cls, y: pd.Series) -> NumberTarget:
        view = NumberView.fit(y)
        values = view.split(y)[0]
        numbers = Numbers.fit(values)
        codes = numbers.encode(values).codes[:, 0]
        return cls(view, numbers, np.bincount(codes, minlength=numbers.block.width) / len(y), y.name)

    @property
    def layout(self) -> Layout:
        return Layout((self.numbers.block,))

    def encode(self, y: pd.Series) -> Encoded:
        values = y.to_numpy(dtype=np.float64)
        if not np.isfinite(values).all():
            raise ValueError(f"y holds {values[~np.isfinite(values)][0]}: every row needs a finite target")
        low, high = self.range
        outside = values[(values < low) | (values > high)]
        if len(outside):
            warnings.warn(
                f"{len(outside)} targets, for example {outside[0]:g}, lie outside the range seen in fit, "
                f"{low:g} to {high:g}: their rows are those of the nearest target in it",
                DataWarning,
                stacklevel=4,
            )
        return self.numbers.encode(values.clip(low, high))

    def draw(self, y: pd.Series, missing: Mapping[tuple[float, float], int], ratio: float, rng: Any) -> pd.Series:
        """New targets like those in `y`: so many in each range, then `ratio` times what there is by then."""
        values = self.view.split(y)[0]
        parts = [values]
        for (low, high), count in missing.items():
            parts.append(self._draw_like(values[(low <= values) & (values < high)], count, rng))
        topped_up = np.concatenate(parts)
        new = self._draw_like(topped_up, round(ratio * len(topped_up)), rng)
        return self.view.merge([np.concatenate([*parts[1:], new])]).rename(self.name)

    def _draw_like(self, values: NDArray[np.float64], count: int, rng: Any) -> NDArray[np.float64]:
        """Each lies between one of `values` and the next; one that recurs is kept as it is."""
        if not count:
            return np.zeros(0)
        values = np.sort(values)
        spots = rng.integers(len(values), size=count)
        low, high = values[spots], values[np.minimum(spots + 1, len(values) - 1)]
        recurs = np.isin(low, self.numbers.recurring) | np.isin(high, self.numbers.recurring)
        drawn: NDArray[np.float64] = np.where(recurs, low, low + rng.random(count) * (high - low))
        return drawn

    @property
    def range(self) -> tuple[float, float]:
        known = np.concatenate([self.numbers.recurring, self.numbers.value])
        return float(known.min()), float(known.max())

    def decode(self, condition: Encoded) -> pd.Series:
        position = condition.middle[:, 0] if self.numbers.bins else np.zeros(len(condition), np.float32)
        return self.view.merge([self.numbers.decode(condition.codes[:, 0], position)]).rename(self.name)


Target = ClassTarget | NumberTarget


def conditioned(layout: Any, target: Target | None) -> Any:
    """The layout of rows or images that are generated for a target, or for none."""
    return replace(layout, condition=target.layout if target else Layout(()))


def target_of(y: pd.Series, kind: str) -> Target:
    """The target's model: classes, or a number.

    ``kind="auto"`` takes floats with a fraction for numbers, and other numbers when there are more than 20 distinct
    ones and more than the square root of the rows.
    """
    numeric = pd.api.types.is_numeric_dtype(y.dtype) and not pd.api.types.is_bool_dtype(y.dtype)
    if kind == "auto":
        kind = "number" if numeric and is_measure(y) else "classes"
    if kind == "number":
        if not numeric:
            raise TypeError(f"target_type='number', but y has dtype {y.dtype}")
        if not np.isfinite(y.to_numpy(dtype=np.float64)).all():
            raise ValueError("Input y contains infinity")
        return NumberTarget.fit(y)
    return ClassTarget.fit(y)


def is_measure(y: pd.Series) -> bool:
    """Whether numbers are rather measured than labels."""
    values = y.to_numpy(dtype=np.float64)
    if (values != np.floor(values)).any():
        return True
    return len(np.unique(values)) > max(MOST_INTEGER_CLASSES, len(values) ** 0.5)
