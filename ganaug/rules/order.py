"""Columns that are never less, or never more, than others: what is generated is by how much they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns.base import ColumnType, nearest
from ..columns.datetime import Datetime
from ..columns.duration import Duration
from ..columns.listed import Listed
from ..columns.number import Number
from ..columns.ticks import NO_TIME, per_second
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import LABEL, Cells, MayFollow, Rule, Table, probed, quoted

FEWEST_ROWS = 100
FEWEST_REVERSED = 10.0
"""Rows in the wrong order that chance alone would make, more of them the more pairs there are: fewer prove nothing."""
DIGITS = 12
LARGEST = 2**62
LOOSE = 0.65


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
        bound = _bound(causes, table, cells.type, below=below)
        without = _absent(bound)
        middle = np.median(bound[~without])
        known = ~(cells.absent | without)
        usual = known & ~np.isin(cells.plain, _recurring(cells.type))
        usual = usual if usual.any() else known
        rest = sign * (cells.plain - bound)[usual]
        size = float(np.abs(np.concatenate([cells.plain[usual], bound[usual]])).max())
        digits = DIGITS - int(np.ceil(np.log10(size))) if size else DIGITS
        own = cells.plain[~(cells.absent | np.isin(cells.plain, _recurring(cells.type)))]
        limit = float(sign * (sign * (own if len(own) else cells.plain[usual])).max())
        least = max(0.0, float(rest.min()))
        return cls(tuple(causes), (effect,), limit, least, float(middle), digits, below, support=int(known.sum()))

    def rests(self, table: Table) -> list[Float64Array]:
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
        [rest], kind, sign = rests, types[self.effect], self._sign
        bound = self._known_bound(table, kind)
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

    @property
    def _sign(self) -> int:
        return -1 if self.below else 1

    def _known_bound(self, table: Table, kind: ColumnType) -> AnyArray:
        bound = _bound(self.causes, table, kind, below=self.below)
        return np.where(_absent(bound), np.array(self.middle).astype(bound.dtype), bound)


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
        return ~cells.absent & ((~_absent(low) & (cells.plain < low)) | (~_absent(high) & (cells.plain > high)))

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:  # noqa: ARG002
        cells = table[self.effect]
        wrong = self.broken(table)
        if not wrong.any():
            return {self.effect: cells.plain}
        own = cells.plain[wrong]
        low, high = (bound[wrong] for bound in self._bounds(table, cells))
        bounded = [~_absent(low), ~_absent(high)]
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
        low = _bound(self.lower, table, cells.type) if self.lower else nothing
        return low, _bound(self.upper, table, cells.type, below=True) if self.upper else nothing


Pairs = list[tuple[int, int]]


def ordered_pairs(table: Table) -> Pairs:
    """Which columns (low, high) of one kind are never in the wrong order.

    A pair counts only if it could be in the wrong order: were the values of one column shuffled, at least
    :data:`FEWEST_REVERSED` rows would be.
    """
    every = [place for place, cells in table.items() if place >= 0 and cells.ordered and _varied(cells)]
    fewest = FEWEST_REVERSED + np.log(max(1, len(every) * (len(every) - 1)))
    below = {high: {low for low in every if low != high and _in_order(low, high, table, fewest)} for high in every}
    highest = sorted(every, key=lambda place: (len(below[place]), place))
    return [(low, high) for high in highest for low in sorted(below[high])]


def _direct(pairs: Pairs, table: Table) -> Pairs:
    """The pairs without those that follow from two others, by way of a column without gaps."""
    whole = {place for pair in pairs for place in pair if not table[place].absent.any()}
    known = set(pairs)
    return [
        (low, high)
        for low, high in pairs
        if not any((low, middle) in known and (middle, high) in known for middle in whole - {low, high})
    ]


def find_orders(table: Table, pairs: Pairs, free: Collection[int], may_follow: MayFollow) -> Iterator[Order]:
    """Orders of `free` columns that vary much less when the others are known, so that what they differ by is generated.

    A column follows from those below it, or from those above it that are not free, whichever leave less; first of all
    from those whose least it is, then those that are in order with columns which cannot give way. Times always do,
    since spans of time mean something.
    """
    pairs = _direct(pairs, table)
    for effect in dict.fromkeys(low for low, _ in pairs):
        upper = [high for low, high in pairs if low == effect]
        least = effect in free and len(upper) > 1 and _is_least(effect, upper, table)
        if least and all(may_follow(effect, [place]) for place in table if place not in (effect, LABEL)):  # it is last
            yield Order.learnt(upper, effect, table, below=True)
    told = {place for pair in pairs for place in pair if {*pair} - {*free}}
    ends = dict.fromkeys([high for _, high in pairs] + [low for low, _ in pairs])
    for effect in sorted(ends, key=lambda place: place not in told):
        if effect not in free:
            continue
        lower = [low for low, high in pairs if high == effect and may_follow(effect, [low])]
        upper = [high for low, high in pairs if low == effect and high not in free and may_follow(effect, [high])]
        left = [_left(side, effect, table, below=bool(below)) for below, side in enumerate((lower, upper))]
        side = int(np.argmin(left))
        if left[side] <= LOOSE or (table[effect].kind != "number" and np.isfinite(left[side])):
            yield Order.learnt((lower, upper)[side], effect, table, below=bool(side))


def _is_least(effect: int, upper: Sequence[int], table: Table) -> bool:
    """Whether a column is the least of those that are never less, as of two offers the cheaper one."""
    bound = _bound(upper, table, table[effect].type, below=True)
    return bool((table[effect].absent | (bound == table[effect].plain)).all())


def find_bounds(
    table: Table, pairs: Pairs, kept: Sequence[Rule], fixed: Collection[int], may_follow: MayFollow
) -> Iterator[Bounds]:
    """The other orders: bounds of columns that are not `fixed` to the last digit."""
    lower: dict[int, set[int]] = {}
    upper: dict[int, set[int]] = {}
    strict = [rule for rule in kept if isinstance(rule, Order)]
    for rule in strict:
        (upper if rule.below else lower).setdefault(rule.effect, set()).update(rule.causes)
    done = {(cause, r.effect) for r in strict if not r.below for cause in r.causes}
    done |= {(r.effect, cause) for r in strict if r.below for cause in r.causes}
    waiting: dict[int, set[int]] = {}
    follows: dict[int, set[int]] = {}
    for effect, causes in ((effect, rule.causes) for rule in kept for effect in rule.effects):
        follows.setdefault(effect, set()).update(causes)

    def allowed(effect: int, cause: int) -> bool:
        causes, left = set[int](), [cause]
        while left:  # with what the bounds of this very round add
            place = left.pop()
            if place not in causes:
                causes.add(place)
                left += [*waiting.get(place, ()), *follows.get(place, ())]
        return effect not in fixed and effect not in causes and may_follow(effect, sorted(causes))

    def take(low: int, high: int) -> None:
        done.add((low, high))
        if allowed(high, low):
            lower.setdefault(high, set()).add(low)
            waiting.setdefault(high, set()).add(low)
        elif allowed(low, high):
            upper.setdefault(low, set()).add(high)
            waiting.setdefault(low, set()).add(high)

    direct = set(_direct(pairs, table))
    for low, high in pairs:
        if (low, high) not in done and ((low, high) in direct or high in fixed):
            take(low, high)
    sides = [(low, high) for place in lower for low in lower[place] for high in upper.get(place, ())]
    for low, high in sides:  # what gives way on both sides keeps these in order no more
        if (low, high) not in done and not _reversed(table[low], table[high]).any():
            take(low, high)
    for effect in waiting:
        yield Bounds.learnt(sorted(lower.get(effect, ())), sorted(upper.get(effect, ())), effect, table)


def _in_order(low: int, high: int, table: Table, fewest: float) -> bool:
    """Whether no row has them in the wrong order, and many could."""
    one, other = table[low], table[high]
    if one.kind != other.kind:
        return False
    probe = probed(len(one))
    if _reversed(one.take(probe), other.take(probe)).any():
        return False
    known = np.flatnonzero(~(one.absent | other.absent))
    if len(known) < FEWEST_ROWS or _reversed(one, other).any():
        return False
    low_values, high_values = _bound([0], {0: one.take(known)}, other.type), other.plain[known]
    usual = np.isin(high_values, _recurring(other.type)) | np.isin(low_values, _recurring(one.type))
    shuffled = np.random.default_rng(0).permutation(low_values[~usual])
    wrong = (shuffled > high_values[~usual]).sum()
    return bool(wrong >= fewest and (low_values < high_values).any())


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


def _left(causes: Sequence[int], effect: int, table: Table, *, below: bool) -> float:
    """How much a column varies when those that bound it are known, as a share of how much it varies otherwise."""
    if not causes:
        return np.inf
    cells = table[effect]
    bound = _bound(causes, table, cells.type, below=below)
    usual = ~(cells.absent | _absent(bound)) & ~np.isin(cells.plain, _recurring(cells.type))
    if not usual.any():
        return np.inf
    own = cells.plain[usual]
    return _spread(own - bound[usual]) / (_spread(own - own.min()) or 1.0)


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
