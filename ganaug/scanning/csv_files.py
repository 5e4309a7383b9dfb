"""CSV files, whose types follow from their cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

CODE = r"^\s*(-?0[\dxX]|\+\d)"
"""What is no number, though Arrow takes it for one: 02139, 0x1F, +49301234."""
LONG, FRACTION = r"\d{19}", r"\d[.eE]|\.\d|(?i:inf)"
"""A whole number that 64 bits may not hold, which Arrow rounds; and what only columns of other numbers have."""
ABSENT = {"?", ".", "-", "<NA>", *(w for one in ("na", "n/a", "nan", "null", "none") for w in (one, one.upper()))} | {
    *("NaN", "Null", "None", "N/a", "#N/A", "#NA"),
}
"""What may stand for a missing number beside numbers; beside words these are words."""

TRUTH = (("false", "true"), ("False", "True"), ("FALSE", "TRUE"))
"""How truth values are written; other words, and a mixture of these, are words."""

LONGEST_CELL = 2**31 - 1
OTHER_MARKS = (";", "\t", "|")
"""What stands between cells where it is no comma."""


def check_marks(where: str, names: Sequence[str]) -> None:
    """ValueError if the first line of a file, as commas divide it, is one cell that holds other marks."""
    between = next((mark for mark in OTHER_MARKS if len(names) == 1 and mark in names[0]), None)
    if between is not None:
        raise ValueError(f"{where}, line 1: cells seem to lie between {between!r}: write the table with commas")


def csv_format() -> ds.CsvFileFormat:
    """How pyarrow reads CSV files."""
    import pyarrow.csv as pacsv
    import pyarrow.dataset as ds

    missing = sorted(ABSENT.union(pacsv.ConvertOptions().null_values))
    false, true = map(list, zip(*TRUTH, strict=True))
    return ds.CsvFileFormat(
        pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(null_values=missing, true_values=true, false_values=false),
    )


class Written:
    """What is in columns of numbers, as it is written in all files that were looked at."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.long: set[str] = set()
        self.fractions: set[str] = set()
        self.truths: dict[str, set[str]] = {}

    @property
    def words(self) -> frozenset[str]:
        """Columns that are neither numbers nor truth values."""
        mixed = {name for name, found in self.truths.items() if not any(found <= set(own) for own in TRUTH)}
        return frozenset(self.codes | mixed | (self.long - self.fractions))

    def add_truths(self, name: str, cells: pa.Array) -> None:
        """More cells of a column that Arrow takes for one of truth values."""
        own = self.truths.setdefault(name, set())
        if len(own) <= len(TRUTH[0]):
            own.update(cell for cell in cells.unique().to_pylist() if cell and cell not in ABSENT)

    def add(self, name: str, cells: pa.Array, *, rounded: bool) -> None:
        """More cells of a column, which Arrow may have rounded."""
        if name not in self.codes and _holds(cells, CODE):
            self.codes.add(name)
        if rounded and name not in self.fractions:
            if _holds(cells, FRACTION):
                self.fractions.add(name)
            elif name not in self.long and _holds(cells, LONG):
                self.long.add(name)


class CsvFile:
    """A fragment of a dataset: a file in which an empty cell is a missing one, and codes such as 02139 and times of day
    are words.

    Parameters
    ----------
    fragment : pyarrow.dataset.FileFragment
        As pyarrow reads it: its types follow from the first megabyte.
    """

    def __init__(self, fragment: ds.Fragment) -> None:
        self.fragment, self.path = fragment, fragment.path
        self.words: frozenset[str] = frozenset()
        """Columns that are read as words, whatever the first megabyte says."""

    @property
    def physical_schema(self) -> pa.Schema:
        import pyarrow as pa

        return pa.schema(
            pa.field(field.name, pa.string()) if field.name in self.words or _is_text(field.type) else field
            for field in self.fragment.physical_schema
        )

    def look(self, written: Written) -> None:
        """Tell how columns of numbers, truth values, or nothing, by their first megabyte, are written. The whole file
        is read."""
        import pyarrow as pa
        import pyarrow.types as types

        kinds = {field.name: field.type for field in self.fragment.physical_schema}
        floats = {name for name, kind in kinds.items() if types.is_floating(kind)}
        left = floats | {name for name, kind in kinds.items() if types.is_integer(kind) or types.is_null(kind)}
        truths = {name for name, kind in kinds.items() if types.is_boolean(kind)}
        left |= truths
        as_written = pa.schema([(name, pa.string()) for name in kinds])
        if left:
            for batch in self.fragment.to_batches(schema=as_written, columns=sorted(left)):
                for name, cells in zip(batch.schema.names, batch.columns, strict=True):
                    if name in truths:
                        written.add_truths(name, cells)
                    else:
                        written.add(name, cells, rounded=name in floats)

    def to_batches(self, **options: Any) -> Iterator[Any]:
        last, long = self.fragment.physical_schema.names[-1], False
        for batch in self.fragment.to_batches(**options):
            yield _with_gaps(batch)
            long = long or _has_lines(batch, last)
        if long:
            self._check_quotes()

    def _check_quotes(self) -> None:
        """Raise ValueError for a quote that is never closed: the rows behind it would be one cell at the end of its
        row, which Arrow takes as it is."""
        usual = csv.field_size_limit(LONGEST_CELL)
        with self.fragment.open() as opened, io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            line = 1
            try:
                for _ in reader:
                    line = reader.line_num + 1
            except csv.Error as error:
                raise ValueError(f"{self.path}, line {line}: {error}: see its quotes") from None
            finally:
                csv.field_size_limit(usual)


def _is_text(kind: pa.DataType) -> bool:
    """Whether cells that Arrow takes for something else are text: times of day; bytes are text in another encoding than
    UTF-8, of which an error tells once it is read."""
    import pyarrow.types as types

    return bool(types.is_time(kind) or types.is_binary(kind))


def _holds(cells: pa.Array, pattern: str) -> bool:
    """Whether a pattern is found in a cell."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _has_lines(batch: pa.RecordBatch, name: str) -> bool:
    """Whether a cell of a column of words has several lines."""
    import pyarrow as pa

    if name not in batch.schema.names or not pa.types.is_string(batch.column(name).type):
        return False
    return _holds(batch.column(name), r"[\r\n]")


def _with_gaps(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows in which empty words are missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [
        pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)
        if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
        else cells
        for cells in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
