"""A table as codes and positions, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...columns.base import TensorType
from ...columns.category import Category
from ...columns.identifier import Identifier, Identifiers, identifies
from ...columns.joined import as_fitted
from ...columns.layout import Encoded, Layout
from ...columns.number import Number
from ...columns.quantiles import QuantileCoder
from ...data.threads import threads_at_hand
from ...plain import AnyArray, BoolArray, Float32Array, Float64Array, IndexArray, Int32Array, record
from ...rules.base import LABEL, Cells, KeptRule, label_cells
from ...rules.declared import Rules
from ...rules.order import Bounds, Order
from ...rules.unique import Unique
from .blocks import Part
from .column import Column, Step
from .learning import learn_table
from .left_open import left_open
from .unrepeated import UniquePair, unrepeated


class BlockOwner(NamedTuple):
    """What a block was made for: a part of a column, or of what a rule leaves open."""

    part: Part
    nominal: bool
    column: Column | None


@record
@dataclass(frozen=True)
class TableEncoder:
    """Encodes and decodes the rows of one table.

    Constant columns take no slots. Nor do columns that follow from others by a rule, or are a copy or a change of units
    of another one: they are computed back. Of a column that others only bound, or that is nearly a sum or a product of
    others, what is left over is encoded.

    Parameters
    ----------
    columns : tuple of Column
    steps : tuple of Step
        Each after those that its rule's causes follow from.
    layout : Layout
    dropped : tuple
        Names of columns that were left out.
    """

    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    layout: Layout
    dropped: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        known = {place for place, column in enumerate(self.columns) if column.parts} | {LABEL}
        for step in self.steps:
            if not known >= set(step.rule.causes):
                names = [self.columns[place].name for place in step.rule.effects]
                raise ValueError(f"columns {names} follow from columns {step.rule.causes}")
            known.update(step.rule.effects)
        if len(known) <= len(self.columns):
            raise ValueError("columns neither have parts nor follow from others")
        for own in self._owners():
            if own.part.coder.block != self.layout.blocks[own.part.block]:
                raise ValueError("a column is not coded as the layout has it")

    @classmethod
    def fit(
        cls,
        table: pd.DataFrame,
        *,
        categorical: frozenset[object] = frozenset(),
        classes: Int32Array | None = None,
        rules: Rules = "auto",
        identifiers: Identifiers = "warn",
    ) -> tuple[TableEncoder, Encoded]:
        """Learn the encoding of `table`, and encode it.

        Parameters
        ----------
        classes : ndarray of int32 or None
            The class of each row.
        identifiers : {"warn", "drop", "fake"}
            What becomes of columns that tell rows apart.

        Raises
        ------
        TypeError
            For cells that cannot be compared, and dtypes that are not data.
        ValueError
            For a rule that does not hold.
        """
        learnt = learn_table(table, categorical, classes, rules, identifiers)
        return cls(learnt.columns, learnt.steps, learnt.layout, learnt.dropped), learnt.rows

    @property
    def features(self) -> list[object]:
        """What the columns of tables must match."""
        return [column.name for column in self.columns]

    @property
    def n_features(self) -> int:
        return len(self.columns)

    @property
    def kinds(self) -> dict[object, str]:
        """What each column holds, by its name."""
        return {
            column.name: "made anew" if place in self.faked else column.type.cells.kind
            for place, column in enumerate(self.columns)
        }

    @property
    def rules(self) -> list[KeptRule]:
        """The rules that decoded rows keep."""
        names = {place: str(column.name) for place, column in enumerate(self.columns)} | {LABEL: "the label"}
        rules = [step.rule for step in self._kept_steps]
        return [
            KeptRule(rule.text(names), rule.kind, tuple(self.columns[p].name for p in rule.columns()), rule.support)
            for rule in rules
        ]

    def broken(self, table: pd.DataFrame, classes: Int32Array | None) -> list[int]:
        """For each of the rules, how many rows break it, without those that hold a category that was not seen."""
        return [int(broken.sum()) for _, broken in self._breaking(table, self.knows(table), classes)]

    def breaks(self, table: pd.DataFrame, classes: Int32Array | None) -> BoolArray:
        """Which rows break a rule; none of those that hold a category that was not seen."""
        ruled = {place for step in self._kept_steps for place in step.rule.columns()}
        known = self._knows([column for place, column in enumerate(self.columns) if place in ruled], table)
        every = np.zeros(len(table), bool)
        for rows, broken in self._breaking(table, known, classes):
            every[rows[broken]] = True
        return every

    def _breaking(
        self, table: pd.DataFrame, known: BoolArray, classes: Int32Array | None
    ) -> Iterator[tuple[IndexArray, BoolArray]]:
        """For each of the rules, the rows that are known, and which of them break it."""
        rows = np.flatnonzero(known)
        some = table[known].reset_index(drop=True)
        cells = {p: self._cells_of(some, p) for p in {p for s in self._kept_steps for p in s.rule.columns()}}
        if classes is not None:
            cells[LABEL] = label_cells(classes[known])
        for step in self._kept_steps:
            yield rows, step.rule.broken(cells)

    def _cells_of(self, table: pd.DataFrame, place: int) -> Cells:
        column = self.columns[place]
        cells = as_fitted(table[column.name], column.type.dtype)
        return Cells(column.type, column.type.given(cells))

    @cached_property
    def _kept_steps(self) -> list[Step]:
        """The steps with rules that rows may break and keep, each order once."""
        bounded = {step.rule.effect for step in self.steps if isinstance(step.rule, Bounds)}
        kept = [step for step in self.steps if step.rule.breakable]
        return [step for step in kept if not (isinstance(step.rule, Order) and step.rule.effect in bounded)]

    @cached_property
    def faked(self) -> dict[int, Identifier]:
        """The columns whose values are made anew, by their places."""
        types = {place: column.type for place, column in enumerate(self.columns)}
        return {place: own for place, own in types.items() if isinstance(own, Identifier)}

    @property
    def identifying(self) -> list[int]:
        """The columns that tell rows apart, by their places: of a known person, whatever else is made of a row."""
        return [place for place, own in enumerate(self.columns) if own.identifies or place in self.faked]

    def without_names(self, table: pd.DataFrame) -> pd.DataFrame:
        table = table.copy(deep=False)
        for place, own in enumerate(self.columns):
            if own.identifies and isinstance(own.type.cells, Category):
                table.isetitem(place, own.type.series(np.zeros(len(table), np.int64)).set_axis(table.index))
        return table

    def _owners(self) -> Iterator[BlockOwner]:
        for column in self.columns:
            for part, nominal in zip(column.parts, column.type.nominal, strict=bool(column.parts)):
                if part.block >= 0 and part.parent is None:
                    yield BlockOwner(part, nominal, column)
        for step in self.steps:
            for part, nominal in zip(step.parts, step.rule.nominal, strict=True):
                if part.block >= 0:
                    yield BlockOwner(part, nominal, None)

    @cached_property
    def owners(self) -> tuple[BlockOwner, ...]:
        """For each block, what it was made for."""
        by_block = {own.part.block: own for own in self._owners()}
        return tuple(by_block[block] for block in range(len(self.layout.blocks)))

    @cached_property
    def in_rules(self) -> frozenset[int]:
        """Places of the columns whose values rules look at."""
        return frozenset(place for step in self.steps for place in (*step.rule.causes, *step.rule.effects)) - {LABEL}

    @property
    def unique(self) -> list[str]:
        """Rules by which values of a row differ from those of all others."""
        names = {place: str(column.name) for place, column in enumerate(self.columns)}
        return [step.rule.text(names) for step in self.steps if isinstance(step.rule, Unique)]

    @cached_property
    def gaps_told(self) -> frozenset[int]:
        """Places of the columns of which a rule tells where they are missing."""
        return frozenset(step.rule.effect for step in self.steps if step.rule.only_gaps)

    def knows(self, table: pd.DataFrame) -> BoolArray:
        """Which rows have no category that was not seen in `fit`, and so can be encoded."""
        return self._knows(self.columns, table)

    def _knows(self, columns: Sequence[Column], table: pd.DataFrame) -> BoolArray:
        every = [column.type.knows(as_fitted(table[column.name], column.type.dtype)) for column in columns]
        return np.logical_and.reduce([np.ones(len(table), bool), *every])

    def unseen(self, table: pd.DataFrame) -> dict[Any, BoolArray]:
        """Of the columns that hold what was not seen in `fit`, a category or a gap, which cells do."""
        cells = {
            own.name: ~self._knows([own], table) | (table[own.name].isna().to_numpy() & (not own.missing))
            for own in self.columns
        }
        return {name: strange for name, strange in cells.items() if strange.any()}

    def not_learnt(self, table: pd.DataFrame, identifiers: Identifiers) -> str:
        """What a fit that goes on with these rows could not learn, since the first one had none; "" for nothing."""
        for place, own in enumerate(self.columns):
            cells = table[own.name]
            if not own.missing and cells.isna().any():
                return f"column {own.name!r} has missing cells, and had none in fit"
            if isinstance(own.type, Number) and (off := own.type.off_lattice(cells)) is not None:
                return (
                    f"column {own.name!r} holds {off:.15g}, and all its numbers in fit were {own.type.step:.15g} apart"
                )
            if identifiers != "warn" and place not in self.faked and identifies(own.type, cells):
                return f"column {own.name!r}, which tells rows apart, was learnt as it is, without {identifiers!r}"
        return ""

    def check_scale(self, table: pd.DataFrame) -> None:
        """Numbers of a table may be anything."""

    @property
    def _unique_pairs(self) -> list[UniquePair]:
        pairs = []
        for step in self.steps:
            if isinstance(step.rule, Unique):
                others = {place for other in self.steps if other is not step for place in other.rule.columns()}
                names = {place: self.columns[place].name for place in step.rule.causes}
                pairs.append(UniquePair(list(names.values()), [names[p] for p in names if p not in others]))
        return pairs

    def unrepeated(
        self, draw: Callable[[IndexArray, int], pd.DataFrame], rows: int, seed: int, beside: pd.DataFrame | None
    ) -> pd.DataFrame:
        """So many rows that are drawn, in which what a rule says is unique comes once, beside others as well."""
        return unrepeated(draw, rows, seed, beside, self._unique_pairs)

    def encode(self, table: pd.DataFrame, classes: object = None) -> Encoded:  # noqa: ARG002 - of features
        """Codes and positions of rows with the columns of the fitted table."""
        cells = {place: self._cells_of(table, place) for place in self.in_rules}
        blocks: dict[int, Encoded] = {}
        rules = [step.rule for step in self.steps]
        for place, column in enumerate(self.columns):
            if column.parts:
                floats = column.type.transform(as_fitted(table[column.name], column.type.dtype))
                _encode(column.parts, left_open(floats, (place,), rules, cells, self.gaps_told), blocks)
        for step in self.steps:
            if step.parts:
                rests = left_open(step.rule.rests(cells), step.rule.effects, rules, cells, self.gaps_told)
                _encode(step.parts, rests, blocks)
        return Encoded.join([blocks[i] for i in range(len(self.layout.blocks))], len(table))

    def decode(self, rows: Encoded, condition: Encoded | None = None) -> pd.DataFrame:
        """Encoded rows as a table with the fitted names and dtypes; columns are decoded side by side.

        Of columns that are made anew it only says where they are missing; `identified` makes them.

        Parameters
        ----------
        condition : Encoded or None
            What the rows were generated for; not needed if no rule speaks of the label.
        """
        with ThreadPoolExecutor(threads_at_hand()) as pool:
            cells = self._finished(rows, condition, pool.map)
            types = (column.type for column in self.columns)
            series = list(pool.map(lambda own, place: own.series(cells[place].plain), types, range(len(self.columns))))
        table = pd.concat(series, axis=1) if series else pd.DataFrame(index=range(len(rows)))
        table.columns = pd.Index([column.name for column in self.columns])
        return table

    def identified(self, table: pd.DataFrame, seed: int, beside: pd.DataFrame | None = None) -> pd.DataFrame:
        """Decoded rows with new names and keys, which are none of the training rows', nor of those beside them."""
        columns = [table.iloc[:, place] for place in range(table.shape[1])]
        for place, own in self.faked.items():
            others = None if beside is None else beside.iloc[:, place]
            columns[place] = own.faked(columns[place], (seed, place), others).set_axis(table.index)
        return pd.concat(columns, axis=1).set_axis(table.columns, axis=1) if self.faked else table

    def cells(self, rows: Encoded, condition: Encoded | None = None) -> dict[int, Cells]:
        """Finished values by the places of their columns."""
        return self._finished(rows, condition, map)

    def parts(self, rows: Encoded, column: Column) -> list[Float64Array]:
        """The numbers of the parts of a column that follows from no other."""
        positions = rows.middle
        return [self._values(part, rows.codes, positions) for part in column.parts]

    def tensors(self, rows: Encoded, condition: Encoded | None = None, seed: int = 0) -> list[AnyArray]:
        """Column by column, finished values as tensors hold them; new names and keys follow from the seed."""
        cells = self.cells(rows, condition)
        return [
            column.type.tensors(cells[place].plain, form, (seed, place), column.name)
            if isinstance(column.type, Identifier)
            else column.type.tensor(cells[place].plain, form)
            for place, (column, form) in enumerate(zip(self.columns, self.tensor_types, strict=True))
        ]

    @cached_property
    def tensor_types(self) -> tuple[TensorType, ...]:
        """How tensors hold each column.

        Raises
        ------
        TypeError
            If they cannot, naming the column.
        """
        return tuple(map(_tensor_type, self.columns))

    def _finished(
        self, rows: Encoded, condition: Encoded | None, each: Callable[..., Iterable[AnyArray]]
    ) -> dict[int, Cells]:
        positions = rows.middle

        def own(place: int) -> AnyArray:
            column = self.columns[place]
            return column.type.plain([self._values(part, rows.codes, positions) for part in column.parts])

        free = [place for place, column in enumerate(self.columns) if column.parts]
        cells = {p: Cells(self.columns[p].type, plain) for p, plain in zip(free, each(own, free), strict=True)}
        if condition is not None and len(condition.codes.T):
            cells[LABEL] = label_cells(condition.codes[:, 0])
        types = {place: column.type for place, column in enumerate(self.columns)}
        for step in self.steps:
            rests = [self._values(part, rows.codes, positions) for part in step.parts]
            for place, plain in step.rule.restored(rests, cells, types).items():
                cells[place] = Cells(types[place], plain)
        return cells

    def _values(self, part: Part, codes: Int32Array, positions: Float32Array) -> Float64Array:
        has_position = part.block >= 0 and self.layout.blocks[part.block].bins
        code = np.zeros(len(codes), np.int32) if part.block < 0 else codes[:, part.block]
        none = np.zeros(len(codes), np.float32)
        position = positions[:, self.layout.numbered.index(part.block)] if has_position else none
        if part.parent is None:
            return part.coder.decode(code, position)
        mine = part.coder.decode(part.parent[code], position)
        owner = self.owners[part.block]
        if has_position and owner.column is not None:
            _follow(mine, part, owner.column, owner.part.coder, code, position)
        return mine


def _follow(
    values: Float64Array, part: Part, column: Column, owner: QuantileCoder, code: Int32Array, position: Float32Array
) -> None:
    """Let `values` of a part inside the intervals go with the values of the column that owns its block, once these are
    rounded."""
    if len(column.parts) > 1 or not np.array_equal(owner.mass, part.coder.mass):
        return
    inside = code >= owner.first_bin
    cause = column.type.rounded(owner.decode(code, position))
    values[inside] = np.interp(cause[inside], owner.value, part.coder.value)


def _encode(parts: tuple[Part, ...], arrays: list[Float64Array], blocks: dict[int, Encoded]) -> None:
    for part, values in zip(parts, arrays, strict=True):
        if part.block >= 0 and part.parent is None:
            blocks[part.block] = part.coder.encode(values)


def _tensor_type(column: Column) -> TensorType:
    try:
        return column.type.tensor_type(np.array(column.known), missing=column.missing)
    except TypeError as error:
        raise TypeError(f"column {column.name!r} {error}") from None
