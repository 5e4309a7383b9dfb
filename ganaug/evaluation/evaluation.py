"""What an evaluation found, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..data.findings import AsJson, plain_values
from ..data.replacing import write_text
from ..plots import REAL, SYNTHETIC, finish, new_axes, plot_history, shortened
from .base import Assessed, Findings, Line, Metric, Verdict
from .charts import Chart, Section
from .likeness import GRIDS
from .metrics import HEADINGS, METRICS
from .page import page

if TYPE_CHECKING:
    from matplotlib.axes import Axes


WIDTHS = (44, 26)
MOST_BARS = 40


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Evaluation(AsJson, Findings):
    """How good a fit is; made by :func:`ganaug.evaluate` and ``GANAugmenter.report``.

    Parameters
    ----------
    verdict : str
        One line over all groups, such as "Fair: detection; good: fidelity, utility, coverage, privacy".
    verdicts : tuple of Verdict
        For each group of figures a `rating` ("good", "fair", "poor" or "not measured"), what it `says`, and a `hint` at
        the remedy.
    figures : dict
        The figures of each group: fidelity, detection, utility (None without a target), coverage, privacy. Errors of
        columns and pairs are in per cent; everything else is a share, or named by its metric. A name that ends in
        ``_held_out`` is the same figure with held-out real rows in place of synthetic ones.
    columns : DataFrame
        A row for every column: column; kind ("number", "category" or "datetime"); error and error_held_out in per cent;
        missing_real and missing_synthetic; and `tells`: how much the ROC AUC of detection falls when the column is
        shuffled.
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
        Ratio and response.
    rules : DataFrame or None
        A row for every rule that the augmenter keeps: rule, kind, support, and how many held-out and synthetic rows
        break it.
    metrics : tuple of Metric
        What was measured: of tables fidelity, detection, utility, coverage and privacy; of images likeness and
        recognition in the place of fidelity.
    """

    verdict: str
    verdicts: tuple[Verdict, ...]
    about: dict[str, Any]
    history: pd.DataFrame | None = None
    assessment: Assessed | None = None
    rules: pd.DataFrame | None = None
    metrics: tuple[Metric, ...] = METRICS

    def summary(self) -> str:
        """Verdicts and figures as plain text."""
        about = self.about
        rows = f"{about['synthetic_rows']:,} synthetic rows next to {about['train_rows']:,} training rows and "
        parts = [f"{self.verdict}.", f"{rows}{about['test_rows']:,} held-out ones."]
        for _, verdict, lines in self._groups():
            parts += ["", f"{verdict.group.upper()} - {verdict.rating}", f"  {verdict.says}"]
            if verdict.hint:
                parts.append(f"  > {verdict.hint}")
            for line in lines:
                text = f"  {line.label:<{WIDTHS[0]}}{line.value:<{WIDTHS[1]}}"
                parts.append((text + (f"[{line.reference}]" if line.reference else "")).rstrip())
        if self.rules is not None and len(self.rules):
            parts += ["", f"RULES - {self._rules_said()}", *(f"  {rule}" for rule in self.rules["rule"])]
        parts += ["", "In brackets: held-out or training rows in place of the synthetic ones, or chance."]
        return "\n".join(parts)

    def plot(self, ax: Axes | None = None) -> Axes:
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
        columns = self.columns.sort_values("error").tail(MOST_BARS)
        if ax is None:
            ax = new_axes((7.2, 1.4 + 0.24 * len(columns)))
        places = np.arange(len(columns))
        ax.barh(places, columns["error"], color=SYNTHETIC, label="synthetic rows")
        ax.plot(columns["error_held_out"], places, "|", color=REAL, markersize=9, mew=2.5, label="held-out real rows")
        ax.set_yticks(places, [shortened(name) for name in columns["column"]], parse_math=False)
        ax.set_xlabel("distance from the training rows, %")
        ax.margins(y=0.02)
        ax.set_title(self.verdict, wrap=True)
        return finish(ax, fontsize="small")

    def to_dict(self) -> dict[str, Any]:
        """Everything but images in plain values, None for what was not measured."""
        first = {"verdict": self.verdict, "verdicts": self.verdicts, "about": self.about}
        lines = {verdict.group: lines for _, verdict, lines in self._groups() if lines}
        assessment = None if self.assessment is None else self.assessment.to_dict()
        own = {name: value for name, value in vars(self).items() if name != "metrics"}
        own["pictures"] = {name: found for name, found in self.pictures.items() if name != GRIDS}
        made: dict[str, Any] = plain_values({**first, **own, "lines": lines, "assessment": assessment})
        return made

    def to_html(self, path: str | PathLike[str] | None = None) -> str:
        """A page of its own, with pictures and without network, also written to `path` if one is given.

        Raises
        ------
        ImportError
            Without matplotlib or jinja2.
        """
        parts = {"groups": self._groups(), "sections": self._sections()}
        text = page(HEADINGS, verdict=self.verdict, about=self.about, **parts)
        if path is not None:
            write_text(path, text)
        return text

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        rows = []
        for title, verdict, lines in self._groups():
            said = f"<strong>{escape(title)}</strong>: {verdict.rating}<br>{escape(verdict.says)}"
            said += f"<br><em>{escape(verdict.hint)}</em>" if verdict.hint else ""
            rows.append(f'<tr><td colspan="3" style="text-align:left">{said}</td></tr>')
            for line in lines:
                rows.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in vars(line).values())}</tr>")
        head = "<tr><th></th><th>synthetic</th><th>reference</th></tr>"
        return f"<p><strong>{escape(self.verdict)}</strong></p><table>{head}{''.join(rows)}</table>"

    def _groups(self) -> Iterator[tuple[str, Verdict, list[Line]]]:
        """The title of each metric, its verdict, and its figures if there are any."""
        for metric, verdict in zip(self.metrics, self.verdicts, strict=True):
            figures = self.figures[metric.name]
            yield metric.title, verdict, metric.lines(figures) if figures else []

    def _rules_said(self) -> str:
        """How many rules there are, and whether they are kept."""
        rules = pd.DataFrame() if self.rules is None else self.rules
        broken = int(rules["synthetic_broken"].sum())
        return f"{len(rules)} found, " + ("no synthetic row breaks one" if not broken else f"broken {broken:,} times")

    def _sections(self) -> list[Section]:
        """What the page shows: each metric's own, then what none has for itself."""
        sections = [section for metric in self.metrics for section in metric.sections(self)]
        if len(self.classes):
            title, name = ("Classes", "class") if self.about["classes"] else ("Quarters of the target", "range")
            table = self.classes.rename(columns={"class": name})
            sections.append(Section(title, table=table, across=True, note="An empty cell: too few rows."))
        if self.rules is not None and len(self.rules):
            note = "Broken: by how many held-out rows, and by how many synthetic ones."
            sections.append(Section("Rules", table=self.rules, lead=self._rules_said().capitalize() + ".", note=note))
        history, assessment = self.history, self.assessment
        if history is not None and len(history):
            sections.append(Section("Training", Chart((6.4, 4.0), partial(plot_history, history))))
        if assessment is not None:
            table = assessment.table
            chart = Chart((7.2, 1.6 + 0.28 * len(table)), lambda ax: assessment.plot(ax).set_title(""))
            sections.append(Section("Ratio and response", chart, table=table, lead=assessment.verdict))
        return sections
