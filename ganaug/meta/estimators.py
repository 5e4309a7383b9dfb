"""Estimators that fit another one to real and synthetic rows: augmentation inside cross-validation and Pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.base import is_classifier as classifies
from sklearn.base import is_regressor as regresses
from sklearn.utils.validation import check_is_fitted

from ..assessment.ratios import TAUGHT_RATIO
from ..augmenter import GANAugmenter
from ..data.sampling_strategy import Strategy, missing_in_ranges, missing_rows
from ..params import with_docs
from ..plain import MatrixLike
from .base import ATTRIBUTES, PARAMETERS, AugmentedEstimator, if_estimator_has, with_input_tags


@with_docs(parameters=PARAMETERS, attributes=ATTRIBUTES)
class AugmentedClassifier(ClassifierMixin, AugmentedEstimator):
    """Fits a classifier to training rows and to synthetic rows made of them, and predicts with it.

    The augmenter is fitted inside `fit`, so whatever splits the data before (cross-validation, a search, calibration,
    stacking) keeps synthetic rows out of the rows it tests on, and tested rows out of what the generator learns.

    Parameters
    ----------
    estimator : classifier
        A Pipeline, too, if it takes the rows as they are.
    augmenter : GANAugmenter or None, default=None
        None brings all classes to the size of the largest:
        ``GANAugmenter(ratio=0, sampling_strategy="auto")``. ``GANAugmenter(ratio="auto")`` measures on inner folds
        which ratio helps the estimator, as :func:`ganaug.assess` does, and adds no rows where none clearly does.
    {parameters}

    Attributes
    ----------
    estimator_ : classifier
        Fitted to real and synthetic rows.
    {attributes}
    classes_ : ndarray of shape (n_classes,)
        The estimator's.

    See Also
    --------
    GANOverSampler : For imbalanced-learn's Pipeline.

    References
    ----------
    Cawley, Talbot (2010). On over-fitting in model selection and subsequent selection bias in performance evaluation.
    JMLR 11. Why whatever learns from rows belongs inside the cross-validation.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from ganaug import AugmentedClassifier, GANAugmenter
    >>> X, y = make_classification(200, weights=[0.9], random_state=0)
    >>> augmenter = GANAugmenter(ratio=0, sampling_strategy="auto", steps=50, random_state=0)
    >>> model = AugmentedClassifier(LogisticRegression(), augmenter, synthetic_weight=0.5).fit(X, y)
    >>> model.predict(X[:3]).shape
    (3,)
    >>> model.augmenter_.class_counts_
    {0: 180, 1: 20}
    """

    _target_type = "classes"

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels that the estimator tells apart."""
        return self.estimator_.classes_

    @if_estimator_has("predict_proba")
    def predict_proba(self, X: MatrixLike) -> Any:
        """The estimator's probability of each class."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_proba(self._as_learnt(X))

    @if_estimator_has("predict_log_proba")
    def predict_log_proba(self, X: MatrixLike) -> Any:
        """The logarithm of the estimator's probability of each class."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_log_proba(self._as_learnt(X))

    @if_estimator_has("decision_function")
    def decision_function(self, X: MatrixLike) -> Any:
        """The estimator's confidence."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.decision_function(self._as_learnt(X))

    def __sklearn_tags__(self) -> Any:
        tags, inner = with_input_tags(super().__sklearn_tags__(), self.estimator)
        tags.classifier_tags = inner.classifier_tags or tags.classifier_tags
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if regresses(self.estimator):
            raise TypeError(f"estimator={self.estimator!r} is a regressor: use AugmentedRegressor")

    @staticmethod
    def _default_augmenter(*, taught: bool) -> GANAugmenter:
        return GANAugmenter(ratio=TAUGHT_RATIO) if taught else GANAugmenter(ratio=0, sampling_strategy="auto")

    @staticmethod
    def _check_strategy(strategy: Strategy, labels: pd.Series) -> None:
        missing_rows(strategy, labels.value_counts(sort=False).to_dict(), labels.to_numpy())


@with_docs(parameters=PARAMETERS, attributes=ATTRIBUTES)
class AugmentedRegressor(RegressorMixin, AugmentedEstimator):
    """Fits a regressor to training rows and to synthetic rows made of them, and predicts with it.

    The augmenter is fitted inside `fit`, so whatever splits the data before (cross-validation, a search, stacking)
    keeps synthetic rows out of the rows it tests on, and tested rows out of what the generator learns.

    Parameters
    ----------
    estimator : regressor
        A Pipeline, too, if it takes the rows as they are.
    augmenter : GANAugmenter or None, default=None
        None adds as many synthetic rows as there are real ones: ``GANAugmenter(ratio=1.0)``. With
        ``sampling_strategy="auto"`` or a dict of ranges, rare targets get more rows than others.
        ``GANAugmenter(ratio="auto")`` measures on inner folds how many help, and adds none where none clearly do.
    {parameters}

    Attributes
    ----------
    estimator_ : regressor
        Fitted to real and synthetic rows.
    {attributes}

    References
    ----------
    Torgo, Ribeiro, Pfahringer, Branco (2013). SMOTE for regression. EPIA.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from ganaug import AugmentedRegressor, GANAugmenter
    >>> X, y = load_diabetes(return_X_y=True)
    >>> augmenter = GANAugmenter(ratio=0, sampling_strategy={(250, 400): 100}, steps=50, random_state=0)
    >>> model = AugmentedRegressor(Ridge(), augmenter).fit(X, y)
    >>> model.predict(X[:3]).shape
    (3,)
    """

    _target_type = "number"

    def __sklearn_tags__(self) -> Any:
        tags, inner = with_input_tags(super().__sklearn_tags__(), self.estimator)
        tags.regressor_tags = inner.regressor_tags or tags.regressor_tags
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if classifies(self.estimator):
            raise TypeError(f"estimator={self.estimator!r} is a classifier: use AugmentedClassifier")

    @staticmethod
    def _default_augmenter(*, taught: bool) -> GANAugmenter:
        return GANAugmenter(ratio=TAUGHT_RATIO if taught else 1.0)

    @staticmethod
    def _check_strategy(strategy: Strategy, labels: pd.Series) -> None:
        missing_in_ranges(strategy, labels.to_numpy(dtype=np.float64))
