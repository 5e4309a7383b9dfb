"""A table as codes and positions, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..layout import Encoded, Layout
from ..relation import Relation
from .numeric import Numbers
from .relations import find_relations
from .views import Floats, NumberView, View, dense, known_to, view_of

PROBE_ROWS = 512


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

    numbers: Numbers
    block: int = -1
    parent: NDArray[np.int32] | None = None


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    name : object
    view : View
    parts : tuple of Part
    relation : Relation or None
        How its numbers follow from those of columns before it; its part then holds the rest.
    """

    name: object
    view: View
    parts: tuple[Part, ...]
    relation: Relation | None = None


@dataclass(frozen=True)
class TableEncoder:
    """Encodes and decodes the rows of one table.

    Constant columns take no slots. Nor do columns that are a function of another one, be it a copy, a change of units
    or a category that a finer one implies: they are computed back from it. Of a column that is nearly a sum or a
    product of others, only what these leave over is encoded.
    """

    columns: tuple[Column, ...]
    layout: Layout

    @classmethod
    def fit(cls, table: pd.DataFrame, *, categorical: frozenset[object] = frozenset()) -> tuple[TableEncoder, Encoded]:
        """Learn the encoding of `table`, and encode it.

        Raises
        ------
        TypeError
            For cells that cannot be compared, and dtypes that are not data.
        """
        views = [view_of(table[name], categorical=name in categorical) for name in table]
        floats = [view.split(table[name]) for view, name in zip(views, table, strict=True)]
        flat = [part for parts in floats for part in parts]
        levels = [level for view in views for level in view.levels]
        numbers = [Numbers.fit(part, levels=level) for part, level in zip(flat, levels, strict=True)]
        encoded = [number.encode(part) for number, part in zip(numbers, flat, strict=True)]
        rounded = [getattr(view, "step", 0) > 0 for view in views for _ in view.levels]
        owner, maps = _shared(numbers, encoded, rounded)
        first = [int(place) for place in np.cumsum([0, *map(len, floats)])]
        measured = {i: inner for i, view in enumerate(views) if isinstance(inner := dense(view), NumberView)}
        plain = {place: floats[place][0] for place in measured}
        lattices = {i: (view.origin, view.step) for i, view in measured.items() if owner.count(first[i]) == 1}
        relations = find_relations(plain, lattices)
        for place, relation in relations.items():
            rest, part = relation.rest(plain[place], plain), first[place]
            numbers[part] = Numbers.fit(rest)
            encoded[part] = numbers[part].encode(rest)
            owner[part] = part if numbers[part].varied else -1
        owners = sorted({o for o in owner if o >= 0}, key=lambda i: (numbers[i].block, i))
        places = {o: place for place, o in enumerate(owners)}
        parts = [Part(n, places.get(o, -1), m) for n, o, m in zip(numbers, owner, maps, strict=True)]
        columns = tuple(
            Column(name, view, tuple(parts[first[place] : first[place + 1]]), relations.get(place))
            for place, (name, view) in enumerate(zip(table, views, strict=True))
        )
        layout = Layout(tuple(numbers[o].block for o in owners))
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

    def knows(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows have no category that was not seen in `fit`, and so can be encoded."""
        every = [known_to(column.view, table[column.name]) for column in self.columns]
        return np.logical_and.reduce([np.ones(len(table), bool), *every])

    def encode(self, table: pd.DataFrame) -> Encoded:
        """Codes and positions of rows with the columns of the fitted table."""
        blocks: dict[int, Encoded] = {}
        plain: dict[int, Floats] = {}
        for place, column in enumerate(self.columns):
            parts = column.view.split(table[column.name])
            if place in self.causes:
                [plain[place]] = parts
            if column.relation is not None:
                parts = [column.relation.rest(parts[0], plain)]
            for part, values in zip(column.parts, parts, strict=True):
                if part.block >= 0 and part.parent is None:
                    blocks[part.block] = part.numbers.encode(values)
        return Encoded.join([blocks[i] for i in range(len(self.layout.blocks))], len(table))

    def decode(self, rows: Encoded) -> pd.DataFrame:
        """Encoded rows as a table with the fitted names and dtypes; columns are decoded side by side."""
        from joblib import cpu_count

        codes, positions = rows.codes, rows.middle
        decoded: list[Future[tuple[list[Floats], pd.Series]]] = []

        def cells_of(place: int) -> pd.Series:  # of a column before the one that asks, and so already under way
            return decoded[place].result()[1]

        with ThreadPoolExecutor(cpu_count()) as pool:
            for column in self.columns:
                decoded.append(pool.submit(self._decoded, column, codes, positions, cells_of))
        merged = [column.result()[1] for column in decoded]
        table = pd.concat(merged, axis=1) if merged else pd.DataFrame(index=range(len(rows)))
        table.columns = pd.Index([column.name for column in self.columns])
        return table

    def decoded(self, rows: Encoded) -> Iterator[tuple[Column, list[Floats], pd.Series]]:
        """Column by column, the numbers of its parts and its finished cells."""
        codes, positions = rows.codes, rows.middle
        finished: dict[int, pd.Series] = {}
        for place, column in enumerate(self.columns):
            parts, cells = self._decoded(column, codes, positions, finished.__getitem__)
            if place in self.causes:
                finished[place] = cells
            yield column, parts, cells

    def _decoded(
        self,
        column: Column,
        codes: NDArray[np.int32],
        positions: NDArray[np.float32],
        cells_of: Callable[[int], pd.Series],
    ) -> tuple[list[Floats], pd.Series]:
        parts = [self._values(part, codes, positions) for part in column.parts]
        if column.relation is not None:
            plain = {cause: self.columns[cause].view.split(cells_of(cause))[0] for cause in column.relation.causes}
            parts = [column.relation.restored(parts[0], plain)]
        return parts, column.view.merge(parts)

    def _values(self, part: Part, codes: NDArray[np.int32], positions: NDArray[np.float32]) -> Floats:
        has_position = part.block >= 0 and self.layout.blocks[part.block].bins
        code = np.zeros(len(codes), np.int32) if part.block < 0 else codes[:, part.block]
        none = np.zeros(len(codes), np.float32)
        position = positions[:, self.layout.numbered.index(part.block)] if has_position else none
        if part.parent is None:
            return part.numbers.decode(code, position)
        mine = part.numbers.decode(part.parent[code], position)
        if not has_position:
            return mine
        owner, place = self.owners[part.block]
        return _follow(mine, part, owner, owner.parts[place], code, position)


def _follow(
    values: Floats, part: Part, column: Column, owner: Part, code: NDArray[np.int32], position: NDArray[np.float32]
) -> Floats:
    """`values` of a part inside the intervals as those that go with its owner's values once these are rounded."""
    if not _goes_with(column, owner, part):
        return values
    cause = owner.numbers.decode(code, position)
    [cause] = column.view.split(column.view.merge([cause]).rename(column.name))
    inside = code >= owner.numbers.first_bin
    values[inside] = np.interp(cause[inside], owner.numbers.value, part.numbers.value)
    return values


def _goes_with(column: Column, owner: Part, part: Part) -> bool:
    """Whether a part's values inside the intervals can be read off those of its owner, which is in `column`."""
    return len(column.parts) == 1 and np.array_equal(owner.numbers.mass, part.numbers.mass)


def followed(encoder: TableEncoder, part: Part) -> int:
    """Index of the column whose finished values decide where `part` lies inside its intervals; -1 for none."""
    if part.parent is None or not encoder.layout.blocks[part.block].bins:
        return -1
    for place, column in enumerate(encoder.columns):
        owner = next((p for p in column.parts if p.block == part.block and p.parent is None), None)
        if owner is not None:
            return place if _goes_with(column, owner, part) else -1
    raise AssertionError("a part with a parent has an owner")


def _shared(
    numbers: list[Numbers], encoded: list[Encoded], rounded: list[bool]
) -> tuple[list[int], list[NDArray[np.int32] | None]]:
    """For each part the part whose block it takes its codes from (-1 for a constant), and the map between the codes.

    A part is a function of another one if every code of that one goes with a single code of it, in every row, and
    positions are equal too. Parts with more codes, then those of rounded values, come first as owners; a code needs
    `PROBE_ROWS` / 16 rows on average, lest a few rows agree by chance.
    """
    owner, maps = [-1] * len(numbers), [None] * len(numbers)  # type: list[int], list[NDArray[np.int32] | None]
    varied = [i for i, n in enumerate(numbers) if n.varied]
    if not varied:
        return [0, *owner[1:]], maps  # something must be generated
    codes = np.hstack([encoded[i].codes for i in varied])
    probe = codes[np.linspace(0, len(codes) - 1, min(PROBE_ROWS, len(codes))).astype(int)]
    owned: list[int] = []
    for spot in sorted(range(len(varied)), key=lambda s: (-numbers[varied[s]].block.width, not rounded[varied[s]], s)):
        i = varied[spot]
        owner[i] = i
        for other in owned:
            j = varied[other]
            if bool(numbers[i].bins) != bool(numbers[j].bins) or not _implies(probe[:, other], probe[:, spot]):
                continue
            if numbers[i].bins and not _same_positions(encoded[i], encoded[j]):
                continue
            rows_per_code = len(codes) / numbers[j].block.width
            copies = numbers[i].block.width == numbers[j].block.width
            if (copies or rows_per_code >= PROBE_ROWS / 16) and _implies(codes[:, other], codes[:, spot]):
                code_of = np.zeros(numbers[j].block.width, np.int32)
                code_of[codes[:, other]] = codes[:, spot]
                owner[i], maps[i] = j, code_of
                break
        else:
            owned.append(spot)
    return owner, maps


def _implies(cause: NDArray[np.int32], effect: NDArray[np.int32]) -> bool:
    """Whether each code of `cause` goes with a single code of `effect`."""
    known = np.zeros(cause.max() + 1, np.int32)
    known[cause] = effect
    return bool((known[cause] == effect).all())


def _same_positions(one: Encoded, other: Encoded) -> bool:
    return np.array_equal(one.low, other.low) and np.array_equal(one.high, other.high)
