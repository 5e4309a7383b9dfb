"""Does the generator reach everywhere that real rows are, and nowhere else?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.metrics import euclidean_distances

from .base import POOR, Figure, Figures, Findings, Inputs, Measurement, Metric, Verdict, listed
from .charts import REAL, SYNTHETIC, Chart, Section, finish
from .space import Points, Space, nearest
from .tables import Tables, some

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEIGHBOURS = 5
BLOCK = 1000
RARE = 0.01
COUNTS = {"categories": "category_count", "rare_categories": "rare_count"}
SLACK = 1e-6  # of distances between equal points
POINTS = 1000
SEEN = 0.995  # of the points in the plane, from each side
REACH = (0.9, 0.7)  # of what held-out rows have


class Coverage(Metric):
    """Precision, recall, density and coverage, and the share of categories that are produced.

    They are next to what as many held-out real rows have; so are their limits.
    """

    name = "coverage"
    title = "Coverage: is everything reached?"
    figures: ClassVar = {
        "precision": Figure("precision", *REACH),
        "recall": Figure("recall", *REACH),
        "density": Figure("density", 0.8, 0.6),  # a mean, which scatters more
        "coverage": Figure("coverage", *REACH),
        "categories": Figure("real categories produced", *REACH),
        "rare_categories": Figure("rare categories (below 1 %) produced", *REACH),
        "new_categories": Figure("cells of a category without training row"),
        "repeated_rows": Figure("rows that repeat an earlier one"),
        "out_of_range": Figure("rows outside the training rows' range"),
    }
    by_class: ClassVar = {
        **{name: Figure(name) for name in ("precision", "recall", "density", "coverage", "categories")},
        "rare_categories": Figure("rare categories"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, rng = inputs.tables, inputs.rng(6)
        figures = _reach(inputs)
        size = min(len(tables.test), len(tables.synthetic))
        for suffix, part in (("", tables.synthetic), ("_held_out", tables.test)):
            rows = some(part, size, rng)
            found = {**categories(tables.train, rows), "repeated_rows": _repeats(rows)}
            figures |= {f"{key}{suffix}": v for key, v in found.items() if not (suffix and key in COUNTS.values())}
        figures["out_of_range"] = _outside(tables)
        by_class = {
            name: _of_class(replace(inputs, tables=tables.take(rows))) for name, rows in tables.groups().items()
        }
        return Measurement(figures, classes=by_class, pictures={"projection": projection(inputs)})

    def verdict(self, found: Findings) -> Verdict:
        figures, classes = found.figures[self.name], found.classes
        ratings = list(self._ratings(figures))
        says = f"{figures['coverage']:.3f} of the real neighbourhoods have a synthetic row in them"
        says += f", {figures['coverage_held_out']:.3f} a held-out real one." if "coverage_held_out" in figures else "."
        if figures.get("rare_count"):
            says += f" The share of rare categories that is produced is {figures['rare_categories']:.3f}, where "
            says += f"held-out rows show {figures['rare_categories_held_out']:.3f}."
        lost = [] if classes.empty else classes.loc[classes["synthetic_rows"] == 0, "class"].tolist()
        if lost:
            ratings.append(POOR)
            says += f" No row is of {listed(lost)}."
        hint = "The generator leaves parts out: allow more steps or a larger batch_size, and draw more rows"
        hint += "." if classes.empty else ", or exact counts of each class with sample({...})."
        return self.judged(ratings, says, hint)

    def _ratings(self, figures: Figures) -> Iterator[str]:
        for name, figure in self.figures.items():
            reference = figures.get(f"{name}_held_out")
            if reference:
                value = figures[name]
                chance = _chance(value, reference, figures[COUNTS[name]]) if name in COUNTS else 0.0
                yield figure.rating((value + chance) / reference)

    def sections(self, found: Findings) -> list[Section]:
        note = (
            "Held-out real rows and synthetic ones along the two main axes of the training rows. Where one colour is "
            "alone, rows are missing or invented; the outermost are not shown."
        )
        chart = Chart((6.4, 4.6), partial(draw_projection, found=found.pictures["projection"]))
        return [Section("Rows in the plane", chart, note=note)]


def _chance(found: float, reference: float, count: int) -> float:
    """By how much two shares of `count` categories may differ by chance."""
    return float(2 * ((found * (1 - found) + reference * (1 - reference)) / count) ** 0.5)


def _of_class(inputs: Inputs) -> Figures:
    part = inputs.tables
    if min(len(part.train), len(part.synthetic)) <= NEIGHBOURS:
        return {}
    return _reach(inputs) | categories(part.train, part.synthetic)


def _reach(inputs: Inputs) -> Figures:
    tables = inputs.tables
    rows = min(len(tables.train), len(tables.synthetic), inputs.near_rows)
    if len(tables.test) > NEIGHBOURS:
        rows = min(rows, len(tables.test))
    drawn = tables.sampled(rows, inputs.rng(2))
    space = Space.fit(tables.train)
    real, held_out, made = (space(part) for part in (drawn.train, drawn.test, drawn.synthetic))
    figures: Figures = {"n_rows": rows, "n_neighbours": NEIGHBOURS, **manifolds(real, made)}
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


def categories(real: pd.DataFrame, made: pd.DataFrame) -> Figures:
    """The share of real categories that are produced, of all and of rare ones.

    `new_categories` is the share of cells with a category that no training row has.
    """
    names = [name for name in real if real[name].dtype != np.float64]
    if not names:
        return {}
    shares = pd.concat([real[name].value_counts(normalize=True) for name in names], keys=names)
    seen = pd.concat([made[name].value_counts() for name in names], keys=names)
    found = pd.Series(shares.index.isin(seen.index), index=shares.index)
    rare = shares < RARE
    figures: Figures = {"categories": float(found.mean()), "category_count": len(shares), "rare_count": int(rare.sum())}
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


def projection(inputs: Inputs) -> dict[str, Any]:
    """Up to a thousand held-out and synthetic rows along the two main axes of the training rows."""
    tables, rng = inputs.tables, inputs.rng(4)
    space = Space.fit(tables.train)
    train = space(some(tables.train, 10 * POINTS, rng))
    axes = PCA(min(2, *train.shape), random_state=inputs.seed).fit(train)
    parts = {"real": some(tables.test, POINTS, rng), "synthetic": some(tables.synthetic, POINTS, rng)}
    found: dict[str, Any] = {"explained": [float(value) for value in axes.explained_variance_ratio_]}
    for name, rows in parts.items():
        points = axes.transform(space(rows))
        points = np.hstack([points, np.zeros((len(points), 2 - points.shape[1]))])
        found[name] = np.round(points.astype(np.float64), 3).tolist()
    return found


def draw_projection(ax: Axes, found: dict[str, Any]) -> None:
    """Held-out and synthetic rows along the two main axes of the training rows."""
    for name, colour in (("real", REAL), ("synthetic", SYNTHETIC)):
        points = np.array(found[name])
        ax.scatter(points[:, 0], points[:, 1], s=7, color=colour, alpha=0.5, linewidth=0, label=f"{name} rows")
    every = np.array([*found["real"], *found["synthetic"]])
    low, high = np.quantile(every, [1 - SEEN, SEEN], axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-3)
    ax.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
    shares = [*found["explained"], 0.0]
    ax.set(xlabel=f"first axis ({shares[0]:.0%} of the variance)", ylabel=f"second axis ({shares[1]:.0%})")
    finish(ax, markerscale=2.5)
