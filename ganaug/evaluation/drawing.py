"""Pictures of an evaluation. Each takes axes and what was measured; nothing is computed here but places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..plots import new_axes

if TYPE_CHECKING:
    from .result import Evaluation

REAL, SYNTHETIC = "#0072B2", "#E69F00"  # of Okabe and Ito's palette, which the colour-blind can tell apart
MOST_BARS = 40
LONGEST = 18
DAY = 86_400
SEEN = 0.995  # of the points in the plane, from each side


def draw(result: Evaluation, ax: Any) -> Any:
    """See `Evaluation.plot`."""
    table = result.columns.sort_values("error").tail(MOST_BARS)
    if ax is None:
        ax = new_axes((7.2, 1.4 + 0.24 * len(table)))
    places = np.arange(len(table))
    ax.barh(places, table["error"], color=SYNTHETIC, label="synthetic rows")
    ax.plot(table["error_held_out"], places, "|", color=REAL, markersize=9, mew=2.5, label="held-out real rows")
    ax.set_yticks(places, [shortened(name) for name in table["column"]], parse_math=False)
    ax.set_xlabel("distance from the training rows, %")
    ax.set_title(result.verdict, wrap=True)
    ax.margins(y=0.02)
    _finish(ax)
    return ax


def draw_column(ax: Any, found: dict[str, Any]) -> None:
    """Training and synthetic rows of a column side by side, as shares."""
    if found["kind"] == "word":
        places, height = np.arange(len(found["values"])), 0.4
        ax.barh(places - height / 2, found["real"], height, color=REAL)
        ax.barh(places + height / 2, found["synthetic"], height, color=SYNTHETIC)
        ax.set_yticks(places, [shortened(value) for value in found["values"]], parse_math=False)
        ax.invert_yaxis()
        ax.locator_params(axis="x", nbins=4)
    else:
        ax.stairs(found["real"], found["edges"], fill=True, color=REAL, alpha=0.55)
        ax.stairs(found["synthetic"], found["edges"], color=SYNTHETIC, linewidth=2)
        ax.locator_params(axis="both", nbins=4)
        if found["kind"] == "moment":
            ax.set_xticks(ax.get_xticks()[1:-1], [_moment(tick, found["edges"]) for tick in ax.get_xticks()[1:-1]])
    _finish(ax, legend=False)


def draw_pairs(ax: Any, pairs: pd.DataFrame, names: list[str]) -> Any:
    """Distances of pairs of columns: below the diagonal of synthetic rows, above it of held-out real ones."""
    spot = {name: place for place, name in enumerate(names)}
    grid = np.full((len(names), len(names)), np.nan)
    for row in pairs.itertuples():
        one, two = sorted((spot[row.first], spot[row.second]))
        grid[two, one], grid[one, two] = row.error, row.error_held_out
    image = ax.imshow(grid, cmap="viridis", vmin=0, vmax=max(float(np.nanmax(grid)), 1e-9), interpolation="nearest")
    labels = [shortened(name) for name in names]
    ax.set_xticks(np.arange(len(names)), labels, rotation=90, parse_math=False)
    ax.set_yticks(np.arange(len(names)), labels, parse_math=False)
    ax.figure.colorbar(image, ax=ax, shrink=0.7, label="distance from the training rows, %")
    ax.set(xlabel="above: held-out real rows", ylabel="below: synthetic rows")
    return ax


def draw_projection(ax: Any, found: dict[str, Any]) -> None:
    """Held-out and synthetic rows along the two main axes of the training rows."""
    for name, colour in (("real", REAL), ("synthetic", SYNTHETIC)):
        points = np.array(found[name])
        ax.scatter(*points.T, s=7, color=colour, alpha=0.5, linewidth=0, label=f"{name} rows")
    every = np.array([*found["real"], *found["synthetic"]])
    low, high = np.quantile(every, [1 - SEEN, SEEN], axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-3)
    ax.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
    shares = [*found["explained"], 0.0]
    ax.set(xlabel=f"first axis ({shares[0]:.0%} of the variance)", ylabel=f"second axis ({shares[1]:.0%})")
    _finish(ax, markerscale=2.5)


def draw_history(ax: Any, history: pd.DataFrame) -> None:
    """Both losses over the steps."""
    for name, colour in (("discriminator_loss", REAL), ("generator_loss", SYNTHETIC)):
        ax.plot(
            history["step"], history[name], color=colour, label=name.replace("_", " "), marker="." * (len(history) < 3)
        )
    ax.set(xlabel="step", ylabel="loss")
    _finish(ax)


def shortened(name: Any) -> str:
    """A name that fits beside an axis."""
    text = str(name)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _moment(seconds: float, edges: list[float]) -> str:
    """A date, and the time of it if the axis is short; of spans of time, the days."""
    spread = edges[-1] - edges[0]
    if all(abs(edge) < 10 * 365 * DAY for edge in edges) and edges[0] < 365 * DAY:
        return f"{seconds / DAY:.3g} d"
    moment = pd.Timestamp(seconds, unit="s")
    return moment.strftime("%Y-%m" if spread > 200 * DAY else "%m-%d" if spread > 3 * DAY else "%H:%M")


def _finish(ax: Any, *, legend: bool = True, **more: Any) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(fontsize="small", frameon=False, **more)
