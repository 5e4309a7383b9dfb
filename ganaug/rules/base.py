"""What a rule is, and the finished values that rules speak of."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

import numpy as np
import pandas as pd

from ..columns.base import ColumnType, Kind
from ..columns.category import Category
from ..columns.datetime import Datetime
from ..columns.number import Number
from ..columns.ticks import has_zone, per_second
from ..plain import AnyArray, BoolArray, Float64Array, IndexArray, Int32Array, record

LABEL = -1
"""The place of the label, to the left of all columns."""
LABELS = Category(np.dtype(object), pd.Series([], dtype=object))
FEWEST_ROWS = 100
"""Of a table, and of what a number tells, for rules to be looked for there."""
PROBE_ROWS = 2_048
MOST_COLUMNS = 150
"""That a search which compares columns with one another looks at."""
MOST_COMBINED = 24
"""That a search takes two by two, in products, ratios and sums, and holds against all others."""
FEWEST_OTHERS = 10
"""Rows with another value than the usual one that bear a rule out."""
QUARTER_HOUR = 900
"""Seconds; clocks of all zones are a multiple of it apart."""


@dataclass(frozen=True)
class Cells:
    """The finished values of one column.

    Parameters
    ----------
    type : ColumnType
    plain : ndarray
        Numbers, ticks, or places among the categories.
    """

    type: ColumnType
    plain: AnyArray

    def __len__(self) -> int:
        return len(self.plain)

    @property
    def absent(self) -> BoolArray:
        return self.type.absent(self.plain)

    @property
    def kind(self) -> Kind:
        """ "number", "datetime", "duration" or "category"."""
        return self.type.cells.kind

    @property
    def scale(self) -> str:
        """What its values can be compared with: those of their kind, and moments with a zone with one another alone."""
        return f"{self.kind} with a time zone" if has_zone(self.type.cells.dtype) else self.kind

    @property
    def ordered(self) -> bool:
        """Whether its values can be compared and counted with."""
        return self.kind != "category"

    def numbers(self) -> Float64Array:
        """The values as numbers, NaN where missing; times as seconds."""
        return self.type.cells.as_numbers(self.plain)

    def of_numbers(self, numbers: Float64Array) -> AnyArray:
        """The plain values, in this column, of numbers as `numbers` gives them: on the column's lattice."""
        return self.type.cells.of_numbers(numbers)

    def days(self) -> Float64Array:
        """Of moments the days since 1970 on clocks in their zone, NaN where missing."""
        own = self.type.cells
        assert isinstance(own, Datetime)
        return own.days_of(self.plain)

    @property
    def step(self) -> float:
        """Distance of the values that the column may take, as `numbers` counts; 0 if there is none."""
        return self.type.cells.spacing

    @property
    def grain(self) -> float:
        """What the dtype may leave out of a number, as a share of it."""
        return self.type.cells.grain

    def take(self, rows: AnyArray) -> Cells:
        return Cells(self.type, self.plain[rows])


def lattice(cells: Cells) -> tuple[float, float]:
    """Origin and step of the values, as numbers; step 0 for none."""
    own = cells.type.cells
    if isinstance(own, Datetime) and (own.local(cells.plain) != cells.plain).any():
        # Midnights of a zone are no multiples of a day since 1970, and not always a day apart.
        return 0.0, float(np.gcd(own.tick, QUARTER_HOUR * per_second(own.dtype))) / per_second(own.dtype)
    return (own.origin, own.step) if isinstance(own, Number) else (0.0, cells.step)


def probed(rows: int, most: int = PROBE_ROWS) -> IndexArray:
    """Rows, spread over all of them, on which is tried what then has to hold on all."""
    return np.linspace(0, rows - 1, min(most, rows)).astype(int)


def telling(values: Float64Array, count: int) -> IndexArray:
    """At most so many rows, half of them with other values than the most frequent one, if there are such."""
    known, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    others = np.flatnonzero(values != known[counts.argmax()]) if len(known) else np.arange(0)
    chosen = [each[probed(len(each), count // 2)] for each in (others, np.arange(len(values)))]
    return np.unique(np.concatenate(chosen))


def label_cells(codes: Int32Array) -> Cells:
    """The cells of a label, of which rules know the codes alone."""
    return Cells(LABELS, codes.astype(np.int64))


SomeRule = TypeVar("SomeRule", bound="Rule")
Table = Mapping[int, Cells]
"""Columns by their places; :data:`LABEL` is the label's."""
MayFollow = Callable[[int, Sequence[int]], bool]
"""Whether the column at a place may follow from those at others, after the rules given so far."""


@record
@dataclass(frozen=True)
class Rule(ABC):
    """Columns that follow from others, wholly or but for a rest.

    Parameters
    ----------
    causes : tuple of int
        Places of the columns that others follow from, :data:`LABEL` for the label.
    effects : tuple of int
        Places of those that follow.
    support : int
        Training rows that keep the rule and could have broken it.
    """

    causes: tuple[int, ...]
    effects: tuple[int, ...]
    support: int = field(default=0, kw_only=True)

    @property
    @abstractmethod
    def kind(self) -> str:
        """The sort of rule, in one or two words."""

    @abstractmethod
    def text(self, names: Mapping[int, str]) -> str:
        """The rule as a user may write it."""

    @abstractmethod
    def broken(self, table: Table) -> BoolArray:
        """Which rows do not keep it."""

    @property
    def effect(self) -> int:
        """The only place among the effects."""
        [place] = self.effects
        return place

    @property
    def adjusts(self) -> bool:
        """Whether it changes values of the effects that are there, and does not make them."""
        return False

    @property
    def tells_gaps(self) -> bool:
        """Whether it tells where the effects are missing."""
        return True

    @property
    def only_gaps(self) -> bool:
        """Whether it tells where a column is missing, and not what it holds."""
        return self.adjusts and self.tells_gaps

    @property
    def tells_all(self) -> bool:
        """Whether it tells the effects to the last digit."""
        return True

    @property
    def may_be_new(self) -> bool:
        """Whether effects may have values that no training row has."""
        return False

    @property
    def breakable(self) -> bool:
        """Whether a row can break it, so that it is one of the rules that are told."""
        return True

    @property
    def nominal(self) -> tuple[bool, ...]:
        """For each rest, whether its numbers stand for categories without an order."""
        return ()

    def rests(self, table: Table) -> list[Float64Array]:  # noqa: ARG002 - most leave none
        """What the causes leave open, as arrays of numbers with NaN for missing values."""
        return []

    @abstractmethod
    def restored(self, rests: list[Float64Array], table: Table, types: Mapping[int, ColumnType]) -> dict[int, AnyArray]:
        """The plain values of the effects, from what the causes say and the rests."""

    def with_support(self, support: int) -> Self:
        return replace(self, support=support)

    def columns(self) -> tuple[int, ...]:
        """Places of all columns that it speaks of."""
        return tuple(sorted({*self.causes, *self.effects} - {LABEL}))


def first_kept(rules: Sequence[SomeRule], table: Table) -> SomeRule:
    """The first of some rules that no row breaks; the first of all if there is none."""
    return next((rule for rule in rules if not rule.broken(table).any()), rules[0])


@record
@dataclass(frozen=True)
class KeptRule:
    """A rule that synthetic rows keep.

    Parameters
    ----------
    text : str
        As it may be written in ``rules=[...]``.
    kind : str
        "implied", "date part", "comparison", "order", "sum", "product", "formula", "limited", "share", "by case",
        "months", "function", "total", "one of", "gaps", "missing", "unique".
    columns : tuple
        Names of the columns that it speaks of.
    support : int
        Training rows that keep it and could have broken it.
    """

    text: str
    kind: str
    columns: tuple[object, ...]
    support: int

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{self.text}  ({self.kind}, {self.support:,} rows)"


PLAIN_NAME = re.compile(r"[^\W\d]\w*")
WORDS = {
    *("and", "implies", "that", "is", "missing", "of", "one", "at", "most", "the", "label", "with", "together"),
    *("auto", "not"),
}


def quoted(name: object) -> str:
    """A column's name as rules write it: in backticks unless it is a plain word; those of the name are doubled."""
    text = str(name)
    return text if PLAIN_NAME.fullmatch(text) and text not in WORDS else f"`{text.replace('`', '``')}`"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names as a list in prose."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
