"""Sums and products that hold in every row, wherever in the table the total stands.

Linear dependence is found by linear algebra: column by column, least squares on those before it, in logarithms for
products. What fits to the last digit, or as far as rounding lets it, is made simple, and then held against all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..plain import BoolArray, Float64Array
from .base import MayFollow, Table, lattice, probed
from .dependence import Dependence, find_dependences, with_twins
from .relations import FEWEST_COMPLETE, FORMS, NOISE, SMALLEST, Columns, Relation, within_step

MOST_COLUMNS = 150
TIGHT = 0.02
NEAR_PI = 1e-4
LARGEST = 1e15
LARGEST_SHARE = 100
HALVES = [*range(-6, 0), *range(1, 7)]
"""Twice the exponents of a product."""
ROOTS = 2.0
"""By how much a root counts more than its exponent: nobody computes an age as the root of its square."""
DAYS = (1, 7, 30, 30.4375, 30.44, 365, 365.25)
UNITS = (1 / 60, 1 / 3_600, *(1 / (days * 86_400) for days in DAYS))
"""Seconds in other units of time, of months and years in several sorts."""


def find_exact(
    columns: Columns,
    factors: Sequence[int],
    lattices: Mapping[int, tuple[float, float]],
    grains: Mapping[int, float],
    pairs: Sequence[tuple[int, int]],
    may_follow: MayFollow,
) -> Iterator[Relation]:
    """Relations that all complete rows keep.

    Parameters
    ----------
    columns : mapping of int to ndarray of float64
        Numbers, NaN where missing, by place.
    factors : sequence of int
        Those that may be part of a product.
    lattices : mapping of int to (float, float)
        Origin and step of the values of each, step 0 for none.
    grains : mapping of int to float
        What the dtype of each may leave out of a number, as a share of it.
    pairs : sequence of (int, int)
        Places of columns of which the first is never greater.
    may_follow : callable
        Whether the column at a place may follow from those at others, after the relations given so far.
    """
    rows = len(next(iter(columns.values()), ()))
    if rows < FEWEST_COMPLETE:
        return
    probe = probed(rows)
    usable = [place for place, values in columns.items() if is_usable(values)][:MOST_COLUMNS]
    seen = {place: columns[place][probe] for place in usable}
    forms = {-2 - number: found for number, found in enumerate(_forms(columns, factors))}
    trials: list[RankedRelation] = []
    for product in (False, True):
        if product:
            columns = {**columns, **{place: FORMS[form](columns[own]) for place, (own, form) in forms.items()}}
            lattices = {**lattices, **dict.fromkeys(forms, (0.0, 0.0))}
            grains = {**grains, **{place: grains[own] for place, (own, _) in forms.items()}}
            usable += list(forms)[: MOST_COLUMNS - len(usable)]
            seen = {place: columns[place][probe] for place in usable}
            factors = [*factors, *forms]
        scale = {place: _log(values) if product else values for place, values in seen.items()}
        steps = {place: lattices[place][1] for place in usable}
        parts = [place for place in usable if not product or place in factors]
        varied = {place: scale[place] for place in parts if _varies(scale[place])}  # in the rows that were probed
        found = list(find_dependences(varied, seen, steps, grains, product))
        signed = [place for place in varied if (seen[place] < 0).any()]
        if product and signed:
            others = {place: own for place, own in varied.items() if place not in signed}
            found += find_dependences(others, seen, steps, grains, product)
        for each in [*found, *with_twins(found)]:
            trials += _trials(each, columns, lattices, grains, product, pairs, may_follow, forms)
    for trial in sorted(trials, key=lambda trial: trial.rank):
        yield trial.relation


def _forms(columns: Columns, factors: Sequence[int]) -> list[tuple[int, str]]:
    """Columns of shares, and what of them may be a factor."""
    found = []
    for place in factors:
        known = columns[place][~np.isnan(columns[place])]
        if len(known) and known.min() >= 0 and known.min() < known.max() < LARGEST_SHARE:
            kinds = list(FORMS)[1:3] if known.max() < 1 else list(FORMS)[3:]
            found += [(place, form) for form in kinds]
    return found


def _halves(weights: Float64Array) -> Float64Array:
    """Exponents as one writes them, where they are near enough."""
    near = np.rint(2 * weights) / 2
    return np.where(np.abs(weights - near) < 0.05, near, weights)


class RankedRelation(NamedTuple):
    """A relation that all rows keep, and how well its column follows, the less the better.

    First come how often it leaves a rest and, if it ever does, how often the sum leaves its range, then whether it is
    rounded, or of a narrower dtype, and a cause is not, how many digits its weights have, how coarse the column is, how
    many others there are, the size of exponents, whether it lies between two columns that are none of these, how often
    the sum leaves its range, and how early the column stands.
    """

    rank: tuple[float, bool, int, int, int, float, bool, float, int]
    relation: Relation


def _trials(
    found: Dependence,
    columns: Columns,
    lattices: Mapping[int, tuple[float, float]],
    grains: Mapping[int, float],
    product: bool,
    pairs: Sequence[tuple[int, int]],
    may_follow: MayFollow,
    forms: Mapping[int, tuple[int, str]],
) -> Iterator[RankedRelation]:
    """What follows from a dependence, for each column that may follow."""
    places = [*found.weights, found.place]
    for effect in places:
        causes = [place for place in places if place != effect]
        own = [forms[cause][0] if cause in forms else cause for cause in causes]
        if effect in forms or len({effect, *own}) <= len(own) or not may_follow(effect, own):
            continue
        weights, constant = _solved(found, effect, causes)
        grain = max(grains[place] for place in places)
        relation = verified(effect, causes, weights, constant, columns, lattices, grain, product)
        if relation is not None:
            outside = round(_outside(relation, columns), 2)
            left = np.mean(relation.rest(columns[effect], columns) != 0) + outside if relation.has_rest else 0.0
            lossy = bool(relation.step) and not all(
                lattices[cause][1] for cause in relation.causes if cause not in forms
            )
            lossy |= not relation.step and grains[effect] > min(grains[cause] for cause in causes)
            coarse = _coarseness(relation, lattices, columns)
            if set(causes) & forms.keys():
                counted = tuple(forms[cause][1] if cause in forms else "{}" for cause in causes)
                relation = replace(relation, causes=tuple(own), forms=counted)
            size = float((np.abs(relation.weights) + ROOTS * (relation.weights % 1 != 0)).sum()) if product else 0.0
            yield RankedRelation(
                (
                    round(float(left), 1),
                    lossy,
                    _digits(relation),
                    coarse,
                    len(causes),
                    size,
                    _lies_between(effect, places, pairs),
                    outside,
                    -places.index(effect),
                ),
                relation,
            )


def _lies_between(place: int, others: Sequence[int], pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether columns that are none of some others are never greater, and never less: both could not give way to it."""
    return all(
        any(pair[side] == place and pair[1 - side] not in others for pair in pairs)  # on this side
        for side in (0, 1)
    )


def _digits(relation: Relation) -> int:
    """How many digits it takes to write the weights and the constant; units of time and parts of pi count as one."""
    constant = float(np.exp(relation.constant)) if relation.product else relation.constant
    numbers = [*relation.weights.tolist(), *([constant] if constant not in (0.0, 1.0) else [])]
    known = [unit for each in UNITS for unit in (each, 1 / each)]
    known += [np.pi * each for each in (1 / 6, 1 / 4, 1 / 2, 1, 4 / 3, 2, 4)]
    plain = [n for n in numbers if not any(abs(abs(n) / unit - 1) < NOISE for unit in known)]
    written = [f"{abs(number):.6g}".replace(".", "").strip("0") for number in plain]
    return len(numbers) - len(plain) + sum(map(len, written))


def _coarseness(relation: Relation, lattices: Mapping[int, tuple[float, float]], columns: Columns) -> int:
    """How coarse the column is next to what the others make of it, in half powers of ten: others cannot follow from a
    coarser one."""

    def size(place: int) -> float:
        known = np.abs(columns[place][~np.isnan(columns[place])])
        return float(np.median(known[known > 0])) if relation.product else 1.0

    causes = zip(relation.causes, np.abs(relation.weights).tolist(), strict=True)
    rounded = [(cause, weight) for cause, weight in causes if not relation.product or lattices[cause][1] < 1]
    own = relation.step / size(relation.effect)
    if not own or not rounded:
        return 0
    made = min(weight * lattices[cause][1] / size(cause) for cause, weight in rounded)
    return max(0, int(np.rint(2 * np.log10(own / max(made, 1e-300)))))


def _solved(found: Dependence, effect: int, causes: Sequence[int]) -> tuple[Float64Array, float]:
    weights = {**found.weights, found.place: -1.0}
    return np.array([-weights[cause] / weights[effect] for cause in causes]), -found.constant / weights[effect]


def verified(
    effect: int,
    causes: Sequence[int],
    weights: Float64Array,
    constant: float,
    columns: Columns,
    lattices: Mapping[int, tuple[float, float]],
    grain: float,
    product: bool,
) -> Relation | None:
    """The relation in its simplest form that all complete rows keep; None if some do not."""
    base, complete = _blank(effect, causes, weights, constant, columns, lattices[effect], grain, product)
    values, step = columns[effect], lattices[effect][1]
    if complete.sum() < max(FEWEST_COMPLETE, (~np.isnan(values)).sum() / 2):
        return None
    simple = np.array([_simple(weight, product) for weight in weights])
    if product and not np.isin(2 * simple, HALVES).all():
        return None
    for chosen in (simple,) if product else (simple, weights):
        level = replace(base, weights=chosen, step=0.0, constant=0.0)
        for shift in _constants(level, values, columns, complete, step, product):
            trial = replace(base, weights=chosen, constant=shift, least=0.0, most=0.0)
            for rounding in trial.roundings(values, columns):
                trial = replace(trial, rounding=rounding)
                if trial.kept(values, columns)[complete].all():
                    return _with_optional(trial, values, columns).with_support(int(complete.sum()))
    if product or not step:
        return None
    level = replace(base, weights=simple, step=0.0, constant=0.0)
    constant = next(_constants(level, values, columns, complete, step, product), 0.0)
    trial = replace(base, weights=simple, constant=constant)
    loose = sum(abs(w) * lattices[cause][1] / 2 for w, cause in zip(simple.tolist(), causes, strict=True)) + step / 2
    most = np.floor(loose / step + 0.5) * step
    width = np.subtract(*np.quantile(values[complete], [0.95, 0.05]))
    trial = replace(trial, least=-most, most=most)
    if most <= TIGHT * width and trial.kept(values, columns)[complete].all():
        return trial.with_support(int(complete.sum()))
    return None


def declared_relation(
    effect: int,
    weights: Mapping[int, float],
    constant: float,
    table: Table,
    *,
    product: bool,
    forms: tuple[str, ...] = (),
    limits: tuple[float, float] = (-np.inf, np.inf),
    absolute: bool = False,
) -> tuple[Relation, BoolArray]:
    """A relation as somebody wrote it down, and which rows are off by more than rounding explains."""
    columns = {place: table[place].numbers() for place in (*weights, effect)}
    grain, own = max(table[place].grain for place in columns), lattice(table[effect])
    simple = np.array([_simple(weight, product) for weight in weights.values()])
    base, complete = _blank(effect, list(weights), simple, constant, columns, own, grain, product)
    if forms:
        counted = [FORMS[form](columns[place]) for form, place in zip(forms, weights, strict=True)]
        base = replace(base, forms=forms, instead=np.array([np.nanmedian(each) for each in counted]))
    values, step = columns[effect], own[1]
    base = replace(base, least=0.0, most=0.0, at_least=limits[0], at_most=limits[1], absolute=absolute)
    trials = [replace(base, rounding=rounding) for rounding in base.roundings(values, columns)]
    kept = [trial.kept(values, columns) | ~complete for trial in trials]
    best = int(np.argmax([each.sum() for each in kept]))
    if kept[best].all():
        return _with_optional(trials[best], values, columns).with_support(int(complete.sum())), ~kept[best]
    loose = replace(trials[best], least=-step, most=step)
    return loose.with_support(int(complete.sum())), complete & ~loose.kept(values, columns)


def _blank(
    effect: int,
    causes: Sequence[int],
    weights: Float64Array,
    constant: float,
    columns: Columns,
    own: tuple[float, float],
    grain: float,
    product: bool,
) -> tuple[Relation, BoolArray]:
    """A relation of which it is yet to be seen whether it holds, and its complete rows."""
    values = columns[effect]
    missing = np.any([np.isnan(columns[cause]) for cause in causes], axis=0)
    complete = ~(missing | np.isnan(values))
    origin, step = own
    size = max(float(np.abs(values[complete]).max(initial=0)), 1e-12)
    blank = Relation(
        causes=tuple(causes),
        effects=(effect,),
        weights=weights,
        constant=constant,
        product=product,
        instead=np.array([np.nanmedian(columns[cause]) for cause in causes]),
        floor=np.zeros(len(causes)),
        origin=within_step(origin, step),
        step=step,
        digits=11 - int(np.ceil(np.log10(size))),
        low=float(np.nanmin(values)),
        high=float(np.nanmax(values)),
        exact=True,
        gaps=bool((missing == np.isnan(values)).all()),
        grain=grain,
    )
    return blank, complete


def _with_optional(relation: Relation, values: Float64Array, columns: Columns) -> Relation:
    """The relation without the causes that are missing, if that is what all rows hold that lack some."""
    without = replace(relation, instead=np.full(len(relation.causes), float(relation.product)))
    lacking = np.any([np.isnan(columns[cause]) for cause in relation.causes], axis=0) & ~np.isnan(values)
    return without if without.kept(values, columns)[lacking].all() else relation


def _constants(
    level: Relation, values: Float64Array, columns: Columns, complete: BoolArray, step: float, product: bool
) -> Iterator[float]:
    """What may have to be added, the simplest first."""
    said = level.expected(columns)[complete]
    if product:
        known = (said > 0) & (values[complete] > 0)
        if not known.any():
            return
        large = np.argsort(values[complete][known])[-max(50, known.sum() // 4) :]
        ratio = float(np.median((values[complete][known] / said[known])[large]))
        for factor in (np.pi, np.sqrt(np.pi)):
            near = float(Fraction(ratio / factor).limit_denominator(12))
            if near and abs(ratio / factor / near - 1) < NEAR_PI:
                yield float(np.log(factor * near))
        exponent = 10.0 ** np.rint(np.log10(ratio))
        yield float(np.log(exponent if abs(ratio / exponent - 1) < 1e-2 else _decimal(ratio)))
        yield float(np.log(ratio))
        return
    apart = values[complete] - said
    constant = float(np.median(apart))
    noise = NOISE * np.abs(values[complete]).max()
    if np.ptp(apart) <= noise < abs(constant):  # nothing was rounded
        yield _decimal(constant)
    yield 0.0 if abs(constant) <= max(step, noise) else _decimal(constant)
    if step:
        yield float(np.rint(constant / step) * step)
    yield constant


def _simple(weight: float, product: bool) -> float:
    """A weight as somebody would write it."""
    if product:
        return float(_halves(np.array([weight]))[0])
    known = min((each for unit in UNITS for each in (unit, 1 / unit)), key=lambda each: abs(abs(weight) / each - 1))
    if abs(abs(weight) / known - 1) < 1e-4:
        return float(np.copysign(known, weight))
    near = float(Fraction(weight).limit_denominator(12))
    if near and abs(near / weight - 1) < 5e-3:
        return near
    return _decimal(weight)


def _decimal(number: float) -> float:
    """A number with four digits, if it is one but for little."""
    short = float(f"{number:.4g}")
    return short if abs(short - number) <= 1e-4 * abs(number) else number


def _outside(relation: Relation, columns: Columns) -> float:
    """How often what is expected of causes that do not belong together leaves the range of the column."""
    rng = np.random.default_rng(0)
    mixed = {}
    for cause in relation.causes:
        known = columns[cause][~np.isnan(columns[cause])]
        mixed[cause] = known[rng.integers(len(known), size=1_000)]
    said = relation.expected(mixed)
    return float(((said < relation.low) | (said > relation.high)).mean())


def is_usable(values: Float64Array) -> bool:
    """Whether there are enough numbers, of a size that floats count well with."""
    known = values[~np.isnan(values)]
    size = np.abs(known).max(initial=0.0)
    return len(known) >= FEWEST_COMPLETE and SMALLEST < size < LARGEST and known.min() < known.max()


def _varies(values: Float64Array) -> bool:
    """Whether there are different values."""
    known = values[~np.isnan(values)]
    return len(known) > 0 and float(known.max() - known.min()) > SMALLEST


def _log(values: Float64Array) -> Float64Array:
    """Logarithms of sizes, NaN for what is next to nothing; signs are seen to when all rows are."""
    return np.log(np.where(np.abs(values) > SMALLEST, np.abs(values), np.nan))
