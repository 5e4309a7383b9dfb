"""From scores to a decision and a sentence.

Rows are added only if the best dose is ahead of doing nothing, and of the best of what costs nothing, by more than one
standard error; what costs nothing is chosen over doing nothing by the same rule. The sentence says how sure it is: it
"adds" if the 95 % intervals of both leads are above zero, and else it "probably adds".
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
MOST_PLACES = 4
STANDARD_ERRORS = 1.0
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
    gain, ahead, rivals_gain = lead(dose, nothing), lead(dose, rival), lead(rival, nothing)
    if _is_ahead(gain) and _is_ahead(ahead):
        sure = gain.low > 0 and ahead.low > 0
        change = _change(gain, metric)
        if not sure:
            change = f"Probably {change[0].lower()}{change[1:]}"
        return Choice(dose.method, float(dose.ratio)), f"{change} at ratio {dose.ratio:g}{WAYS[dose.method]}"
    if _is_ahead(rivals_gain):
        are = "are" if rival.method in ("class_weight", "copies") else "is"
        better = "better" if _is_ahead(lead(rival, dose)) else "as good"
        said = f"Do not augment: {TITLES[rival.method]} {are} {better}"
        return Choice(rival.method), f"{said} ({_number(rivals_gain)} {metric.name} next to doing nothing)"
    if _is_ahead(gain):
        return Choice("none"), f"Do not augment: {TITLES[rival.method]} may do as well, for nothing"
    if gain.mean > 0:
        off = f" off the {metric.name}" if metric.is_error else f" {metric.name}"
        seems = f"what it seems to {'take' if metric.is_error else 'add'}, {_number(gain)}{off}"
        return Choice("none"), f"Do not augment: {seems} at ratio {dose.ratio:g}, may be chance"
    return Choice("none"), f"Do not augment: no ratio does better than nothing (at best {_number(gain)} {metric.name})"


def _is_ahead(lead: Interval) -> bool:
    return lead.mean > 0 and lead.mean > STANDARD_ERRORS * lead.std_error


def _change(gain: Interval, metric: Metric) -> str:
    if metric.is_error:
        return f"Takes {_number(gain)} off the {metric.name}"
    return f"Adds {_number(gain)} {metric.name}"


def _number(gain: Interval) -> str:
    """Such as ".012 ± .004": as many digits as the interval leaves."""
    places = 3
    if gain.half > 1e-9:
        size = floor(log10(gain.half))
        least = 3 if max(abs(gain.mean), gain.half) < 1 else 0
        places = min(max(least, -size + (gain.half / 10**size < 2)), MOST_PLACES)
    return " ± ".join(f"{value:,.{places}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:,.{places}f}"
                      for value in (gain.mean, gain.half))  # fmt: skip
