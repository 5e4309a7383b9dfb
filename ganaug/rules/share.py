"""Columns that are a number by the sum of two: what was won of all matches, or how many in a hundred."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import FEWEST_ROWS, MOST_COLUMNS, Cells, MayFollow, Rule, Table, first_kept, probed, quoted, telling
from .relations import FLOAT_NOISE, NOISE, on_lattice

SCALES = (1.0, 100.0)
FEWEST_VALUES = 3
FIRST_ROWS = 32
Above: TypeAlias = Literal["part", "difference", "other"]
"""What is divided by the sum of two columns: the first one, the first less the second, or a third one."""


@record
@dataclass(frozen=True)
class Share(Rule):
    """A column that is something by the sum of the first two causes.

    Parameters
    ----------
    above : {"part", "difference", "other"}
        What is divided by the sum: the first cause, the first less the second, or the third.
    scale : float
        What it is taken times, such as 100 for percent.
    rounding : str
        How it is rounded, one of :data:`~ganaug.rules.relations.ROUNDING`.
    instead : float
        What stands where the sum is 0; NaN if the column is missing there.
    """

    scale: float
    rounding: str = "even"
    instead: float = np.nan
    above: Above = "part"

    kind = "share"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        part, other, *third = (quoted(names[cause]) for cause in self.causes)
        above = third[0] if third else f"({part} - {other})" if self.above == "difference" else part
        factor = "" if self.scale == 1 else f"{self.scale:.12g} * "
        said = f"{quoted(names[self.effect])} = {factor}{above} / ({part} + {other})"
        return said if np.isnan(self.instead) else f"{said} or {self.instead:.15g}"

    def said(self, table: Table, step: float) -> Float64Array:
        """What it is, in these steps; not rounded if they are 0."""
        part, other, *third = (table[cause].numbers() for cause in self.causes)
        above = third[0] if third else part - other if self.above == "difference" else part
        with np.errstate(all="ignore"):
            said = on_lattice(self.scale * above / (part + other), 0.0, step, self.rounding)
        return np.where(part + other == 0, self.instead, said)

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        said, values = self.said(table, cells.step), cells.numbers()
        size = np.maximum(np.abs(values), abs(self.scale))
        near = np.abs(said - values) <= NOISE * cells.step + (FLOAT_NOISE + cells.grain) * size
        if self.rounding == "even":  # a half may be rounded either way
            near |= np.abs(self.said(table, 0.0) - values) <= (0.5 + NOISE) * cells.step
        return ~near & ~(np.isnan(said) & np.isnan(values))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        own = types[self.effect].cells
        return {self.effect: own.of_numbers(self.said(table, own.spacing))}


def share_of(
    causes: tuple[int, ...], effect: int, scale: float, instead: float, table: Table, above: Above = "part"
) -> Share:
    """The share, rounded down if that is what all rows say, else to the nearest."""
    rule = Share(causes, (effect,), scale, "even", instead, above, support=len(table[effect]))
    return first_kept([rule, replace(rule, rounding="down")], table)


def find_shares(table: Table, may_follow: MayFollow) -> Iterator[Share]:
    """Numbers that are shares of two others in every row; where both are 0, all rows hold the same, or nothing."""
    numbers = [place for place, own in table.items() if place >= 0 and own.kind == "number"]
    numbers = numbers[:MOST_COLUMNS]
    if not numbers:
        return
    probe = probed(len(table[numbers[0]]))
    seen = np.array([table[place].take(probe).numbers() for place in numbers])
    parts = [number for number, place in enumerate(numbers) if not (table[place].numbers() < 0).any()]
    for number in parts:
        scales = [scale for scale in SCALES if np.nanmax(seen[number], initial=0.0) <= scale]
        if scales and _may_be_share(table[numbers[number]]):
            first = seen[:, telling(seen[number], FIRST_ROWS)]
            for scale in scales:
                yield from _shares_at(number, scale, first, parts, numbers, table, may_follow)


def _may_be_share(cells: Cells) -> bool:
    """Whether enough values differ, and lie on a lattice that divides 1, or on none."""
    known = cells.numbers()[~cells.absent]
    return len(np.unique(known)) >= FEWEST_VALUES and len(known) >= FEWEST_ROWS and cells.step <= 1


def _shares_at(
    number: int,
    scale: float,
    seen: Float64Array,
    parts: list[int],
    numbers: list[int],
    table: Table,
    may_follow: MayFollow,
) -> Iterator[Share]:
    """The pairs of which one column is the share."""
    effect = numbers[number]
    slack = table[effect].step + NOISE * scale
    for part in parts:
        with np.errstate(all="ignore"):
            said = scale * seen[part] / (seen[part] + seen[parts])
            near = (np.abs(said - seen[number]) <= slack) | np.isnan(said)
        told = (~np.isnan(said)).sum(axis=1) > FIRST_ROWS / 4
        for other in np.array(parts)[near.all(axis=1) & told].tolist():
            causes = numbers[part], numbers[other]
            if len({number, part, other}) < 3 or not may_follow(effect, causes):
                continue
            both = table[causes[0]].numbers() + table[causes[1]].numbers() == 0
            instead = float(table[effect].numbers()[both.argmax()]) if both.any() else np.nan
            rule = share_of(causes, effect, scale, instead, table)
            if not rule.broken(table).any():
                yield rule
                return
