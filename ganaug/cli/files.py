"""Tables from and to files, for the `ganaug` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TextIO

import pandas as pd


def read(path: str) -> pd.DataFrame:
    if path == "-":
        return _read_csv(sys.stdin)
    readers = {".csv": _read_csv, ".parquet": pd.read_parquet, ".pq": pd.read_parquet}
    return _by_suffix(path, readers)(path)


def _read_csv(source: str | TextIO) -> pd.DataFrame:
    """Numbers to the last digit, so that real rows are written as they were."""
    exact = tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1)  # which does so by default
    return pd.read_csv(source) if exact else pd.read_csv(source, float_precision="round_trip")


def write(table: pd.DataFrame, path: str) -> None:
    if path == "-":
        table.to_csv(sys.stdout, index=False)
        return
    writers = {".csv": pd.DataFrame.to_csv, ".parquet": pd.DataFrame.to_parquet, ".pq": pd.DataFrame.to_parquet}
    _by_suffix(path, writers)(table, path, index=False)


def _by_suffix(path: str, functions: dict[str, Any]) -> Any:
    suffix = Path(path).suffix.lower()
    if suffix not in functions:
        raise ValueError(f"{path}: cannot tell the format from {suffix!r}; name it .csv or .parquet")
    return functions[suffix]


def split(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, pd.Series]:
    if target not in frame:
        raise ValueError(f"there is no column {target!r}: the table has {', '.join(map(str, frame))}")
    return frame.drop(columns=target), frame[target]
