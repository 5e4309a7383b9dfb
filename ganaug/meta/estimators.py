"""Estimators that fit another one to real and synthetic rows: augmentation inside cross-validation and Pipelines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.base import is_classifier as classifies
from sklearn.base import is_regressor as regresses
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.validation import check_is_fitted

from ..assessment.scoring import for_second
from ..augmenter import GANAugmenter
from ..data.sampling_strategy import Strategy, missing_in_ranges, missing_rows
from ..data.seeds import entropy_of, seeds_from
from ..data.validation import check_choice, check_target, labels_or_numbers, targets_of
from ..params import left_open, with_docs
from ..plain import IndexArray, MatrixLike, VectorLike
from ..teaching.suspects import suspects
from .base import ATTRIBUTES, PARAMETERS, AugmentedEstimator, if_estimator_has, with_input_tags

Calibration: TypeAlias = Literal["sigmoid", "isotonic"]


@with_docs(parameters=PARAMETERS, attributes=ATTRIBUTES)
@dataclass(eq=False, repr=False)
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
    calibrate : bool, "sigmoid" or "isotonic", default=False
        Whether probabilities are brought back to how frequent classes are in `y`, which rebalancing moves them away
        from, by what models of `cv` folds say of real rows that they have not seen; each fold fits a generator of its
        own. True is "sigmoid"; "isotonic" needs a thousand rows or more. `predict` then takes the class that is
        the most probable so: to find more rows of a rare class, move the threshold, with scikit-learn's
        ``TunedThresholdClassifierCV``.

    Attributes
    ----------
    estimator_ : classifier
        Fitted to real and synthetic rows.
    {attributes}
    classes_ : ndarray of shape (n_classes,)
        The estimator's.
    suspects_ : ndarray of int
        With a teacher: positions of training rows whose label it doubts, the most doubtful first, by confident
        learning. They are learnt like others; look at them, or give them less `sample_weight`.
    calibrated_ : CalibratedClassifierCV or None
        What gives the probabilities, with `calibrate`.

    See Also
    --------
    AugmentedRegressor : The same for a number.
    GANAugmenter : Makes the rows.
    GANOverSampler : For imbalanced-learn's Pipeline.
    assess : Whether synthetic rows help.

    References
    ----------
    Northcutt, Jiang, Chuang (2021). Confident learning: estimating uncertainty in dataset labels. JAIR 70.

    Niculescu-Mizil, Caruana (2005). Predicting good probabilities with supervised learning. ICML.

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
    calibrate: bool | Calibration = field(default=False, kw_only=True)

    def fit(self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None, **fit_params: Any) -> Self:
        self._check_parameters()
        self.calibrated_: CalibratedClassifierCV | None = None
        if not self.calibrate or y is None:
            return super().fit(X, y, sample_weight, **fit_params)
        labels, is_series = check_target(y)
        labels = labels_or_numbers(labels, classes=True)
        counts = labels.value_counts()
        y = targets_of(y, labels, is_series=is_series)
        cv, inner = self.cv, self.cv
        if isinstance(cv, Iterable):
            if self.augmenter is not None and left_open(self.augmenter.ratio):
                raise ValueError(
                    "cv holds splits of all rows, but with calibrate and ratio='auto' the rows of each fold are split "
                    "again: give an int or a splitter"
                )
            inner = 5  # nobody asks for it
        classes, codes = np.unique(np.asarray(y), return_inverse=True)
        uncalibrated = _ByNumber(**self.get_params(deep=False) | {"calibrate": False, "cv": inner, "numbered": classes})
        if isinstance(cv, (int, np.integer)):
            if counts.min() < 2:
                raise ValueError("calibrate needs at least 2 rows of each class, of which one can be held out")
            state = int(seeds_from(entropy_of(getattr(self.augmenter, "random_state", None)), 1)[0])
            cv = StratifiedKFold(max(2, min(int(cv), int(counts.min()))), shuffle=True, random_state=state)
        method = self.calibrate if isinstance(self.calibrate, str) else "sigmoid"
        calibrated = CalibratedClassifierCV(uncalibrated, method=method, cv=cv, ensemble=False)
        calibrated.fit(X, codes, sample_weight, **fit_params)
        whole = calibrated.calibrated_classifiers_[0].estimator
        own = whole.get_params(deep=False)
        self.__dict__ |= {name: value for name, value in vars(whole).items() if name not in {*own, "_told"}}
        calibrated.classes_ = classes[calibrated.classes_]
        self.calibrated_ = calibrated
        return self

    fit.__doc__ = AugmentedEstimator.fit.__doc__

    @if_estimator_has("predict")
    def predict(self, X: MatrixLike) -> Any:
        """The most probable class of each row if calibrated, else what the estimator predicts."""
        check_is_fitted(self, "estimator_")
        return super().predict(X) if self.calibrated_ is None else self.calibrated_.predict(X)

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels that the estimator tells apart."""
        return self.estimator_.classes_

    @property
    def suspects_(self) -> IndexArray:
        """Positions of training rows whose label the teacher doubts, the most doubtful first."""
        check_is_fitted(self, "estimator_")
        if self.teacher_ is None:
            if self.teacher is None:
                raise AttributeError("there are no suspects_ without a teacher: give teacher='auto'")
            raise AttributeError("there are no suspects_: ratio='auto' settled on no teacher; give a fixed ratio")
        return self._learnt[suspects(self.teacher_.of_real, self._codes)]

    @if_estimator_has("predict_proba", or_has="calibrate")
    def predict_proba(self, X: MatrixLike) -> Any:
        """The probability of each class: the estimator's, or what it was calibrated to."""
        check_is_fitted(self, "estimator_")
        if self.calibrated_ is not None:
            return self.calibrated_.predict_proba(X)
        return self.estimator_.predict_proba(self._as_learnt(X))

    @if_estimator_has("predict_log_proba", or_has="calibrate")
    def predict_log_proba(self, X: MatrixLike) -> Any:
        """The logarithm of the probability of each class."""
        check_is_fitted(self, "estimator_")
        if self.calibrated_ is not None:
            return np.log(self.calibrated_.predict_proba(X))
        return self.estimator_.predict_log_proba(self._as_learnt(X))

    @if_estimator_has("decision_function")
    def decision_function(self, X: MatrixLike) -> Any:
        """The estimator's confidence; for two classes a single number, positive for the second one."""
        check_is_fitted(self, "estimator_")
        return for_second(self.estimator_.decision_function(self._as_learnt(X)))

    def __sklearn_tags__(self) -> Any:
        tags, inner = with_input_tags(super().__sklearn_tags__(), self.estimator)
        tags.classifier_tags = inner.classifier_tags or tags.classifier_tags
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if regresses(self.estimator):
            raise TypeError(f"estimator={self.estimator!r} is a regressor: use AugmentedRegressor")
        if not isinstance(self.calibrate, (bool, np.bool_)):
            check_choice(self.calibrate, "calibrate", get_args(Calibration))

    @staticmethod
    def _default_augmenter(taught_ratio: float | None) -> GANAugmenter:
        balanced = GANAugmenter(ratio=0, sampling_strategy="auto")
        return balanced if taught_ratio is None else GANAugmenter(ratio=taught_ratio)

    @staticmethod
    def _check_strategy(strategy: Strategy, labels: pd.Series) -> None:
        missing_rows(strategy, labels.value_counts(sort=False).to_dict(), labels.to_numpy())


@dataclass(eq=False, repr=False)
class _ByNumber(AugmentedClassifier):
    """A classifier that is told classes by their numbers, as scikit-learn tells them to folds, and learns them by their
    names, which sampling strategies and class weights speak of."""

    numbered: NDArray[Any] = field(kw_only=True)

    def fit(self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None, **fit_params: Any) -> Self:
        self._told = np.asarray(y)
        return super().fit(X, self.numbered[self._told], sample_weight, **fit_params)

    @property
    def classes_(self) -> NDArray[Any]:
        told = np.unique(self._told)
        return told[np.isin(self.numbered[told], super().classes_)]


@with_docs(parameters=PARAMETERS, attributes=ATTRIBUTES)
@dataclass(eq=False, repr=False)
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

    See Also
    --------
    AugmentedClassifier : The same for classes.
    GANAugmenter : Makes the rows.
    assess : Whether they help.

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
    def _default_augmenter(taught_ratio: float | None) -> GANAugmenter:
        return GANAugmenter(ratio=1.0 if taught_ratio is None else taught_ratio)

    @staticmethod
    def _check_strategy(strategy: Strategy, labels: pd.Series) -> None:
        missing_in_ranges(strategy, labels.to_numpy(dtype=np.float64))
