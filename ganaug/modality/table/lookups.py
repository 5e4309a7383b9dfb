"""What trees may know of columns that are looked up, and so have no block: a key tells what its rows have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ...columns.layout import Encoded, Layout, Told, as_numbers
from ...plain import Float64Array
from ...rules.base import Cells
from ...rules.implied import Lookup
from .blocks import Part

FEWEST_KEYS, MOST_KEYS = 32, 8_192
"""A column of fewer values is told apart by trees themselves."""
MOST_TOLD = 16


def told_by_keys(
    rules: Iterable[Lookup],
    parts: Sequence[tuple[Part, ...]],
    cells: Mapping[int, Cells],
    layout: Layout,
    rows: Encoded,
) -> tuple[Told, ...]:
    """The columns that others tell by their value.

    Parameters
    ----------
    rules : iterable of Lookup
        By the value of one column each.
    parts : sequence of tuples of Part
        Of each column.
    cells : mapping of int to Cells
        The training rows.
    layout, rows
        The same rows as they are encoded.
    """
    found: list[Told] = []
    for rule in rules:
        own = parts[rule.causes[0]]
        if rule.gap or len(own) != 1 or own[0].block < 0 or own[0].parent is not None:
            continue
        if FEWEST_KEYS <= len(rule.keys[0]) <= MOST_KEYS:
            ranks = np.unique(_numbers(cells[rule.effect]), return_inverse=True)[1].astype(np.float64)
            told = _told(own[0].block, ranks, layout, rows)
            found += [told] if len(told.edges) < len(rule.keys[0]) else []  # else other values stand in some rows
    return tuple(found[:MOST_TOLD])


def _told(block: int, ranks: Float64Array, layout: Layout, rows: Encoded) -> Told:
    """Between values that lie side by side in the block there is an edge."""
    low, high = (as_numbers(layout, Encoded(rows.codes, own, own))[:, block] for own in (rows.low, rows.high))
    order = np.argsort(low, kind="stable")
    ordered = ranks[order]
    ends = np.flatnonzero(np.diff(ordered))
    edges = (high[order][ends] / 2 + low[order][ends + 1] / 2).astype(np.float64)
    return Told(block, tuple(np.maximum.accumulate(edges).tolist()), tuple(ordered[[*ends, -1]].tolist()))


def _numbers(cells: Cells) -> Float64Array:
    """The values as numbers, one for all gaps."""
    numbers = cells.numbers() if cells.ordered else cells.plain.astype(np.float64)
    return np.where(cells.absent, -np.inf, numbers)
