"""Charts and the sections of the page that hold them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REAL, SYNTHETIC = "#0072B2", "#E69F00"  # of Okabe and Ito's palette, which the colour-blind can tell apart
INK = "#0a0b0c"  # drawn with this, shown in the colour of the text
COLOURS = {
    **dict.fromkeys((INK, "#000000"), "currentColor"),
    REAL.lower(): "var(--real)",
    SYNTHETIC.lower(): "var(--synthetic)",
}
SETTINGS = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "ganaug",
    "font.size": 11,
}
LONGEST = 18


@dataclass(frozen=True)
class Chart:
    """A picture that is yet to be drawn: its size in inches, and what draws it on axes."""

    size: tuple[float, float]
    draw: Callable[[Axes], object]
    title: str = ""


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


def svg(chart: Chart) -> str:
    """The chart as an element of the page, in the page's colours."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the browser has the font
        figure = Figure(figsize=chart.size, layout="constrained")
        ax = figure.subplots()
        chart.draw(ax)
        ax.patch.set_alpha(0)
        file, about = io.StringIO(), dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, dpi=120, metadata=about)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    for colour, shown_as in COLOURS.items():
        text = text.replace(colour, shown_as)
    return text


def finish(ax: Axes, *, legend: bool = True, **more: Any) -> None:
    """Less ink, and a legend."""
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(fontsize="small", frameon=False, **more)


def shortened(name: object) -> str:
    """A name that fits beside an axis."""
    text = str(name)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
