"""Numbers that others tell to the last digit, once what they say is rounded as the column is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Rule, Table
from .relations import FLOAT_NOISE, NOISE, on_lattice


@record
@dataclass(frozen=True)
class Computed(Rule):
    """A number, or a time, that is computed from others.

    Parameters
    ----------
    origin, step : float
        What they say is rounded to ``origin + k * step``; not if `step` is 0.
    rounding : str
        How what they say is rounded, one of :data:`~ganaug.rules.relations.ROUNDING`.
    """

    origin: float = field(kw_only=True)
    step: float = field(kw_only=True)
    rounding: str = field(default="even", kw_only=True)

    may_be_new = True

    @abstractmethod
    def exact(self, table: Table) -> tuple[Float64Array, Float64Array]:
        """What the causes say, NaN for nothing, and the size of what is added up, as which floats round it."""

    def broken(self, table: Table) -> BoolArray:
        cells, (exact, size) = table[self.effect], self.exact(table)
        values = cells.numbers()
        slack = NOISE * self.step + (FLOAT_NOISE + cells.grain) * size
        near = np.abs(self._rounded(exact) - values) <= slack
        if self.rounding == "even":  # a half may be rounded either way
            near |= np.abs(exact - values) <= 0.5 * self.step + slack
        return ~near & ~(np.isnan(exact) & np.isnan(values))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: types[self.effect].cells.of_numbers(self._rounded(self.exact(table)[0]))}

    def _rounded(self, exact: Float64Array) -> Float64Array:
        return on_lattice(exact, self.origin, self.step, self.rounding)
