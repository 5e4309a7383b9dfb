"""Columns that are a known function of another one, such as its logarithm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..columns.number import Number
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, quoted

FUNCTIONS: dict[str, Callable[[Float64Array], Float64Array]] = {
    "log": np.log,
    "log1p": np.log1p,
    "log10": np.log10,
    "log2": np.log2,
    "exp": np.exp,
    "abs": np.abs,
    "sign": np.sign,
}
FEWEST_ROWS = 100
FEWEST_VALUES = 3
FIRST_ROWS = 32
NOISE = 1e-6
FLOAT_NOISE = 1e-9


@record
@dataclass(frozen=True)
class Function(Rule):
    """A column of numbers that is a function of another one.

    Parameters
    ----------
    function : str
        One of :data:`FUNCTIONS`.
    """

    function: str

    @property
    def kind(self) -> str:
        return "function"

    @property
    def may_be_new(self) -> bool:
        return True

    def text(self, names: Mapping[int, str]) -> str:
        return f"{quoted(names[self.effect])} = {self.function}({quoted(names[self.causes[0]])})"

    def _said(self, table: Table) -> Float64Array:
        with np.errstate(all="ignore"):
            return FUNCTIONS[self.function](table[self.causes[0]].numbers())

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        said, values = self._said(table), cells.numbers()
        size = np.maximum(1.0, np.abs(np.nan_to_num(values)))
        slack = cells.step * (0.5 + NOISE) + (FLOAT_NOISE + cells.grain) * size
        return ~(np.abs(said - values) <= slack) & ~(np.isnan(said) & np.isnan(values))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: Cells(types[self.effect], np.zeros(0)).of_numbers(self._said(table))}


def find_functions(table: Table, may_follow: Callable[[int, Sequence[int]], bool]) -> Iterator[Function]:
    """Numbers that are a function of others in every row."""
    numbers = {place: cells for place, cells in table.items() if place >= 0 and isinstance(cells.type.cells, Number)}
    if not numbers or len(next(iter(numbers.values()))) < FEWEST_ROWS:
        return
    places = list(numbers)
    first = np.arange(FIRST_ROWS)
    small = np.array([cells.take(first).numbers() for cells in numbers.values()])
    step, grain = np.array([(cells.step, cells.grain) for cells in numbers.values()]).T[:, :, None]
    slack = step + (NOISE + grain) * np.maximum(1, np.abs(small))
    for row, cause in enumerate(places):
        for name, function in FUNCTIONS.items():
            with np.errstate(all="ignore"):
                said = function(small[row])
                near = (np.abs(said - small) <= slack) | (np.isnan(said) & np.isnan(small))
            for place in np.flatnonzero(near.all(axis=1)):
                effect = places[place]
                if effect == cause or not may_follow(effect, [cause]):
                    continue
                rule = Function((cause,), (effect,), name, support=len(numbers[effect]))
                known = numbers[effect].plain[~numbers[effect].absent]
                enough = len(known) >= FEWEST_ROWS and len(np.unique(known)) >= FEWEST_VALUES
                same = np.array_equal(numbers[effect].plain, numbers[cause].plain, equal_nan=True)
                if enough and not same and not rule.broken(numbers).any():
                    yield rule
