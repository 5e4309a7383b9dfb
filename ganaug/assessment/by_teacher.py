"""What a teacher's labels do without a generator."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors

from ..columns.number import as_dtype
from ..columns.registry import is_number
from ..data.validation import categorical_columns
from ..data.weights import weights_name
from ..models import behind_preprocessing
from ..plain import IndexArray, MatrixLike, VectorLike
from ..teaching.lesson import lesson_of
from ..teaching.teacher import Teacher
from ..teaching.teachers import TeacherClassifier, TeacherRegressor
from .base import Attempt, Baseline, LeftOut, Setting, table_of
from .ratios import taught_ratio

NEIGHBOURS = 5
MOST_PARTNERS = 5_000
"""Rows among which neighbours are looked for."""
EXCHANGED = 0.5
"""How likely a cell is exchanged."""


class TheTeacher(Baseline):
    """What a student of it can hope for."""

    name, title = "teacher", "the teacher itself"
    needs_classes = False
    needs_teacher = True
    is_other_model = only_shows = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        teacher = _teacher(setting)
        model = TeacherRegressor(teacher) if setting.labels is None else TeacherClassifier(teacher, setting.labels)
        return Attempt(model, X, y)


class Distilled(Baseline):
    """The teacher's labels on the real rows alone: the cheap rival of synthetic rows that it labels."""

    name, title = "distilled", "the teacher's labels of the real rows"
    verb = "are"
    needs_classes = False
    needs_teacher = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        return taught_attempt(estimator, X, y, setting)


class Munge(Baseline):
    """The teacher's labels on real rows that exchange cells with neighbours: the cheap rival of a generator.

    A cell that is exchanged becomes the neighbour's; a number is drawn around it, as wide as the two are apart.

    References
    ----------
    Buciluă, Caruana, Niculescu-Mizil (2006). Model compression. KDD.
    """

    name, title = "munge", "the teacher's labels of rows that exchanged cells"
    verb = "are"
    needs_classes = False
    needs_teacher = True
    of_images = False
    only_shows = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        table, container = table_of(X)
        rng = np.random.default_rng(setting.seed)
        first = np.tile(np.arange(len(table)), round(taught_ratio(len(table))))
        second = neighbours_of(table, rng)[first, rng.integers(NEIGHBOURS, size=len(first))]
        words = categorical_columns(setting.categorical, table)
        made = {name: exchanged(table[name], first, second, rng, is_code=name in words) for name in table}
        every = pd.concat([table, pd.DataFrame(made)], ignore_index=True)
        return taught_attempt(estimator, container.restore(every), y, setting)


def neighbours_of(table: pd.DataFrame, rng: np.random.Generator) -> IndexArray:
    """For each row the places of its nearest others; small tables repeat some."""
    partners = rng.permutation(len(table))[:MOST_PARTNERS]
    pipeline = behind_preprocessing(table, NearestNeighbors())
    points = pipeline[:-1].fit_transform(table)
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(partners))).fit(points[partners])
    found = partners[near.kneighbors(points, return_distance=False)]
    is_itself = found == np.arange(len(table))[:, None]
    is_itself[~is_itself.any(1), -1] = True  # the farthest goes where a row is not among its own neighbours
    others: IndexArray = found[~is_itself].reshape(len(table), -1)
    return np.resize(others.T, (NEIGHBOURS, len(table))).T if others.shape[1] else np.zeros((1, NEIGHBOURS), np.intp)


def exchanged(
    column: pd.Series, first: IndexArray, second: IndexArray, rng: np.random.Generator, *, is_code: bool
) -> pd.Series:
    """Cells of the first rows, some of them exchanged for those of the second."""
    own, other = (column.iloc[rows].reset_index(drop=True) for rows in (first, second))
    stays = rng.random(len(first)) >= EXCHANGED
    if is_number(column) and not is_code:
        numbers = other.astype(float)
        around = numbers + rng.normal(size=len(first)) * (numbers - own.astype(float)).abs().fillna(0)
        other = as_dtype(around, column)
    return own.where(stays, other)


def taught_attempt(estimator: BaseEstimator, X: MatrixLike, own: VectorLike, setting: Setting) -> Attempt:
    """The estimator with rows that the teacher labelled, real ones with labels of their own first."""
    teacher = _teacher(setting)
    weighs = setting.labels is not None and weights_name(estimator) is not None
    lesson = lesson_of(teacher, setting.labels, X, np.asarray(own), weighs=weighs, seed=setting.seed)
    return Attempt(estimator, lesson.X, lesson.y, lesson.weight if weighs else None, lesson.row)


def _teacher(setting: Setting) -> Teacher:
    if setting.teacher is None:
        raise LeftOut("there is no teacher")
    return setting.teacher
