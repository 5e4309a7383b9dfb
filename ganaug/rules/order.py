"""Columns that are never less, or never more, than others: what is generated is by how much they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType, nearest
from ..columns.datetime import Datetime
from ..columns.duration import Duration
from ..columns.listed import Listed
from ..columns.number import Number
from ..columns.ticks import NO_TIME, per_second
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, quoted

DIGITS = 12
LARGEST = 2**62


@record
@dataclass(frozen=True)
class Comparison(Rule):
    """What both ways to keep an order share."""

    kind = "order"
    tells_gaps = False


@record
@dataclass(frozen=True)
class Order(Comparison):
    """A column that is at least, or at most, as large as each of some others.

    Parameters
    ----------
    limit : float
        The greatest, or least, training value, beyond which values do not go for the sake of the rest.
    least : float
        The least training rest.
    middle : float
        What stands for the others where all of them are missing.
    digits : int
        Decimals of the rest.
    below : bool
        Whether it is at most as large as the others.
    """

    limit: float
    least: float
    middle: float
    digits: int
    below: bool = False

    tells_all = False
    may_be_new = True
    nominal = (False,)

    def text(self, names: Mapping[int, str]) -> str:
        own, others = quoted(names[self.effect]), ", ".join(quoted(names[cause]) for cause in self.causes)
        return f"{own} <= {others}" if self.below else f"{others} <= {own}"

    @classmethod
    def learnt(cls, causes: Sequence[int], effect: int, table: Table, *, below: bool = False) -> Order:
        """From rows that all keep the rule."""
        cells, sign = table[effect], -1 if below else 1
        bound = bound_of(causes, table, cells.type, below=below)
        without = absent_in(bound)
        middle = np.median(bound[~without])
        known = ~(cells.absent | without)
        usual = known & ~np.isin(cells.plain, recurring_of(cells.type))
        usual = usual if usual.any() else known
        rest = sign * (cells.plain - bound)[usual]
        size = float(np.abs(np.concatenate([cells.plain[usual], bound[usual]])).max())
        digits = DIGITS - int(np.ceil(np.log10(size))) if size else DIGITS
        own = cells.plain[~(cells.absent | np.isin(cells.plain, recurring_of(cells.type)))]
        limit = float(sign * (sign * (own if len(own) else cells.plain[usual])).max())
        least = max(0.0, float(rest.min()))
        return cls(tuple(causes), (effect,), limit, least, float(middle), digits, below, support=int(known.sum()))

    def rests(self, table: Table) -> list[Float64Array]:
        cells = table[self.effect]
        bound = self._known_bound(table, cells.type)
        apart = self._sign * (cells.plain - bound).astype(np.float64)
        rest = np.where(cells.absent, np.nan, np.round(apart, self.digits))
        for place, moment in enumerate(recurring_of(cells.type)):
            rest[cells.plain == moment] = -1.0 - place
        return [rest]

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        bound = bound_of(self.causes, table, cells.type, below=self.below)
        return ~(cells.absent | absent_in(bound)) & (self._sign * (cells.plain - bound) < 0)

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        [rest], kind, sign = rests, types[self.effect], self._sign
        bound = self._known_bound(table, kind)
        lone = absent_in(bound_of(self.causes, table, kind, below=self.below))
        rest = np.where(lone, rest, np.maximum(rest, self.least))
        limit, least = (np.array(each).astype(bound.dtype) for each in (self.limit, self.least))
        apart = rest if bound.dtype.kind == "f" else np.rint(np.nan_to_num(rest)).astype(np.int64)
        most = np.where(lone, sign * limit, np.maximum(sign * limit, sign * bound + least))
        value = sign * np.minimum(sign * bound + apart, most)
        value = np.where(lone, _on_lattice(kind, value), _beyond(kind, value, bound, sign))
        value = np.where(np.isnan(rest), kind.cells.nothing, value).astype(bound.dtype)
        for place, moment in enumerate(recurring_of(kind)):
            value[rests[0] == -1.0 - place] = moment
        return {self.effect: value}

    @property
    def _sign(self) -> int:
        return -1 if self.below else 1

    def _known_bound(self, table: Table, kind: ColumnType) -> AnyArray:
        bound = bound_of(self.causes, table, kind, below=self.below)
        return np.where(absent_in(bound), np.array(self.middle).astype(bound.dtype), bound)


@record
@dataclass(frozen=True)
class Bounds(Comparison):
    """A column that lies between others, but varies no less when they are known.

    Its own values are generated, and those beyond a bound are reflected there.

    Parameters
    ----------
    lower, upper : tuple of int
        Places of the columns that it is never less, and never more, than.
    low, high : float
        Range of the training values.
    """

    lower: tuple[int, ...]
    upper: tuple[int, ...]
    low: float
    high: float

    adjusts = True

    @classmethod
    def learnt(cls, lower: Sequence[int], upper: Sequence[int], effect: int, table: Table) -> Bounds:
        """From rows that all keep the rule."""
        known = table[effect].plain[~table[effect].absent]
        sides = tuple(sorted(lower)), tuple(sorted(upper))
        low, high = float(known.min()), float(known.max())
        return cls((*sides[0], *sides[1]), (effect,), *sides, low, high, support=len(known))

    def text(self, names: Mapping[int, str]) -> str:
        sides = [", ".join(quoted(names[place]) for place in side) for side in (self.lower, (self.effect,), self.upper)]
        return " <= ".join(side for side in sides if side)

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        low, high = self._bounds(table, cells)
        return ~cells.absent & ((~absent_in(low) & (cells.plain < low)) | (~absent_in(high) & (cells.plain > high)))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        cells = table[self.effect]
        wrong = self.broken(table)
        if not wrong.any():
            return {self.effect: cells.plain}
        own = cells.plain[wrong]
        low, high = (bound[wrong] for bound in self._bounds(table, cells))
        bounded = [~absent_in(low), ~absent_in(high)]
        limits = [np.array(limit).astype(own.dtype) for limit in (self.low, self.high)]
        value = np.where(bounded[0] & (own < low), np.minimum(2 * low - own, np.maximum(limits[1], low)), own)
        value = np.where(bounded[1] & (own > high), np.maximum(2 * high - own, np.minimum(limits[0], high)), value)
        value = _on_lattice(cells.type, value)
        value = np.where(bounded[1], _beyond(cells.type, value, np.where(bounded[1], high, value), -1), value)
        value = np.where(bounded[0], _beyond(cells.type, value, np.where(bounded[0], low, value), 1), value)
        value = np.where(bounded[0] & bounded[1] & (value > high), low, value)  # no value of the column lies between
        plain = cells.plain.copy()
        plain[wrong] = value
        return {self.effect: plain}

    def _bounds(self, table: Table, cells: Cells) -> tuple[AnyArray, AnyArray]:
        nothing = np.full(len(cells), cells.type.cells.nothing).astype(cells.plain.dtype)
        low = bound_of(self.lower, table, cells.type) if self.lower else nothing
        return low, bound_of(self.upper, table, cells.type, below=True) if self.upper else nothing


def bound_of(causes: Sequence[int], table: Table, kind: ColumnType, *, below: bool = False) -> AnyArray:
    """The greatest, or least, of the causes, as the effect counts; missing where all of them are."""
    columns = [_in_units_of(kind, table[cause]) for cause in causes]
    bound = columns[0]
    for column in columns[1:]:
        lacking = [absent_in(bound), absent_in(column)]
        both = np.minimum(bound, column) if below else np.maximum(bound, column)
        bound = np.where(lacking[0], column, np.where(lacking[1], bound, both))
    return bound


def _in_units_of(kind: ColumnType, cells: Cells) -> AnyArray:
    own, other = cells.type.cells, kind.cells
    if not isinstance(own, (Datetime, Duration)):
        return cells.plain.astype(np.float64)
    fine, coarse = per_second(other.dtype), per_second(own.dtype)
    ticks = cells.plain
    if fine > coarse:
        most = LARGEST // (fine // coarse)
        ticks = np.clip(ticks, -most, most) * (fine // coarse)
    elif fine < coarse:
        ticks = -(-ticks // (coarse // fine))
    return np.where(cells.absent, NO_TIME, ticks)


def absent_in(plain: AnyArray) -> BoolArray:
    return np.isnan(plain) if plain.dtype.kind == "f" else plain == NO_TIME


def recurring_of(kind: ColumnType) -> tuple[int, ...]:
    return kind.cells.recurring if isinstance(kind.cells, Datetime) else ()


def _on_lattice(kind: ColumnType, value: AnyArray) -> AnyArray:
    if isinstance(kind, Listed):
        return kind.keys[nearest(kind.keys, value)]
    own = kind.cells
    if isinstance(own, Duration):
        return own.on_lattice(value)
    if isinstance(own, Datetime):
        return own.on_clocks(value)
    return own.rounded(value)


def _beyond(kind: ColumnType, value: AnyArray, bound: AnyArray, sign: int) -> AnyArray:
    """Values as the column may take them, none on the wrong side of the bound."""
    found, own = _on_lattice(kind, value), kind.cells
    wrong = sign * (found - bound) < 0
    if not wrong.any():
        return found
    if isinstance(kind, Listed):
        above = np.searchsorted(kind.keys, bound) if sign > 0 else np.searchsorted(kind.keys, bound, "right") - 1
        near = kind.keys[above.clip(0, len(kind.keys) - 1)]
    elif isinstance(own, (Datetime, Duration)):
        near = _on_lattice(kind, found + sign * own.tick)
    else:
        near = own.rounded(found + sign * (own.step if isinstance(own, Number) else 0.0))
    return np.where(wrong, sign * np.maximum(sign * near, sign * bound), found)
