"""Do synthetic images look like real ones, as a recogniser of these sees them?"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd

from ..modality.image.pixels import pictures
from ..plain import AnyArray, Float32Array, Float64Array, IndexArray
from ..plots import draw_grid
from ..selection.neighbours import nearest_rows
from .base import POOR, UNKNOWN, Figure, Findings, Inputs, Measurement, Metric, Verdict
from .charts import Chart, Section
from .fidelity import of_columns
from .recognised import ImageTables
from .space import space_of

SHOWN, MOST_SHOWN_CLASSES = 10, 10
PAIRS = 8
MOST_POINTS = 2_000
LEAST_JUDGED = 5
GRIDS = "grids"
"""Of images, among the pictures of an evaluation."""
CLEARLY = 0.5
"""A class comes out as another if less than that share of its images is recognised, of what held-out ones are."""


class Likeness(Metric):
    """The kernel inception distance (KID), in the features of a recogniser of the training images.

    Bińkowski, Sutherland, Arbel, Gretton (2018), "Demystifying MMD GANs".
    """

    name = "likeness"
    title = "Likeness: do images look real?"
    figures: ClassVar = {"kid": Figure("kernel distance (KID)", 0.05, 0.3)}
    headings: ClassVar = {
        "kid": Figure("KID", note="how far the class's images are from its training images"),
        "kid_held_out": Figure("held-out KID", note="how far its held-out images are from them"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, rng = cast(ImageTables, inputs.tables), inputs.rng(8)
        space = space_of(tables.train[tables.numbers])
        points = {name: space(part[tables.numbers]) for name, part in tables.parts()}
        figures = {
            "kid": kernel_distance(points["train"], points["synthetic"], rng),
            "kid_held_out": kernel_distance(points["train"], points["test"], rng),
        }
        classes = {}
        for name, group in tables.groups().items():
            real = points["train"][group.train.index]
            others = {"kid": ("synthetic", group.synthetic), "kid_held_out": ("test", group.test)}
            classes[name] = {
                key: kernel_distance(real, points[part][rows.index], rng)
                for key, (part, rows) in others.items()
                if min(len(real), len(rows)) >= LEAST_JUDGED
            }
        return Measurement(figures, of_columns(tables), classes, pictures={GRIDS: grids(tables, points)})

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        says = (
            f"The kernel distance of synthetic images from training images is {figures['kid']:.3f}, that of held-out "
        )
        says += f"ones {figures['kid_held_out']:.3f}."
        return self.judged(self.ratings(figures), says, "Allow more steps or more time, and draw with refine=True.")

    def sections(self, found: Findings) -> list[Section]:
        own = found.pictures[GRIDS]
        sections = []
        for title, key in (("Training images", "real"), ("Synthetic images", "synthetic")):
            side = 0.55 * len(own["names"]) + 0.4
            chart = Chart((7.0, side), partial(draw_grid, rows=own[key], names=own["names"]))
            sections.append(Section(title, chart))
        chart = Chart((7.0, 1.9), partial(draw_grid, rows=own["near"], names=["synthetic", "training"]))
        note = "The synthetic images that are nearest to a training image, and that image below each."
        return [*sections, Section("Nearest to training images", chart, note=note)]


class Recognition(Metric):
    """What a recogniser of training images takes images for."""

    name = "recognition"
    title = "Recognition: is an image of its class?"
    figures: ClassVar = {"recognised": Figure("images taken for their class", 0.9, 0.7)}
    headings: ClassVar = {
        "recognised": Figure("taken for it", note="the share of the class's synthetic images"),
        "recognised_held_out": Figure("held-out images taken for it"),
        "taken_for": Figure("else mostly for"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables = cast(ImageTables, inputs.tables)
        if not tables.taken_for or tables.target is None:
            return Measurement({})
        right = {
            name: part[tables.target].to_numpy() == tables.taken_for[name].to_numpy() for name, part in tables.parts()
        }
        classes: dict[str, dict[str, Any]] = {}
        for name, group in tables.groups().items():
            own: dict[str, Any] = {}
            for key, part, rows in (
                ("recognised", "synthetic", group.synthetic.index),
                ("recognised_held_out", "test", group.test.index),
            ):
                if len(rows):
                    own[key] = float(right[part][rows].mean())
            others = tables.taken_for["synthetic"].iloc[group.synthetic.index]
            others = others[others != name].value_counts()
            if len(others):
                own["taken_for"] = f"{others.index[0]} ({others.iloc[0] / len(group.synthetic):.0%})"
            classes[name] = own
        shares = pd.DataFrame(classes.values())
        figures = {"recognised": float(shares["recognised"].mean())}
        if "recognised_held_out" in shares:
            figures["recognised_held_out"] = float(shares["recognised_held_out"].mean())
        return Measurement(figures, classes=classes)

    def ratings(self, figures: dict[str, Any]) -> list[str]:
        """Beside held-out images, not all of which are recognised either."""
        share = figures["recognised"] / max(figures.get("recognised_held_out", 1.0), 1e-9)
        return [self.figures["recognised"].rating(share)]

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        if not figures:
            return Verdict(self.name, UNKNOWN, "Without classes there is nothing to recognise.", "Give labels.")
        says = f"{figures['recognised']:.0%} of synthetic images are taken for their class, averaged over classes"
        held_out = figures.get("recognised_held_out")
        says += "." if held_out is None else f"; of held-out ones {held_out:.0%}."
        ratings = self.ratings(figures)
        lost = pd.DataFrame()
        if {"recognised", "recognised_held_out"} <= set(found.classes):
            lost = found.classes[found.classes["recognised"] < CLEARLY * found.classes["recognised_held_out"]]
        for _, row in lost.iterrows():
            ratings.append(POOR)
            says += f" {row['class']} comes out as {row['taken_for']}."
        return self.judged(
            ratings, says, "Allow more steps, collect more images of such a class, or see to its labels."
        )


def kernel_distance(real: AnyArray, other: AnyArray, rng: np.random.Generator | None = None) -> float:
    """The unbiased squared maximum mean discrepancy of a cubic kernel; with `rng` of at most 2,000 points each."""
    one, two = (np.asarray(part, np.float64) for part in (real, other))
    if rng is not None:
        one, two = (part[rng.permutation(len(part))[:MOST_POINTS]] for part in (one, two))

    def kernel(a: Float64Array, b: Float64Array) -> Float64Array:
        found: Float64Array = (a @ b.T / a.shape[1] + 1) ** 3
        return found

    within = 0.0
    for part in (one, two):
        values = kernel(part, part)
        within += float((values.sum() - np.trace(values)) / max(len(part) * (len(part) - 1), 1))
    return within - 2 * float(kernel(one, two).mean())


def grids(tables: ImageTables, points: dict[str, Float32Array]) -> dict[str, Any]:
    """Images to show, from 0 to 1: some of each class, and the synthetic ones nearest to training images."""
    groups = dict(list(tables.groups().items())[:MOST_SHOWN_CLASSES])
    first = tables.images["train"]
    low, high = float(first.min()), float(first.max())

    def shown(images: AnyArray, width: int) -> Float64Array:
        made = pictures(images if images.ndim == 4 else images[..., None], low, high)
        return np.pad(made, ((0, width - len(made)), (0, 0), (0, 0), (0, 0)), constant_values=1)

    found: dict[str, Any] = {"names": list(groups) or [""]}
    for key, part in (("real", "train"), ("synthetic", "synthetic")):
        chosen = [getattr(group, part).index[:SHOWN] for group in groups.values()] or [np.arange(SHOWN)]
        found[key] = np.stack([shown(tables.images[part][rows], SHOWN) for rows in chosen])
    gap, place = nearest_rows(points["train"], points["synthetic"])
    some: IndexArray = np.argsort(gap[:, 0], kind="stable")[:PAIRS]
    pairs = tables.images["synthetic"][some], first[place[some, 0]]
    found["near"] = np.stack([shown(images, PAIRS) for images in pairs])
    return found
