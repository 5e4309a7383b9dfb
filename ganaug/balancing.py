"""How many rows of each class there should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

from .validation import check_count, check_real

Strategy = str | float | Mapping[Any, int] | Callable[[Any], Mapping[Any, int]]
NAMES = ("auto", "all", "minority", "not majority", "not minority")


def missing_rows(strategy: Strategy, counts: Mapping[Any, int], y: Any) -> dict[Any, int]:
    """Rows of each class to add, with imbalanced-learn's meaning of `sampling_strategy` for over-sampling.

    Parameters
    ----------
    strategy : str, float, dict or callable
        ``"minority"``, ``"not minority"``, ``"not majority"`` (the same as ``"auto"``) or ``"all"``: these classes get
        as many rows as the largest one. A number: rows of the rarer of two classes over rows of the other. A dict: rows
        that each class should have in the end. A callable: takes `y`, returns such a dict.
    counts : dict
        Rows that each class has.

    Raises
    ------
    ValueError
        If there is a single class, or a class should end with fewer rows than it has.
    """
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
    if isinstance(strategy, str):
        left_alone = {
            "auto": {majority},
            "not majority": {majority},
            "not minority": {minority},
            "all": set(),
            "minority": set(counts) - {minority},
        }
        if strategy not in left_alone:
            raise ValueError(
                f"sampling_strategy={strategy!r} is not one of {list(NAMES)}, a number, a dict or a callable"
            )
        return {label: most - count for label, count in counts.items() if label not in left_alone[strategy]}
    if isinstance(strategy, Mapping):
        return _up_to(strategy, counts)
    if isinstance(strategy, Real):
        return _up_to_ratio(strategy, counts, minority, most)
    raise TypeError(f"sampling_strategy={strategy!r} must be a string, a number, a dict or a callable")


def _up_to(totals: Mapping[Any, int], counts: Mapping[Any, int]) -> dict[Any, int]:
    unknown = [label for label in totals if label not in counts]
    if unknown:
        raise ValueError(f"sampling_strategy names the classes {unknown}, which are not in y: it has {list(counts)}")
    wanted = {label: check_count(total, f"sampling_strategy[{label!r}]") for label, total in totals.items()}
    fewer = {label: total for label, total in wanted.items() if total < counts[label]}
    if fewer:
        raise ValueError(
            f"over-sampling cannot take rows away, but sampling_strategy asks for {fewer} of {dict(counts)}"
        )
    return {label: total - counts[label] for label, total in wanted.items()}


def _up_to_ratio(ratio: Any, counts: Mapping[Any, int], minority: Any, most: int) -> dict[Any, int]:
    if len(counts) != 2:
        raise ValueError(
            f"sampling_strategy={ratio} is a number, which needs two classes; y has {len(counts)}: give a dict instead"
        )
    ratio = check_real(ratio, "sampling_strategy", 0, strict=True)
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
    return {label: round(ratio * (count + missing.get(label, 0))) for label, count in counts.items()}
