"""Train on synthetic rows, test on real ones; next to training on as many real ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, r2_score, root_mean_squared_error

from ..models import model_for
from .intervals import bootstrapped, roc_auc
from .tables import Tables, some

Array = NDArray[Any]


class Usefulness(NamedTuple):
    figures: dict[str, Any]
    found_by_real: dict[str, float]
    found_by_synthetic: dict[str, float]


def usefulness(tables: Tables, most_rows: int, seed: int) -> Usefulness:
    """How well gradient boosting predicts the target of held-out real rows."""
    rng = np.random.default_rng([seed, 1])
    rows = min(len(tables.train), len(tables.synthetic), most_rows)
    sources = {"real": some(tables.train, rows, rng), "synthetic": some(tables.synthetic, rows, rng)}
    asked = some(tables.test, most_rows, rng)
    truth = asked[tables.target].to_numpy()
    counts = {"rows": rows, "test_rows": len(asked)}
    if tables.classes:
        chances = {name: _ranked(part, asked, tables.target, seed) for name, part in sources.items()}
        return _of_classes(truth, chances, counts, seed)
    values = {name: _predicted(part, asked, tables.target, seed) for name, part in sources.items()}
    return _of_number(truth, values, counts, seed)


def _of_number(truth: Array, said: dict[str, Array], counts: dict[str, int], seed: int) -> Usefulness:
    figures: dict[str, Any] = dict(counts)
    for name, score in (("rmse", root_mean_squared_error), ("r2", r2_score)):
        figures[name] = {key: float(score(truth, values)) for key, values in said.items()}
    errors = {key: (values - truth) ** 2 for key, values in said.items()}

    def ratio(spots: Array) -> float:
        return float(np.sqrt(errors["synthetic"][spots].mean() / max(errors["real"][spots].mean(), 1e-300)))

    low, high = bootstrapped(ratio, len(truth), seed)
    figures["rmse"] |= {"ratio": ratio(np.arange(len(truth))), "low": low, "high": high}
    return Usefulness(figures, {}, {})


def _of_classes(truth: Array, said: dict[str, pd.DataFrame], counts: dict[str, int], seed: int) -> Usefulness:
    figures: dict[str, Any] = dict(counts)
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

    def loss(spots: Array) -> float:
        part = truth[spots]
        kept = [label for label in scored if 0 < (part == label).sum() < len(part)]
        if not kept:
            return float("nan")
        real, made = (_mean(_area, part, said[key].iloc[spots], kept) for key in ("real", "synthetic"))
        return real - made

    low, high = bootstrapped(loss, len(truth), seed)
    own = figures["roc_auc"]
    own |= {"loss": own["real"] - own["synthetic"], "low": low, "high": high}
    return Usefulness(figures, recalls["real"], recalls["synthetic"])


def _ranked(rows: pd.DataFrame, asked: pd.DataFrame, target: Any, seed: int) -> pd.DataFrame:
    """The chance of each class; without a second class there is nothing to learn."""
    X, y = rows.drop(columns=target), rows[target].to_numpy(dtype=object)
    if len(set(y)) == 1 or X.shape[1] == 0:
        shares = pd.Series(y).value_counts(normalize=True)
        return pd.DataFrame({label: np.full(len(asked), share) for label, share in shares.items()})
    model = model_for(X, "boosting", classes=True)
    model[-1].set_params(random_state=seed)
    model.fit(X, y)
    return pd.DataFrame(model.predict_proba(asked.drop(columns=target)), columns=model.classes_)


def _predicted(rows: pd.DataFrame, asked: pd.DataFrame, target: Any, seed: int) -> Array:
    X = rows.drop(columns=target)
    if X.shape[1] == 0:
        return np.full(len(asked), rows[target].mean())
    model = model_for(X, "boosting", classes=False)
    model[-1].set_params(random_state=seed)
    return np.asarray(model.fit(X, rows[target]).predict(asked.drop(columns=target)))


def _mean(figure: Any, truth: Array, chances: pd.DataFrame, labels: list[Any]) -> float:
    """Over classes; one that the model never saw has the same chance everywhere."""
    flat = np.zeros(len(truth))
    return float(np.mean([figure(truth == k, chances[k].to_numpy() if k in chances else flat) for k in labels]))


def _area(truth: Array, chances: Array) -> float:
    return roc_auc(chances[truth], chances[~truth])["roc_auc"]


def _precision(truth: Array, chances: Array) -> float:
    return float(average_precision_score(truth, chances))


def _recalls(truth: Array, chances: pd.DataFrame, labels: list[Any]) -> dict[str, float]:
    """The share of each class's rows that are taken for it."""
    decided = chances.columns.to_numpy()[chances.to_numpy().argmax(axis=1)]
    return {label: float(np.mean(decided[truth == label] == label)) for label in labels}
