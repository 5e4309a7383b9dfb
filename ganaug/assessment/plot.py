"""A plot of scores at every ratio, next to those of the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..plots import new_axes
from .baselines import BASELINES, Baseline, Nothing
from .ratios import BALANCE, ENLARGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# of Okabe and Ito's palette, which the colour-blind can tell apart, as are those of baselines
LINES = {
    BALANCE: ("#0072B2", "rare classes topped up"),
    ENLARGE: ("#009E73", "rows for each real one, classes as they are"),
}


def draw(table: pd.DataFrame, ax: Axes | None, *, ylabel: str, title: str) -> Axes:
    """See `Assessment.plot`."""
    if ax is None:
        ax = new_axes((7.2, 4.2))
    table = table[table["score"].notna()]
    base = float(table.loc[table["method"] == Nothing.name, "score"].iloc[0])
    most = float(table["ratio"].max())
    for baseline in BASELINES.values():
        _draw_baseline(table[table["method"] == baseline.name], ax, baseline, base)
    for method, (colour, label) in LINES.items():
        _draw_ratios(table[table["method"] == method].sort_values("ratio"), ax, colour, label, base)
    ax.set(xlabel="ratio of synthetic rows", ylabel=ylabel, xlim=(-0.04 * most, 1.04 * most), title=title)
    ax.title.set_wrap(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", frameon=False)
    return ax


def _draw_baseline(part: pd.DataFrame, ax: Axes, baseline: Baseline, base: float) -> None:
    for row in part.itertuples():
        if baseline.only_moves_threshold and row.difference == 0:
            continue  # the line of doing nothing
        is_nothing = baseline.name == Nothing.name
        ax.axhline(row.score, color=baseline.colour, linestyle="-" if is_nothing else "--", label=baseline.title)
        if not is_nothing:
            ax.axhspan(base + row.low, base + row.high, color=baseline.colour, alpha=0.08, linewidth=0)


def _draw_ratios(part: pd.DataFrame, ax: Axes, colour: str, label: str, base: float) -> None:
    if part.empty:
        return
    below, above = part["difference"] - part["low"], part["high"] - part["difference"]
    bars = np.array([[0, *below], [0, *above]])
    ax.errorbar([0.0, *part["ratio"]], [base, *part["score"]], bars, fmt="o-", color=colour, capsize=3, label=label)
