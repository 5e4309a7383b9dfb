"""The generators that are compared: `peers/run.py` runs each in a process, and peers in an environment, of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .peers.setup import interpreter

ROOT = Path(__file__).resolve().parents[1]
RUNNER = Path(__file__).resolve().parent / "peers" / "run.py"


@dataclass(frozen=True)
class Generator:
    title: str
    environment: str | None = None  # of `peers/`; None is the one that runs the benchmark
    length: str | None = None  # the option that says how long it trains


GENERATORS = {
    "ganaug": Generator("ganaug", length="steps"),
    "ctgan": Generator("CTGAN", "ctgan", "epochs"),
    "tvae": Generator("TVAE", "ctgan", "epochs"),
    "tabularargn": Generator("TabularARGN", "mostlyai", "max_epochs"),
    "synthpop": Generator("synthpop (sequential trees)", "synthyverse"),
    "arf": Generator("ARF (adversarial forests)", "synthyverse"),
    "tabdiff": Generator("TabDiff, 30 s", "synthyverse", "epochs"),
    "copula": Generator("Gaussian copula", "sdv"),
    "smote": Generator("SMOTE of every class"),
    "bootstrap": Generator("rows resampled with replacement"),
}


class NotRun(Exception):
    """A generator gave no rows, and why."""


def options_of(name: str, *, steps: int | None, epochs: int | None) -> dict[str, int]:
    """How long the generator trains, where a limit on its unit is given."""
    length = GENERATORS[name].length
    limit = steps if length == "steps" else epochs
    return {length: limit} if length and limit else {}


def python_of(name: str) -> Path:
    environment = GENERATORS[name].environment
    return Path(sys.executable) if environment is None else python_in(environment, name)


def python_in(environment: str, name: str) -> Path:
    python = interpreter(environment)
    if not python.exists():
        raise NotRun(f"{name} has no environment yet: python benchmarks/peers/setup.py {environment}")
    return python


def run(
    name: str,
    train: pd.DataFrame,
    target: str,
    draws: list[Any],
    *,
    seed: int = 0,
    options: dict[str, Any] | None = None,
    timeout: float | None = None,
    memory_gb: float | None = None,
    patience: float | None = None,
    keep: bool = True,
) -> tuple[dict[str, Any], pd.DataFrame | None]:
    """Fit, then draw each of `draws` (numbers of rows, or counts of classes).

    Returns seconds, memory and versions, and the last draw if `keep`. `patience`: seconds that a draw may be expected
    to take; longer ones are left out.

    Raises
    ------
    NotRun
        If the environment is missing, or the process failed or took longer than `timeout`.
    """
    python = python_of(name)
    with tempfile.TemporaryDirectory() as folder:
        train_path, out, job = (Path(folder) / file for file in ("train.parquet", "out.parquet", "job.json"))
        train.to_parquet(train_path)
        text = {"generator": name, "train": str(train_path), "target": target, "draws": draws, "seed": seed}
        text |= {"options": options or {}, "memory_gb": memory_gb, "patience": patience, "out": keep and str(out)}
        job.write_text(json.dumps(text))
        own = {"PYTHONPATH": str(ROOT)} if GENERATORS[name].environment is None else {}
        environment = os.environ | own | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        try:
            done = subprocess.run(
                [python, RUNNER, job], cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise NotRun(f"longer than {timeout:,.0f} s") from None
        written = job.with_suffix(".done")
        if not written.exists() or (keep and not out.exists()):
            raise NotRun(reason(done))
        figures = json.loads(written.read_text())
        if done.returncode:
            figures["error"] = reason(done)
        return figures, pd.read_parquet(out) if keep else None


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """Why a process failed, in a line."""
    if done.returncode < 0:
        return f"ended by signal {-done.returncode}"
    said = done.stderr.strip() or f"ended with status {done.returncode}"
    if "MemoryError" in said or "not enough memory" in said or "Cannot allocate memory" in said:
        return "out of memory"
    return said.splitlines()[-1][:200]
