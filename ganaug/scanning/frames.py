"""Frames of engines, whose rows lie in parts on their workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ..data.elsewhere import from_dask, from_spark
from ..data.extras import imported
from .row_source import BATCH_ROWS, Make, RowSource
from .table_files import in_a_line

T = TypeVar("T")
AT_ONCE = 8


class DaskFrame(RowSource):
    """A DataFrame of Dask, whose partitions are read by its workers."""

    distributed = True

    def __init__(self, frame: Any) -> None:
        import pyarrow as pa

        odd = next((name for name in frame.columns if not isinstance(name, str)), None)
        if odd is not None:
            raise TypeError(f"column {odd!r} has a name that is no string: give frame.rename(columns=str)")
        self.frame = frame
        self.schema = pa.Schema.from_pandas(frame._meta_nonempty, preserve_index=False)

    def run(self, make: Make[T]) -> Iterator[T]:
        made = imported("dask", "dask").delayed(_of_frame)
        tasks = [made(make, n, part, self.schema) for n, part in enumerate(self.frame.to_delayed())]
        yield from from_dask(tasks, AT_ONCE)


class SparkFrame(RowSource):
    """A DataFrame of Spark, whose partitions are read by its executors."""

    distributed = True

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.schema = frame.limit(0).toArrow().schema.remove_metadata()

    def run(self, make: Make[T]) -> Iterator[T]:
        schema = self.schema

        def of_partition(batches: Iterator[Any]) -> Iterator[T]:
            from pyspark import TaskContext

            number = TaskContext.get().partitionId()
            yield make(number, f"partition {number}", (batch.cast(schema) for batch in batches))

        yield from from_spark(self.frame, of_partition)


class RayDataset(RowSource):
    """A dataset of Ray, whose blocks come to this process one after the other."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.schema = dataset.schema().base_schema
        if not hasattr(self.schema, "field"):  # blocks of pandas
            self.schema = next(iter(dataset.limit(1).iter_batches(batch_format="pyarrow"))).schema

    def run(self, make: Make[T]) -> Iterator[T]:
        tables = self.dataset.iter_batches(batch_format="pyarrow", batch_size=BATCH_ROWS)
        batches = (batch for table in tables for batch in table.cast(self.schema).combine_chunks().to_batches())
        yield make(0, "the dataset", batches)


def _of_frame(make: Make[T], number: int, frame: Any, schema: Any) -> T:
    """What is made of a partition that is a DataFrame."""
    import pyarrow as pa

    name = f"partition {number}"
    try:
        table = pa.Table.from_pandas(frame, schema, preserve_index=False)
    except (pa.ArrowException, KeyError) as error:
        raise ValueError(f"{name} is not like the others: {in_a_line(error)}") from error
    return make(number, name, table.to_batches(BATCH_ROWS))
