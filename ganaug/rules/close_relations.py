"""Numbers that lie close to what others say: a sum or a product, but for little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ..columns.lattice import skip_and_recur
from ..plain import Float64Array
from .base import MayFollow, probed
from .relations import FEWEST_COMPLETE, SMALLEST, Columns, Relation, complete_rows

TIGHT = 0.15
FEWEST_ROWS = 200
FEWEST_VALUES = 16
MOST_CAUSES = 4
GAIN = 0.9
POSITIVE = 0.99
ROUNDS = 12
DIGITS = 12
FARTHEST = 1e6


def find_relations(
    columns: Columns, effects: Mapping[int, tuple[float, float]], may_follow: MayFollow
) -> Iterator[Relation]:
    """How columns lie close to what others before them say.

    Causes are picked one by one, always that whose ranks go best with the ranks of what is left (orthogonal matching
    pursuit, Pati et al. 1993), and weighed by least absolute deviations, which outliers do not bend. Only rows in which
    neither the column nor a cause is missing count, and they must be half of those that have the column.

    Parameters
    ----------
    columns : mapping of int to ndarray of float64
        Numbers, NaN where missing, by the place of their column in the table.
    effects : mapping of int to (float, float)
        Places of the columns that may be found to follow, each with the origin and the step of the lattice that its
        values lie on; step 0 stands for none.
    may_follow : callable
        Whether the column at a place may follow from those at others, after the relations given so far.
    """
    rows = len(next(iter(columns.values()), ()))
    if rows < FEWEST_ROWS:
        return
    columns = {place: values for place, values in columns.items() if _calm(values)}
    probe = probed(rows)
    seen = {place: _tame(values[probe]) for place, values in columns.items()}
    ranks = {place: _ranked(values) for place, values in seen.items() if _spread(values, 0.05)}
    for place in sorted(ranks.keys() & effects.keys()):
        before = [other for other in ranks if other < place and may_follow(place, [other])]
        if not before or len(np.unique(_known(seen[place]))) <= FEWEST_VALUES:
            continue
        if skip_and_recur(np.unique(_known(columns[place])), rows, effects[place][1]):
            continue  # what is next to a value is none
        added, multiplied = (_pursued(place, before, seen, ranks, product) for product in (False, True))
        relation = multiplied if _off(multiplied, place, seen) < GAIN * _off(added, place, seen) else added
        if relation is not None and _off(relation, place, columns) < TIGHT:
            yield _bounded(_weighty(relation), place, columns, *effects[place])


def _weighty(relation: Relation) -> Relation:
    """The relation without causes that turned out to weigh nothing beside others."""
    kept = relation.weights != 0
    causes = tuple(cause for cause, own in zip(relation.causes, kept, strict=True) if own)
    own = {name: getattr(relation, name)[kept] for name in ("weights", "instead", "floor")}
    return replace(relation, causes=causes, **own)


def _bounded(relation: Relation, place: int, columns: Columns, origin: float, step: float) -> Relation:
    """The relation with the lattice of its column, and the ranges of what all rows hold."""
    values = columns[place]
    relation = replace(relation, origin=origin, step=step, low=float(np.nanmin(values)), high=float(np.nanmax(values)))
    rest = relation.rest(values, columns)[complete_rows(relation, place, columns)]
    return replace(relation, least=float(rest.min()), most=float(rest.max()))


def _pursued(place: int, before: list[int], seen: Columns, ranks: Columns, product: bool) -> Relation | None:
    """The best relation that greed finds; None if no cause explains anything."""
    effect, best = seen[place], None
    if product:
        before = [other for other in before if _positive(seen[other])]
        if not _positive(effect):
            return None
    left = ranks[place]
    candidates = np.array([ranks[other] for other in before]).reshape(len(before), len(left))
    causes: list[int] = []
    while len(causes) < min(MOST_CAUSES, len(before)):
        alike = np.abs(candidates @ left)
        causes.append(before[int(alike.argmax())])
        candidates[alike.argmax()] = 0
        trial = _weighed(causes, place, seen, product)
        if trial is None or _off(trial, place, seen) >= GAIN * _off(best, place, seen):
            break
        best = trial
        left = _ranked(np.where(complete_rows(best, place, seen), effect - best.expected(seen), np.nan))
    return best


def _weighed(causes: list[int], place: int, seen: Columns, product: bool) -> Relation | None:
    """Least absolute deviations by reweighted least squares (Schlossmacher 1973); whole and half weights preferred.

    It knows of neither lattice nor range. None if too few rows are complete, or all of these hold the same.
    """
    x, y = np.column_stack([seen[cause] for cause in causes]), seen[place]
    floor = np.where(x > 0, x, np.inf).min(0)
    fit = (x > 0).all(1) & (y > 0) if product else ~np.isnan(x).any(1) & ~np.isnan(y)
    if fit.sum() < FEWEST_COMPLETE:
        return None
    x, y = (np.log(x[fit]), np.log(y[fit])) if product else (x[fit], y[fit])
    if not np.ptp(y):
        return None
    centre, scale = np.median(x, 0), x.std(0)
    design = np.column_stack([(x - centre) / np.where(scale > 0, scale, 1), np.ones(len(x))])
    weight, least = np.ones(len(x)), 1e-4 * y.std() + np.finfo(float).tiny
    for _ in range(ROUNDS):
        weighted = design.T * weight
        solution = np.linalg.lstsq(weighted @ design, weighted @ y, rcond=None)[0]
        weight = 1 / np.maximum(np.abs(y - design @ solution), least)
    weights = solution[:-1] / np.where(scale > 0, scale, 1)
    simple = np.round(2 * weights) / 2
    losses = [np.abs(y - x @ w - np.median(y - x @ w)).mean() for w in (weights, simple)]
    if losses[1] <= losses[0] / GAIN:
        weights = simple
    size = max(np.nanmax(np.abs(seen[place])), 0 if product else np.abs(x * weights).max())
    return Relation(
        causes=tuple(causes),
        effects=(place,),
        weights=weights,
        constant=float(np.median(y - x @ weights)),
        product=product,
        instead=np.array([np.nanmedian(seen[cause]) for cause in causes]),
        floor=floor,
        origin=0.0,
        step=0.0,
        digits=DIGITS - int(np.ceil(np.log10(size))),
        low=-np.inf,
        high=np.inf,
    )


def _off(relation: Relation | None, place: int, columns: Columns) -> float:
    """Width of what a relation leaves of a column's values, outliers apart, as a share of the width of these."""
    if relation is None:
        return np.inf
    complete = complete_rows(relation, place, columns)
    if complete.sum() < max(FEWEST_COMPLETE, len(_known(columns[place])) / 2):
        return np.inf
    values, rest = columns[place][complete], relation.rest(columns[place], columns)[complete]
    width = _spread(values, 0.05)
    return _spread(rest, 0.01) / width if width and np.isfinite(rest).all() else np.inf


def _known(values: Float64Array) -> Float64Array:
    return values[~np.isnan(values)]


def _spread(values: Float64Array, tail: float) -> float:
    known = _known(values)
    return float(np.subtract(*np.quantile(known, [1 - tail, tail]))) if len(known) else 0.0


def _calm(values: Float64Array) -> bool:
    """Whether differences, and squares but of a few outliers, are numbers that floats hold."""
    sizes = np.abs(_known(values))
    if not sizes.any():
        return True
    return bool(SMALLEST < sizes.max() < 1e290 and np.quantile(sizes, 0.95) < 1e100)


def _tame(values: Float64Array) -> Float64Array:
    """Without numbers so far out that their squares overflow."""
    known = _known(values)
    if not len(known):
        return values
    low, high = np.quantile(known, [0.05, 0.95])
    reach = FARTHEST * (high - low)
    return values.clip(low - reach, high + reach)


def _ranked(values: Float64Array) -> Float64Array:
    """Ranks with mean 0 and variance 1, and 0 where there is no number."""
    ranks = pd.Series(values).rank().to_numpy()
    ranks = np.nan_to_num(ranks - np.nanmean(ranks))
    return ranks / (ranks.std() or 1)


def _positive(values: Float64Array) -> bool:
    return float((_known(values) > 0).mean()) >= POSITIVE
