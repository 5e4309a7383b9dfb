"""What tables come in, checked once; afterwards a table is a DataFrame with unique column names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import sparse

from ...columns.number import has_infinity
from ...plain import IndexArray, MatrixLike, record


@record
@dataclass(frozen=True)
class TableContainer:
    """A table, as a DataFrame inside.

    Parameters
    ----------
    kind : {"frame", "array", "sparse"}
    dtype : dtype or None
        Of the array or the sparse matrix.
    form : type or None
        Of the sparse matrix.
    """

    kind: str
    dtype: np.dtype[Any] | None = None
    form: Any = None
    what: ClassVar[str] = "a table"

    @property
    def named(self) -> bool:
        """Whether columns have names of the user's."""
        return self.kind == "frame"

    def restore(self, table: pd.DataFrame) -> Any:
        if self.kind == "frame":
            return table
        values = table.to_numpy(dtype=self.dtype)
        return self.form(values) if self.kind == "sparse" else values

    def stack(self, real: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        """New rows below real ones, in whose dtypes."""
        return pd.concat([real, new.astype(real.dtypes.to_dict())], ignore_index=True) if len(new) else real

    def replaced(self, real: pd.DataFrame, new: pd.DataFrame, rows: IndexArray, given: MatrixLike) -> Any:
        """As `given` came, with new rows in the place of some; a frame keeps its index."""
        order = np.arange(len(real))
        order[rows] = len(real) + np.arange(len(rows))
        mixed = self.stack(real, new).iloc[order]
        return self.restore(mixed.set_axis(given.index if isinstance(given, pd.DataFrame) else real.index))

    def matching(self, table: pd.DataFrame, fitted: Sequence[Any]) -> pd.DataFrame:
        """`table` with the fitted columns in their order.

        Raises
        ------
        ValueError
            If it has others.
        """
        if self.kind != "frame" and table.shape[1] == len(fitted):
            table.columns = pd.Index(fitted)
        missing = [name for name in fitted if name not in table.columns]
        extra = [name for name in table.columns if name not in set(fitted)]
        if missing or extra:
            parts = [f"{word} {names}" for word, names in (("missing", missing), ("unknown", extra)) if names]
            raise ValueError(
                f"X has {table.shape[1]} features, but GANAugmenter is expecting {len(fitted)} features as input: "
                f"columns {', '.join(parts)}"
            )
        return table[list(fitted)]


def check_table(X: MatrixLike) -> tuple[pd.DataFrame, TableContainer]:
    """`X` as a DataFrame, and how to give rows back.

    Raises
    ------
    TypeError
        If it is no table, or the column names are of several types.
    ValueError
        If it is empty, has duplicate column names or infinite numbers.
    """
    if isinstance(X, pd.DataFrame):
        table, container = X.reset_index(drop=True), TableContainer("frame")
        _check_names(table.columns)
    elif isinstance(X, (sparse.spmatrix, sparse.sparray)):
        table = pd.DataFrame.sparse.from_spmatrix(sparse.csc_matrix(X))
        container = TableContainer("sparse", X.dtype, type(X))
    else:
        array = np.asarray(X)
        if array.ndim != 2:
            raise ValueError(
                f"expected 2D array, got {array.ndim}D array with shape {array.shape}: rows x columns. Reshape your "
                "data with X.reshape(-1, 1) if it has a single column, or X.reshape(1, -1) if it is a single row"
            )
        if array.dtype.kind == "c":
            raise ValueError(f"Complex data not supported: X has dtype {array.dtype}, give real and imaginary parts")
        if array.dtype.kind not in "biufOUSTmM":
            raise TypeError(f"X has dtype {array.dtype}, which is no table's: give numbers, strings, dates or objects")
        table = pd.DataFrame(array, dtype=object if array.dtype == object else None)  # pandas would guess a dtype
        container = TableContainer("array", array.dtype)
    if not table.shape[1]:
        raise ValueError(f"X has 0 feature(s) (shape={table.shape}) while a minimum of 1 is required.")
    infinite = [name for name in table if has_infinity(table[name])]
    if infinite:
        raise ValueError(f"infinite values in columns {infinite}: replace them by a missing value or a large number")
    return table, container


def _check_names(names: pd.Index) -> None:
    if not names.is_unique:
        raise ValueError(f"duplicate column names: {sorted(map(str, names[names.duplicated()].unique()))}; rename them")
    kinds = sorted({"str" if isinstance(name, str) else type(name).__name__ for name in names})
    if len(kinds) > 1 and "str" in kinds:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{kinds} as feature name / column name types: {list(names)}. Rename them, for example with "
            "X.columns = X.columns.astype(str)"
        )
