"""New rows between pairs of encoded rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..layout import Encoded
from .numeric import Numbers
from .table import Part, TableEncoder

Floats = NDArray[np.float64]


def cross(
    encoder: TableEncoder, rows: Encoded, pairs: NDArray[np.intp], share: Floats, rng: np.random.Generator
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
        _between(numbers, nominal, cells.take(pairs[:, 0]), cells.take(pairs[:, 1]), share, rng)
        for numbers, nominal, cells in _by_block(encoder, rows)
    ]
    return Encoded.join(parts, len(pairs))


def _by_block(encoder: TableEncoder, rows: Encoded) -> Iterator[tuple[Numbers, bool, Encoded]]:
    """The coding of each block, whether it is of categories, and the cells of `rows`."""
    number = 0
    for block, (column, part) in enumerate(encoder.owners):
        numbers = column.parts[part].numbers
        position = slice(number, number + (numbers.bins > 0))
        number = position.stop
        cells = Encoded(rows.codes[:, [block]], rows.low[:, position], rows.high[:, position])
        yield numbers, column.view.levels[part], cells


def _between(
    numbers: Numbers, nominal: bool, first: Encoded, second: Encoded, share: Floats, rng: np.random.Generator
) -> Encoded:
    values = [_values(numbers, parent) for parent in (first, second)]
    inherited = np.isnan(values[0]) | np.isnan(values[1]) | nominal
    if numbers.bins:
        inherited |= (first.codes[:, 0] < numbers.first_bin) | (second.codes[:, 0] < numbers.first_bin)
    new = numbers.encode(np.where(inherited, values[0], values[0] + share * (values[1] - values[0])))
    chosen = np.where(rng.random(len(share)) < share, len(share), 0) + np.arange(len(share))
    cells = Encoded.stack([first, second]).take(chosen)
    return Encoded(*(np.where(inherited[:, None], *both) for both in zip(_arrays(cells), _arrays(new), strict=True)))


def _arrays(rows: Encoded) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    return rows.codes, rows.low, rows.high


def _values(numbers: Numbers, cells: Encoded) -> Floats:
    position = cells.middle[:, 0] if numbers.bins else np.zeros(len(cells), np.float32)
    return numbers.decode(cells.codes[:, 0], position)


def coordinates(encoder: TableEncoder, rows: Encoded) -> sparse.csr_matrix:
    """Points whose distances say how alike rows are: numbers in standard deviations, 1 for categories that differ."""
    points = []
    for column, values, _ in encoder.decoded(rows):
        for part, nominal, numbers in zip(column.parts, column.view.levels, values, strict=True):
            if column.relation is None and (part.block < 0 or part.parent is not None):
                continue
            points.append(_corners(part, rows.codes[:, part.block]) if nominal else _standardised(numbers))
    return sparse.hstack(points, format="csr")


def _corners(part: Part, code: NDArray[np.int32]) -> sparse.csr_matrix:
    ones = np.full(len(code), np.sqrt(0.5))
    return sparse.csr_matrix((ones, (np.arange(len(code)), code)), (len(code), part.numbers.block.width))


def _standardised(numbers: Floats) -> sparse.csr_matrix:
    known = numbers[~np.isnan(numbers)]
    centre, spread = (known.mean(), known.std()) if len(known) else (0.0, 0.0)
    return sparse.csr_matrix(np.nan_to_num((numbers - centre) / (spread or 1.0))[:, None])
