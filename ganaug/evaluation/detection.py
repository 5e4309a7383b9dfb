"""Can gradient boosting tell real rows from synthetic ones, and by which columns?"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from .base import Figure, Figures, Findings, Inputs, Line, Measurement, Metric, Verdict, boosting, interval, listed
from .confidence import roc_auc
from .tables import Tables

FOLDS = 3
LEAST_GROUP = 10
TELLING = 0.005
Float64Array = NDArray[np.float64]


class Detection(Metric):
    """ROC AUC, out of fold, of telling held-out real rows from as many synthetic ones.

    A column's share in it is how much the ROC AUC falls, in the first fold, when the column's values are shuffled.
    """

    name = "detection"
    title = "Detection: real or synthetic?"
    figures: ClassVar = {"roc_auc": Figure("ROC AUC", 0.6, 0.8)}
    by_column: ClassVar = {
        "tells": Figure("tells by", note="how much the detection's ROC AUC falls once the column is shuffled")
    }
    by_class: ClassVar = {"detection": Figure("detection", note="ROC AUC of these rows alone")}

    def measure(self, inputs: Inputs) -> Measurement:
        tables, seed = inputs.tables, inputs.seed
        rows = min(len(tables.test), len(tables.synthetic), inputs.max_rows)
        parts = [part.sample(rows, random_state=seed) for part in (tables.test, tables.synthetic)]
        both = pd.concat(parts, ignore_index=True)
        truth = np.repeat([1, 0], rows)
        chances = np.zeros(2 * rows)
        tells = pd.Series(0.0, index=both.columns)
        for fold, (learnt, asked) in enumerate(StratifiedKFold(FOLDS).split(both, truth)):
            model = boosting(both.iloc[learnt], truth[learnt], seed)
            new = both.iloc[asked]
            chances[asked] = model.predict_proba(new)[:, 1]
            if fold == 0:
                tells = _falls(model, new, truth[asked], seed)
        figures = {**roc_auc(chances[:rows], chances[rows:]), "rows": rows}
        return Measurement(figures, {"tells": tells}, _by_class(tables, parts, chances))

    def lines(self, figures: Figures) -> list[Line]:
        return [Line(self.figures["roc_auc"].label, interval(figures, "roc_auc"), "0.5")]

    def verdict(self, found: Findings) -> Verdict:
        area = found.figures[self.name]["roc_auc"]
        says = (
            f"Gradient boosting tells real rows from synthetic ones with a ROC AUC of {area:.3f}, where .5 is a coin."
        )
        telling = found.columns.sort_values("tells", ascending=False)
        telling = telling[telling["tells"] > TELLING].head(3)
        hint = "Rows differ by how columns go together rather than by a single one."
        if len(telling):
            hint = f"What gives them away most: {listed(telling['column'])}."
        hint += " Allow more steps, and draw with refine=True."
        return self.judged([self.figures["roc_auc"].rating(area)], says, hint)


def _falls(model: Any, rows: pd.DataFrame, truth: NDArray[np.int_], seed: int) -> pd.Series:
    def area(table: pd.DataFrame) -> float:
        chances = model.predict_proba(table)[:, 1]
        return roc_auc(chances[truth == 1], chances[truth == 0])["roc_auc"]

    order = np.random.default_rng(seed).permutation(len(rows))
    whole = area(rows)
    falls = {name: whole - area(rows.assign(**{name: rows[name].to_numpy()[order]})) for name in rows}
    return pd.Series(falls, dtype=np.float64)


def _by_class(tables: Tables, parts: list[pd.DataFrame], chances: Float64Array) -> dict[str, dict[str, float]]:
    found = {}
    for name, group in tables.groups().items():
        real = np.isin(parts[0].index, group.test)
        made = np.isin(parts[1].index, group.synthetic)
        if min(real.sum(), made.sum()) >= LEAST_GROUP:
            area = roc_auc(chances[: len(real)][real], chances[len(real) :][made])["roc_auc"]
            found[name] = {"detection": area}
    return found
