"""Train on synthetic rows, test on real ones; next to training on as many real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, r2_score, root_mean_squared_error

from .base import (
    UNKNOWN,
    Figure,
    Figures,
    Findings,
    Inputs,
    Line,
    Measurement,
    Metric,
    Verdict,
    boosting,
    interval,
    shown,
)
from .confidence import bootstrapped, roc_auc
from .tables import some

LEARNS_NOTHING, EXPLAINS_NOTHING = 0.55, 0.02  # ROC AUC, R2
Float64Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Labels = NDArray[np.object_]


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
    by_class: ClassVar = {
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
        counts = {"rows": rows, "test_rows": len(asked)}
        if tables.classes:
            chances = {name: _ranked(part, asked, tables.target, inputs.seed) for name, part in sources.items()}
            figures, by_class = _of_classes(truth, chances, inputs.seed)
            return Measurement(counts | figures, classes=by_class)
        values = {name: _predicted(part, asked, tables.target, inputs.seed) for name, part in sources.items()}
        return Measurement(counts | _of_number(truth, values, inputs.seed))

    def lines(self, figures: Figures) -> list[Line]:
        lines = []
        for name, figure in self.figures.items():
            if name not in figures:
                continue
            own = figures[name]
            lines.append(Line(figure.label, shown(own["synthetic"]), shown(own["real"])))
            if "loss" in own:
                lines.append(Line(f"loss of {figure.label}", interval(own, "loss"), "0"))
            if "ratio" in own:
                lines.append(Line("ratio of the errors", interval(own, "ratio"), "1"))
        return lines

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        if not figures:
            return Verdict(self.name, UNKNOWN, "Without a target there is nothing to predict.", "Name a target.")
        if "rmse" in figures:
            own = figures["rmse"]
            says = f"A model that learnt from synthetic rows errs by {own['synthetic']:.4g} on held-out real ones, "
            says += f"one that learnt from real rows by {own['real']:.4g} (root mean squared error)."
            ratings = [self.figures["rmse"].rating(own["ratio"])]
            learnt = figures["r2"]["real"] > EXPLAINS_NOTHING
        else:
            own = figures["roc_auc"]
            says = f"A model that learnt from synthetic rows has a ROC AUC of {own['synthetic']:.3f} on held-out real "
            says += f"ones, one that learnt from as many real rows {own['real']:.3f}."
            ratings = [
                self.figures[name].rating(figures[name]["real"] - figures[name]["synthetic"])
                for name in ("roc_auc", "average_precision")
            ]
            learnt = own["real"] > LEARNS_NOTHING
        if not learnt:
            says += " Even real rows teach next to nothing."
            return Verdict(self.name, UNKNOWN, says, "Choose another target.")
        hint = (
            "The target's relation to the columns is lost in part: allow more steps. Whether rows added to the real "
            "ones help is another question, which ganaug.assess answers."
        )
        return self.judged(ratings, says, hint)


def _of_number(truth: Float64Array, said: dict[str, Float64Array], seed: int) -> Figures:
    figures: Figures = {}
    for name, score in (("rmse", root_mean_squared_error), ("r2", r2_score)):
        figures[name] = {key: float(score(truth, values)) for key, values in said.items()}
    errors = {key: (values - truth) ** 2 for key, values in said.items()}

    def ratio(spots: IntArray) -> float:
        return float(np.sqrt(errors["synthetic"][spots].mean() / max(errors["real"][spots].mean(), 1e-300)))

    low, high = bootstrapped(ratio, len(truth), seed)
    figures["rmse"] |= {"ratio": ratio(np.arange(len(truth))), "low": low, "high": high}
    return figures


def _of_classes(truth: Labels, said: dict[str, pd.DataFrame], seed: int) -> tuple[Figures, dict[str, dict[str, float]]]:
    figures: Figures = {}
    labels = np.unique(truth).tolist()
    scored = [label for label in labels if 0 < (truth == label).sum() < len(truth)]
    if len(labels) == 2:
        scored = [min(labels, key=lambda label: (truth == label).sum())]  # the rarer one
    if not scored:
        raise ValueError(f"real_test has rows of the single class {labels[0]!r}: hold out rows of every class")
    for name, figure in (("roc_auc", _area), ("average_precision", _precision)):
        figures[name] = {key: _mean(figure, truth, chances, scored) for key, chances in said.items()}
    recalls = {key: _recalls(truth, chances, labels) for key, chances in said.items()}
    figures["balanced_accuracy"] = {key: float(np.mean(list(found.values()))) for key, found in recalls.items()}

    def loss(spots: IntArray) -> float:
        part = truth[spots]
        kept = [label for label in scored if 0 < (part == label).sum() < len(part)]
        if not kept:
            return float("nan")
        real, made = (_mean(_area, part, said[key].iloc[spots], kept) for key in ("real", "synthetic"))
        return real - made

    low, high = bootstrapped(loss, len(truth), seed)
    own = figures["roc_auc"]
    own |= {"loss": own["real"] - own["synthetic"], "low": low, "high": high}
    return figures, {label: {f"found_by_{key}": own[label] for key, own in recalls.items()} for label in labels}


def _ranked(rows: pd.DataFrame, asked: pd.DataFrame, target: str, seed: int) -> pd.DataFrame:
    """The chance of each class; without a second class there is nothing to learn."""
    X, y = rows.drop(columns=target), rows[target].to_numpy(dtype=object)
    if len(set(y)) == 1 or X.shape[1] == 0:
        shares = pd.Series(y).value_counts(normalize=True)
        return pd.DataFrame({label: np.full(len(asked), share) for label, share in shares.items()})
    model = boosting(X, y, seed)
    return pd.DataFrame(model.predict_proba(asked.drop(columns=target)), columns=model.classes_)


def _predicted(rows: pd.DataFrame, asked: pd.DataFrame, target: str, seed: int) -> Float64Array:
    X = rows.drop(columns=target)
    if X.shape[1] == 0:
        return np.full(len(asked), rows[target].mean())
    model = boosting(X, rows[target], seed, classes=False)
    return np.asarray(model.predict(asked.drop(columns=target)))


def _mean(
    figure: Callable[[BoolArray, Float64Array], float], truth: Labels, chances: pd.DataFrame, labels: list[Any]
) -> float:
    """Over classes; one that the model never saw has the same chance everywhere."""
    flat = np.zeros(len(truth))
    return float(np.mean([figure(truth == k, chances[k].to_numpy() if k in chances else flat) for k in labels]))


def _area(truth: BoolArray, chances: Float64Array) -> float:
    return roc_auc(chances[truth], chances[~truth])["roc_auc"]


def _precision(truth: BoolArray, chances: Float64Array) -> float:
    return float(average_precision_score(truth, chances))


def _recalls(truth: Labels, chances: pd.DataFrame, labels: list[str]) -> dict[str, float]:
    """The share of each class's rows that are taken for it."""
    decided = chances.columns.to_numpy()[chances.to_numpy().argmax(axis=1)]
    return {label: float(np.mean(decided[truth == label] == label)) for label in labels}
