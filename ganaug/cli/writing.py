"""Tables of new rows to files, written like those that were read."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd

from ..data.replacing import replacing
from .files import ReadTable, Styles, is_csv

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write(table: pd.DataFrame, path: str, styles: Styles | None = None, *, escape_formulas: bool = False) -> None:
    """A table of new rows, whose cells look like those that were read."""
    if not is_csv(path):
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
    if source.text is None or not is_csv(path):
        if source.text is None and is_csv(path):
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
