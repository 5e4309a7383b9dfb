"""Numbers that other numbers of their row determine, or all but: sums and products, such as a total and its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..columns.base import ColumnType
from ..plain import AnyArray, BoolArray, Float64Array, record
from .base import Cells, Rule, Table, probed, quoted

TIGHT = 0.15
FEWEST_ROWS = 200
FEWEST_COMPLETE = 100
FEWEST_VALUES = 16
MOST_CAUSES = 4
GAIN = 0.9
POSITIVE = 0.99
ROUNDS = 12
DIGITS = 12
FARTHEST = 1e6

Columns = Mapping[int, Float64Array]


ROUNDING: dict[str, Callable[[Float64Array], Float64Array]] = {
    "even": np.rint,
    "half up": lambda steps: np.floor(steps + 0.5),
    "down": lambda steps: np.floor(steps + NOISE),
    "up": lambda steps: np.ceil(steps - NOISE),
}
"""How what is expected is rounded, in steps of the column's lattice."""
NOISE = 1e-6
FLOAT_NOISE = 1e-9


FORMS: dict[str, Callable[[Float64Array], Float64Array]] = {
    "{}": lambda values: values,
    "(1 - {})": lambda shares: 1 - shares,
    "(1 + {})": lambda shares: 1 + shares,
    "(1 - {} / 100)": lambda shares: 1 - shares / 100,
    "(1 + {} / 100)": lambda shares: 1 + shares / 100,
}
"""What a factor of a product may be of a column, such as what a discount leaves."""


@record
@dataclass(frozen=True)
class Relation(Rule):
    """A sum or a product of other columns that a column is, or always lies close to, as a total does to its parts.

    Parameters
    ----------
    weights : ndarray of float64
        Factors of the causes in a sum, exponents in a product.
    constant : float
        Added to the sum, or to the logarithm of the product.
    product : bool
    instead : ndarray of float64
        What stands for a missing cause.
    floor : ndarray of float64
        Least factors of a product; without meaning for a sum, and where the relation is exact.
    origin, step : float
        What is expected is rounded to ``origin + k * step``, where all values of the column lie; not if `step` is 0.
    digits : int
        Decimals of the rest, so that equal rests stay equal.
    low, high : float
        Range of the column's values.
    least, most : float
        Range of the rest where no cause is missing.
    rounding : str
        How what is expected is rounded.
    exact : bool
        Whether it holds in every row, but for what rounding leaves; else the column is only close to it.
    gaps : bool
        Whether the column is missing exactly where a cause is.
    forms : tuple of str
        For each cause what of it counts, one of :data:`FORMS`; empty if it is the causes themselves.
    """

    weights: Float64Array
    constant: float
    product: bool
    instead: Float64Array
    floor: Float64Array
    origin: float
    step: float
    digits: int
    low: float
    high: float
    least: float = -np.inf
    most: float = np.inf
    rounding: str = "even"
    exact: bool = False
    gaps: bool = False
    forms: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "product" if self.product else "sum"

    @property
    def tells_gaps(self) -> bool:
        return not self.has_rest

    @property
    def tells_all(self) -> bool:
        return self.exact

    @property
    def may_be_new(self) -> bool:
        return True

    @property
    def nominal(self) -> tuple[bool, ...]:
        return (False,) if self.has_rest else ()

    @property
    def has_rest(self) -> bool:
        """Whether anything but the causes tells what the column holds."""
        return not (self.exact and self.gaps and self.least == self.most == 0)

    @property
    def _counted(self) -> list[tuple[str, int]]:
        """What counts of each cause, and its place."""
        return list(zip(self.forms or ("{}",) * len(self.causes), self.causes, strict=True))

    def text(self, names: Mapping[int, str]) -> str:
        causes = [form.format(quoted(names[cause])) for form, cause in self._counted]
        said = _product(causes, self) if self.product else _sum(causes, self)
        return f"{quoted(names[self.effect])} = {said}"

    def expected(self, columns: Columns) -> Float64Array:
        """What the causes say, found in `columns` by their places."""
        said = self._unrounded(columns)
        if not self.step:
            return said
        per_unit = np.rint(1 / self.step)  # tenths of 12.25 are 122.5, which 12.25 / 0.1 is not
        apart = said - self.origin
        steps = apart * per_unit if abs(per_unit * self.step - 1) < NOISE else apart / self.step
        return self.origin + ROUNDING[self.rounding](steps) * self.step

    def _unrounded(self, columns: Columns) -> Float64Array:
        causes = np.column_stack([FORMS[form](columns[cause]) for form, cause in self._counted])
        causes = np.where(np.isnan(causes), self.instead, causes)
        said: Float64Array
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # `of_rest` keeps to the range
            if not self.product:
                said = (causes * self.weights).sum(1) + self.constant
            elif self.exact:
                over, under = (np.prod(causes ** np.maximum(sign * self.weights, 0), axis=1) for sign in (1, -1))
                factor = float(f"{np.exp(self.constant):.12g}")
                said = factor * over / under if factor >= 1 else over / under / float(f"{1 / factor:.12g}")
                said = np.where(np.isfinite(said), said, 0.0)
            else:
                said = np.exp((np.log(np.maximum(causes, self.floor)) * self.weights).sum(1) + self.constant)
        return said

    def roundings(self, values: Float64Array, columns: Columns) -> tuple[str, ...]:
        """The ways in which `values` may have been rounded, the likeliest first.

        Down and up tell more than to the nearest number; where nothing was rounded off there is nothing to tell.
        """
        if not self.step:
            return ("even",)
        apart = np.abs(values - self._unrounded(columns))[_complete(self, self.effect, columns)]
        nothing = apart.max(initial=0.0) <= NOISE * self.step
        return ("even",) if nothing else ("down", "up", "even", "half up")

    def kept(self, values: Float64Array, columns: Columns) -> BoolArray:
        """Where `values` are what is expected, but for the rests that are allowed, and what floats cannot tell."""
        rest = self.rest(values, columns)
        slack = NOISE * self.step if self.step else 10 * FLOAT_NOISE * float(np.nanmax(np.abs(values), initial=1e-12))
        near: BoolArray = (rest >= self.least - slack) & (rest <= self.most + slack)
        if self.step and self.rounding in ("even", "half up"):
            near |= np.abs(values - self._unrounded(columns)) <= self.step * (0.5 + NOISE)
        return near

    def rest(self, values: Float64Array, columns: Columns) -> Float64Array:
        """How far `values` are from what is expected."""
        return np.round(values - self.expected(columns), self.digits)

    def of_rest(self, rest: Float64Array, columns: Columns) -> Float64Array:
        """The values that are as far from what is expected as `rest` says, both kept in the range of training rows."""
        complete = ~np.any([np.isnan(columns[cause]) for cause in self.causes], axis=0)
        rest = np.where(complete, rest.clip(self.least, self.most), rest)
        if self.step:
            rest = np.rint(rest / self.step) * self.step
        said = self.expected(columns) + rest
        if self.gaps:
            said = np.where(complete, said, np.nan)
        return np.where(complete & self.exact, said, said.clip(self.low, self.high))

    def broken(self, table: Table) -> BoolArray:
        columns = {place: table[place].numbers() for place in (*self.causes, self.effect)}
        complete = _complete(self, self.effect, columns)
        return complete & ~self.kept(columns[self.effect], columns) if self.exact else np.zeros(len(complete), bool)

    def rests(self, table: Table) -> list[Float64Array]:
        if not self.has_rest:
            return []
        columns = {place: table[place].numbers() for place in (*self.causes, self.effect)}
        return [self.rest(columns[self.effect], columns)]

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        columns = {place: table[place].numbers() for place in self.causes}
        rest = rests[0] if rests else np.zeros(len(columns[self.causes[0]]))
        empty = Cells(types[self.effect], np.zeros(0))
        return {self.effect: empty.of_numbers(self.of_rest(rest, columns))}


def _sum(names: list[str], relation: Relation) -> str:
    """A sum as one writes it, what is added first; one in other units as a fraction."""
    weights = relation.weights.tolist()
    whole = np.rint(1 / weights[0]) if len(set(np.abs(weights))) == 1 else 1.0
    if abs(whole) > 1 and abs(abs(weights[0] * whole) - 1) < NOISE and not relation.constant:
        inner = replace(relation, weights=np.sign(relation.weights))
        return f"({_sum(names, inner)}) / {abs(whole):.0f}"
    parts = []
    for name, weight in sorted(zip(names, weights, strict=True), key=lambda pair: pair[1] < 0):
        sign = "-" if weight < 0 else "+"
        parts.append(f"{sign} {name}" if abs(weight) == 1 else f"{sign} {abs(weight):.6g} * {name}")
    if relation.constant:
        parts.append(f"{'-' if relation.constant < 0 else '+'} {abs(relation.constant):.10g}")
    return " ".join(parts).removeprefix("+ ").replace("- ", "-", 1) if parts[0][0] == "-" else " ".join(parts)[2:]


def _product(names: list[str], relation: Relation) -> str:
    def power(name: str, exponent: float) -> str:
        return name if exponent == 1 else f"{name}^{exponent:.6g}"

    factor = float(np.exp(relation.constant))
    weights = list(zip(names, relation.weights.tolist(), strict=True))
    over = [power(name, weight) for name, weight in weights if weight > 0]
    under = [power(name, -weight) for name, weight in weights if weight < 0]
    factor_text = [] if abs(factor - 1) < NOISE else [f"{factor:.6g}"]
    return " / ".join([" * ".join([*factor_text, *over]) or "1", *under])


def find_relations(
    columns: Columns, effects: Mapping[int, tuple[float, float]], may_follow: Callable[[int, Sequence[int]], bool]
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
        added, multiplied = (_pursued(place, before, seen, ranks, product) for product in (False, True))
        relation = multiplied if _off(multiplied, place, seen) < GAIN * _off(added, place, seen) else added
        if relation is not None and _off(relation, place, columns) < TIGHT:
            yield _bounded(relation, place, columns, *effects[place])


def _bounded(relation: Relation, place: int, columns: Columns, origin: float, step: float) -> Relation:
    """The relation with the lattice of its column, and the ranges of what all rows hold."""
    values = columns[place]
    relation = replace(relation, origin=origin, step=step, low=float(np.nanmin(values)), high=float(np.nanmax(values)))
    rest = relation.rest(values, columns)[_complete(relation, place, columns)]
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
        left = _ranked(np.where(_complete(best, place, seen), effect - best.expected(seen), np.nan))
    return best


def _weighed(causes: list[int], place: int, seen: Columns, product: bool) -> Relation | None:
    """Least absolute deviations by reweighted least squares (Schlossmacher 1973); whole and half weights preferred.

    It knows of neither lattice nor range. None if too few rows are complete.
    """
    x, y = np.column_stack([seen[cause] for cause in causes]), seen[place]
    floor = np.where(x > 0, x, np.inf).min(0)
    fit = (x > 0).all(1) & (y > 0) if product else ~np.isnan(x).any(1) & ~np.isnan(y)
    if fit.sum() < FEWEST_COMPLETE:
        return None
    x, y = (np.log(x[fit]), np.log(y[fit])) if product else (x[fit], y[fit])
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
    complete = _complete(relation, place, columns)
    if complete.sum() < max(FEWEST_COMPLETE, len(_known(columns[place])) / 2):
        return np.inf
    values, rest = columns[place][complete], relation.rest(columns[place], columns)[complete]
    width = _spread(values, 0.05)
    return _spread(rest, 0.01) / width if width and np.isfinite(rest).all() else np.inf


def _complete(relation: Relation, place: int, columns: Columns) -> BoolArray:
    """Which rows lack neither the column nor a cause."""
    return ~np.any([np.isnan(columns[other]) for other in (place, *relation.causes)], axis=0)


def _known(values: Float64Array) -> Float64Array:
    return values[~np.isnan(values)]


def _spread(values: Float64Array, tail: float) -> float:
    known = _known(values)
    return float(np.subtract(*np.quantile(known, [1 - tail, tail]))) if len(known) else 0.0


def _calm(values: Float64Array) -> bool:
    """Whether differences, and squares but of a few outliers, are numbers that floats hold."""
    sizes = np.abs(_known(values))
    if not len(sizes):
        return True
    return bool(sizes.max() < 1e290 and np.quantile(sizes, 0.95) < 1e100)


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
