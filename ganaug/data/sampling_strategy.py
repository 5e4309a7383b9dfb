"""How many rows of each class, or of each range of a number, there should be."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import pairwise
from numbers import Real
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from ..plain import AnyArray
from .validation import check_count, check_real

StrategyName: TypeAlias = Literal["auto", "all", "minority", "not majority", "not minority"]
Strategy: TypeAlias = StrategyName | float | Mapping[Any, int] | Callable[[Any], Mapping[Any, int]]
Range = tuple[float, float]
RANGES = 10
LEAST_IN_RANGE = 5
NOISE = 1e-9
"""Of products that should be whole numbers."""
NAMES: tuple[str, ...] = get_args(StrategyName)


def missing_rows(strategy: Strategy, counts: Mapping[Any, int], y: AnyArray) -> dict[Any, int]:
    """Rows of each class to add, with imbalanced-learn's meaning of `sampling_strategy` for over-sampling.

    Parameters
    ----------
    strategy : str, float, dict or callable
        ``"minority"``, ``"not minority"``, ``"not majority"`` (the same as ``"auto"``) or ``"all"``: these classes get
        as many rows as the largest one. A number: rows of the rarer of two classes over rows of the other. A dict: rows
        that each class should have in the end. A callable: takes `y`, returns such a dict.
    counts : dict
        Rows that each class has; one without any is none.

    Raises
    ------
    ValueError
        If there is a single class, or a class should end with fewer rows than it has.
    """
    counts = {label: count for label, count in counts.items() if count}  # without unused categories
    if len(counts) < 2:
        raise ValueError(
            f"The target 'y' needs to have more than 1 class to be rebalanced. Got {len(counts)} class instead: "
            f"{list(counts)}"
        )
    most = max(counts.values())
    least = min(counts.values())
    majority = next(label for label, count in counts.items() if count == most)
    minority = next(label for label, count in counts.items() if count == least)
    if callable(strategy):
        strategy = strategy(y)
    if strategy is None:
        raise TypeError("sampling_strategy=None asks for no rows: give a string, a number, a dict or a callable")
    check_strategy(strategy, "sampling_strategy")
    if isinstance(strategy, str):
        left_alone = {
            "auto": {majority},
            "not majority": {majority},
            "not minority": {minority},
            "all": set(),
            "minority": set(counts) - {minority},
        }
        return {label: most - count for label, count in counts.items() if label not in left_alone[strategy]}
    if isinstance(strategy, Mapping):
        return _up_to(strategy, counts)
    return _up_to_ratio(strategy, counts, minority, most)


def check_strategy(value: object, name: str) -> None:
    """Raise ValueError or TypeError for what makes no sense whatever rows there are; None asks for none."""
    if isinstance(value, str) and value not in NAMES:
        raise ValueError(f"{name}={value!r} is not one of {list(NAMES)}, a number, a dict or a callable")
    if not (value is None or isinstance(value, (str, Real, Mapping)) or callable(value)):
        raise TypeError(f"{name}={value!r} must be a string, a number, a dict or a callable")


def check_classes(totals: Mapping[Any, int], counts: Mapping[Any, int]) -> None:
    """Raise ValueError for totals of classes that there are not."""
    unknown = [label for label in totals if label not in counts]
    if unknown:
        numbered = set(counts) == set(range(len(counts))) and bool not in map(type, counts)
        hint = "; scikit-learn's voting, stacking and cross_val_predict number classes: say 'auto' inside them"
        raise ValueError(
            f"sampling_strategy names the classes {unknown}, which are not in y: it has {list(counts)}{hint * numbered}"
        )


def _up_to(totals: Mapping[Any, int], counts: Mapping[Any, int]) -> dict[Any, int]:
    check_classes(totals, counts)
    wanted = {label: check_count(total, f"sampling_strategy[{label!r}]") for label, total in totals.items()}
    fewer = {label: total for label, total in wanted.items() if total < counts[label]}
    if fewer:
        raise ValueError(
            f"over-sampling cannot take rows away, but sampling_strategy asks for {fewer} of {dict(counts)}"
        )
    return {label: total - counts[label] for label, total in wanted.items()}


def _up_to_ratio(ratio: object, counts: Mapping[Any, int], minority: Hashable, most: int) -> dict[Any, int]:
    if len(counts) != 2:
        raise ValueError(
            f"sampling_strategy={ratio} is a number, which needs two classes; y has {len(counts)}: give a dict instead"
        )
    ratio = check_real(ratio, "sampling_strategy", strict=True)
    if ratio > 1:
        raise ValueError(f"sampling_strategy={ratio} must be in (0, 1]")
    total = int(ratio * most)
    if total < counts[minority]:
        raise ValueError(
            f"over-sampling cannot take rows away, but sampling_strategy={ratio} asks for {total} rows of class "
            f"{minority!r}, which has {counts[minority]}: give a larger ratio"
        )
    return {minority: total - counts[minority]}


def enlarged(counts: Mapping[Any, int], missing: Mapping[Any, int], ratio: float) -> dict[Any, int]:
    """Rows of each class to add once the missing ones are there: `ratio` times what there is by then."""
    return apportioned({label: ratio * (count + missing.get(label, 0)) for label, count in counts.items()})


def apportioned(quotas: Mapping[Any, float]) -> dict[Any, int]:
    """Whole rows for quotas that may have a fraction, as many in all, by the largest remainder.

    Of equal remainders those that come first are rounded up.
    """
    quota = np.array([*quotas.values()], np.float64)
    rows = np.floor(quota + NOISE).astype(np.int64)
    left = round(float(quota.sum())) - int(rows.sum())
    rows[np.argsort(rows - quota, kind="stable")[: max(left, 0)]] += 1
    return dict(zip(quotas, rows.tolist(), strict=True))


def missing_in_ranges(strategy: Strategy, y: AnyArray) -> dict[Range, int]:
    """Rows to add to each range ``low <= y < high`` of a number.

    Parameters
    ----------
    strategy : str, dict or callable
        One of the names that classes take, ``"auto"`` foremost: ten ranges of equal width, each joined to the next
        until it has five rows, stand for classes. A dict ``{(low, high): total}``: rows that each range should have in
        the end; infinite limits are allowed, and what lies in no range is left alone. A callable: takes `y`, returns
        such a dict.
    y : ndarray of numbers

    Raises
    ------
    TypeError, ValueError
        If ranges overlap, have no rows, or should end with fewer rows than they have.
    """
    values = np.asarray(y, dtype=np.float64)
    if callable(strategy):
        strategy = strategy(y)
    if isinstance(strategy, Mapping):
        ranges = _checked_ranges(strategy)
        counts = {limits: int(inside(values, limits).sum()) for limits in ranges}
        empty = [limits for limits, count in counts.items() if not count]
        if empty:
            raise ValueError(
                f"sampling_strategy names the ranges {empty}, in which y has no rows to learn from: it lies between "
                f"{values.min():g} and {values.max():g}, and a range does not include its upper end"
            )
        return _up_to(dict(zip(ranges, strategy.values(), strict=True)), counts)
    if not isinstance(strategy, str):
        raise TypeError(
            f"sampling_strategy={strategy!r} means classes, but y is a number: give 'auto', a dict "
            "{(low, high): total}, a callable that returns one, or None; if y holds labels, target_type='classes'"
        )
    counts = {limits: int(inside(values, limits).sum()) for limits in _equal_ranges(values)}
    if len(counts) < 2:
        raise ValueError(
            f"sampling_strategy={strategy!r} needs a y that fills two ranges with {LEAST_IN_RANGE} rows each, but its "
            f"{len(values)} values fill one: give a dict {{(low, high): total}}, or None"
        )
    return missing_rows(strategy, counts, y)


def inside(values: NDArray[np.float64], limits: Range) -> NDArray[np.bool_]:
    low, high = limits
    return (low <= values) & (values < high)


def _checked_ranges(totals: Mapping[Any, int]) -> list[Range]:
    ranges: list[Range] = []
    for limits in totals:
        try:
            low, high = map(float, limits)
        except (TypeError, ValueError):
            raise TypeError(
                f"sampling_strategy has the key {limits!r}, but y is a number: keys must be ranges (low, high); if y "
                "holds labels, say target_type='classes'"
            ) from None
        if not low < high:
            raise ValueError(f"sampling_strategy has the range {limits!r}, whose upper end is not above its lower one")
        ranges.append((low, high))
    for one, other in pairwise(sorted(ranges)):
        if one[1] > other[0]:
            raise ValueError(f"sampling_strategy has the ranges {one} and {other}, which overlap")
    return ranges


def _equal_ranges(values: NDArray[np.float64]) -> list[Range]:
    """Ranges of equal width, joined until each has enough rows; the last one has no upper limit."""
    edges = 2 * np.linspace(values.min() / 2, values.max() / 2, RANGES + 1)[:-1]  # the whole width may be infinite
    counts = np.bincount(np.searchsorted(edges, values, "right") - 1, minlength=RANGES)
    starts, rows = [edges[0]], 0
    for edge, count in zip(edges, counts, strict=True):
        if rows >= LEAST_IN_RANGE and edge > starts[-1]:
            starts, rows = [*starts, edge], 0
        rows += int(count)
    if rows < LEAST_IN_RANGE:
        starts = starts[:-1] or starts
    return [(float(low), float(high)) for low, high in zip(starts, [*starts[1:], np.inf], strict=True)]
