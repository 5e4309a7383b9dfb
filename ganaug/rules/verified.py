"""Relations in the simplest form that all complete rows keep, whether they were found or written down by a user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ..plain import BoolArray, Float64Array
from .base import Table, lattice
from .relations import FEWEST_COMPLETE, FORMS, NOISE, Columns, Numbers, Relation, within_step

TIGHT = 0.02
NEAR_PI = 1e-4
MOST_PARTS, NEAR_PART = 1_000, 1e-5
"""What a factor may be a fraction of, such as a twelfth of forty hours, and how near it has to be."""
HALVES = [*range(-6, 0), *range(1, 7)]
"""Twice the exponents of a product."""
DAYS = (1, 7, 30, 30.4375, 30.44, 365, 365.25)
UNITS = (1 / 60, 1 / 3_600, *(1 / (days * 86_400) for days in DAYS))
"""Seconds in other units of time, of months and years in several sorts."""


def _halves(weights: Float64Array) -> Float64Array:
    """Exponents as one writes them, where they are near enough."""
    near = np.rint(2 * weights) / 2
    return np.where(np.abs(weights - near) < 0.05, near, weights)


def verified(
    effect: int,
    causes: Sequence[int],
    weights: Float64Array,
    constant: float,
    numbers: Numbers,
    product: bool,
) -> Relation | None:
    """The relation in its simplest form that all complete rows keep; None if some do not."""
    columns, grain = numbers.columns, max(numbers.grains[place] for place in (effect, *causes))
    base, complete = _blank(effect, causes, weights, constant, columns, numbers.lattices[effect], grain, product)
    values, step = columns[effect], numbers.step(effect)
    if complete.sum() < max(FEWEST_COMPLETE, (~np.isnan(values)).sum() / 2):
        return None
    plain = np.array([simple(weight, product) for weight in weights])
    if product and not np.isin(2 * plain, HALVES).all():
        return None
    for chosen in (plain,) if product else (plain, weights):
        level = replace(base, weights=chosen, step=0.0, constant=0.0)
        for shift in _constants(level, values, columns, complete, step, product):
            trial = replace(base, weights=chosen, constant=shift, least=0.0, most=0.0)
            for rounding in trial.roundings(values, columns):
                trial = replace(trial, rounding=rounding)
                if trial.kept(values, columns)[complete].all():
                    return _with_optional(trial, values, columns).with_support(int(complete.sum()))
    if product or not step:
        return None
    level = replace(base, weights=plain, step=0.0, constant=0.0)
    constant = next(_constants(level, values, columns, complete, step, product), 0.0)
    trial = replace(base, weights=plain, constant=constant)
    loose = sum(abs(w) * numbers.step(cause) / 2 for w, cause in zip(plain.tolist(), causes, strict=True)) + step / 2
    most = np.floor(loose / step + 0.5) * step
    width = np.subtract(*np.quantile(values[complete], [0.95, 0.05]))
    trial = replace(trial, least=-most, most=most)
    if most > TIGHT * width or not trial.kept(values, columns)[complete].all():
        return None
    off = float(np.abs(trial.rest(values, columns)[complete]).max())
    return replace(trial, least=-off, most=off).with_support(int(complete.sum()))


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
    off: float = 0.0,
) -> tuple[Relation, BoolArray]:
    """A relation as somebody wrote it down, and which rows are off by more than rounding the effect, and `off`."""
    columns = {place: table[place].numbers() for place in (*weights, effect)}
    grain, own = max(table[place].grain for place in columns), lattice(table[effect])
    written = np.array(list(weights.values()))
    base, complete = _blank(effect, list(weights), written, constant, columns, own, grain, product)
    if forms:
        counted = [FORMS[form](columns[place]) for form, place in zip(forms, weights, strict=True)]
        base = replace(base, forms=forms, instead=np.array([np.nanmedian(each) for each in counted]))
    values = columns[effect]
    base = replace(base, least=0.0, most=0.0, at_least=limits[0], at_most=limits[1], absolute=absolute)
    trials = [replace(base, rounding=rounding) for rounding in base.roundings(values, columns)]
    kept = [trial.kept(values, columns) | ~complete for trial in trials]
    best = int(np.argmax([each.sum() for each in kept]))
    if kept[best].all():
        return _with_optional(trials[best], values, columns).with_support(int(complete.sum())), ~kept[best]
    loose = replace(trials[best], least=-off, most=off)
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
        yield float(np.log(exponent if abs(ratio / exponent - 1) < 1e-2 else decimal(ratio)))
        part = float(Fraction(ratio).limit_denominator(MOST_PARTS))
        if part and abs(part / ratio - 1) < NEAR_PART:
            yield float(np.log(part))
        yield from map(float, np.log([*_within(*_factor_range(values[complete][known], said[known], step)), ratio]))
        return
    apart = values[complete] - said
    constant = float(np.median(apart))
    noise = NOISE * np.abs(values[complete]).max()
    if np.ptp(apart) <= noise < abs(constant):  # nothing was rounded
        yield decimal(constant)
    yield 0.0 if abs(constant) <= max(step, noise) else decimal(constant)
    if step:
        yield float(np.rint(constant / step) * step)
    yield constant


def _factor_range(values: Float64Array, said: Float64Array, step: float) -> tuple[float, float]:
    """Between which factors all values are what is said, to the nearest step."""
    low, high = (((values + off) / said) for off in (-step / 2, step / 2))
    return float(low.max()), float(high.min())


def _within(low: float, high: float) -> list[float]:
    """The plainest fraction between two numbers, if there is one."""
    parts = np.arange(1, MOST_PARTS + 1)
    fractions = np.rint((low + high) / 2 * parts) / parts
    return fractions[(fractions >= low) & (fractions <= high) & (fractions > 0)][:1].tolist()


def simple(weight: float, product: bool) -> float:
    """A weight as somebody would write it."""
    if product:
        return float(_halves(np.array([weight]))[0])
    known = min((each for unit in UNITS for each in (unit, 1 / unit)), key=lambda each: abs(abs(weight) / each - 1))
    if abs(abs(weight) / known - 1) < 1e-4:
        return float(np.copysign(known, weight))
    near = float(Fraction(weight).limit_denominator(12))
    if near and abs(near / weight - 1) < 5e-3:
        return near
    return decimal(weight)


def decimal(number: float) -> float:
    """A number with four digits, if it is one but for little."""
    short = float(f"{number:.4g}")
    return short if abs(short - number) <= 1e-4 * abs(number) else number
