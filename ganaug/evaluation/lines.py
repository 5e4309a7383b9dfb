"""The figures one by one, as people read them: text and page show the same."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

TITLES = {
    "fidelity": "Fidelity: columns and pairs of columns",
    "detection": "Detection: real or synthetic?",
    "usefulness": "Usefulness: train on synthetic rows, test on real ones",
    "coverage": "Coverage: is everything reached?",
    "privacy": "Privacy: are training rows given away?",
}
LABELS = {
    "shape_error": "mean error of a column, %",
    "trend_error": "mean error of a pair of columns, %",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "rmse": "root mean squared error",
    "r2": "R²",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "categories": "real categories produced",
    "rare_categories": "rare categories (below 1 %) produced",
    "new_categories": "cells of a category without training row",
    "out_of_range": "rows outside the training rows' range",
    "repeated_rows": "rows that repeat an earlier one",
    "copies": "copies of training rows",
    "excess_copies": "copies beyond chance",
}
ATTACKS = {
    "nearest": "nearness",
    "density": "density",
    "calibrated": "calibrated nearness",
    "classifier": "classifier",
}


class Line(NamedTuple):
    """A figure, and what it is next to: held-out or training rows in place of the synthetic ones, or chance."""

    label: str
    value: str
    reference: str = ""


def lines_of(figures: dict[str, Any]) -> dict[str, list[Line]]:
    """The figures of each group that was measured."""
    makers = {"fidelity": _paired, "detection": _detection, "usefulness": _usefulness, "coverage": _paired}
    makers["privacy"] = _privacy
    return {group: makers[group](found) for group, found in figures.items() if found is not None}


def shown(value: Any) -> str:
    """A number as it is told: whole ones with commas, others with three digits behind the point, or as many in all."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, str):
        return value
    if float(value).is_integer() and not isinstance(value, float):
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}".replace("-0.000", "0.000") if abs(value) < 10 else f"{value:.4g}"


def _interval(found: dict[str, Any], name: str) -> str:
    return f"{shown(found[name])} ({shown(found['low'])} to {shown(found['high'])})"


def _paired(found: dict[str, Any]) -> list[Line]:
    """Each figure, with that of held-out rows beside it."""
    lines = []
    for name, value in found.items():
        if name in LABELS and value is not None:
            reference = found.get(f"{name}_held_out")
            lines.append(Line(LABELS[name], shown(value), "0" if name == "excess_copies" else shown(reference)))
    return lines


def _detection(found: dict[str, Any]) -> list[Line]:
    return [Line(LABELS["roc_auc"], _interval(found, "roc_auc"), "0.5")]


def _usefulness(found: dict[str, Any]) -> list[Line]:
    lines = []
    for name, own in found.items():
        if isinstance(own, dict):
            lines.append(Line(LABELS[name], shown(own["synthetic"]), shown(own["real"])))
            if "loss" in own:
                lines.append(Line(f"loss of {LABELS[name]}", _interval(own, "loss"), "0"))
            if "ratio" in own:
                lines.append(Line("ratio of the errors", _interval(own, "ratio"), "1"))
    return lines


def _privacy(found: dict[str, Any]) -> list[Line]:
    lines = _paired(found)
    lines.append(Line("near copies beyond chance", _interval(found["near_copies"], "share"), "0"))
    lines.append(Line("nearer to training than to held-out rows", _interval(found["nearest_record"], "share"), "0.5"))
    attacks = found["attacks"].items()
    return lines + [
        Line(f"attack by {ATTACKS[name]}, ROC AUC", _interval(own, "roc_auc"), "0.5") for name, own in attacks
    ]
