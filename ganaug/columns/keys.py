"""Whether whole numbers are keys, which name rows, rather than measurements of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from ..plain import AnyArray
from .lattice import EXACT

FEW_ROWS = 20
DISTINCT_KEYS = 0.97
SURE = 8.0
"""Keys: chance would leave numbers as distinct as they are with a probability of exp(-8) at most."""
SURE_IF_SORTED = 5.0
NAMED_KEY = re.compile(
    r"(?i:(^|[\W_])(id|key|uuid|guid|ssn|pk|phone|mobile|number|nr|no)$)|(?i:^id[\W_])|[a-z](Id|ID|Key|Number|Nr|No)$"
)
LONG_DIGITS = 8
UNEVEN = 1.95
"""Kolmogorov's statistic of numbers that are evenly spread exceeds it once in a thousand times."""
YEARS = (1500, 2100)
MOST_YEARS = 300
EPOCH = (631_152_000, 2_524_608_000)
"""Seconds to 1990 and 2050."""
UNITS = (1, 10**3, 10**6, 10**9)
REGULAR = (5, 10, 15, 20, 30)
"""Seconds that measurements are apart, besides whole minutes."""


def are_keys(keys: Sequence[int], name: object) -> bool:
    """Whether whole numbers look like keys rather than measurements.

    Numbers that were measured repeat now and then: if n of them were drawn from their range, some n² / 2 / range pairs
    would be equal, and more if they crowd somewhere. Keys have no or hardly any repeats where chance would leave many,
    whether they run on or were shuffled. Of numbers so sparse that chance would repeat none, those are keys whose
    column is called so, or that are evenly spread over all numbers of as many digits. Years, days and moments
    are none.
    """
    values = np.array(keys, object if max(map(abs, keys)) >= EXACT else np.int64)
    known = np.unique(values)
    rows, distinct = len(values), len(known)
    if distinct < DISTINCT_KEYS * rows or distinct <= FEW_ROWS or _are_times(known):
        return False
    steps = np.diff(known)
    places = int(known[-1] - known[0]) // int(np.gcd.reduce(steps)) + 1
    by_chance = rows * (rows - 1) / 2 / places
    ordered = bool((values[1:] > values[:-1]).all() or (values[1:] < values[:-1]).all())
    if _surprise(rows - distinct, by_chance) >= (SURE_IF_SORTED if ordered else SURE):
        return True
    if distinct == rows and NAMED_KEY.search(str(name)):
        return True
    length = len(str(known[0]))
    return (
        distinct == rows and length >= LONG_DIGITS and length == len(str(known[-1])) and _evenly_spread(known, length)
    )


def whole_numbers(cells: Sequence[Any]) -> list[int] | None:
    """Cells as whole numbers; None if one is not."""
    if not all(isinstance(c, (Integral, float, Decimal)) and not isinstance(c, (bool, np.bool_)) for c in cells):
        return None
    return [int(c) for c in cells] if all(np.isfinite(float(c)) and c == int(c) for c in cells) else None


def _surprise(repeats: int, by_chance: float) -> float:
    """Minus the logarithm of the chance of so few, at least: Chernoff's bound for Poisson's distribution."""
    share = repeats / by_chance
    return by_chance * (1 - share + (share * float(np.log(share)) if share else 0.0)) if share < 1 else 0.0


def _are_times(known: AnyArray) -> bool:
    """Whether sorted numbers are years, days such as 20240131, or moments counted from 1970 at regular intervals."""
    low, high = int(known[0]), int(known[-1])
    if YEARS[0] <= low and high <= YEARS[1] and high - low < MOST_YEARS:
        return True
    if low >= 10**7 and high < 10**8:
        days = pd.to_datetime(pd.Series([str(day) for day in known]), format="%Y%m%d", errors="coerce")
        if days.notna().all() and days.dt.year.between(*YEARS).all():
            return True
    step = int(np.gcd.reduce(np.diff(known)))
    for unit in UNITS:
        if EPOCH[0] * unit <= low and high <= EPOCH[1] * unit:
            seconds, rest = divmod(step, unit)
            return rest == 0 and (seconds in REGULAR or (seconds > 0 and seconds % 60 == 0))
    return False


def _evenly_spread(known: AnyArray, length: int) -> bool:
    """Whether sorted numbers are spread evenly over all numbers of that many digits: Kolmogorov and Smirnov's test."""
    low, high = 10 ** (length - 1), 10**length
    share = np.array([(int(key) - low) / (high - low) for key in known])
    grid = np.arange(len(known) + 1) / len(known)
    apart = max(float((grid[1:] - share).max()), float((share - grid[:-1]).max()))
    return low > 0 and apart * len(known) ** 0.5 < UNEVEN
