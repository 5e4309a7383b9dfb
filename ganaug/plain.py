"""Plain data: names for arrays by their dtype, and the records that a file may hold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

AnyArray = NDArray[Any]
BoolArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
IndexArray = NDArray[np.intp]


class ArrowStream(Protocol):
    """A DataFrame of polars or another library, or a table of pyarrow."""

    def __len__(self) -> int: ...

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class TensorDataset(Protocol):
    """A `tf.data.Dataset`."""

    @property
    def as_numpy_iterator(self) -> Any: ...


class DaskLike(Protocol):
    """A DataFrame of Dask."""

    @property
    def to_delayed(self) -> Any: ...


class SparkLike(Protocol):
    """A DataFrame of Spark."""

    @property
    def mapInArrow(self) -> Any: ...


class RayLike(Protocol):
    """A dataset of Ray."""

    @property
    def iter_batches(self) -> Any: ...


class ArrowDataset(Protocol):
    """A `pyarrow.dataset.Dataset`."""

    @property
    def get_fragments(self) -> Any: ...


MatrixLike: TypeAlias = (
    "pd.DataFrame | AnyArray | sparse.spmatrix | sparse.sparray | ArrowStream | Sequence[Sequence[Any]]"
)
VectorLike: TypeAlias = "pd.Series | pd.DataFrame | AnyArray | ArrowStream | Sequence[Any]"
LargeTable: TypeAlias = ArrowDataset | DaskLike | SparkLike | RayLike
SameTable = TypeVar("SameTable", bound="pd.DataFrame | AnyArray | sparse.spmatrix | sparse.sparray | ArrowStream")
SameLabels = TypeVar("SameLabels", bound="pd.Series | pd.DataFrame | AnyArray | ArrowStream")
"""What comes back as it was given; a sequence does not, but as an array."""
DType: TypeAlias = "np.dtype[Any] | pd.api.extensions.ExtensionDtype"
PathLike: TypeAlias = str | os.PathLike[str]
Count: TypeAlias = int | Mapping[Any, int]
"""Of rows: in all, or of each class."""
RandomState: TypeAlias = int | np.random.RandomState | np.random.Generator | None

Verbose: TypeAlias = Literal["auto"] | bool | int
"""Whether to show a progress bar; by itself where work takes long and somebody looks."""

Record = TypeVar("Record", bound=type)

RECORDS: dict[str, type] = {}
"""The dataclasses that a saved model may be made of, by name."""


def record(cls: Record) -> Record:
    """Let a saved model hold this dataclass: its fields are plain data, or records themselves."""
    RECORDS[cls.__name__] = cls
    return cls


def writable(array: AnyArray) -> AnyArray:
    """An array that whoever is given it may change: pandas lends its own to be read."""
    return array if array.flags.writeable else array.copy()
