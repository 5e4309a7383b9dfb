"""Columns that are never less, or never more, than others: what is generated is by how much they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType
from ..columns.datetime import Datetime
from ..columns.duration import Duration
from ..columns.listed import Listed, nearest
from ..columns.number import Number
from ..columns.ticks import NO_TIME, per_second
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, quoted

FEWEST_ROWS = 100
FEWEST_REVERSED = 50.0
"""Rows in the wrong order that chance alone would make: fewer prove nothing."""
LEAST_REVERSED = 0.02
PROBE_ROWS = 2_048
DIGITS = 12
LARGEST = 2**62
LOOSE = 0.8


@record
@dataclass(frozen=True)
class Order(Rule):
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
    loose : bool
        Whether the column varies no less when the others are known. Then its own values are generated, and those on
        the wrong side are reflected at the others.
    """

    limit: float
    least: float
    middle: float
    digits: int
    below: bool = False
    loose: bool = False

    @property
    def effect(self) -> int:
        return self.effects[0]

    @property
    def kind(self) -> str:
        return "order"

    @property
    def adjusts(self) -> bool:
        return self.loose

    @property
    def nominal(self) -> tuple[bool, ...]:
        return () if self.loose else (False,)

    def text(self, names: Mapping[int, str]) -> str:
        own, others = quoted(names[self.effect]), ", ".join(quoted(names[cause]) for cause in self.causes)
        return f"{own} <= {others}" if self.below else f"{others} <= {own}"

    @classmethod
    def learnt(cls, causes: Sequence[int], effect: int, table: Table, *, below: bool = False) -> Order:
        """From rows that all keep the rule."""
        cells, sign = table[effect], -1 if below else 1
        bound = _bound(causes, table, cells.type, below=below)
        without = _absent(bound)
        middle = np.median(bound[~without])
        known = ~(cells.absent | without)
        usual = known & ~np.isin(cells.plain, _recurring(cells.type))
        rest = sign * (cells.plain - bound)[usual]
        size = float(np.abs(np.concatenate([cells.plain[usual], bound[usual]])).max())
        digits = DIGITS - int(np.ceil(np.log10(size))) if size else DIGITS
        loose = _spread(rest) > LOOSE * _spread((cells.plain - middle.astype(bound.dtype))[usual])
        limit = float(sign * (sign * cells.plain[usual]).max())
        least = max(0.0, float(rest.min()))
        return cls(tuple(causes), (effect,), limit, least, float(middle), digits, below, loose, support=int(known.sum()))

    def rests(self, table: Table) -> list[Float64Array]:
        if self.loose:
            return []
        cells = table[self.effect]
        bound = self._known_bound(table, cells.type)
        apart = self._sign * (cells.plain - bound).astype(np.float64)
        rest = np.where(cells.absent, np.nan, np.round(apart, self.digits))
        for place, moment in enumerate(_recurring(cells.type)):
            rest[cells.plain == moment] = -1.0 - place
        return [rest]

    def broken(self, table: Table) -> BoolArray:
        cells = table[self.effect]
        bound = _bound(self.causes, table, cells.type, below=self.below)
        return ~(cells.absent | _absent(bound)) & (self._sign * (cells.plain - bound) < 0)

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        kind = types[self.effect]
        if self.loose:
            return {self.effect: self._reflected(table[self.effect], table)}
        [rest], bound, sign = rests, self._known_bound(table, kind), self._sign
        lone = _absent(_bound(self.causes, table, kind, below=self.below))
        rest = np.where(lone, rest, np.maximum(rest, self.least))
        limit, least = (np.array(each).astype(bound.dtype) for each in (self.limit, self.least))
        apart = rest if bound.dtype.kind == "f" else np.rint(np.nan_to_num(rest)).astype(np.int64)
        most = np.where(lone, sign * limit, np.maximum(sign * limit, sign * bound + least))
        value = sign * np.minimum(sign * bound + apart, most)
        value = np.where(lone, _on_lattice(kind, value), _beyond(kind, value, bound, sign))
        value = np.where(np.isnan(rest), kind.cells.nothing, value).astype(bound.dtype)
        for place, moment in enumerate(_recurring(kind)):
            value[rests[0] == -1.0 - place] = moment
        return {self.effect: value}

    def _reflected(self, cells: Cells, table: Table) -> AnyArray:
        """The values, those on the wrong side of the bound as far on the other one, but not beyond the limit."""
        bound, sign = _bound(self.causes, table, cells.type, below=self.below), self._sign
        wrong = ~(cells.absent | _absent(bound)) & (sign * (cells.plain - bound) < 0)
        if not wrong.any():
            return cells.plain
        own, bound = cells.plain[wrong], bound[wrong]
        limit = np.array(self.limit).astype(bound.dtype)
        value = sign * np.minimum(sign * (2 * bound - own), np.maximum(sign * limit, sign * bound))
        plain = cells.plain.copy()
        plain[wrong] = _beyond(cells.type, value, bound, sign)
        return plain

    @property
    def _sign(self) -> int:
        return -1 if self.below else 1

    def _known_bound(self, table: Table, kind: ColumnType) -> AnyArray:
        bound = _bound(self.causes, table, kind, below=self.below)
        return np.where(_absent(bound), np.array(self.middle).astype(bound.dtype), bound)


def find_orders(table: Table, free: Sequence[int], may_follow: Callable[[int, Sequence[int]], bool]) -> Iterator[Order]:
    """Which of the `free` columns are never less than others of their kind; or never more, where the other is not free.

    A pair of columns counts only if it could be in the wrong order: were the values of one of them shuffled, at least
    :data:`LEAST_REVERSED` of the rows and :data:`FEWEST_REVERSED` of them would be.
    """
    every = [place for place, cells in table.items() if place >= 0 and cells.ordered and _varied(cells)]
    below = {high: {low for low in every if low != high and _in_order(low, high, table)} for high in every}
    for high in sorted(every, key=lambda place: (len(below[place]), place)):
        direct = [low for low in below[high] if not any(low in below[other] for other in below[high] if other != low)]
        direct = sorted(low for low in direct if may_follow(high, [low]))
        if direct and high in free:
            yield Order.learnt(direct, high, table)
    for low in free:
        above = [high for high in every if low in below[high] and high not in free]
        direct = [high for high in above if not any(other in below[high] for other in above if other != high)]
        direct = sorted(high for high in direct if may_follow(low, [high]))
        if direct:
            yield Order.learnt(direct, low, table, below=True)


def _in_order(low: int, high: int, table: Table) -> bool:
    """Whether no row has them in the wrong order, and many could."""
    one, other = table[low], table[high]
    if one.kind != other.kind:
        return False
    probe = np.linspace(0, len(one) - 1, min(PROBE_ROWS, len(one))).astype(int)
    if _reversed(one.take(probe), other.take(probe)).any():
        return False
    known = np.flatnonzero(~(one.absent | other.absent))
    if len(known) < FEWEST_ROWS or _reversed(one, other).any():
        return False
    low_values, high_values = _bound([0], {0: one.take(known)}, other.type), other.plain[known]
    usual = np.isin(high_values, _recurring(other.type)) | np.isin(low_values, _recurring(one.type))
    shuffled = np.random.default_rng(0).permutation(low_values[~usual])
    wrong = (shuffled > high_values[~usual]).sum()
    return bool(wrong >= max(FEWEST_REVERSED, LEAST_REVERSED * len(known)) and (low_values < high_values).any())


def _reversed(low: Cells, high: Cells) -> BoolArray:
    bound = _bound([0], {0: low}, high.type)
    return ~(_absent(bound) | high.absent) & (bound > high.plain)


def _bound(causes: Sequence[int], table: Table, kind: ColumnType, *, below: bool = False) -> AnyArray:
    """The greatest, or least, of the causes, as the effect counts; missing where all of them are."""
    columns = [_in_units_of(kind, table[cause]) for cause in causes]
    bound = columns[0]
    for column in columns[1:]:
        lacking = [_absent(bound), _absent(column)]
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


def _absent(plain: AnyArray) -> BoolArray:
    return np.isnan(plain) if plain.dtype.kind == "f" else plain == NO_TIME


def _spread(values: AnyArray) -> float:
    return float(np.subtract(*np.quantile(values.astype(np.float64), [0.95, 0.05])))


def _varied(cells: Cells) -> bool:
    known = cells.plain[~cells.absent]
    return len(known) >= FEWEST_ROWS and bool(known.min() < known.max())


def _recurring(kind: ColumnType) -> tuple[int, ...]:
    return kind.cells.recurring if isinstance(kind.cells, Datetime) else ()


def _on_lattice(kind: ColumnType, value: AnyArray) -> AnyArray:
    if isinstance(kind, Listed):
        return kind.keys[nearest(kind.keys, value)]
    own = kind.cells
    if isinstance(own, Duration):
        return np.rint(value / own.tick).astype(np.int64) * own.tick
    if isinstance(own, Datetime):
        return own.from_local((own.local(value) + own.tick // 2) // own.tick * own.tick)
    return own.rounded(value)


def _beyond(kind: ColumnType, value: AnyArray, bound: AnyArray, sign: int) -> AnyArray:
    """Values as the column may take them, none on the wrong side of the bound."""
    found, own = _on_lattice(kind, value), kind.cells
    wrong = sign * (found - bound) < 0
    if not wrong.any():
        return found
    if isinstance(kind, Listed):
        side, shift = ("left", 0) if sign > 0 else ("right", -1)
        near = kind.keys[(np.searchsorted(kind.keys, bound, side) + shift).clip(0, len(kind.keys) - 1)]
    elif isinstance(own, (Datetime, Duration)):
        near = _on_lattice(kind, found + sign * own.tick)
    else:
        near = own.rounded(found + sign * (own.step if isinstance(own, Number) else 0.0))
    return np.where(wrong, sign * np.maximum(sign * near, sign * bound), found)
