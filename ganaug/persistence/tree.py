"""Fitted objects as a tree of tagged plain values, and back by fixed tables only.

A tree holds what JSON holds: None, booleans, integers and strings stand for themselves, everything else is a list that
begins with its tag. Arrays are kept beside the tree. Reading never imports, evaluates or unpickles what a tree says:
each tag and each record's name is looked up in a table, and an unknown one is a ValueError.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plain import DType
from .typed import check_fields

if TYPE_CHECKING:
    import pyarrow as pa

MAX_DEPTH = 60
MOST_ALIKE = 16
"""Things of one hash in a file; Python compares each with all of them."""
MOST_TABLES = 10_000
"""Tables, columns and kinds of category in a file, and one more for each `TABLE_BYTES` of its text: an empty one takes
hundreds of times the memory that its text does."""
TABLE_BYTES = 256
TABLE_TAGS = ("series", "frame", "category")
LONGEST_TEXT = 2**20
"""Bytes of a fixed width."""
OFFSET = re.compile(r"UTC([+-]\d\d:\d\d(:\d\d)?)?")
SPARSE_FORMS = ("csr", "csc", "coo", "bsr", "lil", "dok", "dia")
Records = Mapping[str, Any]
Tree = None | bool | int | str | list[Any]


class TreeWriter:
    """Turns values into trees.

    Parameters
    ----------
    records : mapping
        The dataclasses that may occur, by name.

    Attributes
    ----------
    arrays : list of ndarray
        Those that the trees written so far refer to by number.
    """

    def __init__(self, records: Records) -> None:
        self.records = records
        self.arrays: list[NDArray[Any]] = []

    def tree(self, value: object, where: str = "") -> Any:
        """The tree of `value`; `where` says in an error what could not be written."""
        if value is None or value is True or value is False or type(value) in (int, str):
            return value
        for kind, matches, write in _SCALARS:
            if matches(value):
                return [kind, write(value)]
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufMm":
            self.arrays.append(np.ascontiguousarray(value))
            return ["array", len(self.arrays) - 1]
        if isinstance(value, pd.Series):
            return ["series", self.dtype(value.dtype, where), self._cells(value, where)]
        if isinstance(value, pd.DataFrame):
            return ["frame", [[name, self.tree(value[name].to_numpy(), where)] for name in value]]
        if type(value) is list or type(value) is tuple or type(value) is frozenset:
            return [type(value).__name__, [self.tree(item, where) for item in value]]
        if isinstance(value, dict):
            return ["dict", [[self.tree(k, where), self.tree(v, f"{where}.{k}")] for k, v in value.items()]]
        if isinstance(value, (np.dtype, pd.api.extensions.ExtensionDtype)):
            return ["dtype", self.dtype(value, where)]
        if is_dataclass(value) and type(value) in self.records.values():
            return self._record(value, where)
        if isinstance(value, type) and getattr(value, "format", None) is not None:
            return ["sparse", value.__name__]
        if isinstance(value, pd.Interval):
            return ["interval", self.tree(value.left, where), self.tree(value.right, where), value.closed]
        raise TypeError(
            f"{where.strip('.')}: {value!r} of type {type(value).__name__} cannot be saved to a ganaug file; "
            "use pickle, or turn it into a string or a number before fitting"
        )

    def dtype(self, dtype: DType, where: str = "") -> list[Any]:
        """The tree of a dtype of NumPy, pandas or pyarrow."""
        if isinstance(dtype, pd.CategoricalDtype):
            return ["category", self.tree(pd.Series(dtype.categories), where), dtype.ordered]
        if isinstance(dtype, pd.StringDtype):
            return ["string", dtype.storage, "nan" if isinstance(dtype.na_value, float) else "NA"]
        if isinstance(dtype, pd.DatetimeTZDtype) and _named(dtype.tz):
            return ["zoned", dtype.unit, str(dtype.tz)]
        if isinstance(dtype, pd.SparseDtype):
            return ["sparse", dtype.subtype.str, self.tree(dtype.fill_value, where)]
        if isinstance(dtype, pd.ArrowDtype):
            return ["arrow", _arrow_out(dtype.pyarrow_dtype, where)]
        if isinstance(dtype, np.dtype) and dtype.kind in "biufMmOUS":
            return ["numpy", dtype.str]
        if isinstance(dtype, pd.PeriodDtype):
            return ["period", dtype.name.removeprefix("period[").removesuffix("]")]
        if isinstance(dtype, pd.IntervalDtype):
            return ["interval", self.dtype(dtype.subtype, where), dtype.closed]
        if isinstance(dtype, pd.api.extensions.ExtensionDtype) and str(dtype) in _NULLABLE:
            return ["nullable", str(dtype)]
        raise _not_saved(dtype, where)

    def _cells(self, series: pd.Series, where: str) -> Any:
        numeric = isinstance(series.dtype, np.dtype) and series.dtype.kind in "biufMm"
        return self.tree(series.to_numpy() if numeric else series.tolist(), where)

    def _record(self, value: Any, where: str) -> list[Any]:
        name = type(value).__name__
        if name == "Column":
            where = f"column {value.name!r}"
        elif name in ("ClassTarget", "NumberTarget"):
            where = "target y" if value.name is None else f"target {value.name!r}"
        named = where.startswith(("column ", "target "))  # a user knows what that is, and not what is inside
        content = {
            f.name: self.tree(getattr(value, f.name), where if named else f"{where}.{f.name}") for f in _saved(value)
        }
        return ["record", name, content]


class TreeReader:
    """Turns trees into values.

    Parameters
    ----------
    records : mapping
        The dataclasses that may occur, by name.
    array : callable
        Takes an array's number, returns the array.
    """

    def __init__(self, records: Records, array: Callable[[int], NDArray[Any]]) -> None:
        self.records, self.array = records, array

    def tree(self, value: Tree, depth: int = 0) -> Any:
        """The value of a tree.

        Raises
        ------
        Exception
            Of any kind, if the tree is not one that `TreeWriter` wrote.
        """
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        if value is None or isinstance(value, (bool, int, str)):
            return value
        kind, *rest = value

        def inner(item: Tree) -> Any:
            return self.tree(item, depth + 1)

        if kind in _SCALAR_READERS:
            return _SCALAR_READERS[kind](rest[0])
        if kind == "array":
            return self.array(int(rest[0]))
        if kind in ("list", "tuple", "frozenset"):
            items = [inner(item) for item in rest[0]]
            if kind == "frozenset":
                _check_spread(items)
            return {"list": list, "tuple": tuple, "frozenset": frozenset}[kind](items)
        if kind == "dict":
            keys = [inner(pair[0]) for pair in rest[0]]
            _check_spread(keys)
            made = dict(zip(keys, (inner(pair[1]) for pair in rest[0]), strict=True))
            if len(made) < len(keys) or any(len(pair) != 2 for pair in rest[0]):
                raise ValueError("a dict with a key that comes twice")
            return made
        if kind == "dtype":
            return self.dtype(rest[0], depth)
        if kind == "series":
            return pd.Series(inner(rest[1]), dtype=self.dtype(rest[0], depth))
        if kind == "frame":
            return pd.DataFrame({name: inner(array) for name, array in rest[0]})
        if kind == "record":
            record = self.records[rest[0]]
            names = {f.name for f in _saved(record)}
            needed = {f.name for f in _saved(record) if f.default is MISSING}
            if not needed <= set(rest[1]) <= names:  # an older file lacks what came later, with a default
                raise ValueError(f"{rest[0]} has the fields {sorted(rest[1])}, expected {sorted(names)}")
            given = {name: inner(item) for name, item in rest[1].items()}
            check_fields(record, given)
            return record(**given)
        if kind == "sparse":
            return _sparse_form(rest[0])
        if kind == "interval":
            return pd.Interval(inner(rest[0]), inner(rest[1]), rest[2])
        raise ValueError(f"unknown tag {kind!r}")

    def dtype(self, value: list[Any], depth: int = 0) -> DType:
        """The dtype of a tree."""
        kind, *rest = value
        if kind == "category":
            levels = self.tree(rest[0], depth + 1)
            if levels.dtype == object:
                _check_spread(levels)
            return pd.CategoricalDtype(pd.Index(levels), ordered=bool(rest[1]))
        if kind == "string":
            return pd.StringDtype(rest[0], na_value=np.nan if rest[1] == "nan" else pd.NA)
        if kind == "zoned":
            return pd.DatetimeTZDtype(rest[0], _zone(rest[1]))
        if kind == "sparse":
            return pd.SparseDtype(np.dtype(rest[0]), self.tree(rest[1], depth + 1))
        if kind == "arrow":
            return pd.ArrowDtype(_arrow_in(rest[0]))
        if kind == "period":
            return pd.PeriodDtype(rest[0])
        if kind == "interval":
            return pd.IntervalDtype(self.dtype(rest[0], depth + 1), rest[1])
        if kind == "numpy" and np.dtype(rest[0]).kind in "biufMmOUS" and np.dtype(rest[0]).itemsize <= LONGEST_TEXT:
            return np.dtype(rest[0])
        if kind == "nullable" and rest[0] in _NULLABLE:
            return pd.api.types.pandas_dtype(rest[0])
        raise ValueError(f"unknown dtype {value!r}")


def tree_of(text: bytes) -> Tree:
    """The tree that a text holds; ValueError if it has more tables than a model would, before one is made."""
    most = MOST_TABLES + len(text) // TABLE_BYTES
    if sum(text.count(f'"{tag}"'.encode()) for tag in TABLE_TAGS) > most:  # in no time, as files are written
        raise ValueError("too many tables and columns")
    tree: Tree = json.loads(text)
    todo = [tree]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            most -= bool(value) and value[0] in TABLE_TAGS
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
    if most < 0:
        raise ValueError("too many tables and columns")
    return tree


def _check_spread(keys: Iterable[object]) -> None:
    """ValueError if many keys have one hash, as nobody's data have: a set of them takes quadratic time."""
    most = Counter(map(hash, keys)).most_common(1)
    if most and most[0][1] > MOST_ALIKE:
        raise ValueError(f"{most[0][1]:,} keys of one hash")


def _zone(name: str) -> str:
    """A time zone's name, which is not to be a path."""
    if OFFSET.fullmatch(name) or name in _zones():
        return name
    raise ValueError(f"unknown time zone {name!r}")


@cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()


def _saved(record: Any) -> list[Field[Any]]:
    """The fields that a file keeps."""
    return [f for f in fields(record) if f.metadata.get("saved", True)]


def _sparse_form(name: str) -> Any:
    from scipy import sparse

    allowed = {f"{form}_{kind}" for form in SPARSE_FORMS for kind in ("matrix", "array")}
    if name not in allowed:
        raise ValueError(f"unknown sparse format {name!r}")
    return getattr(sparse, name)


_SCALARS: list[tuple[str, Callable[[Any], bool], Callable[[Any], Any]]] = [
    ("nat", lambda v: v is pd.NaT, lambda _: None),
    ("na", lambda v: v is pd.NA, lambda _: None),
    ("timestamp", lambda v: isinstance(v, pd.Timestamp) and _is_zone(v.tz), lambda v: _timestamp_out(v)),
    ("timedelta", lambda v: isinstance(v, pd.Timedelta), lambda v: [v.isoformat(), v.unit]),
    ("datetime", lambda v: type(v) is dt.datetime and v.tzinfo is None, lambda v: v.isoformat()),
    ("date", lambda v: type(v) is dt.date, lambda v: v.isoformat()),
    ("period", lambda v: isinstance(v, pd.Period), lambda v: [v.ordinal, v.freqstr]),
    ("time", lambda v: type(v) is dt.time and v.tzinfo is None, lambda v: v.isoformat()),
    ("float", lambda v: type(v) is float, float.hex),
    ("decimal", lambda v: type(v) is Decimal, str),
    ("bytes", lambda v: type(v) is bytes, bytes.hex),
    ("numpy", lambda v: isinstance(v, np.generic) and v.dtype.kind in "biufUSMm", lambda v: _scalar_out(v)),
]  # fmt: skip
_SCALAR_READERS: dict[str, Callable[[Any], Any]] = {
    "nat": lambda _: pd.NaT,
    "na": lambda _: pd.NA,
    "timestamp": lambda v: _timestamp_in(*v),
    "timedelta": lambda v: pd.Timedelta(v[0]).as_unit(v[1]),
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "period": lambda v: pd.Period(ordinal=v[0], freq=v[1]),
    "time": dt.time.fromisoformat,
    "float": float.fromhex,
    "decimal": Decimal,
    "bytes": bytes.fromhex,
    "numpy": lambda v: _scalar_in(*v),
}


def _timestamp_out(stamp: pd.Timestamp) -> list[Any]:
    return [stamp.isoformat(), stamp.unit, stamp.tz and str(stamp.tz)]


def _timestamp_in(text: str, unit: str, zone: str | None) -> pd.Timestamp:
    stamp = pd.Timestamp(text)
    return (stamp.tz_convert(_zone(zone)) if zone else stamp).as_unit(unit)


def _scalar_out(value: np.generic) -> list[Any]:
    if value.dtype.kind in "US":
        return [value.dtype.str, str(value) if value.dtype.kind == "U" else value.tobytes().hex()]
    return [value.dtype.str, np.asarray(value).tobytes().hex()]


def _scalar_in(dtype: str, text: str) -> Any:
    kind = np.dtype(dtype)
    if kind.kind not in "biufUSMm":
        raise ValueError(f"dtype {dtype!r} is no scalar's")
    if kind.kind == "U":
        return np.str_(text)
    data = bytes.fromhex(text)
    return np.bytes_(data) if kind.kind == "S" else np.frombuffer(data, kind)[0]


_NULLABLE = {"boolean", "Float32", "Float64", *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))}


def _named(zone: dt.tzinfo | None) -> bool:
    """Whether a zone's name is enough to find it again."""
    try:
        return zone is None or bool(pd.DatetimeTZDtype("ns", _zone(str(zone))).tz == zone)
    except (LookupError, TypeError, ValueError):
        return False


def _is_zone(zone: dt.tzinfo | None) -> bool:
    """Whether there is a zone of its name, whichever class it is of."""
    return zone is None or bool(OFFSET.fullmatch(str(zone))) or str(zone) in _zones()


def _arrow_out(dtype: pa.DataType, where: str) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(dtype):
        return ["timestamp", dtype.unit, dtype.tz]
    if pa.types.is_duration(dtype) or pa.types.is_time(dtype):
        return [str(dtype).split("[")[0], dtype.unit]
    if pa.types.is_decimal(dtype):
        return [str(dtype).split("(")[0], dtype.precision, dtype.scale]
    if pa.types.is_dictionary(dtype):
        return ["dictionary", _arrow_out(dtype.index_type, where), _arrow_out(dtype.value_type, where)]
    if str(dtype) in _ARROW_PLAIN:
        return [str(dtype)]
    raise _not_saved(dtype, where)


def _not_saved(dtype: object, where: str) -> TypeError:
    return TypeError(
        f"{where.strip('.')}: dtype {dtype} cannot be saved to a ganaug file; use pickle, or turn it into strings or "
        "numbers before fitting"
    )


_ARROW_PLAIN = {
    "bool": "bool_", "string": "string", "large_string": "large_string", "binary": "binary",
    "large_binary": "large_binary", "string_view": "string_view", "binary_view": "binary_view", "halffloat": "float16",
    "float": "float32", "double": "float64", "date32[day]": "date32", "date64[ms]": "date64", "null": "null",
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}  # fmt: skip


def _arrow_in(value: list[Any]) -> pa.DataType:
    import pyarrow as pa

    kind, *rest = value
    if kind in _ARROW_PLAIN:
        return getattr(pa, _ARROW_PLAIN[kind])()
    if kind == "timestamp":
        return pa.timestamp(rest[0], rest[1] and _zone(rest[1]))
    if kind in ("duration", "time32", "time64", "decimal128", "decimal256"):
        return getattr(pa, kind)(*rest)
    if kind == "dictionary":
        return pa.dictionary(*(_arrow_in(part) for part in rest))
    raise ValueError(f"unknown pyarrow type {kind!r}")
