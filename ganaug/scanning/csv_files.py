"""CSV files, whose types follow from their cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

CODE = r"^\s*-?0\d"
"""Digits that are no number, such as 02139."""


class CsvFile:
    """A fragment of a dataset: a file in which an empty cell is a missing one, and codes such as 02139 are words.

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
            pa.field(field.name, pa.string()) if field.name in self.words else field
            for field in self.fragment.physical_schema
        )

    def codes(self) -> frozenset[str]:
        """Columns of numbers, by their first megabyte, that hold a code. The whole file is read."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kinds = {field.name: field.type for field in self.fragment.physical_schema}
        left = {name for name, kind in kinds.items() if pa.types.is_integer(kind) or pa.types.is_floating(kind)}
        as_written = pa.schema([(name, pa.string()) for name in kinds])
        found: set[str] = set()
        if left:
            for batch in self.fragment.to_batches(schema=as_written, columns=sorted(left)):
                found |= {
                    name
                    for name, cells in zip(batch.schema.names, batch.columns, strict=True)
                    if name not in found and pc.any(pc.match_substring_regex(cells, CODE)).as_py()
                }
        return frozenset(found)

    def to_batches(self, **options: Any) -> Iterator[Any]:
        for batch in self.fragment.to_batches(**options):
            yield _with_gaps(batch)


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
