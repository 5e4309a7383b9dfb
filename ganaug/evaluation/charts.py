"""Charts that are yet to be drawn, and the sections of a page that hold them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ..plots import BLACK, REAL, SYNTHETIC

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#0a0b0c"  # drawn with this, shown in the colour of the text
COLOURS = {
    INK: "currentColor",
    BLACK: "currentColor",
    REAL.lower(): "var(--real)",
    SYNTHETIC.lower(): "var(--synthetic)",
}
SETTINGS = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "ganaug",
    "font.size": 11,
    "legend.fontsize": "small",
}


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
