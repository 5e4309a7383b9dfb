"""Which columns are in order, which of them to generate by how much they differ, and which others only bound."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from ..plain import AnyArray, BoolArray
from .base import FEWEST_ROWS, LABEL, Cells, MayFollow, Rule, Table, probed
from .order import Bounds, Order, absent_in, bound_of, recurring_of

FEWEST_REVERSED = 10.0
"""Rows in the wrong order that chance alone would make, more of them the more pairs there are: fewer prove nothing."""
LOOSE = 0.65
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
    bound = bound_of(upper, table, table[effect].type, below=True)
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
    if one.scale != other.scale:
        return False
    probe = probed(len(one))
    if _reversed(one.take(probe), other.take(probe)).any():
        return False
    known = np.flatnonzero(~(one.absent | other.absent))
    if len(known) < FEWEST_ROWS or _reversed(one, other).any():
        return False
    low_values, high_values = bound_of([0], {0: one.take(known)}, other.type), other.plain[known]
    usual = np.isin(high_values, recurring_of(other.type)) | np.isin(low_values, recurring_of(one.type))
    shuffled = np.random.default_rng(0).permutation(low_values[~usual])
    wrong = (shuffled > high_values[~usual]).sum()
    return bool(wrong >= fewest and (low_values < high_values).any())


def _reversed(low: Cells, high: Cells) -> BoolArray:
    bound = bound_of([0], {0: low}, high.type)
    return ~(absent_in(bound) | high.absent) & (bound > high.plain)


def _left(causes: Sequence[int], effect: int, table: Table, *, below: bool) -> float:
    """How much a column varies when those that bound it are known, as a share of how much it varies otherwise."""
    if not causes:
        return np.inf
    cells = table[effect]
    bound = bound_of(causes, table, cells.type, below=below)
    usual = ~(cells.absent | absent_in(bound)) & ~np.isin(cells.plain, recurring_of(cells.type))
    if not usual.any():
        return np.inf
    own = cells.plain[usual]
    return _spread(own - bound[usual]) / (_spread(own - own.min()) or 1.0)


def _spread(values: AnyArray) -> float:
    return float(np.subtract(*np.quantile(values.astype(np.float64), [0.95, 0.05])))


def _varied(cells: Cells) -> bool:
    known = cells.plain[~cells.absent]
    return len(known) >= FEWEST_ROWS and bool(known.min() < known.max())
