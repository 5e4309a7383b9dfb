"""How the numbers of a column follow from those of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[int, Floats]


@dataclass(frozen=True)
class Relation:
    """A sum or a product of other columns that a column always lies close to, as a total does to its parts.

    Parameters
    ----------
    causes : tuple of int
        Places of the other columns in the table, all before the column's own.
    weights : ndarray of float64
        Factors of the causes in a sum, exponents in a product.
    constant : float
        Added to the sum, or to the logarithm of the product.
    product : bool
    instead : ndarray of float64
        What stands for a missing cause.
    floor : ndarray of float64
        Least factors of a product; without meaning for a sum.
    origin, step : float
        What is expected is rounded to ``origin + k * step``, where all values of the column lie; not if `step` is 0.
    digits : int
        Decimals of the rest, so that equal rests stay equal.
    low, high : float
        Range of the column's values.
    least, most : float
        Range of the rest where no cause is missing.
    """

    causes: tuple[int, ...]
    weights: Floats
    constant: float
    product: bool
    instead: Floats
    floor: Floats
    origin: float
    step: float
    digits: int
    low: float
    high: float
    least: float = -np.inf
    most: float = np.inf

    def expected(self, columns: Columns) -> Floats:
        """What the causes say, found in `columns` by their places."""
        causes = np.column_stack([columns[cause] for cause in self.causes])
        causes = np.where(np.isnan(causes), self.instead, causes)
        if self.product:
            causes = np.log(np.maximum(causes, self.floor))
        said: Floats = (causes * self.weights).sum(1) + self.constant
        if self.product:
            with np.errstate(over="ignore"):  # `restored` keeps to the range
                said = np.exp(said)
        return self.origin + np.rint((said - self.origin) / self.step) * self.step if self.step else said

    def rest(self, values: Floats, columns: Columns) -> Floats:
        """How far `values` are from what is expected."""
        return np.round(values - self.expected(columns), self.digits)

    def restored(self, rest: Floats, columns: Columns) -> Floats:
        """The values that are as far from what is expected as `rest` says, both kept in the range of training rows."""
        complete = ~np.any([np.isnan(columns[cause]) for cause in self.causes], axis=0)
        rest = np.where(complete, rest.clip(self.least, self.most), rest)
        if self.step:
            rest = np.rint(rest / self.step) * self.step
        return (self.expected(columns) + rest).clip(self.low, self.high)
