"""Finding numbers that are a third one by the sum of two, such as a turnover, or their difference by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ..plain import Float64Array
from .base import MOST_COMBINED, Cells, MayFollow, Table, probed
from .exact import is_usable
from .relations import NOISE, SMALLEST, rounded_before
from .share import Share, share_of
from .verified import decimal, simple

FIRST_ROWS = 32
FEWEST_VALUES = 20
"""Of the column that follows, since a few fit many factors."""
FAR = 10
"""Steps that values have to be apart, so that more than rounding is told."""


def find_by_sums(table: Table, may_follow: MayFollow) -> Iterator[Share]:
    """Numbers that are, times some factor, a third one by the sum of two, or the difference of two by their sum."""
    numbers = {place: own.numbers() for place, own in table.items() if place >= 0 and own.kind == "number"}
    numbers = dict([(place, own) for place, own in numbers.items() if is_usable(own)][:MOST_COMBINED])
    probe = probed(len(next(iter(numbers.values()), ())))
    varied = [place for place, own in numbers.items() if len(np.unique(own[probe])) >= FEWEST_VALUES]
    effects = [place for place in varied if may_follow(place, ())]
    pairs = [*combinations(numbers, 2)]
    if not effects or not pairs:
        return
    rows = probed(len(numbers[effects[0]]), FIRST_ROWS)
    seen = {place: own[rows] for place, own in numbers.items()}
    below = np.array([seen[one] + seen[other] for one, other in pairs])
    tops: list[int | None] = [*numbers, None]
    for top in tops:
        above = np.array([seen[one] - seen[other] for one, other in pairs]) if top is None else seen[top]
        with np.errstate(all="ignore"):
            made = np.where(below == 0, np.nan, above / below)
        for effect in effects:
            for number in _proportional(made, seen[effect], table[effect]):
                if effect != top and not {effect, top} & {*pairs[number]}:
                    yield from _by_sum(effect, pairs[number], top, table, may_follow)


def _proportional(made: Float64Array, values: Float64Array, cells: Cells) -> list[int]:
    """Which of some columns, given as rows, are proportional to values, but for rounding."""
    used = ~(np.isnan(made) | np.isnan(values))
    made, own = np.where(used, made, 0.0), np.where(used, values, 0.0)
    size = np.square(made).sum(axis=1)
    factors = (made * own).sum(axis=1) / np.maximum(size, SMALLEST)
    off = np.abs(own - factors[:, None] * made).max(axis=1)
    slack = cells.step + (NOISE + cells.grain) * float(np.nanmax(np.abs(values), initial=0.0))
    told = (2 * used.sum(axis=1) > len(values)) & (np.ptp(made, axis=1) > 0) & (np.ptp(own, axis=1) > FAR * slack)
    return np.flatnonzero((off <= slack) & told).tolist()


def _by_sum(
    effect: int, pair: tuple[int, int], top: int | None, table: Table, may_follow: MayFollow
) -> Iterator[Share]:
    """The rule with the plainest factor, if all rows keep it."""
    causes = pair if top is None else (*pair, top)
    if not may_follow(effect, causes):
        return
    one, other = (table[place].numbers() for place in pair)
    values, below = table[effect].numbers(), one + other
    with np.errstate(all="ignore"):
        made = (one - other if top is None else table[top].numbers()) / below
    known = np.isfinite(made) & ~np.isnan(values)
    factor = float(made[known] @ values[known] / max(float(made[known] @ made[known]), SMALLEST))
    zero = below == 0
    instead = float(values[zero.argmax()]) if zero.any() else np.nan
    for scale in (simple(factor, product=False), decimal(factor)):
        rule = share_of(causes, effect, scale, instead, table, "difference" if top is None else "other")
        if not rule.broken(table).any() and not rounded_before(rule.said(table, 0.0), values, table[effect].step):
            yield rule
            return
