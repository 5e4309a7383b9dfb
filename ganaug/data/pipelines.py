"""What a step of a scikit-learn Pipeline may return."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, NoReturn

import numpy as np
from sklearn.utils._set_output import _get_output_config

from .embedding import Embedded

NO_MIDDLE_STEP = (
    "a step in the middle of a scikit-learn Pipeline cannot add rows, because the Pipeline keeps the y it was given; "
    "GANAugmenter(mode='append') returns (X, y). Either make AugmentedClassifier(estimator, augmenter) or "
    "AugmentedRegressor(estimator, augmenter) the last step, or put GANOverSampler into imbalanced-learn's Pipeline, "
    "or use GANAugmenter(mode='replace'), which keeps the number of rows and their labels"
)
CALLERS = {"ganaug", "sklearn", "imblearn", "joblib"}


class Augmented(NamedTuple):
    """The pair (X, y) that `fit_transform` returns: it unpacks like any other, and is no table.

    A pipeline of another library may pass on whatever a step returns. The step after it asks for an array, and is told
    what to do instead.
    """

    X: Any
    y: Any

    def __array__(self, dtype: np.dtype[Any] | None = None, copy: bool | None = None) -> NoReturn:
        raise ValueError(NO_MIDDLE_STEP)

    @property
    def shape(self) -> NoReturn:
        raise ValueError(NO_MIDDLE_STEP)


def check_last_step() -> None:
    """ValueError if a Pipeline, a FeatureUnion or a ColumnTransformer is at work, which take `X` alone from a step.

    A step is not told where it stands, but these fit it by a function of this name.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in CALLERS:
        if frame.f_code.co_name == "_fit_transform_one":
            raise ValueError(NO_MIDDLE_STEP)
        frame = frame.f_back


def check_container(step: object, made: object) -> None:
    """TypeError if what a step is to return are images, and `set_output` says that it is a table."""
    wanted = _get_output_config("transform", step)["dense"]
    if isinstance(made, Embedded):
        made = made.rows if made.embedding.gives_rows else made.features
    if wanted != "default" and getattr(made, "ndim", 2) > 2:
        raise TypeError(
            f"images are no table, and set_output(transform={wanted!r}) asks for one: leave it out, or say "
            "set_output(transform='default')"
        )
