"""Estimators that fit another one to real and synthetic rows: augmentation inside cross-validation and Pipelines."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.base import is_classifier as classifies
from sklearn.base import is_regressor as regresses
from sklearn.pipeline import Pipeline
from sklearn.utils import check_consistent_length, metadata_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, check_memory, has_fit_parameter

from ..augmenter import GANAugmenter
from ..balancing import missing_in_ranges, missing_rows
from ..validation import check_labels, check_real, check_target


def _if_estimator_has(name: str) -> Callable[[Callable[..., Any]], Any]:
    """A decorator of methods that are there only if the estimator has one of that name."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)  # its AttributeError says what is missing
        return True

    return available_if(check)


class _Augmented(MetaEstimatorMixin, BaseEstimator):
    """What the classifier and the regressor share."""

    __metadata_request__fit: ClassVar[dict[str, str]] = {"sample_weight": metadata_routing.UNUSED}  # the estimator asks
    _target_type: ClassVar[str]

    def __init__(
        self, estimator: Any, augmenter: Any = None, *, synthetic_weight: float = 1.0, memory: Any = None
    ) -> None:
        self.estimator = estimator
        self.augmenter = augmenter
        self.synthetic_weight = synthetic_weight
        self.memory = memory

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Any:
        """Fit the augmenter to the rows, and the estimator to them and the synthetic rows made of them.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None
            For the estimator; the augmenter learns from all rows alike. A synthetic row weighs `synthetic_weight` times
            the mean of these. With metadata routing enabled it goes where the estimator requests it.
        **fit_params : dict
            For the estimator's `fit`, or, with metadata routing enabled, for whatever requests them. Of those with a
            value for every row only weights have one for synthetic rows, too.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError
            If rows need weights that the estimator does not take, and for data that cannot be learnt.
        """
        self._check_parameters()
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        check_consistent_length(X, y)
        labels, is_series = check_target(y)
        labels = self._checked(labels)
        augmenter = self._own_augmenter(labels)
        weights, params = self._weights(sample_weight, fit_params, len(labels))
        augment = check_memory(self.memory).cache(_augment)
        self.augmenter_, every_X, every_y, is_synthetic = augment(
            augmenter, X, labels if is_series else np.asarray(labels)
        )
        if weights is not None:
            name, real = weights
            synthetic = np.full(is_synthetic.sum(), self.synthetic_weight * real.mean())
            params[name] = np.concatenate([real, synthetic])
        self.estimator_ = clone(self.estimator).fit(every_X, every_y, **params)
        return self

    @_if_estimator_has("predict")
    def predict(self, X: Any) -> Any:
        """What the estimator predicts for `X`."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict(X)

    @_if_estimator_has("score")
    def score(self, X: Any, y: Any, **params: Any) -> float:
        """The estimator's own score of real rows.

        Parameters
        ----------
        X, y : as in `fit`
        **params : dict
            Such as `sample_weight`, for the estimator's `score`.
        """
        check_is_fitted(self, "estimator_")
        if _routing():
            params = metadata_routing.process_routing(self, "score", **params)["estimator"]["score"]
        score: float = self.estimator_.score(X, y, **params)
        return score

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in `fit`."""
        return self.augmenter_.n_features_in_

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns seen in `fit`, if all of them are strings."""
        return self.augmenter_.feature_names_in_

    def get_metadata_routing(self) -> metadata_routing.MetadataRouter:
        """Which method of the estimator gets metadata such as `sample_weight` that a method of this one is given."""
        mapping = metadata_routing.MethodMapping()
        mapping.add(caller="fit", callee="fit").add(caller="score", callee="score")
        return metadata_routing.MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def _check_parameters(self) -> None:
        check_real(self.synthetic_weight, "synthetic_weight", 0)
        if not isinstance(self.augmenter, (GANAugmenter, type(None))):
            raise TypeError(
                f"augmenter={self.augmenter!r} must be a GANAugmenter or None; to rebalance classes give "
                "GANAugmenter(ratio=0, sampling_strategy='auto')"
            )
        if self.augmenter is not None and self.augmenter.mode != "append":
            raise ValueError(
                f"augmenter has mode={self.augmenter.mode!r}, but {type(self).__name__} appends rows; as a step of a "
                "Pipeline before the estimator an augmenter replaces them"
            )

    def _own_augmenter(self, labels: pd.Series) -> GANAugmenter:
        """A clone of the augmenter that knows which kind of target it meets; bad strategies fail before training."""
        augmenter = self._default_augmenter() if self.augmenter is None else clone(self.augmenter)
        if augmenter.target_type not in ("auto", self._target_type):
            raise ValueError(
                f"augmenter has target_type={augmenter.target_type!r}, but {type(self).__name__} needs "
                f"{self._target_type!r}: leave it 'auto'"
            )
        augmenter.set_params(target_type=self._target_type)
        if augmenter.sampling_strategy is not None:
            self._check_strategy(augmenter.sampling_strategy, labels)
        return augmenter

    def _weights(
        self, sample_weight: Any, fit_params: dict[str, Any], rows: int
    ) -> tuple[tuple[str, NDArray[Any]] | None, dict[str, Any]]:
        """The real rows' weights, if any are needed, with the name the estimator has for them; and its other params."""
        given = fit_params if sample_weight is None else fit_params | {"sample_weight": sample_weight}
        name = weights_name(self.estimator)
        if _routing():
            params = dict(metadata_routing.process_routing(self, "fit", **given)["estimator"]["fit"])
            real = params.pop("sample_weight", None)
        else:
            params = dict(fit_params)
            real = params.pop(name, None) if sample_weight is None else sample_weight
        for key, value in params.items():
            if not isinstance(value, str) and np.ndim(value) and len(value) == rows:
                raise ValueError(
                    f"fit got {key!r} with a value for every row, but there is none for synthetic rows: only "
                    "sample_weight is given to them"
                )
        if real is None and self.synthetic_weight == 1:
            return None, params
        if name is None:
            raise ValueError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight, but synthetic_weight="
                f"{self.synthetic_weight} {'and sample_weight need' if real is not None else 'needs'} it: set "
                "synthetic_weight=1 and pass no weights, take an estimator whose fit has sample_weight, or, if it "
                "hands metadata on, enable metadata routing and request it with set_fit_request(sample_weight=True)"
            )
        values = np.ones(rows) if real is None else np.asarray(real, dtype=np.float64)
        if values.shape != (rows,):
            raise ValueError(f"sample_weight.shape == {values.shape}, expected {(rows,)}: sample_weight must be 1D")
        return (name, values), params


class AugmentedClassifier(ClassifierMixin, _Augmented):
    """Fits a classifier to training rows and to synthetic rows made of them, and predicts with it.

    The augmenter is fitted inside `fit`, so whatever splits the data before (cross-validation, a search, calibration,
    stacking) keeps synthetic rows out of the rows it tests on, and tested rows out of what the generator learns.

    Parameters
    ----------
    estimator : classifier
        A Pipeline, too, if it takes the rows as they are.
    augmenter : GANAugmenter or None, default=None
        None brings all classes to the size of the largest:
        ``GANAugmenter(ratio=0, sampling_strategy="auto")``.
    synthetic_weight : float, default=1.0
        How much a synthetic row counts next to a real one. Other than 1 it needs an estimator that takes
        `sample_weight`; a Pipeline's last step does.
    memory : str, joblib.Memory or None, default=None
        Where to keep augmented rows, as in a Pipeline: a search over the estimator's parameters then fits one generator
        to each fold instead of one to each candidate.

    Attributes
    ----------
    estimator_ : classifier
        Fitted to real and synthetic rows.
    augmenter_ : GANAugmenter
        Fitted to the real rows.
    classes_ : ndarray of shape (n_classes,)
        The estimator's.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if all column names are strings.

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

    @_if_estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> Any:
        """The estimator's probability of each class."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_proba(X)

    @_if_estimator_has("predict_log_proba")
    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of the estimator's probability of each class."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_log_proba(X)

    @_if_estimator_has("decision_function")
    def decision_function(self, X: Any) -> Any:
        """The estimator's confidence."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.decision_function(X)

    def __sklearn_tags__(self) -> Any:
        tags, inner = _with_input_tags(super().__sklearn_tags__(), self.estimator)
        tags.classifier_tags = inner.classifier_tags or tags.classifier_tags
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if regresses(self.estimator):
            raise TypeError(f"estimator={self.estimator!r} is a regressor: use AugmentedRegressor")

    @staticmethod
    def _default_augmenter() -> GANAugmenter:
        return GANAugmenter(ratio=0, sampling_strategy="auto")

    @staticmethod
    def _checked(labels: pd.Series) -> pd.Series:
        check_labels(labels)
        return labels

    @staticmethod
    def _check_strategy(strategy: Any, labels: pd.Series) -> None:
        missing_rows(strategy, labels.value_counts(sort=False).to_dict(), labels.to_numpy())


class AugmentedRegressor(RegressorMixin, _Augmented):
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
    synthetic_weight : float, default=1.0
        How much a synthetic row counts next to a real one. Other than 1 it needs an estimator that takes
        `sample_weight`; a Pipeline's last step does.
    memory : str, joblib.Memory or None, default=None
        Where to keep augmented rows, as in a Pipeline: a search over the estimator's parameters then fits one generator
        to each fold instead of one to each candidate.

    Attributes
    ----------
    estimator_ : regressor
        Fitted to real and synthetic rows.
    augmenter_ : GANAugmenter
        Fitted to the real rows.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if all column names are strings.

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
        tags, inner = _with_input_tags(super().__sklearn_tags__(), self.estimator)
        tags.regressor_tags = inner.regressor_tags or tags.regressor_tags
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if classifies(self.estimator):
            raise TypeError(f"estimator={self.estimator!r} is a classifier: use AugmentedClassifier")

    @staticmethod
    def _default_augmenter() -> GANAugmenter:
        return GANAugmenter(ratio=1.0)

    @staticmethod
    def _checked(labels: pd.Series) -> pd.Series:
        return labels.astype(np.float64) if labels.dtype == object else labels

    @staticmethod
    def _check_strategy(strategy: Any, labels: pd.Series) -> None:
        missing_in_ranges(strategy, labels.to_numpy(dtype=np.float64))


def weights_name(estimator: Any) -> str | None:
    """What `estimator.fit` calls the weights of the rows, or None if it takes none."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if _routing():
        router = metadata_routing.get_routing_for_object(estimator)
        return "sample_weight" if router.consumes("fit", ["sample_weight"]) else None
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        name = weights_name(last)
        return None if name is None else f"{step}__{name}"
    takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in signature(estimator.fit).parameters.values())
    return "sample_weight" if takes_any else None


def _augment(augmenter: GANAugmenter, X: Any, y: Any) -> tuple[GANAugmenter, Any, Any, NDArray[np.bool_]]:
    """What `memory` keeps."""
    return augmenter, *augmenter.fit(X, y).augment(X, y, return_mask=True)


def _routing() -> bool:
    return bool(get_config().get("enable_metadata_routing"))


def _with_input_tags(tags: Any, estimator: Any) -> tuple[Any, Any]:
    """`tags` with those about X that the estimator has, and all of the estimator's."""
    from sklearn.utils import get_tags

    inner = get_tags(estimator)
    for name in ("allow_nan", "sparse", "string", "categorical", "positive_only"):
        setattr(tags.input_tags, name, getattr(inner.input_tags, name))
    return tags, inner
