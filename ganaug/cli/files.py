"""Tables from and to files, for the `ganaug` command."""

from __future__ import annotations

import codecs
import csv
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from ..scanning.csv_files import LONGEST_CELL, check_marks
from .cells import CellStyle

FORMATS = (".csv", ".parquet", ".pq")
FIRST_LINES = 10_000
BOM = "\ufeff"
SIGNATURES = {b"PAR1": "Parquet: name it .parquet", b"PK\x03\x04": "an archive such as Excel's: save it as CSV"}
SIGNATURES |= {b"\x1f\x8b": "compressed: gunzip it first", b"ARROW1": "Arrow: write it as .parquet or .csv"}
"""How files begin that are no CSV, whatever they are called, and what to do."""
ARROW_TYPES = {"truth": "bool", "whole": "int64"}
"""Of kinds of cells of which the first ones tell how all are written."""
Styles = Mapping[str, CellStyle]


@dataclass(frozen=True)
class Text:
    """A CSV file as it is written.

    Parameters
    ----------
    what : str
        The file, as messages call it.
    start : str
        All before the first row.
    rows : list of str
        Each with its end of line.
    end : str
        What ends a line.
    names : list of str
    lines : list of int
        The line that each row begins at.
    cells : dict of list of str
        Column by column.
    """

    what: str
    start: str
    rows: list[str]
    end: str
    names: list[str]
    lines: list[int]
    cells: dict[str, list[str]]

    def styles(self) -> dict[str, CellStyle]:
        """What each column is, by all its cells."""
        return {name: CellStyle.of(cells) for name, cells in self.cells.items()}

    def frame(self, styles: Styles) -> pd.DataFrame:
        """What the cells mean; ValueError that names the line of one that is of another kind than its column."""
        return pd.DataFrame({name: self._column(name, styles[name]) for name in self.names})

    def _column(self, name: str, style: CellStyle) -> pd.Series:
        try:
            return style.values(self.cells[name])
        except ValueError:
            for line, cell in zip(self.lines, self.cells[name], strict=True):
                try:
                    style.values([cell])
                except ValueError as error:
                    raise ValueError(f"{self.what}, line {line}, column {name!r}: {error}") from None
            raise


@dataclass(frozen=True)
class ReadTable:
    """A table that was read.

    Parameters
    ----------
    frame : DataFrame
    text : Text or None
        How it is written, if it is a CSV file.
    styles : mapping
        How the cells of its columns are written, if it is a CSV file.
    """

    frame: pd.DataFrame
    text: Text | None
    styles: Styles


def read(path: str, like: Styles | None = None) -> ReadTable:
    """A table, with columns as in `like` where it has them."""
    return read_alike([path], like)[0]


def read_alike(paths: Sequence[str], like: Styles | None = None) -> list[ReadTable]:
    """Tables in which columns of one name are of one kind."""
    texts = [_read_text(path) if path == "-" or suffix_of(path) == ".csv" else None for path in paths]
    styles: dict[str, CellStyle] = {}
    for name in dict.fromkeys(name for text in texts if text is not None for name in text.names):
        given = [text.cells[name] for text in texts if text is not None and name in text.cells]
        known = None if like is None else like.get(name)
        styles[name] = CellStyle.of([cell for cells in given for cell in cells]) if known is None else known
    return [
        ReadTable(_read_parquet(path), None, {}) if text is None else ReadTable(text.frame(styles), text, styles)
        for path, text in zip(paths, texts, strict=True)
    ]


def first_styles(path: str, types: Mapping[str, str]) -> dict[str, CellStyle]:
    """How a CSV file that may be larger than memory writes truth values and whole numbers, by its first rows; nothing
    of other files, and of columns that Arrow has as another type in the end."""
    if Path(path).suffix.lower() != ".csv":
        return {}
    with open(path, "rb") as file:
        start = _decoded(b"".join(islice(file, FIRST_LINES)), path).removeprefix(BOM)
    records = [cells for _, cells, _ in _records(start, path, strict=False)]
    styles = {name: CellStyle.of(cells) for name, *cells in zip(*records, strict=False)}
    return {name: style for name, style in styles.items() if types.get(name) == ARROW_TYPES.get(style.kind, "")}


def is_large(path: str) -> bool:
    """Whether a path stands for several files, which are read one after the other."""
    return "://" not in path and (os.path.isdir(path) or (not os.path.exists(path) and any(c in path for c in "*?[")))


def _read_text(path: str) -> Text:
    what = "standard input" if path == "-" else path
    given = _read_bytes(path)
    raw = given if isinstance(given, str) else _decoded(given, what)
    before = BOM if raw.startswith(BOM) else ""
    records = _records(raw.removeprefix(BOM), what)
    try:
        _, names, header = next(records)
    except StopIteration:
        raise ValueError(f"{what} is empty: there are no columns to read") from None
    check_marks(what, names)
    _check_distinct(f"{what}, line 1", names)
    rows, lines, cells = [], [], []
    for line, found, row in records:
        if len(found) != len(names):
            raise ValueError(f"{what}, line {line}: {len(found)} cells, and the header has {len(names)}")
        rows.append(row)
        lines.append(line)
        cells.append(found)
    if not rows:
        raise ValueError(f"{what} has no rows below its header")
    bare = header.rstrip("\r\n")
    end = header[len(bare) :] or "\n"
    if not rows[-1].endswith(("\n", "\r")):
        rows[-1] += end
    columns = map(list, zip(*cells, strict=True))
    return Text(what, before + bare + end, rows, end, names, lines, dict(zip(names, columns, strict=True)))


def _check_distinct(where: str, names: Sequence[str]) -> None:
    """ValueError if two columns are called the same."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{where}: several columns are called {', '.join(map(repr, twice))}: rename them")


def _decoded(raw: bytes, what: str) -> str:
    for start, remedy in SIGNATURES.items():
        if raw.startswith(start) and b"\0" in raw:
            raise ValueError(f"{what} is no CSV file but {remedy}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        own = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "latin1"
        raise ValueError(
            f"{what}, line {line}: not UTF-8; convert it first, for example with iconv -f {own} -t utf-8"
        ) from None


def _read_bytes(path: str) -> bytes | str:
    if path == "-":
        raw: bytes | str = getattr(sys.stdin, "buffer", sys.stdin).read()
        return raw
    if "://" in path:
        from pandas.io.common import get_handle

        with get_handle(path, "rb", is_text=False) as opened:
            fetched: bytes = opened.handle.read()
            return fetched
    return Path(path).read_bytes()


def _records(text: str, what: str, *, strict: bool = True) -> Iterator[tuple[int, list[str], str]]:
    """Line, cells and text of each record; empty lines are none."""
    csv.field_size_limit(LONGEST_CELL)
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), strict=strict)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(f"{what}, line {first}: {error}: see its quotes") from None
        if cells:
            yield first, cells, "".join(taken)
        taken.clear()


def _read_parquet(path: str) -> pd.DataFrame:
    """Whole numbers beside missing ones stay whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if "://" in path:
        return _with_index(pd.read_parquet(path))
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path} cannot be read as Parquet: {error}") from None
    _check_distinct(path, table.column_names)
    frame = table.to_pandas()
    for name in frame.columns.intersection(table.column_names):
        column, kind = table.column(name), str(table.schema.field(name).type)
        if column.null_count and kind.lstrip("u").startswith("int") and frame[name].dtype == np.float64:
            exact = pd.array(column.to_pylist(), dtype=kind.replace("uint", "UInt").replace("int", "Int"))
            frame[name] = pd.Series(exact, index=frame.index)
    return _with_index(frame)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with a named index, which pandas keeps among the columns of a file, as a column."""
    named = [name for name in frame.index.names if name is not None]
    return frame.reset_index(named).reset_index(drop=True) if named else frame


def suffix_of(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path}: cannot tell the format from {suffix!r}; name it .csv or .parquet")
    return suffix


def is_csv(path: str) -> bool:
    return path == "-" or suffix_of(path) == ".csv"


def _shown(name: object) -> str:
    """A column's name, in quotes where one does not see where it begins and ends."""
    return repr(name) if str(name) != "".join(str(name).split()) or not str(name) else str(name)


def split(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, pd.Series]:
    if target not in frame:
        raise ValueError(f"there is no column {target!r}: the table has {', '.join(map(_shown, frame))}")
    return frame.drop(columns=target), frame[target]
