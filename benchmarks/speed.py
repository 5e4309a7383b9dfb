"""How long ganaug takes and how much memory, next to CTGAN in the same run.

``python -m benchmarks.speed until`` looks for the shortest fit whose rows are as close to the table as those of a
full fit of CTGAN; ``... sampling`` draws from 1,000 rows to 10 million; ``... growth`` fits tables that grow in rows,
columns and levels; ``... stream`` reads batches off `as_dataset`, and real rows off memory. Without one of these words
it does all four. A second run measures only what is missing; ``--again ganaug`` measures anew.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from .figures import distances
from .generators import NotRun, run
from .results import Results, machine
from .tables import Split, made, split

CLOSE = ["shape", "trend", "detection"]
EPOCHS = 300  # CTGAN's own choice
GROWTH = {  # what grows, with rows, columns and levels of a category
    "rows": [(10**power, 10, 10) for power in (3, 4, 5, 6)],
    "columns": [(2_000, columns, 10) for columns in (10, 50, 100, 200, 500)],
    "levels": [(100_000, 10, 10**power) for power in (1, 2, 3, 4, 5)],
}


def attempt(*arguments: Any, **options: Any) -> tuple[dict[str, Any], pd.DataFrame | None]:
    """Like `run`, but what fails is a row with the reason."""
    try:
        return run(*arguments, **options)
    except NotRun as error:
        tqdm.write(f"{arguments[0]}: {error}")
        return {"not_run": str(error)}, None


def reached(row: dict[str, Any], goal: dict[str, Any]) -> bool:
    """Whether rows are as close as the goal's in every figure at once."""
    return all(name in row and name in goal and row[name] <= goal[name] for name in CLOSE)


def quick(asked: argparse.Namespace) -> Split:
    table = split(asked.table, asked.data_dir)
    return table._replace(train=table.train.head(asked.rows)) if asked.rows else table


def until(asked: argparse.Namespace) -> Results:
    """CTGAN's full fit, then ganaug with more and more time, until it is as close."""
    results = Results("speed-until", {"epochs": asked.epochs, "rows": asked.rows}, asked.again)
    table, goal = quick(asked), None
    budgets = [("ganaug", budget) for budget in asked.budgets]
    for name, amount in tqdm([("ctgan", asked.epochs), *budgets][not asked.peers :], desc=f"until, {asked.table}"):
        key = {"table": asked.table, "generator": name, "amount": amount}
        row = results.find(**key)
        if row is None:
            options = {"epochs" if name == "ctgan" else "time_budget": amount}
            done, rows = attempt(name, table.train, table.target, [len(table.train)], options=options)
            row = key | {column: done[column] for column in ("fit_seconds", "not_run", "versions") if column in done}
            row |= distances(table.train, table.test, rows) if rows is not None else {}
            results.add(row)
        if name == "ctgan":
            goal = row
        elif goal and reached(row, goal):
            break
    return results


def sampling(asked: argparse.Namespace) -> Results:
    """One fit each, CTGAN's a short one: how fast its rows come does not depend on how long it took."""
    results = Results("speed-sampling", {"steps": asked.steps, "rows": asked.rows, "draws": asked.draws}, asked.again)
    table = quick(asked)
    steps = {"steps": asked.steps or "auto"}
    ways = [
        ("ganaug, refine='auto'", "ganaug", steps),
        ("ganaug, refine=False", "ganaug", steps | {"refine": False}),
        ("CTGAN", "ctgan", {"epochs": 1}),
    ]
    limits = {"memory_gb": asked.memory_gb, "patience": asked.patience, "keep": False}
    for way, name, options in tqdm(ways[: None if asked.peers else 2], desc=f"sampling, {asked.table}"):
        key = {"table": asked.table, "generator": name, "way": way}
        if not results.find(**key):
            done, _ = attempt(name, table.train, table.target, asked.draws, options=options, **limits)
            kept = ("draws", "not_run", "error", "versions")
            results.add(key | {column: done[column] for column in kept if column in done})
    return results


def sizes(asked: argparse.Namespace) -> Iterator[tuple[str, list[int]]]:
    limits = [asked.most_rows, asked.most_columns, asked.most_levels]
    for place, (what, steps) in enumerate(GROWTH.items()):
        yield from ((what, list(size)) for size in steps if size[place] <= limits[place])


def extrapolated(short: float, long: float, epochs: int) -> float:
    """Seconds of all epochs, if one took `short` seconds and `epochs` took `long`: every epoch costs the same."""
    return long + (EPOCHS - epochs) * max(long - short, 0) / (epochs - 1)


def ctgan_fit(table: pd.DataFrame, **limits: Any) -> dict[str, Any]:
    """Of CTGAN one epoch and some 400 steps, from which the seconds of its 300 epochs follow."""
    epochs = min(EPOCHS, max(3, 200_000 // len(table)))
    short, _ = attempt("ctgan", table, "label", [], options={"epochs": 1}, **limits)
    if "not_run" in short:
        return short
    long, _ = attempt("ctgan", table, "label", [], options={"epochs": epochs}, **limits)
    if "not_run" in long:
        return long
    return long | {
        "fit_seconds": extrapolated(short["fit_seconds"], long["fit_seconds"], epochs),
        "measured_epochs": epochs,
    }


def growth(asked: argparse.Namespace) -> Results:
    results = Results("speed-growth", {"steps": asked.steps}, asked.again)
    limits = {"timeout": asked.timeout, "memory_gb": asked.memory_gb, "keep": False}
    for what, size in tqdm(list(sizes(asked)), desc="growth"):
        table = made(*size)
        for name in ("ganaug", "ctgan")[: 1 + asked.peers]:
            key = {"what": what, "generator": name, "size": size}
            if results.find(**key):
                continue
            if name == "ganaug":
                done, _ = attempt(name, table, "label", [], options={"steps": asked.steps or "auto"}, **limits)
            else:
                done = ctgan_fit(table, **limits)
            kept = ("fit_seconds", "fit_mb", "measured_epochs", "not_run", "versions")
            results.add(key | {column: done[column] for column in kept if column in done})
    return results


def in_memory(table: pd.DataFrame, spec: Any) -> Any:
    """A table as tensors can be made of it, of the dtypes in `spec`."""
    if not isinstance(spec, dict):
        return table.to_numpy(spec.dtype.as_numpy_dtype)
    return {name: cells(table[name], one.dtype.as_numpy_dtype) for name, one in spec.items()}


def cells(column: pd.Series, dtype: Any) -> np.ndarray:
    if dtype is object:  # which is how TensorFlow names strings
        return column.astype(object).where(column.notna(), "").to_numpy(str)
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.astype("int64").to_numpy()
    return column.to_numpy(dtype, na_value=np.nan) if dtype in (np.float32, np.float64) else column.to_numpy(dtype)


def read(dataset: Any, batches: int) -> dict[str, float]:
    """Seconds until the first batch, which include tracing, and of those after it."""
    started = time.perf_counter()
    iterator = iter(dataset)
    next(iterator)
    first = time.perf_counter()
    for _ in range(batches):
        next(iterator)
    return {"first_seconds": first - started, "seconds": time.perf_counter() - first}


def stream(asked: argparse.Namespace) -> Results:
    """One short fit: how fast its rows come does not depend on how long it took."""
    settings = {"steps": asked.steps, "rows": asked.rows, "stream_rows": asked.stream_rows}
    results = Results("speed-stream", settings, asked.again)
    table = quick(asked)
    sources = {"ganaug": "as_dataset", "real rows": "real rows from memory"}
    wanted = [{"table": asked.table, "generator": generator, "way": way, "batch_size": size}
              for size in asked.batch_sizes for generator, way in sources.items()]  # fmt: skip
    wanted = [key for key in wanted if not results.find(**key)]
    if not wanted:
        return results
    import tensorflow as tf

    from ganaug import GANAugmenter

    X, y = table.train.drop(columns=table.target), table.train[table.target]
    augmenter = GANAugmenter(steps=asked.steps or 100, refine=False, random_state=0).fit(X, y)
    columns, label = augmenter.as_dataset().element_spec
    real = tf.data.Dataset.from_tensor_slices((in_memory(X, columns), cells(y, label.dtype.as_numpy_dtype))).repeat()
    for key in tqdm(wanted, desc=f"stream, {asked.table}"):
        size, batches = key["batch_size"], -(-asked.stream_rows // key["batch_size"])
        dataset = augmenter.as_dataset(size, seed=0) if key["generator"] == "ganaug" else real.batch(size)
        results.add(key | read(dataset, batches) | {"rows": batches * size})
    return results


PARTS = {"until": until, "sampling": sampling, "growth": growth, "stream": stream}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="until, sampling, growth or stream (default: all)")
    parser.add_argument("--data-dir", type=Path, help="a folder of NAME_train.parquet and NAME_test.parquet")
    parser.add_argument("--table", default="adult", help="for all parts but growth (default: %(default)s)")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="measure ganaug alone")
    parser.add_argument(
        "--budgets", nargs="+", type=float, default=[5, 10, 20, 40, 80, 160, 320], help="seconds of fit"
    )
    parser.add_argument("--draws", nargs="+", type=int, default=[10**power for power in range(3, 8)])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of CTGAN's full fit (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="of ganaug, but for `until` (default: its own choice)")
    parser.add_argument("--rows", type=int, help="training rows at most, but for growth")
    parser.add_argument("--most-rows", type=int, default=10**6, help="of growth (default: %(default)s)")
    parser.add_argument("--most-columns", type=int, default=500, help="of growth (default: %(default)s)")
    parser.add_argument("--most-levels", type=int, default=10**5, help="of growth (default: %(default)s)")
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=[32, 256, 2048], help="of stream")
    parser.add_argument("--stream-rows", type=int, default=500_000, help="of stream (default: %(default)s)")
    parser.add_argument("--patience", type=float, default=600, help="seconds that a draw may be expected to take")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds that a fit of growth may take")
    parser.add_argument("--memory-gb", type=float, default=round(0.8 * machine()["memory_gb"], 1),
                        help="memory that a process may take (default: %(default)s)")  # fmt: skip
    parser.add_argument("--again", nargs="+", choices=["ganaug", "ctgan"], metavar="NAME", help="measure these anew")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    for part in asked.parts or PARTS:
        results = PARTS[part](asked)
        print(pd.json_normalize(results.rows).to_string(), "\n")
        print(f"Written to {results.path.name}; python -m benchmarks.report makes a page of it.")


if __name__ == "__main__":
    main()
