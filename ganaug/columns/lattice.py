"""Where numbers lie, as they are written: on a lattice of decimals, or with so many significant digits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..plain import BoolArray, Float64Array

HUGE = 1e150
"""Squares of larger numbers, or of differences, are more than floats hold."""
EXACT = 2**53
MAX_DECIMALS = 9
TOLD = 6.0
"""By how many digits numbers of a narrow dtype must be more exact than their decimals, all of them together."""
ROWS_PER_LEVEL = 3
SPARSE = 2.0
MOST_FAR = 2
FEWEST_DIGITS, MOST_DIGITS = 2, 15
FEWEST_OF_SIZE = 20
"""Distinct numbers of one size that show with how many digits they are written."""
MOST_ZEROS = 290
"""Powers of ten beyond it are none to floats."""
LAST_BITS, MOST_OFF = 16 * 2.0**-52, 1e-3
"""Of a number, and of its step, by which one may be off its decimals, as sums and some readers of files leave it."""
SHORTER = 0.5
"""The share of them that one digit less writes as well: a tenth by chance."""


class Lattice(NamedTuple):
    """Where numbers may lie."""

    origin: float
    step: float
    decimals: int


NO_LATTICE = Lattice(0.0, 0.0, 0)


def all_but_last_bits(values: Float64Array, decimals: Float64Array, step: float | Float64Array) -> BoolArray:
    """Which numbers are some decimals, which are a step apart, but for the last bits that floats have."""
    off: BoolArray = np.abs(values - decimals) <= np.minimum(LAST_BITS * np.abs(values), MOST_OFF * step)
    return off


def lattice_of(known: Float64Array, places: int, own: np.dtype[Any] | None = None) -> Lattice:
    """The coarsest lattice that holds the sorted, distinct values `known`, but for a few far out.

    Parameters
    ----------
    places : int
        Decimals that they surely have.
    own : dtype or None
        A narrow dtype of floats: the decimals only need to be the nearest ones of `known` that it can tell.
    """
    near = known[np.abs(known) < EXACT]
    if not len(near) or len(near) + MOST_FAR < len(known):
        return NO_LATTICE
    for decimals in range(max(MAX_DECIMALS, places) + 1):
        scale = 10.0**decimals
        if np.abs(near).max() >= EXACT / scale:
            break
        rounded = np.round(near, decimals)
        decimal = all_but_last_bits(near, rounded, 1 / scale).all() if own is None else _told(near, rounded, scale, own)
        if decimal:
            whole = np.rint(rounded * scale).astype(np.int64)
            step = np.gcd.reduce(whole - whole[0]) or 1
            return Lattice(float(rounded[0]), float(step / scale), decimals)
    return NO_LATTICE


def _told(known: Float64Array, rounded: Float64Array, scale: float, own: np.dtype[Any]) -> bool:
    """Whether all are the dtype's nearest to their decimals, and that so many decimals fit is no chance."""
    narrow = known.astype(own)
    if (rounded.astype(own) != narrow).any():
        return False
    apart = np.abs(np.spacing(narrow).astype(np.float64)) * scale
    return float(-np.log10(apart[apart < 1]).sum()) >= TOLD


def with_digits(values: Float64Array, digits: int) -> Float64Array:
    """Numbers as so many significant digits write them."""
    with np.errstate(divide="ignore"):
        size = np.nan_to_num(np.floor(np.log10(np.abs(values))), posinf=0, neginf=0).astype(int)
    written = values.copy()
    for each in np.unique(size[np.abs(size) < MOST_ZEROS]):
        own = size == each
        written[own] = np.round(values[own], int(digits - 1 - each))
    return written


def significant_digits(known: Float64Array, on: Lattice) -> int | None:
    """With how many significant digits distinct numbers are written, but for decimals that none has; None if they do
    not tell, as numbers of one size with the same decimals."""
    sized = known[(known != 0) & (np.abs(known) < EXACT)]
    if len(sized) + MOST_FAR < len(known):
        return None
    sizes = np.floor(np.log10(np.abs(sized)))
    found, counts = np.unique(sizes, return_counts=True)
    common = found[counts >= FEWEST_OF_SIZE]

    def written(some: slice, digits: int) -> BoolArray:
        own = sized[some]
        return all_but_last_bits(own, with_digits(own, digits), 10.0 ** (sizes[some] + 1 - digits))

    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        if all(written(slice(some), digits).all() for some in (FEWEST_OF_SIZE, None)):
            telling = [size for size in common if not on.step or digits - 1 - size <= on.decimals]
            shorter = written(slice(None), digits - 1)
            told = len(telling) > bool(on.step) and all(shorter[sizes == size].mean() < SHORTER for size in telling)
            return digits if told else None
    return None


def fits_float32(known: Float64Array) -> bool:
    """Whether float32 holds them all."""
    with np.errstate(over="ignore", under="ignore"):
        return bool((known.astype(np.float32) == known).all())


def skip_and_recur(known: Float64Array, rows: int, step: float) -> bool:
    """Whether the sorted, distinct values of so many rows recur and skip most places of their lattice."""
    if not 1 < len(known) <= rows / ROWS_PER_LEVEL:
        return False
    near = known[np.abs(known) < EXACT]
    return not step or SPARSE * len(near) < (near[-1] - near[0]) / step + 1
