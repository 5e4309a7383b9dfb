"""A fitted model as the start of another fit: new rows, or more steps, for what has been learnt.

Encoding, rules and classes stay, since the networks are made for them; so the new rows must keep to them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..columns.identifier import Identifiers
from ..columns.layout import Encoded
from ..data.validation import check_rows
from ..exceptions import DataWarning
from ..model import GenerativeModel
from ..plain import Int32Array, MatrixLike, VectorLike
from .contracts import Data
from .start import classes_of

ANEW = "fit anew, without warm_start, to all rows"
MOST_BROKEN = 0.01
"""Share of the rows that may break a rule that was found: what all rows kept, one in thousands of others may break."""


class WarmStart(NamedTuple):
    """What training goes on from: the model, as it is before; rows; and these as they came, with their labels."""

    model: GenerativeModel
    data: Data
    table: Any
    labels: pd.Series | None


def taken_up(
    model: GenerativeModel, X: MatrixLike, y: VectorLike | None, *, found: bool, identifiers: Identifiers
) -> WarmStart:
    """The model, with rows that it is to learn from now on.

    Parameters
    ----------
    found : bool
        Whether all rules were found, none written by the user: a few rows may break them then.
    identifiers : str
        What is to become of columns that tell rows apart; only the first fit can drop them, or make new values.

    Raises
    ------
    ValueError
        For other columns than the model's, categories or classes that it does not know, cells that are missing where
        none was, numbers between those that it can make, and rows that break a rule.
    """
    table, _ = model.matching(X)
    check_rows(table)
    target, labels = model.target, None
    condition, weights = Encoded.none(len(table)), np.ones(len(table))
    if (y is None) != (target is None):
        raise ValueError(f"the model was fitted {'without' if target is None else 'with'} y: {ANEW}, or give the same")
    if target is not None:
        labels = model.labels(y, len(table))
        with _unknown_values():
            condition = target.encode(labels)
        target = target.as_frequent_as(condition)
        weights = target.weights(condition)
    classes = classes_of(target, condition)
    if why := model.encoder.not_learnt(table, identifiers):
        raise ValueError(f"{why}; a warm start cannot learn it: {ANEW}")
    with _unknown_values():
        rows = model.encoder.encode(table, classes)
    _check_rules(model, table, classes, most=MOST_BROKEN if found else 0.0)
    unrefined = replace(model.unrefined, target=target, stopped_by="")
    return WarmStart(unrefined, Data(rows, condition, weights), table, labels)


def _check_rules(model: GenerativeModel, table: pd.DataFrame, classes: Int32Array | None, most: float) -> None:
    """Raise ValueError if more than a share of the rows breaks a rule, and warn if any does."""
    counts = model.encoder.broken(table, classes)
    broken = {rule.text: count for rule, count in zip(model.encoder.rules, counts, strict=True) if count}
    if not broken:
        return
    worst = max(broken, key=lambda text: broken[text])
    if broken[worst] > most * len(table):
        raise ValueError(f"{broken[worst]:,} rows break the rule {worst!r}, which a warm start keeps: {ANEW}")
    others = f" ({len(broken) - 1} more rules are broken as well)" if len(broken) > 1 else ""
    warnings.warn(
        f"{broken[worst]:,} of {len(table):,} rows break the rule {worst!r}{others}, which a warm start keeps: they "
        f"are learnt as if they kept to it; to give up what they break, {ANEW}",
        DataWarning,
        stacklevel=5,
    )


def continued(before: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The history of a fit below that of the one that it went on from, whose steps and seconds it goes on counting."""
    if before.empty:
        return history
    moved = history.assign(**{name: history[name] + before[name].iloc[-1] for name in ("step", "seconds")})
    return pd.concat([before, moved], ignore_index=True)


@contextmanager
def _unknown_values() -> Iterator[None]:
    """Adds the remedy to what is said of a category or a class that the model does not know."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{error}; a warm start cannot learn it: {ANEW}") from None
