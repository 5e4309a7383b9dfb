"""A plot of scores: a row for each baseline, and for each ratio of synthetic rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..plots import BLACK, BLUE, GREEN, GREY, PURPLE, VERMILION, finish, new_axes
from .baselines import BASELINES, Nothing
from .ratios import BALANCE, ENLARGE, TEACH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WITH_ROWS = {
    BALANCE: (BLUE, "rare classes topped up"),
    ENLARGE: (GREEN, "more rows of all classes"),
    TEACH: (PURPLE, "more rows, a teacher's labels"),
}
WIDTH, MARGIN, ROW = 7.2, 1.6, 0.28
"""Inches: across, above and below the rows, and of each row."""


def size(table: pd.DataFrame) -> tuple[float, float]:
    """Inches that its rows take."""
    return WIDTH, MARGIN + ROW * len(table)


def draw(table: pd.DataFrame, ax: Axes | None, *, xlabel: str, title: str) -> Axes:
    """See `Assessment.plot`."""
    told = [_is_told(row) for row in table.itertuples()]
    table = table[told].iloc[::-1].reset_index(drop=True)
    ax = new_axes(size(table)) if ax is None else ax
    base = float(table.loc[table["method"] == Nothing.name, "score"].iloc[0])
    own = [row.Index for row in table.itertuples() if _colour(row) != GREY]
    best = int(table["score"][own].idxmax())
    ax.axvline(base, color=BLACK, linewidth=1, label=Nothing.title)
    for row in table.itertuples():
        colour = _colour(row)
        interval = [[row.difference - row.low], [row.high - row.difference]]
        ax.errorbar(row.score, row.Index, xerr=interval, fmt="o", color=colour, capsize=3, zorder=2)
    ax.plot(table["score"][best], best, "*", color=VERMILION, markersize=15, zorder=3, label="the highest score")
    ax.set_yticks(range(len(table)), [_label(row) for row in table.itertuples()], parse_math=False)
    ax.set(xlabel=f"{xlabel} (bars: 95 % of the difference)", title=title)
    ax.title.set_wrap(True)
    ax.margins(y=0.03)
    return finish(ax, loc="upper center", bbox_to_anchor=(0.5, -0.5 / (ROW * len(table))), ncols=2, fontsize="small")


def _is_told(row: Any) -> bool:
    """Whether it was measured, and is another one than doing nothing."""
    baseline = BASELINES.get(row.method)
    moves_nothing = baseline is not None and baseline.only_moves_threshold and row.difference == 0
    return bool(pd.notna(row.score)) and not moves_nothing


def _colour(row: Any) -> str:
    if row.method in WITH_ROWS:
        return WITH_ROWS[row.method][0]
    return GREY if BASELINES[row.method].only_shows else BLACK


def _label(row: Any) -> str:
    if row.method in WITH_ROWS:
        return f"{WITH_ROWS[row.method][1]}, ratio {row.ratio:g}"
    return BASELINES[row.method].title
