"""A plot of scores at every ratio, next to those of the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..plain import Float64Array
from ..plots import new_axes
from .baselines import BASELINES, Baseline, Nothing
from .ratios import BALANCE, ENLARGE, TEACH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# of Okabe and Ito's palette, which the colour-blind can tell apart, as are those of baselines
LINES = {
    BALANCE: ("#0072B2", "rare classes topped up"),
    ENLARGE: ("#009E73", "rows for each real one, classes as they are"),
    TEACH: ("#882255", "the same, with labels of a teacher"),
}


WIDE = 4
"""A ratio above which small ones would stand too close together."""


def draw(table: pd.DataFrame, ax: Axes | None, *, ylabel: str, title: str) -> Axes:
    """See `Assessment.plot`."""
    if ax is None:
        ax = new_axes((7.2, 4.2))
    table = table[table["score"].notna()]
    base = float(table.loc[table["method"] == Nothing.name, "score"].iloc[0])
    most = float(table["ratio"].max())
    for baseline in BASELINES.values():
        _draw_baseline(table[table["method"] == baseline.name], ax, baseline)
    for method, (colour, label) in LINES.items():
        _draw_ratios(table[table["method"] == method].sort_values("ratio"), ax, colour, label, base)
    if most > WIDE:
        ax.set_xscale("function", functions=(_square_root, np.square))
    ax.set(
        xlabel="ratio of synthetic rows",
        ylabel=ylabel,
        xlim=(0 if most > WIDE else -0.04 * most, 1.04 * most),
        title=title,
    )
    ax.title.set_wrap(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", frameon=False)
    return ax


def _square_root(ratio: Float64Array) -> Float64Array:
    return np.sqrt(np.maximum(ratio, 0.0))


def _draw_baseline(part: pd.DataFrame, ax: Axes, baseline: Baseline) -> None:
    for row in part.itertuples():
        if baseline.only_moves_threshold and row.difference == 0:
            continue  # the line of doing nothing
        line = "-" if baseline.name == Nothing.name else ":" if baseline.is_other_model else "--"
        ax.axhline(row.score, color=baseline.colour, linestyle=line, label=baseline.title)


def _draw_ratios(part: pd.DataFrame, ax: Axes, colour: str, label: str, base: float) -> None:
    if part.empty:
        return
    below, above = part["difference"] - part["low"], part["high"] - part["difference"]
    bars = np.array([[0, *below], [0, *above]])
    ax.errorbar([0.0, *part["ratio"]], [base, *part["score"]], bars, fmt="o-", color=colour, capsize=3, label=label)
