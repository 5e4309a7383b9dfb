"""Differences between methods that were tried on the same folds, and how sure they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import norm, t


class Interval(NamedTuple):
    mean: float
    half: float  # half of the width of the 95 % interval

    @property
    def sign(self) -> int:
        """1 or -1 if the interval is on one side of zero, else 0."""
        return 0 if abs(self.mean) <= self.half else int(np.sign(self.mean))


def variance(differences: np.ndarray, test_share: float) -> float:
    """Of the mean over folds, as Nadeau and Bengio (2003) correct it.

    Folds share training rows, so their differences vary less than those of tables drawn anew would: to the 1 / folds of
    independent ones comes the ratio of test rows to training rows.
    """
    return float(np.var(differences, ddof=1) * (1 / len(differences) + test_share))


def corrected(differences: np.ndarray, test_share: float) -> Interval:
    """The mean of the folds' differences with its 95 % interval; `test_share`: test rows per training row."""
    quantile = t.ppf(0.975, len(differences) - 1)
    return Interval(float(np.mean(differences)), float(quantile * np.sqrt(variance(differences, test_share))))


def pooled(tables: list[np.ndarray], test_share: float) -> Interval:
    """The mean over these very tables of their folds' differences; the tables' errors are independent."""
    error = np.sqrt(sum(variance(differences, test_share) for differences in tables)) / len(tables)
    return Interval(float(np.mean([np.mean(each) for each in tables])), float(norm.ppf(0.975) * error))
