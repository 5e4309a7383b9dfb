"""Numbers that are others rounded, or kept within limits: whole years, a refund of at most 1,000, what lies above 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations, product

import numpy as np

from ..plain import BoolArray, Float64Array, IndexArray
from .base import MOST_COLUMNS, MayFollow, probed
from .exact import digits, is_usable
from .relations import FEWEST_COMPLETE, NOISE, Columns, Numbers, Relation, complete_rows, rounded_before
from .verified import UNITS, verified

FEWEST_VALUES = 3
"""Between the limits: those of a flag say nothing."""
FEWEST_BEYOND, LEAST_BEYOND = 10, 0.005
"""Rows, and their share of all, that a limit holds back."""
FIRST_ROWS = 32
UNITS_APART, ROUGH = 2.0, 0.25
"""What a unit that few rows tell may leave: steps, and a share of the range."""
NONE = -np.inf, np.inf
"""Limits that are none."""
Lattices = Mapping[int, tuple[float, float]]


def find_limited(numbers: Numbers, may_follow: MayFollow) -> Iterator[Relation]:
    """Numbers that another one rounded, or one or two others within limits, tell in every complete row.

    Between its limits a column has to equal another one in other units, or the sum, the difference, the product or the
    ratio of two.

    Parameters
    ----------
    numbers : Numbers
    may_follow : callable
        Whether the column at a place may follow from those at others, after the relations given so far.
    """
    numbers = numbers.only([place for place, own in numbers.columns.items() if is_usable(own)][:MOST_COLUMNS])
    for effect, values in numbers.columns.items():
        for limits in _limits(values):
            sought = ((_finer, False),) if limits == NONE else ((_sums, False), (_products, True))
            trials = (
                _within(effect, limits, numbers, may_follow, partial(seek, lattices=numbers.lattices), product=of)
                for seek, of in sought
            )
            found = next((trial for trial in trials if trial is not None), None)
            if found is not None:
                yield found
                break


def find_ages(numbers: Numbers, moments: Sequence[int], may_follow: MayFollow) -> Iterator[Relation]:
    """Numbers that are the time between two moments in whole years, of which there are several sorts, or other units.

    Parameters
    ----------
    numbers : Numbers
    moments : sequence of int
        Places of moments.
    may_follow
        As of :func:`find_limited`.
    """
    columns = numbers.columns
    pairs = list(permutations([place for place in moments if is_usable(columns[place])], 2))
    for effect in [place for place, own in columns.items() if pairs and place not in moments and is_usable(own)]:
        seek = partial(_times, pairs=pairs, lattices=numbers.lattices)
        found = _within(effect, NONE, numbers, may_follow, seek)
        if found is not None:
            yield found


def _limits(values: Float64Array) -> Iterator[tuple[float, float]]:
    """What may limit a column, none at first: its least and its greatest value, if many rows have them."""
    known = values[~np.isnan(values)]
    yield NONE
    fewest = max(FEWEST_BEYOND, LEAST_BEYOND * len(known))
    least, most = (end for end in (known.min(initial=np.inf), known.max(initial=-np.inf)))
    lows = [-np.inf, *([least] if (known == least).sum() >= fewest else [])]
    highs = [np.inf, *([most] if (known == most).sum() >= fewest else [])]
    yield from sorted(product(map(float, lows), map(float, highs)), key=lambda pair: np.isfinite(pair).sum())[1:]


def _within(
    effect: int,
    limits: tuple[float, float],
    numbers: Numbers,
    may_follow: MayFollow,
    seek: Callable[[int, Columns], Iterator[dict[int, float]]],
    *,
    product: bool = False,
) -> Relation | None:
    """What tells a column between its limits, and beyond them that it is there, the plainest of what `seek` makes out.

    A total comes before its parts: a deposit is a fifth of the bill, not a quarter of the rest.
    """
    columns = numbers.columns
    values = columns[effect]
    inner = ~((values <= limits[0]) | (values >= limits[1]))
    known = np.flatnonzero(inner & ~np.isnan(values))
    if len(known) < FEWEST_COMPLETE or len(np.unique(values[known])) < FEWEST_VALUES:
        return None
    seen = {place: own[known[probed(len(known), FIRST_ROWS)]] for place, own in columns.items()}
    found: list[Relation] = []
    for weights in seek(effect, seen):
        near = product or _near(weights, known, values, columns, numbers.step(effect))
        if near and may_follow(effect, list(weights)):
            own = _limited(effect, weights, limits, inner, numbers, product=product)
            found += [own] if own is not None else []
    sizes = {place: float(np.nanmedian(np.abs(own))) for place, own in columns.items()} if len(found) > 1 else {}

    def rank(own: Relation) -> tuple[int, int, float]:
        return len(own.causes), digits(own), -sum(sizes[cause] for cause in own.causes)

    return min(found, key=rank) if len(found) > 1 else next(iter(found), None)


def _limited(
    effect: int,
    weights: Mapping[int, float],
    limits: tuple[float, float],
    inner: BoolArray,
    numbers: Numbers,
    *,
    product: bool,
) -> Relation | None:
    """The relation, if all rows between the limits keep it, and those beyond them are held back by these."""
    columns, values = numbers.columns, numbers.columns[effect]
    between = numbers._replace(columns={place: columns[place][inner] for place in (effect, *weights)})
    slopes = [*weights.values()]
    if not product and len(slopes) == 1 and slopes[0] % 1:
        slopes = [_slope(*between.columns.values())]  # a few rows told it only roughly
    found = verified(effect, list(weights), np.array(slopes), 0.0, between, product)
    if found is None or found.least or found.most:
        return None
    exact = replace(found, step=0.0).expected(columns)[inner]
    if product and rounded_before(exact, values[inner], numbers.step(effect)):
        return None
    missing = np.any([np.isnan(columns[cause]) for cause in weights], axis=0)
    found = replace(
        found,
        low=float(np.nanmin(values)),
        high=float(np.nanmax(values)),
        gaps=bool((missing == np.isnan(values)).all()),
    )
    complete = complete_rows(found, effect, columns)
    kept = replace(found, at_least=limits[0], at_most=limits[1])
    if _hold_back(found, limits, complete, columns) and kept.kept(values, columns)[complete].all():
        return kept.with_support(int(complete.sum()))
    return None


def _slope(values: Float64Array, other: Float64Array) -> float:
    """How steep the line from one column to another one is, by least squares."""
    known = ~(np.isnan(values) | np.isnan(other))
    centred = other[known] - other[known].mean()
    return float(centred @ values[known] / (centred @ centred))


def _near(weights: Mapping[int, float], rows: IndexArray, values: Float64Array, columns: Columns, step: float) -> bool:
    """Whether a sum, but for a constant, is never far from some values."""
    left = values[rows] - np.sum([weight * columns[place][rows] for place, weight in weights.items()], axis=0)
    return bool(np.nanmax(left) - np.nanmin(left) <= UNITS_APART * step + NOISE * np.abs(values[rows]).max())


def _hold_back(found: Relation, limits: tuple[float, float], complete: BoolArray, columns: Columns) -> bool:
    """Whether each limit there is does so in some rows."""
    said = found.expected(columns)[complete]
    slack = found.step + NOISE * float(np.abs(said).max(initial=0.0))
    sides = [said < limits[0] - slack, said > limits[1] + slack]
    return all(side.sum() >= FEWEST_BEYOND for side, end in zip(sides, limits, strict=True) if np.isfinite(end))


def _finer(effect: int, seen: Columns, lattices: Lattices) -> Iterator[dict[int, float]]:
    """Columns of a finer lattice that are never a step away."""
    step = lattices[effect][1]
    for place, own in seen.items():
        if lattices[place][1] < step / 2 and _never_a_step(own, seen[effect], step):
            yield {place: 1.0}


def _never_a_step(said: Float64Array, values: Float64Array, step: float) -> bool:
    """Whether values that are known, and of these there are many, are less than a step from what is said."""
    known = ~np.isnan(said)
    return 2 * known.sum() > len(said) and bool((np.abs(said - values)[known] < step * (1 + NOISE)).all())


def _times(
    effect: int, seen: Columns, pairs: Sequence[tuple[int, int]], lattices: Lattices
) -> Iterator[dict[int, float]]:
    """Times between moments, in units that they are finer than, that are never a step away."""
    step = lattices[effect][1]
    for end, begin in pairs:
        for unit in UNITS:
            finer = unit * max(lattices[end][1], lattices[begin][1]) < step / 2
            if finer and _never_a_step(unit * (seen[end] - seen[begin]), seen[effect], step):
                yield {end: unit, begin: -unit}


def _sums(effect: int, seen: Columns, lattices: Lattices) -> Iterator[dict[int, float]]:
    """One column, in any unit, and two that may make the effect, in the rows that were looked at."""
    places = [place for place, own in seen.items() if place != effect and not np.isnan(own).any()]
    if not places:
        return
    step, own, others = lattices[effect][1], seen[effect], np.array([seen[place] for place in places])
    centred = others - others.mean(1, keepdims=True)
    with np.errstate(all="ignore"):
        slopes = centred @ (own - own.mean()) / np.square(centred).sum(1)
        left = np.ptp(own - slopes[:, None] * others, axis=1)
        near = (left <= UNITS_APART * step + NOISE * np.abs(own).max()) & (left < ROUGH * np.ptp(own))
    yield from ({places[number]: float(slopes[number])} for number in np.flatnonzero(near & (slopes != 0)))
    finer = np.array([step * (lattices[place][1] < step) for place in places])
    noise = NOISE * (np.abs(own).max() + np.abs(others).max(1))
    for number, place in enumerate(places):
        slack = np.maximum(finer, finer[number]) + np.maximum(noise, noise[number])
        for sign in (1.0, -1.0):
            rest = sign * (own - others[number])  # of effect = place + sign * other
            alike = (np.abs(rest - others) <= slack[:, None]).all(1)
            for other in np.flatnonzero(alike):
                if other != number and (sign < 0 or other > number):
                    yield {place: 1.0, places[other]: sign}


def _products(effect: int, seen: Columns, lattices: Lattices) -> Iterator[dict[int, float]]:
    """Exponents of two columns that may make the effect, in the rows that were looked at."""
    own = seen[effect]
    slack = lattices[effect][1] + NOISE * np.abs(own)
    places = [place for place, values in seen.items() if place != effect and not (values < 0).any()]
    if not places:
        return
    others = np.array([np.where(seen[place] > 0, seen[place], np.nan) for place in places])
    for number, one in enumerate(places):
        for sign in (1.0, -1.0):
            with np.errstate(all="ignore"):
                made = others[number] * others**sign
                least, most = (np.where(own > 0, (own + off) / made, np.nan) for off in (-slack, slack))
                told = 2 * (~np.isnan(least)).sum(axis=1) > len(own)  # the factor lies between these in each row
                near = told & (np.fmax.reduce(least, axis=1) <= np.fmin.reduce(most, axis=1))
            for other in np.flatnonzero(near).tolist():
                if other != number and (sign < 0 or other > number):
                    yield {one: 1.0, places[other]: sign}
