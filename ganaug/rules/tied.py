"""Numbers and times that equal another column in some rows: bills that are paid in full, visits on the day of an order.

A generator, or a tree, comes near such a value and seldom meets it. So whether a row is one of these is generated, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import LABEL, Cells, MayFollow, Rule, Table, lattice, probed, quoted

LEAST_SHARE = 0.02
"""Of all rows that are tied."""
COMMON = 0.01
"""A value that so many rows have in one column is no sign of a tie: 0 and 0 are equal by chance."""
NEAR, TIMES_NEAR = 5, 5.0
"""Ties are so many times as frequent as each of so many smallest differences on either side."""
MOST_COLUMNS = 500
FARTHEST = 0.5
"""Of the larger number: a generated row that is further from a tie is none, whatever it says."""


@record
@dataclass(frozen=True)
class Tied(Rule):
    """A number or a time that equals another column in some rows. No row breaks it."""

    adjusts = True
    tells_gaps = False
    breakable = False
    may_be_new = True
    kind = "tied"
    nominal = (True,)

    def text(self, names: Mapping[int, str]) -> str:
        return f"{quoted(names[self.effect])} is {quoted(names[self.causes[0]])} in some rows"

    def broken(self, table: Table) -> BoolArray:
        return np.zeros(len(table[self.effect]), bool)

    def rests(self, table: Table) -> list[Float64Array]:
        return [(table[self.effect].numbers() == table[self.causes[0]].numbers()).astype(np.float64)]

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        own, other = table[self.effect], table[self.causes[0]]
        one, two = own.numbers(), other.numbers()
        size = np.inf if own.kind == "datetime" else np.maximum(np.abs(one), np.abs(two))  # dates count from any day
        near = np.abs(one - two) <= FARTHEST * size  # not where one is missing
        return {self.effect: np.where((rests[0] == 1) & near, own.of_numbers(two), own.plain)}


def find_ties(table: Table, may_follow: MayFollow) -> Iterator[Tied]:
    """For each number and time the column that it equals most often, if it does by more than chance."""
    for kind in ("number", "datetime", "duration"):
        alike = [place for place, own in table.items() if place != LABEL and own.ordered and own.kind == kind]
        if len(alike) > 1:
            yield from _of_one_kind(alike[:MOST_COLUMNS], table, may_follow)


def _of_one_kind(places: Sequence[int], table: Table, may_follow: MayFollow) -> Iterator[Tied]:
    some = probed(len(table[places[0]]))
    values = np.stack([table[place].take(some).numbers() for place in places], axis=1)
    rare = np.stack([_rare(column) for column in values.T], axis=1)
    for number, effect in reversed(list(enumerate(places))):
        equal = (values == values[:, number, None]) & rare & rare[:, number, None]
        likely = [places[other] for other in np.flatnonzero(equal.mean(axis=0) >= LEAST_SHARE / 2).tolist()]
        causes = [place for place in likely if place != effect and may_follow(effect, [place])]
        shares = {cause: _share(table[cause], table[effect]) for cause in causes}
        cause = max(shares, key=lambda place: shares[place], default=effect)
        if shares.get(cause, 0.0) >= LEAST_SHARE:
            support = int((table[cause].numbers() == table[effect].numbers()).sum())
            yield Tied((cause,), (effect,), support=support)


def _rare(values: Float64Array) -> BoolArray:
    """Which cells hold a value that few others hold."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts[place] <= COMMON * len(values)) & ~np.isnan(values)


def _share(one: Cells, other: Cells) -> float:
    """Of the rows, those that are tied; 0 if the smallest differences that there can be are nearly as frequent."""
    values = one.numbers(), other.numbers()
    apart = np.abs(values[0] - values[1])[_rare(values[0]) & _rare(values[1])]
    tied, step = int((apart == 0).sum()), min(lattice(one)[1], lattice(other)[1])
    near = ((apart > 0) & (apart < (NEAR + 0.5) * step)).sum() / (2 * NEAR)
    return tied / len(one) if TIMES_NEAR * near <= tied else 0.0
