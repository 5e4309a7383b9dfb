"""Columns that are a known function of another one, such as its logarithm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import FEWEST_ROWS, MayFollow, Rule, Table, quoted
from .relations import FLOAT_NOISE, NOISE

FUNCTIONS: dict[str, Callable[[Float64Array], Float64Array]] = {
    "log": np.log,
    "log1p": np.log1p,
    "log10": np.log10,
    "log2": np.log2,
    "exp": np.exp,
    "abs": np.abs,
    "sign": np.sign,
}
FEWEST_VALUES = 3
FIRST_ROWS = 32


@record
@dataclass(frozen=True)
class Function(Rule):
    """A column of numbers that is a function of another one.

    Parameters
    ----------
    function : str
        One of :data:`FUNCTIONS`.
    instead : float
        What stands where the function has no value, such as the logarithm of 0; NaN if the column is missing there.
    """

    function: str
    instead: float = np.nan

    kind = "function"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        said = f"{quoted(names[self.effect])} = {self.function}({quoted(names[self.causes[0]])})"
        return said if np.isnan(self.instead) else f"{said} or {self.instead:.15g}"

    def _said(self, table: Table) -> Float64Array:
        causes = table[self.causes[0]].numbers()
        said = _values(self.function, causes)
        return np.where(np.isnan(said) & ~np.isnan(causes), self.instead, said)

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        said, values = self._said(table), cells.numbers()
        size = np.maximum(1.0, np.abs(np.nan_to_num(values)))
        slack = cells.step * (0.5 + NOISE) + (FLOAT_NOISE + cells.grain) * size
        return ~(np.abs(said - values) <= slack) & ~(np.isnan(said) & np.isnan(values))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        return {self.effect: types[self.effect].cells.of_numbers(self._said(table))}


def _values(function: str, causes: Float64Array) -> Float64Array:
    """What a function says; NaN where it has no value."""
    with np.errstate(all="ignore"):
        said = FUNCTIONS[function](causes)
    return np.where(np.isfinite(said), said, np.nan)


def find_functions(table: Table, may_follow: MayFollow) -> Iterator[Function]:
    """Numbers that are a function of others in every row, or hold one value wherever the function has none."""
    numbers = {place: cells for place, cells in table.items() if place >= 0 and cells.kind == "number"}
    if not numbers:
        return
    places = list(numbers)
    first = np.arange(FIRST_ROWS)
    small = np.array([cells.take(first).numbers() for cells in numbers.values()])
    step, grain = np.array([(cells.step, cells.grain) for cells in numbers.values()]).T[:, :, None]
    slack = step + (NOISE + grain) * np.maximum(1, np.abs(small))
    for row, cause in enumerate(places):
        for name in FUNCTIONS:
            said = _values(name, small[row])
            absent = np.isnan(small[row])
            with np.errstate(over="ignore"):
                near = np.where(absent, np.isnan(small), (np.abs(said - small) <= slack) | np.isnan(said))
            likely = np.flatnonzero(near.all(axis=1))
            likely = likely[likely != row]
            said = _values(name, numbers[cause].numbers()) if len(likely) else np.zeros(0)
            if len(np.unique(said[~np.isnan(said)])) < FEWEST_VALUES:
                continue
            for effect in (places[place] for place in likely):
                rule = _learnt(name, said, cause, effect, numbers) if may_follow(effect, [cause]) else None
                if rule is not None and not rule.broken(numbers).any():
                    yield rule


def _learnt(name: str, said: Float64Array, cause: int, effect: int, numbers: Table) -> Function | None:
    """The function with what stands where it has no value; None if it tells too few values, or the cause itself."""
    causes, effects = numbers[cause].numbers(), numbers[effect].numbers()
    told = effects[~np.isnan(said)]
    if (
        len(told) < FEWEST_ROWS
        or len(np.unique(told)) < FEWEST_VALUES
        or np.array_equal(causes, effects, equal_nan=True)
    ):
        return None
    untold = np.isnan(said) & ~np.isnan(causes)
    instead = float(effects[untold.argmax()]) if untold.any() else np.nan
    return Function((cause,), (effect,), name, instead, support=len(effects))
