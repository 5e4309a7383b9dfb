"""What tables come in, checked once; afterwards a table is a DataFrame with unique column names."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import sparse

from ...columns.arrow import ArrowField, check_arrow_dtype, table_of
from ...columns.joined import joined
from ...columns.number import has_infinity
from ...data.foreign import as_pandas_takes, check_given, frame_in, library_of, native_table
from ...exceptions import DataWarning
from ...plain import AnyArray, DType, IndexArray, MatrixLike, record, writable

SHOWN = 5
"""Names of columns in a warning."""


@record
@dataclass(frozen=True)
class TableContainer:
    """A table, as a DataFrame inside.

    Parameters
    ----------
    kind : {"frame", "array", "sparse", "polars", "pyarrow"}
    dtype : dtype or None
        Of the array or the sparse matrix.
    form : type or None
        Of the sparse matrix.
    levels : tuple
        What a DataFrame calls the levels of its column names.
    labels : dtype or None
        Of its column names, if they have a single level.
    fields : tuple of ArrowField
        The columns of a table of polars or pyarrow.
    """

    kind: str
    dtype: np.dtype[Any] | None = None
    form: Any = None
    levels: tuple[Any, ...] = (None,)
    labels: DType | None = None
    fields: tuple[ArrowField, ...] = ()
    what: ClassVar[str] = "a table"

    @property
    def named(self) -> bool:
        """Whether columns have names of the user's."""
        return self.kind not in ("array", "sparse")

    def wanted(self, fitted: Sequence[Any]) -> str:
        return f"a table of {len(fitted):,} column{'s' * (len(fitted) != 1)}"

    def restore(self, table: pd.DataFrame) -> Any:
        if self.kind == "frame":
            return table.set_axis(self._names(table), axis=1)
        if self.fields:
            return native_table(table_of(table, self.fields), self.kind, [f.name for f in self.fields if f.enum])
        values = self._array(table)
        return self.form(values) if self.kind == "sparse" else writable(values)

    def _names(self, table: pd.DataFrame) -> pd.Index:
        names = list(table.columns)
        if len(self.levels) > 1:
            return pd.MultiIndex.from_tuples(names, names=self.levels)
        return pd.Index(names, dtype=self.labels, name=self.levels[0], tupleize_cols=False)

    def _array(self, table: pd.DataFrame) -> AnyArray:
        """Of the dtype that the array had, or of one that holds what it does not."""
        own = np.dtype(object) if self.dtype is None else self.dtype
        if own.kind in "US":
            values = table.to_numpy(dtype=object)
            longest = max((len(cell) for cell in values.ravel()), default=0)
            width = max(longest, own.itemsize // np.dtype(f"{own.kind}1").itemsize)
            return values.astype(f"{own.byteorder.strip('|=')}{own.kind}{width}")
        if own.kind == "O":
            return table.to_numpy(dtype=object)
        native = own.newbyteorder("=")
        found = {getattr(dtype, "subtype", dtype) for dtype in table.dtypes} - {native}
        others = [dtype for dtype in found if isinstance(dtype, np.dtype)]
        if len(others) < len(found):
            return table.to_numpy(dtype=object)
        wide = np.result_type(native, *others)
        if own.kind in "mM":  # pandas has no days, only seconds
            values = table.to_numpy(dtype=wide)
            short = values.astype(own)
            return short if ((short == values) | np.isnat(values)).all() else values
        if wide.kind == "f" and any(_loses(table.iloc[:, place], wide) for place in range(table.shape[1])):
            wide = np.dtype(object)
        return table.to_numpy(dtype=own if wide == native else wide)

    def stack(self, real: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        """New rows below real ones, in dtypes that hold both; TypeError that names a column for which there is none."""
        if not len(new):
            return real
        if list(real.dtypes) == list(new.dtypes):
            return pd.concat([real, new.set_axis(real.columns, axis=1)], ignore_index=True)
        columns = [joined(real.iloc[:, place], new.iloc[:, place]) for place in range(real.shape[1])]
        return pd.concat(columns, axis=1).set_axis(real.columns, axis=1)

    def replaced(self, real: pd.DataFrame, new: pd.DataFrame, rows: IndexArray, given: MatrixLike) -> Any:
        """As `given` came, with new rows in the place of some; a frame keeps its index."""
        order = np.arange(len(real))
        order[rows] = len(real) + np.arange(len(rows))
        mixed = self.stack(real, new).iloc[order]
        return self.restore(mixed.set_axis(given.index if isinstance(given, pd.DataFrame) else real.index))

    def matching(self, table: pd.DataFrame, fitted: Sequence[Any], dropped: Sequence[Any] = ()) -> pd.DataFrame:
        """`table` with the fitted columns in their order, without those that were dropped.

        Raises
        ------
        ValueError
            If it has others.
        """
        if dropped and (self.named or table.shape[1] == len(fitted) + len(dropped)):
            table = table.loc[:, [name not in dropped for name in table.columns]]
        if not self.named and table.shape[1] == len(fitted):
            if any(isinstance(name, str) for name in fitted):
                warnings.warn(
                    "X does not have valid feature names, but GANAugmenter was fitted with feature names: its columns "
                    f"are taken for {list(fitted)[:SHOWN]}{', ...' if len(fitted) > SHOWN else ''}, in this order",
                    DataWarning,
                    stacklevel=5,
                )
            table.columns = pd.Index(fitted)
        missing = [name for name in fitted if name not in table.columns]
        extra = [name for name in table.columns if name not in set(fitted)]
        if missing or extra:
            parts = [f"{word} {names}" for word, names in (("missing", missing), ("unknown", extra)) if names]
            counts = f"X has {table.shape[1]} features, but GANAugmenter is expecting {len(fitted)} features as input"
            what = counts if table.shape[1] != len(fitted) else "X has other columns than the rows of fit"
            raise ValueError(f"{what}: columns {', '.join(parts)}")
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
    X = check_given(X)
    if isinstance(X, pd.DataFrame):
        table = X.reset_index(drop=True)
        names = table.columns
        labels = None if names.nlevels > 1 else names.dtype
        container = TableContainer("frame", levels=tuple(names.names), labels=labels)
        _check_names(names)
    elif (library := library_of(X)) is not None:
        table, fields = frame_in(X)
        container = TableContainer(library, fields=fields)
        _check_names(table.columns)
    elif isinstance(X, (sparse.spmatrix, sparse.sparray)):
        table = pd.DataFrame.sparse.from_spmatrix(sparse.csc_matrix(X))
        container = TableContainer("sparse", X.dtype, type(X))
    else:
        array = np.asarray(X)
        if array.ndim != 2:
            remedy = (
                "Images are (n, height, width) or (n, height, width, channels): leave other axes out"
                if array.ndim > 2
                else "Reshape your data with X.reshape(-1, 1) if it has a single column, or X.reshape(1, -1) if it is "
                "a single row"
            )
            raise ValueError(
                f"expected 2D array, got {array.ndim}D array with shape {array.shape}: rows x columns. {remedy}"
            )
        if array.dtype.kind == "c":
            raise ValueError(f"Complex data not supported: X has dtype {array.dtype}, give real and imaginary parts")
        if array.dtype.kind not in "biufOUSTmM":
            raise TypeError(f"X has dtype {array.dtype}, which is no table's: give numbers, strings, dates or objects")
        cells = as_pandas_takes(array)
        table = pd.DataFrame(cells, dtype=object if cells.dtype == object else None)  # it would guess a dtype
        container = TableContainer("array", array.dtype)
    if not table.shape[1]:
        raise ValueError(f"X has 0 feature(s) (shape={table.shape}) while a minimum of 1 is required.")
    for name, dtype in table.dtypes.items():
        check_arrow_dtype(name, dtype)
    infinite = [name for name in table if has_infinity(table[name])]
    if infinite:
        raise ValueError(f"infinite values in columns {infinite}: replace them by a missing value or a large number")
    return table, container


def _loses(column: pd.Series, wide: np.dtype[Any]) -> bool:
    """Whether whole numbers change as floats."""
    own = column.dtype
    if not isinstance(own, np.dtype) or own.kind not in "iu":
        return False
    values = column.to_numpy()
    return bool((values.astype(wide).astype(own) != values).any())


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
