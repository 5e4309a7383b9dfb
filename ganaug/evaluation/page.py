"""The page: one file with its pictures in it, for light and dark, wide and narrow."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import drawing
from .lines import TITLES, lines_of, shown

if TYPE_CHECKING:
    from .result import Evaluation

TEMPLATE = Path(__file__).with_name("page.html")
INK = "#0a0b0c"  # drawn with this, shown in the colour of the text
COLOURS = {
    **dict.fromkeys((INK, "#000000"), "currentColor"),
    drawing.REAL.lower(): "var(--real)",
    drawing.SYNTHETIC.lower(): "var(--synthetic)",
}
MOST_COLUMNS, MOST_PAIRS, MOST_IN_GRID = 40, 15, 60
MOST_SIDE_BY_SIDE = 6
SETTINGS = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "ganaug",
    "font.size": 11,
}
HEADINGS = {
    "error": "error, %",
    "error_held_out": "held-out rows, %",
    "missing_real": "missing, real",
    "missing_synthetic": "missing, synthetic",
    "tells": "tells by",
    "found_by_real": "found, trained on real",
    "found_by_synthetic": "found, trained on synthetic",
    "nearest_record": "nearer to training",
    "membership_low": "membership, at least",
}


def page(result: Evaluation) -> str:
    """See `Evaluation.to_html`."""
    try:
        import jinja2
        import matplotlib  # noqa: F401
    except ImportError:
        raise ImportError("to_html needs matplotlib and jinja2: pip install 'ganaug[report]'") from None
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = shown
    lines = lines_of(result.figures)
    columns = result.columns.sort_values("error", ascending=False)
    pairs = result.pairs.sort_values("error", ascending=False).head(MOST_PAIRS)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        result=result,
        about=result.about,
        groups=[(verdict, TITLES[verdict.group], lines.get(verdict.group, [])) for verdict in result.verdicts],
        columns=_table(columns),
        pairs=_table(pairs),
        classes=_classes(result),
        doses=None if result.assessment is None else _table(result.assessment.table),
        cells=[(row.column, _column(result, row.column)) for row in columns.head(MOST_COLUMNS).itertuples()],
        pictures=_pictures(result),
        most_pairs=len(pairs),
    )


def _pictures(result: Evaluation) -> dict[str, str]:
    names = result.columns["column"].tolist()
    if len(names) > MOST_IN_GRID:
        worst = result.columns.sort_values("error", ascending=False).head(MOST_IN_GRID)["column"]
        names = [name for name in names if name in set(worst)]
    kept = result.pairs[result.pairs["first"].isin(names) & result.pairs["second"].isin(names)]
    side = 3.2 + 0.24 * len(names)
    pictures = {"plane": _svg((6.4, 4.6), lambda ax: drawing.draw_projection(ax, result.pictures["projection"]))}
    if len(kept):
        pictures["pairs"] = _svg((side + 1, side), lambda ax: drawing.draw_pairs(ax, kept, names))
    if result.history is not None and len(result.history):
        history = result.history
        pictures["history"] = _svg((6.4, 3.4), lambda ax: drawing.draw_history(ax, history))
    if result.assessment is not None:
        plot = result.assessment.plot
        pictures["doses"] = _svg((7.2, 4.4), lambda ax: plot(ax).set_title(""))
    return pictures


def _classes(result: Evaluation) -> dict[str, Any]:
    """Few classes side by side, many below each other."""
    table = result.classes.rename(columns={} if result.about["classes"] else {"class": "range"})
    if not 0 < len(table) <= MOST_SIDE_BY_SIDE:
        return _table(table)
    words = table.columns[0]
    figures = table.astype(object).set_index(words).T
    figures.index = [HEADINGS.get(name, name.replace("_", " ")) for name in figures.index]
    return _table(figures.rename_axis(index=words, columns=None).reset_index())


def _column(result: Evaluation, name: str) -> str:
    found = result.pictures["distributions"][name]
    height = max(0.8 + 0.21 * len(found["values"]), 1.5) if found["kind"] == "word" else 2.4
    return _svg((3.8, height), lambda ax: drawing.draw_column(ax, found))


def _svg(size: tuple[float, float], draw: Callable[[Any], Any]) -> str:
    """A picture as an element of the page, in its colours and as wide as there is room."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the browser has the font
        figure = Figure(figsize=size, layout="constrained")
        ax = figure.subplots()
        draw(ax)
        ax.patch.set_alpha(0)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, dpi=120, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(
        r'<svg [^>]*?height="[^"]*"', lambda found: re.sub(r' height="[^"]*"', "", found.group()), text, count=1
    )
    text = re.sub(r'(<svg [^>]*?) width="[^"]*"', r"\1", text, count=1)
    for colour, shown_as in COLOURS.items():
        text = text.replace(colour, shown_as)
    return text


def _table(table: pd.DataFrame) -> dict[str, Any]:
    """Headings and cells, as they are told."""
    kept = table.dropna(axis=1, how="all")
    heads = [HEADINGS.get(str(name), str(name).replace("_", " ")) for name in kept]
    rows = [[shown(None if pd.isna(cell) else cell) for cell in row] for row in kept.astype(object).to_numpy()]
    words = [any(isinstance(cell, str) for cell in kept[name]) for name in kept]
    return {"heads": list(zip(heads, words, strict=True)), "rows": [list(zip(r, words, strict=True)) for r in rows]}
