"""Work that engines do on their workers, and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from .extras import imported

T = TypeVar("T")


def from_dask(tasks: Sequence[Any], at_once: int) -> Iterator[Any]:
    """What delayed tasks of Dask give, so many at once, by the client's cluster if there is one."""
    dask = imported("dask", "dask")
    for start in range(0, len(tasks), at_once):
        yield from dask.compute(*tasks[start : start + at_once])


def from_spark(frame: Any, work: Callable[[Iterator[Any]], Iterable[T]]) -> Iterator[T]:
    """What `work` makes of the batches of each partition of a frame of Spark."""
    import pickle

    def pickled(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for made in work(batches):
            yield pa.record_batch({"made": [pickle.dumps(made)]})

    for row in frame.mapInArrow(pickled, "made binary").toLocalIterator():
        yield pickle.loads(row.made)
