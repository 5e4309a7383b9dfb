"""Do columns and pairs of columns look alike? The figures of SDMetrics' QualityReport, as errors.

A column of numbers has the distance of Kolmogorov and Smirnov, one of words the total variation distance. A pair of
numbers has half the difference of the correlations, any other pair the total variation distance of the two-way table,
in which a number is one of ten intervals of equal width. Empty cells of words are a word of their own.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ks_2samp

BINS = 10
DENSE_CELLS = 1_000_000


def column_errors(real: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The distance of each column, from 0 to 1."""
    return pd.Series({name: _distance(real[name], other[name]) for name in real}, dtype=np.float64)


def pair_errors(real: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The distance of each pair of columns, from 0 to 1: first, second, kind, error."""
    numbers = [name for name in real if real[name].dtype == np.float64]
    gap = _correlations(real[numbers]) - _correlations(other[numbers])
    codes = {name: _codes(real[name], other[name]) for name in real}
    weights = np.repeat([1 / len(real), -1 / len(other)], [len(real), len(other)])
    rows = []
    for one, two in combinations(real, 2):
        if one in numbers and two in numbers:
            rows.append((one, two, "correlation", abs(gap.at[one, two]) / 2))
        else:
            rows.append((one, two, "two-way table", _table_distance(codes[one], codes[two], weights)))
    return pd.DataFrame(rows, columns=["first", "second", "kind", "error"])


def _distance(real: pd.Series, other: pd.Series) -> float:
    if real.dtype != np.float64:
        shares = [column.value_counts(normalize=True) for column in (real, other)]
        return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    one, two = real.dropna(), other.dropna()
    if one.empty or two.empty:
        return float(one.empty != two.empty)
    return float(ks_2samp(one, two, method="asymp").statistic)


def _correlations(numbers: pd.DataFrame) -> pd.DataFrame:
    return numbers.corr().fillna(0.0)  # none with a constant column


def _codes(real: pd.Series, other: pd.Series) -> NDArray[np.intp]:
    both = pd.concat([real, other], ignore_index=True)
    if real.dtype != np.float64:
        return pd.factorize(both)[0].astype(np.intp)
    known = real.dropna()
    edges = np.histogram_bin_edges(known, BINS)[1:-1] if len(known) else np.zeros(0)
    return np.where(both.isna(), BINS, np.digitize(both, edges)).astype(np.intp)


def _table_distance(one: NDArray[np.intp], two: NDArray[np.intp], weights: NDArray[np.float64]) -> float:
    width = int(two.max()) + 1
    cells = one * width + two
    if (int(one.max()) + 1) * width > DENSE_CELLS:
        cells = pd.factorize(cells)[0]
    return float(np.abs(np.bincount(cells, weights)).sum() / 2)
