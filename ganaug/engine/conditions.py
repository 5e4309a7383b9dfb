"""Between labels, as tensors hold them, and the conditions that rows are generated for."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
import tensorflow as tf

from ..blueprint import Classes, Measure
from .decoding import along, finished, located

Tensor = Any
Target = Classes | Measure | None
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class LabelForm:
    """How the tensors of a dataset write labels.

    Parameters
    ----------
    kind : {"values", "places", "one-hot", "number"}
        The labels themselves, their places among the classes, a slot for each of them, or a number to regress on.
    dtype : tf.DType
    column : bool
        Whether each row has its label in an axis of length 1.
    """

    kind: str
    dtype: Any
    column: bool


def label_form(target: Target, dtype: Any, row_shape: tuple[int | None, ...]) -> LabelForm | str:
    """How labels are written in tensors of this dtype and shape for each row; else what would have fitted."""
    if isinstance(target, Measure):
        fits = row_shape in ((), (1,)) and (dtype.is_floating or (dtype.is_integer and target.column.whole))
        return LabelForm("number", dtype, bool(row_shape)) if fits else "one number for each row"
    assert isinstance(target, Classes)
    classes = len(target.counts)
    shown = ", ".join(target.shown[:8]) + ", ..." * (classes > 8)
    if row_shape == (classes,) and classes > 1 and dtype != tf.string:
        return LabelForm("one-hot", dtype, False)
    expected = f"one label of {shown} for each row, its place among them, or {classes} one-hot slots"
    if row_shape not in ((), (1,)):
        return expected
    written = target.values is not None and (target.dtype == "string") == (dtype == tf.string)
    if written and _holds(dtype, target.values):
        return LabelForm("values", dtype, bool(row_shape))
    if dtype == tf.string or dtype == tf.bool or (written and target.dtype != "string"):
        return expected
    return LabelForm("places", dtype, bool(row_shape))


def _holds(dtype: Any, values: Any) -> bool:
    if dtype == tf.string:
        return True
    exact = np.array(values)
    with np.errstate(all="ignore"):
        return bool(np.array_equal(exact.astype(dtype.as_numpy_dtype).astype(exact.dtype), exact))


def condition_of(target: Target, form: LabelForm, y: Tensor) -> tuple[Tensor, Tensor]:
    """Codes (n, 1) and positions (n, numbers) of labels."""
    if form.kind == "one-hot":
        return tf.argmax(y, 1, tf.int32)[:, None], tf.zeros([tf.shape(y)[0], 0])
    y = tf.reshape(y, [-1])
    if isinstance(target, Measure):
        code, position = located(target.column.curves[0], tf.cast(y, tf.float64))
        return code[:, None], position[:, None][:, : target.column.curves[0].bins > 0]
    assert isinstance(target, Classes)
    classes = len(target.counts)
    known = tf.range(classes) if form.kind == "places" else tf.constant(target.values, target.dtype)
    is_class = y[:, None] == (known if y.dtype == known.dtype else tf.cast(known, y.dtype))
    found = tf.reduce_any(is_class, 1)
    with tf.control_dependencies(
        [tf.debugging.Assert(tf.reduce_all(found), [f"unknown classes; fitted on {list(target.shown)}; got", y])]
    ):
        return tf.argmax(is_class, 1, tf.int32)[:, None], tf.zeros([tf.shape(y)[0], 0])


def labels_of(target: Target, form: LabelForm, codes: Tensor, positions: Tensor) -> Tensor:
    """Labels of conditions."""
    if isinstance(target, Measure):
        [curve] = target.column.curves
        y = tf.cast(finished(target.column, [along(curve, codes, positions)]), form.dtype)
        return y[:, None] if form.column else y
    assert isinstance(target, Classes)
    if form.kind == "one-hot":
        return tf.cast(tf.one_hot(codes[:, 0], len(target.counts)), form.dtype)
    if form.kind == "places":
        y = tf.cast(codes[:, 0], form.dtype)
    else:
        known = tf.constant(target.values, target.dtype)
        y = tf.gather(known if known.dtype == form.dtype else tf.cast(known, form.dtype), codes[:, 0])
    return y[:, None] if form.column else y


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

    def codes(self, start: Tensor, rows: Tensor) -> Tensor:
        """Codes number `start` and those that follow it, shape (rows,)."""
        period = sum(self.counts)
        if not period:  # for no rows at all
            return tf.zeros([rows], tf.int32)
        # A step that is prime to the period visits all of it; the golden section's leaves the smallest gaps.
        step = next(s for s in range(max(round(GOLDEN * period), 1), 2 * period + 2) if gcd(s, period) == 1)
        spot = ((start + tf.range(tf.cast(rows, tf.int64))) % period * step + self.offset % period) % period
        return tf.searchsorted(tf.constant(np.cumsum(self.counts)), spot, "right")


def drawn_condition(target: Target, codes: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Codes (n, 1) and positions: anywhere inside those codes that are intervals."""
    if target is None:
        return tf.zeros([tf.size(codes), 0], tf.int32), tf.zeros([tf.size(codes), 0])
    if isinstance(target, Classes) or not target.column.curves[0].bins:
        return codes[:, None], tf.zeros([tf.size(codes), 0])
    inside = tf.gather(tf.convert_to_tensor(target.column.curves[0].interval), codes) >= 0
    position = tf.random.stateless_uniform([tf.size(codes)], seed, -1, 1)
    return codes[:, None], tf.where(inside, position, 0.0)[:, None]
