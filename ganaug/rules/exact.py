"""Sums and products that hold in every row, wherever in the table the total stands.

Linear dependence is found by linear algebra: column by column, least squares on those before it, in logarithms for
products. What fits to the last digit, or as far as rounding lets it, is made simple, and then held against all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..plain import Float64Array
from .base import MOST_COLUMNS, MayFollow, probed
from .dependence import Dependence, find_dependences, with_twins
from .plain_sums import find_plain_sums
from .relations import FEWEST_COMPLETE, FORMS, NOISE, SMALLEST, Columns, Numbers, Relation, rounded_before
from .verified import UNITS, verified

LARGEST = 1e15
LARGEST_SHARE = 100
MANY_FACTORS, MOST_DIGITS = 3, 4
ROOTS = 2.0
"""By how much a root counts more than its exponent: nobody computes an age as the root of its square."""


def find_exact(
    numbers: Numbers, factors: Sequence[int], pairs: Sequence[tuple[int, int]], may_follow: MayFollow
) -> Iterator[Relation]:
    """Relations that all complete rows keep.

    Parameters
    ----------
    numbers : Numbers
    factors : sequence of int
        Places of those that may be part of a product.
    pairs : sequence of (int, int)
        Places of columns of which the first is never greater.
    may_follow : callable
        Whether the column at a place may follow from those at others, after the relations given so far.
    """
    columns = numbers.columns
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
            lattices = {**numbers.lattices, **dict.fromkeys(forms, (0.0, 0.0))}
            grains = {**numbers.grains, **{place: numbers.grains[own] for place, (own, _) in forms.items()}}
            numbers = Numbers(columns, lattices, grains)
            usable += list(forms)[: MOST_COLUMNS - len(usable)]
            seen = {place: columns[place][probe] for place in usable}
            factors = [*factors, *forms]
        scale = {place: _log(values) if product else values for place, values in seen.items()}
        steps = {place: numbers.step(place) for place in usable}
        parts = [place for place in usable if not product or place in factors]
        varied = {place: scale[place] for place in parts if _varies(scale[place])}  # in the rows that were probed
        found = list(find_dependences(varied, seen, steps, numbers.grains, product))
        if not product:
            backwards = find_dependences(varied, seen, steps, numbers.grains, product, backwards=True)
            known = {frozenset((each.place, *each.weights)) for each in found}
            for each in (*find_plain_sums(varied, steps), *backwards):
                members = frozenset((each.place, *each.weights))
                found += [each] if members not in known else []
                known.add(members)
        signed = [place for place in varied if (seen[place] < 0).any()]
        if product and signed:
            others = {place: own for place, own in varied.items() if place not in signed}
            found += find_dependences(others, seen, steps, numbers.grains, product)
        for each in [*found, *with_twins(found)]:
            trials += _trials(each, numbers, product, pairs, may_follow, forms)
    for trial in sorted(_sums_first(trials, columns), key=lambda trial: trial.rank):
        yield trial.relation


def _sums_first(trials: Sequence[RankedRelation], columns: Columns) -> Iterator[RankedRelation]:
    """What was rounded after a sum that needed no rounding: gross is net and tax, and 1.19 times net but for a cent."""
    alike: dict[int, int] = {}
    """Columns that are others in other units, by one of these."""
    rounded = [own.roundings(columns[own.effect], columns) != ("even",) for _, own in trials]
    for (_, own), lossy in zip(trials, rounded, strict=True):
        if len(own.causes) == 1 and not (lossy or own.has_rest):
            one, other = (alike.get(place, place) for place in (own.effect, own.causes[0]))
            alike |= {place: other for place in (own.effect, *alike) if alike.get(place, place) == one}

    def pair(*places: int) -> frozenset[int]:
        return frozenset(alike.get(place, place) for place in places)

    sums = {
        pair(own.effect, cause)
        for _, own in trials
        if not own.product and len(own.causes) == 2 and (own.weights == 1).all() and not own.constant
        for cause in own.causes
    }
    for (rank, own), lossy in zip(trials, rounded, strict=True):
        late = lossy and len(own.causes) == 1 and pair(own.effect, *own.causes) in sums
        yield RankedRelation((*rank[:2], AFTER_SUMS, *rank[3:]) if late else rank, own)


def _forms(columns: Columns, factors: Sequence[int]) -> list[tuple[int, str]]:
    """Columns of shares, and what of them may be a factor."""
    found = []
    for place in factors:
        known = columns[place][~np.isnan(columns[place])]
        if len(known) and known.min() >= 0 and known.min() < known.max() < LARGEST_SHARE:
            kinds = list(FORMS)[1:3] if known.max() < 1 else list(FORMS)[3:]
            found += [(place, form) for form in kinds]
    return found


AFTER_SUMS = 4
"""More columns than a sum of two has that need no rounding."""
SELDOM = 0.1
"""What counts for a sum that leaves a rest, however seldom: one that leaves none comes first."""


class RankedRelation(NamedTuple):
    """A relation that all rows keep, and how well its column follows, the less the better.

    First come how often it leaves a rest and, if it ever does, how often the sum leaves its range, then whether it
    loses something, and of how many columns of the dependence that is not so: of price, count and total only the total
    needs no rounding, and any of three summands may give way to it. Then how many digits the weights have, how coarse
    the column is, how many others there are, the size of exponents, whether it lies between two columns that are none
    of these, how often the sum leaves its range, and how early the column stands.
    """

    rank: tuple[float, bool, int, int, int, int, float, bool, float, int]
    relation: Relation


def _trials(
    found: Dependence,
    numbers: Numbers,
    product: bool,
    pairs: Sequence[tuple[int, int]],
    may_follow: MayFollow,
    forms: Mapping[int, tuple[int, str]],
) -> list[RankedRelation]:
    """What follows from a dependence, for each column that may follow."""
    places, columns, grains = [*found.weights, found.place], numbers.columns, numbers.grains
    trials = []
    for effect in places:
        causes = [place for place in places if place != effect]
        own = [forms[cause][0] if cause in forms else cause for cause in causes]
        if effect in forms or len({effect, *own}) <= len(own) or not may_follow(effect, own):
            continue
        weights, constant = _solved(found, effect, causes)
        relation = verified(effect, causes, weights, constant, numbers, product)
        if relation is not None:
            mixed = _mixed(relation, columns)
            outside = round(_outside(relation, mixed), 2)
            left = np.mean(relation.rest(columns[effect], columns) != 0) + outside if relation.has_rest else 0.0
            left = max(left, SELDOM) if relation.most else left
            lossy = bool(relation.step) and not all(
                numbers.step(cause) for cause in relation.causes if cause not in forms
            )
            lossy |= not relation.step and grains[effect] > min(grains[cause] for cause in causes)
            lossy |= relation.rounds_first(columns[effect], columns, mixed)
            lossy |= rounded_before(replace(relation, step=0.0).expected(columns), columns[effect], relation.step)
            coarse = _coarseness(relation, numbers)
            if product and coarse and len(causes) >= MANY_FACTORS and digits(relation) > MOST_DIGITS:
                continue  # what it was computed from is rounded, and nobody would compute it so
            if set(causes) & forms.keys():
                counted = tuple(forms[cause][1] if cause in forms else "{}" for cause in causes)
                relation = replace(relation, causes=tuple(own), forms=counted)
            size = float((np.abs(relation.weights) + ROOTS * (relation.weights % 1 != 0)).sum()) if product else 0.0
            between = _lies_between(effect, places, pairs)
            looks = digits(relation), coarse, len(causes), size, between, outside, -places.index(effect)
            trials.append((round(float(left), 1), lossy, looks, relation))
    good = sum(not (left or lossy) for left, lossy, *_ in trials)
    return [RankedRelation((left, lossy, good, *looks), relation) for left, lossy, looks, relation in trials]


def _lies_between(place: int, others: Sequence[int], pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether columns that are none of some others are never greater, and never less: both could not give way to it."""
    return all(
        any(pair[side] == place and pair[1 - side] not in others for pair in pairs)  # on this side
        for side in (0, 1)
    )


def digits(relation: Relation) -> int:
    """How many digits it takes to write the weights and the constant; units of time and parts of pi count as one."""
    constant = float(np.exp(relation.constant)) if relation.product else relation.constant
    weights = relation.weights.tolist()
    parts = 1 / abs(weights[0])
    if not relation.product and len(set(map(abs, weights))) == 1 and parts > 1 and abs(parts - np.rint(parts)) < NOISE:
        weights = [np.rint(parts)]  # of a mean how many there are
    numbers = [*weights, *([constant] if constant not in (0.0, 1.0) else [])]
    known = [unit for each in UNITS for unit in (each, 1 / each)]
    known += [np.pi * each for each in (1 / 6, 1 / 4, 1 / 2, 1, 4 / 3, 2, 4)]
    plain = [n for n in numbers if not any(abs(abs(n) / unit - 1) < NOISE for unit in known)]
    written = [f"{abs(number):.6g}".replace(".", "").strip("0") for number in plain]
    return len(numbers) - len(plain) + sum(map(len, written))


def _coarseness(relation: Relation, numbers: Numbers) -> int:
    """How coarse the column is next to what the others make of it, in half powers of ten: others cannot follow from a
    coarser one."""

    def size(place: int) -> float:
        known = np.abs(numbers.columns[place][~np.isnan(numbers.columns[place])])
        return float(np.median(known[known > 0])) if relation.product else 1.0

    causes = zip(relation.causes, np.abs(relation.weights).tolist(), strict=True)
    rounded = [(cause, weight) for cause, weight in causes if not relation.product or numbers.step(cause) < 1]
    own = relation.step / size(relation.effect)
    if not own or not rounded:
        return 0
    made = min(weight * numbers.step(cause) / size(cause) for cause, weight in rounded)
    return max(0, int(np.rint(2 * np.log10(own / max(made, 1e-300)))))


def _solved(found: Dependence, effect: int, causes: Sequence[int]) -> tuple[Float64Array, float]:
    weights = {**found.weights, found.place: -1.0}
    return np.array([-weights[cause] / weights[effect] for cause in causes]), -found.constant / weights[effect]


def _mixed(relation: Relation, columns: Columns) -> Columns:
    """Causes that do not belong together."""
    rng = np.random.default_rng(0)
    mixed = {}
    for cause in relation.causes:
        known = columns[cause][~np.isnan(columns[cause])]
        mixed[cause] = known[rng.integers(len(known), size=1_000)]
    return mixed


def _outside(relation: Relation, mixed: Columns) -> float:
    """How often what is expected of such causes leaves the range of the column."""
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
