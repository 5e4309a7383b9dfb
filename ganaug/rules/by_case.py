"""Numbers that follow from others case by case: a tax by the sort of goods, a due date by urgency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, Int64Array, record
from .base import Rule, Table, listed, quoted
from .implied import Implied
from .relations import FLOAT_NOISE, NOISE, on_lattice


@record
@dataclass(frozen=True)
class ByCase(Rule):
    """A number or a time that is another one times a rate, plus an amount, or both, which other columns tell.

    Parameters
    ----------
    which : Lookup or Steps
        Tells the case, from 0.
    sources : ndarray of int64
        For each case the place of the column that it follows from.
    rates, amounts : ndarray of float64
        For each case what its column is taken times, and what is added.
    origin, step : float
        What they say is rounded to ``origin + k * step``; not if `step` is 0.
    rounding : str
        How what they say is rounded, one of :data:`~ganaug.rules.relations.ROUNDING`.
    """

    which: Implied
    sources: Int64Array
    rates: Float64Array
    amounts: Float64Array
    origin: float
    step: float
    rounding: str = "even"

    kind = "by case"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        terms = listed([term.text(names) for term in self.which.terms])
        verb = "implies" if len(self.which.terms) == 1 else "imply"
        effect, *sources = (quoted(names[place]) for place in (self.effect, *dict.fromkeys(self.sources.tolist())))
        if len(sources) > 1:
            return f"{terms} {verb} which of {', '.join(sources)} is {effect}"
        if self.amounts.any() and (self.rates != 1).any():
            return f"{terms} {verb} the line from {sources[0]} to {effect}"
        return f"{terms} {verb} {effect} {'-' if self.amounts.any() else '/'} {sources[0]}"

    def _unrounded(self, table: Table) -> Float64Array:
        case = self.which.said(table, table[self.which.causes[0]].type).astype(int)
        own = np.full(len(case), np.nan)
        for source in np.unique(self.sources):
            rows = self.sources[case] == source
            own[rows] = table[source].numbers()[rows]
        return own * self.rates[case] + self.amounts[case]

    def _said(self, table: Table) -> Float64Array:
        return on_lattice(self._unrounded(table), self.origin, self.step, self.rounding)

    def broken(self, table: Table) -> BoolArray:
        cells, exact = table[self.effect], self._unrounded(table)
        values = cells.numbers()
        slack = NOISE * self.step + (FLOAT_NOISE + cells.grain) * (np.abs(values) + np.abs(self.amounts).max())
        near = np.abs(self._said(table) - values) <= slack
        if self.rounding == "even":  # a half may be rounded either way
            near |= np.abs(exact - values) <= 0.5 * self.step + slack
        return ~near & ~(np.isnan(exact) & np.isnan(values))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: types[self.effect].cells.of_numbers(self._said(table))}
