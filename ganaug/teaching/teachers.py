"""A fitted teacher as an estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from ..plain import AnyArray, Float64Array, MatrixLike
from .teacher import Teacher


class TeacherClassifier(ClassifierMixin, BaseEstimator):
    """Says what the teacher says; `fit` leaves it as it is."""

    def __init__(self, teacher: Teacher, labels: AnyArray) -> None:
        self.teacher = teacher
        self.labels = labels

    def fit(self, X: MatrixLike, y: Any, **params: Any) -> Self:  # noqa: ARG002 - as an estimator is called
        self.classes_ = self.labels
        self._last: tuple[MatrixLike, Float64Array] | None = None
        return self

    def predict_proba(self, X: MatrixLike) -> Float64Array:
        """Probabilities in the order of the labels; several metrics of the same rows ask the teacher once."""
        if self._last is None or self._last[0] is not X:
            self._last = X, self.teacher(X)
        return self._last[1]

    def predict(self, X: MatrixLike) -> AnyArray:
        """The most probable label of each row."""
        labels: AnyArray = self.labels[self.predict_proba(X).argmax(1)]
        return labels


class TeacherRegressor(RegressorMixin, BaseEstimator):
    """Says what the teacher says; `fit` leaves it as it is."""

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher

    def fit(self, X: MatrixLike, y: Any, **params: Any) -> Self:  # noqa: ARG002 - as an estimator is called
        self.fitted_ = True
        return self

    def predict(self, X: MatrixLike) -> Float64Array:
        """The number of each row."""
        return np.asarray(self.teacher(X))
