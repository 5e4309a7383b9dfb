"""A table as codes and positions, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ...columns.base import ColumnType, TensorType
from ...columns.layout import Encoded, Layout
from ...columns.number import Number
from ...columns.quantiles import QuantileCoder
from ...columns.registry import fit_column
from ...columns.relations import Relation, find_relations
from ...plain import AnyArray, BoolArray, Float32Array, Float64Array, Int32Array, record

PROBE_ROWS = 512


@record
@dataclass(frozen=True)
class Part:
    """One array of numbers of a column, and where the encoded rows hold it.

    Parameters
    ----------
    block : int
        Index of the block in the layout, -1 for a constant.
    parent : ndarray of int32 or None
        Where the part is a function of another part, the code for each code of that one; both then share its block.
    """

    coder: QuantileCoder
    block: int = -1
    parent: Int32Array | None = None


@record
@dataclass(frozen=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    name : object
    type : ColumnType
    parts : tuple of Part
    relation : Relation or None
        How its numbers follow from those of columns before it; its part then holds the rest.
    """

    name: object
    type: ColumnType
    parts: tuple[Part, ...]
    relation: Relation | None = None


@record
@dataclass(frozen=True)
class TableEncoder:
    """Encodes and decodes the rows of one table.

    Constant columns take no slots. Nor do columns that are a function of another one, be it a copy, a change of units
    or a category that a finer one implies: they are computed back from it. Of a column that is nearly a sum or a
    product of others, only what these leave over is encoded.
    """

    columns: tuple[Column, ...]
    layout: Layout

    def __post_init__(self) -> None:
        for place, column in enumerate(self.columns):
            if column.relation is not None and not set(column.relation.causes) <= set(range(place)):
                raise ValueError(f"column {column.name!r} follows from columns {column.relation.causes}")
            own = [part for part in column.parts if part.block >= 0 and part.parent is None]
            if any(part.coder.block != self.layout.blocks[part.block] for part in own):
                raise ValueError(f"column {column.name!r} is not coded as the layout has it")

    @classmethod
    def fit(cls, table: pd.DataFrame, *, categorical: frozenset[object] = frozenset()) -> tuple[TableEncoder, Encoded]:
        """Learn the encoding of `table`, and encode it.

        Raises
        ------
        TypeError
            For cells that cannot be compared, and dtypes that are not data.
        """
        types = [fit_column(table[name], categorical=name in categorical) for name in table]
        floats = [own.transform(table[name]) for own, name in zip(types, table, strict=True)]
        flat = [part for parts in floats for part in parts]
        nominal = [flag for own in types for flag in own.nominal]
        coders = [QuantileCoder.fit(part, levels=flag) for part, flag in zip(flat, nominal, strict=True)]
        encoded = [coder.encode(part) for coder, part in zip(coders, flat, strict=True)]
        numbers = {place: cells for place, own in enumerate(types) if isinstance(cells := own.cells, Number)}
        first = [int(place) for place in np.cumsum([0, *map(len, floats)])]
        on_lattice = {first[place] for place, number in numbers.items() if number.step}
        owner, maps = _shared(coders, encoded, [part in on_lattice for part in range(len(flat))])
        plain = {place: floats[place][0] for place in numbers}
        lattices = {i: (number.origin, number.step) for i, number in numbers.items() if owner.count(first[i]) == 1}
        relations = find_relations(plain, lattices)
        for place, relation in relations.items():
            rest, part = relation.rest(plain[place], plain), first[place]
            coders[part] = QuantileCoder.fit(rest)
            encoded[part] = coders[part].encode(rest)
            owner[part] = part if coders[part].varied else -1
        owners = sorted({o for o in owner if o >= 0}, key=lambda i: (coders[i].block, i))
        places = {o: place for place, o in enumerate(owners)}
        parts = [Part(coder, places.get(o, -1), m) for coder, o, m in zip(coders, owner, maps, strict=True)]
        columns = tuple(
            Column(name, own, tuple(parts[first[place] : first[place + 1]]), relations.get(place))
            for place, (name, own) in enumerate(zip(table, types, strict=True))
        )
        layout = Layout(tuple(coders[o].block for o in owners))
        return cls(columns, layout), Encoded.join([encoded[o] for o in owners], len(table))

    @property
    def features(self) -> list[object]:
        """What the columns of tables must match."""
        return [column.name for column in self.columns]

    @property
    def n_features(self) -> int:
        return len(self.columns)

    @cached_property
    def owners(self) -> tuple[tuple[Column, int], ...]:
        """For each block, the column that it was made for, and which of its parts."""
        owners = {
            p.block: (column, i) for column in self.columns for i, p in enumerate(column.parts) if p.parent is None
        }
        return tuple(owners[block] for block in range(len(self.layout.blocks)))

    @cached_property
    def causes(self) -> frozenset[int]:
        """Places of the columns that others follow from."""
        return frozenset(cause for column in self.columns if column.relation for cause in column.relation.causes)

    def knows(self, table: pd.DataFrame) -> BoolArray:
        """Which rows have no category that was not seen in `fit`, and so can be encoded."""
        every = [column.type.knows(table[column.name]) for column in self.columns]
        return np.logical_and.reduce([np.ones(len(table), bool), *every])

    def encode(self, table: pd.DataFrame) -> Encoded:
        """Codes and positions of rows with the columns of the fitted table."""
        blocks: dict[int, Encoded] = {}
        plain: dict[int, Float64Array] = {}
        for place, column in enumerate(self.columns):
            parts = column.type.transform(table[column.name])
            if place in self.causes:
                [plain[place]] = parts
            if column.relation is not None:
                parts = [column.relation.rest(parts[0], plain)]
            for part, values in zip(column.parts, parts, strict=True):
                if part.block >= 0 and part.parent is None:
                    blocks[part.block] = part.coder.encode(values)
        return Encoded.join([blocks[i] for i in range(len(self.layout.blocks))], len(table))

    def decode(self, rows: Encoded) -> pd.DataFrame:
        """Encoded rows as a table with the fitted names and dtypes; columns are decoded side by side."""
        from joblib import cpu_count

        positions = rows.middle
        decoded: list[Future[tuple[AnyArray, pd.Series]]] = []

        def plain_of(place: int) -> AnyArray:  # of a column before the one that asks, and so already under way
            return decoded[place].result()[0]

        def finish(column: Column) -> tuple[AnyArray, pd.Series]:
            plain = column.type.plain(self._parts(column, rows.codes, positions, plain_of))
            return plain, column.type.series(plain)

        with ThreadPoolExecutor(cpu_count()) as pool:
            for column in self.columns:
                decoded.append(pool.submit(finish, column))
        series = [column.result()[1] for column in decoded]
        table = pd.concat(series, axis=1) if series else pd.DataFrame(index=range(len(rows)))
        table.columns = pd.Index([column.name for column in self.columns])
        return table

    def parts(self, rows: Encoded) -> Iterator[tuple[Column, list[Float64Array]]]:
        """Column by column, the numbers of its parts."""
        positions, plain = rows.middle, dict[int, AnyArray]()
        for place, column in enumerate(self.columns):
            parts = self._parts(column, rows.codes, positions, plain.__getitem__)
            if place in self.causes:
                plain[place] = column.type.plain(parts)
            yield column, parts

    def tensors(self, rows: Encoded) -> list[AnyArray]:
        """Column by column, finished values as tensors hold them."""
        forms = zip(self.parts(rows), self.tensor_types, strict=True)
        return [column.type.tensor(column.type.plain(parts), form) for (column, parts), form in forms]

    @cached_property
    def tensor_types(self) -> tuple[TensorType, ...]:
        """How tensors hold each column.

        Raises
        ------
        TypeError
            If they cannot, naming the column.
        """
        return tuple(map(_tensor_type, self.columns))

    def _parts(
        self, column: Column, codes: Int32Array, positions: Float32Array, plain_of: Callable[[int], AnyArray]
    ) -> list[Float64Array]:
        parts = [self._values(part, codes, positions) for part in column.parts]
        if column.relation is not None:
            plain = {cause: plain_of(cause) for cause in column.relation.causes}
            parts = [column.relation.restored(parts[0], plain)]
        return parts

    def _values(self, part: Part, codes: Int32Array, positions: Float32Array) -> Float64Array:
        has_position = part.block >= 0 and self.layout.blocks[part.block].bins
        code = np.zeros(len(codes), np.int32) if part.block < 0 else codes[:, part.block]
        none = np.zeros(len(codes), np.float32)
        position = positions[:, self.layout.numbered.index(part.block)] if has_position else none
        if part.parent is None:
            return part.coder.decode(code, position)
        mine = part.coder.decode(part.parent[code], position)
        if has_position:
            column, place = self.owners[part.block]
            _follow(mine, part, column, column.parts[place].coder, code, position)
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


def _tensor_type(column: Column) -> TensorType:
    [coder, *_] = (part.coder for part in column.parts)
    known = np.array(coder.range if coder.bins or len(coder.recurring) else ())
    try:
        found = column.type.tensor_type(known, missing=coder.missing)
    except TypeError as error:
        raise TypeError(f"column {column.name!r} {error}") from None
    return found if column.relation is None else replace(found, low=column.relation.low, high=column.relation.high)


def _shared(
    coders: list[QuantileCoder], encoded: list[Encoded], rounded: list[bool]
) -> tuple[list[int], list[Int32Array | None]]:
    """For each part the part whose block it takes its codes from (-1 for a constant), and the map between the codes.

    A part is a function of another one if every code of that one goes with a single code of it, in every row, and
    positions are equal too. Parts with more codes, then those of rounded values, come first as owners; a code needs
    `PROBE_ROWS` / 16 rows on average, lest a few rows agree by chance.
    """
    owner, maps = [-1] * len(coders), [None] * len(coders)  # type: list[int], list[Int32Array | None]
    varied = [i for i, n in enumerate(coders) if n.varied]
    if not varied:
        return [0, *owner[1:]], maps  # something must be generated
    codes = np.hstack([encoded[i].codes for i in varied])
    probe = codes[np.linspace(0, len(codes) - 1, min(PROBE_ROWS, len(codes))).astype(int)]
    owned: list[int] = []
    for spot in sorted(range(len(varied)), key=lambda s: (-coders[varied[s]].block.width, not rounded[varied[s]], s)):
        i = varied[spot]
        owner[i] = i
        for other in owned:
            j = varied[other]
            if bool(coders[i].bins) != bool(coders[j].bins) or not _implies(probe[:, other], probe[:, spot]):
                continue
            if coders[i].bins and not _same_positions(encoded[i], encoded[j]):
                continue
            rows_per_code = len(codes) / coders[j].block.width
            copies = coders[i].block.width == coders[j].block.width
            if (copies or rows_per_code >= PROBE_ROWS / 16) and _implies(codes[:, other], codes[:, spot]):
                code_of = np.zeros(coders[j].block.width, np.int32)
                code_of[codes[:, other]] = codes[:, spot]
                owner[i], maps[i] = j, code_of
                break
        else:
            owned.append(spot)
    return owner, maps


def _implies(cause: Int32Array, effect: Int32Array) -> bool:
    """Whether each code of `cause` goes with a single code of `effect`."""
    known = np.zeros(cause.max() + 1, np.int32)
    known[cause] = effect
    return bool((known[cause] == effect).all())


def _same_positions(one: Encoded, other: Encoded) -> bool:
    return np.array_equal(one.low, other.low) and np.array_equal(one.high, other.high)
