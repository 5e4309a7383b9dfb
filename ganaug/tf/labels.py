"""Between labels, as tensors hold them, and the conditions that rows are generated for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np

from ..columns.base import TensorType
from ..columns.layout import Encoded
from ..data.seeds import GOLDEN
from ..data.targets import ClassTarget, NumberTarget, Target, encoded_classes
from ..modality.specs import has_room
from ..plain import AnyArray, Int32Array
from ..tensorflow import tf


@dataclass(frozen=True)
class LabelForm(ABC):
    """How the tensors of a dataset write labels.

    Parameters
    ----------
    dtype : tf.DType
    column : bool
        Whether each row has its label in an axis of length 1.
    """

    dtype: Any
    column: bool

    @property
    def takes_opinions(self) -> bool:
        """Whether it can hold what a teacher says: probabilities, or numbers with a fraction."""
        return bool(self.dtype.is_floating)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a single label."""
        return (1,) if self.column else ()

    @abstractmethod
    def condition(self, y: AnyArray) -> Encoded:
        """The conditions that labels stand for."""

    @abstractmethod
    def labels(self, condition: Encoded) -> AnyArray:
        """The labels of conditions, in one axis."""

    def tensor(self, condition: Encoded) -> AnyArray:
        """The labels of conditions as the dataset writes them."""
        return self.written(self.labels(condition))

    def written(self, labels: AnyArray) -> AnyArray:
        """Labels, or what a teacher says in their place, as the dataset writes them."""
        y = labels.astype(self.dtype.as_numpy_dtype, copy=False)
        return y.reshape(len(labels), *self.shape)


@dataclass(frozen=True)
class NumberLabels(LabelForm):
    """A number to regress on."""

    target: NumberTarget

    def condition(self, y: AnyArray) -> Encoded:
        return self.target.condition_of(y.ravel().astype(np.float64))

    def labels(self, condition: Encoded) -> AnyArray:
        return self.target.column.plain([self.target.coder.values(condition)])


@dataclass(frozen=True)
class ClassLabels(LabelForm):
    """Labels of classes, each written as one of `known`: as it is, or as its place."""

    known: AnyArray
    shown: str

    @property
    def takes_opinions(self) -> bool:
        return False

    def condition(self, y: AnyArray) -> Encoded:
        is_class = y.ravel()[:, None] == self.known
        if not is_class.any(1).all():
            unknown = dict.fromkeys(y.ravel()[~is_class.any(1)].tolist())
            got = [label.decode(errors="replace") if isinstance(label, bytes) else label for label in unknown]
            raise ValueError(f"unknown classes {got[:8]}; fitted on {self.shown}")
        return encoded_classes(is_class.argmax(1).astype(np.int32))

    def labels(self, condition: Encoded) -> AnyArray:
        return self.known[condition.codes[:, 0]]


@dataclass(frozen=True)
class OneHotLabels(LabelForm):
    """A slot for each class."""

    classes: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.classes,)

    def condition(self, y: AnyArray) -> Encoded:
        if not (y.max(1, initial=0) > 0).all():
            raise ValueError("y holds one-hot labels of no class: all their slots are 0, or one is NaN")
        return encoded_classes(y.argmax(1).astype(np.int32))

    def labels(self, condition: Encoded) -> AnyArray:
        return np.eye(self.classes)[condition.codes[:, 0]]


def label_form(target: Target, dtype: Any, row_shape: tuple[int | None, ...]) -> LabelForm:
    """How labels are written in tensors of this dtype and shape for each row.

    Raises
    ------
    TypeError
        If they cannot be; the message says what would have fitted.
    """
    column = bool(row_shape)
    if isinstance(target, NumberTarget):
        own = label_tensor_type(target)
        takes = dtype.is_floating or (dtype.is_integer and own is not None and own.whole)
        if row_shape not in ((), (1,)) or not takes:
            raise TypeError("one number for each row")
        if own is not None and not has_room(dtype, own.low, own.high):
            raise TypeError(f"numbers from {own.low:g} to {own.high:g}, which are none of {dtype.name}")
        return NumberLabels(dtype, column, target)
    assert isinstance(target, ClassTarget)
    return _of_classes(target, dtype, row_shape, column)


def _of_classes(target: ClassTarget, dtype: Any, row_shape: tuple[int | None, ...], column: bool) -> LabelForm:
    classes, own = len(target.counts), label_tensor_type(target)
    names = [repr(label) for label in target.class_counts]
    shown = ", ".join(names[:8]) + ", ..." * (classes > 8)
    if row_shape == (classes,) and classes > 1 and dtype != tf.string:
        return OneHotLabels(dtype, False, classes)
    expected = f"one label of {shown} for each row, its place among them, or {classes} one-hot slots"
    if row_shape not in ((), (1,)):
        raise TypeError(expected)
    is_text = own is not None and own.dtype == "string"
    if own is not None and is_text == (dtype == tf.string):
        values = target.column.tensor(np.arange(classes), own)
        with np.errstate(all="ignore"):
            known = values.astype(dtype.as_numpy_dtype)
            if is_text or np.array_equal(known.astype(values.dtype), values):
                return ClassLabels(dtype, column, known, shown)
    if dtype in (tf.string, tf.bool) or (own is not None and not is_text):
        raise TypeError(expected)
    return ClassLabels(dtype, column, np.arange(classes, dtype=dtype.as_numpy_dtype), shown)


def label_tensor_type(target: Target) -> TensorType | None:
    """How tensors hold the labels; None if they cannot."""
    known = np.array(target.coder.range if target.coder is not None else ())
    try:
        return target.column.tensor_type(known, missing=False)
    except TypeError:
        return None


@dataclass(frozen=True)
class Rotation:
    """Endless codes that come in given proportions, exactly so in each `period` of them, and evenly spread.

    Parameters
    ----------
    counts : tuple of int
        Of each code in a period.
    offset : int
        Where it begins.
    """

    counts: tuple[int, ...]
    offset: int

    @cached_property
    def step(self) -> int:
        """Prime to the period, so that it visits all of it; the golden section's leaves the smallest gaps."""
        period = sum(self.counts)
        return next(s for s in range(max(round(GOLDEN * period), 1), 2 * period + 2) if gcd(s, period) == 1)

    def codes(self, start: int, rows: int) -> Int32Array:
        """Codes number `start` and those that follow it."""
        period = sum(self.counts)
        if not period:  # for no rows at all
            return np.zeros(rows, np.int32)
        spot = ((start + np.arange(rows, dtype=np.int64)) % period * self.step + self.offset % period) % period
        return np.searchsorted(np.cumsum(self.counts), spot, "right").astype(np.int32)
