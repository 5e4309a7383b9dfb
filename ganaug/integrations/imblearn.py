"""Over-sampling, as imbalanced-learn's samplers do it."""

from __future__ import annotations

from math import prod
from types import SimpleNamespace
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin

from ..augmenter import GANAugmenter
from ..balancing import missing_rows
from ..parameters import chosen_sizing
from ..transformer import accepts_any_table
from ..validation import check_data, check_labels, check_target


class GANOverSampler(OneToOneFeatureMixin, BaseEstimator):
    """Rebalances classes with rows from a conditional GAN; takes the place of SMOTE in a script or a pipeline.

    Unlike SMOTE it takes strings, categories, dates and missing values as they are, and classes of two rows.
    imbalanced-learn's ``Pipeline`` accepts it; imbalanced-learn itself is not needed.

    Parameters
    ----------
    sampling_strategy : str, float, dict or callable, default="auto"
        ``"minority"``, ``"not minority"``, ``"not majority"`` (the same as ``"auto"``) or ``"all"``: these classes get
        as many rows as the largest one. A float: rows of the rarer of two classes over rows of the other. A dict: rows
        that each class should have in the end. A callable: takes `y`, returns such a dict.
    refine : "auto", bool or int, default="auto"
        As in :class:`ganaug.GANAugmenter`, for further rows from ``augmenter_``; "auto" is False, since rows that top a
        class up are chosen in another way.
    steps : "auto" or int, default="auto"
        Training steps; "auto" is half of what :class:`ganaug.GANAugmenter` takes, after which classifiers gain no more.
    categorical_features, time_budget, batch_size, generator, discriminator, loss, optimizer, strategy, \
on_chunk, early_stopping, random_state, verbose :
        As in :class:`ganaug.GANAugmenter`.

    Attributes
    ----------
    augmenter_ : GANAugmenter
        The fitted generator, to sample more from.
    sampling_strategy_ : dict
        Rows added to each class.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if all column names are strings.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from ganaug import GANOverSampler
    >>> X, y = make_classification(200, weights=[0.9], random_state=0)
    >>> new_X, new_y = GANOverSampler(steps=50, random_state=0).fit_resample(X, y)
    >>> int((new_y == 0).sum() - (new_y == 1).sum())
    0
    """

    _estimator_type = "sampler"
    _sampling_type = "over-sampling"

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        categorical_features: Any = "auto",
        steps: Any = "auto",
        time_budget: float | None = None,
        batch_size: Any = "auto",
        refine: Any = "auto",
        generator: Any = None,
        discriminator: Any = None,
        loss: str = "relativistic",
        optimizer: Any = "adam",
        strategy: Any = None,
        on_chunk: Any = None,
        early_stopping: Any = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.categorical_features = categorical_features
        self.steps = steps
        self.time_budget = time_budget
        self.batch_size = batch_size
        self.refine = refine
        self.generator = generator
        self.discriminator = discriminator
        self.loss = loss
        self.optimizer = optimizer
        self.strategy = strategy
        self.on_chunk = on_chunk
        self.early_stopping = early_stopping
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> GANOverSampler:
        """Check the data and `sampling_strategy`; the generator is fitted by `fit_resample`.

        Returns
        -------
        self : GANOverSampler
        """
        self._check(X, y)
        return self

    def _check(self, X: Any, y: Any) -> tuple[int, ...]:
        """The shape of what is there to learn."""
        data, _ = check_data(X)
        if y is None:
            raise ValueError("GANOverSampler requires y to be passed, but the target y is None")
        labels, _ = check_target(y, len(data))
        check_labels(labels)
        counts = labels.value_counts(sort=False).to_dict()
        self.sampling_strategy_ = missing_rows(self.sampling_strategy, counts, labels.to_numpy())
        self.n_features_in_ = prod(data.shape[1:])
        return data.shape

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Fit a generator and top the classes up.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        X, y : containers and dtypes as they came, real rows first
            The index of a DataFrame starts anew.

        Raises
        ------
        ValueError
            If `y` has a single class, or a class should end with fewer rows than it has.
        """
        shape = self._check(X, y)
        parameters = {name: value for name, value in self.get_params(deep=False).items() if name != "sampling_strategy"}
        chosen = chosen_sizing(shape, oversampling=True)
        if self.refine == "auto":
            parameters["refine"] = chosen.candidates
        if self.steps == "auto":
            parameters["steps"] = chosen.steps
        self.augmenter_ = GANAugmenter(
            ratio=0, sampling_strategy=self.sampling_strategy, target_type="classes", **parameters
        ).fit(X, y)
        if hasattr(self.augmenter_, "feature_names_in_"):
            self.feature_names_in_ = self.augmenter_.feature_names_in_
        new_X, new_y = self.augmenter_.augment(X, y)
        return _as_given(new_X, X), _as_given(new_y, y)

    def __sklearn_tags__(self) -> Any:
        tags = sampler_tags()
        accepts_any_table(tags.input_tags)
        return tags


def _as_given(new: Any, given: Any) -> Any:
    """Lists for lists, and a column for a column, as imbalanced-learn's samplers return them."""
    if isinstance(given, list):
        return new.tolist()
    return new.to_frame() if isinstance(given, pd.DataFrame) and isinstance(new, pd.Series) else new


def sampler_tags() -> Any:
    """scikit-learn's tags with what imbalanced-learn adds to them for a sampler."""
    from sklearn.utils import InputTags, Tags, TargetTags

    class SamplerInputTags(InputTags):
        dataframe = True

    class SamplerTags(Tags):
        sampler_tags = SimpleNamespace(sample_indices=False)  # new rows have no index among the old ones

    return SamplerTags("sampler", TargetTags(required=True), input_tags=SamplerInputTags())
