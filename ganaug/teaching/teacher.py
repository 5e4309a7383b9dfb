"""A teacher: models that learnt from real rows, and label any row.

A student learns more from what a better model says of many rows than from few rows and their own labels (Breiman &
Shang 1996, "Born again trees"; Buciluă, Caruana & Niculescu-Mizil 2006, "Model compression"). The teacher is
cross-fitted: of a real row it says what models say that have not seen it, since what they learnt by heart is nothing to
pass on. By such rows the families of its ensemble get their votes, too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from joblib import Memory
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples, check_is_fitted, check_memory

from ..data.seeds import HIGHEST_SEED
from ..data.threads import threads_for
from ..modality.registry import check_data
from ..models import model_for
from ..plain import AnyArray, Float64Array, IndexArray, MatrixLike

Fold: TypeAlias = tuple[IndexArray, IndexArray]
"""Rows to fit, and rows to ask."""
TeacherLike: TypeAlias = Literal["auto"] | BaseEstimator | Callable[[Any], Any]
FAMILIES = ("boosting", "extra-trees", "forest", "linear")
FOLDS = 5
ROUNDS = 100
ASKED_FIRST = 10
"""Rows that a teacher that came fitted is asked about before anything is trained."""
LEAST = 1e-6
"""Probability, lest one row decides alone."""


@dataclass(frozen=True)
class Teacher:
    """Models that label rows together.

    Parameters
    ----------
    models : tuple
        Each fitted to all real rows but those of a fold; or a single one that came fitted.
    classes : ndarray or None
        The labels as the models know them, in the order of the columns of probabilities; None for a number.
    tables : bool
        Whether the models look at DataFrames, whatever container rows come in.
    of_real : ndarray of shape (n, n_classes) or (n,)
        What the models say of the real rows that they have not seen.
    """

    models: tuple[Any, ...]
    classes: AnyArray | None
    tables: bool
    of_real: Float64Array

    def __call__(self, X: MatrixLike) -> Float64Array:
        """Probabilities (n, n_classes) of the classes, or numbers (n,): the mean over the models."""
        rows: Any = _table(X) if self.tables else X
        with threads_for(rows.size) if self.tables else nullcontext():
            opinions = [_opinion(model, rows, self.classes) for model in self.models]
        mean: Float64Array = np.mean(opinions, axis=0)
        return mean


def fitted_teacher(
    teacher: TeacherLike,
    X: MatrixLike,
    y: AnyArray,
    classes: AnyArray | None,
    seed: int,
    memory: str | Memory | None = None,
) -> Teacher:
    """The teacher, with its models fitted to `X` and `y`.

    Parameters
    ----------
    teacher : "auto", estimator, or callable
        An estimator is cloned and cross-fitted, unless it is a ``FrozenEstimator``. A callable takes rows, and what has
        `predict` but no parameters, such as a Keras model, is asked as it is.
    classes : ndarray or None
        The sorted labels; None for a number.
    memory : str, joblib.Memory or None
        Where to keep what was fitted.

    Raises
    ------
    TypeError, ValueError
        If it cannot label such rows.
    """
    check_teacher(teacher, classes)
    tables = isinstance(teacher, str)
    rows: Any = _table(X) if tables else X
    if not tables and not hasattr(teacher, "get_params"):
        return Teacher((teacher,), classes, tables, _opinion(teacher, rows, classes))
    model = _ensemble(rows, seed, classes=classes is not None) if isinstance(teacher, str) else teacher
    teach: Callable[..., Teacher] = check_memory(memory).cache(_cross_fitted)
    return teach(model, rows, y, classes, seed, tables=tables)


def _cross_fitted(
    model: BaseEstimator, rows: Any, y: AnyArray, classes: AnyArray | None, seed: int, *, tables: bool
) -> Teacher:
    """A clone of the model for each fold that it lacks; `tables` are told by the ensemble of families."""
    codes = None if classes is None else pd.Index(classes).get_indexer(pd.Index(y))
    if tables and codes is not None and classes is not None:
        y, classes = codes, np.arange(len(classes))
    folds = _folds(len(y), codes, seed)
    with threads_for(rows.size) if tables else nullcontext():
        models = [clone(model).fit(_safe_indexing(rows, train), y[train]) for train, _ in folds]
        if tables:
            _weigh(models, folds, rows, y if codes is None else codes, classes=codes is not None)
        of_real = np.zeros(len(y) if classes is None else (len(y), len(classes)))
        for fitted, (_, test) in zip(models, folds, strict=True):
            of_real[test] = _opinion(fitted, _safe_indexing(rows, test), classes)
    return Teacher(tuple(models), classes, tables, of_real)


def asked_as_it_is(teacher: Teacher | TeacherLike, classes: AnyArray | None) -> Callable[[Any], Float64Array]:
    """What labels rows by a teacher that is fitted already.

    Raises
    ------
    TypeError, NotFittedError
        If it is not.
    """
    if isinstance(teacher, Teacher):
        return teacher
    if isinstance(teacher, str):
        raise TypeError(f"teacher={teacher!r} must be fitted: give the teacher_ of an AugmentedClassifier, or a model")
    check_teacher(teacher, classes)
    if hasattr(teacher, "get_params"):
        check_is_fitted(teacher)
    return lambda X: _opinion(teacher, X, classes)


def check_teacher(teacher: Teacher | TeacherLike, classes: AnyArray | None, X: MatrixLike | None = None) -> None:
    """TypeError or ValueError if it cannot be asked for labels, of the rows `X` where these are given.

    One that came fitted is asked about a few of these.
    """
    if isinstance(teacher, str):
        if teacher != "auto":
            raise ValueError(f"teacher={teacher!r} must be 'auto', an estimator, a fitted Keras model, or None")
        if X is not None:
            _table(X)
        return
    if isinstance(teacher, type):
        raise TypeError(f"teacher={teacher!r} is a class: give an estimator, such as {teacher.__name__}()")
    if hasattr(teacher, "get_params"):
        needed = "predict" if classes is None else "predict_proba"
        if not hasattr(teacher, needed) or (classes is None and is_classifier(teacher)):
            raise TypeError(
                f"teacher={teacher!r} has no predict_proba, and is to give probabilities: put it into "
                "CalibratedClassifierCV"
                if classes is not None
                else f"teacher={teacher!r} is to give numbers: take a regressor"
            )
        if isinstance(teacher, FrozenEstimator):
            check_is_fitted(teacher)
    elif not (callable(teacher) or hasattr(teacher, "predict")):
        raise TypeError(f"teacher={teacher!r} must be 'auto', an estimator, a fitted Keras model, or None")
    if X is not None and (isinstance(teacher, FrozenEstimator) or not hasattr(teacher, "get_params")):
        data, container = check_data(X)
        _opinion(teacher, container.restore(data[:ASKED_FIRST]), classes)


def check_several(classes: AnyArray) -> None:
    """ValueError if there is but one class."""
    if len(classes) == 1:
        raise ValueError(f"y has the single class {classes[0]}: there is nothing for a teacher to tell apart")


def _ensemble(table: pd.DataFrame, seed: int, *, classes: bool) -> VotingClassifier | VotingRegressor:
    """A model of each family."""
    members = [(name, model_for(table, name, classes=classes)) for name in FAMILIES]
    for _, member in members:
        if "random_state" in member[-1].get_params():
            member[-1].set_params(random_state=seed % HIGHEST_SEED)
    return VotingClassifier(members, voting="soft", flatten_transform=False) if classes else VotingRegressor(members)


def _weigh(models: list[Any], folds: list[Fold], rows: pd.DataFrame, truth: AnyArray, *, classes: bool) -> None:
    """Give the families the votes with which they tell most of the rows that they have not seen.

    For classes that is the most likely mixture, found by expectation maximisation; for a number least squares.
    """
    said = np.zeros((len(truth), len(FAMILIES)))
    for model, (_, test) in zip(models, folds, strict=True):
        part = _safe_indexing(rows, test)
        every = model.transform(part)
        said[test] = every[:, np.arange(len(test)), truth[test]].T if classes else every
    share = np.full(len(FAMILIES), 1 / len(FAMILIES))
    if classes:
        said = said.clip(LEAST)
        for _ in range(ROUNDS):
            share *= (said / (said @ share)[:, None]).mean(0)
    else:
        found, _ = nnls(said, truth.astype(np.float64))
        share = found / found.sum() if found.sum() > 0 else share
    for model in models:
        model.weights = share.tolist()


def _folds(rows: int, codes: IndexArray | None, seed: int) -> list[Fold]:
    """Rows to fit and rows to ask, of each fold; a class's only row is never missing from those to fit."""
    if rows < 2:
        raise ValueError(f"a teacher needs at least 2 rows to learn from, but there are {rows}")
    state = seed % HIGHEST_SEED
    if codes is None:
        return list(KFold(min(FOLDS, rows), shuffle=True, random_state=state).split(np.zeros(rows)))
    counts = np.bincount(codes)
    alone, rest = (np.flatnonzero(mask) for mask in (counts[codes] == 1, counts[codes] > 1))
    if not len(rest):
        raise ValueError("a teacher needs a class of at least 2 rows to learn from")
    folds = StratifiedKFold(min(FOLDS, counts[counts > 1].min()), shuffle=True, random_state=state)
    made = [(np.concatenate([rest[train], alone]), rest[test]) for train, test in folds.split(rest, codes[rest])]
    made[0] = (made[0][0], np.concatenate([made[0][1], alone]))
    return made


def _opinion(model: Any, rows: Any, classes: AnyArray | None) -> Float64Array:
    """Probabilities in the order of `classes`, or numbers."""
    if classes is None:
        said = _asked(model, rows)
        return _checked(said.reshape(-1) if said.ndim == 2 and said.shape[1] == 1 else said, rows, None)
    if hasattr(model, "predict_proba"):
        said = np.asarray(model.predict_proba(rows), np.float64)
        known = getattr(model, "classes_", classes)
        place = pd.Index(classes).get_indexer(pd.Index(known))
        if (place < 0).any():
            unknown = np.asarray(known)[place < 0].tolist()
            raise ValueError(f"the teacher knows the classes {unknown}, which are none of {classes.tolist()}")
        made = np.zeros((len(said), len(classes)))
        made[:, place] = said
        said = made
    else:
        said = _asked(model, rows)
        if len(classes) == 2 and (said.ndim == 1 or said.shape[1] == 1):
            said = np.column_stack([1 - said.reshape(-1), said.reshape(-1)])
    return _checked(said, rows, len(classes))


def _asked(model: Any, rows: object) -> Float64Array:
    """What a model that came fitted says: by `predict`, or called."""
    return np.asarray(model.predict(rows) if hasattr(model, "predict") else model(rows), np.float64)


def _checked(said: Float64Array, rows: Any, classes: int | None) -> Float64Array:
    count = _num_samples(rows)
    shape = (count,) if classes is None else (count, classes)
    if said.shape != shape:
        raise ValueError(f"the teacher gave labels of shape {said.shape}, expected {shape}")
    if not np.isfinite(said).all():
        raise ValueError("the teacher gave labels that are not finite numbers")
    if classes is not None and ((said < -1e-6).any() or (abs(said.sum(1) - 1) > 1e-3).any()):
        raise ValueError("the teacher gave no probabilities: those of a row must be at least 0, and 1 in sum")
    return said


def _table(X: MatrixLike) -> pd.DataFrame:
    table, _ = check_data(X)
    if not isinstance(table, pd.DataFrame):
        raise TypeError("teacher='auto' labels tables: for images give a fitted model")
    return table
