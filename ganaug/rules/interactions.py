"""Columns that are another one where a flag is 1, and 0 where it is 0: interactions, as models of statistics take them.

They are products, but logarithms do not show it, since most of their factors are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from scipy.special import gammaln

from ..plain import Float64Array
from .base import probed
from .exact import declared_relation
from .implied_search import EVIDENCE, FEWEST_OTHERS
from .relations import Columns, Relation


def find_interactions(
    columns: Columns,
    lattices: Mapping[int, tuple[float, float]],
    grains: Mapping[int, float],
    may_follow: Callable[[int, Sequence[int]], bool],
    *,
    of_flags: bool,
) -> Iterator[Relation]:
    """Columns that are a flag times another column, in every row.

    Parameters
    ----------
    columns : mapping of int to ndarray of float64
        Numbers, NaN where missing, by place.
    lattices : mapping of int to (float, float)
        Origin and step of the values of each, step 0 for none.
    grains : mapping of int to float
        What the dtype of each may leave out of a number, as a share of it.
    may_follow : callable
        Whether the column at a place may follow from those at others, after the relations given so far.
    of_flags : bool
        Whether the other column is to be a flag, too, or none.
    """
    if not columns:
        return
    probe = probed(len(next(iter(columns.values()))))
    seen = {place: values[probe] for place, values in columns.items()}
    flags = [place for place, values in columns.items() if _is_flag(values)]
    sought: dict[bytes, list[int]] = {}
    for place, values in seen.items():
        sought.setdefault(_key(values), []).append(place)
    for flag in flags:
        others = (other for other in flags if other > flag) if of_flags else columns.keys() - flags
        for other in sorted(others):
            for effect in sought.get(_key(seen[flag] * seen[other]), ()):
                if effect in (flag, other) or not may_follow(effect, [flag, other]):
                    continue
                if _is_told(effect, flag, other, columns):
                    grain = max(grains[place] for place in (effect, flag, other))
                    weights = dict.fromkeys((flag, other), 1.0)
                    yield declared_relation(effect, weights, 0.0, columns, lattices[effect], grain, product=True)[0]


def _is_told(effect: int, flag: int, other: int, columns: Columns) -> bool:
    """Whether all rows keep it, and chance would have broken it, whichever of the two did not count."""
    whole, first, second = (columns[place] for place in (effect, flag, other))
    if not np.array_equal(whole, first * second, equal_nan=True):
        return False
    told = min(_unlikely(first[second != 0]), _unlikely(second[first == 1]))
    return told > EVIDENCE + 2 * np.log(len(columns))


def _unlikely(values: Float64Array) -> float:
    """How unlikely it is that chance deals values to the rows in the one order that fits, as a negative logarithm."""
    _, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if counts.sum() - counts.max(initial=0) < FEWEST_OTHERS:
        return 0.0
    return float(gammaln(counts.sum() + 1) - gammaln(counts + 1).sum())


def _is_flag(values: Float64Array) -> bool:
    known = values[~np.isnan(values)]
    return bool(np.isin(known, (0.0, 1.0)).all()) and len(known) > 0 and bool(known.min() < known.max())


def _key(values: Float64Array) -> bytes:
    """The bytes of some numbers, of which those of all zeros, and of all gaps, are the same."""
    return bytes(np.where(np.isnan(values), np.nan, values + 0.0))
