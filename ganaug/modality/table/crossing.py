"""New rows between pairs of encoded rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from ...columns.lattice import HUGE
from ...columns.layout import Encoded
from ...columns.quantiles import QuantileCoder
from ...plain import Float32Array, Float64Array, IndexArray, Int32Array
from ...rules.implied import Implied
from .blocks import Part
from .encoder import TableEncoder


def cross(
    encoder: TableEncoder, rows: Encoded, pairs: IndexArray, share: Float64Array, rng: np.random.Generator
) -> Encoded:
    """A row between each of `pairs` of `rows`.

    Numbers lie between the two parents' (Chawla et al. 2002, "SMOTE"); categories, and values that recur in a column
    of other numbers, are one parent's or the other's, so nothing comes out that is neither.

    Parameters
    ----------
    pairs : ndarray of shape (n, 2)
        Indices of the parents.
    share : ndarray of shape (n,)
        How far from the first parent to the second, in [0, 1].
    """
    parts = [
        _between(coder, nominal, cells.take(pairs[:, 0]), cells.take(pairs[:, 1]), share, rng)
        for coder, nominal, cells in _by_block(encoder, rows)
    ]
    return Encoded.join(parts, len(pairs))


def _by_block(encoder: TableEncoder, rows: Encoded) -> Iterator[tuple[QuantileCoder, bool, Encoded]]:
    """The coding of each block, whether it is of categories, and the cells of `rows`."""
    number = 0
    for block, owner in enumerate(encoder.owners):
        coder = owner.part.coder
        position = slice(number, number + (coder.bins > 0))
        number = position.stop
        cells = Encoded(rows.codes[:, [block]], rows.low[:, position], rows.high[:, position])
        yield coder, owner.nominal, cells


def _between(
    coder: QuantileCoder, nominal: bool, first: Encoded, second: Encoded, share: Float64Array, rng: np.random.Generator
) -> Encoded:
    values = [coder.values(parent) for parent in (first, second)]
    inherited = np.isnan(values[0]) | np.isnan(values[1]) | nominal
    if coder.bins:
        inherited |= (first.codes[:, 0] < coder.first_bin) | (second.codes[:, 0] < coder.first_bin)
    with np.errstate(over="ignore", invalid="ignore"):
        gap = values[1] - values[0]
    inherited |= ~np.isfinite(gap)  # too far apart for floats
    new = coder.encode(np.where(inherited, values[0], values[0] + share * np.where(inherited, 0, gap)))
    chosen = np.where(rng.random(len(share)) < share, len(share), 0) + np.arange(len(share))
    cells = Encoded.stack([first, second]).take(chosen)
    return Encoded(*(np.where(inherited[:, None], *both) for both in zip(_arrays(cells), _arrays(new), strict=True)))


def _arrays(rows: Encoded) -> tuple[Int32Array, Float32Array, Float32Array]:
    return rows.codes, rows.low, rows.high


def coordinates(encoder: TableEncoder, rows: Encoded, condition: Encoded | None = None) -> sparse.csr_matrix:
    """Points whose distances say how alike rows are: numbers in standard deviations, 1 for categories that differ.

    Columns that others imply are left out; those that others only bound, or are a sum of, count like any other.
    """
    points = [
        _corners(part, rows.codes[:, part.block]) if nominal else _standardised(numbers)
        for column in encoder.columns
        if column.parts
        for part, nominal, numbers in zip(column.parts, column.type.nominal, encoder.parts(rows, column), strict=True)
        if part.block >= 0 and part.parent is None
    ]
    cells = encoder.cells(rows, condition) if encoder.steps else {}
    for step in encoder.steps:
        if True in step.rule.nominal:
            points += [_corners(part, rows.codes[:, part.block]) for part in step.parts if part.block >= 0]
        elif not isinstance(step.rule, Implied):
            points += [_standardised(cells[place].numbers()) for place in step.rule.effects]
    return sparse.hstack(points, format="csr")


def _corners(part: Part, code: Int32Array) -> sparse.csr_matrix:
    ones = np.full(len(code), np.sqrt(0.5))
    return sparse.csr_matrix((ones, (np.arange(len(code)), code)), (len(code), part.coder.block.width))


def _standardised(numbers: Float64Array) -> sparse.csr_matrix:
    known = numbers[~np.isnan(numbers)]
    size = np.abs(known).max(initial=0.0)
    if size > HUGE:  # the squares of such numbers are infinite
        known, numbers = known / size, numbers / size
    centre, spread = (known.mean(), known.std()) if len(known) else (0.0, 0.0)
    return sparse.csr_matrix(np.nan_to_num((numbers - centre) / (spread or 1.0))[:, None])
