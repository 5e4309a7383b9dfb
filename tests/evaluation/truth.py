"""A distribution that is known, so that a perfect generator of it is at hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ganaug.evaluation.base import Inputs
from ganaug.evaluation.tables import Tables, prepared


def drawn(rows: int, seed: int) -> pd.DataFrame:
    """Numbers and categories that go with a class, a date, truth values, and some empty cells."""
    rng = np.random.default_rng([seed, 77])
    rare = rng.random(rows) < 0.3
    size = rng.normal(size=rows) + 1.5 * rare
    table = pd.DataFrame(
        {
            "size": size,
            "weight": size + rng.normal(size=rows),
            "town": pd.Series(np.where(rng.random(rows) < 0.6 - 0.4 * rare, "Oslo", "Rome"), dtype=object),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, rows), "h"),
            "member": rng.random(rows) < 0.5,
            "kind": np.where(rare, "rare", "common"),
        }
    )
    table.loc[rng.random(rows) < 0.1, ["weight", "town"]] = None
    return table


def tables(train: pd.DataFrame, test: pd.DataFrame, synthetic: pd.DataFrame, target: str | None = "kind") -> Tables:
    return prepared(train, test, synthetic, target, categorical_features="auto", target_type="auto")


def fresh(rows: int = 800, target: str | None = "kind") -> Tables:
    """With a generator that draws from the distribution itself."""
    return tables(*(drawn(rows, seed) for seed in range(3)), target)


def inputs(tables: Tables, rows: int) -> Inputs:
    """So many rows at most for models, and for neighbourhoods."""
    return Inputs(tables, 4 * rows, 0)
