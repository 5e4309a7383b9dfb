"""Train on synthetic rows, test on real ones; next to training on as many real ones."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import average_precision_score, r2_score, recall_score, root_mean_squared_error

from ..plain import AnyArray, Float64Array, IndexArray
from .base import UNKNOWN, Figure, Findings, Inputs, Line, Measurement, Metric, Verdict, boosting, interval, shown
from .confidence import bootstrapped, roc_auc
from .tables import Tables, some

LEARNS_NOTHING, EXPLAINS_NOTHING = 0.55, 0.02  # ROC AUC, R2


class Utility(Metric):
    """How well gradient boosting predicts the target of held-out real rows."""

    name = "utility"
    title = "Utility: train on synthetic rows, test on real ones"
    figures: ClassVar = {
        "roc_auc": Figure("ROC AUC", 0.02, 0.06),  # of its loss
        "average_precision": Figure("average precision", 0.06, 0.15),  # of its loss
        "balanced_accuracy": Figure("balanced accuracy"),
        "rmse": Figure("root mean squared error", 1.1, 1.3),  # of the ratio
        "r2": Figure("R²"),
    }
    headings: ClassVar = {
        "found_by_real": Figure("found, trained on real", note="the share of held-out rows taken for it"),
        "found_by_synthetic": Figure("found, trained on synthetic"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, rng = inputs.tables, inputs.rng(1)
        if tables.target is None:
            return Measurement({})
        rows = min(len(tables.train), len(tables.synthetic), inputs.max_rows)
        sources = {"real": some(tables.train, rows, rng), "synthetic": some(tables.synthetic, rows, rng)}
        asked = some(tables.test, inputs.max_rows, rng)
        truth = asked[tables.target].to_numpy()
        if tables.classes and len(set(truth)) == 1:
            return Measurement({"rows": rows, "test_rows": len(asked)})
        said = {name: _predicted(part, asked, tables, inputs.seed) for name, part in sources.items()}
        figures, by_class = (_of_classes if tables.classes else _of_number)(truth, said, inputs.seed)
        return Measurement({"rows": rows, "test_rows": len(asked), **figures}, classes=by_class)

    def lines(self, figures: dict[str, Any]) -> list[Line]:
        lines = []
        for name, own in figures.items():
            if name in self.figures:
                label = self.figures[name].label
                lines.append(Line(label, shown(own["synthetic"]), shown(own["real"])))
                for key, what, chance in (("loss", f"loss of {label}", "0"), ("ratio", "ratio of the errors", "1")):
                    if key in own:
                        lines.append(Line(what, interval(own[key], own["low"], own["high"]), chance))
        return lines

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        if not figures:
            return Verdict(self.name, UNKNOWN, "Without a target there is nothing to predict.", "Name a target.")
        if not self.figures.keys() & figures.keys():
            says = "The held-out rows are of a single class, so there is nothing to tell apart."
            return Verdict(self.name, UNKNOWN, says, "Hold out rows of every class.")
        if "rmse" in figures:
            own = figures["rmse"]
            says = f"A model that learnt from synthetic rows errs by {own['synthetic']:.4g} on held-out real ones, "
            says += f"one that learnt from real rows by {own['real']:.4g} (root mean squared error)."
            ratings = self.ratings({"rmse": own["ratio"]})
            learnt = figures["r2"]["real"] > EXPLAINS_NOTHING
        else:
            own = figures["roc_auc"]
            says = f"A model that learnt from synthetic rows has a ROC AUC of {own['synthetic']:.3f} on held-out real "
            says += f"ones, one that learnt from as many real rows {own['real']:.3f}."
            judged = ("roc_auc", "average_precision")
            ratings = self.ratings({name: figures[name]["real"] - figures[name]["synthetic"] for name in judged})
            learnt = own["real"] > LEARNS_NOTHING
        if not learnt:
            says += " Even real rows teach next to nothing."
            return Verdict(self.name, UNKNOWN, says, "Choose another target.")
        hint = (
            "The target's relation to the columns is lost in part: allow more steps. Whether rows added to the real "
            "ones help is another question, which ganaug.assess answers."
        )
        return self.judged(ratings, says, hint)


def _predicted(rows: pd.DataFrame, asked: pd.DataFrame, tables: Tables, seed: int) -> Any:
    """The target of the rows asked for, or the chance of each class; the mean where there is nothing to learn."""
    X, y = rows.drop(columns=tables.target), rows[tables.target]
    asked = asked.drop(columns=tables.target)
    if X.shape[1] == 0 or (tables.classes and y.nunique() == 1):
        model = (DummyClassifier() if tables.classes else DummyRegressor()).fit(X, y)
    else:
        model = boosting(X, y, seed, classes=tables.classes)
    return pd.DataFrame(model.predict_proba(asked), columns=model.classes_) if tables.classes else model.predict(asked)


def _of_number(truth: Float64Array, said: dict[str, Float64Array], seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    figures: dict[str, Any] = {}
    for name, score in (("rmse", root_mean_squared_error), ("r2", r2_score)):
        figures[name] = {key: float(score(truth, values)) for key, values in said.items()}
    errors = {key: (values - truth) ** 2 for key, values in said.items()}

    def ratio(spots: IndexArray) -> float:
        return float(np.sqrt(errors["synthetic"][spots].mean() / max(errors["real"][spots].mean(), 1e-300)))

    low, high = bootstrapped(ratio, len(truth), seed)
    figures["rmse"] |= {"ratio": ratio(np.arange(len(truth))), "low": low, "high": high}
    return figures, {}


def _of_classes(truth: AnyArray, said: dict[str, pd.DataFrame], seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    counts = pd.Series(truth).value_counts().sort_index()
    labels = counts.index.tolist()
    scored = [counts.idxmin()] if len(labels) == 2 else labels  # the rarer one
    # a class that the model never saw has the same chance everywhere
    said = {key: own.reindex(columns=sorted({*labels, *own}), fill_value=0.0) for key, own in said.items()}
    figures: dict[str, Any] = {"roc_auc": {key: _area(truth, own, scored) for key, own in said.items()}}
    figures["average_precision"] = {
        key: float(np.mean([average_precision_score(truth == label, own[label]) for label in scored]))
        for key, own in said.items()
    }
    recalls = {key: recall_score(truth, own.idxmax(axis=1), labels=labels, average=None) for key, own in said.items()}
    figures["balanced_accuracy"] = {key: float(np.mean(own)) for key, own in recalls.items()}

    def loss(spots: IndexArray) -> float:
        real, made = (_area(truth[spots], said[key].iloc[spots], scored) for key in ("real", "synthetic"))
        return real - made

    low, high = bootstrapped(loss, len(truth), seed)
    own = figures["roc_auc"]
    own |= {"loss": own["real"] - own["synthetic"], "low": low, "high": high}
    found = pd.DataFrame({f"found_by_{key}": own for key, own in recalls.items()}, index=labels)
    return figures, found.to_dict(orient="index")


def _area(truth: AnyArray, chances: pd.DataFrame, labels: list[Any]) -> float:
    """Over classes that some rows have and others have not; NaN without any."""
    inside = {label: truth == label for label in labels}
    scores = {label: chances[label].to_numpy() for label in labels}
    areas = [roc_auc(scores[k][of], scores[k][~of])["roc_auc"] for k, of in inside.items() if 0 < of.sum() < len(of)]
    return float(np.mean(areas)) if areas else float("nan")
