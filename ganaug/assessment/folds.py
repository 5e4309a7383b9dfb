"""One fold: a generator, and every method's score on the rows that were held out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from joblib import Memory
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import BaseCrossValidator, KFold, StratifiedKFold, check_cv
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_memory

from ..augmenter import GANAugmenter
from ..data.validation import categorical_columns, check_count
from ..data.weights import weights_name, with_synthetic
from ..modality.registry import check_data
from ..plain import Float64Array, IndexArray, MatrixLike, VectorLike
from ..teaching.teacher import TeacherLike, fitted_teacher
from .base import Attempt, Baseline, LeftOut, Setting
from .by_teacher import taught_attempt
from .ratios import TEACH, Addition, AugmentedRows, augmented
from .scoring import DECISIONS, Scoring, balanced_accuracy, probabilities_judged

Folds: TypeAlias = int | BaseCrossValidator | Iterable[tuple[IndexArray, IndexArray]]
Record = dict[str, float | str]
"""What is known of a method in one fold: a row of the long table."""


@dataclass(frozen=True)
class Trial:
    """What is tried in every fold alike.

    Parameters
    ----------
    classes : bool
        Whether the target is one of classes.
    decides : bool
        Whether to score decisions, too: balanced accuracy of two classes.
    weight : ndarray of shape (n_samples,) or None
        That the user gives the rows.
    synthetic_weight : float
        Of a synthetic row, in units of the mean of these.
    params : dict
        Further ones for the estimator's `fit`.
    """

    estimator: BaseEstimator
    augmenter: GANAugmenter
    scoring: Scoring
    additions: tuple[Addition, ...]
    baselines: tuple[Baseline, ...]
    classes: bool
    decides: bool
    teacher: TeacherLike | None = None
    memory: str | Memory | None = None
    weight: Float64Array | None = None
    synthetic_weight: float = 1.0
    params: dict[str, Any] = field(default_factory=dict)


class Seeds(NamedTuple):
    """Of one fold."""

    estimator: int
    baselines: int
    augmenter: int


@dataclass(frozen=True)
class Fold:
    """Training rows and held-out rows of a trial, and the seeded estimator."""

    trial: Trial
    estimator: BaseEstimator
    X: MatrixLike
    y: VectorLike
    held_out: tuple[Any, Any]
    weight: Float64Array | None
    seeds: Seeds

    def records(self) -> list[Record]:
        """A record for every baseline and every ratio; what the augmenter leaves out none of them sees."""
        if self.trial.augmenter.identifiers != "drop":
            return self.baselines() + self.additions(*self.made()[:2])  # what cannot be scored fails before training
        made, seconds, dropped = self.made()
        fold = self.without(dropped) if dropped else self
        return fold.baselines() + fold.additions(made, seconds)

    def baselines(self) -> list[Record]:
        """A record for every baseline: its scores and seconds, or why it was left out."""
        return [self._baseline(each) for each in self.trial.baselines]

    def additions(self, made: dict[str, AugmentedRows], seconds: float) -> list[Record]:
        """A record for every ratio of synthetic rows, all from one generator."""
        return [self._addition(each, made[each.method], seconds) for each in self.trial.additions]

    def made(self) -> tuple[dict[str, AugmentedRows], float, tuple[object, ...]]:
        """Rows by each method, the seconds that they took, and columns that they lack."""
        tried = self.trial.additions
        largest = {each.method: max(other.ratio for other in tried if other.method == each.method) for each in tried}
        augmenter = clone(self.trial.augmenter).set_params(random_state=self.seeds.augmenter)
        make = check_memory(self.trial.memory).cache(augmented)
        found: tuple[Any, float, tuple[object, ...]] = make(
            augmenter, self.X, self.y, largest, classes=self.trial.classes
        )
        return found

    def without(self, columns: Sequence[object]) -> Fold:
        """The same without some columns."""
        table, augmenter = check_data(self.X)[0], self.trial.augmenter
        words = categorical_columns(augmenter.categorical_features, table)
        kept = [name in words for name in table if name not in columns]
        trial = replace(self.trial, augmenter=clone(augmenter).set_params(categorical_features=kept))
        held_out = _without(self.held_out[0], columns), self.held_out[1]
        return replace(self, trial=trial, X=_without(self.X, columns), held_out=held_out)

    @cached_property
    def setting(self) -> Setting:
        """What baselines must know besides the rows."""
        labels = np.unique(np.asarray(self.y)) if self.trial.classes else None
        return Setting(self.trial.scoring, self.trial.augmenter.categorical_features, self.seeds.baselines, labels)

    @cached_property
    def taught_setting(self) -> Setting:
        """The same with a teacher, which learns only once methods without one have shown that they can be scored."""
        known, started = self.setting, time.perf_counter()
        if self.trial.teacher is None:
            return known
        asked = self.trial.teacher
        if hasattr(asked, "get_params"):
            asked = seeded(asked, self.seeds.estimator)
        teacher = fitted_teacher(asked, self.X, np.asarray(self.y), known.labels, known.seed, self.trial.memory)
        return known._replace(teacher=teacher, teacher_seconds=time.perf_counter() - started)

    def _baseline(self, baseline: Baseline) -> Record:
        record: Record = {"method": baseline.name, "ratio": np.nan}
        if baseline.needs_classes and not self.trial.classes:
            return record | {"note": "y is a number, which has no classes"}
        setting = self.taught_setting if baseline.needs_teacher else self.setting
        started = time.perf_counter()
        try:
            attempt = baseline.attempt(clone(self.estimator), self.X, self.y, setting)
            record |= self._scores(attempt, 1.0, other_model=baseline.is_other_model)
        except LeftOut as reason:
            return record | {"note": str(reason)}
        return record | {"seconds": setting.teacher_seconds + time.perf_counter() - started}

    def _addition(self, addition: Addition, made: AugmentedRows, seconds: float) -> Record:
        taught = addition.method == TEACH
        setting, started = self.taught_setting if taught else self.setting, time.perf_counter()
        rows, labels = made.rows(addition.ratio)
        model = clone(self.estimator)
        if taught:
            seconds += setting.teacher_seconds
            attempt = taught_attempt(model, rows, self.y, setting)
        else:
            attempt = Attempt(model, rows, labels)
        record: Record = addition._asdict() | self._scores(attempt, self.trial.synthetic_weight)
        return record | {"seconds": seconds + time.perf_counter() - started}

    def _scores(self, attempt: Attempt, synthetic_weight: float, *, other_model: bool = False) -> Record:
        """Scores on the held-out rows, and how many rows were added to the training ones."""
        trial, rows = self.trial, len(attempt.y) if attempt.row is None else int(attempt.row[-1]) + 1
        added = rows - len(self.y)
        model = attempt.estimator if other_model else trial.estimator
        params: dict[str, Any] = {} if other_model else dict(trial.params)
        weights = self._weights(added, synthetic_weight)
        if weights is not None and attempt.row is not None:
            weights = weights[attempt.row]
        if attempt.weight is not None:
            weights = attempt.weight if weights is None else attempt.weight * weights
        if weights is not None:
            params[weights_name(model) or "sample_weight"] = weights
        fitted = attempt.estimator.fit(attempt.X, attempt.y, **params)
        figures: Record = {"score": float(trial.scoring.scorer(fitted, *self.held_out)), "rows": added}
        if trial.decides:
            figures["balanced_accuracy"] = float(balanced_accuracy()(fitted, *self.held_out))
            figures |= probabilities_judged(fitted, *self.held_out)
        return figures

    def _weights(self, added: int, each: float) -> Float64Array | None:
        if self.weight is None and each == 1:
            return None
        return with_synthetic(np.ones(len(self.y)) if self.weight is None else self.weight, added, each)


def _without(X: Any, columns: Sequence[object]) -> Any:
    """Rows without some columns, in the container that they came in."""
    if isinstance(X, pd.DataFrame):
        return X.drop(columns=list(columns))
    return (
        X.drop(list(columns)) if hasattr(X, "drop") else X[:, np.delete(np.arange(X.shape[1]), np.array(columns, int))]
    )


def measured(
    trial: Trial, X: MatrixLike, y: VectorLike, train: IndexArray, test: IndexArray, seeds: Seeds
) -> list[Record]:
    """A record for every method in one fold."""
    rows, held_out = [(_safe_indexing(X, part), _safe_indexing(y, part)) for part in (train, test)]
    weight = None if trial.weight is None else trial.weight[train]
    fold = Fold(trial, seeded(trial.estimator, seeds.estimator), *rows, held_out, weight, seeds)
    return fold.records()


def seeded(estimator: BaseEstimator, seed: int) -> BaseEstimator:
    """A clone with `seed` for every `random_state` that is None, so that methods differ by their rows alone."""
    made = clone(estimator)
    unset = [
        name
        for name, value in made.get_params().items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    made.set_params(**dict.fromkeys(unset, seed))  # FrozenEstimator's returns None
    return made


def long_table(folds: list[list[Record]]) -> pd.DataFrame:
    """A row for every fold and method."""
    rows = [{"fold": fold} | record for fold, found in enumerate(folds) for record in found]
    columns = ["fold", "method", "ratio", "score", *DECISIONS, "rows", "seconds", "note"]
    return pd.DataFrame(rows).reindex(columns=columns)


def splits(
    cv: Folds, X: MatrixLike, y: VectorLike, labels: pd.Series, seed: int, *, classes: bool
) -> list[tuple[IndexArray, IndexArray]]:
    """Indices of the training rows and of the held-out rows of every fold."""
    if isinstance(cv, (int, np.integer)):
        count = _checked_count(cv, labels, classes=classes)
        cv = (StratifiedKFold if classes else KFold)(count, shuffle=True, random_state=seed)
    splitter = check_cv(cv, y, classifier=classes)
    try:
        folds = list(splitter.split(X, y))
    except ValueError as error:
        if "'groups'" not in str(error):
            raise
        raise ValueError(f"cv={cv!r} needs groups: give its splits, as list(cv.split(X, y, groups))") from error
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} has {'a single fold' if folds else 'no folds'}: an interval needs at least 2")
    return folds


def _checked_count(cv: int | np.integer[Any], labels: pd.Series, *, classes: bool) -> int:
    folds = check_count(cv, "cv")
    if folds < 2:
        raise ValueError(f"cv={cv}: an interval needs at least 2 folds")
    if len(labels) < folds and not classes:
        raise ValueError(f"cv={cv} is more than the {len(labels)} rows")
    counts = labels.value_counts()
    if classes and counts.min() < folds:
        found = f"class {counts.idxmin()} has {counts.min()} rows, fewer than the {folds} folds: give a smaller cv"
        if counts.min() < 2:
            found = (
                f"class {counts.idxmin()} has a single row, which cannot be learnt and held out: join it with another"
            )
        raise ValueError(f"{found}, or leave the class out")
    return folds
