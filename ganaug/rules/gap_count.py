"""Columns that say how many cells of a row are missing, or how many are not: how much of a form was filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import FEWEST_OTHERS, LABEL, MOST_COLUMNS, MayFollow, Rule, Table, probed, quoted


@record
@dataclass(frozen=True)
class GapCount(Rule):
    """A number of cells that are missing in some columns.

    Parameters
    ----------
    most : int or None
        What the number is taken from, where it says how many are there; None if it says how many are missing.
    """

    most: int | None = None

    kind = "gaps"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        said = f"gaps of {', '.join(quoted(names[place]) for place in self.causes)}"
        return f"{quoted(names[self.effect])} = {said if self.most is None else f'{self.most} - {said}'}"

    def _said(self, table: Table) -> Float64Array:
        gaps = np.sum([table[place].absent for place in self.causes], axis=0).astype(np.float64)
        return gaps if self.most is None else self.most - gaps

    def broken(self, table: Table) -> BoolArray:
        return self._said(table) != table[self.effect].numbers()

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: types[self.effect].cells.of_numbers(self._said(table))}


def find_gap_counts(table: Table, may_follow: MayFollow) -> Iterator[GapCount]:
    """Numbers that count the gaps of two columns or more in every row."""
    cells = {place: own for place, own in table.items() if place != LABEL}
    absent = {place: own.absent for place, own in cells.items()}
    gappy = [place for place, own in absent.items() if own.any() and not own.all()][:MOST_COLUMNS]
    effects = [place for place, own in cells.items() if own.kind == "number" and not absent[place].any()]
    if len(gappy) < 2 or not effects:
        return
    probe = probed(len(absent[gappy[0]]))
    gaps = np.column_stack([absent[place][probe] for place in gappy]).astype(np.float64)
    design = np.column_stack([gaps, np.ones(len(probe))])
    counts = np.column_stack([cells[place].take(probe).numbers() for place in effects])
    whole = np.flatnonzero((counts == np.rint(counts)).all(axis=0) & (np.ptp(counts, axis=0) > 0))
    if not len(whole):
        return
    solved = np.linalg.lstsq(design, counts[:, whole], rcond=None)[0]
    near = np.flatnonzero(np.abs(design @ solved - counts[:, whole]).max(axis=0) < 1e-6)
    for number in near:
        weights, sign = np.rint(solved[:-1, number]), np.sign(solved[:-1, number].sum())
        causes = tuple(place for place, weight in zip(gappy, weights, strict=True) if weight)
        effect, constant = effects[whole[number]], int(np.rint(solved[-1, number]))
        if len(causes) < 2 or not np.isin(weights, (0, sign)).all() or (sign > 0 and constant):
            continue
        rule = GapCount(causes, (effect,), None if sign > 0 else constant, support=len(absent[effect]))
        others = (cells[effect].plain != np.median(cells[effect].plain)).sum()
        if others >= FEWEST_OTHERS and may_follow(effect, causes) and not rule.broken(table).any():
            yield rule
