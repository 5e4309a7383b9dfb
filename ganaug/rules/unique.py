"""Pairs of columns that no two rows share, such as a customer and a product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, Int64Array, record
from .base import Rule, Table, listed, quoted

FEWEST_REPEATED = 30.0
"""Pairs that chance alone would repeat: fewer prove nothing."""
MOST_PAIRED = 24
PROBES = (2_048, 65_536)


@record
@dataclass(frozen=True)
class Unique(Rule):
    """Columns whose values together occur once: rows that repeat them are drawn again."""

    kind = "unique"

    def text(self, names: Mapping[int, str]) -> str:
        return f"{listed([quoted(names[place]) for place in self.causes])} are unique"

    def broken(self, table: Table) -> BoolArray:
        """Rows that repeat one above them."""
        codes = np.column_stack([codes_of_values(table[place].plain) for place in self.causes])
        absent = np.column_stack([table[place].absent for place in self.causes]).any(1)
        return pd.DataFrame(codes).duplicated().to_numpy() & ~absent

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002 - rows are drawn again
        return {}


def find_unique(table: Table) -> Iterator[Unique]:
    """Pairs of columns that never repeat, although chance alone would repeat many."""
    rows = len(next(iter(table.values())))
    codes = {place: codes_of_values(cells.plain) for place, cells in table.items() if place >= 0}
    levels = {place: int(own.max()) + 1 for place, own in codes.items()}
    usable = sorted((place for place in codes if 1 < levels[place] < rows), key=levels.__getitem__, reverse=True)
    counts = {place: np.bincount(codes[place]).astype(np.float64) for place in usable}
    alike = {place: float((own * (own - 1)).sum() / (rows * (rows - 1))) for place, own in counts.items()}
    for first, second in combinations(sorted(usable[:MOST_PAIRED]), 2):
        if rows * (rows - 1) / 2 * alike[first] * alike[second] < FEWEST_REPEATED:
            continue
        pairs = codes[first] * levels[second] + codes[second]
        if all(pd.Index(pairs[:most]).is_unique for most in (*PROBES, rows)):
            yield Unique((first, second), (), support=rows)


def codes_of_values(plain: AnyArray) -> Int64Array:
    """Values as numbers from 0."""
    return pd.factorize(plain, use_na_sentinel=False)[0].astype(np.int64)


def with_free_values(
    table: pd.DataFrame, beside: pd.DataFrame | None, names: Sequence[object], changeable: Sequence[object]
) -> pd.DataFrame:
    """The table with other known values of a pair of columns where they repeat, so that the new pair does not.

    Parameters
    ----------
    beside : DataFrame or None
        Other rows whose pairs are taken.
    changeable : sequence
        Those of the two columns that may change.
    """
    every = table[names] if beside is None else pd.concat([beside[names], table[names]], ignore_index=True)
    first = len(every) - len(table)
    again = (every.duplicated() & every.notna().all(axis=1)).to_numpy(copy=True)
    again[:first] = False
    one, other = (pd.factorize(every[name]) for name in names)
    free = np.ones((len(one[1]), len(other[1])), bool)
    free[one[0][~again], other[0][~again]] = False
    chosen = []
    for row in np.flatnonzero(again):
        spots = np.zeros_like(free)
        if names[1] in changeable:
            spots[one[0][row]] = free[one[0][row]]
        if names[0] in changeable and not spots.any():
            spots[:, other[0][row]] = free[:, other[0][row]]
        if len(changeable) == 2 and not spots.any():
            spots = free
        places = np.flatnonzero(spots)
        if len(places):
            place = np.unravel_index(places[row % len(places)], free.shape)
            free[place] = False
            chosen.append((row - first, *place))
    table = table.copy()
    rows, *pairs = np.array(chosen, int).reshape(-1, 3).T
    for name, (_, values), places in zip(names, (one, other), pairs, strict=True):
        column = table[name].copy()
        column.iloc[rows] = values[places]
        table[name] = column
    return table
