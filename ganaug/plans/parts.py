"""What writers and engines must know of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from ..plain import Count

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DIGITS = 38


class Parts(Protocol):
    """Rows in parts."""

    random_state: int
    part_rows: int
    shuffle: bool
    refine: bool
    rows: int
    counts: Count

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    @property
    def digest(self) -> str:
        """SHA-256 of the model."""

    @property
    def example(self) -> pd.DataFrame:
        """Some rows as those of `frame`."""

    def frame(self, number: int) -> pd.DataFrame:
        """A part, with labels as the last column."""

    def classes_of(self, number: int) -> dict[Any, int]:
        """Rows of each class in a part."""


def arrow_of(plan: Parts, schema: pa.Schema, number: int) -> pa.Table:
    """A part as a table of pyarrow."""
    import pyarrow as pa

    return pa.Table.from_pandas(plan.frame(number), schema, preserve_index=False)


def schema_of(plan: Parts, *, dictionaries: bool = True) -> pa.Schema:
    """The schema that all parts have, as far as some rows tell."""
    import pyarrow as pa

    found = pa.Schema.from_pandas(plan.example, preserve_index=False)
    for place, field in enumerate(found):
        if pa.types.is_null(field.type):
            found = found.set(place, field.with_type(pa.string()))
        elif pa.types.is_decimal(field.type):
            found = found.set(place, field.with_type(pa.decimal128(MOST_DIGITS, field.type.scale)))
        elif pa.types.is_dictionary(field.type) and not dictionaries:
            found = found.set(place, field.with_type(field.type.value_type))
    return found if dictionaries else found.remove_metadata()
