"""Rows of a large table in parts, which can be read again and again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, ClassVar, TypeVar

from .reservoir import cast_table

T = TypeVar("T")
Make = Callable[[int, str, Iterable[Any]], T]
"""What is made of a file or partition, given its number, its name, and its batches of rows."""

BATCH_ROWS = 2**17


class RowSource(ABC):
    """Rows in parts, which can be read again and again.

    Parameters
    ----------
    schema : pyarrow.Schema
    """

    schema: Any
    distributed: ClassVar[bool] = False
    """Whether parts are read elsewhere, so that what is made of them is sent."""

    @abstractmethod
    def run(self, make: Make[T]) -> Iterator[T]:
        """What is made of each part."""

    @property
    def paths(self) -> list[str]:
        """Of files, if it is of these."""
        return []

    @property
    def numbered(self) -> list[tuple[int, RowSource]]:
        """The sources that it is made of, each with the number of its first part."""
        return [(0, self)]


class SeveralSources(RowSource):
    """Sources below one another, as one table.

    Parameters
    ----------
    numbered : sequence of (int, RowSource)
        Each with the number of its first part in the table.
    schema : pyarrow.Schema
        Of all of them.
    """

    def __init__(self, numbered: Sequence[tuple[int, RowSource]], schema: Any) -> None:
        self._numbered, self.schema = sorted(numbered, key=itemgetter(0)), schema

    def run(self, make: Make[T]) -> Iterator[T]:
        for first, source in self._numbered:
            yield from source.run(partial(_as_one_of_several, make, first, self.schema))

    @property
    def paths(self) -> list[str]:
        return [path for _, source in self._numbered for path in source.paths]

    @property
    def numbered(self) -> list[tuple[int, RowSource]]:
        return self._numbered


def _as_one_of_several(make: Make[T], first: int, schema: Any, number: int, name: str, batches: Iterable[Any]) -> T:
    """What is made of a part of a source, of which others come before."""
    import pyarrow as pa

    tables = (cast_table(pa.Table.from_batches([batch]), schema) for batch in batches)
    return make(first + number, name, (batch for table in tables for batch in table.to_batches()))
