"""The page: one file with its pictures in it, for light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .base import Figure, Line, Verdict, shown
from .charts import Section, svg
from .metrics import METRICS

TEMPLATE = Path(__file__).with_name("page.html")
MOST_ACROSS = 6
LABELS = {name: figure for metric in METRICS for name, figure in {**metric.by_column, **metric.by_class}.items()}


def page(
    verdict: str, about: dict[str, Any], groups: list[tuple[str, Verdict, list[Line]]], sections: list[Section]
) -> str:
    """See `Evaluation.to_html`."""
    try:
        import jinja2
        import matplotlib  # noqa: F401
    except ImportError:
        raise ImportError("to_html needs matplotlib and jinja2: pip install 'ganaug[report]'") from None
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(shown=shown, svg=svg, cells=_cells)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(verdict=verdict, about=about, groups=groups, sections=sections)


def _cells(section: Section) -> dict[str, Any]:
    """Headings and cells of its table, each with whether it is text; and what the figures mean."""
    if section.table is None:
        return {}
    table = section.table.dropna(axis=1, how="all")
    figures = [LABELS.get(str(name), Figure(str(name).replace("_", " "))) for name in table]
    rows = [[figure.label for figure in figures], *table.astype(object).to_numpy().tolist()]
    if section.across and len(table) <= MOST_ACROSS:
        rows = [list(row) for row in zip(*rows, strict=True)]
    text = [any(isinstance(cell, str) for cell in column[1:]) for column in zip(*rows, strict=True)]
    head, *rest = [list(zip(map(shown, row), text, strict=True)) for row in rows]
    notes = [f"{figure.label.capitalize()}: {figure.note}." for figure in figures if figure.note]
    return {"head": head, "rows": rest, "notes": notes}
