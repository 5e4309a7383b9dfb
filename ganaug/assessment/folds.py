"""One fold: a generator, and every method's score on the rows that were held out."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_memory

from ..augmenter import GANAugmenter
from ..weights import weights_name, with_synthetic
from .doses import Dose, augmented
from .rivals import RIVALS, Attempt, LeftOut, Setting
from .scoring import Metric, balanced_accuracy


@dataclass(frozen=True)
class Trial:
    """What is tried in every fold alike.

    Parameters
    ----------
    classes : bool
        Whether the target is one of classes.
    decides : bool
        Whether to score decisions, too: balanced accuracy of two classes.
    weight : ndarray of shape (n_samples,) or None
        That the user gives the rows.
    synthetic_weight : float
        Of a synthetic row, in units of the mean of these.
    params : dict
        Further ones for the estimator's `fit`.
    """

    estimator: Any
    augmenter: GANAugmenter
    metric: Metric
    doses: tuple[Dose, ...]
    rivals: tuple[str, ...]
    classes: bool
    decides: bool
    memory: Any = None
    weight: NDArray[np.float64] | None = None
    synthetic_weight: float = 1.0
    params: dict[str, Any] = field(default_factory=dict)


def measured(
    trial: Trial, X: Any, y: Any, train: NDArray[np.intp], test: NDArray[np.intp], seeds: tuple[int, int, int]
) -> list[dict[str, Any]]:
    """A row for every method: its scores and seconds, or why it was left out."""
    rows, held_out = [(_safe_indexing(X, part), _safe_indexing(y, part)) for part in (train, test)]
    weight = None if trial.weight is None else trial.weight[train]
    estimator = seeded(trial.estimator, seeds[0])
    setting = Setting(trial.metric, trial.augmenter.categorical_features, seeds[1])
    found = []
    for name in trial.rivals:
        started = time.perf_counter()
        try:
            figures, extra = _tried(name, trial, estimator, rows, held_out, weight, setting)
        except LeftOut as reason:
            found.append({"method": name, "ratio": np.nan, "note": str(reason)})
        else:
            found.append({"method": name, "ratio": np.nan, "rows": extra, "seconds": _since(started)} | figures)
    largest = {dose.method: max(d.ratio for d in trial.doses if d.method == dose.method) for dose in trial.doses}
    augmenter = clone(trial.augmenter).set_params(random_state=seeds[2])
    make = check_memory(trial.memory).cache(augmented)
    made, cost = make(augmenter, rows[0], rows[1], largest, classes=trial.classes)
    for dose in trial.doses:
        started = time.perf_counter()
        more, labels, extra = made[dose.method].rows(dose.ratio)
        attempt = Attempt(clone(estimator), more, labels)
        weights = _weights(weight, len(train), extra, trial.synthetic_weight)
        figures = _scores(trial, attempt, weights, held_out)
        found.append(dose._asdict() | {"rows": extra, "seconds": cost + _since(started)} | figures)
    return found


def _tried(
    name: str, trial: Trial, estimator: Any, rows: Any, held_out: Any, weight: Any, setting: Setting
) -> tuple[dict[str, float], int]:
    """A rival's scores, and how many rows it adds."""
    if not trial.classes and name != "none":
        raise LeftOut("y is a number, which has no classes")
    attempt = RIVALS[name](clone(estimator), rows[0], rows[1], setting)
    extra = len(attempt.y) - len(rows[1])
    weights = _weights(weight, len(rows[1]), extra, 1.0)
    if attempt.weight is not None:
        weights = attempt.weight if weights is None else attempt.weight * weights
    return _scores(trial, attempt, weights, held_out), extra


def seeded(estimator: Any, seed: int) -> Any:
    """A clone with `seed` wherever chance was left open, so that methods differ by their rows alone."""
    made = clone(estimator)
    open_ones = [
        name
        for name, value in made.get_params().items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    return made.set_params(**dict.fromkeys(open_ones, seed))


def _weights(weight: NDArray[np.float64] | None, real: int, extra: int, each: float) -> NDArray[np.float64] | None:
    if weight is None and each == 1:
        return None
    return with_synthetic(np.ones(real) if weight is None else weight, extra, each)


def _scores(trial: Trial, attempt: Attempt, weights: Any, held_out: tuple[Any, Any]) -> dict[str, float]:
    params = dict(trial.params)
    if weights is not None:
        params[weights_name(trial.estimator) or "sample_weight"] = weights
    model = attempt.estimator.fit(attempt.X, attempt.y, **params)
    figures = {"score": float(trial.metric.scorer(model, *held_out))}
    if trial.decides:
        figures["balanced_accuracy"] = float(balanced_accuracy()(model, *held_out))
    return figures


def _since(started: float) -> float:
    return time.perf_counter() - started


def long_table(folds: list[list[dict[str, Any]]]) -> pd.DataFrame:
    """A row for every fold and method."""
    rows = [{"fold": fold} | row for fold, found in enumerate(folds) for row in found]
    columns = ["fold", "method", "ratio", "score", "balanced_accuracy", "rows", "seconds", "note"]
    return pd.DataFrame(rows).reindex(columns=columns)
