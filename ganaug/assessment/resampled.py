"""Rows of rare classes over again: as they are, between neighbours, or with noise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing

from ..columns.number import as_dtype
from ..columns.registry import is_number, is_time
from ..data.validation import categorical_columns
from ..plain import AnyArray, BoolArray, MatrixLike, VectorLike
from .base import (
    EVEN,
    Attempt,
    Baseline,
    LeftOut,
    Setting,
    check_imbalanced,
    check_repeated,
    imbalanced_learns,
    lacking_places,
    table_of,
)

NEIGHBOURS = 5


class Copies(Baseline):
    """Rows of rare classes, resampled with replacement until all classes have as many."""

    name, title = "copies", "random copies"
    verb = "are"

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        more = lacking_places(y, setting.seed)
        if not len(more):
            raise LeftOut(EVEN)
        every = np.concatenate([np.arange(len(np.asarray(y))), more])
        return Attempt(estimator, _safe_indexing(X, every), _safe_indexing(y, every))


class BySampler(Baseline):
    """By a sampler of imbalanced-learn, with numbers in units of their standard deviations."""

    of_images = False

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        samplers = imbalanced_learns("over_sampling")
        table, container = table_of(X)
        is_category = _categories(table, categorical_columns(setting.categorical, table))
        labels = pd.Series(np.asarray(y))
        check_imbalanced(labels.value_counts())
        scaler = Scaler(table, is_category)
        rows, targets = self._resampled(samplers, scaler.scaled(), labels, is_category, setting.seed)
        more = pd.concat([table, scaler.unscaled(rows.iloc[len(table) :])], ignore_index=True)
        if isinstance(y, pd.Series):
            targets = pd.Series(targets, dtype=y.dtype, name=y.name)
        return Attempt(estimator, container.restore(more), targets)

    @abstractmethod
    def _resampled(
        self, samplers: Any, table: pd.DataFrame, labels: pd.Series, is_category: BoolArray, seed: int
    ) -> tuple[pd.DataFrame, AnyArray]:
        """Real rows, then those that classes lack, and the labels of all, by one of imbalanced-learn's samplers."""


class Smote(BySampler):
    """Rows between neighbours of a rare class.

    References
    ----------
    Chawla, Bowyer, Hall, Kegelmeyer (2002). SMOTE: synthetic minority over-sampling technique. JAIR 16.
    """

    name, title = "smote", "SMOTE"

    def _resampled(
        self, samplers: Any, table: pd.DataFrame, labels: pd.Series, is_category: BoolArray, seed: int
    ) -> tuple[pd.DataFrame, AnyArray]:
        counts = labels.value_counts()
        check_repeated(counts)
        options = {"k_neighbors": int(min(NEIGHBOURS, counts.min() - 1)), "random_state": seed}
        if is_category.all():
            sampler = samplers.SMOTEN(**options)
        elif is_category.any():
            sampler = samplers.SMOTENC(np.flatnonzero(is_category).tolist(), **options)
        else:
            sampler = samplers.SMOTE(**options)
        rows, targets = sampler.fit_resample(table, labels.to_numpy())
        return rows, targets


class Noise(BySampler):
    """Rows of a rare class with noise on their numbers, as wide as a density estimate of so many rows asks for.

    References
    ----------
    Menardi, Torelli (2014). Training and assessing classification rules with imbalanced data. Data Mining and Knowledge
    Discovery 28.
    """

    name, title = "noise", "copies with noise"
    verb = "are"

    def _resampled(
        self, samplers: Any, table: pd.DataFrame, labels: pd.Series, is_category: BoolArray, seed: int
    ) -> tuple[pd.DataFrame, AnyArray]:
        if is_category.all():
            raise LeftOut("there is no number that noise could move")
        sampler = samplers.RandomOverSampler(shrinkage=1.0, random_state=seed)
        numbers, targets = sampler.fit_resample(table.loc[:, ~is_category], labels.to_numpy())
        every = table.iloc[sampler.sample_indices_].reset_index(drop=True)
        return every.assign(**numbers), targets


class Scaler:
    """Numbers in units of their standard deviations and categories as codes; and the way back."""

    def __init__(self, table: pd.DataFrame, is_category: BoolArray) -> None:
        numbers = table[table.columns[~is_category]].astype(float)
        self.table = table
        self.mean, self.spread = numbers.mean(), numbers.std().replace(0, 1).fillna(1)
        self.levels = {
            name: table[name].drop_duplicates().reset_index(drop=True) for name in table.columns[is_category]
        }

    def scaled(self) -> pd.DataFrame:
        return pd.DataFrame({f"column {place}": self._scaled(name) for place, name in enumerate(self.table)})

    def unscaled(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({name: self._unscaled(name, rows.iloc[:, place]) for place, name in enumerate(self.table)})

    def _scaled(self, name: Hashable) -> pd.Series | AnyArray:
        if name in self.levels:
            return pd.factorize(self.table[name])[0]
        return (self.table[name].astype(float) - self.mean[name]) / self.spread[name]

    def _unscaled(self, name: Hashable, cells: pd.Series) -> pd.Series:
        if name in self.levels:
            values = self.levels[name].iloc[cells.to_numpy(dtype=int)].astype(self.table[name].dtype)
        else:
            values = as_dtype(cells.astype(float) * self.spread[name] + self.mean[name], self.table[name])
        return values.reset_index(drop=True)


def _categories(table: pd.DataFrame, categorical: frozenset[Any]) -> BoolArray:
    """Which columns hold categories."""
    if times := [name for name in table if is_time(table[name])]:
        raise LeftOut(f"it takes no dates or spans of time, such as column {times[0]!r}")
    if absent := [name for name in table if table[name].isna().any()]:
        raise LeftOut(f"it takes no missing values, which column {absent[0]!r} has")
    return np.array([not is_number(table[name]) or name in categorical for name in table], dtype=bool)
