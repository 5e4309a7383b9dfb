"""Columns that always add up to the same number, such as shares of 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Rule, Table, quoted


@record
@dataclass(frozen=True)
class Total(Rule):
    """Columns of numbers that are never negative, and whose sum is constant.

    All but the last are generated, and it takes what they leave; where that is less than nothing, they shrink.

    Parameters
    ----------
    total : float
    grain : float
        What the dtypes of the columns may leave out of a number, as a share of it.
    """

    total: float
    grain: float = 0.0

    kind = "total"
    may_be_new = True

    def text(self, names: Mapping[int, str]) -> str:
        return f"{' + '.join(quoted(names[place]) for place in sorted(self.effects))} = {self.total:.10g}"

    @property
    def nominal(self) -> tuple[bool, ...]:
        return (False,) * (len(self.effects) - 1)

    def rests(self, table: Table) -> list[Float64Array]:
        return [table[place].numbers() for place in self.effects[:-1]]

    def broken(self, table: Table) -> BoolArray:
        columns = np.column_stack([table[place].numbers() for place in self.effects])
        absent = np.isnan(columns)
        off = np.abs(columns.sum(1) - self.total) > (1e-9 + self.grain) * abs(self.total)
        return np.where(absent.any(1), ~absent.all(1), off)

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        columns = [types[place].cells for place in self.effects]
        given = np.column_stack([c.of_numbers(r) for c, r in zip(columns, rests, strict=False)])
        sums = given.sum(1)
        over = sums > self.total
        given[over] *= (self.total / sums[over])[:, None]
        for spot, cells in enumerate(columns[:-1]):
            shrunk = given[over, spot]
            rounded = cells.of_numbers(shrunk)
            given[over, spot] = np.where(rounded > shrunk, cells.of_numbers(rounded - cells.spacing), rounded).clip(0)
        made = [cells.of_numbers(given[:, spot]) for spot, cells in enumerate(columns[:-1])]
        made.append(columns[-1].of_numbers(self.total - np.sum(made, axis=0)))
        made[-1] = np.where(made[-1] < 0, 0.0, made[-1])
        return dict(zip(self.effects, made, strict=True))


def total_of(numbers: Mapping[int, Float64Array], total: float, grain: float) -> Total:
    """Columns that add up to a total, of which the largest on average takes what the others leave."""
    means = {place: float(np.nanmean(own)) for place, own in numbers.items()}
    return Total((), tuple(sorted(numbers, key=means.__getitem__)), total, grain)
