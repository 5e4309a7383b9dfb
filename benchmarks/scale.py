"""Tables larger than memory: what a scan and a fit of them take, and rows drawn in parts on several engines.

``python -m benchmarks.scale tables --rows 100000000`` writes a table of 20 columns in files of a million rows;
``... scan`` scans and fits it; ``... fidelity`` holds such a fit, and one to a random million of it, to other rows;
``... parts`` draws rows by one process and by each engine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from .figures import distances
from .results import Results

FILE_ROWS = 1_000_000
RARE = 50
"""Rows of the rarest class in all of the table."""
CLASSES = {"usual": 0.9, "odd": 0.0999, "seldom": 0.0001}
SHARES = tuple(CLASSES.values())


def rows_of(number: int, rows: int, rare: int, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """So many rows of sales: amounts, counts, dates, places and labels that hang together."""
    rng = np.random.default_rng([0, number])
    label = rng.choice(len(CLASSES), rows, p=np.array(shares) / sum(shares))
    label[rng.choice(rows, rare, replace=False)] = len(CLASSES)
    shift = np.array([0.0, 0.8, 1.6, 3.0])[label]
    hidden = rng.normal(size=(rows, 4)) + shift[:, None] * np.array([1, 0.5, -0.5, 0])
    region = np.clip((hidden[:, 0] * 2 + 8 + rng.integers(0, 3, rows)), 0, 19).astype(int)
    price = np.exp(1 + 0.6 * hidden[:, 1]).round(2)
    count = rng.poisson(1 + np.exp(0.5 * hidden[:, 2].clip(-3, 3))) + 1
    days = rng.integers(0, 2_000, rows)
    columns: dict[str, Any] = {
        "ordered": pd.Timestamp("2018-01-01") + pd.to_timedelta(days, unit="D"),
        "region": np.array([f"region {n:02}" for n in range(20)])[region],
        "country": np.array([f"country {n}" for n in range(5)])[region // 4],
        "channel": np.array(["shop", "web", "phone", "agent"])[
            (hidden[:, 3] + shift > 0.5) + 2 * (rng.random(rows) < 0.2)
        ],
        "price": price,
        "count": count,
        "total": (price * count).round(2),
        "discount": np.where(rng.random(rows) < 0.3, rng.choice([5, 10, 20], rows), 0),
        "rating": np.where(rng.random(rows) < 0.1, np.nan, np.clip(np.rint(3 + hidden[:, 0]), 1, 5)),
        "returned": rng.random(rows) < 1 / (1 + np.exp(2 - hidden[:, 2])),
    }
    columns["shipped"] = columns["ordered"] + pd.to_timedelta(rng.poisson(2, rows), unit="D")
    for place in range(8):
        weights = np.random.default_rng([7, place]).normal(size=4)
        score = hidden @ weights + 0.5 * rng.normal(size=rows)
        columns[f"score_{place}"] = score.round(3) if place % 2 else score
    columns["label"] = np.array([*CLASSES, "rare"])[label]
    return pd.DataFrame(columns)


def tables(asked: argparse.Namespace) -> None:
    """Write the table; files that are there already stay."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    files = -(-asked.rows // FILE_ROWS)
    rare = np.bincount(np.random.default_rng(0).integers(0, files, RARE), minlength=files)
    for number in tqdm(range(files), unit="file"):
        path = asked.folder / f"{number:04}.parquet"
        if not path.exists():
            partial = path.with_suffix(".partial")
            rows_of(number, min(FILE_ROWS, asked.rows - number * FILE_ROWS), int(rare[number])).to_parquet(
                partial, index=False
            )
            partial.replace(path)


MEASURE = """
import json, sys, time
import tensorflow
from benchmarks.peers.memory import peak_bytes
from ganaug import GANAugmenter, scan

def peak():
    return peak_bytes() / 2**30

given = json.loads(sys.argv[1])
told = {"tensorflow_gb": peak()}
start = time.perf_counter()
rows = scan(given["paths"], target="label", max_rows=given["max_rows"])
told |= {"rows": rows.rows, "scan_seconds": time.perf_counter() - start, "scan_gb": peak(), "kept": len(rows.kept)}
told["classes"] = rows.class_counts
start = time.perf_counter()
fitted = GANAugmenter(random_state=0, steps=given["steps"] or "auto").fit(rows)
told |= {"fit_seconds": time.perf_counter() - start, "fit_gb": peak()}
told["rules"] = [rule.text for rule in fitted.rules_]
fitted.save(given["model"])
print(json.dumps(told))
"""


def in_a_process(code: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a program prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(given)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def scanned(asked: argparse.Namespace) -> Results:
    results = Results("scale-scan", {"max_rows": asked.max_rows, "steps": asked.steps}, asked.again)
    paths = sorted(map(str, asked.folder.glob("*.parquet")))
    for count in [n for n in (1, 10, 100, 1_000) if n <= len(paths)]:
        key = {"generator": "ganaug", "files": count}
        if not results.find(**key):
            given = {"paths": paths[:count], "max_rows": asked.max_rows, "steps": asked.steps}
            results.add(key | in_a_process(MEASURE, given | {"model": str(asked.folder / f"{count}.ganaug")}))
    return results


OF_A_SAMPLE = """
import json, sys
from ganaug import GANAugmenter, scan

given = json.loads(sys.argv[1])
X, y = scan(given["paths"], target="label", max_rows=given["max_rows"]).uniform.table()
fitted = GANAugmenter(random_state=0, steps=given["steps"] or "auto").fit(X, y)
fitted.save(given["model"])
print(json.dumps({"classes": fitted.class_counts_}))
"""
FRESH = 10**6
"""From which number on rows are in no file."""


def fidelity(asked: argparse.Namespace) -> Results:
    """Both models next to rows that are in no file: all classes, and the two rarest alone."""
    import ganaug

    results = Results("scale-fidelity", {"max_rows": asked.max_rows, "steps": asked.steps}, asked.again)
    paths = sorted(map(str, asked.folder.glob("*.parquet")))
    given = {"paths": paths, "max_rows": asked.max_rows, "steps": asked.steps}
    models = {"all rows, scanned": f"{len(paths)}.ganaug", "a random part of them": "sample.ganaug"}
    usual, few = rows_of(FRESH, 20_000, 1), rows_of(FRESH + 1, 4_000, 2_000, (0, 0, 1))
    for name, file in models.items():
        path = asked.folder / file
        if results.find(generator="ganaug", fitted_to=name):
            continue
        if not path.exists():
            in_a_process(OF_A_SAMPLE, given | {"model": str(path)})
        model = ganaug.load(path)
        row: dict[str, Any] = {"generator": "ganaug", "fitted_to": name, "rows_of": model.class_counts_}
        X, y = model.sample(len(usual), random_state=0)
        row["all"] = distances(usual, usual, X.assign(label=y))
        for label in ("seldom", "rare"):
            real = few[few["label"] == label].drop(columns="label")
            if model.class_counts_.get(label, 0):
                row[label] = distances(real, real, model.sample({label: len(real)}, random_state=0)[0])
        results.add(row)
    return results


DRAWS = """
import hashlib, json, sys, time
import ganaug
from benchmarks.peers.memory import peak_bytes

given = json.loads(sys.argv[1])
counts = {"usual": given["draw"] // 2, "seldom": given["draw"] // 2}
plan = ganaug.load(given["model"]).plan(counts, part_rows=given["part_rows"], shuffle=True)
engine, more = given["engine"], None
start = time.perf_counter()
if engine == "dask":
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25})  # docs/scale.md says why
    more = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
if engine == "ray":
    import ray

    ray.init(num_cpus=2, include_dashboard=False)
if engine == "spark":
    from pyspark.sql import SparkSession

    more = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
started = time.perf_counter()
plan.to_parquet(given["folder"], engine=engine)
done = time.perf_counter()
with open(given["folder"] + "/_manifest.json") as file:
    hashes = [part["sha256"] for part in json.load(file)["files"]]
told = {"starts_seconds": started - start, "seconds": done - started, "rows": plan.rows, "parts": len(plan)}
told |= {"hash": hashlib.sha256("".join(hashes).encode()).hexdigest()}
told |= {"peak_gb": peak_bytes() / 2**30}
print("\\n" + json.dumps(told))
"""


def parts(asked: argparse.Namespace) -> Results:
    """The same rows by one process and by each engine with two workers."""
    settings = {"draw": asked.draw, "part_rows": asked.part_rows}
    results = Results("scale-parts", settings, asked.again)
    model = max(asked.folder.glob("[0-9]*.ganaug"), key=lambda path: int(path.stem))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for engine in (None, "dask", "ray", "spark"):
        key = {"generator": "ganaug", "engine": engine or "one process"}
        if not results.find(**key):
            with tempfile.TemporaryDirectory() as folder:
                given = {"model": str(model), "engine": engine, "folder": folder}
                results.add(key | in_a_process(DRAWS, given | settings))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(COMMANDS))
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results/large"), help="of the table")
    parser.add_argument("--rows", type=int, default=10**8)
    parser.add_argument("--max-rows", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--draw", type=int, default=10**7, help="rows that `parts` draws")
    parser.add_argument("--part-rows", type=int, default=500_000)
    parser.add_argument("--again", nargs="*", default=[])
    asked = parser.parse_args()
    COMMANDS[asked.what](asked)


COMMANDS = {"tables": tables, "scan": scanned, "fidelity": fidelity, "parts": parts}

if __name__ == "__main__":
    main()
