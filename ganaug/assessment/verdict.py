"""From scores to a decision and a sentence.

The rule is conservative: rows are added only if the interval of what the best dose adds lies above nothing, and above
the best of what costs nothing. What costs nothing is chosen over doing nothing by the same rule.
"""

from __future__ import annotations

from math import floor, log10
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .doses import BALANCE, ENLARGE
from .intervals import Interval, corrected
from .rivals import TITLES
from .scoring import Metric

NOTHING = ("none", np.nan)
WAYS = {BALANCE: "", ENLARGE: ", classes as they are"}
Key = tuple[str, float]


class Choice(NamedTuple):
    """What to do.

    Parameters
    ----------
    method : str
        ``"balance"`` or ``"enlarge"`` with synthetic rows, or the name of a rival.
    ratio : float or None
        Of synthetic rows; None for a rival.
    """

    method: str
    ratio: float | None = None

    @property
    def augments(self) -> bool:
        """Whether to add synthetic rows."""
        return self.method in (BALANCE, ENLARGE)


class Found(NamedTuple):
    """A method's scores in all folds, next to each other."""

    method: str
    ratio: float
    scores: NDArray[np.float64]

    @property
    def is_dose(self) -> bool:
        return self.method in (BALANCE, ENLARGE)


def found_in(scores: pd.DataFrame) -> list[Found]:
    """The methods that were measured in every fold, in the order they were tried."""
    kept = []
    for (method, ratio), part in scores.groupby(["method", "ratio"], sort=False, dropna=False):
        values = part["score"].to_numpy(dtype=np.float64)
        if part["note"].isna().all():
            if np.isnan(values).any():
                fold = int(part["fold"].to_numpy()[np.isnan(values)][0])
                raise ValueError(f"the score of {method!r} in fold {fold} is not a number: give another scoring or cv")
            kept.append(Found(method, ratio, values))
    return kept


def summary(scores: pd.DataFrame, test_share: float) -> pd.DataFrame:
    """A row for every method, with what it has more than doing nothing."""
    found = {(each.method, str(each.ratio)): each for each in found_in(scores)}
    nothing = found["none", "nan"].scores
    rows = []
    for (method, ratio), part in scores.groupby(["method", "ratio"], sort=False, dropna=False):
        row: dict[str, Any] = {"method": method, "ratio": ratio}
        each = found.get((method, str(ratio)))
        if each is not None:
            score, more = (corrected(values, test_share) for values in (each.scores, each.scores - nothing))
            row |= {"score": score.mean, "std_error": score.std_error, "difference": more.mean}
            row |= {"low": more.low, "high": more.high, "balanced_accuracy": part["balanced_accuracy"].mean()}
            row |= {"rows": round(part["rows"].mean()), "seconds": part["seconds"].mean()}
        else:
            row["note"] = part["note"].dropna().iloc[0]
        rows.append(row)
    columns = ["method", "ratio", "score", "std_error", "difference", "low", "high", "balanced_accuracy", "rows"]
    table = pd.DataFrame(rows).reindex(columns=[*columns, "seconds", "note"]).astype({"rows": "Int64"})
    return table.drop(columns="balanced_accuracy") if scores["balanced_accuracy"].isna().all() else table


def decided(scores: pd.DataFrame, metric: Metric, test_share: float) -> tuple[Choice, str]:
    """What to do, and why."""
    found = [each for each in found_in(scores) if metric.moves_with_threshold or each.method != "threshold"]

    def lead(one: Found, other: Found) -> Interval:
        return corrected(one.scores - other.scores, test_share)

    nothing = next(each for each in found if each.method == "none")
    dose = max((each for each in found if each.is_dose), key=lambda each: each.scores.mean())
    rival = max((each for each in found if not each.is_dose), key=lambda each: each.scores.mean())
    gain, rivals_gain = lead(dose, nothing), lead(rival, nothing)
    if gain.low > 0 and lead(dose, rival).low > 0:
        said = f"{_change(gain, metric)} at ratio {dose.ratio:g}{WAYS[dose.method]}"
        return Choice(dose.method, float(dose.ratio)), said
    if rivals_gain.low > 0:
        as_good = "are" if rival.method in ("class_weight", "copies") else "is"
        better = "better" if lead(rival, dose).low > 0 else "as good"
        said = f"Do not augment: {TITLES[rival.method]} {as_good} {better}"
        return Choice(rival.method), f"{said} ({_change(rivals_gain, metric).lower()})"
    if gain.low > 0:
        return Choice("none"), f"Do not augment: {TITLES[rival.method]} may do as well, for nothing"
    if gain.mean > 0:
        said = f"what it seems to change, {_number(gain)} {metric.name} at ratio {dose.ratio:g}, may be chance"
        return Choice("none"), f"Do not augment: {said}"
    return Choice("none"), f"Do not augment: no ratio does better than nothing (at best {_number(gain)} {metric.name})"


def _change(gain: Interval, metric: Metric) -> str:
    if metric.is_error:
        return f"Takes {_number(gain)} off the {metric.name}"
    return f"Adds {_number(gain)} {metric.name}"


def _number(gain: Interval) -> str:
    """Such as ".012 ± .004": as many digits as the interval leaves."""
    places = 3
    if gain.half > 0:
        size = floor(log10(gain.half))
        places = max(3 if gain.half < 1 else 0, -size + (gain.half / 10**size < 3))
    return " ± ".join(f"{value:,.{places}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:,.{places}f}"
                      for value in (gain.mean, gain.half))  # fmt: skip
