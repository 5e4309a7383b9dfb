"""Numbers that other numbers of their row all but determine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ..relation import Columns, Floats, Relation

TIGHT = 0.15
FEWEST_ROWS = 200
FEWEST_VALUES = 16
PROBE_ROWS = 2_048
MOST_CAUSES = 4
GAIN = 0.9
POSITIVE = 0.99
ROUNDS = 12
DIGITS = 12
FARTHEST = 1e6


def find_relations(columns: Columns, effects: Mapping[int, tuple[float, float]]) -> dict[int, Relation]:
    """How columns follow from others before them, for those that do so but for little.

    Causes are picked one by one, always that whose ranks go best with the ranks of what is left (orthogonal matching
    pursuit, Pati et al. 1993), and weighed by least absolute deviations, which outliers do not bend.

    Parameters
    ----------
    columns : mapping of int to ndarray of float64
        Numbers, NaN where missing, by the place of their column in the table.
    effects : mapping of int to (float, float)
        Places of the columns that may be found to follow, each with the origin and the step of the lattice that its
        values lie on; step 0 stands for none.
    """
    rows = len(next(iter(columns.values()), ()))
    if rows < FEWEST_ROWS:
        return {}
    probe = np.linspace(0, rows - 1, min(PROBE_ROWS, rows)).astype(int)
    seen = {place: _tame(values[probe]) for place, values in columns.items()}
    ranks = {place: _ranked(values) for place, values in seen.items() if _spread(values, 0.05)}
    found: dict[int, Relation] = {}
    for place in sorted(ranks.keys() & effects.keys()):
        before = [other for other in ranks if other < place]
        if not before or len(np.unique(seen[place])) <= FEWEST_VALUES:
            continue
        added, multiplied = (_pursued(place, before, seen, ranks, product) for product in (False, True))
        relation = multiplied if _off(multiplied, place, seen) < GAIN * _off(added, place, seen) else added
        if relation is not None and _off(relation, place, columns) < TIGHT:
            (origin, step), values = effects[place], columns[place]
            low, high = float(np.nanmin(values)), float(np.nanmax(values))
            found[place] = replace(relation, origin=origin, step=step, low=low, high=high)
    return found


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
        trial = _weighed(causes, effect, seen, product)
        if _off(trial, place, seen) >= GAIN * _off(best, place, seen):
            break
        best = trial
        left = _ranked(effect - best.expected(seen))
    return best


def _weighed(causes: list[int], effect: Floats, seen: Columns, product: bool) -> Relation:
    """Least absolute deviations by reweighted least squares (Schlossmacher 1973); whole and half weights preferred.

    It knows of neither lattice nor range.
    """
    x, y = np.column_stack([seen[cause] for cause in causes]), effect
    floor = np.where(x > 0, x, np.inf).min(0)
    if product:
        positive = (x > 0).all(1) & (y > 0)
        x, y = np.log(x[positive]), np.log(y[positive])
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
    size = max(np.abs(effect).max(), 0 if product else np.abs(x * weights).max())
    return Relation(
        causes=tuple(causes),
        weights=weights,
        constant=float(np.median(y - x @ weights)),
        product=product,
        instead=np.array([np.median(seen[cause]) for cause in causes]),
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
    known = ~np.isnan(columns[place])
    values, rest = columns[place][known], relation.rest(columns[place], columns)[known]
    width = _spread(values, 0.05)
    return _spread(rest, 0.01) / width if width and np.isfinite(rest).all() else np.inf


def _spread(values: Floats, tail: float) -> float:
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(high - low)


def _tame(values: Floats) -> Floats:
    """Without gaps, and without numbers so far out that their squares overflow."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values))
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    reach = FARTHEST * (high - low)
    return np.where(np.isnan(values), middle, values).clip(low - reach, high + reach)


def _ranked(values: Floats) -> Floats:
    """Ranks with mean 0 and variance 1."""
    ranks = pd.Series(values).rank().to_numpy()
    return (ranks - ranks.mean()) / (ranks.std() or 1)


def _positive(values: Floats) -> bool:
    return float((values > 0).mean()) >= POSITIVE
