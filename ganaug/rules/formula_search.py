"""Finding sums of products and ratios of which no column holds the parts.

Products and ratios of two columns stand for the parts. Once what is only added is taken out, a column that such a sum
computes lies on a line with one of them, but for rounding. All are tried at once, by least squares on a few rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np

from ..plain import BoolArray, Float64Array, IndexArray
from .base import LABEL, MOST_COMBINED, MayFollow, Table, probed
from .exact import is_usable
from .formula import Formula, formula_of, powers
from .one_of import is_dummy
from .relations import FEWEST_COMPLETE, FLOAT_NOISE, SMALLEST, rounded_before
from .verified import decimal, simple

FIRST_ROWS = 48
MOST_FITTED = 2_000
FEWEST_VALUES = 20
"""Of the column that follows, since a few values fit many sums."""
TOLD = 100.0
"""How much more than rounding a product or a ratio explains, as variances."""
MIXED_ROWS = 1_000
NO_DIVISOR = -1

Powers = Mapping[int, int]
"""Exponents of columns, by their places."""


class PossibleFormula(NamedTuple):
    """A column that may be a sum of some addends, on rows in which no divisor is 0, and what stands in the others."""

    effect: int
    addends: tuple[Powers, ...]
    rows: BoolArray
    instead: float


def find_formulas(table: Table, may_follow: MayFollow) -> Iterator[Formula]:
    """Numbers that are, in every row, sums with at least one product or ratio of others in them."""
    numbers = {place: own.numbers() for place, own in table.items() if place != LABEL and own.kind == "number"}
    numbers = dict([(place, own) for place, own in numbers.items() if is_usable(own)][:MOST_COMBINED])
    probe = probed(len(next(iter(numbers.values()), ())))
    varied = [place for place, own in numbers.items() if len(np.unique(own[probe])) >= FEWEST_VALUES]
    effects = [place for place in varied if may_follow(place, ())]
    if not effects:
        return
    found: list[tuple[tuple[float, ...], Formula]] = []
    shorter: list[tuple[int, tuple[Powers, ...]]] = []
    for trial in _trials(table, numbers, effects):
        if any(trial.effect == effect and all(each in trial.addends for each in own) for effect, own in shorter):
            continue
        formula = _fitted(trial, table, numbers)
        if formula is not None:
            found.append((_rank(formula, table, numbers), formula))
            shorter.append((trial.effect, trial.addends))
    for _, formula in sorted(found, key=lambda each: each[0]):
        if may_follow(formula.effect, formula.causes):
            yield formula


def _trials(table: Table, numbers: Mapping[int, Float64Array], effects: Sequence[int]) -> Iterator[PossibleFormula]:
    """What few rows speak for: with divisors that are never 0, and with each of those that are."""
    factors = [place for place in numbers if not is_dummy(table[place])]
    complete: BoolArray = ~np.any(np.isnan([*numbers.values()]), axis=0)
    divisors = [place for place in factors if (numbers[place] != 0).all()]
    products = [{one: 1, other: 1} for one, other in combinations(factors, 2)]
    ratios = [{one: 1, other: -1} for one, other in permutations(factors, 2) if other in divisors]
    triples = [dict.fromkeys(three, 1) for three in combinations(factors, 3)]
    for effect, addends in _on_lines(table, numbers, effects, complete, [*products, *ratios, *triples]):
        yield PossibleFormula(effect, addends, complete, np.nan)
    for divisor in factors:
        if divisor in divisors:
            continue
        zero = numbers[divisor] == 0
        own = [{one: 1, divisor: -1} for one in factors if one != divisor]
        for effect, addends in _on_lines(table, numbers, effects, complete & ~zero, own):
            instead = np.unique(numbers[effect][zero])
            if len(instead) == 1:
                yield PossibleFormula(effect, addends, complete & ~zero, float(instead[0]))


def _on_lines(
    table: Table, numbers: Mapping[int, Float64Array], effects: Sequence[int], rows: BoolArray, terms: Sequence[Powers]
) -> Iterator[tuple[int, tuple[Powers, ...]]]:
    """Columns that lie on a line with a product or a ratio, but for at most two addends and rounding."""
    if rows.sum() < FEWEST_COMPLETE or not terms:
        return
    first = np.flatnonzero(rows)[probed(int(rows.sum()), FIRST_ROWS)]
    seen = {place: own[first] for place, own in numbers.items()}
    own = np.column_stack([seen[effect] for effect in effects])
    made = np.column_stack([_product(seen, term) for term in terms])
    made /= np.maximum(np.abs(made).max(axis=0), SMALLEST)
    size = np.abs(own).max(axis=0)
    cells = [table[effect] for effect in effects]
    off = [max(one.step / 2, (FLOAT_NOISE + one.grain) * most) for one, most in zip(cells, size.tolist(), strict=True)]
    noise = len(own) * np.square(off)
    for base, tried in _bases(list(numbers), terms):
        taken = _basis([np.ones(len(own)), *(_product(seen, term) for term in base)])
        if taken.shape[1] <= len(base):
            continue  # one of them is constant, or says what another one does
        rest, left = own - taken @ (taken.T @ own), made[:, tried]
        left = left - taken @ (taken.T @ left)
        spread, unexplained = np.square(left).sum(axis=0), np.square(rest).sum(axis=0)
        with np.errstate(all="ignore"):
            after = unexplained - np.square(left.T @ rest) / spread[:, None]
        near = (
            (after <= noise + FLOAT_NOISE * unexplained)
            & (unexplained > TOLD * noise)
            & (spread[:, None] > FLOAT_NOISE)
        )
        for term, effect in np.argwhere(near):
            addends = (*base, terms[tried[term]])
            if all(effects[effect] not in each for each in addends):
                yield effects[effect], addends


def _bases(places: Sequence[int], terms: Sequence[Powers]) -> Iterator[tuple[tuple[Powers, ...], IndexArray]]:
    """What may be added, and which products or ratios are tried with it.

    Two columns come with products of two alone. A third addend beside two products comes only if these share a factor,
    as in `count * price - count * cost - freight`, or one has a factor more, as in `count * price - 0.01 * count *
    price * off + freight`.
    """
    every, alone = np.arange(len(terms)), [({place: 1},) for place in places]
    yield (), every
    yield from ((base, every) for base in alone)
    member = np.array([[place in term for place in places] for term in terms])
    size = member.sum(axis=1)
    divisor = np.array([next((place for place, power in term.items() if power < 0), NO_DIVISOR) for term in terms])
    for first in np.flatnonzero(size == 2).tolist():
        others = every[(every > first) & (size == 2) & (divisor == divisor[first])]
        if len(others):
            yield (terms[first],), others
    products = every[(size == 2) & (divisor == NO_DIVISOR)]
    if len(products):
        yield from (((*one, *other), products) for one, other in combinations(alone, 2))
    for first in products.tolist():
        shared = member[:, member[first]].sum(axis=1)
        with_factor = every[(size == 3) & (shared == 2)]
        sharing = products[(products > first) & (shared[products] == 1)]
        if len(with_factor):
            yield (terms[first],), with_factor
        further = np.concatenate([with_factor, sharing])
        yield from (((terms[first], *more), further) for more in alone if len(further))


def _product(columns: Mapping[int, Float64Array], term: Powers) -> Float64Array:
    return powers([columns[place] for place in term], [*term.values()])


def _basis(columns: Sequence[Float64Array]) -> Float64Array:
    """An orthonormal basis of what they span."""
    left, sizes, _ = np.linalg.svd(
        np.column_stack([own / (np.abs(own).max() or 1.0) for own in columns]), full_matrices=False
    )
    return left[:, sizes > FLOAT_NOISE * sizes[0]]


def _fitted(trial: PossibleFormula, table: Table, numbers: Mapping[int, Float64Array]) -> Formula | None:
    """The formula with the plainest weights that all rows keep."""
    rows = np.flatnonzero(trial.rows)[probed(int(trial.rows.sum()), MOST_FITTED)]
    seen = {place: own[rows] for place, own in numbers.items()}
    design = np.column_stack([*(_product(seen, term) for term in trial.addends), np.ones(len(rows))])
    values, scale = seen[trial.effect], np.maximum(np.abs(design).max(axis=0), SMALLEST)
    solved = (np.linalg.lstsq(design / scale, values, rcond=None)[0] / scale).tolist()
    step = table[trial.effect].step
    for plain in (lambda weight: simple(weight, product=False), decimal):
        weights = [plain(weight) for weight in solved[:-1]]
        if 0 in weights:
            return None
        constant = float(np.median(values - design[:, :-1] @ weights))
        small = abs(constant) <= max(step, FLOAT_NOISE * np.abs(values).max())
        terms = list(zip(weights, trial.addends, strict=True))
        for added in (0.0,) if small else (decimal(constant), constant):
            formula = formula_of(trial.effect, terms, added, trial.instead, table)
            if not formula.broken(table).any():
                exact = formula.exact(table)[0]
                return None if rounded_before(exact, numbers[trial.effect], formula.step) else formula
    return None


def _rank(formula: Formula, table: Table, numbers: Mapping[int, Float64Array]) -> tuple[float, ...]:
    """What comes first: what loses nothing, is short, and stays in the range of its column."""
    rng = np.random.default_rng(0)
    lossy = bool(formula.step) and not all(table[cause].step for cause in formula.causes)
    mixed = {cause: table[cause].take(rng.integers(len(table[cause]), size=MIXED_ROWS)) for cause in formula.causes}
    said, values = formula.exact(mixed)[0], numbers[formula.effect]
    outside = float(((said < np.nanmin(values)) | (said > np.nanmax(values))).mean())
    ratios, negative = int((formula.exponents < 0).sum()), int((formula.weights < 0).sum())
    return lossy, len(formula.weights), round(outside, 1), ratios, negative, -formula.effect
