"""What methods are scored by: by default a metric that no threshold changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.metrics import (
    average_precision_score,
    check_scoring,
    get_scorer,
    get_scorer_names,
    roc_auc_score,
)

from ..plain import AnyArray, MatrixLike, VectorLike

CALIBRATION_BINS = 10
DECISIONS = ("balanced_accuracy", "brier", "calibration_error")
"""What is measured of two classes besides the score."""
SHARES = ("average precision", "ROC AUC", "balanced accuracy", "accuracy", "f1", "precision", "recall")
"""Metrics between 0 and 1."""
ABOUT_CLASS_1 = ("f1", "precision", "recall", "jaccard")
ONE_CLASS = "test rows are all of one class: take fewer folds, or a cv that stratifies"
Scorer = Callable[[Any, Any, Any], float]
"""Takes a fitted estimator, rows and their targets."""


@dataclass(frozen=True)
class Scoring:
    """A metric of which more is better.

    Parameters
    ----------
    name : str
        As a sentence has it.
    scorer : callable
        Takes a fitted estimator, rows and their targets.
    is_error : bool
        Whether the scorer returns a negated error.
    moves_with_threshold : bool
        Whether it counts decisions, so that another threshold changes it.
    """

    name: str
    scorer: Scorer
    is_error: bool = False
    moves_with_threshold: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """Between which every score lies, as far as that is known."""
        if self.name in SHARES:
            return 0.0, 1.0
        return -np.inf, 0.0 if self.is_error else np.inf


def chosen_scoring(scoring: str | Scorer | None, estimator: BaseEstimator, y: pd.Series) -> Scoring:
    """The one that `scoring` names, or for None the one that fits the target.

    Two classes have average precision, of the rarer one: it asks how many of the rows that rank first are of it, and so
    tells more about a rare class than ROC AUC does. More classes have the mean ROC AUC of each against the rest: there
    a rare class counts as much as others, and the calibration of probabilities, which every resampling spoils, does not
    count. Without probabilities or a decision function only balanced accuracy is left. A number has the root mean
    squared error.

    References
    ----------
    Saito, Rehmsmeier (2015). The precision-recall plot is more informative than the ROC plot when evaluating binary
    classifiers on imbalanced datasets. PLOS ONE 10.
    """
    if scoring is not None:
        _check_positive(scoring, y)
        return _named(scoring, estimator)
    if is_regressor(estimator):
        return _named("neg_root_mean_squared_error", estimator)
    if not ranks(estimator):
        return _named("balanced_accuracy", estimator)
    if y.nunique() > 2:
        return Scoring("ROC AUC", one_vs_rest_auc)
    return Scoring("average precision", partial(average_precision, positive=_rarer(y)))


def _rarer(y: pd.Series) -> Any:
    """The rarer class; the second of two that are equally rare."""
    counts = y.value_counts(sort=False)
    counts = counts[counts > 0]
    return counts.index[::-1][int(np.argmin(counts.to_numpy()[::-1]))]


def _check_positive(scoring: str | Scorer, y: pd.Series) -> None:
    """ValueError for a metric of class 1 where there is none."""
    classes = [*y.unique()]
    if isinstance(scoring, str) and scoring in ABOUT_CLASS_1 and len(classes) == 2 and 1 not in classes:
        raise ValueError(
            f"scoring={scoring!r} is about a class 1, and there are {' and '.join(map(repr, classes))}: give "
            f"sklearn.metrics.make_scorer({scoring}_score, pos_label={_rarer(y)!r}), or scoring='{scoring}_macro'"
        )


def balanced_accuracy() -> Scorer:
    return get_scorer("balanced_accuracy")


def probabilities_judged(estimator: BaseEstimator, X: MatrixLike, y: VectorLike) -> dict[str, float]:
    """Brier score and expected calibration error of the chance of the second of two classes; none without chances.

    The latter is the mean distance of what is said from what happens, over ten equal intervals of what is said.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015). Obtaining well calibrated probabilities using Bayesian binning. AAAI.
    """
    if not hasattr(estimator, "predict_proba"):
        return {}
    said = np.asarray(estimator.predict_proba(X))[:, 1]
    happened = np.asarray(y) == estimator.classes_[1]
    place = np.minimum((said * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(place, said - happened, minlength=CALIBRATION_BINS)
    return {"brier": float(np.mean((said - happened) ** 2)), "calibration_error": float(np.abs(gaps).sum() / len(said))}


def ranks(estimator: BaseEstimator) -> bool:
    """Whether a classifier says how sure it is."""
    return is_classifier(estimator) and (hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function"))


def average_precision(estimator: BaseEstimator, X: MatrixLike, y: VectorLike, *, positive: object) -> float:
    """How well the rows of one of two classes are ranked first."""
    if len(estimator.classes_) < 2:
        raise ValueError("training rows are all of one class: take fewer folds, or a cv that stratifies")
    truth = np.asarray(y) == positive
    if truth.all() or not truth.any():
        raise ValueError(ONE_CLASS)
    has_decision = hasattr(estimator, "decision_function")
    sure = for_second(estimator.decision_function(X)) if has_decision else estimator.predict_proba(X)[:, 1]
    sign = 1 if estimator.classes_[1] == positive else -1
    return float(average_precision_score(truth, sign * sure))


def for_second(decision: AnyArray) -> AnyArray:
    """What speaks for the second of two classes; Keras' wrapper has a column for each, where others have one number."""
    return decision[:, 1] - decision[:, 0] if np.ndim(decision) == 2 and decision.shape[1] == 2 else decision


def one_vs_rest_auc(estimator: BaseEstimator, X: MatrixLike, y: VectorLike) -> float:
    """Mean ROC AUC of the classes that the test rows have, each against all others."""
    has_chances = hasattr(estimator, "predict_proba")
    sure = estimator.predict_proba(X) if has_chances else estimator.decision_function(X)
    truth = np.asarray(y)[:, None] == np.asarray(estimator.classes_)
    mixed = [place for place in range(truth.shape[1]) if 0 < truth[:, place].sum() < len(truth)]
    if not mixed:
        raise ValueError(ONE_CLASS)
    return float(np.mean([roc_auc_score(truth[:, place], sure[:, place]) for place in mixed]))


def _named(scoring: str | Scorer, estimator: BaseEstimator) -> Scoring:
    if not (isinstance(scoring, str) or callable(scoring)):
        raise TypeError(f"scoring={scoring!r} must be the name of a single metric, a callable or None")
    if isinstance(scoring, str) and scoring not in (names := get_scorer_names()):
        near = get_close_matches(scoring, names)
        meant = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise ValueError(
            f"scoring={scoring!r} is no metric of scikit-learn: {meant}sklearn.metrics.get_scorer_names() lists all"
        )
    scorer = check_scoring(estimator, scoring)
    text = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
    name = text.removeprefix("neg_").replace("_", " ").replace("roc auc", "ROC AUC")
    return Scoring(name, scorer, text.startswith("neg_"), is_classifier(estimator) and _decides(scorer))


def _decides(scorer: Scorer) -> bool:
    return hasattr(scorer, "_score_func") and getattr(scorer, "_response_method", None) == "predict"
