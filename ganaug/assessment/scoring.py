"""What is measured: figures that no threshold changes, unless the user asks for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import average_precision_score, check_scoring, get_scorer, make_scorer, roc_auc_score


@dataclass(frozen=True)
class Metric:
    """A figure, of which more is better.

    Parameters
    ----------
    name : str
        As a sentence has it.
    scorer : callable
        Takes an estimator, rows and their targets.
    is_error : bool
        Whether the scorer returns an error with its sign turned.
    moves_with_threshold : bool
        Whether it counts decisions, so that another threshold changes it.
    """

    name: str
    scorer: Any
    is_error: bool = False
    moves_with_threshold: bool = False


def metric_of(scoring: Any, estimator: Any, y: pd.Series) -> Metric:
    """The metric that `scoring` names, or for None the one that fits the target.

    Two classes have average precision, of the rarer one: it asks how many of the rows that rank first are of it, and so
    tells more about a rare class than ROC AUC does. More classes have the mean ROC AUC of each against the rest, as a
    rare class counts no less than others there, and a probability's calibration, which every resampling spoils, does
    not count. Without probabilities or a decision function only balanced accuracy is left. A number has the root mean
    squared error.

    References
    ----------
    Saito, Rehmsmeier (2015). The precision-recall plot is more informative than the ROC plot when evaluating binary
    classifiers on imbalanced datasets. PLOS ONE 10.
    """
    if scoring is not None:
        return _named(scoring, estimator)
    if is_regressor(estimator):
        return _named("neg_root_mean_squared_error", estimator)
    if not ranks(estimator):
        return _named("balanced_accuracy", estimator)
    counts = y.value_counts(sort=False)
    if len(counts) > 2:
        return Metric("ROC AUC", EachAgainstTheRest())
    response = ("decision_function", "predict_proba")
    rarer = counts.index[::-1][int(np.argmin(counts.to_numpy()[::-1]))]
    return Metric("average precision", make_scorer(average_precision_score, response_method=response, pos_label=rarer))


def balanced_accuracy() -> Any:
    return get_scorer("balanced_accuracy")


def ranks(estimator: Any) -> bool:
    """Whether a classifier says how sure it is."""
    return is_classifier(estimator) and (hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function"))


def _named(scoring: Any, estimator: Any) -> Metric:
    scorer = check_scoring(estimator, scoring)
    text = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
    is_error = text.startswith("neg_")
    name = text.removeprefix("neg_").replace("_", " ").replace("roc auc", "ROC AUC")
    return Metric(name, scorer, is_error, is_classifier(estimator) and _decides(scorer))


def _decides(scorer: Any) -> bool:
    return hasattr(scorer, "_score_func") and getattr(scorer, "_response_method", None) == "predict"


@dataclass(frozen=True)
class EachAgainstTheRest:
    """Mean ROC AUC of the classes that the test rows have, each against all others."""

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        has_chances = hasattr(estimator, "predict_proba")
        sure = estimator.predict_proba(X) if has_chances else estimator.decision_function(X)
        truth = np.asarray(y)[:, None] == np.asarray(estimator.classes_)
        mixed = [place for place in range(truth.shape[1]) if 0 < truth[:, place].sum() < len(truth)]
        if not mixed:
            raise ValueError("test rows are all of one class: take fewer folds, or a cv that stratifies")
        return float(np.mean([roc_auc_score(truth[:, place], sure[:, place]) for place in mixed]))
