"""Numbers that other numbers of their row determine, or all but: sums and products, such as a total and its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from ..columns.base import ColumnType
from ..columns.datetime import Datetime
from ..columns.duration import Duration
from ..columns.lattice import all_but_last_bits
from ..columns.ticks import NO_TIME, per_second
from ..plain import AnyArray, BoolArray, Float64Array, Int64Array, record
from .base import Cells, Rule, Table, lattice, quoted

FEWEST_COMPLETE = 100

Columns = Mapping[int, Float64Array]


class Numbers(NamedTuple):
    """Columns as numbers, by their places.

    Parameters
    ----------
    columns : mapping of int to ndarray of float64
        Values, NaN where missing; of moments seconds.
    lattices : mapping of int to (float, float)
        Origin and step of the values, step 0 for none.
    grains : mapping of int to float
        What the dtype may leave out of a number, as a share of it.
    """

    columns: Columns
    lattices: Mapping[int, tuple[float, float]]
    grains: Mapping[int, float]

    @classmethod
    def of(cls, table: Table, places: Sequence[int]) -> Numbers:
        return cls(
            {place: table[place].numbers() for place in places},
            {place: lattice(table[place]) for place in places},
            {place: table[place].grain for place in places},
        )

    def only(self, places: Iterable[int]) -> Numbers:
        return self._replace(columns={place: self.columns[place] for place in places})

    def step(self, place: int) -> float:
        return self.lattices[place][1]


ROUNDING: dict[str, Callable[[Float64Array], Float64Array]] = {
    "even": np.rint,
    "half up": lambda steps: np.floor(steps + 0.5),
    "down": lambda steps: np.floor(steps + NOISE),
    "up": lambda steps: np.ceil(steps - NOISE),
}
"""How what is expected is rounded, in steps of the column's lattice."""
NOISE = 1e-6
OFF, OFTEN = 1e-3, 0.05
"""Of a step, by which a number is off its lattice; and how often that counts."""
TIMES = Datetime, Duration
SMALLEST = 1e-150
"""Squares of smaller differences are zeros to floats."""
FLOAT_NOISE = 1e-9
LITTLE, MUCH = 1e-4, 0.3
"""Of a step, how far the furthest number is off what it is rounded to: a half, or the third of a mean of three."""
DUST = 1e-6
"""Of a number, what is no rounding but comes of floats of 32 bits."""


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
    grain : float
        What the dtypes of the columns may leave out of a number, as a share of it.
    at_least, at_most : float
        Limits of what is expected, as of a refund that is never more than 1,000.
    absolute : bool
        Whether the size of the sum counts, without its sign.
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
    grain: float = 0.0
    at_least: float = -np.inf
    at_most: float = np.inf
    absolute: bool = False

    may_be_new = True

    @property
    def kind(self) -> str:
        limited = self.at_least > -np.inf or self.at_most < np.inf
        return "limited" if limited else "product" if self.product else "sum"

    @property
    def tells_gaps(self) -> bool:
        return not self.has_rest

    @property
    def tells_all(self) -> bool:
        return self.exact

    @property
    def breakable(self) -> bool:
        return self.exact

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
        if self.product:
            said = product_text(causes, self.weights.tolist(), float(np.exp(self.constant)))
        else:
            said = _sum(causes, self)
        if self.absolute:
            said = f"abs({said})"
        if self.at_most < np.inf:
            said = f"min({said}, {self.at_most:.15g})"
        if self.at_least > -np.inf:
            said = f"max({said}, {self.at_least:.15g})"
        about = f" ± {self.most:.15g}" if self.exact and self.most else ""
        return f"{quoted(names[self.effect])} = {said}{about}"

    def expected(self, columns: Columns) -> Float64Array:
        """What the causes say, found in `columns` by their places."""
        return on_lattice(self._unrounded(columns), self.origin, self.step, self.rounding)

    def _counts(self, columns: Columns) -> Float64Array:
        """What counts of the causes, a column for each."""
        causes = np.column_stack([FORMS[form](columns[cause]) for form, cause in self._counted])
        return np.where(np.isnan(causes), self.instead, causes)

    def _untold(self, values: Float64Array, columns: Columns) -> Float64Array:
        """How far the dtypes of the columns may carry `values` off: each term of a sum, or each step of a product."""
        if not self.grain:
            return np.zeros(len(values))
        terms = np.abs(values) * len(self.causes)
        if not self.product:
            terms = np.abs(values) + np.abs(self._counts(columns) * self.weights).sum(1) + abs(self.constant)
        return self.grain * terms

    def _unrounded(self, columns: Columns) -> Float64Array:
        causes = self._counts(columns)
        said: Float64Array
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # `of_rest` keeps to the range
            if not self.product:
                said = (causes * self.weights).sum(1) + self.constant
            elif self.exact:
                over, under = (np.prod(causes ** np.maximum(sign * self.weights, 0), axis=1) for sign in (1, -1))
                factor = float(f"{np.exp(abs(self.constant)):.12g}")
                said = factor * over / under if self.constant >= 0 else over / under / factor
                said = np.where(np.isfinite(said), said, 0.0)
            else:
                said = np.exp((np.log(np.maximum(causes, self.floor)) * self.weights).sum(1) + self.constant)
        return (np.abs(said) if self.absolute else said).clip(self.at_least, self.at_most)

    def roundings(self, values: Float64Array, columns: Columns) -> tuple[str, ...]:
        """The ways in which `values` may have been rounded, the likeliest first.

        Down and up tell more than to the nearest number; where nothing was rounded off there is nothing to tell.
        """
        if not self.step:
            return ("even",)
        apart = np.abs(values - self._unrounded(columns)) - self._untold(values, columns)
        complete = complete_rows(self, self.effect, columns)
        floats = 4 * np.spacing(np.abs(values[complete]).max(initial=0.0))
        nothing = apart[complete].max(initial=0.0) <= min(max(NOISE * self.step, floats), self.step / 4)
        return ("even",) if nothing else ("down", "up", "even", "half up")

    def rounds_first(self, values: Float64Array, columns: Columns, mixed: Columns) -> bool:
        """Whether `values` needed no rounding, as a price that is a total by a count, and of other causes would."""
        if not self.step or self.roundings(values, columns) != ("even",):
            return False
        said = self._unrounded(mixed)
        off = np.abs(said - on_lattice(said, self.origin, self.step, "even"))
        floats = 4 * np.spacing(np.abs(said).max(initial=0.0))
        return bool((off > max(OFF * self.step, floats)).mean() > OFTEN)

    def kept(self, values: Float64Array, columns: Columns) -> BoolArray:
        """Where `values` are what is expected, but for the rests that are allowed, and what floats cannot tell."""
        rest = self.rest(values, columns)
        slack = NOISE * self.step if self.step else 10 * FLOAT_NOISE * float(np.nanmax(np.abs(values), initial=1e-12))
        near: BoolArray = (rest >= self.least - slack) & (rest <= self.most + slack)
        if self.step and self.rounding in ("even", "half up"):
            half = self.step * (0.5 + NOISE) + (FLOAT_NOISE + self.grain) * np.abs(values)
            near |= np.abs(values - self._unrounded(columns)) <= half
        return near

    def rest(self, values: Float64Array, columns: Columns) -> Float64Array:
        """How far `values` are from what is expected."""
        apart = values - self.expected(columns)
        return np.where(np.abs(apart) <= self._untold(values, columns), 0.0, np.round(apart, self.digits))

    def of_rest(self, rest: Float64Array, columns: Columns) -> Float64Array:
        """The values that are as far from what is expected as `rest` says, both kept in the range of training rows."""
        complete = ~np.any([np.isnan(columns[cause]) for cause in self.causes], axis=0)
        rest = np.where(complete, rest.clip(self.least, self.most), rest)
        if self.step:
            rest = np.rint(rest / self.step) * self.step
        said = self.expected(columns) + rest
        if self.gaps:
            said = np.where(complete, said, np.nan)
        return np.where(self.exact & (complete | (rest == 0)), said, said.clip(self.low, self.high))

    def broken(self, table: Table) -> BoolArray:
        columns = {place: table[place].numbers() for place in (*self.causes, self.effect)}
        complete = complete_rows(self, self.effect, columns)
        return complete & ~self.kept(columns[self.effect], columns) if self.exact else np.zeros(len(complete), bool)

    def rests(self, table: Table) -> list[Float64Array]:
        if not self.has_rest:
            return []
        columns = {place: table[place].numbers() for place in (*self.causes, self.effect)}
        return [self.rest(columns[self.effect], columns)]

    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        ticks = self._ticks(table, types)
        if ticks is not None:
            return {self.effect: ticks}
        columns = {place: table[place].numbers() for place in self.causes}
        rest = rests[0] if rests else np.zeros(len(columns[self.causes[0]]))
        return {self.effect: types[self.effect].cells.of_numbers(self.of_rest(rest, columns))}

    def _ticks(self, table: Table, types: Mapping[int, ColumnType]) -> Int64Array | None:
        """Sums of times in whole ticks, of which floats hold too few digits; None for others, and what is rounded."""
        plain = not (self.has_rest or self.product or self.constant or self.absolute or self.kind == "limited")
        own, causes = types[self.effect].cells, [table[cause] for cause in self.causes]
        units = [each.type.cells for each in causes]
        if not plain or (np.abs(self.weights) != 1).any() or not isinstance(own, TIMES):
            return None
        moments = sum(weight * isinstance(unit, Datetime) for weight, unit in zip(self.weights, units, strict=True))
        if moments != isinstance(own, Datetime):
            return None
        total, absent = np.zeros(len(causes[0]), np.int64), np.zeros(len(causes[0]), bool)
        for weight, cells, unit in zip(self.weights.astype(int), causes, units, strict=True):
            if not isinstance(unit, TIMES) or per_second(own.dtype) % per_second(unit.dtype):
                return None
            absent |= cells.absent
            total += weight * np.where(cells.absent, 0, cells.plain) * (per_second(own.dtype) // per_second(unit.dtype))
        step = max(round(self.step * per_second(own.dtype)), 1)
        rounded = (total[~absent] - round(self.origin * per_second(own.dtype))) % step
        return None if rounded.any() else np.where(absent, NO_TIME, total)


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
        parts.append(f"{sign} {name}" if abs(weight) == 1 else f"{sign} {abs(weight):.12g} * {name}")
    if relation.constant:
        parts.append(f"{'-' if relation.constant < 0 else '+'} {abs(relation.constant):.10g}")
    return " ".join(parts).removeprefix("+ ").replace("- ", "-", 1) if parts[0][0] == "-" else " ".join(parts)[2:]


def product_text(names: Sequence[str], exponents: Sequence[float], factor: float) -> str:
    """A factor times columns to some powers, as one writes it."""

    def power(name: str, exponent: float) -> str:
        return name if exponent == 1 else f"{name}^{exponent:.6g}"

    over = [power(name, exponent) for name, exponent in zip(names, exponents, strict=True) if exponent > 0]
    under = [power(name, -exponent) for name, exponent in zip(names, exponents, strict=True) if exponent < 0]
    divisor = np.rint(1 / factor)
    if abs(float(f"{factor:.4g}") / factor - 1) > FLOAT_NOISE > abs(divisor * factor - 1):  # such as 480, of 0.00208333
        under.append(f"{divisor:.0f}")
    elif abs(factor - 1) >= NOISE:
        over.insert(0, f"{factor:.12g}")
    return " / ".join([" * ".join(over) or "1", *under])


def on_lattice(said: Float64Array, origin: float, step: float, rounding: str) -> Float64Array:
    """Numbers rounded in one of the ways of :data:`ROUNDING` to steps from an origin; as they are if the step is 0."""
    if not step:
        return said
    per_unit = np.rint(1 / step)  # tenths of 12.25 are 122.5, which 12.25 / 0.1 is not
    apart = said - origin
    steps = apart * per_unit if abs(per_unit * step - 1) < NOISE else apart / step
    found = origin + ROUNDING[rounding](steps) * step
    return np.where(all_but_last_bits(said, found, step), said, found)


def rounded_before(exact: Float64Array, values: Float64Array, step: float) -> bool:
    """Whether rounding to `values` changes something and never much: then a cause was rounded, and follows rather."""
    off, size = (float(np.nanmax(np.abs(own), initial=0.0)) for own in (exact - values, values))
    return max(LITTLE * step, DUST * size) < off < MUCH * step


def within_step(origin: float, step: float) -> float:
    """The origin of the lattice that lies nearest to 0; 0 if there is none."""
    if not step:
        return 0.0
    nearest = float(origin - np.rint(origin / step) * step)
    return 0.0 if abs(nearest) < NOISE * step else nearest


def complete_rows(relation: Relation, place: int, columns: Columns) -> BoolArray:
    """Which rows lack neither the column nor a cause."""
    return ~np.any([np.isnan(columns[other]) for other in (place, *relation.causes)], axis=0)


def range_of(numbers: Float64Array) -> tuple[float, ...]:
    """The least and the greatest of some numbers, if there are any."""
    known = numbers[~np.isnan(numbers)]
    return (float(known.min()), float(known.max())) if len(known) else ()


def reached(rules: Sequence[Rule], cells: Mapping[int, Cells]) -> dict[int, tuple[float, ...]]:
    """How far totals of generated numbers can reach."""
    numbers = {place for place, own in cells.items() if own.kind == "number"}
    found: dict[int, tuple[float, ...]] = {}
    for rule in rules:
        if isinstance(rule, Relation) and rule.exact and numbers >= {rule.effect, *rule.causes}:
            own = {place: found.get(place) or range_of(cells[place].numbers()) for place in (rule.effect, *rule.causes)}
            ends = np.array(list(product(*(own[cause] for cause in rule.causes))))
            said = rule.expected(dict(zip(rule.causes, ends.T, strict=True)))
            low, high = own[rule.effect]
            found[rule.effect] = (min(low, float(said.min())), max(high, float(said.max())))
    return found
