"""Sums of products and ratios, such as a bill of pieces times their price, and shipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..plain import Float64Array, Int64Array, record
from .base import Table, first_kept, lattice, quoted
from .computed import Computed
from .relations import product_text, within_step

Term = tuple[float, Mapping[int, int]]
"""A weight, and the exponents of the columns that it is taken times."""


@record
@dataclass(frozen=True)
class Formula(Computed):
    """A sum of which at least one addend is a product or a ratio of columns.

    Parameters
    ----------
    weights : ndarray of float64
        One for each addend.
    exponents : ndarray of int64 of shape (addends, causes)
        How often each addend is taken times each cause; negative where it is divided by it.
    constant : float
        What is added.
    instead : float
        What stands where a divisor is 0; NaN if the column is missing there.
    """

    weights: Float64Array
    exponents: Int64Array
    constant: float = 0.0
    instead: float = np.nan

    kind = "formula"

    def text(self, names: Mapping[int, str]) -> str:
        causes = [quoted(names[cause]) for cause in self.causes]
        addends = [
            (weight < 0, -sum(exponents), product_text(causes, exponents, abs(weight)))
            for weight, exponents in zip(self.weights.tolist(), self.exponents.tolist(), strict=True)
        ]
        if self.constant:
            addends.append((self.constant < 0, 0, f"{abs(self.constant):.12g}"))
        (negative, _, first), *others = sorted(addends)
        said = "-" * negative + first + "".join(f" {'-' if less else '+'} {own}" for less, _, own in others)
        instead = "" if np.isnan(self.instead) else f" or {self.instead:.15g}"
        return f"{quoted(names[self.effect])} = {said}{instead}"

    def exact(self, table: Table) -> tuple[Float64Array, Float64Array]:
        causes = [table[cause].numbers() for cause in self.causes]
        addends = [weight * powers(causes, own) for weight, own in zip(self.weights, self.exponents, strict=True)]
        with np.errstate(invalid="ignore"):  # of infinities, where one divides by 0
            said = np.sum(addends, axis=0) + self.constant
        size = np.sum(np.abs(addends), axis=0) + abs(self.constant)
        divided = np.isinf(size) | (np.isnan(size) & ~np.any(np.isnan(causes), axis=0))
        return np.where(divided, self.instead, said), np.where(divided, abs(self.instead), size)


def powers(causes: Sequence[Float64Array], exponents: Sequence[int] | Int64Array) -> Float64Array:
    """The product of columns to these powers; not finite where one is divided by 0."""
    over, under = np.ones(len(causes[0])), np.ones(len(causes[0]))
    for cause, exponent in zip(causes, exponents, strict=True):
        if exponent > 0:
            over = over * cause**exponent
        elif exponent:
            under = under * cause**-exponent
    with np.errstate(all="ignore"):
        return over / under


def formula_of(effect: int, terms: Sequence[Term], constant: float, instead: float, table: Table) -> Formula:
    """The formula, rounded down if that is what all rows say, else to the nearest."""
    causes = tuple(dict.fromkeys(place for _, own in terms for place in own))
    exponents = np.array([[own.get(cause, 0) for cause in causes] for _, own in terms], np.int64)
    origin, step = lattice(table[effect])
    weights = np.array([weight for weight, _ in terms])
    rule = Formula(
        causes,
        (effect,),
        weights,
        exponents,
        constant,
        instead,
        origin=within_step(origin, step),
        step=step,
        support=len(table[effect]),
    )
    return first_kept([rule, replace(rule, rounding="down")], table)
