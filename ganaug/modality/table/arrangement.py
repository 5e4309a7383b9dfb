"""Which columns' levels stand in an order that other columns give them: categories, and numbers that are mere codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...columns.arranged import Arranged
from ...columns.base import ColumnType
from ...columns.category import Category
from ...columns.listed import Listed
from ...columns.seriation import FEWEST_LEVELS, MOST_ROWS, in_order, profile
from ...plain import AnyArray, Float64Array, Int32Array
from ...rules.assembly import Assembly
from ...rules.base import LABEL, probed
from ...rules.implied import Lookup

FEWEST_CODES = 128
CHANGES = 0.5
"""What numbers imply changes from one to the next so often, of what it would if they were in any order."""


def arranged(
    types: Sequence[ColumnType], floats: Sequence[list[Float64Array]], found: Assembly, classes: Int32Array | None
) -> dict[int, Arranged]:
    """The types of columns whose levels are put in an order, by place.

    Parameters
    ----------
    types : sequence of ColumnType
    floats : sequence of lists of ndarrays
        The arrays of each column.
    found : Assembly
        The rules; what they compute needs no order.
    classes : ndarray of int32 or None
        The class of each row.
    """
    told = told_by_value(found)
    codes = _mere_codes(types, found, told)
    places = [p for p, own in enumerate(types) if p not in found.derived and (p in codes or _is_wide(own))]
    if not places:
        return {}
    rows = len(floats[0][0])
    some = probed(rows, MOST_ROWS)
    said = {LABEL: [] if classes is None else [profile(classes[some].astype(np.float64), nominal=True)]}
    for place, own in enumerate(types):
        each = zip(floats[place], own.nominal, strict=True)
        said[place] = [profile(array[some], nominal=nominal or place in codes) for array, nominal in each]
    made = {}
    for place in places:
        [level] = floats[place]
        implied = {rule.effect for rule in told if rule.causes == (place,) and not rule.gap}
        order = in_order(
            np.nan_to_num(level[some], nan=-1).astype(np.int64),
            int(np.nanmax(level)) + 1,
            [each for other, every in said.items() if other not in {place, *implied} for each in every],
            [each for other in implied for each in said[other]],
        )
        made[place] = Arranged(types[place].dtype, types[place], order)
    return made


def _is_wide(own: ColumnType) -> bool:
    """Whether it has many levels, in no order of its own."""
    ordered = not all(own.nominal) or bool(getattr(own.dtype, "ordered", False))
    return isinstance(own, Category) and not ordered and len(own.values) >= FEWEST_LEVELS


def told_by_value(found: Assembly) -> list[Lookup]:
    """The rules by which the value of one column tells something of another one."""
    lookups = [rule for rule in found.rules if isinstance(rule, Lookup)]
    return [rule for rule in lookups if len(rule.terms) == 1 and rule.terms[0].listed and rule.causes != (LABEL,)]


def _mere_codes(types: Sequence[ColumnType], found: Assembly, told: Sequence[Lookup]) -> set[int]:
    """Columns of many numbers of which neighbours imply no more of the same than others: keys and the like."""
    compared = {place for pair in found.pairs for place in pair}
    codes = set()
    for rule in told:
        [place] = rule.causes
        own = types[place]
        listed = isinstance(own, Listed) and len(own.keys) >= FEWEST_CODES
        if listed and place not in compared and _changes(rule.values[:-1]) > CHANGES:
            codes.add(place)
    return codes


def _changes(values: AnyArray) -> float:
    """How often a value is another one than that before it, as a share of how often it is in any order."""
    numbers, _ = pd.factorize(values, use_na_sentinel=False)
    share = np.bincount(numbers) / len(numbers)
    alike = float(np.square(share).sum())
    return float((numbers[1:] != numbers[:-1]).mean()) / (1 - alike) if alike < 1 else 0.0
