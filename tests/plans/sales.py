"""A small table, and what a folder of parts says of itself."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

COUNTS = {"rare": 1_500, "usual": 2_300}


def table(rows=1_500, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": rng.gamma(2, 10, rows).round(2),
            "count": rng.integers(0, 50, rows),
            "kind": rng.choice(["a", "b", "c"], rows),
            "level": pd.Categorical(rng.choice(["low", "high"], rows)),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**7, rows), unit="s"),
        }
    )
    frame["more"] = frame["amount"] + rng.exponential(3, rows).round(2)
    frame.loc[::40, "kind"] = None
    return frame, pd.Series(np.where(rng.random(rows) < 0.1, "rare", "usual"), name="label")


def manifest_of(folder):
    return json.loads((Path(folder) / "_manifest.json").read_text())


def hashes_of(folder):
    return {part["file"]: part["sha256"] for part in manifest_of(folder)["files"]}
