"""Dose and response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..plots import new_axes
from .doses import BALANCE, ENLARGE
from .rivals import TITLES

if TYPE_CHECKING:
    from .result import Assessment

COLOURS = {BALANCE: "#0072B2", ENLARGE: "#009E73"}  # of Okabe and Ito's palette, which the colour-blind can tell apart
RIVALS = {"none": "#000000", "class_weight": "#E69F00", "threshold": "#F0E442", "copies": "#CC79A7", "smote": "#D55E00"}
NAMES = {BALANCE: "rare classes topped up", ENLARGE: "rows for each real one, classes as they are"}


def draw(result: Assessment, ax: Any) -> Any:
    """See `Assessment.plot`."""
    if ax is None:
        ax = new_axes((7.2, 4.2))
    table = result.table[result.table["score"].notna()]
    base = float(table.loc[table["method"] == "none", "score"].iloc[0])
    most = float(table["ratio"].max())
    for name, colour in RIVALS.items():
        for row in table[table["method"] == name].itertuples():
            if name == "threshold" and row.difference == 0:
                continue  # ranks as the estimator alone does
            ax.axhline(row.score, color=colour, linestyle="-" if name == "none" else "--", label=TITLES[name])
            if name != "none":
                ax.axhspan(base + row.low, base + row.high, color=colour, alpha=0.08, linewidth=0)
    for name, colour in COLOURS.items():
        part = table[table["method"] == name].sort_values("ratio")
        if len(part):
            ratio, score = ([start, *part[column]] for start, column in ((0.0, "ratio"), (base, "score")))
            wings = np.array([[0, *(part["difference"] - part["low"])], [0, *(part["high"] - part["difference"])]])
            ax.errorbar(ratio, score, wings, fmt="o-", color=colour, capsize=3, label=NAMES[name])
    ax.set(xlabel="ratio of synthetic rows", xlim=(-0.04 * most, 1.04 * most), title=result.verdict)
    ax.set_ylabel(f"{result.metric}, its sign turned" if result.is_error else result.metric)
    ax.title.set_wrap(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", frameon=False)
    return ax
