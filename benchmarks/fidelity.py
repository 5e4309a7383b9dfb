"""How close synthetic rows are to the real ones, how useful, and how near to single training rows, next to peers.

``python -m benchmarks.fidelity`` fetches tables from OpenML; ``--data-dir DIR`` takes NAME_train.parquet and
NAME_test.parquet of yours. Each generator makes as many rows as there are training rows, in a process of its own. A
second run measures only what is missing; ``--again ganaug`` measures a generator anew.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from .figures import comparable, measure, utility
from .generators import GENERATORS, NotRun, options_of, python_of, run
from .results import Results
from .tables import Split, names_in, split

SHOWN = ["shape", "trend", "detection", "c2st", "tstr", "copies", "membership", "fit_seconds", "fit_cpu_seconds",
         "sample_seconds", "peak_mb"]  # fmt: skip


def one(name: str, table: Split, seed: int, options: dict[str, int], timeout: float | None) -> dict[str, Any]:
    """Figures of one generator's rows, or why there are none."""
    rows = len(table.train)
    try:
        done, synthetic = run(name, table.train, table.target, [rows], seed=seed, options=options, timeout=timeout)
    except NotRun as error:
        tqdm.write(f"{name}: {error}")
        return {"not_run": str(error)}
    draw = done["draws"][0]
    with threadpool_limits(1):
        figures = measure(table.train, table.test, synthetic, table.target)
    times = {name: done[name] for name in ("fit_seconds", "fit_cpu_seconds")} | {"sample_seconds": draw["seconds"]}
    return figures | times | {"peak_mb": max(done["fit_mb"], draw["mb"]), "versions": done["versions"]}


def real(table: Split) -> dict[str, Any]:
    """What models reach that learn from the real training rows, and the kind of target."""
    train, test = (comparable(part, table.train) for part in (table.train, table.test))
    with threadpool_limits(1):
        use = utility(train, test, table.target)
    kind = "number" if pd.api.types.is_float_dtype(train[table.target]) else "classes"
    size = {"rows": len(train), "columns": train.shape[1]}
    return {"trtr": use["boosting"], "trtr_linear": use["linear"], "target": kind, **size}


def medians(rows: list[dict[str, Any]], generator: str = "generator") -> pd.DataFrame:
    """The median over seeds, of each table and generator that ran."""
    frame = pd.DataFrame([row for row in rows if "not_run" not in row and row["generator"] != "real rows"])
    if frame.empty:
        return pd.DataFrame(columns=SHOWN)
    return frame.reindex(columns=["table", generator, *SHOWN]).groupby(["table", generator], sort=False).median()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="a folder of NAME_train.parquet and NAME_test.parquet")
    parser.add_argument("--tables", nargs="+", help="some of the tables (default: all)")
    parser.add_argument("--generators", nargs="+", choices=GENERATORS, default=list(GENERATORS), metavar="NAME",
                        help=f"some of {', '.join(GENERATORS)}")  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="training steps of ganaug, for a quick look (default: its choice)")
    parser.add_argument("--epochs", type=int, help="epochs of the peers, for a quick look (default: their own choice)")
    parser.add_argument("--rows", type=int, help="training rows at most, for a quick look")
    parser.add_argument("--timeout", type=float, help="seconds that a generator may take for fitting and sampling")
    parser.add_argument("--again", nargs="+", choices=GENERATORS, metavar="NAME", help="measure these anew")
    asked = parser.parse_args()
    settings = {"steps": asked.steps, "epochs": asked.epochs, "rows": asked.rows, "own tables": bool(asked.data_dir)}
    results = Results("fidelity", settings, asked.again)
    for generator in asked.generators:
        try:
            python_of(generator)
        except NotRun as error:
            tqdm.write(f"{error}; going on without it")
    jobs = list(product(asked.tables or names_in(asked.data_dir), ["real rows", *asked.generators], asked.seeds))
    progress = tqdm(jobs)
    name, table = "", None
    for place in progress:
        key = dict(zip(["table", "generator", "seed"], place, strict=True))
        if key["generator"] == "real rows":  # the same for every seed
            key["seed"] = 0
        if results.find(**key):
            continue
        progress.set_description(f"{key['table']}, {key['generator']}")
        if table is None or name != key["table"]:
            name, table = key["table"], split(key["table"], asked.data_dir)
            table = table._replace(train=table.train.head(asked.rows)) if asked.rows else table
        if key["generator"] == "real rows":
            results.add(key | real(table))
            continue
        options = options_of(key["generator"], steps=asked.steps, epochs=asked.epochs)
        results.add(key | one(key["generator"], table, key["seed"], options, asked.timeout))
    print(medians(results.rows).to_string(float_format="{:,.3f}".format))
    print(f"\nWritten to {results.path.name}; python -m benchmarks.report makes a page of it.")


if __name__ == "__main__":
    main()
