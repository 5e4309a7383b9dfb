"""Plain data: names for arrays by their dtype, and the records that a file may hold."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]
BoolArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
IndexArray = NDArray[np.intp]

Record = TypeVar("Record", bound=type)

RECORDS: dict[str, type] = {}
"""The dataclasses that a saved model may be made of, by name."""


def record(cls: Record) -> Record:
    """Let a saved model hold this dataclass: its fields are plain data, or records themselves."""
    RECORDS[cls.__name__] = cls
    return cls
