"""Tables and labels of other libraries, and what is no table at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pandas as pd
from scipy import sparse

from ..columns.arrow import ArrowField, array_of, check_distinct, field_of, frame_of, plain_series
from ..plain import AnyArray, MatrixLike, VectorLike, record
from .datasets import ARRAYS, is_dataset

if TYPE_CHECKING:
    import pyarrow as pa

Vector: TypeAlias = AnyArray | pd.api.extensions.ExtensionArray
NO_NARWHALS = "tables of {} need narwhals and pyarrow: pip install 'ganaug[frames]', or give X.to_pandas()"
IMAGE_FOLDER = "a folder of images is what keras.utils.image_dataset_from_directory reads and fit takes"


def check_given(X: MatrixLike) -> Any:
    """`X`, with rows of mixed cells as an array of objects.

    Raises
    ------
    TypeError
        If it is neither a table nor images; the message says what to give instead.
    ValueError
        If rows are of several lengths, or cells are masked.
    """
    if isinstance(X, (pd.DataFrame, sparse.spmatrix, sparse.sparray)) or library_of(X) is not None:
        return X
    given = cast(Any, X)
    if isinstance(given, (str, os.PathLike)):
        raise TypeError(
            f"X is the path {os.fspath(given)!r}: give what it holds. A file becomes a table with pd.read_csv or "
            f"pd.read_parquet, {IMAGE_FOLDER}"
        )
    if isinstance(given, np.ma.MaskedArray):
        return _unmasked(given, "X")
    if isinstance(given, np.ndarray):
        if given.dtype.names is not None:
            raise TypeError(f"X is a structured array of the fields {list(given.dtype.names)}: give pd.DataFrame(X)")
        return _rows(list(given)) if _holds_arrays(given) else given
    if isinstance(given, (list, tuple)):
        return _rows(given)
    _check_no_other(given)
    return given


def library_of(X: object) -> str | None:
    """Whose table `X` is, if it is one that comes back as it came."""
    polars, arrow = sys.modules.get("polars"), sys.modules.get("pyarrow")
    if polars is not None and isinstance(X, polars.DataFrame):
        return "polars"
    return "pyarrow" if arrow is not None and isinstance(X, arrow.Table) else None


def frame_in(X: Any) -> tuple[pd.DataFrame, tuple[ArrowField, ...]]:
    """A table of polars or pyarrow as a DataFrame, and its columns."""
    nw = _narwhals(X)
    if library_of(X) == "pyarrow":
        check_distinct(X.column_names)
        return frame_of(X)
    frame = nw.from_native(X, eager_only=True)
    for name, dtype in frame.schema.items():
        if dtype in (nw.Object, nw.Int128, nw.UInt128):
            raise TypeError(f"column {name!r} holds {dtype}, which Arrow does not have: cast it to another, or drop it")
    return frame_of(frame.to_arrow(), [name for name, dtype in frame.schema.items() if dtype == nw.Enum])


def native_table(table: pa.Table, library: str, enums: Sequence[str]) -> Any:
    """A table of pyarrow as one of its library."""
    nw = _narwhals(None, library)
    frame = nw.from_arrow(table, backend=library)
    for name in enums:
        levels = table.column(name).unify_dictionaries().chunk(0).dictionary.to_pylist()
        frame = frame.with_columns(nw.col(name).cast(nw.String).cast(nw.Enum(levels)))
    return frame.to_native()


def _narwhals(X: object, library: str | None = None) -> Any:
    try:
        import narwhals
        import pyarrow  # noqa: F401
    except ImportError:
        raise ImportError(NO_NARWHALS.format(library or library_of(X))) from None
    return narwhals


def _unmasked(array: np.ma.MaskedArray[Any, Any], what: str) -> Any:
    """A masked array without its mask, if that hides nothing."""
    hidden = int(np.ma.getmaskarray(array).sum()) if array.dtype.names is None else 0
    if hidden:
        raise ValueError(
            f"{what} is a masked array, {hidden} of whose cells are masked, and arrays have no such cells: give "
            f"{what}.filled(np.nan) if it holds floats, or pd.DataFrame({what}), where they are missing"
        )
    return check_given(np.asarray(array.data)) if what == "X" else np.asarray(array.data)


def _holds_arrays(given: AnyArray) -> bool:
    """Whether an array of objects holds an array for each row, as images of several sizes come."""
    return given.ndim == 1 and len(given) > 0 and all(isinstance(row, np.ndarray) for row in given)


def _rows(rows: Sequence[Any]) -> Any:
    """Rows as an array; of objects, if it would turn numbers into text."""
    if rows and all(isinstance(row, Mapping) for row in rows):
        raise TypeError(f"X is a {type(rows).__name__} of dicts: give pd.DataFrame(X)")
    flat = (isinstance(row, (list, tuple)) or (isinstance(row, np.ndarray) and row.ndim == 1) for row in rows)
    lengths = [len(row) if is_flat else -1 for row, is_flat in zip(rows, flat, strict=True)]
    if lengths and min(lengths) >= 0:
        usual = lengths[0]
        for place, length in enumerate(lengths):
            if length != usual:
                raise ValueError(f"row {place} of X has {length} cells, and row 0 has {usual}: give all the same")
    try:
        return mixed_array(rows)
    except ValueError:
        shapes = [() if isinstance(row, (list, tuple)) else np.shape(row) for row in rows]
        other = next((place for place, shape in enumerate(shapes) if shape != shapes[0]), None)
        if other is None or len(shapes[0]) < 2:
            raise
    raise ValueError(
        f"images have several sizes: X[0] has {shapes[0]}, and X[{other}] has {shapes[other]}. Bring them to one size "
        "first, such as by keras.ops.image.resize"
    )


def mixed_array(given: Sequence[Any]) -> Any:
    """A list as an array that holds what it holds: numbers beside words stay numbers, truth values beside both too."""
    array = np.asarray(given)
    if array.dtype.kind in "iuf" and array.ndim <= 2:
        objects = np.asarray(given, dtype=object)
        return objects if any(isinstance(cell, (bool, np.bool_)) for cell in objects.ravel()) else array
    if array.dtype.kind not in "US":
        return array
    objects = np.asarray(given, dtype=object)
    kinds = {str if isinstance(c, str) else bytes if isinstance(c, bytes) else None for c in objects.ravel()}
    return array if len(kinds) == 1 and objects.shape == array.shape and None not in kinds else objects


def as_pandas_takes(array: Vector) -> Vector:
    """An array in the machine's byte order, which all of pandas works with, and bytes of one length as objects."""
    if array.dtype.kind == "S":
        return array.astype(object)
    return array.astype(array.dtype.newbyteorder("="), copy=False) if isinstance(array, np.ndarray) else array


def _check_no_other(given: Any) -> None:
    """Raise TypeError for what NumPy makes no array of."""
    kind, home = type(given).__name__, type(given).__module__.partition(".")[0]
    if isinstance(given, Mapping):
        raise TypeError(f"X is a {kind}: give pd.DataFrame(X) if it holds a column for each name")
    if is_dataset(given):
        raise TypeError(f"X is a tf.data.Dataset, which only fit, augment, fit_resample and report read: {ARRAYS}")
    if hasattr(given, "collect_schema") and hasattr(given, "collect"):
        raise TypeError(f"X is a {kind}, which has no rows yet: give X.collect()")
    if isinstance(given, pd.Series) or _library_of_vector(given) is not None:
        remedy = "X.to_frame()" if home != "pyarrow" else "pyarrow.table({'x': X})"
        raise TypeError(f"X is a {kind}, which is no table: give {remedy} if it is a table's only column")
    if home.startswith("dask"):
        raise TypeError(f"X is a {kind} of {home}, which is not in memory: give X.compute()")
    if hasattr(given, "__dataframe__") or hasattr(given, "__arrow_c_stream__"):
        raise TypeError(
            f"X is a {home}.{kind}, which is no table that can be given back as it came: give X.to_pandas(), or "
            "pyarrow.table(X)"
        )
    if isinstance(given, (set, frozenset, Iterator)) or not (
        hasattr(given, "__array__") or hasattr(given, "__len__") or np.isscalar(given)
    ):
        raise TypeError(
            f"X is of type {kind}, which is no table: give a DataFrame, an array, a sparse matrix or a list of rows"
        )


@record
@dataclass(frozen=True)
class LabelContainer:
    """What labels came in, where that is neither a Series of pandas nor an array of NumPy.

    Parameters
    ----------
    kind : {"frame", "polars", "pyarrow", "array"}
        The last one is an array of pandas.
    column : bool
        Whether it was a table of one column.
    levels : tuple
        What a DataFrame calls the levels of its column names.
    field : ArrowField or None
    """

    kind: str
    column: bool
    levels: tuple[Any, ...] = (None,)
    field: ArrowField | None = None

    @classmethod
    def of(cls, y: VectorLike | None) -> LabelContainer | None:
        """How labels come back; None where that is as a Series or an array of NumPy."""
        if isinstance(y, pd.api.extensions.ExtensionArray):
            return cls("array", False)
        if isinstance(y, pd.DataFrame):
            return cls("frame", True, tuple(y.columns.names))
        library = library_of(y) or _library_of_vector(y)
        if library is None:
            return None
        field = _arrow_vector(y)[1]
        return cls(library, library_of(y) is not None, field=field)

    def restore(self, labels: pd.Series) -> Any:
        if self.kind == "array":
            return labels.array
        if self.field is None:
            frame = labels.to_frame()
            frame.columns = frame.columns.set_names(list(self.levels))
            return frame
        import pyarrow as pa

        array = array_of(labels, self.field)
        if self.kind == "pyarrow" and not self.column:
            return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
        metadata = dict(self.field.metadata) or None
        schema = pa.schema([pa.field(self.field.name, array.type, self.field.nullable, metadata)])
        table = pa.Table.from_arrays([array], schema=schema)
        frame = native_table(table, self.kind, [self.field.name] if self.field.enum else [])
        return frame if self.column else frame.to_series()


def _library_of_vector(y: object) -> str | None:
    polars, arrow = sys.modules.get("polars"), sys.modules.get("pyarrow")
    if polars is not None and isinstance(y, polars.Series):
        return "polars"
    return "pyarrow" if arrow is not None and isinstance(y, (arrow.ChunkedArray, arrow.Array)) else None


def _arrow_vector(y: Any) -> tuple[Any, ArrowField]:
    """Labels of polars or pyarrow as a column of Arrow, and what it takes to go back."""
    if library_of(y) is None and _library_of_vector(y) == "pyarrow":
        import pyarrow as pa

        column = y if isinstance(y, pa.ChunkedArray) else pa.chunked_array([y])
        return column, field_of("", column.type)
    nw = _narwhals(y, library_of(y) or _library_of_vector(y))
    table = nw.from_native(y if library_of(y) else y.to_frame(), eager_only=True)
    if table.shape[1] != 1:
        raise ValueError(
            f"y should be a 1d array, got a table of shape {table.shape} instead. Multilabel and multioutput targets "
            "are not supported."
        )
    arrow = table.to_arrow()
    [name] = arrow.column_names
    enums = [name] if next(iter(table.schema.values())) == nw.Enum else []
    return arrow.column(0), frame_of(arrow.slice(0, 0), enums)[1][0]


def label_series(y: VectorLike) -> pd.Series | None:
    """Labels of polars, pyarrow or a DataFrame of one column as a Series; None if they are neither."""
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        return y.iloc[:, 0]
    if library_of(y) is None and _library_of_vector(y) is None:
        return None
    column, field = _arrow_vector(y)
    labels = plain_series(column)
    return labels.rename(field.name or None)
