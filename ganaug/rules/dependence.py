"""Columns that sums of others explain, on a scale: linear dependence, by least squares on the columns before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..plain import BoolArray, Float64Array
from .relations import FEWEST_COMPLETE, FLOAT_NOISE, NOISE, Columns

MOST_CAUSES = 12
MOST_FACTORS = 5
MOST_TWINS = 8
NEAR = 0.15
EXACTER = 10
FAR = 0.4
PRECISE = 100


@dataclass(frozen=True)
class Dependence:
    """A column as a weighted sum of others, or in logarithms as a product."""

    place: int
    weights: Mapping[int, float]
    constant: float


def find_dependences(
    scale: Mapping[int, Float64Array],
    seen: Columns,
    steps: Mapping[int, float],
    grains: Mapping[int, float],
    product: bool,
    backwards: bool = False,
) -> Iterator[Dependence]:
    """Columns that are sums of others on a scale, but for what rounding and their dtypes leave.

    Each is held against those before it, or, backwards, behind it. Columns with more gaps come later: a share of what
    is seldom more than 0 is known in few rows, and its parts in all.
    """
    basis, twins = list[int](), list[int]()
    span = Span(len(next(iter(scale.values()), ())))
    gaps = {place: int(np.isnan(values).sum()) for place, values in scale.items()}
    turn = -1 if backwards else 1
    for place in sorted(scale, key=lambda place: (gaps[place], place < 0, turn * abs(place))):
        if span.leaves(scale[place]) > FAR:
            span.add(scale[place])
            basis.append(place)
            continue
        found: list[Dependence] = []
        near = _near(place, basis, scale)
        there = ~np.isnan(scale[place])
        whole = [other for other in near if not np.isnan(scale[other][there]).any()]
        for others in (whole, near) if len(whole) < len(near) else (near,):
            others, rows = _enough(place, others, scale, seen, steps, product)
            fit = Fit(place, rows, scale, seen, steps, grains, product)
            found = fit.dependences(others) if rows.sum() >= FEWEST_COMPLETE else []
            if found:
                break
        if not found:
            span.add(scale[place])
            basis.append(place)
            continue
        yield from found
        if more := [other for other in twins if np.isnan(scale[other][rows]).mean() < 0.5]:
            more, rows = _enough(place, [*others, *more], scale, seen, steps, product)
            fit = Fit(place, rows, scale, seen, steps, grains, product)
            yield from fit.dependences(more) if rows.sum() >= FEWEST_COMPLETE else ()
        twins += [place] if min(len(each.weights) for each in found) == 1 else []


def _enough(
    place: int,
    others: list[int],
    scale: Mapping[int, Float64Array],
    seen: Columns,
    steps: Mapping[int, float],
    product: bool,
) -> tuple[list[int], BoolArray]:
    """Rows that lack none of some columns, the most precise ones for products; of fewer columns if they are too few."""
    rows = ~np.logical_or.reduce([np.isnan(scale[p]) for p in (place, *others)])
    if product:
        rows = _precise(rows, [place, *others], seen, steps)
    if rows.sum() >= max(FEWEST_COMPLETE, 2 * len(others) + 2):
        return others, rows
    others, rows = _nearest(place, others, scale)
    return others, _precise(rows, [place, *others], seen, steps) if product else rows


class Span:
    """What sums of some columns can make up: orthonormal columns of those without gaps (Gram and Schmidt, twice)."""

    def __init__(self, rows: int) -> None:
        self.columns = [np.full(rows, rows**-0.5)] if rows else []
        self.whole = True

    def leaves(self, column: Float64Array) -> float:
        """The share of a column's variation that they leave; 0 if a column has gaps, since that is not known then."""
        if not self.whole or np.isnan(column).any():
            return 0.0
        return float(np.linalg.norm(self._rest(column)) / np.linalg.norm(column - column.mean()))

    def add(self, column: Float64Array) -> None:
        """Take a column in."""
        if np.isnan(column).any():
            self.whole = False
        else:
            rest = self._rest(self._rest(column))
            self.columns.append(rest / np.linalg.norm(rest))

    def _rest(self, column: Float64Array) -> Float64Array:
        basis = np.array(self.columns)
        return column - basis.T @ (basis @ column)


@dataclass(frozen=True)
class Fit:
    """Least squares of a column on others, over some rows of a scale."""

    place: int
    rows: BoolArray
    scale: Mapping[int, Float64Array]
    seen: Columns
    steps: Mapping[int, float]
    grains: Mapping[int, float]
    product: bool

    def dependences(self, near: list[int]) -> list[Dependence]:
        """What the column depends on, if rounding explains all that is left: with as few others as will do.

        Of columns that say nearly the same, such as two sides of an area and their ratio, several choices may do.
        """
        kept = [place for place in near if self.scale[place][self.rows].std() > 0]
        if not kept or self.scale[self.place][self.rows].std() == 0:
            return []
        while True:
            found = self._explained(kept)
            if found is None:
                return []
            size = {p: abs(w) * self.scale[p][self.rows].std() for p, w in zip(kept, found.weights, strict=True)}
            strong = [
                p for p in kept if size[p] > max(2 * found.slack, NOISE * self.scale[self.place][self.rows].std())
            ]
            if not strong:
                return []
            if strong == kept:
                break
            kept = strong
        if len(kept) > MOST_CAUSES:
            return []
        orders = (sorted(kept, key=size.__getitem__), kept, kept[::-1])
        chosen = {tuple(self._without(order, kept, found.slack)) for order in orders}
        fits = [(places, fit) for places in sorted(chosen) if (fit := self._explained(list(places))) is not None]
        most = MOST_FACTORS if self.product else MOST_CAUSES
        return [
            Dependence(self.place, dict(zip(places, fit.weights.tolist(), strict=True)), fit.constant)
            for places, fit in fits
            if len(places) <= most
        ]

    def _without(self, order: Sequence[int], kept: Sequence[int], slack: float) -> list[int]:
        """Those that are left when columns are dropped one by one, as long as the others will do as well."""
        left = list(kept)
        for place in order:
            fewer = [other for other in left if other != place]
            fit = self._explained(fewer) if fewer else None
            if fit is not None and fit.slack <= EXACTER * slack:
                left = fewer
        return left

    def _explained(self, kept: list[int]) -> Explained | None:
        """The weights, if rounding explains what they leave."""
        y, x = self.scale[self.place][self.rows], np.column_stack([self.scale[p][self.rows] for p in kept])
        even = self._tolerance(kept, np.ones(len(kept)))
        weights, constant = _least_squares(x, y, 1 / (even + 1e-3 * np.median(even) + FLOAT_NOISE))
        left = np.abs(y - x @ weights - constant)
        grain = FLOAT_NOISE + max(self.grains[p] for p in (self.place, *kept))
        noise = grain * max(np.abs(x * weights).max(), np.abs(y).max(), 1.0 if self.product else 0.0)
        if left.max() <= noise:
            return Explained(weights, constant, noise)
        rounded = self._tolerance(kept, weights) + noise
        near = np.median(rounded) <= NEAR * np.subtract(*np.quantile(y, [0.9, 0.1]))
        if not near or (left > 1.6 * rounded).any():
            return None
        return Explained(weights, constant, float(np.median(rounded)))

    def _tolerance(self, kept: list[int], weights: Float64Array) -> Float64Array:
        """How far rounding may carry each row off: half a step of each column that has decimals, and a step of the
        last."""

        def share(place: int) -> Float64Array:
            return 1 / np.abs(self.seen[place][self.rows]) if self.product else np.ones(int(self.rows.sum()))

        fine = [p for p in kept if 0 < self.steps[p] < 1 or (self.steps[p] >= 1 and not self.product)]
        parts = [abs(w) * self.steps[p] / 2 * share(p) for p, w in zip(kept, weights, strict=True) if p in fine]
        nothing = np.zeros(int(self.rows.sum()))
        return self.steps[self.place] * share(self.place) + np.sum([nothing, *parts], axis=0)


class Explained(NamedTuple):
    """Weights that explain a column, and how much of it the smallest may tell."""

    weights: Float64Array
    constant: float
    slack: float


def with_twins(found: Sequence[Dependence]) -> Iterator[Dependence]:
    """The same with columns that follow from a single one in its place: of net and gross, one is what makes the sum."""
    twins = [(each, *next(iter(each.weights.items()))) for each in found if len(each.weights) == 1]
    for each in found:
        for twin, place, weight in twins[:MOST_TWINS]:
            if twin is not each and place in each.weights and twin.place not in (each.place, *each.weights):
                weights = {own: value for own, value in each.weights.items() if own != place}
                own = each.weights[place] / weight
                yield Dependence(each.place, weights | {twin.place: own}, each.constant - own * twin.constant)


def _least_squares(x: Float64Array, y: Float64Array, precision: Float64Array) -> tuple[Float64Array, float]:
    """Weights of a sum and a constant; of rounded logarithms those count most that are off least."""
    centre, scale = x.mean(0), x.std(0)
    design = np.column_stack([(x - centre) / scale, np.ones(len(x))]) * precision[:, None]
    *weights, constant = np.linalg.lstsq(design, (y - y.mean()) * precision, rcond=1e-13)[0]
    found = np.array(weights) / scale
    return found, float(y.mean() + constant - centre @ found)


def _near(place: int, basis: list[int], scale: Mapping[int, Float64Array]) -> list[int]:
    """Those of the basis that are seldom missing where the column is not."""
    there = ~np.isnan(scale[place])
    return [p for p in basis if np.isnan(scale[p][there]).mean() < 0.5] if there.any() else []


def _nearest(place: int, near: list[int], scale: Mapping[int, Float64Array]) -> tuple[list[int], BoolArray]:
    """Those most correlated with a column, as many as enough rows have, and these rows."""

    def correlation(other: int) -> float:
        both = ~(np.isnan(scale[place]) | np.isnan(scale[other]))
        pair = scale[place][both], scale[other][both]
        return float(np.abs(np.corrcoef(*pair)[0, 1])) if min(map(np.std, pair), default=0) > 0 else 0.0

    rows, kept = ~np.isnan(scale[place]), list[int]()
    for other in sorted(near, key=correlation, reverse=True)[:MOST_CAUSES]:
        fewer = rows & ~np.isnan(scale[other])
        if fewer.sum() >= max(FEWEST_COMPLETE, 2 * len(kept) + 4):
            rows, kept = fewer, [*kept, other]
    return kept, rows


def _precise(rows: BoolArray, places: list[int], seen: Columns, steps: Mapping[int, float]) -> BoolArray:
    """Of the rows those whose decimals tell most, if there are enough."""
    large = [np.abs(seen[p]) >= PRECISE * steps[p] for p in places if 0 < steps[p] < 1]
    chosen = np.logical_and.reduce([rows, *large])
    return chosen if chosen.sum() >= max(FEWEST_COMPLETE, 2 * len(places)) else rows
