"""Files, whose rows are read one after the other."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..columns.arrow import without_view
from ..data.extras import imported
from ..exceptions import DataWarning
from .column_counts import value_type
from .csv_files import CsvFile, Written, check_marks, csv_format
from .row_source import BATCH_ROWS, Make, RowSource

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

T = TypeVar("T")

AHEAD = 2
UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
"""How pandas names a column for an index that has no name."""
FORMATS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".arrow": "ipc", ".feather": "ipc", ".ipc": "ipc"}


class Files(RowSource):
    """Files, one after the other.

    Parameters
    ----------
    fragments : sequence of (str, pyarrow.dataset.Fragment)
    schema : pyarrow.Schema
        Of all of them.
    """

    def __init__(self, fragments: Sequence[tuple[str, Any]], schema: Any) -> None:
        self.fragments, self.schema = fragments, schema

    @property
    def paths(self) -> list[str]:
        return [fragment.path for _, fragment in self.fragments if hasattr(fragment, "path")]

    def run(self, make: Make[T]) -> Iterator[T]:
        for number, group in groupby(_ahead(self._batches()), itemgetter(0)):
            yield make(number, self.fragments[number][0], (batch for _, batch in group))

    def _batches(self) -> Iterator[tuple[int, Any]]:
        names = self.schema.names
        options = {"columns": names, "batch_size": BATCH_ROWS, "batch_readahead": AHEAD}
        for number, (name, fragment) in enumerate(self.fragments):
            with _reading(name, fragment):
                for batch in fragment.to_batches(schema=self.schema, **options):
                    yield number, batch


@contextmanager
def _reading(name: str, fragment: ds.Fragment | CsvFile) -> Iterator[None]:
    """Tells which file it is that cannot be read."""
    import pyarrow as pa

    try:
        yield
    except MemoryError as error:
        why = f"{name} has rows that memory does not hold, {BATCH_ROWS:,} at a time"
        raise MemoryError(f"{why}: {in_a_line(error)}; write it with smaller row groups") from error
    except (pa.ArrowException, OSError) as error:
        where = f"{name}{_row_group(fragment)}"
        raise ValueError(f"{where} cannot be read: {in_a_line(error)}{_remedy(error)}") from error


def files_at(given: Sequence[str]) -> Files:
    import pyarrow as pa
    import pyarrow.dataset as ds

    fragments: list[tuple[str, Any]] = []
    keys: dict[str, list[Any]] = {}
    for path, files in _paths(given):
        folder = _is_folder(path, files)
        kind = "parquet" if folder else _format(path)
        try:
            how = csv_format() if kind == "csv" else kind
            found = ds.dataset(path, format=how, partitioning="hive", filesystem=files)
        except pa.ArrowException as error:
            raise ValueError(f"{path} cannot be read: {in_a_line(error)}{_remedy(error)}") from error
        own = [(each.path, each) for each in sorted(found.get_fragments(), key=lambda each: each.path)]
        if kind == "csv":
            own = [(name, CsvFile(each)) for name, each in own]
        if not own:
            raise FileNotFoundError(f"{path} holds no Parquet files")
        fragments += own
        for name, fragment in own if folder else ():
            told = ds.get_partition_keys(fragment.partition_expression)
            keys[name] = [field for field in found.schema if field.name in told]
    texts = [(name, each) for name, each in fragments if isinstance(each, CsvFile)]
    written = Written()
    for name, file in texts:
        with _reading(name, file):
            check_marks(name, file.physical_schema.names)
            file.look(written)
    for _, file in texts:
        file.words = written.words
    schemas = ((name, _with_keys(schema, keys.get(name, ()))) for name, schema in _schemas_of(fragments))
    return Files(fragments, _without_index(joined_schema(schemas)))


def _paths(given: Sequence[str]) -> list[tuple[str, Any]]:
    """Paths, with those that a pattern stands for, each with its file system; None for this machine's."""
    paths: list[tuple[str, Any]] = []
    for path in given:
        if "://" in path:
            paths += _elsewhere(path)
            continue
        if os.path.exists(path):
            paths.append((path, None))
            continue
        found = sorted(glob.glob(os.path.expanduser(path), recursive=True))
        if not found:
            raise FileNotFoundError(f"there is no file {path!r}")
        paths += [(each, None) for each in found]
    here = [os.path.realpath(path) for path, files in paths if files is None]
    if twice := next((path for path, times in Counter(here).items() if times > 1), None):
        raise ValueError(f"{twice} is given twice, and its rows would count double: name it once")
    return paths


def _elsewhere(uri: str) -> list[tuple[str, Any]]:
    """What a URI stands for, by pyarrow's file systems or those of fsspec."""
    import pyarrow as pa
    import pyarrow.fs as pafs

    try:
        files, path = pafs.FileSystem.from_uri(uri)
    except pa.ArrowInvalid:
        fsspec = imported("fsspec", "dask", f"{uri}: this kind of URI needs")
        try:
            own, path = fsspec.core.url_to_fs(uri)
        except (ImportError, ValueError) as error:
            raise ValueError(f"{uri} cannot be read: {in_a_line(error)}") from error
        files = pafs.PyFileSystem(pafs.FSSpecHandler(own))
    if "*" not in path:
        return [(path, files)]
    folder = path[: path.index("*")].rpartition("/")[0]
    inside = files.get_file_info(pafs.FileSelector(folder, recursive=True, allow_not_found=True))
    found = sorted(each.path for each in inside if each.is_file and fnmatch.fnmatchcase(each.path, path))
    if "**" not in path:
        found = [each for each in found if each.count("/") == path.count("/")]
    if not found:
        raise FileNotFoundError(f"there is no file {uri!r}")
    return [(each, files) for each in found]


def _is_folder(path: str, files: Any) -> bool:
    import pyarrow.fs as pafs

    return os.path.isdir(path) if files is None else files.get_file_info(path).type == pafs.FileType.Directory


def _format(path: str) -> str:
    kind = FORMATS.get(Path(path).suffix.lower())
    if kind is None:
        raise ValueError(f"{path}: files must be called {', '.join(FORMATS)}; give a pyarrow.dataset of others")
    return kind


def _schemas_of(fragments: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The schema of each file; ValueError for one that cannot be read."""
    for name, fragment in fragments:
        with _reading(name, fragment):
            schema = fragment.physical_schema
        yield name, without_views(schema)


def joined_schema(schemas: Iterable[tuple[str, Any]]) -> Any:
    """The schema that all tables have, given the name and the schema of each.

    A column whose types differ gets one that holds all of them, and a warning tells.

    Raises
    ------
    ValueError
        If one has others, naming it and the column.
    """
    first: str = ""
    known: Any = None
    types: dict[str, dict[str, str]] = {}
    for name, own in schemas:
        first, known = (name, own) if known is None else (first, _joined(known, own, name, first))
        for field in own:
            types.setdefault(field.name, {}).setdefault(str(value_type(field.type)).removeprefix("large_"), name)
    for column, found in types.items():
        told = [f"of type {kind} in {name}" for kind, name in found.items() if kind != "null"]
        if len(told) > 1:
            warnings.warn(
                f"column {column!r} is {', '.join(told)}: it is read as {known.field(column).type}",
                DataWarning,
                stacklevel=5,
            )
    return known


def without_views(schema: pa.Schema) -> pa.Schema:
    """The schema with plain strings in the place of views of strings."""
    for place, field in enumerate(schema):
        schema = schema.set(place, field.with_type(without_view(field.type)))
    return schema


def _with_keys(schema: pa.Schema, keys: Iterable[Any]) -> pa.Schema:
    """The schema of a file, and the columns that names of folders tell, such as ``year=2024``."""
    for field in keys:
        schema = schema if field.name in schema.names else schema.append(field)
    return schema


def _without_index(schema: Any) -> Any:
    """The schema without the columns in which pandas keeps an index that has no name."""
    import pyarrow as pa

    index = (schema.pandas_metadata or {}).get("index_columns", [])
    unnamed = {name for name in index if isinstance(name, str) and UNNAMED_INDEX.fullmatch(name)}
    return pa.schema([field for field in schema if field.name not in unnamed], schema.metadata)


def _joined(known: Any, own: Any, name: str, first: str) -> Any:
    """A schema with the types that hold those of both."""
    import pyarrow as pa

    missing = [column for column in known.names if column not in own.names]
    if missing:
        raise ValueError(f"{name}: no column {missing[0]!r}, which {first} has")
    extra = [column for column in own.names if column not in known.names]
    if extra:
        raise ValueError(f"{name}: a column {extra[0]!r}, which {first} does not have")
    for place, field in enumerate(known):
        other = own.field(field.name)
        try:
            both = pa.unify_schemas([pa.schema([field]), pa.schema([other])], promote_options="permissive").field(0)
        except pa.ArrowTypeError:
            raise ValueError(
                f"{name}: column {field.name!r} is of type {other.type}, and of type {field.type} in {first}: write "
                "all files with one type, or give a pyarrow.dataset with the schema that they shall have"
            ) from None
        known = known.set(place, both)
    return known


def in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _remedy(error: Exception) -> str:
    """What helps against a CSV file of other marks, in another encoding, or whose later rows are of other types."""
    if "Expected 1 columns" in str(error):
        return "; if other marks than commas stand between its cells, write it with commas"
    if "CSV conversion error" not in str(error):
        return ""
    if "UTF8" in str(error):
        return "; write it in UTF-8"
    return (
        "; types follow from the first megabyte of a CSV file: give pyarrow.dataset.dataset(paths, format='csv', "
        "schema=pyarrow.schema([(column, type), ...]))"
    )


def _row_group(fragment: Any) -> str:
    """Which row group of a Parquet file cannot be read."""
    if not hasattr(fragment, "split_by_row_group"):
        return ""
    try:
        groups = fragment.split_by_row_group()
    except Exception:
        return ""
    for number, group in enumerate(groups):
        try:
            for _ in group.to_batches():
                pass
        except Exception:
            return f", row group {number},"
    return ""


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Items, each asked for while those before it are worked on."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, items, end)
        while True:
            item = waiting.result()
            if item is end:
                return
            waiting = pool.submit(next, items, end)
            yield item  # type: ignore[misc]
