"""Tables from and to files, for the `ganaug` command."""

from __future__ import annotations

import codecs
import csv
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from ..data.replacing import check_folder, replacing
from ..scanning.csv_files import LONGEST_CELL, check_marks
from .cells import CellStyle

FORMATS = (".csv", ".parquet", ".pq")
FIRST_LINES = 10_000
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
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
    texts = [_read_text(path) if path == "-" or _suffix(path) == ".csv" else None for path in paths]
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
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what}, line 1: several columns are called {', '.join(map(repr, twice))}: rename them")
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


def _decoded(raw: bytes, what: str) -> str:
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
    import pyarrow.parquet as pq

    if "://" in path:
        return pd.read_parquet(path)
    table = pq.read_table(path)
    if len(set(table.column_names)) < table.num_columns:
        twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
        raise ValueError(f"{path}: several columns are called {', '.join(map(repr, twice))}: rename them")
    frame = table.to_pandas()
    for name in frame.columns.intersection(table.column_names):
        column, kind = table.column(name), str(table.schema.field(name).type)
        if column.null_count and kind.lstrip("u").startswith("int") and frame[name].dtype == np.float64:
            exact = pd.array(column.to_pylist(), dtype=kind.replace("uint", "UInt").replace("int", "Int"))
            frame[name] = pd.Series(exact, index=frame.index)
    return frame


def check_output(
    path: str | Path | None,
    inputs: Sequence[str | Path | None] = (),
    others: Sequence[str | Path | None] = (),
    *,
    table: bool = True,
    overwrite: bool = False,
) -> None:
    """Raise ValueError or OSError, before anything is trained, if a file cannot be written there.

    Parameters
    ----------
    inputs : sequence of path or None
        Files that are read, which are replaced if that is what `overwrite` says.
    others : sequence of path or None
        Other files that are written.
    table : bool
        Whether it is to be a table.
    """
    if path is None or str(path) == "-":
        return
    place = Path(path)
    if str(path).endswith("/") and place.is_file():
        raise NotADirectoryError(f"{path}: {place} is a file: leave out the slash, or name another place")
    if table and _suffix(str(path)) != ".csv":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ImportError(f"{path}: Parquet needs pyarrow: pip install 'ganaug[cli]', or name it .csv") from None
    if place.is_dir() or str(path).endswith("/"):
        raise IsADirectoryError(f"{path} is a folder: name a file")
    check_folder(path, place.parent)
    if not os.access(place if place.exists() else place.parent, os.W_OK) or not os.access(place.parent, os.W_OK):
        raise PermissionError(f"{path} cannot be written: the permissions forbid it")
    if not overwrite and any(map(partial(_is_same, place), inputs)):
        remedy = "name another one, or say --overwrite" if table else "name another one"
        raise ValueError(f"{path} is a file that is read: {remedy}")
    if any(map(partial(_is_same, place), others)):
        raise ValueError(f"{path} is named for two outputs: name another one")


def _is_same(place: Path, other: str | Path | None) -> bool:
    """Whether two paths mean one file, which need not be there yet; a device takes all that is written to it."""
    if other is None or str(other) == "-" or (place.exists() and not place.is_file()):
        return False
    there = Path(other)
    if place.exists() and there.exists():
        return place.samefile(there)
    return place.resolve() == there.resolve()


def check_picture(path: Path) -> None:
    """Raise ValueError or ImportError, before anything is trained, if no picture of that name can be drawn."""
    try:
        from matplotlib.backend_bases import FigureCanvasBase
    except ImportError:
        raise ImportError(f"{path}: pictures need matplotlib: pip install 'ganaug[plot]'") from None
    formats = sorted(FigureCanvasBase.get_supported_filetypes())
    if path.suffix.lower().lstrip(".") not in formats:
        raise ValueError(f"{path}: there is no format {path.suffix!r} of pictures: it is one of {', '.join(formats)}")


def write(table: pd.DataFrame, path: str, styles: Styles | None = None, *, escape_formulas: bool = False) -> None:
    """A table of new rows, whose cells look like those that were read."""
    if not _is_csv(path):
        _write_parquet(table, path)
        return
    with _opened(path) as file:
        _write_rows(file, [[str(name) for name in table]], "\n")
        _write_rows(file, _cells(table, styles or {}, escape_formulas=escape_formulas), "\n")


def write_below(
    source: ReadTable, every: pd.DataFrame, path: str, mark: str | None, *, escape_formulas: bool = False
) -> None:
    """Real rows as they are written, and new ones like them.

    Parameters
    ----------
    every : DataFrame
        The rows of `source`, then new ones; with a column `mark` where that is not None.
    """
    if source.text is None or not _is_csv(path):
        if source.text is None and _is_csv(path):
            write(every, path, escape_formulas=escape_formulas)
        else:
            _write_parquet(every, path)
        return
    text = source.text
    new = every.iloc[len(text.rows) :]
    if mark is None:
        real, start = text.rows, text.start
    else:
        real = [_with_cell(row, "False") for row in text.rows]
        start = _with_cell(text.start, _quoted(mark))
    with _opened(path) as file:
        file.write(start)
        file.writelines(real)
        _write_rows(file, _cells(new, source.styles, escape_formulas=escape_formulas), text.end)


def _cells(table: pd.DataFrame, styles: Styles, *, escape_formulas: bool) -> Iterator[tuple[str, ...]]:
    columns = []
    for place, name in enumerate(table):
        column = table.iloc[:, place]
        style = styles.get(str(name))
        cells = _as_pandas(column) if style is None else style.written(column)
        columns.append([_no_formula(cell) for cell in cells] if escape_formulas else cells)
    return zip(*columns, strict=True)


def _no_formula(cell: str) -> str:
    """A cell that no spreadsheet computes: one that begins like a formula, and is no number, begins with '."""
    if not cell.startswith(FORMULAS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _as_pandas(column: pd.Series) -> list[str]:
    """Cells as `to_csv` writes them."""
    buffer = io.StringIO()
    column.to_frame().to_csv(buffer, index=False, header=False)
    return [cells[0] for cells in csv.reader(io.StringIO(buffer.getvalue(), newline=""))]


def _write_rows(file: IO[str], rows: Any, end: str) -> None:
    csv.writer(file, lineterminator=end).writerows(rows)


def _with_cell(row: str, cell: str) -> str:
    bare = row.rstrip("\r\n") if not row.endswith(("\n", "\r")) else row[: -2 if row.endswith("\r\n") else -1]
    return f"{bare},{cell}{row[len(bare) :]}"


def _quoted(cell: str) -> str:
    buffer = io.StringIO()
    _write_rows(buffer, [[cell]], "")
    return buffer.getvalue()


@contextmanager
def _opened(path: str) -> Iterator[IO[str]]:
    """A text file, which replaces an old one only once it is complete."""
    if path == "-":
        buffer = io.StringIO(newline="")
        yield buffer
        out = getattr(sys.stdout, "buffer", None)
        if out is None:
            sys.stdout.write(buffer.getvalue())
        else:
            sys.stdout.flush()
            out.write(buffer.getvalue().encode())
            out.flush()
        return
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write_parquet(table: pd.DataFrame, path: str) -> None:
    with replacing(Path(path)) as temporary:
        table.to_parquet(temporary, index=False)


def _suffix(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path}: cannot tell the format from {suffix!r}; name it .csv or .parquet")
    return suffix


def _is_csv(path: str) -> bool:
    return path == "-" or _suffix(path) == ".csv"


def split(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, pd.Series]:
    if target not in frame:
        raise ValueError(f"there is no column {target!r}: the table has {', '.join(map(str, frame))}")
    return frame.drop(columns=target), frame[target]
