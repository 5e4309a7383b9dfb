"""Columns that tell rows, and so persons, apart: names, addresses, keys. Which are they, and what takes their place?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

import numpy as np
import pandas as pd

from ..exceptions import DataWarning
from ..plain import AnyArray, DType, Float64Array, record
from .base import TENSOR_DTYPES, ColumnType, TensorType, missing_of, numpy_dtype
from .category import LONG, Category, LongNumber
from .fakes import KeyMaker, TextMaker
from .keys import FEW_ROWS, are_keys, whole_numbers
from .lattice import EXACT
from .number import Number
from .sparse import Sparse
from .words import advice_on

Identifiers = Literal["warn", "drop", "fake"]
PROBE_ROWS = 256
PROBE_REPEATS = 0.1
DISTINCT_TEXT = 0.7
"""Distinct values per row from which on text, or any other category, is called nearly unique."""
KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "bytes": (bytes,), "uuid": (UUID,)}


@record
@dataclass(frozen=True)
class Identifier(ColumnType):
    """A column of which only is learnt where it is missing; all else is made anew.

    `plain` and `series` tell missing cells from others, and nothing more: which values stand there depends on all rows
    that are made at once, see `faked`.

    Parameters
    ----------
    maker : KeyMaker or TextMaker
    form : {"key", "text", "bytes", "uuid"}
        What the cells are.
    missing : object
        How an object column writes a missing cell.
    number : Number, Sparse or None
        Of keys that floats can hold, how they are written.
    """

    dtype: DType
    maker: Any
    form: str
    missing: Any = np.nan
    number: Any = None

    nominal = (True,)

    @classmethod
    def of(cls, own: ColumnType, column: pd.Series) -> Identifier:
        """What takes the place of a column of this type.

        Raises
        ------
        TypeError
            If its cells are none that could be made.
        """
        cells = _levels(own, column)
        keys = whole_numbers(cells)
        if keys is not None:
            inner = own.cells
            number = replace(inner, origin=float(inner.origin % inner.step)) if isinstance(inner, Number) else None
            shown = replace(own, inner=number) if isinstance(own, Sparse) and number else number
            most = _greatest(column.dtype, is_number=number is not None)
            return cls(_bare(column.dtype), KeyMaker.of(keys, most), "key", missing_of(column), shown)
        form = next((name for name, kinds in KINDS.items() if all(isinstance(cell, kinds) for cell in cells)), None)
        if form is None:
            kinds = ", ".join(sorted({type(cell).__name__ for cell in cells}))
            raise TypeError(
                f"identifiers='fake': column {column.name!r} holds values of type {kinds}, of which new ones cannot be "
                "made: turn them into strings, or leave the column out with identifiers='drop'"
            )
        return cls(_bare(column.dtype), TextMaker.of([*map(_text, cells)]), form, missing_of(column))

    def transform(self, column: pd.Series) -> list[Float64Array]:
        return [np.where(column.isna(), np.nan, 0.0)]

    def plain(self, parts: list[Float64Array]) -> AnyArray:
        return parts[0]

    def series(self, plain: AnyArray) -> pd.Series:
        return pd.Series(plain)

    def tensor_type(self, known: Float64Array, *, missing: bool) -> TensorType:  # noqa: ARG002 - nothing of them
        if self.form != "key":
            return TensorType("string", 0.0, 0.0, gaps=missing)
        low, high = self.maker.range
        if self.number is not None:
            return self.number.tensor_type(np.array([low, high], np.float64), missing=missing)
        if missing:
            raise TypeError(
                "holds long whole numbers with missing values, which no tensor can hold: turn them into strings"
            )
        own = numpy_dtype(self.dtype)
        return TensorType(own.name if own.kind in "iu" else "int64", low, high, whole=True)

    def tensors(self, plain: AnyArray, form: TensorType, entropy: Sequence[int], name: object) -> AnyArray:
        """New values as tensors hold them."""
        values = self._values(plain, entropy, name)
        if form.dtype == "string":
            return np.array(
                [b"" if v is None else v if isinstance(v, bytes) else str(v).encode() for v in values], object
            )
        dtype = np.dtype(form.dtype if form.dtype in TENSOR_DTYPES else "float64")
        return np.array([np.nan if value is None else value for value in values], dtype)

    def faked(self, present: pd.Series, entropy: Sequence[int], beside: pd.Series | None = None) -> pd.Series:
        """New values in the column's dtype.

        Parameters
        ----------
        present : Series
            What `series` made.
        entropy : sequence of int
            From which they follow; those of a shorter column are the first of a longer one.
        beside : Series or None
            Other values that must not come out.
        """
        plain = present.to_numpy(np.float64)
        values = self._values(plain, entropy, present.name, beside)
        if self.number is not None:
            return self.number.series(np.array([np.nan if value is None else value for value in values], np.float64))
        if isinstance(self.dtype, pd.CategoricalDtype):
            made = pd.Series(values, dtype=object).astype(self.dtype.categories.dtype)
            return pd.Series(pd.Categorical(made))
        if self.dtype == object:
            return pd.Series([self.missing if v is None else v for v in values], dtype=object)
        if isinstance(self.dtype, pd.ArrowDtype) and hasattr(self.dtype.pyarrow_dtype, "value_type"):
            return pd.Series(values, dtype=pd.ArrowDtype(self.dtype.pyarrow_dtype.value_type)).astype(self.dtype)
        if isinstance(self.dtype, np.dtype):
            return pd.Series(np.array(values, self.dtype))
        return pd.Series(pd.array(values, dtype=self.dtype))

    def _values(
        self, plain: AnyArray, entropy: Sequence[int], name: object, beside: pd.Series | None = None
    ) -> list[Any]:
        """Values, None where one is missing."""
        taken = frozenset() if beside is None else self._taken(beside)
        made = self.maker.made(len(plain), entropy, taken)
        if len(made) < len(plain):
            raise ValueError(
                f"column {name!r}: only {len(made):,} of {len(plain):,} new values that no training row has could be "
                f"made for dtype {self.dtype}: give it a wider dtype before fitting, or ask for fewer rows"
            )
        absent = np.isnan(plain)
        cells = (None if gap else value for value, gap in zip(made, absent, strict=True))
        if self.form == "bytes":
            return [None if cell is None else cell.encode("latin-1") for cell in cells]
        if self.form == "uuid":
            return [None if cell is None else UUID(cell) for cell in cells]
        return list(cells)

    def _taken(self, column: pd.Series) -> frozenset[Any]:
        cells = column.dropna().tolist()
        if self.form != "key":
            return frozenset(map(_text, cells))
        numbers = [cell for cell in cells if isinstance(cell, (int, float, Decimal)) and -(2**64) < cell < 2**64]
        return frozenset(int(cell) for cell in numbers if cell == int(cell))


class Learnable(NamedTuple):
    """The types and columns of a table to learn from, the names of those left out, and the places of those that tell
    rows apart and are learnt as they are."""

    types: list[ColumnType]
    table: pd.DataFrame
    dropped: tuple[object, ...]
    identifying: set[int]


def without_identifiers(types: list[ColumnType], table: pd.DataFrame, identifiers: Identifiers) -> Learnable:
    """What is to be learnt of a table.

    Raises
    ------
    TypeError
        If no new values can be made for a column.
    ValueError
        If no column is left.
    """
    found = {place for place, own in enumerate(types) if identifies(own, table.iloc[:, place])}
    for place, own in enumerate(types):
        if not isinstance(own.cells, LongNumber) or place in found:
            continue
        if FEW_ROWS < DISTINCT_TEXT * int(table.iloc[:, place].notna().sum()) <= len(own.cells.values):
            what = f"column {table.columns[place]!r} {LONG}"
            warnings.warn(f"{what}; synthetic rows repeat training values of it", DataWarning, stacklevel=2)
    if not found:
        return Learnable(types, table, (), found)
    if identifiers == "warn":
        for place in sorted(found):
            if advice_on(table.iloc[:, place]) is None:
                _warn(types[place], table.iloc[:, place])
        return Learnable(types, table, (), found)
    if identifiers == "fake":
        made = [Identifier.of(t, table.iloc[:, p]) if p in found else t for p, t in enumerate(types)]
        return Learnable(made, table, (), set())
    kept = [place for place in range(len(types)) if place not in found]
    dropped = tuple(table.columns[place] for place in sorted(found))
    if not kept:
        raise ValueError(f"identifiers='drop' leaves no column: {list(dropped)} all tell rows apart; add other columns")
    return Learnable([types[place] for place in kept], table.iloc[:, kept], dropped, set())


def identifies(own: ColumnType, column: pd.Series) -> bool:
    """Whether a column of this type tells rows apart, as names and keys do."""
    inner = own.cells
    known = column[column.notna()]
    probe = known.iloc[:PROBE_ROWS]
    if len(known) <= FEW_ROWS or (isinstance(inner, Number) and probe.duplicated().mean() > PROBE_REPEATS):
        return False
    if isinstance(inner, Category) and not isinstance(inner, LongNumber):
        return len(inner.values) >= DISTINCT_TEXT * len(known)
    if isinstance(inner, LongNumber):
        keys = whole_numbers(known.tolist())
    elif isinstance(inner, Number) and not inner.decimals and float(inner.step).is_integer() and inner.step:
        values = own.transform(column)[0]
        keys = whole_numbers(values[~np.isnan(values)].tolist())
    else:
        return False
    return keys is not None and are_keys(keys, column.name)


def _warn(own: ColumnType, column: pd.Series) -> None:
    cells = _levels(own, column)
    rows = int(column.notna().sum())
    every = "another value in every row" if len(cells) == rows else f"{len(cells):,} values in {rows:,} rows"
    keys = not isinstance(own.cells, Category) or isinstance(own.cells, LongNumber)
    what = "looks like a key: it has" if keys else "has"
    copies = "take no care of who has which" if keys else "repeat training values of it"
    held = "some of them" if keys else "all of them"
    warnings.warn(
        f"column {column.name!r} {what} {every}, so hardly anything can be learnt about it: synthetic rows {copies}, "
        f"and the file of a saved model holds {held}. If it identifies somebody, drop it, or fit with "
        "identifiers='drop', or with identifiers='fake' for new values of the same pattern",
        DataWarning,
        stacklevel=2,
    )


def _levels(own: ColumnType, column: pd.Series) -> list[Any]:
    """The distinct values."""
    if isinstance(own.cells, Category):
        levels: list[Any] = own.cells.values.tolist()
        return levels
    values = own.transform(column)[0]
    return np.unique(values[~np.isnan(values)]).tolist()


def _greatest(dtype: DType, *, is_number: bool) -> int:
    """The greatest number that cells can hold, all whole ones below it included."""
    own = numpy_dtype(getattr(dtype, "subtype", dtype))
    if own.kind in "iu":
        most = int(np.iinfo(own).max)
        return min(most, EXACT - 1) if is_number else most
    if own.kind == "f":
        return 2 ** (np.finfo(own).nmant + 1) - 1
    return EXACT - 1 if is_number else 2**63 - 1


def _bare(dtype: DType) -> DType:
    """The dtype without the values that it may list."""
    return pd.CategoricalDtype(dtype.categories[:0]) if isinstance(dtype, pd.CategoricalDtype) else dtype


def _text(cell: object) -> str:
    return cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
