"""Dummy columns: of a group of columns of 0 and 1, one is 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..columns.category import Category
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, quoted

FEWEST_MET = 10.0
"""Rows with two of a group that chance alone would make, more of them the more pairs there are: fewer prove nothing."""


@record
@dataclass(frozen=True)
class OneOf(Rule):
    """Exactly one, or at most one, of a group of columns is 1; what is generated is which.

    Parameters
    ----------
    always : bool
        Whether one always is.
    """

    always: bool

    kind = "one of"
    nominal = (True,)

    def text(self, names: Mapping[int, str]) -> str:
        how = "one of" if self.always else "at most one of"
        return f"{how} {', '.join(quoted(names[place]) for place in self.effects)}"

    def rests(self, table: Table) -> list[Float64Array]:
        ones, absent = self._ones(table)
        which = np.where(ones.any(1), ones.argmax(1), len(self.effects)).astype(np.float64)
        return [np.where(absent.any(1), np.nan, which)]

    def broken(self, table: Table) -> BoolArray:
        ones, absent = self._ones(table)
        count = ones.sum(1)
        wrong = count != 1 if self.always else count > 1
        return np.where(absent.any(1), ~absent.all(1), wrong)

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        [which] = rests
        made = {}
        for spot, place in enumerate(self.effects):
            own = types[place].cells
            cells = (which == spot).astype(np.float64 if own.kind == "number" else np.int64)
            made[place] = np.where(np.isnan(which), own.nothing, cells).astype(cells.dtype)
        return made

    def _ones(self, table: Table) -> tuple[BoolArray, BoolArray]:
        columns = [table[place] for place in self.effects]
        return np.column_stack([cells.plain == 1 for cells in columns]), np.column_stack([c.absent for c in columns])


def is_dummy(cells: Cells) -> bool:
    """Whether a column holds 0 and 1, or False and True, and nothing else."""
    own = cells.type.cells
    if isinstance(own, Category):
        return own.values.tolist() == [False, True] and all(isinstance(v, (bool, np.bool_)) for v in own.values)
    known = cells.plain[~cells.absent] if cells.kind == "number" else np.zeros(0)
    return bool(len(known)) and bool(np.isin(known, (0, 1)).all()) and 0 < known.mean() < 1


def find_one_of(table: Table, free: Sequence[int]) -> Iterator[OneOf]:
    """Groups among `free` columns, those of which one is always 1 first.

    In a group no two columns are ever 1 together. Of one without a column for "none of them", each column must be
    missed often enough together with the others: chance alone would have made :data:`FEWEST_MET` such rows.
    """
    left = [place for place in free if is_dummy(table[place])]
    if len(left) < 2:
        return
    ones = {place: (table[place].plain == 1) for place in left}
    gaps = {place: table[place].absent for place in left}
    together = np.column_stack([ones[place] for place in left]).astype(np.float32)
    met = together.T @ together > 0
    apart = {a: {b for j, b in enumerate(left) if a != b and not met[i, j]} for i, a in enumerate(left)}
    by_share = sorted(left, key=lambda place: -int(ones[place].sum()))
    fewest = FEWEST_MET + np.log(len(left) * (len(left) - 1) / 2)
    taken: set[int] = set()
    for always in (True, False):
        for seed in by_share:
            if seed in taken:
                continue
            group = _group(seed, [place for place in by_share if place not in taken], apart)
            same = [place for place in group if np.array_equal(gaps[place], gaps[seed])]
            found = _complete(same, ones, gaps[seed], apart) if always else _proven(same, ones, fewest)
            if len(found) > (2 if always else 1):
                taken.update(found)
                support = int(np.sum([ones[place].sum() for place in found]))
                yield OneOf((), tuple(sorted(found)), always, support=support)


def _group(seed: int, order: Sequence[int], apart: Mapping[int, set[int]]) -> list[int]:
    """`seed` and all that neither it nor one another meet, greedily."""
    group = [seed]
    for place in order:
        if place != seed and all(place in apart[other] for other in group):
            group.append(place)
    return group


def _complete(
    group: list[int], ones: Mapping[int, BoolArray], gaps: BoolArray, apart: Mapping[int, set[int]]
) -> list[int]:
    """The group if one of it is always 1, where need be without one that keeps the right ones out; else nothing."""
    for without in (None, *reversed(group[1:])):
        kept = [place for place in group if place != without]
        if without is not None:
            kept = _group(kept[0], [*kept[1:], *(place for place in ones if place not in group)], apart)
        if (np.sum([ones[place] for place in kept], axis=0) == 1)[~gaps].all():
            return kept
    return []


def _proven(group: list[int], ones: Mapping[int, BoolArray], fewest: float) -> list[int]:
    """Those of the group that chance would have let meet others of it."""
    kept: list[int] = []
    for place in group:
        others = np.sum([ones[other] for other in kept], axis=0).mean() if kept else 0.0
        if not kept or ones[place].sum() * others >= fewest:
            kept.append(place)
    return kept
