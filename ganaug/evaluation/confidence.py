"""How sure an area under the ROC curve, a share, or a difference of two models is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

LEVEL = 0.95
Z = float(norm.ppf((1 + LEVEL) / 2))
DRAWS = 200


def roc_auc(positive: ArrayLike, negative: ArrayLike) -> dict[str, float]:
    """How often a positive row has the higher score, with the 95 % interval of DeLong.

    Examples
    --------
    >>> found = roc_auc([0.9, 0.8, 0.4], [0.1, 0.4, 0.3, 0.2])
    >>> {name: round(value, 3) for name, value in found.items()}
    {'roc_auc': 0.958, 'low': 0.843, 'high': 1.0}

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44.
    """
    one, two = np.asarray(positive, np.float64), np.asarray(negative, np.float64)
    ranks = rankdata(np.concatenate([one, two]))
    above = (ranks[: len(one)] - rankdata(one)) / len(two)
    below = 1 - (ranks[len(one) :] - rankdata(two)) / len(one)
    variance = sum(float(np.var(part, ddof=1)) / len(part) if len(part) > 1 else 0.25 for part in (above, below))
    area, half = float(above.mean()), Z * variance**0.5
    return {"roc_auc": area, "low": max(area - half, 0.0), "high": min(area + half, 1.0)}


def share(hits: ArrayLike, clusters: NDArray[np.intp]) -> dict[str, float]:
    """The mean of `hits`, with a 95 % interval that lets all those of a cluster vary as one."""
    values = np.asarray(hits, np.float64)
    mean = float(values.mean())
    sums = np.bincount(np.unique(clusters, return_inverse=True)[1], values - mean)
    count = len(sums)
    half = Z * float(np.sqrt(np.sum(sums**2) * count / max(count - 1, 1))) / len(values) if count > 1 else 1.0
    return {"share": mean, "low": max(mean - half, 0.0), "high": min(mean + half, 1.0)}


def bootstrapped(figure: Callable[[NDArray[np.intp]], float], rows: int, seed: int) -> tuple[float, float]:
    """The 95 % interval of a figure of some rows, by drawing them anew; draws that have no figure are left out."""
    rng = np.random.default_rng([seed, 5])
    drawn = np.array([figure(rng.integers(rows, size=rows)) for _ in range(DRAWS)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
