"""Columns that hold one value where others say so: who never smoked smokes 0 a day, and no child is married."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..columns.category import Category
from ..columns.number import Number
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, listed, quoted
from .implied import Implied, Lookup, Steps
from .views import Term

Ranges = Mapping[int, tuple[float, ...]]
"""How far columns reach that may have values that no training row has."""


@record
@dataclass(frozen=True)
class Pinned(Rule):
    """A column that holds one value, or at least no other, wherever another one says so.

    Parameters
    ----------
    where : Lookup or Steps
        Where it does.
    condition : str
        What the other column says there, as users write it; nothing if the value is held nowhere else.
    value : float
        The plain value.
    beside : float
        Where it must not be held, what stands in its place.
    shown : str
        The value as users write it.
    """

    where: Implied
    condition: str
    value: float
    beside: float
    shown: str

    adjusts = True
    tells_gaps = False
    kind = "implied"

    @property
    def exact(self) -> bool:
        """Whether the value is held nowhere else."""
        return not self.condition

    def text(self, names: Mapping[int, str]) -> str:
        [term] = self.where.terms
        effect = f"{quoted(names[self.effect])} is {self.shown}"
        if self.exact:
            return f"{term.text(names)} implies whether {effect}"
        return f"{term.text(names)} {self.condition} implies {effect}"

    @classmethod
    def learnt(cls, where: Implied, condition: str, value: float, table: Table) -> Pinned:
        """From rows that all keep the rule."""
        cells = table[where.effect]
        others, counts = np.unique(cells.plain[~cells.absent & (cells.plain != value)], return_counts=True)
        nearest = np.abs(others - value).argmin() if cells.ordered else counts.argmax()
        shown = shown_value(cells, value)
        return cls(where.causes, where.effects, where, condition, value, others[nearest].item(), shown)

    def said(self, table: Table) -> BoolArray:
        """Where the other column says that the value is held."""
        return self.where.said(table, table[self.effect].type).astype(bool)

    def goes_with(self, other: Rule) -> bool:
        """Whether a row can keep this rule and another one that adjusts the same column, whatever else is in it."""
        if isinstance(other, Implied):
            return not self.exact or self.where.terms == other.terms
        if not isinstance(other, Pinned):
            return True
        if self.value == other.value:
            return not self.exact and not other.exact
        return self.where.terms == other.where.terms

    def beyond(self, pairs: Iterable[tuple[int, int]], table: Table, ranges: Ranges, *, beside: bool) -> list[int]:
        """Columns in order with its own, on whose wrong side the value may be, or what stands beside it."""
        others = ~self.said(table)
        sides = [(low, 1) for low, high in pairs if high == self.effect]
        sides += [(high, -1) for low, high in pairs if low == self.effect]
        found = []
        for place, sign in sides:
            own = place in self.causes
            known = table[place].numbers()[others if own else slice(None)]
            most = np.nanmax(sign * np.append(known, ranges.get(place, ())), initial=-np.inf)
            if most > sign * (self.beside if beside else self.value) and (beside or not own):
                found.append(place)
        return found

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        said, held = self.said(table), cells.plain == self.value
        return said != held if self.exact else said & ~held & ~cells.absent

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        cells = table[self.effect]
        said = self.said(table)
        if self.exact:
            others = np.where(cells.plain == self.value, self.beside, cells.plain)
            plain = np.where(said, self.value, others)
        else:
            plain = np.where(said & ~cells.absent, self.value, cells.plain)
        return {self.effect: plain.astype(cells.plain.dtype)}


def by_levels(cause: int, effect: int, levels: AnyArray, chosen: BoolArray) -> Lookup:
    """Where a category is one of the chosen levels."""
    said = np.append(chosen, np.False_)
    return Lookup((cause,), (effect,), (Term((cause,)),), gap=False, keys=(levels,), values=said)


def said_of_levels(cells: Cells, levels: AnyArray, chosen: BoolArray) -> str:
    """Which levels are chosen, or which are not if these are fewer."""
    verb, some = ("is", chosen) if 2 * chosen.sum() <= len(chosen) else ("is not", ~chosen)
    return f"{verb} {listed([shown_value(cells, level) for level in levels[some].tolist()], 'or')}"


def by_threshold(cause: int, effect: int, edge: AnyArray | float, *, above: bool) -> Steps:
    """Where a number is at least as large as a threshold, or where it is less."""
    said, edges = np.array([not above, above]), np.array([edge], np.float64)
    return Steps(
        (cause,), (effect,), (Term((cause,)),), gap=False, edges=edges, values=said, otherwise=np.zeros(1, bool)
    )


def said_of_threshold(edge: AnyArray | float, *, above: bool) -> str:
    return f"{'>=' if above else '<'} {float(edge)}".removesuffix(".0")


def may_be_pinned(cells: Cells) -> bool:
    """Whether rules can say that a cell holds one value: numbers and categories."""
    return isinstance(cells.type.cells, (Number, Category))


def shown_value(cells: Cells, value: float) -> str:
    """A plain value as users write it."""
    own = cells.type.cells
    if isinstance(own, Category):
        return quoted(own.values.iloc[int(value)])
    assert isinstance(own, Number)
    return own.written(value)


def value_of(cells: Cells, shown: str) -> float | None:
    """The plain value that a user has written, if the column has it."""
    own = cells.type.cells
    if isinstance(own, Category):
        return next((place for place, known in enumerate(own.values) if str(known) == shown), None)
    assert isinstance(own, Number)
    try:
        value = own.read(shown)
    except ValueError:
        return None
    return value if (cells.plain == value).any() else None


def held_exactly(rules: Iterable[Rule], place: int, cells: Cells) -> BoolArray:
    """Where a column holds what a rule tells exactly, so that it need not be generated."""
    values = [rule.value for rule in rules if isinstance(rule, Pinned) and rule.exact and rule.effect == place]
    return np.isin(cells.plain, values)
