"""The page: one file with its pictures in it, for light and dark, wide and narrow; and what metrics put on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..plots import PALETTE
from .base import Figure, shown

MOST_ACROSS = 6


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
    return environment.get_template("page.html").render(parts, palette=PALETTE)


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
