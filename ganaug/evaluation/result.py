"""What an evaluation found, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .lines import TITLES, lines_of
from .verdict import Verdict

if TYPE_CHECKING:
    from ..assessment.result import Assessment

WIDTHS = (44, 26)


@dataclass(frozen=True, repr=False, eq=False)
class Evaluation:
    """How good a fit is; made by :func:`ganaug.evaluate` and ``GANAugmenter.report``.

    Parameters
    ----------
    verdict : str
        One line over all groups, such as "Fair: detection; good: fidelity, usefulness, coverage, privacy".
    verdicts : tuple of Verdict
        For each group of figures a `rating` ("good", "fair", "poor" or "not measured"), what it `says`, and a `hint` at
        the remedy.
    figures : dict
        The figures of each group: fidelity, detection, usefulness (None without a target), coverage, privacy. Errors of
        columns and pairs are in per cent; everything else is a share, or named by its metric. A name that ends in
        ``_held_out`` is the same figure with held-out real rows in place of synthetic ones.
    columns : DataFrame
        A row for every column: column, kind, error and error_held_out in per cent, missing_real and missing_synthetic,
        and `tells`: how much the ROC AUC of detection falls when the column is shuffled.
    pairs : DataFrame
        A row for every pair of columns: first, second, kind, error and error_held_out in per cent.
    classes : DataFrame
        A row for every class of the target, or quarter of a number: rows, shares, and the figures within it.
    about : dict
        Numbers of rows, the target, the seed.
    pictures : dict
        What is drawn: distributions of columns, and rows in the plane.
    history : DataFrame or None
        Training curves.
    assessment : Assessment or None
        Dose and response.
    """

    verdict: str
    verdicts: tuple[Verdict, ...]
    figures: dict[str, Any]
    columns: pd.DataFrame
    pairs: pd.DataFrame
    classes: pd.DataFrame
    about: dict[str, Any]
    pictures: dict[str, Any]
    history: pd.DataFrame | None = None
    assessment: Assessment | None = None

    def summary(self) -> str:
        """Verdicts and figures as plain text."""
        about = self.about
        rows = f"{about['synthetic_rows']:,} synthetic rows next to {about['train_rows']:,} training rows and "
        parts = [f"{self.verdict}.", f"{rows}{about['test_rows']:,} held-out ones."]
        lines = lines_of(self.figures)
        for verdict in self.verdicts:
            parts += ["", f"{verdict.group.upper()} - {verdict.rating}", f"  {verdict.says}"]
            if verdict.hint:
                parts.append(f"  > {verdict.hint}")
            for line in lines.get(verdict.group, []):
                text = f"  {line.label:<{WIDTHS[0]}}{line.value:<{WIDTHS[1]}}"
                parts.append((text + (f"[{line.reference}]" if line.reference else "")).rstrip())
        parts += ["", "In brackets: held-out or training rows in place of the synthetic ones, or chance."]
        return "\n".join(parts)

    def plot(self, ax: Any = None) -> Any:
        """Draw how far each column is off, next to held-out real rows.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ax : matplotlib Axes

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        from .drawing import draw

        return draw(self, ax)

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, None for what was not measured."""
        made = {
            "verdict": self.verdict,
            "verdicts": [verdict._asdict() for verdict in self.verdicts],
            "about": self.about,
            "figures": self.figures,
            "lines": {group: [line._asdict() for line in lines] for group, lines in lines_of(self.figures).items()},
            "columns": _records(self.columns),
            "pairs": _records(self.pairs),
            "classes": _records(self.classes),
            "pictures": self.pictures,
            "history": None if self.history is None else _records(self.history),
            "assessment": None if self.assessment is None else self.assessment.to_dict(),
        }
        return {name: _plain(value) for name, value in made.items()}

    def to_json(self, path: Any = None) -> str:
        """`to_dict` as JSON, also written to `path` if one is given."""
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
        if path is not None:
            Path(path).write_text(text + "\n", encoding="utf-8")
        return text

    def to_html(self, path: Any = None) -> str:
        """A page of its own, with pictures and without network, also written to `path` if one is given.

        Raises
        ------
        ImportError
            Without matplotlib or jinja2.
        """
        from .page import page

        text = page(self)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        lines = lines_of(self.figures)
        rows = []
        for verdict in self.verdicts:
            said = f"<strong>{escape(TITLES[verdict.group])}</strong>: {verdict.rating}<br>{escape(verdict.says)}"
            said += f"<br><em>{escape(verdict.hint)}</em>" if verdict.hint else ""
            rows.append(f'<tr><td colspan="3" style="text-align:left">{said}</td></tr>')
            for line in lines.get(verdict.group, []):
                rows.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>")
        head = "<tr><th></th><th>synthetic</th><th>reference</th></tr>"
        return f"<p><strong>{escape(self.verdict)}</strong></p><table>{head}{''.join(rows)}</table>"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.astype(object).to_dict(orient="records")]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value
