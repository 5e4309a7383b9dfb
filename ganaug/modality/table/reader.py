"""Rows of a table in the elements of datasets: a matrix, or a dict of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...columns.base import TENSOR_DTYPES, TensorType
from ...columns.layout import Encoded
from ...columns.ticks import NO_TIME
from ...plain import AnyArray
from ...tensorflow import tf
from ..specs import has_room, shown, without_rows
from .encoder import TableEncoder


@dataclass(frozen=True)
class TableReader:
    """The x of elements of rows of a table.

    Parameters
    ----------
    encoder : TableEncoder
    array_dtype : dtype or None
        Of the array that the rows came in, None for a DataFrame.
    """

    encoder: TableEncoder
    array_dtype: Any

    check_scale = None

    @property
    def types(self) -> dict[str, TensorType]:
        """How tensors hold each column; TypeError that names the column if they cannot."""
        names = [str(column.name) for column in self.encoder.columns]
        return dict(zip(names, self.encoder.tensor_types, strict=True))

    @property
    def native(self) -> Any:
        types, matrix = self.types, self._matrix
        if matrix:
            return tf.TensorSpec([len(types)], matrix)
        return {name: tf.TensorSpec([], found.dtype) for name, found in types.items()}

    @property
    def _matrix(self) -> str:
        """TensorFlow's name of the dtype of a matrix of all columns, if that is how rows are given; else ""."""
        own, types = self.array_dtype, self.types.values()
        if own is not None and own.name in TENSOR_DTYPES:
            return str(own.name)
        if own is not None and own.kind in "US":
            return "string"
        if not all(found.in_matrix for found in types):
            return ""
        return str(np.result_type(*(np.dtype(found.dtype) for found in types)).name)

    def features(self, spec: Any, rows: Encoded, condition: Encoded, seed: int = 0) -> Any:
        values = self.encoder.tensors(rows, condition, seed)
        if not isinstance(spec, dict):
            dtype = spec.dtype.as_numpy_dtype
            cast = [_cast(found, own, dtype) for found, own in zip(self.types.values(), values, strict=True)]
            return np.stack(cast, 1)
        found = {name: (own, value) for (name, own), value in zip(self.types.items(), values, strict=True)}
        return {
            key: _cast(*found[str(key)], part.dtype.as_numpy_dtype).reshape(len(rows), *part.shape)
            for key, part in spec.items()
        }

    def rows_of(self, x: Any, y: Any) -> tuple[bool, Any]:
        types = self.types
        single, spec = _columns(types, x, y) if isinstance(x, Mapping) else _matrix_of(types, x)
        found = spec if isinstance(spec, dict) else dict.fromkeys(types, spec)
        wrong = [trouble for key, part in found.items() for trouble in _trouble(str(key), types[str(key)], part.dtype)]
        if wrong:
            raise TypeError("synthetic rows cannot look like these elements: " + "; ".join(wrong))
        return not single, spec


def _columns(types: dict[str, TensorType], x: Any, y: Any) -> tuple[bool, dict[Any, Any]]:
    names = list(types)
    given = {str(key): key for key in x}
    missing, extra = [n for n in names if n not in given], [key for key in x if str(key) not in names]
    if missing or extra:
        parts = [f"{word} {which}" for word, which in (("missing", missing), ("unknown", extra)) if which]
        raise TypeError(f"x: expected the columns {names}; {', '.join(parts)}")
    ranks = {len(part.shape) for part in x.values()}
    single = ranks == {0} or (ranks <= {0, 1} and y is not None and len(y.shape) == 0)
    shapes = {key: without_rows(part, not single, f"column {key!r}") for key, part in x.items()}
    wrong = [
        f"column {key!r}: expected one value for each row, found {shown(x[key])}"
        for key, shape in shapes.items()
        if shape not in ((), (1,))
    ]
    if wrong:
        raise TypeError("synthetic rows cannot look like these elements: " + "; ".join(wrong))
    return single, {key: tf.TensorSpec(shape, x[key].dtype) for key, shape in shapes.items()}


def _matrix_of(types: dict[str, TensorType], x: Any) -> tuple[bool, Any]:
    names, rank = list(types), len(x.shape)
    if rank not in (1, 2) or x.shape[-1] not in (None, len(names)):
        wanted = f"a matrix of the {len(names)} columns {names}, shape ({len(names)},) or (batch, {len(names)})"
        raise TypeError(f"x: expected {wanted}, or a dict with these keys; found {shown(x)}")
    return rank == 1, tf.TensorSpec([len(names)], x.dtype)


def _trouble(name: str, found: TensorType, dtype: Any) -> list[str]:
    """What keeps a column's values from being of a dtype."""
    own, gaps = tf.as_dtype(found.dtype), found.gaps and not found.ticks
    if dtype == own:
        return []
    takes = dtype.is_floating or (dtype.is_integer and found.whole and not gaps)
    if own != tf.string and takes and has_room(dtype, found.low, found.high):
        return []
    why = " with missing values" if gaps else ""
    return [f"column {name!r} holds {found.dtype}{why}, found {dtype.name}"]


def _cast(found: TensorType, values: AnyArray, dtype: Any) -> AnyArray:
    cast = values.astype(dtype, copy=False)
    if found.ticks and np.dtype(dtype).kind == "f":
        cast[values == NO_TIME] = np.nan
    return cast
