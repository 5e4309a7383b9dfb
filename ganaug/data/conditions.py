"""From what `sample` is asked for to the conditions of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..columns.layout import Encoded
from ..plain import Count, VectorLike
from .targets import Target
from .validation import check_count, check_target

NO_CLASSES = "the augmenter was fitted without y: {}(n) takes a number of rows only"


def conditions_asked_for(
    target: Target | None, n: Count | None, y: VectorLike | None, seed: int
) -> tuple[Encoded, pd.Series | None]:
    """A condition for each row, and its label; None without a target.

    Parameters
    ----------
    n, y : as in :meth:`ganaug.GANAugmenter.sample`
    seed : int
        Of labels as frequent as in training.

    Raises
    ------
    ValueError, TypeError
        For unknown classes and counts that make no sense.
    """
    if (n is None) == (y is None):
        raise ValueError("give either n (a number of rows, or a dict of them) or y (a label for every row)")
    if y is not None:
        if target is None:
            raise ValueError(NO_CLASSES.format("sample"))
        labels, _ = check_target(y, len(y))
        dtype = target.column.dtype
        return target.encode(labels), (labels if labels.dtype == dtype else labels.astype(dtype)).rename(target.name)
    counts = checked_counts(target, n)
    if target is None:
        return Encoded.none(check_count(counts)), None
    condition = target.encode_counts(counts) if isinstance(counts, Mapping) else target.natural(counts, seed)
    return condition, target.decode(condition)


def checked_counts(target: Target | None, n: object, name: str = "n", method: str = "sample") -> int | dict[Any, int]:
    """A number of rows, or one for each of some classes.

    Parameters
    ----------
    name, method : str
        What messages call the number, and who takes it.
    """
    if isinstance(n, pd.Series):
        raise TypeError(f"{name} is a Series: give a dict of counts, as Series.to_dict() makes one")
    if not isinstance(n, Mapping):
        return check_count(n, name)
    if target is None:
        raise ValueError(NO_CLASSES.format(method))
    return {label: check_count(count, f"{name}[{label!r}]") for label, count in n.items()}
