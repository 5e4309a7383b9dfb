"""From what `sample` is asked for to the conditions of rows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..columns.layout import Encoded
from ..plain import Count, VectorLike
from .targets import Target
from .validation import check_count, check_target


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
    if target is None:
        if y is not None or isinstance(n, Mapping):
            raise ValueError("the augmenter was fitted without y: sample(n) takes a number of rows only")
        return Encoded.none(check_count(n)), None
    if y is not None:
        labels, _ = check_target(y, len(y))
        dtype = target.column.dtype
        return target.encode(labels), (labels if labels.dtype == dtype else labels.astype(dtype)).rename(target.name)
    if isinstance(n, Mapping):
        condition = target.encode_counts({label: check_count(k, f"n[{label!r}]") for label, k in n.items()})
    else:
        condition = target.natural(check_count(n), seed)
    return condition, target.decode(condition)
