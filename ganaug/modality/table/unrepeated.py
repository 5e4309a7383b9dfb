"""Rows in which values that a rule says are unique come once: drawn again, and where that is not enough, changed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...data.seeds import block_rng
from ...exceptions import DataWarning
from ...plain import BoolArray, IndexArray
from ...rules.unique import with_free_values

MOST_TURNS = 12
"""Times that rows which repeat others are drawn again, before they are changed."""


class UniquePair(NamedTuple):
    """Columns whose values together occur once, and those of them that no other rule looks at."""

    names: list[object]
    changeable: list[object]


def unrepeated(
    draw: Callable[[IndexArray, int], pd.DataFrame],
    rows: int,
    seed: int,
    beside: pd.DataFrame | None,
    pairs: Sequence[UniquePair],
) -> pd.DataFrame:
    """So many rows, none of which repeats a pair that stands in rows beside them or above, as far as that can be.

    Parameters
    ----------
    draw : callable
        Gives rows for some places, by a seed.
    """
    table = draw(np.arange(rows), seed)
    for turn in range(MOST_TURNS):
        again = np.flatnonzero(_repeats(table, beside, pairs))
        if not len(again):
            return table
        new, order = draw(again, int(block_rng(seed, turn, 5).integers(2**30))), np.arange(rows)
        order[again] = rows + np.arange(len(again))
        table = pd.concat([table, new], ignore_index=True).iloc[order].reset_index(drop=True)
    for pair in pairs:
        if pair.changeable:
            table = with_free_values(table, beside, *pair)
    left = int(_repeats(table, beside, pairs).sum())
    if left:
        warnings.warn(
            f"{left:,} of {rows:,} synthetic rows repeat values that are unique in training rows: too few of these "
            "are left; ask for fewer rows, or fit without that rule",
            DataWarning,
            stacklevel=5,
        )
    return table


def _repeats(table: pd.DataFrame, beside: pd.DataFrame | None, pairs: Sequence[UniquePair]) -> BoolArray:
    """Which rows hold a pair that stands in others, above them or beside."""
    repeated = np.zeros(len(table), bool)
    for names, _ in pairs:
        known = table[names] if beside is None else pd.concat([beside[names], table[names]])
        again = known.duplicated().to_numpy() & known.notna().all(axis=1).to_numpy()
        repeated |= again[len(known) - len(table) :]
    return repeated
