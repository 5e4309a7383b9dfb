"""What a student learns from: rows with a teacher's labels, as weighted rows, as probabilities, or drawn."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ..plain import AnyArray, Float64Array, IndexArray, Int32Array
from .teacher import Teacher

SoftLabels = Literal["weights", "probabilities", "draw"]
SOFT_LABELS = ("weights", "probabilities", "draw")
LEAST = 1e-3
"""Probability below which a class gets no row of its own."""


class WeightedRows(NamedTuple):
    """Rows, each once for each class that it may be of."""

    row: IndexArray
    code: Int32Array
    """Of the class."""
    weight: Float64Array


class Lesson(NamedTuple):
    """Rows to learn from, with what they weigh."""

    X: Any
    y: AnyArray
    weight: Float64Array


def lesson_of(
    teacher: Teacher, labels: AnyArray | None, X: Any, real: int, weight: Float64Array, *, weighs: bool, seed: int
) -> Lesson:
    """`X` with the teacher's labels, real rows as well.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,) or None
        In the order of the teacher's probabilities; None for a number.
    X : the rows, `real` real ones first, those that the teacher was fitted to
    weight : ndarray of shape (n,)
    weighs : bool
        Whether rows can be weighed; else each has a label that is drawn.
    """
    synthetic = np.arange(real, _num_samples(X))
    said = teacher.of_real
    if len(synthetic):
        said = np.concatenate([said, teacher(_safe_indexing(X, synthetic))])
    if labels is None:
        return Lesson(X, said, weight)
    if not weighs:
        return Lesson(X, labels[drawn(said, np.random.default_rng(seed))], weight)
    rows = weighted(said)
    return Lesson(_safe_indexing(X, rows.row), labels[rows.code], rows.weight * weight[rows.row])


def weighted(probabilities: Float64Array) -> WeightedRows:
    """Each row once for each class that it may be of, weighing as much as that is probable; 1 in sum.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    """
    likely = np.where(probabilities < LEAST, 0.0, probabilities)
    likely /= likely.sum(1, keepdims=True)
    row, code = np.nonzero(likely)
    return WeightedRows(row, code.astype(np.int32), likely[row, code])


def drawn(probabilities: Float64Array, rng: np.random.Generator) -> Int32Array:
    """The code of a class for each row, as probable as the teacher says."""
    ends = probabilities.cumsum(1)
    codes: Int32Array = (rng.random((len(ends), 1)) * ends[:, -1:] >= ends).sum(1).astype(np.int32)
    return codes
