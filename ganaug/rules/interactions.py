"""Columns that are another one where a flag is 1, and 0 where it is 0: interactions, as models of statistics take them.

They are products, but logarithms do not show it, since most of their factors are 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import gammaln

from ..plain import Float64Array
from .base import FEWEST_OTHERS, LABEL, Table, probed
from .implied_search import EVIDENCE
from .one_of import is_dummy
from .relations import Columns, Relation
from .verified import declared_relation


def find_interactions(table: Table) -> Iterator[Relation]:
    """Columns of numbers that are a flag, of 0 and 1, times another column, in every row."""
    cells = {place: own for place, own in table.items() if place != LABEL and own.kind == "number"}
    flags = [place for place, own in cells.items() if is_dummy(own)]
    if not flags:
        return
    columns = {place: own.numbers() for place, own in cells.items()}
    probe = probed(len(columns[flags[0]]))
    seen = {place: values[probe] for place, values in columns.items()}
    sought: dict[bytes, list[int]] = {}
    for place, values in seen.items():
        sought.setdefault(_key(values), []).append(place)
    for flag in flags:
        for other in sorted((columns.keys() - flags) | {other for other in flags if other > flag}):
            for effect in sought.get(_key(seen[flag] * seen[other]), ()):
                if effect not in (flag, other) and _is_told(effect, flag, other, columns):
                    weights = dict.fromkeys((flag, other), 1.0)
                    yield declared_relation(effect, weights, 0.0, cells, product=True)[0]


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


def _key(values: Float64Array) -> bytes:
    """The bytes of some numbers, of which those of all zeros, and of all gaps, are the same."""
    return bytes(np.where(np.isnan(values), np.nan, values + 0.0))
