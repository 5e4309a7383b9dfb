"""Plans as frames of engines that run on many machines, by the engines' own means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from ..data.elsewhere import from_dask, from_spark
from ..data.extras import imported
from ..data.threads import by_one_thread
from .parts import Parts, arrow_of, schema_of

T = TypeVar("T")
AT_ONCE = 32


def to_dask(plan: Parts) -> Any:
    dataframe = imported("dask.dataframe", "dask")
    frame = partial(by_one_thread, plan.frame)
    return dataframe.from_map(frame, range(len(plan)), meta=plan.example[:0], enforce_metadata=False)


def to_ray(plan: Parts) -> Any:
    ray = imported("ray.data", "ray")
    parts = ray.range(len(plan), override_num_blocks=max(len(plan), 1))
    return parts.map_batches(lambda batch: by_one_thread(plan.frame, int(batch["id"][0])), batch_size=1)


def to_spark(plan: Parts, spark: Any) -> Any:
    imported("pyspark", "spark")
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = schema_of(plan, dictionaries=False)

    def drawn(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from by_one_thread(partial(arrow_of, plan, schema), number).to_batches()

    return spark.range(0, len(plan), 1, max(len(plan), 1)).mapInArrow(drawn, from_arrow_schema(schema))


def on_dask(work: Callable[[int], T], numbers: list[int]) -> Iterator[T]:
    """What workers of Dask make of some numbers; of the client's cluster, if there is one."""
    made = imported("dask", "dask").delayed(partial(by_one_thread, work))
    yield from from_dask([made(number) for number in numbers], AT_ONCE)


def on_ray(work: Callable[[int], T], numbers: list[int]) -> Iterator[T]:
    """What workers of Ray make of some numbers."""
    ray = imported("ray", "ray")
    task = ray.remote(lambda work, number: work(number))
    shared = ray.put(partial(by_one_thread, work))
    waiting = [task.remote(shared, number) for number in numbers]
    while waiting:
        done, waiting = ray.wait(waiting)
        yield from ray.get(done)


def on_spark(work: Callable[[int], T], numbers: list[int]) -> Iterator[T]:
    """What executors of Spark make of some numbers; of the active session, if there is one."""
    sql = imported("pyspark.sql", "spark")
    spark = sql.SparkSession.getActiveSession() or sql.SparkSession.builder.getOrCreate()

    def worked(batches: Iterator[Any]) -> Iterator[T]:
        return (by_one_thread(work, number) for batch in batches for number in batch.column(0).to_pylist())

    rows = spark.createDataFrame([(number,) for number in numbers], "number long").repartition(len(numbers), "number")
    yield from from_spark(rows, worked)
