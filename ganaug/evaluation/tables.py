"""The three tables, checked and made alike: numbers are floats, everything else is categories."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pandas as pd
from scipy import sparse

from ..columns.base import Kind
from ..columns.lattice import HUGE
from ..columns.registry import is_time, kind_of, measured
from ..data.foreign import library_of
from ..data.target_types import TargetType, is_measure
from ..data.validation import categorical_columns, check_choice, check_target
from ..modality.table.container import check_table
from ..models import SMALLER

EMPTY = "(missing)"
LEAST_ROWS = 20
MOST_GROUPS = 30
QUARTERS = 4
DIGITS = (4, 8, 17)  # the last tells any two floats apart


@dataclass(frozen=True)
class Tables:
    """Three tables of the same columns, whose names are strings.

    Parameters
    ----------
    train, test, synthetic : DataFrame
        Columns of float64, and of strings in which an empty cell is a category.
    datetimes : tuple of str
        The numbers that are dates, or spans of time, in seconds.
    target : str or None
    classes : bool
        Whether the target holds classes, and no number to regress on.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    synthetic: pd.DataFrame
    datetimes: tuple[str, ...]
    target: str | None
    classes: bool

    def copied(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What a copy shares with its row: all of it."""
        return rows

    @property
    def numbers(self) -> list[str]:
        return [name for name in self.train if self.train[name].dtype == np.float64]

    @property
    def kinds(self) -> dict[str, str]:
        """Whether a column is a "number", a "category" or a "datetime"."""
        numbers = dict.fromkeys(self.numbers, "number") | dict.fromkeys(self.datetimes, "datetime")
        return {name: numbers.get(name, "category") for name in self.train}

    def parts(self) -> Iterator[tuple[str, pd.DataFrame]]:
        yield from (("train", self.train), ("test", self.test), ("synthetic", self.synthetic))

    def groups(self) -> dict[str, Tables]:
        """The rows of each class, with their index; of a number's quarters; or none without a target that varies."""
        if self.target is None:
            return {}
        kinds = {part: table[self.target] for part, table in self.parts()}
        if self.classes:
            names = sorted(kinds["train"].value_counts().index[:MOST_GROUPS])
        else:
            cuts = np.unique(np.quantile(kinds["train"], np.arange(1, QUARTERS) / QUARTERS))
            cuts = cuts[cuts > kinds["train"].min()]  # below the least there is nothing
            if not len(cuts):
                return {}
            edges = [-np.inf, *cuts, np.inf]
            digits = next(each for each in DIGITS if len({f"{cut:.{each}g}" for cut in cuts}) == len(cuts))
            names = [f"{low:.{digits}g} to {high:.{digits}g}" for low, high in pairwise(edges)]
            names = [name.replace("-inf to", "below").replace(" to inf", " and more") for name in names]
            kinds = {k: pd.cut(v, edges, right=False, labels=names, ordered=False) for k, v in kinds.items()}
        chosen = {name: {part: table[kinds[part] == name] for part, table in self.parts()} for name in names}
        return {name: replace(self, **parts) for name, parts in chosen.items()}


def some(table: pd.DataFrame, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """At most so many rows, in their order."""
    return table if len(table) <= rows else table.iloc[np.sort(rng.permutation(len(table))[:rows])]


def is_empty(cells: Any) -> Any:
    """Which cells of a column, or of a whole table, hold nothing."""
    return cells.isna() | (cells == EMPTY)


def prepared(
    train: Any, test: Any, synthetic: Any, target: Any, *, categorical_features: Any, target_type: str
) -> Tables:
    """Three tables of the caller's, checked and made alike."""
    check_choice(target_type, "target_type", get_args(TargetType))
    given = {"real_train": train, "real_test": test, "synthetic": synthetic}
    parts = {name: _table(part, name, target) for name, part in given.items()}
    tables, own = _with_targets(parts, target)
    real = tables["real_train"]
    codes = categorical_columns(categorical_features, real)
    for name, part in tables.items():
        missing, extra = real.columns.difference(part.columns), part.columns.difference(real.columns)
        if len(missing) or len(extra):
            said = [f"{word} {list(names)}" for word, names in (("lacks", missing), ("has", extra)) if len(names)]
            raise ValueError(f"{name} {' and '.join(said)}, unlike real_train: give all three the same columns")
    kinds: dict[Any, Kind] = {name: "category" if name in codes else kind_of(real[name]) for name in real}
    if own is not None:
        check_target(real[own])
        measures = kinds[own] != "category" and not is_time(real[own]) and is_measure(real[own])
        if target_type == "number" and kinds[own] == "category":
            raise TypeError(f"target_type='number', but column {own!r} has dtype {real[own].dtype}")
        if target_type == "classes" or (target_type == "auto" and not measures):
            kinds[own] = "category"
    made = {
        key: pd.DataFrame({str(name): _column(part[name], real[name], kinds[name], key) for name in real}, copy=False)
        for key, part in tables.items()
    }
    _tame(made)
    for key, part in made.items():
        absent = 0 if own is None else int(is_empty(part[str(own)]).sum())
        if absent:
            raise ValueError(f"{key} lacks the target {str(own)!r} in {absent} rows: drop these rows")
    datetimes = tuple(str(name) for name, kind in kinds.items() if kind in ("datetime", "duration"))
    classes = own is not None and kinds[own] == "category"
    target = None if own is None else str(own)
    return Tables(made["real_train"], made["real_test"], made["synthetic"], datetimes, target, classes)


def _with_targets(
    parts: dict[str, tuple[pd.DataFrame, pd.Series | None]], target: object
) -> tuple[dict[str, pd.DataFrame], Any]:
    """Tables with the labels that came beside them as a column, and its name in all of them; None without labels."""
    names = {labels.name for _, labels in parts.values() if labels is not None} - {None}
    unnamed = names.pop() if len(names) == 1 else "target"  # an array goes with a Series of any name
    tables, targets = {}, set()
    for name, (table, labels) in parts.items():
        own = target if labels is None else unnamed if labels.name is None else labels.name
        if labels is not None:
            if own in table:
                raise ValueError(f"{name} has a column {own!r}, which is the name of y, too: rename one of them")
            table[own] = labels
        tables[name] = table
        targets.add(own)
    lacking = [name for name, (_, labels) in parts.items() if labels is None and target is None]
    if 0 < len(lacking) < len(parts):
        raise ValueError(f"{' and '.join(lacking)} came without labels, the others with: give all three theirs")
    if len(targets) > 1:
        raise ValueError(f"the tables have targets of different names, {sorted(map(str, targets))}: rename them")
    return tables, targets.pop()


def _table(given: Any, name: str, target: Any) -> tuple[pd.DataFrame, pd.Series | None]:
    """A table, and its labels if they came beside it."""
    y = None
    if isinstance(given, tuple) and len(given) == 2:
        given, y = given
        if target is not None and y is not None:
            raise ValueError(f"{name} is a pair of X and y, and target={target!r} names another target: leave it out")
    is_table = sparse.issparse(given) or isinstance(given, pd.DataFrame) or library_of(given) is not None
    if not is_table and np.ndim(given) > 2:
        raise ValueError(
            f"{name} has the shape {np.shape(given)}, but evaluate takes tables, rows x columns, beside a "
            "real_train that is one"
        )
    table, _ = check_table(given)
    check_enough(table, name)
    if isinstance(table.columns, pd.MultiIndex):  # to which no target can be added
        table = table.set_axis(table.columns.to_flat_index(), axis=1)
    if not table.columns.map(str).is_unique:
        raise ValueError(f"{name} has columns that are written alike: {list(table.columns)}; rename them")
    if y is not None:
        return table, check_target(y, len(table))[0]
    if target is not None and target not in table:
        raise ValueError(f"target={target!r} is no column of {name}: it has {list(table.columns)}")
    return table, None


def check_enough(rows: Sized, name: str) -> None:
    """ValueError for so few rows that figures of them say nothing."""
    if len(rows) < LEAST_ROWS:
        count = f"{len(rows)} row{'s' * (len(rows) != 1)}"
        raise ValueError(f"{name} has {count}, of which figures say nothing: give at least {LEAST_ROWS}")


def _tame(tables: dict[str, pd.DataFrame]) -> None:
    """Divide numbers near the largest that floats hold, in all tables alike, lest their squares overflow."""
    for name in tables["real_train"]:
        parts = [table[name] for table in tables.values()]
        if parts[0].dtype == np.float64 and max(part.abs().max() for part in parts) > HUGE:
            for table in tables.values():
                table[name] *= SMALLER


def _column(values: pd.Series, like: pd.Series, kind: Kind, part: str) -> pd.Series:
    try:
        found = measured(values, kind)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"column {like.name!r} has dtype {like.dtype} in real_train, but in {part} it has {values.dtype}: {error}"
        ) from None
    return found if found.dtype == np.float64 else found.fillna(EMPTY)
