"""The page: one file with its pictures in it, for light and dark, wide and narrow; and what metrics put on it."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..plots import BLUE, ORANGE
from .base import Figure, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#0a0b0c"  # drawn with this, shown in the colour of the text
COLOURS = {
    INK: "currentColor",
    "#000000": "currentColor",
    BLUE.lower(): "var(--real)",
    ORANGE.lower(): "var(--synthetic)",
}
SETTINGS = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "ganaug",
    "font.size": 11,
    "legend.fontsize": "small",
}
LONGEST = 18
MOST_ACROSS = 6


@dataclass(frozen=True)
class Chart:
    """A picture that is yet to be drawn: its size in inches, and what draws it on axes."""

    size: tuple[float, float]
    draw: Callable[[Axes], object]
    title: str = ""

    def svg(self) -> str:
        """An element of the page, in the page's colours."""
        from matplotlib import figure, rc_context

        with rc_context(SETTINGS), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from")  # the browser has the font
            drawn = figure.Figure(figsize=self.size, layout="constrained")
            ax = drawn.subplots()
            self.draw(ax)
            ax.patch.set_alpha(0)
            file, about = io.StringIO(), dict.fromkeys(("Creator", "Date", "Format", "Type"))
            drawn.savefig(file, format="svg", transparent=True, dpi=120, metadata=about)
        text = file.getvalue()
        text = text[text.index("<svg") :]
        for colour, shown_as in COLOURS.items():
            text = text.replace(colour, shown_as)
        return text


@dataclass(frozen=True)
class Section:
    """A part of the page: a chart or a gallery of small ones, with a sentence above, a note below, and a table.

    The rows of a small table may go `across` the page, as columns.
    """

    title: str
    chart: Chart | None = None
    gallery: tuple[Chart, ...] = ()
    table: pd.DataFrame | None = None
    across: bool = False
    lead: str = ""
    note: str = ""


def page(headings: Mapping[str, Figure], **parts: Any) -> str:
    """See `Evaluation.to_html`."""
    try:
        import jinja2
        import matplotlib  # noqa: F401
    except ImportError:
        raise ImportError("to_html needs matplotlib and jinja2: pip install 'ganaug[report]'") from None
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(shown=shown, cells=partial(_cells, headings=headings))
    return environment.get_template("page.html").render(parts)


def _cells(table: pd.DataFrame, across: bool, headings: Mapping[str, Figure]) -> dict[str, Any]:
    """Headings and cells, each with whether it is text; and what the figures mean."""
    table = table.dropna(axis=1, how="all")
    figures = [headings.get(str(name), Figure(str(name).replace("_", " "))) for name in table]
    rows = [[figure.label for figure in figures], *table.astype(object).to_numpy().tolist()]
    if across and len(table) <= MOST_ACROSS:
        rows = [list(row) for row in zip(*rows, strict=True)]
    text = [any(isinstance(cell, str) for cell in column[1:]) for column in zip(*rows, strict=True)]
    head, *rest = [list(zip(map(shown, row), text, strict=True)) for row in rows]
    notes = [f"{figure.label.capitalize()}: {figure.note}." for figure in figures if figure.note]
    return {"head": head, "rows": rest, "notes": notes}


def shortened(name: object) -> str:
    """A name that fits beside an axis."""
    text = str(name)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
