"""What is drawn, as plain numbers: columns side by side, and rows in the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from .space import Space
from .tables import Tables, some

BARS = 24
MOST_WORDS = 8
POINTS = 1000
TAILS = (0.001, 0.999)


def distributions(tables: Tables) -> dict[str, dict[str, Any]]:
    """Of each column the shares of training and of synthetic rows in each bar.

    A number has 24 intervals, whose `edges` span all but the outermost thousandths; those are in the first and the
    last. A column of few values, or of words, has its most frequent ones as `values`.
    """
    return {name: _bars(tables, name) for name in tables.train}


def projection(tables: Tables, seed: int) -> dict[str, Any]:
    """Up to a thousand held-out and synthetic rows along the two main axes of the training rows."""
    rng = np.random.default_rng([seed, 4])
    space = Space.fit(tables.train)
    train = space(some(tables.train, 10 * POINTS, rng))
    axes = PCA(min(2, *train.shape), random_state=seed).fit(train)
    parts = {"real": some(tables.test, POINTS, rng), "synthetic": some(tables.synthetic, POINTS, rng)}
    found: dict[str, Any] = {"explained": [float(value) for value in axes.explained_variance_ratio_]}
    for name, rows in parts.items():
        points = axes.transform(space(rows))
        points = np.hstack([points, np.zeros((len(points), 2 - points.shape[1]))])
        found[name] = np.round(points.astype(np.float64), 3).tolist()
    return found


def _bars(tables: Tables, name: str) -> dict[str, Any]:
    real, made = tables.train[name], tables.synthetic[name]
    known = real.dropna()
    if real.dtype == np.float64 and known.nunique() > BARS:
        low, high = np.quantile(known, TAILS)
        edges = np.linspace(low, high, BARS + 1)
        if edges[0] < edges[-1]:
            kind = "moment" if name in tables.moments else "number"
            shares = [_histogram(column, edges) for column in (real, made)]
            return {"kind": kind, "edges": edges.tolist(), "real": shares[0], "synthetic": shares[1]}
    counts = [column.value_counts(normalize=True) for column in (real, made)]
    most = counts[0].index[:MOST_WORDS]
    if real.dtype == np.float64:
        most = most.sort_values()
    shares = [[float(count.get(value, 0.0)) for value in most] for count in counts]
    values = [f"{value:g}" if real.dtype == np.float64 else str(value) for value in most]
    if len(counts[0]) > len(most) or any(not count.index.isin(most).all() for count in counts):
        values.append("(others)")
        for own in shares:
            own.append(max(1 - sum(own), 0.0))
    return {"kind": "word", "values": values, "real": shares[0], "synthetic": shares[1]}


def _histogram(column: pd.Series, edges: Any) -> list[float]:
    known = column.dropna().clip(edges[0], edges[-1])
    counts = np.histogram(known, edges)[0]
    return (counts / max(len(known), 1)).tolist()
