"""What an assessment found, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..augmenter import GANAugmenter
from ..data.findings import AsJson, plain_values
from .plot import draw
from .verdict import Choice

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class Assessment(AsJson):
    """Whether synthetic rows help an estimator; made by :func:`ganaug.assess`.

    Parameters
    ----------
    verdict : str
        One sentence, such as "Adds .012 ± .004 average precision at ratio 0.5". The figure after ± is half the width of
        the 95 % interval.
    choice : Choice
        What to do: `method` and `ratio`, and whether it `augments`.
    table : DataFrame
        A row for every method: method, ratio; score and its std_error; the difference to doing nothing, with its 95 %
        interval from low to high; of two classes balanced_accuracy, at the threshold that the method decides by, and
        how good chances are: brier and calibration_error, of which less is better; rows that it adds; seconds that one
        fit takes, with the generator's; and a note that says why a method was left out.
    scores : DataFrame
        The same for every fold: fold, method, ratio, score, balanced_accuracy, brier, calibration_error, rows, seconds,
        note.
    metric : str
        What `score` is.
    is_error : bool
        Whether `score` is a negated error.
    augmenter : GANAugmenter or None
        Not yet fitted, with the ratio that was chosen for the rows assessed; None if none was.
    """

    verdict: str
    choice: Choice
    table: pd.DataFrame
    scores: pd.DataFrame
    metric: str
    is_error: bool
    augmenter: GANAugmenter | None

    def plot(self, ax: Axes | None = None) -> Any:
        """Draw the scores: a row for each baseline, and for each ratio of synthetic rows.

        Bars are the 95 % intervals of the difference to doing nothing, whose score is a line through all rows. Other
        models than the estimator are grey; a star is on the highest score of the rest.

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
        xlabel = f"negative {self.metric}" if self.is_error else self.metric
        return draw(self.table, ax, xlabel=xlabel, title=self.verdict)

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, None for what was not measured."""
        return {
            "verdict": self.verdict,
            "choice": self.choice._asdict(),
            "metric": self.metric,
            "is_error": self.is_error,
            "table": plain_values(self.table),
            "scores": plain_values(self.scores),
        }

    def __repr__(self) -> str:
        return f"{self.verdict}\n{self._shown().to_string(index=False, na_rep='', float_format='{:.4g}'.format)}"

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, na_rep="", float_format="{:.4g}".format, border=0)
        return f"<p><strong>{escape(self.verdict)}</strong></p><p>Score: {escape(self.metric)}.</p>{table}"

    def _shown(self) -> pd.DataFrame:
        table = self.table.dropna(axis=1, how="all").astype({"rows": object})
        return table.mask(table.isna() & table.columns.isin(["note", "rows"]), "")
