"""Pictures of what was learnt, and what all plots have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .data.validation import check_count
from .model import GenerativeModel, HoldsModel
from .plain import Float64Array, RandomState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
"""Okabe & Ito's, which colour-blind people can tell apart: jfly.uni-koeln.de/color."""
BLACK, GREEN, PURPLE, GREY = PALETTE["black"], PALETTE["green"], PALETTE["purple"], "#767676"
BLUE, VERMILION = PALETTE["blue"], PALETTE["vermilion"]
REAL, SYNTHETIC = BLUE, VERMILION
MOST_CLASSES = 20
LONGEST_NAME = 20
"""Letters of a name beside an axis."""
GAP = 1
"""Pixels between images."""


def new_axes(size: tuple[float, float]) -> Axes:
    """Axes of a new figure of this size in inches."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'ganaug[plot]'") from None
    return plt.subplots(figsize=size, layout="constrained")[1]


def finish(ax: Axes, *, legend: bool = True, **more: Any) -> Axes:
    """Axes without a frame, and with a plain legend."""
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(frameon=False, **more)
    return ax


class PlottingMixin(HoldsModel):
    """What an augmenter shows of itself, with matplotlib."""

    def plot_samples(self, n: int = 8, *, random_state: RandomState = None, ax: Axes | None = None) -> Any:
        """A grid of generated images, with a row for each class.

        Parameters
        ----------
        n : int, default=8
            Images in a row. Of more than twenty classes the rarest are shown; without classes there are `n` rows.
        random_state : int, RandomState instance or None, default=None
            As in `sample`.
        ax : matplotlib Axes or None, default=None
            None draws into a new figure.

        Returns
        -------
        ax : matplotlib Axes
            ``ax.figure.savefig("samples.png")`` keeps it.

        Raises
        ------
        TypeError
            If fitted on a table.
        ImportError
            Without matplotlib.
        """
        return plot_samples(self._fitted, n, random_state=random_state, ax=ax)

    def plot_history(self, ax: Axes | None = None) -> Any:
        """The losses of either network, and detection and coverage where the generator was checked.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            None draws into a new figure.

        Returns
        -------
        ax : matplotlib Axes

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        return plot_history(self._fitted.history, new_axes((6.4, 4.0)) if ax is None else ax)


def plot_history(history: pd.DataFrame, ax: Axes) -> Axes:
    """Both losses over the steps; on an axis to the right, what checks found, if there were any."""
    lines = []
    for name, colour in {"discriminator": BLUE, "generator": VERMILION}.items():
        loss = history[f"{name}_loss"]
        lines += ax.plot(history["step"], loss, color=colour, label=f"{name}'s loss", marker="." * (len(history) < 3))
    ax.set(xlabel="step", ylabel="loss")
    checks = history.dropna() if "detection" in history else history[:0]
    if len(checks):
        right = ax.twinx()
        for name, colour, marker in (("detection", PURPLE, "o"), ("coverage", GREEN, "^")):
            lines += right.plot(checks["step"], checks[name], color=colour, label=name, marker=marker, linestyle="--")
        right.set(ylim=(0, 1.03), ylabel="detection, coverage")
        right.spines[["top", "left"]].set_visible(False)
    return finish(ax, handles=lines, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def plot_samples(model: GenerativeModel, n: int, *, random_state: RandomState, ax: Axes | None) -> Axes:
    """A grid of generated images, with a row for each class."""
    if not check_count(n):
        raise ValueError("n=0 draws nothing: give the number of images in a row")
    names: list[Any] = [""] * n
    shown = model.modality.shown(model.encoder)
    if model.class_target is not None:
        counts = model.class_target.class_counts
        rarest = sorted(counts, key=counts.__getitem__)[:MOST_CLASSES]
        names = [label for label in counts if label in rarest]
        images, _ = model.sample(dict.fromkeys(names, n), random_state=random_state)
    else:
        images = model.sample(n * n, random_state=random_state)
        images = images if model.target is None else images[0]
    pixels = shown(images)
    height, width = (side + GAP for side in pixels.shape[1:3])
    if ax is None:
        wide = float(np.clip(0.7 * n, 3, 10))
        ax = new_axes((wide, wide * len(names) * height / (n * width)))
    rows = pixels.reshape(len(names), n, *pixels.shape[1:])
    draw_grid(ax, rows, [shortened(name) for name in names])
    return ax


def draw_grid(ax: Axes, rows: Float64Array, names: list[str]) -> None:
    """Images in rows, (rows, columns, height, width, channels), with the names of these."""
    ax.imshow(mosaic(rows), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=(np.arange(len(names)) + 0.5) * (rows.shape[2] + GAP))
    ax.set_yticklabels(names, parse_math=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def shortened(name: object) -> str:
    """A name whose middle is left out if it is too long; how it begins and ends often tells it from others."""
    text, end = str(name), LONGEST_NAME // 3
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - end - 1]}…{text[-end:]}"


def mosaic(rows: Float64Array) -> Float64Array:
    """One white image of rows of images, (rows, columns, height, width, channels), with gaps between them."""
    padded = np.pad(rows, ((0, 0), (0, 0), (0, GAP), (0, GAP), (0, 0)), constant_values=1)
    across: Float64Array = np.concatenate(list(np.concatenate(list(padded.transpose(1, 0, 2, 3, 4)), axis=2)))
    return across
