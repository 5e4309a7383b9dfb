"""What a student learns from: rows with a teacher's labels, as weighted rows, as probabilities, or drawn."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ..plain import AnyArray, Float64Array, IndexArray, Int32Array, VectorLike
from .teacher import Teacher

SoftLabels = Literal["weights", "probabilities", "draw"]
SOFT_LABELS: tuple[str, ...] = get_args(SoftLabels)
OWN = 0.5
"""What a real row's own label counts, next to the teacher's."""
LEAST = 1e-3
"""Probability below which a class gets no row of its own."""


class WeightedRows(NamedTuple):
    """Rows, each once for each class that it may be of."""

    row: IndexArray
    code: Int32Array
    """Of the class."""
    weight: Float64Array


class Lesson(NamedTuple):
    """Rows to learn from, how probable their labels are, and the place that each had among the rows given."""

    X: Any
    y: AnyArray
    weight: Float64Array
    row: IndexArray


def lesson_of(
    teacher: Teacher,
    labels: AnyArray | None,
    X: Any,
    own: AnyArray,
    *,
    weighs: bool,
    seed: int,
    shares: Float64Array | None = None,
) -> Lesson:
    """`X` with the teacher's labels; those of real rows are halfway between the teacher's and their own.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,) or None
        In the order of the teacher's probabilities; None for a number.
    X : the rows, real ones first, those that the teacher was fitted to
    own : ndarray
        The real rows' labels.
    weighs : bool
        Whether rows can be weighed; else each has a label that is drawn.
    shares : ndarray of shape (n_classes,) or None
        How frequent classes are to be; None leaves them as they are in `own`.
    """
    known = own if labels is None else own[:, None] == labels

    def moved(said: Float64Array) -> Float64Array:
        return said if shares is None else as_frequent(said, known.mean(0), shares)

    said = OWN * known + (1 - OWN) * moved(teacher.of_real)
    synthetic = np.arange(len(own), _num_samples(X))
    if len(synthetic):
        said = np.concatenate([said, moved(teacher(_safe_indexing(X, synthetic)))])
    ones, every = np.ones(len(said)), np.arange(len(said))
    if labels is None:
        return Lesson(X, said, ones, every)
    if not weighs:
        return Lesson(X, labels[drawn(said, np.random.default_rng(seed))], ones, every)
    rows = weighted(said)
    return Lesson(_safe_indexing(X, rows.row), labels[rows.code], rows.weight, rows.row)


def shares_of(y: VectorLike, classes: AnyArray) -> Float64Array:
    """How frequent each of the classes is in `y`."""
    codes = pd.Index(classes).get_indexer(pd.Index(np.asarray(y)))
    return np.bincount(codes, minlength=len(classes)) / len(codes)


def as_frequent(probabilities: Float64Array, before: Float64Array, after: Float64Array) -> Float64Array:
    """What probabilities are where classes are as frequent as `after` (Saerens, Latinne & Decaestecker 2002).

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    before, after : ndarray of shape (n_classes,)
        Shares of the classes; one that was not there before stays as it is.
    """
    moved = probabilities * np.divide(after, before, out=np.ones_like(before), where=before > 0)
    return moved / moved.sum(1, keepdims=True)


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
