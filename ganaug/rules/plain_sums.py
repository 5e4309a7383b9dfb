"""Sums and differences of up to five columns, in whatever order these stand.

Each column becomes one whole number: the sum of its rows, each taken times a random factor. What columns add up to,
these numbers do as well, so that the sums are found among numbers alone. Sums of two are held against single columns,
other sums of two, and sums of three, which is meeting in the middle (Horowitz and Sahni 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from ..plain import AnyArray, Float64Array, IndexArray, Int64Array
from .base import FEWEST_OTHERS
from .dependence import Dependence
from .relations import Columns

MOST_SUMMED = 40
ROWS, FEWEST_ROWS = 64, 24
LARGEST = 2.0**50
OFF = 1e-3
"""Of a step, how far off the lattice floats may carry a number."""


class Sums(NamedTuple):
    """Signed sums of as many columns: which ones, with what signs, and the number of each sum."""

    columns: IndexArray
    signs: Int64Array
    marks: AnyArray


def find_plain_sums(seen: Columns, steps: Mapping[int, float]) -> Iterator[Dependence]:
    """Columns on lattices that are sums and differences of others, but for a constant; the shortest ones alone."""
    places, marks = _marks(seen, steps)
    if len(places) < 3:
        return
    one, two, three = (_sums(marks, count) for count in (1, 2, 3))
    known: list[frozenset[int]] = []
    for left, right in ((one, two), (two, two), (three, two)):
        for weights in _equal(left, right):
            members = frozenset(weights)
            if not any(other <= members for other in known):
                known.append(members)
                first, *others = sorted(weights)
                own = {places[other]: float(-weights[first] * weights[other]) for other in others}
                yield Dependence(places[first], own, _constant(seen, places[first], own))


def _marks(seen: Columns, steps: Mapping[int, float]) -> tuple[list[int], AnyArray]:
    """Columns whose values are whole multiples of a common step, but for a constant, and a number for each."""
    usable = [place for place, own in seen.items() if steps[place] and _tells(own)][:MOST_SUMMED]
    whole = ~np.any([np.isnan(seen[place]) for place in usable], axis=0)
    if np.sum(whole) < FEWEST_ROWS:
        usable = [place for place in usable if not np.isnan(seen[place]).any()]
        whole = ~np.any([np.isnan(seen[place]) for place in usable], axis=0)
    if len(usable) < 3 or np.sum(whole) < FEWEST_ROWS:
        return [], np.zeros(0, np.uint64)
    rows = np.flatnonzero(whole)[:ROWS]
    factors = np.random.default_rng(0).integers(1, 2**63, len(rows), dtype=np.uint64)
    factors[-1:] = -factors[:-1].sum(keepdims=True)  # so that constants add up to nothing
    unit = min(steps[place] for place in usable)
    found, marks = list[int](), np.zeros(1, np.uint64)
    for place in usable:
        counts = (seen[place][rows] - seen[place][rows[0]]) / unit
        near = np.rint(counts)
        if np.abs(near).max() < LARGEST and np.abs(counts - near).max() < OFF:
            mark = (near.astype(np.int64).astype(np.uint64) * factors).sum(keepdims=True)
            if mark not in marks and -mark not in marks:  # of copies the first one
                found, marks = [*found, place], np.append(marks, mark)
    return found, marks[1:]


def _tells(values: Float64Array) -> bool:
    """Whether a column is known in most rows, and not the same in nearly all: rare flags add up by chance."""
    known = values[~np.isnan(values)]
    return 2 * len(known) >= len(values) and int((known != np.median(known)).sum()) >= FEWEST_OTHERS


def _sums(marks: AnyArray, count: int) -> Sums:
    """All sums of so many columns, the first one of which is added."""
    chosen = np.array([*combinations(range(len(marks)), count)]).reshape(-1, count)
    signs = np.array([(1, *others) for others in product((1, -1), repeat=count - 1)])
    columns = np.repeat(chosen, len(signs), axis=0)
    signs = np.tile(signs, (len(chosen), 1))
    return Sums(columns, signs, (marks[columns] * signs.astype(np.uint64)).sum(axis=1, dtype=np.uint64))


def _equal(left: Sums, right: Sums) -> Iterator[dict[int, int]]:
    """Weights of columns that add up to nothing: those of a sum, and of another one that is the same or its reverse."""
    order = np.argsort(right.marks, kind="stable")
    marks = right.marks[order]
    for sign, sought in ((-1, left.marks), (1, -left.marks)):
        begin, end = (np.searchsorted(marks, sought, side) for side in ("left", "right"))
        for one in np.flatnonzero(end > begin):
            for other in order[begin[one] : end[one]]:
                pairs = zip(right.columns[other].tolist(), (sign * right.signs[other]).tolist(), strict=True)
                own = dict(zip(left.columns[one].tolist(), left.signs[one].tolist(), strict=True))
                if own.keys().isdisjoint(right.columns[other].tolist()):
                    yield own | dict(pairs)


def _constant(seen: Columns, place: int, weights: Mapping[int, float]) -> float:
    return float(np.nanmedian(seen[place] - np.sum([weight * seen[p] for p, weight in weights.items()], axis=0)))
