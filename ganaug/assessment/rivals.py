"""What can be done about rare classes without a generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.utils import _safe_indexing
from sklearn.utils.class_weight import compute_sample_weight

from ..columns import is_moment, is_number
from ..validation import categorical_columns, check_data
from ..weights import weights_name
from .doses import lacking_rows
from .scoring import Metric, balanced_accuracy, ranks

TITLES = {
    "none": "doing nothing",
    "class_weight": "class weights",
    "threshold": "a tuned threshold",
    "copies": "random copies",
    "smote": "SMOTE",
}
NEIGHBOURS = 5
INNER_FOLDS = 3


class LeftOut(Exception):
    """Why a rival cannot be tried on this table or with this estimator."""


class Attempt(NamedTuple):
    """An estimator and the rows to fit it to."""

    estimator: Any
    X: Any
    y: Any
    weight: NDArray[np.float64] | None = None
    """Of each row, next to those that the user gives."""


class Setting(NamedTuple):
    """What rivals must know beside the rows."""

    metric: Metric
    categorical: Any
    """The augmenter's `categorical_features`."""
    seed: int


def nothing(estimator: Any, X: Any, y: Any, _: Setting) -> Attempt:
    return Attempt(estimator, X, y)


def class_weight(estimator: Any, X: Any, y: Any, _: Setting) -> Attempt:
    """By the estimator's own parameter where there is one, else by weights of its rows."""
    settings = {
        name: value
        for name, value in estimator.get_params().items()
        if name == "class_weight" or name.endswith("__class_weight")
    }
    if given := [f"{name}={value!r}" for name, value in settings.items() if value is not None]:
        raise LeftOut(f"the estimator has {given[0]} already")
    if settings:
        return Attempt(estimator.set_params(**dict.fromkeys(settings, "balanced")), X, y)
    if weights_name(estimator) is None:
        raise LeftOut("the estimator takes neither class_weight nor sample_weight")
    return Attempt(estimator, X, y, compute_sample_weight("balanced", y))


def threshold(estimator: Any, X: Any, y: Any, setting: Setting) -> Attempt:
    """Ranks as it did, and decides where balanced accuracy is best, or the user's own metric if that counts decisions.

    References
    ----------
    Elkan (2001). The foundations of cost-sensitive learning. IJCAI.
    """
    counts = pd.Series(np.asarray(y)).value_counts()
    if len(counts) != 2:
        raise LeftOut(f"a threshold parts two classes, y has {len(counts)}")
    if not ranks(estimator):
        raise LeftOut("the estimator has neither predict_proba nor decision_function")
    if counts.min() < 2:
        raise LeftOut(f"class {counts.idxmin()} has a single row in a fold")
    folds = StratifiedKFold(min(INNER_FOLDS, counts.min()), shuffle=True, random_state=setting.seed)
    scorer = setting.metric.scorer if setting.metric.moves_with_threshold else balanced_accuracy()
    return Attempt(TunedThreshold(estimator, scoring=scorer, cv=folds, random_state=setting.seed), X, y)


class TunedThreshold(TunedThresholdClassifierCV):
    """Leaves itself out where the estimator is as sure of one row as of any other."""

    def fit(self, X: Any, y: Any, **params: Any) -> Any:
        try:
            return super().fit(X, y, **params)
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            raise LeftOut("the estimator is as sure of one row as of any other in an inner fold") from None


def copies(estimator: Any, X: Any, y: Any, setting: Setting) -> Attempt:
    """Rows of rare classes over again, drawn at random, until all classes have as many."""
    labels, rng = pd.Series(np.asarray(y)), np.random.default_rng(setting.seed)
    _check_lopsided(labels)
    more = [
        rng.choice(np.flatnonzero((labels == label).to_numpy()), count)
        for label, count in lacking_rows("auto", labels, classes=True).items()
    ]
    every = np.concatenate([np.arange(len(labels)), *more])
    return Attempt(estimator, _safe_indexing(X, every), _safe_indexing(y, every))


def smote(estimator: Any, X: Any, y: Any, setting: Setting) -> Attempt:
    """Rows between neighbours of a rare class, numbers in units of their standard deviations.

    References
    ----------
    Chawla, Bowyer, Hall, Kegelmeyer (2002). SMOTE: synthetic minority over-sampling technique. JAIR 16.
    """
    try:
        from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
    except ImportError:
        raise LeftOut("it needs imbalanced-learn: pip install 'ganaug[imblearn]'") from None
    if sparse.issparse(X):
        raise LeftOut("it takes no sparse matrix of mixed columns")
    table, container = check_data(X)
    if not isinstance(table, pd.DataFrame):
        raise LeftOut("it takes no images")
    words = _words(table, categorical_columns(setting.categorical, table))
    if absent := [name for name in table if table[name].isna().any()]:
        raise LeftOut(f"it takes no missing values, which column {absent[0]!r} has")
    labels = pd.Series(np.asarray(y))
    counts = labels.value_counts()
    _check_lopsided(labels)
    if counts.min() < 2:
        raise LeftOut(f"class {counts.idxmin()} has a single row in a fold")
    rows, undo = _scaled(table, words)
    options = {"k_neighbors": int(min(NEIGHBOURS, counts.min() - 1)), "random_state": setting.seed}
    if words.all():
        sampler = SMOTEN(**options)
    elif words.any():
        sampler = SMOTENC(np.flatnonzero(words).tolist(), **options)
    else:
        sampler = SMOTE(**options)
    made, more_labels = sampler.fit_resample(rows, labels.to_numpy())
    new = undo(made.iloc[len(table) :])
    more = container.restore(pd.concat([table, new], ignore_index=True))
    if isinstance(y, pd.Series):
        more_labels = pd.Series(more_labels, dtype=y.dtype, name=y.name)
    return Attempt(estimator, more, more_labels)


def _check_lopsided(labels: pd.Series) -> None:
    if labels.value_counts().nunique() == 1:
        raise LeftOut("classes have as many rows each")


def _words(table: pd.DataFrame, categorical: frozenset[Any]) -> NDArray[np.bool_]:
    """Which columns hold categories."""
    if moments := [name for name in table if is_moment(table[name])]:
        raise LeftOut(f"it takes no dates or spans of time, such as column {moments[0]!r}")
    return np.array([not is_number(table[name]) or name in categorical for name in table], dtype=bool)


def _scaled(table: pd.DataFrame, words: NDArray[np.bool_]) -> tuple[pd.DataFrame, Callable[[pd.DataFrame], Any]]:
    """Numbers in units of their standard deviations, categories as words; and the way back."""
    numbers = table.columns[~words]
    middle, spread = table[numbers].astype(float).mean(), table[numbers].astype(float).std().replace(0, 1).fillna(1)
    levels = {name: table[name].drop_duplicates().reset_index(drop=True) for name in table.columns[words]}
    coded = {name: pd.factorize(table[name])[0] for name in levels}
    scaled = {name: (table[name].astype(float) - middle[name]) / spread[name] for name in numbers}
    rows = pd.DataFrame({f"column {place}": (coded | scaled)[name] for place, name in enumerate(table)})

    def undo(made: pd.DataFrame) -> pd.DataFrame:
        back = {}
        for place, name in enumerate(table):
            cells, dtype = made.iloc[:, place], table[name].dtype
            if name in levels:
                values = levels[name].iloc[cells.to_numpy(dtype=int)]
            else:
                values = cells.astype(float) * spread[name] + middle[name]
                values = values.round() if pd.api.types.is_integer_dtype(dtype) else values
            back[name] = values.reset_index(drop=True).astype(dtype)
        return pd.DataFrame(back)

    return rows, undo


RIVALS: dict[str, Callable[[Any, Any, Any, Setting], Attempt]] = {
    "none": nothing,
    "class_weight": class_weight,
    "threshold": threshold,
    "copies": copies,
    "smote": smote,
}
