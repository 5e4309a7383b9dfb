"""Labels as the shell writes and reads them, and the rows that they go with."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from ..augmenter import GANAugmenter
from ..data.sampling_strategy import Strategy
from ..plans.plan import free_name
from .cells import CellStyle


def strategy_of(text: str, classes: dict[str, Any]) -> Strategy:
    """A name as it is, a number, or totals by label."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        if "{" in text:
            raise ValueError(f'--strategy {text}: totals are JSON, labels in double quotes: {{"fraud": 500}}') from None
        return cast("Strategy", text)  # the augmenter checks it
    if not isinstance(value, dict):
        return value
    return {label_of(label, classes): total for label, total in value.items()}


def classes_of(y: pd.Series, style: CellStyle | None) -> dict[str, Any]:
    """Labels by how they are written."""
    labels = y.drop_duplicates()
    classes = {str(label): label for label in labels.tolist()}
    return classes if style is None else {**classes, **dict(zip(style.written(labels), labels.tolist(), strict=True))}


def as_pandas(X: Any) -> pd.DataFrame:
    """Rows of a model that was fitted in Python, to a table of whatever library."""
    return X.to_pandas() if hasattr(X, "to_pandas") else pd.DataFrame(X)


def column_of(y: Any) -> Any:
    """Labels as a Series or an array."""
    labels = y.to_pandas() if hasattr(y, "to_pandas") else y
    return labels.iloc[:, 0] if isinstance(labels, pd.DataFrame) else labels


def with_labels(X: pd.DataFrame, labels: Any) -> pd.DataFrame:
    """Labels as the last column; under another name if a column is called like them."""
    own = getattr(labels, "name", None)
    name = "target" if own is None else str(own)
    free = free_name(name, X)
    if free != name:
        print(f"ganaug: warning: the labels are in column {free!r}, since another is called {name!r}", file=sys.stderr)
    return X.assign(**{free: labels})


def counts_of(pairs: list[str], augmenter: GANAugmenter, styles: Mapping[str, CellStyle]) -> dict[Any, int]:
    if not hasattr(augmenter, "classes_"):
        raise ValueError("--counts needs a model of classes; this one has none: give -n")
    target = getattr(column_of(augmenter.sample(0, random_state=0)[1]), "name", None)
    classes = classes_of(pd.Series(augmenter.classes_), styles.get(str(target)))
    counts: dict[Any, int] = {}
    for pair in pairs:
        label, equals, count = pair.rpartition("=")
        if not equals or not count.isdecimal():
            raise ValueError(f"--counts {pair}: write LABEL=N, with N a number of rows")
        own = label_of(label, classes)
        if own in counts:
            raise ValueError(f"--counts {pair}: the class {label!r} is there twice: give one number for each")
        counts[own] = int(count)
    return counts


def label_of(text: str, classes: dict[str, Any]) -> Any:
    """The class that is written like this."""
    if text not in classes:
        raise ValueError(f"there is no class {text!r}: the classes are {', '.join(classes)}")
    return classes[text]
