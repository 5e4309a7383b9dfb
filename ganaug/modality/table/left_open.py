"""What rules leave open of columns, which alone is learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from ...data.seeds import GOLDEN
from ...plain import BoolArray, Float64Array
from ...rules.base import Cells, Rule
from ...rules.pinned import held_exactly


def left_open(
    arrays: list[Float64Array],
    places: tuple[int, ...],
    rules: Sequence[Rule],
    cells: Mapping[int, Cells],
    gaps_told: Set[int],
) -> list[Float64Array]:
    """What rules do not tell of a column, or of some together."""
    held = [held_exactly(rules, place, cells[place]) for place in places if place in cells]
    if not arrays or not held:
        return arrays
    return filled(arrays, np.logical_or.reduce(held), gaps=not gaps_told.isdisjoint(places))


def filled(arrays: list[Float64Array], held: BoolArray, *, gaps: bool) -> list[Float64Array]:
    """Arrays of a column in which other values stand, as often as elsewhere, where rules tell what is there: in some
    rows, and in gaps."""
    told = held | np.isnan(arrays[0]) if gaps else held
    known = np.flatnonzero(~told)
    if not told.any():
        return arrays
    if not len(known):
        return [np.nan_to_num(array) for array in arrays]
    turns = (np.arange(1, told.sum() + 1) * GOLDEN) % 1
    donors = known[(turns * len(known)).astype(int)]
    made = []
    for array in arrays:
        full = array.copy()
        full[told] = array[donors]
        made.append(full)
    return made
