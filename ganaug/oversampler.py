"""Over-sampling, as imbalanced-learn's samplers do it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

import pandas as pd
from sklearn.base import OneToOneFeatureMixin

from .augmenter import GANAugmenter
from .data.embedding import Embedded, taken_in
from .data.sampling_strategy import Strategy, missing_rows
from .data.validation import accepts_any_table, check_labels, check_target
from .modality.base import Sizing
from .modality.registry import checked
from .model import check_room
from .params import DOCS, GANParameters, check_parameters, with_docs
from .plain import MatrixLike, SameLabels, SameTable, TensorDataset, VectorLike

if TYPE_CHECKING:
    from sklearn.utils import Tags


@with_docs(shared=DOCS)
@dataclass(kw_only=True, eq=False, repr=False)
class GANOverSampler(OneToOneFeatureMixin, GANParameters):
    """Rebalances classes with rows from a conditional GAN; takes the place of SMOTE in a script or a pipeline.

    Unlike SMOTE it takes strings, categories, dates and missing values as they are, and classes of two rows.
    imbalanced-learn's ``Pipeline`` accepts it; imbalanced-learn itself is not needed.

    Parameters
    ----------
    sampling_strategy : str, float, dict or callable, default="auto"
        ``"minority"``, ``"not minority"``, ``"not majority"`` (the same as ``"auto"``) or ``"all"``: these classes get
        as many rows as the largest one. A float: rows of the rarer of two classes over rows of the other. A dict: rows
        that each class should have in the end. A callable: takes `y`, returns such a dict.
    {shared}

    Attributes
    ----------
    augmenter_ : GANAugmenter
        The fitted generator, to sample more from.
    sampling_strategy_ : dict
        Rows added to each class.
    rules_ : list of KeptRule
        The rules that added rows keep; see :attr:`ganaug.GANAugmenter.rules_`.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if all column names are strings.

    See Also
    --------
    GANAugmenter : Keeps the generator, and draws rows of your choice.
    AugmentedClassifier : For scikit-learn alone, with weights, a teacher or calibration.
    assess : Whether rebalancing helps, next to class weights, a threshold and SMOTE.

    Notes
    -----
    A classifier that is fitted to the rows gives rare classes too high probabilities. Where these are to be right, put
    the pipeline into scikit-learn's ``CalibratedClassifierCV(ensemble=False)``, or take
    ``AugmentedClassifier(calibrate=True)``: both calibrate on real rows that the generator has not seen.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from ganaug import GANOverSampler
    >>> X, y = make_classification(200, weights=[0.9], random_state=0)
    >>> new_X, new_y = GANOverSampler(steps=50, random_state=0).fit_resample(X, y)
    >>> int((new_y == 0).sum() - (new_y == 1).sum())
    0
    """

    _doc_page = "over-sampler"
    _estimator_type: ClassVar[str] = "sampler"
    _sampling_type: ClassVar[str] = "over-sampling"

    sampling_strategy: Strategy = "auto"

    def fit(self, X: MatrixLike | TensorDataset, y: VectorLike | None = None) -> Self:
        """Check the data and `sampling_strategy`; the generator is fitted by `fit_resample`.

        Returns
        -------
        self : GANOverSampler
        """
        check_parameters(self)
        self._check(*taken_in(self.encoder, X, y))
        return self

    def _check(self, X: MatrixLike | Embedded, y: VectorLike | None) -> Sizing:
        """Automatic sizes for what is there to learn."""
        modality, data, _ = checked(X)
        if y is None:
            raise ValueError("GANOverSampler requires y to be passed, but the target y is None")
        labels, _ = check_target(y, len(data))
        check_labels(labels)
        counts = labels.value_counts(sort=False).to_dict()
        self.sampling_strategy_ = missing_rows(self.sampling_strategy, counts, labels.to_numpy())
        self.n_features_in_ = prod(data.shape[1:])
        check_room(sum(self.sampling_strategy_.values()), self.n_features_in_, modality)
        return modality.sizing(data.shape, oversampling=True)

    @overload
    def fit_resample(self, X: SameTable, y: SameLabels) -> tuple[SameTable, SameLabels]: ...
    @overload
    def fit_resample(self, X: MatrixLike | TensorDataset, y: VectorLike | None = None) -> tuple[Any, Any]: ...
    def fit_resample(self, X: MatrixLike | TensorDataset, y: VectorLike | None = None) -> tuple[Any, Any]:
        """Fit a generator and top the classes up.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features), or images
            As in :meth:`ganaug.GANAugmenter.fit`.
        y : array-like of shape (n_samples,)
            None only with a `tf.data.Dataset`, which brings its labels.

        Returns
        -------
        X, y : containers and dtypes as they came, real rows first
            The index of a DataFrame starts anew. Arrays for a `tf.data.Dataset`.

        Raises
        ------
        ValueError
            If `y` has a single class, or a class should end with fewer rows than it has.
        """
        check_parameters(self)
        X, y = taken_in(self.encoder, X, y)
        usual = self._check(X, y)
        parameters = self.get_params(deep=False)
        if self.refine == "auto":
            parameters["refine"] = usual.candidates
        if self.steps == "auto":
            parameters["steps"] = usual.steps
        self.augmenter_ = GANAugmenter(ratio=0, target_type="classes", **parameters).fit(X, y)
        self.n_features_in_ = self.augmenter_.n_features_in_
        if hasattr(self.augmenter_, "feature_names_in_"):
            self.feature_names_in_ = self.augmenter_.feature_names_in_
        self.rules_ = self.augmenter_.rules_
        new_X, new_y = self.augmenter_.augment(X, y)
        return new_X if isinstance(X, Embedded) else _as_given(new_X, X), _as_given(new_y, y)

    def __sklearn_tags__(self) -> Tags:
        tags = sampler_tags()
        accepts_any_table(tags.input_tags)
        return tags


def _as_given(new: Any, given: MatrixLike | VectorLike) -> Any:
    """Lists for lists, and a column for a column, as imbalanced-learn's samplers return them."""
    if isinstance(given, list):
        return new.tolist()
    return new.to_frame() if isinstance(given, pd.DataFrame) and isinstance(new, pd.Series) else new


def sampler_tags() -> Tags:
    """scikit-learn's tags with what imbalanced-learn adds to them for a sampler."""
    from sklearn.utils import InputTags, Tags, TargetTags

    class SamplerInputTags(InputTags):
        dataframe = True

    class SamplerTags(Tags):
        sampler_tags = SimpleNamespace(sample_indices=False)  # new rows have no index among the old ones

    return SamplerTags("sampler", TargetTags(required=True), input_tags=SamplerInputTags())
