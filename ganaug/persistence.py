"""The .ganaug file: a zip of JSON and NumPy arrays that cannot carry code.

`manifest.json` lists every other member with its size and SHA-256; `model.json` holds the fitted augmenter as a tree of
tagged plain values; `arrays/N.npy` hold its arrays. Reading never imports, evaluates or unpickles what a file says:
each tag is looked up in a fixed table, and whatever does not fit raises `CorruptFileError`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .calibration import TwoWay
from .encoding.labels import ClassTarget, NumberTarget
from .encoding.numeric import Numbers
from .encoding.table import Column, Part, TableEncoder
from .encoding.views import LevelView, NumberView, SpanView, SparseView, TimeView
from .engine import GeneratorState, Size
from .exceptions import CorruptFileError
from .forest import Forest
from .layout import Block, Layout
from .refinement import Refiner, Teacher
from .sampling import Sampler
from .validation import Container

MAGIC = "ganaug"
FORMAT_VERSION = 1
MAX_MEMBERS = 20_000
MAX_BYTES = 8 * 2**30
MAX_JSON = 256 * 2**20
MAX_DEPTH = 60

RECORDS = {
    record.__name__: record
    for record in (
        Block, Layout, Numbers, Part, Column, TableEncoder, LevelView, NumberView, SpanView, SparseView, TimeView,
        ClassTarget, NumberTarget, Size, Forest, TwoWay, Teacher, Refiner, Container,
    )
}  # fmt: skip
FITTED = ("_seed", "_samples_drawn", "_target_is_series", "n_iter_", "stopped_by_")
SPARSE_FORMS = ("csr", "csc", "coo", "bsr", "lil", "dok", "dia")


def save(augmenter: Any, path: Any) -> None:
    """Write a fitted augmenter; see `GANAugmenter.save`."""
    writer = _Writer()
    tree = writer.tree(_contents(augmenter), "")
    members = {"model.json": json.dumps(tree, allow_nan=False).encode()}
    for number, array in enumerate(writer.arrays):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        members[f"arrays/{number}.npy"] = buffer.getvalue()
    listing = {name: {"bytes": len(data), "sha256": _digest(data)} for name, data in members.items()}
    from . import __version__

    manifest = {"magic": MAGIC, "format_version": FORMAT_VERSION, "written_by": __version__, "members": listing}
    target = Path(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr("manifest.json", json.dumps(manifest))
                for name, data in members.items():
                    archive.writestr(name, data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Any, *, generator: Any = None) -> Any:
    """Read an augmenter that `GANAugmenter.save` wrote.

    Parameters
    ----------
    path : str or path-like
    generator : callable or None, default=None
        The callable that built the generator, if it was the user's own: a file cannot hold it.

    Returns
    -------
    GANAugmenter
        Fitted; it samples the same rows for the same seed as the one saved.

    Raises
    ------
    CorruptFileError
        If the file is damaged, or none of ganaug's.
    ValueError
        If it was written by a newer version, or `generator` is missing or does not fit.

    Examples
    --------
    >>> import tempfile, pathlib, ganaug
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "iris.ganaug"
    >>> ganaug.GANAugmenter(steps=20, random_state=0).fit(X, y).save(file)
    >>> ganaug.load(file).class_counts_
    {0: 50, 1: 50, 2: 50}
    """
    members = _read(Path(path))
    try:
        contents = _Reader(members).tree(json.loads(members["model.json"]))
        augmenter = _restored(contents, generator)
    except _Mismatch as error:
        raise ValueError(str(error)) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise CorruptFileError(f"{path}: the file does not hold a ganaug model ({error})") from error
    return augmenter


class _Mismatch(Exception):
    """The file is sound, but what the caller gave does not go with it."""


def _contents(augmenter: Any) -> dict[str, Any]:
    parameters = augmenter.get_params(deep=False)
    for name in ("generator", "discriminator"):
        parameters[name] = None
    if not isinstance(parameters["optimizer"], str):
        parameters["optimizer"] = "adam"
    for name in ("sampling_strategy", "random_state"):
        if callable(parameters[name]) or isinstance(parameters[name], (np.random.RandomState, np.random.Generator)):
            parameters[name] = None
    state = augmenter._state
    history = augmenter.history_
    return {
        "parameters": parameters,
        "own_generator": state.build is not None,
        "layout": state.layout,
        "size": state.size,
        "weights": list(state.weights),
        "refiner": augmenter._sampler.refiner,
        "candidates": augmenter._sampler.candidates,
        "encoder": augmenter._encoder,
        "target": augmenter._target,
        "container": augmenter._container,
        "fitted": {name: getattr(augmenter, name) for name in FITTED if hasattr(augmenter, name)},
        "history": {name: history[name].to_numpy() for name in history},
    }


def _restored(contents: dict[str, Any], generator: Any) -> Any:
    from .augmenter import GANAugmenter

    if contents["own_generator"] and generator is None:
        raise _Mismatch("the saved model has a generator of your own: pass its callable as load(path, generator=...)")
    augmenter = GANAugmenter(**contents["parameters"])
    if contents["own_generator"]:
        augmenter.generator = generator
    for name, value in contents["fitted"].items():
        if name not in FITTED:
            raise ValueError(f"unknown attribute {name}")
        setattr(augmenter, name, value)
    state = GeneratorState(
        contents["layout"], contents["size"], contents["weights"], generator if contents["own_generator"] else None
    )
    augmenter._state = state
    augmenter._sampler = Sampler(state.draw, contents["refiner"], contents["candidates"])
    augmenter._adopt(contents["container"], contents["encoder"], contents["target"])
    augmenter.history_ = pd.DataFrame(contents["history"])
    return augmenter


class _Writer:
    """Fitted objects as a tree of JSON values, arrays kept aside."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray[Any, Any]] = []

    def tree(self, value: Any, where: str) -> Any:
        if value is None or value is True or value is False or type(value) in (int, str):
            return value
        for kind, matches, write in _SCALARS:
            if matches(value):
                return [kind, write(value)]
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufMm":
            self.arrays.append(np.ascontiguousarray(value))
            return ["array", len(self.arrays) - 1]
        if isinstance(value, pd.Series):
            return ["series", _dtype_out(value.dtype, self, where), self._cells(value, where)]
        if isinstance(value, (list, tuple, frozenset)):
            return [type(value).__name__, [self.tree(item, where) for item in value]]
        if isinstance(value, dict):
            return ["dict", [[self.tree(k, where), self.tree(v, f"{where}.{k}")] for k, v in value.items()]]
        if isinstance(value, (np.dtype, pd.api.extensions.ExtensionDtype)):
            return ["dtype", _dtype_out(value, self, where)]
        if is_dataclass(value) and type(value).__name__ in RECORDS:
            where = f"column {value.name!r}" if isinstance(value, Column) else where
            content = {f.name: self.tree(getattr(value, f.name), f"{where}.{f.name}") for f in fields(value)}
            return ["record", type(value).__name__, content]
        if isinstance(value, type) and getattr(value, "format", None) is not None:
            return ["sparse", value.__name__]
        raise TypeError(
            f"{where.strip('.')}: {value!r} of type {type(value).__name__} cannot be saved to a ganaug file; "
            "use pickle, or turn it into a string or a number before fitting"
        )

    def _cells(self, series: pd.Series, where: str) -> Any:
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biufMm":
            return self.tree(series.to_numpy(), where)
        return [self.tree(cell, where) for cell in series.tolist()]


class _Reader:
    """The way back, by fixed tables only."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self.members = members

    def tree(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        if value is None or isinstance(value, (bool, int, str)):
            return value
        kind, *rest = value

        def inner(item: Any) -> Any:
            return self.tree(item, depth + 1)

        if kind in _SCALAR_READERS:
            return _SCALAR_READERS[kind](rest[0])
        if kind == "array":
            return self._array(rest[0])
        if kind in ("list", "tuple", "frozenset"):
            items = [inner(item) for item in rest[0]]
            return {"list": list, "tuple": tuple, "frozenset": frozenset}[kind](items)
        if kind == "dict":
            return {inner(k): inner(v) for k, v in rest[0]}
        if kind == "dtype":
            return _dtype_in(rest[0], self)
        if kind == "series":
            cells = rest[1]
            data = inner(cells) if cells and cells[0] == "array" else [inner(cell) for cell in cells]
            return pd.Series(data, dtype=_dtype_in(rest[0], self))
        if kind == "record":
            record: Any = RECORDS[rest[0]]
            names = {f.name for f in fields(record)}
            if set(rest[1]) != names:
                raise ValueError(f"{rest[0]} has the fields {sorted(rest[1])}, expected {sorted(names)}")
            return record(**{name: inner(item) for name, item in rest[1].items()})
        if kind == "sparse":
            return _sparse_form(rest[0])
        raise ValueError(f"unknown tag {kind!r}")

    def _array(self, number: int) -> Any:
        return np.lib.format.read_array(io.BytesIO(self.members[f"arrays/{int(number)}.npy"]), allow_pickle=False)


def _sparse_form(name: str) -> Any:
    from scipy import sparse

    allowed = {f"{form}_{kind}" for form in SPARSE_FORMS for kind in ("matrix", "array")}
    if name not in allowed:
        raise ValueError(f"unknown sparse format {name!r}")
    return getattr(sparse, name)


_SCALARS: list[tuple[str, Callable[[Any], bool], Callable[[Any], Any]]] = [
    ("nat", lambda v: v is pd.NaT, lambda _: None),
    ("na", lambda v: v is pd.NA, lambda _: None),
    ("timestamp", lambda v: isinstance(v, pd.Timestamp), lambda v: [v.isoformat(), v.unit, v.tz and str(v.tz)]),
    ("timedelta", lambda v: isinstance(v, pd.Timedelta), lambda v: [v.isoformat(), v.unit]),
    ("datetime", lambda v: type(v) is dt.datetime and v.tzinfo is None, lambda v: v.isoformat()),
    ("date", lambda v: type(v) is dt.date, lambda v: v.isoformat()),
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
    "time": dt.time.fromisoformat,
    "float": float.fromhex,
    "decimal": Decimal,
    "bytes": bytes.fromhex,
    "numpy": lambda v: _scalar_in(*v),
}


def _timestamp_in(text: str, unit: str, zone: str | None) -> pd.Timestamp:
    stamp = pd.Timestamp(text)
    return (stamp.tz_convert(zone) if zone else stamp).as_unit(unit)


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


def _dtype_out(dtype: Any, writer: _Writer, where: str) -> Any:
    if isinstance(dtype, pd.CategoricalDtype):
        return ["category", writer.tree(pd.Series(dtype.categories), where), dtype.ordered]
    if isinstance(dtype, pd.StringDtype):
        return ["string", dtype.storage, "nan" if isinstance(dtype.na_value, float) else "NA"]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["zoned", dtype.unit, str(dtype.tz)]
    if isinstance(dtype, pd.SparseDtype):
        return ["sparse", dtype.subtype.str, writer.tree(dtype.fill_value, where)]
    if isinstance(dtype, pd.ArrowDtype):
        return ["arrow", _arrow_out(dtype.pyarrow_dtype, where)]
    if isinstance(dtype, np.dtype) and dtype.kind in "biufMmOUS":
        return ["numpy", dtype.str]
    if isinstance(dtype, pd.api.extensions.ExtensionDtype) and str(dtype) in _NULLABLE:
        return ["nullable", str(dtype)]
    raise TypeError(f"{where.strip('.')}: dtype {dtype} cannot be saved to a ganaug file; use pickle")


_NULLABLE = {"boolean", "Float32", "Float64", *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))}


def _dtype_in(value: Any, reader: _Reader) -> Any:
    kind, *rest = value
    if kind == "category":
        return pd.CategoricalDtype(pd.Index(reader.tree(rest[0])), ordered=bool(rest[1]))
    if kind == "string":
        return pd.StringDtype(rest[0], na_value=np.nan if rest[1] == "nan" else pd.NA)
    if kind == "zoned":
        return pd.DatetimeTZDtype(rest[0], rest[1])
    if kind == "sparse":
        return pd.SparseDtype(np.dtype(rest[0]), reader.tree(rest[1]))
    if kind == "arrow":
        return pd.ArrowDtype(_arrow_in(rest[0]))
    if kind == "numpy" and np.dtype(rest[0]).kind in "biufMmOUS":
        return np.dtype(rest[0])
    if kind == "nullable" and rest[0] in _NULLABLE:
        return pd.api.types.pandas_dtype(rest[0])
    raise ValueError(f"unknown dtype {value!r}")


def _arrow_out(dtype: Any, where: str) -> list[Any]:
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
    raise TypeError(f"{where.strip('.')}: dtype {dtype} cannot be saved to a ganaug file; use pickle")


_ARROW_PLAIN = {
    "bool": "bool_", "string": "string", "large_string": "large_string", "binary": "binary", "halffloat": "float16",
    "float": "float32", "double": "float64", "date32[day]": "date32", "date64[ms]": "date64", "null": "null",
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}  # fmt: skip


def _arrow_in(value: Any) -> Any:
    import pyarrow as pa

    kind, *rest = value
    if kind in _ARROW_PLAIN:
        return getattr(pa, _ARROW_PLAIN[kind])()
    if kind in ("timestamp", "duration", "time32", "time64", "decimal128", "decimal256"):
        return getattr(pa, kind)(*rest)
    if kind == "dictionary":
        return pa.dictionary(*(_arrow_in(part) for part in rest))
    raise ValueError(f"unknown pyarrow type {kind!r}")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(path: Path) -> dict[str, bytes]:
    """The members of the file, each as the manifest describes it."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(names) > MAX_MEMBERS or len(set(names)) < len(names) or "manifest.json" not in names:
                raise CorruptFileError(f"{path}: the file has no manifest, or too many members")
            if sum(info.file_size for info in infos) > MAX_BYTES or any(i.compress_type for i in infos):
                raise CorruptFileError(f"{path}: members are compressed or too large")
            manifest = json.loads(archive.read("manifest.json"))
            _check_version(path, manifest)
            listing = manifest["members"]
            if set(listing) != set(names) - {"manifest.json"} or "model.json" not in listing:
                raise CorruptFileError(f"{path}: the file's members are not those of its manifest")
            if listing["model.json"]["bytes"] > MAX_JSON:
                raise CorruptFileError(f"{path}: model.json is too large")
            members = {name: archive.read(name) for name in listing}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        UnicodeDecodeError,
        json.JSONDecodeError,
        RecursionError,
    ) as error:
        raise CorruptFileError(f"{path}: the file is damaged, or none of ganaug's ({error})") from error
    except (KeyError, TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError) as error:
        raise CorruptFileError(f"{path}: the file's manifest is damaged ({error})") from error
    for name, data in members.items():
        if len(data) != listing[name]["bytes"] or _digest(data) != listing[name]["sha256"]:
            raise CorruptFileError(f"{path}: {name} is not as it was written")
    return members


def _check_version(path: Path, manifest: Any) -> None:
    if manifest["magic"] != MAGIC or not isinstance(manifest["format_version"], int):
        raise CorruptFileError(f"{path}: not a ganaug file")
    if manifest["format_version"] > FORMAT_VERSION:
        raise ValueError(
            f"{path} was written by ganaug {manifest.get('written_by')} in format {manifest['format_version']}, this "
            f"version reads up to {FORMAT_VERSION}: upgrade ganaug"
        )
