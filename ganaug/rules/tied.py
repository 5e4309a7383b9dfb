"""Numbers that equal another column in some rows: bills that are paid in full, prices that are those of the list.

A generator, or a tree, comes near such a number and never meets it. So whether a row is one of these is generated, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..columns.number import Number
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import LABEL, Rule, Table, lattice, probed, quoted

LEAST_SHARE = 0.02
"""Of all rows that are tied."""
COMMON = 0.01
"""A value that so many rows have in one column is no sign of a tie: 0 and 0 are equal by chance."""
NEAR, TIMES_NEAR = 5, 5.0
"""Ties are so many times as frequent as each of so many smallest differences on either side."""
FARTHEST = 0.5
"""Of the larger number: a generated row that is further from a tie is none, whatever it says."""


@record
@dataclass(frozen=True)
class Tied(Rule):
    """A number that equals another column in some rows. No row breaks it."""

    @property
    def adjusts(self) -> bool:
        return True

    @property
    def tells_gaps(self) -> bool:
        return False

    @property
    def tells_all(self) -> bool:
        return False

    @property
    def may_be_new(self) -> bool:
        return True

    @property
    def kind(self) -> str:
        return "tied"

    @property
    def nominal(self) -> tuple[bool, ...]:
        return (True,)

    def text(self, names: Mapping[int, str]) -> str:
        return f"{quoted(names[self.effect])} is {quoted(names[self.causes[0]])} in some rows"

    def broken(self, table: Table) -> BoolArray:
        return np.zeros(len(table[self.effect]), bool)

    def rests(self, table: Table) -> list[Float64Array]:
        return [(table[self.effect].numbers() == table[self.causes[0]].numbers()).astype(np.float64)]

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        own, other = table[self.effect], table[self.causes[0]]
        one, two = own.numbers(), other.numbers()
        near = np.abs(one - two) <= FARTHEST * np.maximum(np.abs(one), np.abs(two))  # not where one is missing
        return {self.effect: np.where((rests[0] == 1) & near, own.of_numbers(two), own.plain)}


def find_ties(table: Table, may_follow: Callable[[int, Sequence[int]], bool]) -> Iterator[Tied]:
    """For each number the column that it equals most often, if it does by more than chance."""
    numbers = {
        place: cells.numbers()
        for place, cells in table.items()
        if place != LABEL and isinstance(cells.type.cells, Number)
    }
    if len(numbers) < 2:
        return
    places, values = list(numbers), np.stack(list(numbers.values()), axis=1)
    rare = np.stack([_rare(column) for column in values.T], axis=1)
    some = probed(len(values))
    for effect in reversed(range(len(places))):
        alike = values[some] == values[some, effect, None]
        likely = (alike & rare[some] & rare[some, effect, None]).mean(axis=0) >= LEAST_SHARE / 2
        shares = {
            cause: _share(values[:, cause] - values[:, effect], rare[:, cause] & rare[:, effect], steps)
            for cause in np.flatnonzero(likely).tolist()
            if cause != effect and may_follow(places[effect], [places[cause]])
            for steps in [min(lattice(table[places[place]])[1] for place in (cause, effect))]
        }
        cause = max(shares, key=lambda place: shares[place], default=effect)
        if shares.get(cause, 0.0) >= LEAST_SHARE:
            support = int((values[:, effect] == values[:, cause]).sum())
            yield Tied((places[cause],), (places[effect],), support=support)


def _rare(values: Float64Array) -> BoolArray:
    """Which cells hold a value that few others hold."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts[place] <= COMMON * len(values)) & ~np.isnan(values)


def _share(apart: Float64Array, rare: BoolArray, step: float) -> float:
    """Of the rows, those that are tied; 0 if differences near 0, counted in steps, are nearly as frequent."""
    far = np.abs(apart[rare])
    tied = int((far == 0).sum())
    near = ((far > 0) & (far < (NEAR + 0.5) * step)).sum() / (2 * NEAR)
    return tied / len(apart) if TIMES_NEAR * near <= tied else 0.0
