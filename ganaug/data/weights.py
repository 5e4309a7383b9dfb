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
    return "sample_weight" if takes_any else None


def with_synthetic(real: NDArray[np.float64], extra: int, each: float) -> NDArray[np.float64]:
    """Weights of real rows, then of `extra` synthetic ones, which weigh `each` times the mean of these."""
    return np.concatenate([real, np.full(extra, each * real.mean())])


def routing() -> bool:
    return bool(get_config().get("enable_metadata_routing"))
