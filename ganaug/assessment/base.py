"""What a baseline is, and what it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator

from ..modality.protocols import Container
from ..modality.registry import check_data
from ..plain import AnyArray, Float64Array, IndexArray, MatrixLike, VectorLike
from ..teaching.teacher import Teacher
from .ratios import lacking_rows
from .scoring import Scoring

EVEN = "classes have as many rows each"


class LeftOut(Exception):
    """Why a baseline cannot be tried on this table or with this estimator."""


class Attempt(NamedTuple):
    """An estimator and the rows to fit it to."""

    estimator: BaseEstimator
    X: MatrixLike
    y: VectorLike
    weight: Float64Array | None = None
    """Of each row; multiplied by those that the user gives."""
    row: IndexArray | None = None
    """For each row, the place of the row that the user weighs, or of the synthetic one; None for as they come."""


class Setting(NamedTuple):
    """What baselines must know besides the rows."""

    scoring: Scoring
    categorical: Sequence[Any]
    """The augmenter's `categorical_features`."""
    seed: int
    labels: AnyArray | None
    """Sorted; None for a number."""
    teacher: Teacher | None = None
    """Fitted to the rows."""
    teacher_seconds: float = 0.0


class Baseline(ABC):
    """A way to fit the estimator without synthetic rows of a generator.

    Attributes
    ----------
    name : str
        As `baselines` of :func:`ganaug.assess` and the table of results have it.
    title : str
        As a sentence and the legend of a plot have it.
    verb : {"is", "are"}
        That goes with the title.
    needs_classes : bool
        Whether it is left out for a target that is a number.
    only_moves_threshold : bool
        Whether it ranks rows as the estimator alone does, so that only metrics that count decisions change.
    of_images : bool or None
        Whether it is for images, or else for tables; None for both.
    needs_teacher : bool
        Whether it is left out where there is no teacher.
    only_shows : bool
        Whether it shows what could be reached, by another model or by rows that no other call makes, and decides
        nothing.
    is_other_model : bool
        Whether it takes another model than the estimator.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    verb: ClassVar[str] = "is"
    needs_classes: ClassVar[bool] = True
    only_moves_threshold: ClassVar[bool] = False
    of_images: ClassVar[bool | None] = None
    needs_teacher: ClassVar[bool] = False
    only_shows: ClassVar[bool] = False
    is_other_model: ClassVar[bool] = False

    @abstractmethod
    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        """The estimator and rows to fit it to, made of an unfitted clone and training rows.

        Raises
        ------
        LeftOut
            If the baseline does not apply to them.
        """


def lacking_places(y: VectorLike, seed: int) -> IndexArray:
    """Rows of rare classes, drawn with replacement, as many as bring all classes to the size of the largest."""
    labels, rng = pd.Series(np.asarray(y)), np.random.default_rng(seed)
    more = [
        rng.choice(np.flatnonzero((labels == label).to_numpy()), count)
        for label, count in lacking_rows("auto", labels, classes=True).items()
    ]
    return np.concatenate([np.zeros(0, np.intp), *more])


def table_of(X: MatrixLike) -> tuple[pd.DataFrame, Container[pd.DataFrame]]:
    """A table, and the way back to the container that it came in; LeftOut for images and sparse matrices."""
    if sparse.issparse(X):
        raise LeftOut("it takes no sparse matrix")
    table, container = check_data(X)
    if not isinstance(table, pd.DataFrame):
        raise LeftOut("it takes no images")
    return table, container


def imbalanced_learns(module: str) -> Any:
    """A module of imbalanced-learn; LeftOut if that is not installed."""
    try:
        return import_module(f"imblearn.{module}")
    except ImportError:
        raise LeftOut("it needs imbalanced-learn: pip install 'ganaug[imblearn]'") from None


def check_imbalanced(counts: pd.Series) -> None:
    if counts.nunique() == 1:
        raise LeftOut(EVEN)


def check_repeated(counts: pd.Series) -> None:
    if counts.min() < 2:
        raise LeftOut(f"class {counts.idxmin()} has a single row in a fold")
