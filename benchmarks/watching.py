"""What watching a fit costs, what it finds, and how often it warns.

``python -m benchmarks.watching`` fits tables of OpenML as they are; ``--data-dir`` takes a folder of yours, of
``NAME_train.parquet`` and ``NAME_test.parquet``, or of single files whose rarest class is then the target.
``--rate 0.005`` trains at a rate that never falls, which spoils generators late, to see whether the best is kept.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ganaug import GANAugmenter, PoorClassWarning
from ganaug.gan.monitor import Monitor

from .figures import comparable, shape
from .tables import imbalanced, names_in, split

METHODS = ("__init__", "limit", "after", "finish", "classes")


class Clock:
    """Seconds that watching takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        for name in METHODS:
            setattr(Monitor, name, self._timed(getattr(Monitor, name)))

    def _timed(self, method: Any) -> Any:
        def timed(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return method(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - began

        return timed


def tables(folder: Path | None, names: list[str] | None) -> Iterator[tuple[str, pd.DataFrame, Any]]:
    if folder is not None and not list(folder.glob("*_train.parquet")):
        for name, (X, rare) in imbalanced(folder, names).items():
            yield name, X, rare
        return
    for name in names or names_in(folder):
        train, _, target = split(name, folder)
        yield name, train.drop(columns=target), train[target]


def measured(X: pd.DataFrame, y: Any, options: dict[str, Any], clock: Clock) -> dict[str, Any]:
    began, clock.seconds = time.perf_counter(), 0.0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = GANAugmenter(**options).fit(X, y)
    seconds = time.perf_counter() - began
    found = model.history_.dropna()
    real, fake = (comparable(part, X) for part in (X, model.sample(len(X), random_state=0)[0]))
    return {
        "rows": len(X),
        "fit": f"{seconds:.1f} s",
        "watching": f"{clock.seconds / seconds:.1%}",
        "detection": " ".join(f"{value:.2f}" for value in found["detection"].iloc[[0, len(found) // 2, -1]]),
        "coverage": " ".join(f"{value:.2f}" for value in found["coverage"].iloc[[0, len(found) // 2, -1]]),
        "shape": f"{shape(real, fake):.2f}",
        "warnings": "; ".join(str(one.message) for one in caught if one.category is PoorClassWarning) or "none",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--tables", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--rate", type=float, help="of Adam, the same from the first step to the last")
    asked = parser.parse_args()
    options: dict[str, Any] = {"steps": asked.steps or "auto"}
    if asked.rate:
        import keras

        options |= {"optimizer": keras.optimizers.Adam(asked.rate, beta_1=0.0), "refine": False}
    clock = Clock()
    GANAugmenter(steps=3, refine=False).fit([[0.0], [1.0]])  # imports, which a process pays for once
    for name, X, y in tables(asked.data_dir, asked.tables):
        for seed in asked.seeds:
            figures = measured(X, y, {**options, "random_state": seed}, clock)
            print(name, seed, *(f"{key} {value}" for key, value in figures.items()), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
