"""Weights of rows, wherever an estimator takes them."""

from __future__ import annotations

from inspect import Parameter, signature

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import metadata_routing
from sklearn.utils.validation import has_fit_parameter

from ..plain import Float64Array, VectorLike

OF_ONE = {
    *("FrozenEstimator", "GridSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "RandomizedSearchCV", "RFE"),
    "TransformedTargetRegressor",
}
OF_MANY = {"StackingClassifier", "StackingRegressor", "VotingClassifier", "VotingRegressor"}
"""Of scikit-learn: they give any keyword of `fit` to what they hold; others refuse it without metadata routing."""


def weights_name(estimator: BaseEstimator) -> str | None:
    """What `estimator.fit` calls the weights of the rows, or None if it takes none."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if routing():
        router = metadata_routing.get_routing_for_object(estimator)
        return "sample_weight" if router.consumes("fit", ["sample_weight"]) else None
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        name = weights_name(last)
        return None if name is None else f"{step}__{name}"
    takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in signature(estimator.fit).parameters.values())
    kind = type(estimator)
    if not takes_any or (kind.__module__.startswith("sklearn.") and kind.__name__ not in OF_ONE | OF_MANY):
        return None
    held = [value for name, value in estimator.get_params().items() if "__" not in name and hasattr(value, "fit")]
    names = [weights_name(each) for each in held if not isinstance(each, type)]
    if len(names) == 1 and kind.__name__ not in OF_MANY:
        return names[0]
    return "sample_weight" if all(name == "sample_weight" for name in names) else None


def with_synthetic(real: NDArray[np.float64], extra: int, each: float) -> NDArray[np.float64]:
    """Weights of real rows, then of `extra` synthetic ones, which weigh `each` times the mean of these."""
    return np.concatenate([real, np.full(extra, each * real.mean())])


def routing() -> bool:
    return bool(get_config().get("enable_metadata_routing"))


def check_weights(weights: VectorLike, rows: int) -> Float64Array:
    """A finite weight for each row, not all of them 0; ValueError for others."""
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (rows,):
        raise ValueError(f"sample_weight.shape == {values.shape}, expected {(rows,)}: sample_weight must be 1D")
    strange = np.flatnonzero(~np.isfinite(values))
    if len(strange):
        raise ValueError(
            f"sample_weight holds {values[strange[0]]} in row {strange[0]}, and no finite number in {len(strange)} "
            "rows in all: give these rows a weight, or drop them"
        )
    if values.sum() <= 0:
        raise ValueError(
            f"sample_weight sums up to {values.sum():g}, which is not above zero, and a synthetic row weighs their "
            "mean: give some rows more, or pass none"
        )
    return values
