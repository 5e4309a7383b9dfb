"""Differences between methods that were tried on the same folds, and how sure they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import t

from ganaug.assessment.intervals import variance


class Interval(NamedTuple):
    mean: float
    half: float  # half of the width of the 95 % interval

    @property
    def sign(self) -> int:
        """1 or -1 if the interval is on one side of zero, else 0."""
        return 0 if abs(self.mean) <= self.half else int(np.sign(self.mean))


def corrected(differences: np.ndarray, test_share: float) -> Interval:
    """The mean of the folds' differences with its 95 % interval; `test_share`: test rows per training row."""
    return pooled([differences], test_share)


def pooled(tables: list[np.ndarray], test_share: float) -> Interval:
    """The mean over these tables, whose errors are independent, with Welch and Satterthwaite's degrees of freedom."""
    mean = float(np.mean([np.mean(each) for each in tables]))
    parts = np.array([variance(each, test_share) for each in tables])
    if parts.sum() == 0:
        return Interval(mean, 0.0)
    freedom = parts.sum() ** 2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, tables, strict=True))
    return Interval(mean, float(t.ppf(0.975, freedom) * np.sqrt(parts.sum()) / len(tables)))
