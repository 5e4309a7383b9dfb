"""Can gradient boosting tell real rows from synthetic ones, and by which columns?"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from ..plain import IndexArray
from .base import UNKNOWN, Figure, Figures, Findings, Inputs, Line, Measurement, Metric, Verdict, boosting
from .confidence import roc_auc

FOLDS = 3
LEAST_GROUP = 10
TELLING = 0.005


class Detection(Metric):
    """ROC AUC, out of fold, of telling held-out real rows from as many synthetic ones.

    A column's share in it is how much the ROC AUC falls, in the first fold, when the column's values are shuffled.
    """

    name = "detection"
    title = "Detection: real or synthetic?"
    figures: ClassVar = {"roc_auc": Figure("ROC AUC", 0.6, 0.8, 0.5)}
    headings: ClassVar = {
        "tells": Figure("tells by", note="how much the detection's ROC AUC falls once the column is shuffled"),
        "detection": Figure("detection", note="ROC AUC of these rows alone"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, seed = inputs.tables, inputs.seed
        rows = min(len(tables.test), len(tables.synthetic), inputs.max_rows)
        real, made = (part.sample(rows, random_state=seed) for part in (tables.test, tables.synthetic))
        both = pd.concat([real, made], ignore_index=True)
        truth = np.repeat([1, 0], rows)
        chances = np.zeros(2 * rows)
        tells = pd.Series(dtype=np.float64)
        for learnt, asked in StratifiedKFold(FOLDS).split(both, truth):
            model = boosting(both.iloc[learnt], truth[learnt], seed)
            chances[asked] = model.predict_proba(both.iloc[asked])[:, 1]
            if tells.empty:
                tells = _falls(model, both.iloc[asked], truth[asked], seed)
        by_class = {}
        for name, group in tables.groups().items():
            own = real.index.isin(group.test.index), made.index.isin(group.synthetic.index)
            if min(map(np.sum, own)) >= LEAST_GROUP:
                by_class[name] = {"detection": roc_auc(chances[:rows][own[0]], chances[rows:][own[1]])["roc_auc"]}
        return Measurement({**roc_auc(chances[:rows], chances[rows:]), "rows": rows}, {"tells": tells}, by_class)

    def lines(self, figures: Figures) -> list[Line]:
        return super().lines({"roc_auc": figures})

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        says = "Gradient boosting tells real rows from synthetic ones with a ROC AUC of "
        says += f"{figures['roc_auc']:.3f}, where .5 is a coin."
        telling = found.columns.sort_values("tells", ascending=False)
        telling = telling[telling["tells"] > TELLING].head(3)
        hint = "Rows differ by how columns go together rather than by a single one."
        if len(telling):
            hint = f"What gives them away most: {', '.join(telling['column'])}."
        if seen := (found.figures.get("privacy") or {}).get("seen"):
            says += f" But {seen:.0%} of the held-out rows are training rows, so this is no measure."
            unseen = "Give rows that the generator has not seen."
            return self.judged([*self.ratings(figures), UNKNOWN], says, unseen)
        more = "Allow more steps, and draw with refine=True."
        of_images = "likeness" in found.figures  # whose features mean nothing alone
        return self.judged(self.ratings(figures), says, more if of_images else f"{hint} {more}")


def _falls(model: Any, rows: pd.DataFrame, truth: IndexArray, seed: int) -> pd.Series:
    cells = np.array(model[:-1].transform(rows))  # once, and with a column for each: of all again it takes minutes
    places = [place for _, _, part in model[-2].transformers_ for place in part]

    def area() -> float:
        chances = model[-1].predict_proba(cells)[:, 1]
        return roc_auc(chances[truth == 1], chances[truth == 0])["roc_auc"]

    order = np.random.default_rng(seed).permutation(len(rows))
    whole, falls = area(), {}
    for own, place in enumerate(places):
        kept = cells[:, own].copy()
        cells[:, own] = kept[order]
        falls[rows.columns[place]] = whole - area()
        cells[:, own] = kept
    return pd.Series(falls)
