"""What an estimator that is fitted to real and synthetic rows does, whatever its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
import pandas as pd
from joblib import Memory
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import _safe_indexing, check_consistent_length, metadata_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, check_memory

from ..assessment.assess import assessed, checked_rows, splittable, trial_of
from ..assessment.assessment import Assessment
from ..assessment.by_teacher import Distilled
from ..assessment.folds import Folds
from ..assessment.ratios import TEACH, taught_ratio
from ..assessment.scoring import Scorer
from ..augmenter import GANAugmenter
from ..data.embedding import PASSTHROUGH, Embedding, embedded_for
from ..data.seeds import entropy_of, seeds_from
from ..data.validation import (
    categorical_columns,
    check_is_estimator,
    check_real,
    check_target,
    labels_or_numbers,
    targets_of,
)
from ..data.weights import check_weights, routing, weights_name, with_synthetic
from ..modality.registry import check_data, checked
from ..params import Documented, SharesModels, left_open
from ..plain import BoolArray, Float64Array, MatrixLike, VectorLike
from ..teaching.lesson import lesson_of, shares_of
from ..teaching.teacher import Teacher, TeacherLike, check_several, check_teacher, fitted_teacher

if TYPE_CHECKING:
    from sklearn.utils import Tags

PARAMETERS = """\
synthetic_weight : float, default=1.0
    How much a synthetic row counts next to a real one. Other than 1 it needs an estimator that takes
    `sample_weight`; a Pipeline's last step does.
teacher : "auto", estimator, callable or None, default=None
    Who labels synthetic rows. None leaves them the labels that they were made for. "auto" is an ensemble of gradient
    boosting, extra trees, a forest and a linear model, for tables, with votes by how well each tells rows that it has
    not seen. An estimator is cloned; a fitted one goes into ``sklearn.frozen.FrozenEstimator``, and a fitted Keras
    model or a function is asked as it is. The teacher is cross-fitted, and labels real rows as well, each by models
    that have not seen it; their own labels count as much. The estimator then learns probabilities: each row stands
    once for each class, weighing as much as the class is probable; labels are drawn for an estimator that takes no
    `sample_weight`. Where the augmenter has a `sampling_strategy`, classes are as probable as that makes them
    frequent: a balanced one gives decisions for balanced classes. Without an augmenter ten synthetic rows are made
    for each real one, and fewer from 5,000 rows on.
memory : str, joblib.Memory or None, default=None
    Where to keep augmented rows and the teacher, as in a Pipeline: a search over the estimator's parameters then fits
    one generator and one teacher to each fold instead of one to each candidate.
cv : int, splitter or iterable, default=5
    With ``GANAugmenter(ratio="auto")``, the folds that tell how many synthetic rows help; an int is lowered to the
    rows of the rarest class.
scoring : str, callable or None, default=None
    What they measure, as in :func:`ganaug.assess`.
"""
ATTRIBUTES = """\
augmenter_ : GANAugmenter or None
    Fitted to the real rows. None if ``ratio="auto"`` settled on no synthetic rows.
chosen_ratio_ : float
    What ``ratio="auto"`` settled on, 0 for no synthetic rows; `assessment_` has what is done with it.
assessment_ : Assessment
    Why: with ``ratio="auto"``, what every ratio scored on inner folds next to no synthetic rows.
teacher_ : Teacher or None
    None without one, or if ``ratio="auto"`` settled on labels that rows have of their own. Called with rows, it gives
    probabilities (n_samples, n_classes), or numbers (n_samples,).
n_features_in_ : int
feature_names_in_ : ndarray of str
    Only if all column names are strings.
"""


def if_estimator_has(name: str, *, or_has: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """A decorator of methods that are there only if the estimator has one of that name, or a parameter is set."""

    def check(self: AugmentedEstimator) -> bool:
        if or_has is not None and getattr(self, or_has):
            return True
        getattr(getattr(self, "estimator_", self.estimator), name)  # its AttributeError says what is missing
        return True

    return available_if(check)


@dataclass(eq=False, repr=False)
class AugmentedEstimator(Documented, MetaEstimatorMixin, SharesModels):
    """What the classifier and the regressor share: all of `fit`."""

    _asked: ClassVar[tuple[str, ...]] = ("teacher",)
    __metadata_request__fit: ClassVar[dict[str, str]] = {"sample_weight": metadata_routing.UNUSED}  # the estimator asks
    _doc_page = "meta-estimators"
    _target_type: ClassVar[str]
    _embedding = cast("Embedding | None", None)  # no annotation: it is no parameter

    estimator: BaseEstimator
    augmenter: GANAugmenter | None = None
    _: KW_ONLY
    synthetic_weight: float = 1.0
    teacher: TeacherLike | None = None
    memory: str | Memory | None = None
    cv: Folds = 5
    scoring: str | Scorer | None = None

    def fit(self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None, **fit_params: Any) -> Self:
        """Fit the augmenter to the rows, and the estimator to them and the synthetic rows made of them.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None
            For the estimator; the augmenter learns from all rows alike. Rows of weight 0 are left out, as if they were
            not there: bagging tests on such rows. A synthetic row weighs `synthetic_weight` times the mean of the
            others. With metadata routing enabled it goes where the estimator requests it.
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
        self._embedding, X = embedded_for(self.augmenter, X, y)
        classes = self._target_type == "classes"
        labels, is_series = check_target(y)
        labels = labels_or_numbers(labels, classes=classes)
        targets = targets_of(y, labels, is_series=is_series)
        weights, params = self._weights(sample_weight, fit_params, len(labels))
        self._learnt = np.arange(len(labels)) if weights is None else np.flatnonzero(weights)
        if weights is not None and len(self._learnt) < len(labels):
            self._check_folds()
            X, labels = _safe_indexing(splittable(X), self._learnt), labels.iloc[self._learnt].reset_index(drop=True)
            targets = labels if is_series else targets[self._learnt]
            weights = weights[self._learnt]
        augmenter = self._own_augmenter(labels)
        if self.teacher is not None:
            if classes:
                check_several(labels.unique())
            rows = _as_kept(X, _kept_by(augmenter, X))
            check_teacher(self.teacher, np.unique(np.asarray(labels)) if classes else None, rows)
        for name in ("assessment_", "chosen_ratio_"):
            self.__dict__.pop(name, None)
        self._is_taught = self.teacher is not None
        chosen: GANAugmenter | None = augmenter
        if left_open(augmenter.ratio):
            every_X, assessed_y, labels = checked_rows(X, targets, classes=classes)
            every_y = targets
            chosen = self._assess(augmenter, every_X, assessed_y, labels, weights, params)
        if chosen is None:
            is_synthetic = np.zeros(len(labels), dtype=bool)
            self.augmenter_, self._kept = None, _kept_by(augmenter, X)
            every_X = _as_kept(every_X, self._kept)
            data, container = check_data(every_X)
            self._features_in = prod(data.shape[1:])
            self._columns = list(data) if container.named else []
        else:
            augment = check_memory(self.memory).cache(_augment)
            self.augmenter_, every_X, every_y, is_synthetic = augment(chosen, X, targets)
        self.teacher_: Teacher | None = None
        weight = None if weights is None else with_synthetic(weights, is_synthetic.sum(), self.synthetic_weight)
        if self._is_taught:
            every_X, every_y, weight = self._taught(every_X, every_y, is_synthetic, weight)
        if weight is not None:
            params[weights_name(self.estimator) or "sample_weight"] = weight
        self.estimator_ = clone(self.estimator).fit(every_X, every_y, **params)
        return self

    @if_estimator_has("predict")
    def predict(self, X: MatrixLike) -> Any:
        """What the estimator predicts for `X`."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict(self._as_learnt(X))

    @if_estimator_has("score")
    def score(self, X: MatrixLike, y: VectorLike, **params: Any) -> float:
        """The estimator's own score of real rows.

        Parameters
        ----------
        X, y : as in `fit`
        **params : dict
            Such as `sample_weight`, for the estimator's `score`.
        """
        check_is_fitted(self, "estimator_")
        if routing():
            params = metadata_routing.process_routing(self, "score", **params)["estimator"]["score"]
        score: float = self.estimator_.score(self._as_learnt(X), y, **params)
        return score

    def _as_learnt(self, X: MatrixLike) -> Any:
        """`X` as the estimator has seen it: its features, or without the columns that the augmenter left out."""
        X = X if self._embedding is None else self._embedding.features(X)
        own = self.augmenter_
        if own is None:
            return _as_kept(X, self._kept)
        return own.transform(X) if own.identifiers == "drop" else X

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in `fit`."""
        return self._features_in if self.augmenter_ is None else self.augmenter_.n_features_in_

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns seen in `fit`, if all of them are strings."""
        if self.augmenter_ is not None:
            return self.augmenter_.feature_names_in_
        if not self._columns or not all(isinstance(name, str) for name in self._columns):
            raise AttributeError("feature_names_in_: the columns seen in fit have no names")
        return np.array(self._columns, dtype=object)

    def get_metadata_routing(self) -> metadata_routing.MetadataRouter:
        """Which method of the estimator gets metadata such as `sample_weight` that a method of this one is given."""
        mapping = metadata_routing.MethodMapping()
        mapping.add(caller="fit", callee="fit").add(caller="score", callee="score")
        return metadata_routing.MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def _check_parameters(self) -> None:
        check_is_estimator(self.estimator)
        check_real(self.synthetic_weight, "synthetic_weight")
        if isinstance(self.cv, (int, np.integer)) and self.cv < 2:
            raise ValueError(f"cv={self.cv}: at least 2 folds are needed")
        if not isinstance(self.augmenter, (GANAugmenter, type(None))):
            raise TypeError(
                f"augmenter={self.augmenter!r} must be a GANAugmenter or None; to rebalance classes give "
                "GANAugmenter(ratio=0, sampling_strategy='auto')"
            )
        if self.augmenter is None:
            return
        several = left_open(self.augmenter.ratio) or getattr(self, "calibrate", False)
        if several and self.augmenter.checkpoint is not None:
            raise ValueError(
                f"augmenter has checkpoint={self.augmenter.checkpoint!r}, which belongs to one fit, and ratio='auto' "
                "and calibrate fit several: give checkpoint=None"
            )
        if self.augmenter.mode != "append":
            raise ValueError(
                f"augmenter has mode={self.augmenter.mode!r}, but {type(self).__name__} appends rows; as a step of a "
                "Pipeline before the estimator an augmenter replaces them"
            )

    def _check_folds(self) -> None:
        if not isinstance(self.cv, (int, np.integer)) and not hasattr(self.cv, "split"):
            raise ValueError(
                "cv holds positions of rows, but rows of weight 0 are left out: give a number of folds or a splitter, "
                "or leave these rows out yourself"
            )

    def _own_augmenter(self, labels: pd.Series) -> GANAugmenter:
        """A clone of the augmenter that knows which kind of target it meets; bad strategies fail before training."""
        if self.augmenter is None:
            augmenter = self._default_augmenter(None if self.teacher is None else taught_ratio(len(labels)))
        else:
            augmenter = clone(self.augmenter)
        if self._embedding is not None:
            augmenter.set_params(encoder=PASSTHROUGH)
        if augmenter.target_type not in ("auto", self._target_type):
            raise ValueError(
                f"augmenter has target_type={augmenter.target_type!r}, but {type(self).__name__} needs "
                f"{self._target_type!r}: leave it 'auto'"
            )
        augmenter.set_params(target_type=self._target_type)
        if augmenter.sampling_strategy is not None:
            self._check_strategy(augmenter.sampling_strategy, labels)
        return augmenter

    def _taught(
        self, X: Any, y: Any, is_synthetic: BoolArray, weight: Float64Array | None
    ) -> tuple[Any, Any, Float64Array | None]:
        """Rows with the teacher's labels, and their weights if there are any."""
        real = int(np.count_nonzero(~is_synthetic))
        own = np.asarray(y)[:real]
        if own.dtype == object:
            own = pd.Series(own).infer_objects().to_numpy()
        labels = None
        if self._target_type == "classes":
            labels, self._codes = np.unique(own, return_inverse=True)
        seed = int(seeds_from(entropy_of(getattr(self.augmenter, "random_state", None)), 1)[0])
        rows = _safe_indexing(X, np.arange(real))
        self.teacher_ = fitted_teacher(self.teacher, rows, own, labels, seed, self.memory)
        weighs = labels is not None and weights_name(self.estimator) is not None
        shares = None
        if labels is not None and self.augmenter_ is not None and self.augmenter_.sampling_strategy is not None:
            shares = shares_of(y, labels)
        lesson = lesson_of(self.teacher_, labels, X, own, weighs=weighs, seed=seed, shares=shares)
        if weight is not None:
            return lesson.X, lesson.y, lesson.weight * weight[lesson.row]
        return lesson.X, lesson.y, lesson.weight if weighs else None

    def _assess(
        self,
        augmenter: GANAugmenter,
        X: MatrixLike,
        y: VectorLike,
        labels: pd.Series,
        weights: Float64Array | None,
        params: dict[str, Any],
    ) -> GANAugmenter | None:
        """The augmenter with the ratio that inner folds speak for, or None; what they said is kept."""
        classes = self._target_type == "classes"
        trial = trial_of(
            self.estimator,
            augmenter,
            labels,
            classes=classes,
            scoring=self.scoring,
            ratios="auto",
            baselines=("none", "distilled"),
            decides=False,
            teacher=self.teacher,
            memory=self.memory,
            weight=weights,
            synthetic_weight=self.synthetic_weight,
            params=params,
        )
        cv = self.cv
        if isinstance(cv, (int, np.integer)) and classes:
            counts = labels.value_counts()
            if counts.min() < 2:
                raise ValueError(
                    f"class {counts.idxmin()} has a single row, and ratio='auto' needs 2, one to learn from and one to "
                    "hold out: join the class with another, leave it out, or give a fixed ratio"
                )
            cv = min(cv, int(counts.min()))
        self.assessment_: Assessment = assessed(
            trial, X, y, labels, cv, augmenter.random_state, verbose=augmenter.verbose
        )
        choice = self.assessment_.choice
        self.chosen_ratio_ = choice.ratio or 0.0
        self._is_taught = choice.method in (TEACH, Distilled.name)
        return self.assessment_.augmenter

    def _weights(
        self, sample_weight: VectorLike | None, fit_params: dict[str, Any], rows: int
    ) -> tuple[Float64Array | None, dict[str, Any]]:
        """The real rows' weights, if any are needed, and the estimator's other params."""
        given = fit_params if sample_weight is None else fit_params | {"sample_weight": sample_weight}
        name = weights_name(self.estimator)
        if routing():
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
            inside = f" (ensembles that pass some, as bagging does, go into {type(self).__name__}, not around it)"
            raise ValueError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight, but synthetic_weight="
                f"{self.synthetic_weight} {'and sample_weight need' if real is not None else 'needs'} it: set "
                f"synthetic_weight=1 and pass no weights{'' if real is None else inside}, take an estimator whose fit "
                "has sample_weight, or, if it hands metadata on, enable metadata routing and request it with "
                "set_fit_request(sample_weight=True)"
            )
        return (np.ones(rows) if real is None else check_weights(real, rows)), params


def _augment(augmenter: GANAugmenter, X: MatrixLike, y: VectorLike) -> tuple[GANAugmenter, Any, Any, BoolArray]:
    """What `memory` keeps."""
    return augmenter, *augmenter.fit(X, y).augment(X, y, return_mask=True)


def _kept_by(augmenter: GANAugmenter, X: MatrixLike) -> tuple[Sequence[Any], Sequence[Any]] | None:
    """The columns of `X` that an augmenter learns and those that it leaves out; None if it leaves none out."""
    if augmenter.identifiers != "drop" or augmenter.encoder is not None:
        return None
    modality, data, _ = checked(X)
    categorical = categorical_columns(augmenter.categorical_features, data)
    encoder, _ = modality.fit_encoder(data, categorical, "none", None, augmenter.identifiers)
    return (encoder.features, encoder.dropped) if encoder.dropped else None


def _as_kept(X: MatrixLike, kept: tuple[Sequence[Any], Sequence[Any]] | None) -> Any:
    """`X` without the columns that the augmenter would have left out."""
    if kept is None:
        return X
    data, container = check_data(X)
    return container.replaced(container.matching(data, *kept), data[:0], np.zeros(0, np.intp), X)


def with_input_tags(tags: Tags, estimator: BaseEstimator) -> tuple[Tags, Tags]:
    """`tags` with those about X that the estimator has, and all of the estimator's."""
    from sklearn.utils import get_tags

    inner = get_tags(estimator)
    for name in ("allow_nan", "sparse", "string", "categorical", "positive_only"):
        setattr(tags.input_tags, name, getattr(inner.input_tags, name))
    return tags, inner
