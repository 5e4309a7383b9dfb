"""How a conditional GAN learns: pictures of a real training, on points in the plane of three classes.

Makes the pictures of `docs/how-a-conditional-gan-learns.md`, in about a minute. It looks at a discriminator while that
learns, so it reaches deeper into ganaug than a script of yours needs to.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import make_moons

from ganaug import GANAugmenter, TrainingState
from ganaug.plots import PALETTE

try:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[plot]'") from error

REAL, SYNTHETIC, THIRD = PALETTE["blue"], PALETTE["vermilion"], PALETTE["green"]
COLOURS = {"upper": REAL, "lower": SYNTHETIC, "dot": THIRD}
LIMITS = {"xlim": (-1.4, 2.4), "ylim": (-0.9, 1.9), "xticks": [], "yticks": [], "aspect": "equal"}
SHOWN = 400
Rows = tuple[pd.DataFrame, pd.Series]


def points(rows: int) -> Rows:
    """Two moons, and a small round class that is ten times as rare as each."""
    moons, labels = make_moons(rows, noise=0.08, random_state=0)
    dot = np.random.default_rng(0).normal([0.5, 1.5], 0.1, (rows // 20, 2))
    X = pd.DataFrame(np.concatenate([moons, dot]), columns=["x", "y"])
    names = np.array(["upper", "lower", "dot"])
    return X, pd.Series(names[np.append(labels, np.full(len(dot), 2))], name="class")


@dataclass
class Frame:
    """What was to be seen after a step: generated points, and the discriminator's logits in the plane, by class."""

    points: dict[str, np.ndarray]
    logits: dict[str, np.ndarray]


class Film:
    """Keeps hold of the discriminator, which a callback is not told of, and takes a frame after each chunk of steps."""

    def __init__(self) -> None:
        self.axes = [np.linspace(*LIMITS[name], 90) for name in ("xlim", "ylim")]
        self.frames: dict[int, Frame] = {}
        self.network: Any = None

    def discriminator(self, layout: Any) -> Any:
        """The one that ganaug takes for a table of this size by itself."""
        from ganaug.modality.base import Size
        from ganaug.modality.table.networks import discriminator

        self.network = discriminator(layout, Size(), seed=0)
        return self.network

    def __call__(self, state: TrainingState) -> None:
        made, labels = state.sample(dict.fromkeys(COLOURS, SHOWN), random_state=0)
        points = {name: made[labels == name].to_numpy() for name in COLOURS}
        self.frames[state.step] = Frame(points, {name: self.logits(state, name) for name in COLOURS})

    def logits(self, state: TrainingState, label: str) -> np.ndarray:
        """How real a point of this label would look at each place."""
        from ganaug.modality.expanding import expand, expand_condition

        grid = np.stack(np.meshgrid(*self.axes), -1)
        model: Any = state.model
        rows = model.encoder.encode(pd.DataFrame(grid.reshape(-1, 2), columns=["x", "y"]))
        condition = model.target.encode(pd.Series([label] * len(rows.codes)))
        layout = model.generator.layout
        seen = expand(layout, rows.codes, (rows.low + rows.high) / 2)
        told = expand_condition(layout.label, condition.codes, (condition.low + condition.high) / 2)
        return self.network([seen, told]).numpy().reshape(grid.shape[:2])

    def near(self, step: int) -> int:
        """The frame that was taken nearest to a step."""
        return min(self.frames, key=lambda taken: abs(taken - step))


def panels(columns: int, rows: int = 1, height: float = 2.75) -> tuple[Figure, Any]:
    figure, axes = plt.subplots(rows, columns, figsize=(3.4 * columns, height * rows), layout="constrained")
    return figure, np.atleast_1d(axes)


def scatter(ax: Axes, xy: np.ndarray, colour: str, label: str | None = None, size: float = 5) -> None:
    ax.scatter(xy[:, 0], xy[:, 1], s=size, color=colour, alpha=0.6, linewidths=0, label=label)


def of_classes(ax: Axes, points: dict[str, np.ndarray], title: str) -> None:
    for name, xy in points.items():
        scatter(ax, xy, COLOURS[name], name)
    ax.set(title=title, **LIMITS)


def loop() -> Figure:
    """The eight steps as a diagram."""
    figure, ax = plt.subplots(figsize=(10, 5.3), layout="constrained")
    ax.set(xlim=(0, 10), ylim=(0, 5.3))
    ax.axis("off")
    nothing, of_generator, of_discriminator, of_table = "#eeeeee", "#f7dccb", "#cdeadf", "#cfe3f0"
    boxes = (
        (0.1, 2.8, 1.7, "1  noise", nothing),
        (0.1, 1.3, 1.7, "2  labels", nothing),
        (2.5, 2.8, 1.8, "3  generator", of_generator),
        (2.5, 0.2, 1.8, "training rows\nof these labels", of_table),
        (5.3, 1.5, 2.0, "4  discriminator:\nhow real is each?", of_discriminator),
        (8.2, 0.2, 1.7, "5  its loss:\ntell them apart", of_discriminator),
        (8.2, 2.8, 1.7, "6  generator's\nloss: the reverse", of_generator),
        (2.5, 4.3, 1.8, "7  moving average\nof generators", of_generator),
        (5.3, 4.3, 2.0, "8  after training:\nrows of any label", nothing),
    )
    for x, y, width, text, colour in boxes:
        ax.add_patch(FancyBboxPatch((x, y), width, 0.9, boxstyle="round,pad=0.06", fc=colour, ec="0.35"))
        ax.text(x + width / 2, y + 0.45, text, ha="center", va="center", fontsize=11)
    arrows = (
        (1.9, 3.25, 2.4, 3.25, "0.2"),
        (1.9, 2.0, 2.4, 2.9, "0.2"),
        (1.9, 1.5, 2.4, 0.9, "0.2"),
        (1.9, 1.75, 5.2, 1.95, "0.2"),
        (4.4, 2.95, 5.2, 2.35, SYNTHETIC),
        (4.4, 0.7, 5.2, 1.5, REAL),
        (7.4, 1.7, 8.1, 0.9, "0.2"),
        (7.4, 2.3, 8.1, 2.9, "0.2"),
        (8.1, 0.45, 6.3, 1.4, THIRD),
        (8.1, 3.45, 4.4, 3.45, SYNTHETIC),
        (3.4, 3.8, 3.4, 4.2, "0.2"),
        (4.4, 4.75, 5.2, 4.75, "0.2"),
    )
    for x, y, to_x, to_y, colour in arrows:
        bend = "arc3,rad=-0.3" if colour == THIRD else "arc3"
        arrow = {"arrowstyle": "-|>", "mutation_scale": 15, "lw": 1.8, "color": colour, "connectionstyle": bend}
        ax.add_patch(FancyArrowPatch((x, y), (to_x, to_y), **arrow))
    words = ((4.45, 2.35, "fakes"), (4.85, 0.85, "real rows"), (6.0, 0.6, "gradient"), (5.7, 3.55, "gradient"))
    for x, y, text in words:
        ax.text(x, y, text, fontsize=10, style="italic")
    return figure


def noise_and_labels(film: Film, y: pd.Series) -> Figure:
    """What goes in, and what the untrained and the trained generator make of it."""
    figure, (left, middle, right) = panels(3)
    noise = np.random.default_rng(0).normal(size=(3 * SHOWN, 2))
    left.scatter(*noise.T, s=5, color="0.4", alpha=0.6, linewidths=0)
    left.set(title="1  noise: two of 64 numbers", xticks=[], yticks=[], aspect="equal")
    counts = y.value_counts()[list(COLOURS)]
    for shift, weight, name, hatch in ((-0.2, counts, "in the table", None), (0.2, counts**0.5, "drawn", "///")):
        options = {"color": list(COLOURS.values()), "edgecolor": "white", "hatch": hatch, "label": name}
        middle.bar(np.arange(3) + shift, 100 * weight / weight.sum(), 0.38, **options)
    middle.set(title="2  labels; hatched: as drawn", ylabel="% of rows")
    middle.set_xticks(range(3), list(COLOURS))
    middle.spines[["top", "right"]].set_visible(False)
    first = min(film.frames)
    of_classes(right, film.frames[first].points, f"3  rows of each label, step {first}")
    return figure


def snapshots(film: Film, X: pd.DataFrame, y: pd.Series) -> Figure:
    """Generated points as training goes on, and the real ones."""
    last = max(film.frames)
    steps = sorted({film.near(step) for step in np.array([0, 0.2, 0.4, 0.6, 1]) * last})
    figure, axes = panels(3, 2)
    for ax, step in zip(axes.flat, steps, strict=False):
        of_classes(ax, film.frames[step].points, f"after step {step:,}")
    for ax in axes.flat[len(steps) : -1]:
        ax.axis("off")
    of_classes(axes.flat[-1], {name: X[y == name].to_numpy()[:SHOWN] for name in COLOURS}, "real points")
    axes.flat[-1].legend(loc="lower left", frameon=False, markerscale=3)
    return figure


def opinions(film: Film, X: pd.DataFrame, y: pd.Series) -> Figure:
    """The discriminator's view: of one class over time, then of each class at the end."""
    last = max(film.frames)
    scenes = [(film.near(step), "upper") for step in (0, 0.2 * last, 0.6 * last)] + [(last, name) for name in COLOURS]
    figure, axes = panels(3, 2)
    for ax, (step, label) in zip(axes.flat, scenes, strict=True):
        frame = film.frames[step]
        logits = frame.logits[label]
        logits = logits - np.median(logits)
        span = np.quantile(np.abs(logits), 0.98)
        shown = ax.pcolormesh(
            *film.axes, logits, cmap=plt.get_cmap("PRGn", 11), vmin=-span, vmax=span, shading="nearest", rasterized=True
        )
        scatter(ax, X[y == label].to_numpy()[: SHOWN // 2], REAL, "real", 7)
        scatter(ax, frame.points[label][: SHOWN // 2], SYNTHETIC, "generated", 7)
        ax.set(title=f"step {step:,}, told “{label}”", **LIMITS)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower left", ncols=2, markerscale=3)
    bar = figure.colorbar(shown, ax=axes, ticks=[-span, span], shrink=0.6)
    bar.ax.set_yticklabels(["generated", "real"])
    return figure


def curves(history: pd.DataFrame) -> Figure:
    """Losses, which say little, and the checks, which say more."""
    figure, (left, middle, right) = panels(3, height=2.9)
    for name, colour in {"discriminator": REAL, "generator": SYNTHETIC}.items():
        left.plot(history["step"], history[f"{name}_loss"], color=colour, label=name)
    left.axhline(np.log(2), color="0.6", ls="--", lw=1, label="neither wins: log 2")
    left.set(title="losses", xlabel="step")
    left.legend(frameon=False)
    checks = history.dropna()
    for ax, name, best, colour in ((middle, "detection", 0.5, PALETTE["vermilion"]), (right, "coverage", 0.97, THIRD)):
        ax.plot(checks["step"], checks[name], marker="o", color=colour)
        ax.axhline(best, color="0.6", ls="--", lw=1)
        ax.annotate("as real rows", (checks["step"].iloc[0], best), (0, 4), textcoords="offset points", color="0.4")
        ax.set(title=name, xlabel="step")
    for ax in (left, middle, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def asked_for(augmenter: GANAugmenter, X: pd.DataFrame, y: pd.Series) -> Figure:
    """As many points of each class as were asked for, upon the real ones."""
    figure, axes = panels(3)
    for ax, name in zip(axes, COLOURS, strict=True):
        made, _ = augmenter.sample({name: 300}, random_state=0)
        scatter(ax, X.to_numpy(), "0.8")
        scatter(ax, made.to_numpy(), COLOURS[name])
        ax.set(**LIMITS)
        ax.set_title(f'sample({{"{name}": 300}}), {(y == name).sum():,} real', fontsize=10.5)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000, help="points of both moons (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps (default: chosen from the rows)")
    parser.add_argument("--out", type=Path, default=Path("learning"), help="a folder for pictures (%(default)s)")
    arguments = parser.parse_args()
    plt.switch_backend("Agg")

    X, y = points(arguments.rows)
    film = Film()
    augmenter = GANAugmenter(
        steps=arguments.steps or "auto", discriminator=film.discriminator, on_chunk=film, random_state=0
    ).fit(X, y)
    checks = augmenter.history_.dropna()
    print(checks[["step", "discriminator_loss", "generator_loss", "detection", "coverage"]].to_string(index=False))

    arguments.out.mkdir(parents=True, exist_ok=True)
    pictures = {
        "loop": loop(),
        "input": noise_and_labels(film, y),
        "snapshots": snapshots(film, X, y),
        "discriminator": opinions(film, X, y),
        "curves": curves(augmenter.history_),
        "sampling": asked_for(augmenter, X, y),
    }
    for name, figure in pictures.items():
        figure.savefig(arguments.out / f"learning-{name}.png", dpi=90)
    print(f"\nwrote {len(pictures)} pictures to {arguments.out}")


if __name__ == "__main__":
    main()
