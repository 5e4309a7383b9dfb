"""Does the generator reach everywhere that real rows are, and nowhere else?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_chunked

from ..plain import Float32Array, Float64Array, IndexArray
from ..plots import REAL, SYNTHETIC, finish
from ..selection.neighbours import nearest_rows
from .base import POOR, Figure, Figures, Findings, Inputs, Measurement, Metric, Verdict
from .charts import Chart, Section
from .space import space_of
from .tables import some

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEIGHBOURS = 5
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
    headings: ClassVar = {
        name: Figure(name.replace("_", " "))
        for name in ("precision", "recall", "density", "coverage", "categories", "rare_categories")
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, rng = inputs.tables, inputs.rng(6)
        figures = _reach(inputs)
        size = min(len(tables.test), len(tables.synthetic))
        for suffix, part in (("", tables.synthetic), ("_held_out", tables.test)):
            rows = some(part, size, rng)
            found = categories(tables.train, rows)
            found["repeated_rows"] = float(pd.util.hash_pandas_object(rows, index=False).duplicated().mean())
            figures |= {key if key in COUNTS.values() else f"{key}{suffix}": value for key, value in found.items()}
        train, made = tables.train[tables.numbers], tables.synthetic[tables.numbers]
        figures["out_of_range"] = float(((made < train.min()) | (made > train.max())).any(axis=1).mean())
        by_class = {}
        for name, group in tables.groups().items():
            judged = min(len(group.train), len(group.synthetic)) > NEIGHBOURS
            own = replace(inputs, tables=group)
            by_class[name] = _reach(own) | categories(group.train, group.synthetic) if judged else {}
        return Measurement(figures, classes=by_class, pictures={"projection": projection(inputs)})

    def verdict(self, found: Findings) -> Verdict:
        figures, classes = found.figures[self.name], found.classes
        ratings = self.ratings(figures)
        says = f"{figures['coverage']:.3f} of the real neighbourhoods have a synthetic row in them"
        says += f", {figures['coverage_held_out']:.3f} a held-out real one." if "coverage_held_out" in figures else "."
        if figures.get("rare_count"):
            says += f" The share of rare categories that is produced is {figures['rare_categories']:.3f}, where "
            says += f"held-out rows show {figures['rare_categories_held_out']:.3f}."
        lost = [] if classes.empty else classes.loc[classes["synthetic_rows"] == 0, "class"].tolist()
        if lost:
            ratings.append(POOR)
            says += f" No row is of {', '.join(lost)}."
        hint = "The generator leaves parts out: allow more steps or a larger batch_size, and draw more rows"
        hint += "." if classes.empty else ", or exact counts of each class with sample({...})."
        return self.judged(ratings, says, hint)

    def ratings(self, figures: Figures) -> list[str]:
        """Of each figure as a share of the held-out rows' own; two shares of few categories differ by chance."""
        ratings = []
        for name, figure in self.figures.items():
            reference = figures.get(f"{name}_held_out")
            if reference:
                value, chance = figures[name], 0.0
                if name in COUNTS:
                    variance = (value * (1 - value) + reference * (1 - reference)) / figures[COUNTS[name]]
                    chance = 2 * variance**0.5
                ratings.append(figure.rating((value + chance) / reference))
        return ratings

    def sections(self, found: Findings) -> list[Section]:
        note = (
            "Held-out real rows and synthetic ones along the two main axes of the training rows. Where one colour is "
            "alone, rows are missing or invented; the outermost are not shown."
        )
        chart = Chart((6.4, 4.6), partial(draw_projection, found=found.pictures["projection"]))
        return [Section("Rows in the plane", chart, note=note)]


def _reach(inputs: Inputs) -> Figures:
    tables, rng = inputs.tables, inputs.rng(2)
    rows = min(len(tables.train), len(tables.synthetic), inputs.near_rows)
    if len(tables.test) > NEIGHBOURS:
        rows = min(rows, len(tables.test))
    space = space_of(tables.train)
    real, held_out, made = (some(part, rows, rng) for _, part in tables.parts())
    figures: Figures = {"n_rows": rows, "n_neighbours": NEIGHBOURS, **manifolds(space(real), space(made))}
    if len(held_out) > NEIGHBOURS:
        figures |= {f"{name}_held_out": value for name, value in manifolds(space(real), space(held_out)).items()}
    return figures


def manifolds(real: Float32Array, other: Float32Array, neighbours: int = NEIGHBOURS) -> dict[str, float]:
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
    radius, other_radius = (nearest_rows(points, points, neighbours + 1)[0][:, -1] + SLACK for points in (real, other))
    balls = _balls(real, radius, other)
    return {
        "precision": float(np.mean(balls > 0)),
        "recall": float(np.mean(_balls(other, other_radius, real) > 0)),
        "density": float(balls.mean() / neighbours),
        "coverage": float(np.mean(nearest_rows(other, real)[0][:, 0] <= radius)),
    }


def _balls(centres: Float32Array, radius: Float64Array, points: Float32Array) -> IndexArray:
    """In how many balls each point lies."""
    counted = pairwise_distances_chunked(points, centres, reduce_func=lambda far, _: (far <= radius).sum(axis=1))
    return np.concatenate(list(counted))


def categories(real: pd.DataFrame, made: pd.DataFrame) -> Figures:
    """The share of real categories that are produced, of all and of rare ones.

    `new_categories` is the share of cells with a category that no training row has.
    """
    names = [name for name in real if real[name].dtype != np.float64]
    if not names:
        return {}
    shares = pd.concat([real[name].value_counts(normalize=True) for name in names], keys=names)
    seen = pd.concat([made[name].value_counts() for name in names], keys=names)
    found, rare = shares.index.isin(seen.index), shares < RARE
    figures: Figures = {"categories": float(found.mean()), "category_count": len(shares), "rare_count": int(rare.sum())}
    if rare.any():
        figures["rare_categories"] = float(found[rare].mean())
    figures["new_categories"] = float(seen[~seen.index.isin(shares.index)].sum() / seen.sum())
    return figures


def projection(inputs: Inputs) -> dict[str, Any]:
    """Up to a thousand held-out and synthetic rows along the two main axes of the training rows."""
    tables, rng = inputs.tables, inputs.rng(4)
    space = space_of(tables.train)
    train = space(some(tables.train, 10 * POINTS, rng))
    axes = PCA(min(2, *train.shape), random_state=inputs.seed).fit(train)
    found: dict[str, Any] = {"explained": axes.explained_variance_ratio_.astype(np.float64).tolist()}
    for name, rows in (("real", tables.test), ("synthetic", tables.synthetic)):
        points = axes.transform(space(some(rows, POINTS, rng))).astype(np.float64)
        found[name] = np.pad(points, ((0, 0), (0, 2 - points.shape[1]))).round(3).tolist()
    return found


def draw_projection(ax: Axes, found: dict[str, Any]) -> None:
    """Held-out and synthetic rows along the two main axes of the training rows."""
    for name, colour in (("real", REAL), ("synthetic", SYNTHETIC)):
        x, y = np.transpose(found[name])
        ax.scatter(x, y, s=7, color=colour, alpha=0.5, linewidth=0, label=f"{name} rows")
    low, high = np.quantile([*found["real"], *found["synthetic"]], [1 - SEEN, SEEN], axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-3)
    across, up = np.transpose([low - margin, high + margin])
    shares = [*found["explained"], 0.0]
    labels = f"first axis ({shares[0]:.0%} of the variance)", f"second axis ({shares[1]:.0%})"
    ax.set(xlim=across, ylim=up, xlabel=labels[0], ylabel=labels[1])
    finish(ax, markerscale=2.5)
