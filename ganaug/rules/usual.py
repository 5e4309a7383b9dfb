"""Columns that others imply in all but a few rows, such as distances of routes, some of which were typed in wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Rule, Table
from .implied import Lookup


@record
@dataclass(frozen=True)
class Usual(Rule):
    """A column whose usual value follows from others. No row breaks it: what an exception holds is generated.

    Parameters
    ----------
    lookup : Lookup
        The usual values.
    levels : bool
        Whether they are categories.
    """

    lookup: Lookup
    levels: bool

    breakable = False
    kind = "usual"

    @property
    def may_be_new(self) -> bool:
        return not self.levels

    @property
    def nominal(self) -> tuple[bool, ...]:
        return (self.levels,)

    def text(self, names: Mapping[int, str]) -> str:
        return f"{self.lookup.text(names)} in nearly all rows"

    def broken(self, table: Table) -> BoolArray:
        return np.zeros(len(table[self.effect]), bool)

    def rests(self, table: Table) -> list[Float64Array]:
        """What exceptions hold, NaN for a usual value."""
        return [np.where(self.lookup.broken(table), table[self.effect].plain.astype(np.float64), np.nan)]

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        usual = self.lookup.restored([], table, types)[self.effect]
        own, exception = types[self.effect].cells, ~np.isnan(rests[0])
        held = np.nan_to_num(rests[0])
        exact = np.rint(held).astype(usual.dtype) if self.levels else own.rounded(held)
        return {self.effect: np.where(exception, exact, usual)}
