"""Can gradient boosting tell real rows from synthetic ones, and by which columns?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from ..models import model_for
from .intervals import roc_auc
from .tables import Tables

FOLDS = 3
LEAST_GROUP = 10


class Detection(NamedTuple):
    figures: dict[str, Any]
    by_column: pd.Series
    by_group: dict[str, float]


def detection(tables: Tables, most_rows: int, seed: int) -> Detection:
    """ROC AUC, out of fold, of telling held-out real rows from as many synthetic ones.

    A column's share in it is how much the ROC AUC falls, in the first fold, when the column's values are shuffled.
    """
    rows = min(len(tables.test), len(tables.synthetic), most_rows)
    parts = [part.sample(rows, random_state=seed) for part in (tables.test, tables.synthetic)]
    both = pd.concat(parts, ignore_index=True)
    truth = np.repeat([1, 0], rows)
    chances = np.zeros(2 * rows)
    by_column = pd.Series(0.0, index=both.columns)
    for fold, (learnt, asked) in enumerate(StratifiedKFold(FOLDS).split(both, truth)):
        model = model_for(both, "boosting", classes=True)
        model[-1].set_params(random_state=seed)
        model.fit(both.iloc[learnt], truth[learnt])
        new = both.iloc[asked]
        chances[asked] = model.predict_proba(new)[:, 1]
        if fold == 0:
            by_column = _falls(model, new, truth[asked], seed)
    return Detection(
        {**roc_auc(chances[:rows], chances[rows:]), "rows": rows}, by_column, _by_group(tables, parts, chances)
    )


def _falls(model: Any, rows: pd.DataFrame, truth: NDArray[np.int_], seed: int) -> pd.Series:
    def area(table: pd.DataFrame) -> float:
        chances = model.predict_proba(table)[:, 1]
        return roc_auc(chances[truth == 1], chances[truth == 0])["roc_auc"]

    order = np.random.default_rng(seed).permutation(len(rows))
    whole = area(rows)
    falls = {name: whole - area(rows.assign(**{name: rows[name].to_numpy()[order]})) for name in rows}
    return pd.Series(falls, dtype=np.float64)


def _by_group(tables: Tables, parts: list[pd.DataFrame], chances: NDArray[np.float64]) -> dict[str, float]:
    found = {}
    for name, group in tables.groups().items():
        real = np.isin(parts[0].index, group.test)
        made = np.isin(parts[1].index, group.synthetic)
        if min(real.sum(), made.sum()) >= LEAST_GROUP:
            found[name] = roc_auc(chances[: len(real)][real], chances[len(real) :][made])["roc_auc"]
    return found
