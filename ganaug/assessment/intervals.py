"""How sure a mean over folds is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..plain import Float64Array

LEVEL = 0.95
LIKELY = 0.8413447460685429
"""How often a normal figure is not above its mean by more than one standard error."""


class Interval(NamedTuple):
    """A mean over folds, its standard error, half the width of its 95 % interval, and what chance may well make of it.

    `margin` is the standard error for many folds. Few folds do not know their own standard error: for two it is
    nearly twice as much.
    """

    mean: float
    std_error: float
    half: float
    margin: float

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half


def variance(values: Float64Array, test_share: float) -> float:
    """Of the mean over folds, corrected as in `corrected`."""
    return float(np.var(values, ddof=1) * (1 / len(values) + test_share))


def corrected(values: Float64Array, test_share: float) -> Interval:
    """The mean of a figure that was measured in every fold.

    Folds share training rows, so their figures vary less than those of new tables would. The variance of the mean is
    therefore that of the figures times 1 / folds + test rows / training rows; for independent ones it is 1 / folds.

    Parameters
    ----------
    values : ndarray of shape (n_folds,)
    test_share : float
        Test rows per training row.

    References
    ----------
    Nadeau, Bengio (2003). Inference for the generalization error. Machine Learning 52.

    Examples
    --------
    >>> import numpy as np
    >>> found = corrected(np.array([0.02, 0.03, 0.01, 0.02, 0.02]), test_share=0.25)
    >>> f"{found.mean:.3f} ± {found.half:.3f}"
    '0.020 ± 0.013'
    """
    from scipy.stats import t

    error = float(np.sqrt(variance(values, test_share)))
    half, margin = (float(t.ppf(level, len(values) - 1)) * error for level in ((1 + LEVEL) / 2, LIKELY))
    return Interval(float(np.mean(values)), error, half, margin)
