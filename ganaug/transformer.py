"""The augmenter as a step of a scikit-learn Pipeline, which hands on a table and never a new target."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

import numpy as np
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .layout import Encoded
from .sampling import block_rng

NO_MIDDLE_STEP = (
    "a step in the middle of a scikit-learn Pipeline cannot add rows, because the Pipeline keeps the y it was given; "
    "GANAugmenter(mode='append') returned (X, y). Either make AugmentedClassifier(estimator, augmenter) or "
    "AugmentedRegressor(estimator, augmenter) the last step, or put GANOverSampler into imbalanced-learn's Pipeline, "
    "or use GANAugmenter(mode='replace'), which keeps the number of rows and their labels"
)


class Augmented(NamedTuple):
    """The pair (X, y) that `fit_transform` returns: it unpacks like any other, and is no table.

    A Pipeline passes on whatever a step returns. The step after it asks for an array, and is told what to do instead.
    """

    X: Any
    y: Any

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise ValueError(NO_MIDDLE_STEP)

    @property
    def shape(self) -> NoReturn:
        raise ValueError(NO_MIDDLE_STEP)


class AugmentingTransformer(OneToOneFeatureMixin, TransformerMixin):
    """What :class:`ganaug.GANAugmenter` does as a transformer."""

    def transform(self: Any, X: Any) -> Any:
        """`X` unchanged: only training data is augmented."""
        check_is_fitted(self, "n_iter_")
        self._same_data(X)
        return X

    def fit_transform(self: Any, X: Any, y: Any = None) -> Any:
        """Fit, then augment the same rows.

        Returns
        -------
        (X, y), or X without a target
            In ``mode="append"``, as from `augment`; good in the last step of a Pipeline only, which keeps its `y`. In
            ``mode="replace"`` only `X`, with `ratio` of its rows replaced by synthetic ones of the same label and the
            index it came with.
        """
        self.fit(X, y)
        if self.mode == "replace":
            return self._with_some_replaced(X, y)
        augmented = self.augment(X, y)
        return augmented if y is None else Augmented(*augmented)

    def _with_some_replaced(self: Any, X: Any, y: Any) -> Any:
        """`X` with `ratio` of its rows replaced by synthetic ones of the same label."""
        real, container = self._same_data(X)
        seed = self._sampling_seed(None)
        rows = np.sort(block_rng(seed, 0, 2).permutation(len(real))[: round(self.ratio * len(real))])
        if self._target is None:
            condition = Encoded.none(len(rows))
        else:
            condition = self._target.encode(self._labels(y, len(real)).iloc[rows])
        return container.replaced(real, self._generate(condition, seed), rows, X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        accepts_any_table(tags.input_tags)
        return tags


def accepts_any_table(tags: Any) -> None:
    """Note in scikit-learn's input tags what :func:`ganaug.validation.check_table` lets in."""
    tags.allow_nan = tags.sparse = tags.string = tags.categorical = True
