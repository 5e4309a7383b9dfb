"""Numbers that follow from others case by case: a tax by the sort of goods, a due date by urgency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..plain import Float64Array, Int64Array, record
from .base import Table, listed, quoted
from .calendar import counted, later
from .computed import Computed
from .implied import Implied


@record
@dataclass(frozen=True)
class ByCase(Computed):
    """A number or a time that is another one times a rate, plus an amount, or both, which other columns tell; or a date
    some calendar months later.

    Parameters
    ----------
    which : Lookup or Steps
        Tells the case, from 0.
    sources : ndarray of int64
        For each case the place of the column that it follows from.
    rates, amounts : ndarray of float64
        For each case what its column is taken times, and what is added.
    days : int or None
        What is added to a date after the amounts, which are calendar months then; None if they are not.
    """

    which: Implied
    sources: Int64Array
    rates: Float64Array
    amounts: Float64Array
    days: int | None = None

    kind = "by case"

    def text(self, names: Mapping[int, str]) -> str:
        terms = listed([term.text(names) for term in self.which.terms])
        verb = "implies" if len(self.which.terms) == 1 else "imply"
        effect, *sources = (quoted(names[place]) for place in (self.effect, *dict.fromkeys(self.sources.tolist())))
        if len(sources) > 1:
            return f"{terms} {verb} which of {', '.join(sources)} is {effect}"
        if self.days is not None:
            after = f" {'-' if self.days > 0 else '+'} {counted(abs(self.days), 'day')}" if self.days else ""
            return f"{terms} {verb} months from {sources[0]} to {effect}{after}"
        if self.amounts.any() and (self.rates != 1).any():
            return f"{terms} {verb} the line from {sources[0]} to {effect}"
        return f"{terms} {verb} {effect} {'-' if self.amounts.any() else '/'} {sources[0]}"

    def exact(self, table: Table) -> tuple[Float64Array, Float64Array]:
        case = self.which.said(table, table[self.which.causes[0]].type).astype(int)
        if self.days is not None:
            start = table[int(self.sources[0])]
            said = start.type.cells.as_numbers(later(start, self.amounts[case], self.days))
            return said, np.abs(said)
        own = np.full(len(case), np.nan)
        for source in np.unique(self.sources):
            rows = self.sources[case] == source
            own[rows] = table[source].numbers()[rows]
        part, amount = own * self.rates[case], self.amounts[case]
        return part + amount, np.abs(part) + np.abs(amount)
