"""Plain data: names for arrays by their dtype, and the records that a file may hold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

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

MatrixLike: TypeAlias = "pd.DataFrame | AnyArray | sparse.spmatrix | sparse.sparray | Sequence[Sequence[Any]]"
VectorLike: TypeAlias = "pd.Series | pd.DataFrame | AnyArray | Sequence[Any]"
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
