"""The target, as the condition that rows are generated for: classes, or a number."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from ..columns.base import ColumnType
from ..columns.category import Category
from ..columns.layout import Block, Encoded, Layout
from ..columns.number import Number
from ..columns.quantiles import QuantileCoder
from ..exceptions import DataWarning
from ..plain import AnyArray, Float64Array, Int32Array, Int64Array, record, writable
from .sampling_strategy import Strategy, enlarged, inside, missing_in_ranges, missing_rows
from .seeds import BLOCK_ROWS, block_rng

FEW_ROWS = 5
SHOWN = 10


class Extra(NamedTuple):
    """What is added to real rows.

    Parameters
    ----------
    topped, enlarged : Encoded
        Conditions of the rows that top rare classes up, in runs of one class, and of those that come on top of them.
    labels : Series
        Of both, one after the other.
    """

    topped: Encoded
    enlarged: Encoded
    labels: pd.Series


class Target(ABC):
    """A target of either kind.

    Parameters
    ----------
    column : ColumnType
    frequency : ndarray of float64
        Share of the training rows with each code.
    name : object
        Of the Series that it came in.
    is_series : bool
        Whether it came as one.
    """

    column: ColumnType
    name: Any
    is_series: bool

    @property
    def coder(self) -> QuantileCoder | None:
        """Of a number."""
        return None

    @property
    @abstractmethod
    def frequency(self) -> Float64Array: ...

    @property
    @abstractmethod
    def layout(self) -> Layout: ...

    @property
    def classes(self) -> AnyArray | None:
        """The labels by their codes, if the target is of classes."""
        return None

    @abstractmethod
    def as_frequent_as(self, condition: Encoded) -> Self:
        """The target, of training rows with these conditions."""

    @abstractmethod
    def encode(self, y: pd.Series) -> Encoded:
        """The condition of each label."""

    @abstractmethod
    def encode_counts(self, counts: Mapping[Any, int]) -> Encoded:
        """A condition for each row asked for, class by class in the mapping's order."""

    @abstractmethod
    def decode(self, condition: Encoded) -> pd.Series:
        """The label of each condition."""

    @abstractmethod
    def extra(self, labels: pd.Series, strategy: Strategy | None, ratio: float, seed: int) -> Extra:
        """What `strategy`, then `ratio`, ask to be added to real rows with such labels."""

    @property
    def parts(self) -> Int64Array:
        """The frequency of each code as whole numbers."""
        return np.rint(self.frequency * 10**6).astype(np.int64)

    def weights(self, condition: Encoded) -> Float64Array:
        """How often training draws each row."""
        return np.ones(len(condition))

    def somewhere(self, codes: Int32Array, rng: np.random.Generator) -> Encoded:
        """Conditions with these codes, anywhere inside those that are intervals."""
        [block] = self.layout.blocks
        position = 2 * rng.random((len(codes), self.layout.numbers), np.float32) - 1
        position *= (codes >= block.first_bin)[:, None]
        return Encoded(codes[:, None], position, position)

    def natural(self, n: int, seed: int, start: int = 0) -> Encoded:
        """Conditions for `n` rows with codes as frequent as in training, each block from a seed of its own; those from
        row `start` on alone."""
        [block], cumulative = self.layout.blocks, np.cumsum(self.frequency)
        parts = [self.layout.empty()]
        for number in range(start // BLOCK_ROWS, -(-n // BLOCK_ROWS)):
            rng, before = block_rng(seed, number, 1), number * BLOCK_ROWS
            codes = np.searchsorted(cumulative, rng.random(BLOCK_ROWS)).clip(max=block.width - 1).astype(np.int32)
            places = np.arange(max(start - before, 0), min(BLOCK_ROWS, n - before))
            parts.append(self.somewhere(codes, rng).take(places))
        return Encoded.stack(parts)

    def as_given(self, labels: pd.Series) -> Any:
        """Labels in the container that they came in."""
        return labels if self.is_series else writable(labels.to_numpy())


@record
@dataclass(frozen=True)
class ClassTarget(Target):
    """Labels of two or more classes, or of one; every class has a slot of its own, however rare.

    Parameters
    ----------
    counts : ndarray of int64
        Training rows of each class, in the order of ``column.values``.
    text : dtype or None
        Of the array that they came in, if it was one of bytes or text of a fixed length.
    """

    column: Category
    counts: Int64Array
    name: Any
    is_series: bool = True
    text: np.dtype[Any] | None = None

    @classmethod
    def fit(cls, y: pd.Series, *, is_series: bool = True) -> ClassTarget:
        column = Category.fit(y)
        _check_unequal(column.values)
        with suppress(TypeError):  # categories by their labels, as scikit-learn sorts classes
            order = np.argsort(column.values.to_numpy())
            column = replace(column, values=column.values.iloc[order].reset_index(drop=True))
        codes = column.transform(y)[0].astype(np.int64)
        target = cls(column, np.bincount(codes, minlength=len(column.values)), y.name, is_series)
        rare = {label: count for label, count in target.class_counts.items() if count <= FEW_ROWS}
        if rare:
            shown = f"{rare}" if len(rare) <= SHOWN else f"{dict([*rare.items()][:SHOWN])} and {len(rare) - SHOWN} more"
            warnings.warn(
                f"classes with at most {FEW_ROWS} rows: {shown}; what is generated for them stays close to those rows",
                DataWarning,
                stacklevel=6,
            )
        return target

    def as_frequent_as(self, condition: Encoded) -> Self:
        return replace(self, counts=np.bincount(condition.codes[:, 0], minlength=len(self.counts)))

    @property
    def layout(self) -> Layout:
        return Layout((Block(0, len(self.counts)),))

    @property
    def classes(self) -> AnyArray:
        return self._fixed(self.column.values)

    def as_given(self, labels: pd.Series) -> Any:
        return labels if self.is_series else writable(self._fixed(labels))

    def _fixed(self, labels: pd.Series) -> AnyArray:
        """An array of the dtype that they came in, or of longer text if it takes that."""
        if self.text is None:
            return labels.to_numpy()
        if self.text.kind in "mM":
            return labels.to_numpy().astype(self.text)
        longest = max(map(len, labels), default=0)
        return labels.to_numpy(dtype=object).astype(np.result_type(self.text, f"{self.text.kind}{max(longest, 1)}"))

    @property
    def class_counts(self) -> dict[Any, int]:
        return dict(zip(self.column.values.tolist(), self.counts.tolist(), strict=True))

    @property
    def frequency(self) -> Float64Array:
        return self.counts / self.counts.sum()

    @property
    def parts(self) -> Int64Array:
        return self.counts

    def encode(self, y: pd.Series) -> Encoded:
        spot = {label: code for code, label in enumerate(self.class_counts)}
        asked = {label: self._moment(label) for label in y.unique().tolist()}
        if unknown := [label for label, known in asked.items() if known not in spot]:
            raise ValueError(f"unknown classes {unknown}: fitted on {list(spot)}")
        return encoded_classes(np.array([spot[asked[label]] for label in y.tolist()], np.int32))

    def _moment(self, label: object) -> Hashable:
        """A label as `class_counts` has it: NumPy's times are dates, or whole numbers, once they are Python's."""
        if self.text is None or self.text.kind not in "mM" or isinstance(label, (pd.Timestamp, pd.Timedelta)):
            return label
        try:
            return pd.Timestamp(label) if self.text.kind == "M" else pd.Timedelta(label)
        except (TypeError, ValueError):
            return label

    def encode_counts(self, counts: Mapping[Any, int]) -> Encoded:
        codes = self.encode(pd.Series(list(counts), dtype=object)).codes[:, 0]
        return encoded_classes(np.repeat(codes, list(counts.values())).astype(np.int32))

    def decode(self, condition: Encoded) -> pd.Series:
        return self.column.series(condition.codes[:, 0].astype(np.int64)).rename(self.name)

    def weights(self, condition: Encoded) -> Float64Array:
        """Classes are drawn by the square root of their frequency, so that rare ones are learnt, too."""
        return 1 / np.sqrt(self.counts[condition.codes[:, 0]])

    def extra(self, labels: pd.Series, strategy: Strategy | None, ratio: float, seed: int) -> Extra:  # noqa: ARG002
        found = labels.value_counts(sort=False)
        counts = {label: int(found.get(label, 0)) for label in self.class_counts if found.get(label, 0)}
        missing = {} if strategy is None else missing_rows(strategy, counts, labels.to_numpy())
        topped, more = (self.encode_counts(part) for part in (missing, enlarged(counts, missing, ratio)))
        return Extra(topped, more, self.decode(Encoded.stack([topped, more])))


@record
@dataclass(frozen=True)
class NumberTarget(Target):
    """A number to regress on.

    Parameters
    ----------
    numbers : QuantileCoder
    shares : ndarray of float64
        Share of the training rows with each code.
    """

    column: Number
    numbers: QuantileCoder
    shares: Float64Array
    name: Any
    is_series: bool = True

    @classmethod
    def fit(cls, y: pd.Series, *, is_series: bool = True) -> NumberTarget:
        column = Number.fit(y)
        [values] = column.transform(y)
        coder = QuantileCoder.fit(values)
        codes = coder.encode(values).codes[:, 0]
        return cls(column, coder, np.bincount(codes, minlength=coder.block.width) / len(y), y.name, is_series)

    def as_frequent_as(self, condition: Encoded) -> Self:
        codes = condition.codes[:, 0]
        return replace(self, shares=np.bincount(codes, minlength=len(self.shares)) / len(codes))

    @property
    def coder(self) -> QuantileCoder:
        return self.numbers

    @property
    def layout(self) -> Layout:
        return Layout((self.coder.block,))

    @property
    def frequency(self) -> Float64Array:
        return self.shares

    def encode(self, y: pd.Series) -> Encoded:
        values = y.to_numpy(dtype=np.float64)
        condition, (low, high) = self.condition_of(values), self.coder.range
        outside = values[(values < low) | (values > high)]
        if len(outside):
            warnings.warn(
                f"{len(outside)} targets, for example {outside[0]:g}, lie outside the range seen in fit, "
                f"{low:g} to {high:g}: their rows are those of the nearest target in it",
                DataWarning,
                stacklevel=5,
            )
        return condition

    def condition_of(self, values: Float64Array) -> Encoded:
        """The conditions of numbers, or of the nearest in the range; ValueError for one that is not finite."""
        if not np.isfinite(values).all():
            raise ValueError(f"y holds {values[~np.isfinite(values)][0]}: every row needs a finite target")
        return self.coder.encode(values.clip(*self.coder.range))

    def encode_counts(self, counts: Mapping[Any, int]) -> Encoded:  # noqa: ARG002
        raise ValueError(
            "y was taken for a number, which has no classes to count: use sample(n) or sample(y=values); if it holds "
            "labels, fit with target_type='classes'"
        )

    def decode(self, condition: Encoded) -> pd.Series:
        return self.column.inverse_transform([self.coder.values(condition)]).rename(self.name)

    def extra(self, labels: pd.Series, strategy: Strategy | None, ratio: float, seed: int) -> Extra:
        none = self.layout.empty()
        if strategy is None:
            more = self.natural(round(ratio * len(labels)), seed)
            return Extra(none, more, self.decode(more))
        missing = missing_in_ranges(strategy, labels.to_numpy())
        new = self._drawn(labels, missing, ratio, block_rng(seed, 0, 1))
        return Extra(none, self.encode(new), new)

    def _drawn(
        self, y: pd.Series, missing: Mapping[tuple[float, float], int], ratio: float, rng: np.random.Generator
    ) -> pd.Series:
        """New targets like those in `y`: so many in each range, then `ratio` times what there is by then."""
        [values] = self.column.transform(y)
        parts = [values]
        for limits, count in missing.items():
            parts.append(self._like(values[inside(values, limits)], count, rng))
        topped_up = np.concatenate(parts)
        new = self._like(topped_up, round(ratio * len(topped_up)), rng)
        return self.column.inverse_transform([np.concatenate([*parts[1:], new])]).rename(self.name)

    def _like(self, values: Float64Array, count: int, rng: np.random.Generator) -> Float64Array:
        """Each lies between one of `values` and the next; one that recurs is kept as it is."""
        if not count:
            return np.zeros(0)
        values = np.sort(values)
        spots = rng.integers(len(values), size=count)
        low, high = values[spots], values[np.minimum(spots + 1, len(values) - 1)]
        recurs = np.isin(low, self.coder.recurring) | np.isin(high, self.coder.recurring)
        share = rng.random(count)
        with np.errstate(over="ignore", invalid="ignore"):
            drawn: Float64Array = low + share * (high - low)
        drawn = np.where(np.isfinite(drawn), drawn, (1 - share) * low + share * high)
        return np.where(recurs, low, drawn)


def _check_unequal(labels: pd.Series) -> None:
    """Raise ValueError for labels that are equal but of other types, which a dictionary of counts takes for one."""
    met: dict[Any, Any] = {}
    for label in labels.tolist():
        other = met.setdefault(label, label)
        if other is not label:
            raise ValueError(
                f"y holds {other!r} and {label!r}, which are equal but of the types {type(other).__name__} and "
                f"{type(label).__name__}: turn all labels into one type, for example strings"
            )


def conditioned(layout: Any, target: Target | None) -> Any:
    """The layout of rows that are generated for a target, or for none."""
    return replace(layout, condition=target.layout if target else Layout(()))


def encoded_classes(codes: Int32Array) -> Encoded:
    """Conditions of classes."""
    none = np.zeros((len(codes), 0), np.float32)
    return Encoded(codes[:, None], none, none)
