"""Arrow's tables and columns as pandas has them, and back to the exact types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..plain import DType, record

if TYPE_CHECKING:
    import pyarrow as pa


@record
@dataclass(frozen=True)
class ArrowField:
    """A column of an Arrow table.

    Parameters
    ----------
    name : str
    dtype : pandas.ArrowDtype
        Its type.
    nullable : bool
    metadata : tuple of (bytes, bytes)
        What polars notes beside a type, for example.
    enum : bool
        Whether it is an enumeration of polars, whose values are all known beforehand.
    """

    name: str
    dtype: Any
    nullable: bool = True
    metadata: tuple[tuple[bytes, bytes], ...] = ()
    enum: bool = False


def frame_of(table: pa.Table, enums: Sequence[str] = ()) -> tuple[pd.DataFrame, tuple[ArrowField, ...]]:
    """A table as a DataFrame that keeps its types and missing cells, and what it takes to go back.

    Raises
    ------
    TypeError
        For columns of lists and the like.
    """
    columns = [_series(name, table.column(place)) for place, name in enumerate(table.column_names)]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(len(table)))
    frame.columns = pd.Index(table.column_names, dtype=None if columns else object)
    return frame, tuple(_field(field, enum=field.name in enums) for field in table.schema)


def table_of(frame: pd.DataFrame, fields: Sequence[ArrowField]) -> pa.Table:
    """A DataFrame as a table with the types that `fields` have, or wider ones where values need them."""
    import pyarrow as pa

    known = {field.name: field for field in fields}
    names = [str(name) for name in frame]
    made = [array_of(frame.iloc[:, place], known[name]) for place, name in enumerate(names)]
    schema = [
        pa.field(name, own.type, known[name].nullable or bool(own.null_count), dict(known[name].metadata) or None)
        for name, own in zip(names, made, strict=True)
    ]
    return pa.Table.from_arrays(made, schema=pa.schema(schema))


def array_of(column: pd.Series, field: ArrowField) -> Any:
    """A column as Arrow has it."""
    import pyarrow as pa

    wanted = field.dtype.pyarrow_dtype
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _dictionary(column.array, wanted)
    try:
        made = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # objects that only the wanted type tells how to take
        return pa.array(column, wanted, from_pandas=True)
    if pa.types.is_dictionary(wanted):
        return _dictionary(pd.Categorical(column), wanted)
    try:
        return made.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return made


def plain_series(column: Any) -> pd.Series:
    """A column of labels, which has no missing cells, in pandas' own dtype; moments keep their unit."""
    return signed(column).to_pandas()


def signed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column, whose dictionary has signed indices if it has one: pyarrow before 23 gives pandas no others."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) and pa.types.is_unsigned_integer(kind.index_type):
        return column.cast(pa.dictionary(pa.int64(), kind.value_type, kind.ordered))
    return column


def without_view(kind: pa.DataType) -> pa.DataType:
    """Plain strings or bytes in the place of views of them, with which Arrow and pandas can hardly work."""
    import pyarrow as pa

    plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    if pa.types.is_dictionary(kind) and kind.value_type in plain:
        return pa.dictionary(pa.int32(), plain[kind.value_type], kind.ordered)
    return plain.get(kind, kind)


def check_arrow_type(name: str, kind: pa.DataType) -> None:
    """TypeError for a column of lists and the like."""
    import pyarrow as pa

    if pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType) or str(kind).startswith("run_end"):
        raise TypeError(f"column {name!r} holds {kind}: make columns of its parts, or drop it")


def check_arrow_dtype(name: object, dtype: DType) -> None:
    """TypeError for a type of Arrow that pandas does not know, or hardly any function."""
    if isinstance(dtype, pd.ArrowDtype):
        if str(dtype.pyarrow_dtype).startswith(("decimal32", "decimal64")):
            raise TypeError(f"column {name!r} holds {dtype}, which cannot be compared: cast it to decimal128")
        try:
            _ = dtype.type
        except NotImplementedError:
            raise TypeError(
                f"column {name!r} holds {dtype}, which pandas does not know: make strings or numbers of it, or drop it"
            ) from None


def check_distinct(names: Sequence[str]) -> None:
    """ValueError if two columns of a table are called the same."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"duplicate column names: {twice}; rename them")


def _series(name: str, column: pa.ChunkedArray) -> pd.Series:
    import pyarrow as pa

    own = column.type
    if pa.types.is_dictionary(own):
        return pd.Series(_categories(column))
    check_arrow_type(name, own)
    return pd.Series(pd.arrays.ArrowExtensionArray(column.cast(without_view(own))))


def _categories(column: pa.ChunkedArray) -> pd.Categorical:
    import pyarrow as pa

    if not column.num_chunks:
        return pd.Categorical([], categories=[], ordered=column.type.ordered)
    one = column.unify_dictionaries()
    known = pd.Index(one.chunk(0).dictionary.to_pandas())
    if not known.is_unique or known.hasnans:
        return pd.Categorical(one.cast(column.type.value_type).to_pandas(), ordered=column.type.ordered)
    codes = pa.chunked_array([chunk.indices for chunk in one.chunks]).cast(pa.int64()).fill_null(-1).to_numpy()
    return pd.Categorical.from_codes(codes, known, ordered=column.type.ordered)


def _dictionary(column: pd.Categorical, wanted: pa.DataType) -> Any:
    """Categories as a dictionary; as what it holds, if that is what is wanted."""
    import pyarrow as pa

    is_dictionary = pa.types.is_dictionary(wanted)
    inner = wanted.value_type if is_dictionary else wanted
    levels = pa.array(column.categories.to_series().array, from_pandas=True).cast(inner)
    codes = np.asarray(column.codes, np.int64)
    indices = pa.array(codes, pa.int64(), mask=codes < 0)
    try:
        indices = indices.cast(wanted.index_type if is_dictionary else pa.int64())
    except pa.ArrowInvalid:
        indices = indices.cast(pa.int32())
    made = pa.DictionaryArray.from_arrays(indices, levels, ordered=column.ordered)
    return made if is_dictionary else made.cast(inner)


def _field(field: pa.Field, *, enum: bool) -> ArrowField:
    # What polars notes of an enumeration lists its values, and they may become more.
    metadata = () if enum or field.metadata is None else tuple(field.metadata.items())
    return ArrowField(field.name, pd.ArrowDtype(field.type), field.nullable, metadata, enum)


def field_of(name: str, kind: pa.DataType) -> ArrowField:
    """A column of this type."""
    return ArrowField(name, pd.ArrowDtype(kind))
