"""Columns of any dtype as arrays of floats, and back to the dtype they came from."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..exceptions import DataWarning

Floats = NDArray[np.float64]

EXACT = 2**53
MAX_DECIMALS = 9
PER_DAY = {unit: 86_400 * 1000**power for power, unit in enumerate(("s", "ms", "us", "ns"))}


class View(Protocol):
    """One dtype's way to floats. `split` gives one array for each part, `merge` takes them back."""

    @property
    def kind(self) -> str: ...

    @property
    def dtype(self) -> Any: ...

    @property
    def levels(self) -> tuple[bool, ...]:
        """For each part, whether its numbers stand for categories."""

    def split(self, column: pd.Series) -> list[Floats]: ...

    def merge(self, parts: list[Floats]) -> pd.Series: ...


@dataclass(frozen=True)
class NumberView:
    """Integers and floats, NumPy's, pandas' or pyarrow's, and Python's in an object column.

    Values are put back on the lattice ``origin + k * step`` on which all training values lay: integers, decimals,
    multiples of 50. ``step`` 0 means that there was none. ``ints`` says whether an object column held Python integers.
    """

    dtype: Any
    origin: float
    step: float
    decimals: int
    missing: Any = np.nan
    ints: bool = False

    kind: ClassVar[str] = "number"
    levels: ClassVar[tuple[bool, ...]] = (False,)

    @classmethod
    def fit(cls, column: pd.Series) -> NumberView:
        values = _floats(column)
        known = np.unique(values[np.isfinite(values)])
        origin, step, decimals = _lattice(known)
        ints = column.dtype == object and "integer" in pd.api.types.infer_dtype(column, skipna=True)
        return cls(column.dtype, origin, step, decimals, _missing_of(column), ints)

    def split(self, column: pd.Series) -> list[Floats]:
        return [_floats(column)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        values = parts[0]
        if self.step:
            values = np.round(self.origin + np.rint((values - self.origin) / self.step) * self.step, self.decimals)
        if self.dtype != object:
            return _cast(values, self.dtype)
        cells = [self.missing if np.isnan(v) else int(v) if self.ints and v == int(v) else float(v) for v in values]
        return pd.Series(cells, dtype=object)


@dataclass(frozen=True)
class TimeView:
    """Datetimes as (week, day of the week, time of day), so that weekly and daily patterns can be learnt.

    Times with a zone are taken in UTC. A cell is missing where its week is.

    Parameters
    ----------
    tick : int
        The coarsest unit of all times of day, in units of the dtype.
    first, last : int
        The training range, which no combination of a week and a day leaves.
    usual : tuple of int
        The most frequent day of the week and time of day, for cells that lack one of them.
    """

    dtype: Any
    tick: int
    first: int
    last: int
    usual: tuple[int, int]

    kind: ClassVar[str] = "time"
    levels: ClassVar[tuple[bool, ...]] = (False, False, False)

    @classmethod
    def fit(cls, column: pd.Series) -> TimeView:
        ticks, absent = _ticks(column)
        ticks, day = ticks[~absent], PER_DAY[_unit(column.dtype)]
        tick = int(np.gcd.reduce(ticks % day)) or day
        if not len(ticks):
            return cls(column.dtype, tick, 0, 0, (0, 0))
        usual = _most_frequent(ticks // day % 7), _most_frequent(ticks % day // tick)
        return cls(column.dtype, tick, int(ticks.min()), int(ticks.max()), usual)

    def split(self, column: pd.Series) -> list[Floats]:
        ticks, absent = _ticks(column)
        days, time = np.divmod(ticks, PER_DAY[_unit(self.dtype)])
        weeks, weekday = np.divmod(days, 7)
        return [np.where(absent, np.nan, part) for part in (weeks, weekday, time / self.tick)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        weeks, weekday, time = (
            np.where(np.isnan(part), fill, np.rint(part)).astype(np.int64)
            for part, fill in zip(parts, (0, *self.usual), strict=True)
        )
        ticks = (weeks * 7 + weekday) * PER_DAY[_unit(self.dtype)] + time * self.tick
        return _from_ticks(ticks.clip(self.first, self.last), np.isnan(parts[0]), self.dtype)


@dataclass(frozen=True)
class SpanView:
    """Timedeltas as a number of ``tick`` units of the dtype."""

    dtype: Any
    tick: int

    kind: ClassVar[str] = "span"
    levels: ClassVar[tuple[bool, ...]] = (False,)

    @classmethod
    def fit(cls, column: pd.Series) -> SpanView:
        ticks, absent = _ticks(column)
        return cls(column.dtype, int(np.gcd.reduce(ticks[~absent])) or 1)

    def split(self, column: pd.Series) -> list[Floats]:
        ticks, absent = _ticks(column)
        return [np.where(absent, np.nan, ticks / self.tick)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        absent = np.isnan(parts[0])
        ticks = np.where(absent, 0, np.rint(parts[0])).astype(np.int64) * self.tick
        return _from_ticks(ticks, absent, self.dtype)


@dataclass(frozen=True)
class LevelView:
    """Categories, strings, booleans and any other hashable values, as numbers of levels.

    Parameters
    ----------
    values : Series
        The levels seen, sorted where they can be, in the column's own dtype (that of the categories, if it has any).
    ordinal : bool
        Whether neighbouring levels are alike, so that they may share an interval.
    """

    dtype: Any
    values: pd.Series
    ordinal: bool = False
    missing: Any = np.nan

    kind: ClassVar[str] = "level"

    @property
    def levels(self) -> tuple[bool, ...]:
        return (not self.ordinal,)

    @classmethod
    def fit(cls, column: pd.Series, *, ordinal: bool = False) -> LevelView:
        known = _plain(column[column.notna()])
        if isinstance(column.dtype, pd.CategoricalDtype):
            seen = np.unique(known.cat.codes.to_numpy())
            return cls(column.dtype, pd.Series(column.cat.categories[seen]), missing=_missing_of(column))
        if known.dtype == object:  # unique() would take 1, 1.0 and True for one value
            distinct = pd.Series(list({_key(v): v for v in known}.values()), dtype=object)
        else:
            distinct = pd.Series(known.unique(), dtype=known.dtype)
        with suppress(TypeError):  # levels of several types stay in order of appearance
            distinct = distinct.sort_values(ignore_index=True)
        return cls(column.dtype, distinct, ordinal, _missing_of(column))

    def split(self, column: pd.Series) -> list[Floats]:
        column = _plain(column)
        absent = column.isna().to_numpy()
        if isinstance(column.dtype, pd.CategoricalDtype):
            into = pd.Index(self.values).get_indexer(column.cat.categories)
            codes = np.append(into, -1)[column.cat.codes]
        elif self.values.dtype == object:
            spot = {_key(v): i for i, v in enumerate(self.values)}
            codes = np.array([spot.get(_key(v), -1) for v in column], np.int64)
        else:
            codes = pd.Index(self.values).get_indexer(pd.Index(column))
        unseen = (codes < 0) & ~absent
        if unseen.any():
            raise ValueError(
                f"column {column.name!r}: {column[unseen].iloc[0]!r} was not among the {len(self.values)} values "
                f"seen in fit, for example {self.values.head(5).tolist()}"
            )
        return [np.where(absent, np.nan, codes)]

    def merge(self, parts: list[Floats]) -> pd.Series:
        absent = np.isnan(parts[0])
        codes = np.where(absent, -1, np.rint(np.nan_to_num(parts[0]))).astype(np.int64)
        if isinstance(self.dtype, pd.CategoricalDtype):
            into = self.dtype.categories.get_indexer(pd.Index(self.values))
            return pd.Series(pd.Categorical.from_codes(np.append(into, -1)[codes], dtype=self.dtype))
        if self.dtype == object:
            return pd.Series(np.array([*self.values, self.missing, None], object)[:-1][codes], dtype=object)
        return pd.Series(self.values.array.take(codes, allow_fill=bool(absent.any()))).astype(self.dtype)


@dataclass(frozen=True)
class SparseView:
    """A column of a pandas sparse dtype, by way of the dense one."""

    dtype: Any
    dense: View

    kind: ClassVar[str] = "sparse"

    @property
    def levels(self) -> tuple[bool, ...]:
        return self.dense.levels

    def split(self, column: pd.Series) -> list[Floats]:
        return self.dense.split(column.sparse.to_dense())

    def merge(self, parts: list[Floats]) -> pd.Series:
        return self.dense.merge(parts).astype(self.dtype)


def view_of(column: pd.Series, *, categorical: bool = False) -> View:
    """The view that suits a column's dtype.

    Raises
    ------
    TypeError
        If the cells are complex numbers or cannot be hashed.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        return SparseView(dtype, view_of(column.sparse.to_dense(), categorical=categorical))
    if pd.api.types.is_complex_dtype(dtype):
        raise TypeError(f"column {column.name!r} holds complex numbers: give real and imaginary parts as two columns")
    if pd.api.types.is_object_dtype(dtype):
        try:
            column.map(hash)
        except TypeError:
            cell = next(v for v in column if not _hashable(v))
            raise TypeError(
                f"column {column.name!r} holds {type(cell).__name__} objects, which cannot be compared: "
                "drop it or turn its cells into strings or numbers"
            ) from None
    if categorical or _is_dictionary(dtype):
        return LevelView.fit(column)
    if _is_datetime(dtype):
        return TimeView.fit(column)
    if _is_timedelta(dtype):
        return SpanView.fit(column)
    numeric = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype) and not _is_decimal(dtype)
    if pd.api.types.is_object_dtype(dtype):
        numeric = pd.api.types.infer_dtype(column, skipna=True) in {"integer", "floating", "mixed-integer-float"}
    if numeric:
        if not _exact(column):
            return LevelView.fit(column, ordinal=True)
        return NumberView.fit(column)
    view = LevelView.fit(column)
    known = int(column.notna().sum())
    if len(view.values) == known > 20 and known == len(column):
        warnings.warn(
            f"column {column.name!r} has another value in every row, so nothing can be learnt about it: "
            "synthetic rows repeat training values of it; drop it if it identifies somebody",
            DataWarning,
            stacklevel=2,
        )
    return view


def _most_frequent(values: NDArray[np.int64]) -> int:
    distinct, counts = np.unique(values, return_counts=True)
    return int(distinct[np.argmax(counts)])


def _plain(column: pd.Series) -> pd.Series:
    """An Arrow dictionary column as one of its values, since pandas hardly works with the former."""
    return (
        column.astype(pd.ArrowDtype(column.dtype.pyarrow_dtype.value_type)) if _is_dictionary(column.dtype) else column
    )


def _key(value: Any) -> tuple[type, Any]:
    """Tells 1, 1.0 and True apart."""
    return type(value), value


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _most_frequent(values: NDArray[np.int64]) -> int:
    distinct, counts = np.unique(values, return_counts=True)
    return int(distinct[np.argmax(counts)])


def _plain(column: pd.Series) -> pd.Series:
    """A column of pyarrow's dictionary type as one of its values' type, others as they are."""
    value_type = getattr(getattr(column.dtype, "pyarrow_dtype", None), "value_type", None)
    if value_type is None or not str(column.dtype).startswith("dictionary"):
        return column
    return column.astype(pd.ArrowDtype(value_type))


def _missing_of(column: pd.Series) -> Any:
    """How an object column writes a missing cell."""
    if column.dtype == object and (absent := column[column.isna()]).size:
        return absent.iloc[0]
    return np.nan


def _is_decimal(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and dtype.type is Decimal


def _is_dictionary(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("dictionary")


def _is_datetime(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.kind == "M" and str(dtype).startswith("timestamp")
    return pd.api.types.is_datetime64_any_dtype(dtype)


def _is_timedelta(dtype: Any) -> bool:
    return dtype.kind == "m" if isinstance(dtype, pd.ArrowDtype) else pd.api.types.is_timedelta64_dtype(dtype)


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _exact(column: pd.Series) -> bool:
    """Whether every number of the column survives as float64."""
    if pd.api.types.is_float_dtype(column.dtype):
        return True
    return not (np.abs(_floats(column)) >= EXACT).any()


def _lattice(known: Floats) -> tuple[float, float, int]:
    """Origin, step and decimals of the coarsest lattice that holds the sorted, distinct values `known`."""
    if not len(known):
        return 0.0, 0.0, 0
    for decimals in range(MAX_DECIMALS + 1):
        scale = 10.0**decimals
        if np.abs(known).max() * scale >= EXACT:
            break
        if (np.round(known, decimals) == known).all():
            whole = np.rint(known * scale).astype(np.int64)
            step = np.gcd.reduce(whole - whole[0]) or 1
            return float(known[0]), float(step / scale), decimals
    return 0.0, 0.0, 0


def _cast(values: Floats, dtype: Any) -> pd.Series:
    """Floats as a Series of a numeric dtype, NaN as its missing value."""
    if isinstance(dtype, np.dtype):
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            values = values.clip(limits.min, limits.max)
        return pd.Series(values.astype(dtype))
    series = pd.Series(values)
    absent = series.isna()
    return series.where(~absent, 0).astype(dtype).mask(absent) if absent.any() else series.astype(dtype)


def _unit(dtype: Any) -> str:
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype.unit)
    return str(dtype.unit) if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0]


def _ticks(column: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole units of the dtype (since 1970 in UTC, for datetimes), and where there are none."""
    absent = column.isna().to_numpy()
    if isinstance(column.dtype, pd.ArrowDtype):
        ticks = column.array.__arrow_array__().cast("int64").fill_null(0).to_numpy()
    else:
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        ticks = column.to_numpy().view(np.int64)
    return np.where(absent, 0, ticks), absent


def _from_ticks(ticks: NDArray[np.int64], absent: NDArray[np.bool_], dtype: Any) -> pd.Series:
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa

        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(ticks, mask=absent).cast(dtype.pyarrow_dtype)))
    kind = "M" if _is_datetime(dtype) else "m"
    series = pd.Series(ticks.view(f"{kind}8[{_unit(dtype)}]")).mask(absent)
    if isinstance(dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize("UTC").dt.tz_convert(dtype.tz)
    return series
