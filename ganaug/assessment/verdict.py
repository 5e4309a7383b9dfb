"""From scores to a decision and a sentence.

Synthetic rows are chosen only if their best ratio is ahead of doing nothing, and of the best baseline, by more than one
standard error, or by as much more as few folds ask for. A baseline is chosen over doing nothing by the same rule. The
sentence says how sure it is: it "adds" if the 95 % intervals of both leads are above zero, and else it "probably adds".
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, inf, log10
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..plain import Float64Array
from .base import Baseline
from .baselines import BASELINES, Nothing
from .intervals import Interval, corrected
from .ratios import BALANCE, ENLARGE, METHODS, TEACH
from .scoring import DECISIONS, Scoring

MOST_PLACES = 4
SUFFIXES = {BALANCE: "", ENLARGE: ", classes as they are", TEACH: ", with labels of the teacher"}


class Choice(NamedTuple):
    """What to do.

    Parameters
    ----------
    method : str
        ``"balance"``, ``"enlarge"`` or ``"teach"`` with synthetic rows, or the name of a baseline.
    ratio : float or None
        Of synthetic rows; None for a baseline.
    """

    method: str
    ratio: float | None = None

    @property
    def augments(self) -> bool:
        """Whether to add synthetic rows."""
        return self.method in METHODS


class Found(NamedTuple):
    """A choice that there is, and its scores in all folds next to each other."""

    choice: Choice
    scores: Float64Array


def found_in(scores: pd.DataFrame) -> list[Found]:
    """The methods that were measured in every fold, in the order they were tried."""
    kept = []
    for (method, ratio), part in _by_method(scores):
        values = part["score"].to_numpy(dtype=np.float64)
        if part["note"].isna().all():
            if np.isnan(values).any():
                fold = int(part["fold"].to_numpy()[np.isnan(values)][0])
                raise ValueError(f"the score of {method!r} in fold {fold} is not a number: give another scoring or cv")
            kept.append(Found(Choice(method, None if np.isnan(ratio) else float(ratio)), values))
    return kept


def summary(scores: pd.DataFrame, test_share: float, limits: tuple[float, float] = (-inf, inf)) -> pd.DataFrame:
    """A row for every method, with its difference to doing nothing, which ends where the metric does.

    Parameters
    ----------
    limits : pair of float
        Between which scores lie.
    """
    nothing = _nothing(found_in(scores)).scores
    least, most = limits[0] - nothing.mean(), limits[1] - nothing.mean()
    rows = []
    for (method, ratio), part in _by_method(scores):
        row: dict[str, Any] = {"method": method, "ratio": ratio}
        if part["note"].isna().all():
            values = part["score"].to_numpy(dtype=np.float64)
            score, more = corrected(values, test_share), corrected(values - nothing, test_share)
            row |= {"score": score.mean, "std_error": score.std_error, "difference": more.mean}
            row |= {"low": max(more.low, least), "high": min(more.high, most), **part[[*DECISIONS]].mean()}
            row |= {"rows": round(part["rows"].mean()), "seconds": part["seconds"].mean()}
        else:
            row["note"] = part["note"].dropna().iloc[0]
        rows.append(row)
    known = [name for name in DECISIONS if scores[name].notna().any()]
    columns = ["method", "ratio", "score", "std_error", "difference", "low", "high", *known, "rows", "seconds", "note"]
    return pd.DataFrame(rows).reindex(columns=columns).astype({"rows": "Int64"})


def decided(scores: pd.DataFrame, scoring: Scoring, test_share: float) -> tuple[Choice, str]:
    """What to do, and why."""
    found = [
        each for each in found_in(scores) if each.choice.augments or _can_change(BASELINES[each.choice.method], scoring)
    ]

    def lead(one: Found, other: Found) -> Interval:
        return corrected(one.scores - other.scores, test_share)

    nothing = _nothing(found)
    augmented = max((each for each in found if each.choice.augments), key=lambda each: each.scores.mean())
    best = max((each for each in found if not each.choice.augments), key=lambda each: each.scores.mean())
    gain, ahead, baseline_gain = lead(augmented, nothing), lead(augmented, best), lead(best, nothing)
    at_ratio, baseline = f"at ratio {augmented.choice.ratio:g}", BASELINES[best.choice.method]
    if _is_ahead(gain) and _is_ahead(ahead):
        change = _change(gain, scoring, sure=gain.low > 0 and ahead.low > 0)
        return augmented.choice, f"{change} {at_ratio}{SUFFIXES[augmented.choice.method]}"
    if _is_ahead(baseline_gain):
        better = f"{baseline.title} {baseline.verb} {'better' if _is_ahead(lead(best, augmented)) else 'as good'}"
        by = f"{_number(baseline_gain)} {'less ' * scoring.is_error}{scoring.name} next to doing nothing"
        return best.choice, f"Do not augment: {better} ({by})"
    return Choice(Nothing.name), f"Do not augment: {_why_nothing(gain, scoring, at_ratio, baseline)}"


def _why_nothing(gain: Interval, scoring: Scoring, at_ratio: str, baseline: Baseline) -> str:
    if _is_ahead(gain):
        return f"{baseline.title} may do as well, for nothing"
    if gain.mean <= 0:
        change = f"{_number(gain._replace(mean=-gain.mean))} more" if scoring.is_error else _number(gain)
        return f"no ratio does better than nothing (at best {change} {scoring.name})"
    adds, unit = ("take", f"off the {scoring.name}") if scoring.is_error else ("add", scoring.name)
    return f"what it seems to {adds}, {_number(gain)} {unit} {at_ratio}, may be chance"


def _by_method(scores: pd.DataFrame) -> Iterable[tuple[tuple[str, float], pd.DataFrame]]:
    return scores.groupby(["method", "ratio"], sort=False, dropna=False)


def _nothing(found: list[Found]) -> Found:
    return next(each for each in found if each.choice.method == Nothing.name)


def _can_change(baseline: Baseline, scoring: Scoring) -> bool:
    """Whether the baseline is to be had, and can score other than doing nothing does."""
    if baseline.only_shows:
        return False
    return scoring.moves_with_threshold or not baseline.only_moves_threshold


def _is_ahead(lead: Interval) -> bool:
    return lead.mean > 0 and lead.mean > lead.margin


def _change(gain: Interval, scoring: Scoring, *, sure: bool) -> str:
    adds, unit = ("Takes", f"off the {scoring.name}") if scoring.is_error else ("Adds", scoring.name)
    return f"{adds if sure else f'Probably {adds.lower()}'} {_number(gain)} {unit}"


def _number(gain: Interval) -> str:
    """Such as ".012 ± .004": as many digits as the interval leaves."""
    places = 3
    if gain.half > 1e-9:
        size = floor(log10(gain.half))
        least = 3 if max(abs(gain.mean), gain.half) < 1 else 0
        places = min(max(least, -size + (gain.half / 10**size < 2)), MOST_PLACES)
        if max(abs(gain.mean), gain.half) < 10**-MOST_PLACES:  # of a target in tiny units
            return f"{gain.mean:.2g} ± {gain.half:.2g}"
    rounded = [round(value, places) + 0.0 for value in (gain.mean, gain.half)]  # 0 has no sign
    return " ± ".join(f"{value:,.{places}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:,.{places}f}"
                      for value in rounded)  # fmt: skip
