"""Does the generator reach everywhere that real rows are, and nowhere else?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import euclidean_distances

from .space import Points, Space, nearest
from .tables import Tables, some

NEIGHBOURS = 5
BLOCK = 1000
RARE = 0.01
COUNTS = ("category_count", "rare_count")
SLACK = 1e-6  # of distances between equal points


class Coverage(NamedTuple):
    figures: dict[str, Any]
    by_group: dict[str, dict[str, float]]


def coverage(tables: Tables, most_rows: int, seed: int) -> Coverage:
    """Precision, recall, density and coverage, and the share of categories that are produced.

    They are next to what as many held-out real rows have.
    """
    figures = _figures(tables, most_rows, seed)
    size, rng = min(len(tables.test), len(tables.synthetic)), np.random.default_rng([seed, 6])
    for suffix, part in (("", tables.synthetic), ("_held_out", tables.test)):
        rows = some(part, size, rng)
        found = {**categories(tables.train, rows), "repeated_rows": _repeats(rows)}
        figures |= {f"{name}{suffix}": value for name, value in found.items() if not (suffix and name in COUNTS)}
    figures["out_of_range"] = _outside(tables)
    by_group = {}
    for name, group in tables.groups().items():
        part = tables.take(group)
        counts = {f"{key}_rows": len(own) for key, own in part.parts()}
        own: dict[str, Any] = {"real_rows": counts["train_rows"], "synthetic_rows": counts["synthetic_rows"]}
        own["real_share"] = counts["train_rows"] / len(tables.train)
        own["synthetic_share"] = counts["synthetic_rows"] / len(tables.synthetic)
        if min(len(part.train), len(part.synthetic)) > NEIGHBOURS:
            own |= {key: value for key, value in _figures(part, most_rows, seed).items() if not key.startswith("n")}
            own |= categories(part.train, part.synthetic)
        by_group[name] = own
    return Coverage(figures, by_group)


def _figures(tables: Tables, most_rows: int, seed: int) -> dict[str, Any]:
    rows = min(len(tables.train), len(tables.synthetic), most_rows)
    if len(tables.test) > NEIGHBOURS:
        rows = min(rows, len(tables.test))
    drawn = tables.sampled(rows, np.random.default_rng([seed, 2]))
    space = Space.fit(tables.train)
    real, held_out, made = (space(part) for part in (drawn.train, drawn.test, drawn.synthetic))
    figures: dict[str, Any] = {"n_rows": rows, "n_neighbours": NEIGHBOURS, **manifolds(real, made)}
    if len(held_out) > NEIGHBOURS:
        figures |= {f"{name}_held_out": value for name, value in manifolds(real, held_out).items()}
    return figures


def manifolds(real: Points, other: Points, neighbours: int = NEIGHBOURS) -> dict[str, float]:
    """How two clouds of points lie in one another, by balls around each point up to its k-th neighbour.

    Returns
    -------
    dict
        precision: share of other points in the ball of a real one; recall: share of real points in the ball of another
        one; density: mean number of real balls that another point lies in, over k; coverage: share of real balls with
        another point in them.

    References
    ----------
    Kynkäänniemi, Karras, Laine, Lehtinen, Aila (2019). Improved precision and recall metric for assessing generative
    models. NeurIPS.

    Naeem, Oh, Uh, Choi, Yoo (2020). Reliable fidelity and diversity metrics for generative models. ICML.
    """
    own = [nearest(points, points, neighbours + 1)[:, -1] + SLACK for points in (real, other)]
    balls, reached = np.zeros(len(other)), np.zeros(len(real), bool)
    closest = np.full(len(real), np.inf)
    for start in range(0, len(other), BLOCK):
        block = slice(start, start + BLOCK)
        distances = euclidean_distances(other[block], real)
        balls[block] = (distances <= own[0]).sum(axis=1)
        closest = np.minimum(closest, distances.min(axis=0))
        reached |= (distances <= own[1][block, None]).any(axis=0)
    return {
        "precision": float(np.mean(balls > 0)),
        "recall": float(reached.mean()),
        "density": float(balls.mean() / neighbours),
        "coverage": float(np.mean(closest <= own[0])),
    }


def categories(real: pd.DataFrame, made: pd.DataFrame) -> dict[str, Any]:
    """The share of real words that are produced, of all and of rare ones.

    `new_categories` is the share of cells with a word that no training row has.
    """
    words = [name for name in real if real[name].dtype != np.float64]
    if not words:
        return {}
    shares = pd.concat([real[name].value_counts(normalize=True) for name in words], keys=words)
    seen = pd.concat([made[name].value_counts() for name in words], keys=words)
    found = pd.Series(shares.index.isin(seen.index), index=shares.index)
    rare = shares < RARE
    figures = {"categories": float(found.mean()), "category_count": len(shares), "rare_count": int(rare.sum())}
    if rare.any():
        figures["rare_categories"] = float(found[rare].mean())
    figures["new_categories"] = float(seen[~seen.index.isin(shares.index)].sum() / seen.sum())
    return figures


def _outside(tables: Tables) -> float:
    """The share of synthetic rows with a number below or above all of the training rows'."""
    numbers = tables.numbers
    low, high = tables.train[numbers].min(), tables.train[numbers].max()
    made = tables.synthetic[numbers]
    return float(((made < low) | (made > high)).any(axis=1).mean()) if numbers else 0.0


def _repeats(table: pd.DataFrame) -> float:
    return float(pd.util.hash_pandas_object(table, index=False).duplicated().mean())
