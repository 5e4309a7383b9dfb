"""A table whose structure is known, and how far generated rows are from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

COLOURS = ["blue", "green", "red"]


def toy(rows: int = 600) -> tuple[pd.DataFrame, pd.Series]:
    """Two correlated numbers and a colour; the label moves the numbers and goes with one of the colours."""
    rng = np.random.default_rng(0)
    label = rng.choice(["no", "yes"], rows, p=[0.7, 0.3])
    first = rng.normal(size=rows) + 2 * (label == "yes")
    second = 0.8 * first + 0.6 * rng.normal(size=rows)
    colour = np.where(rng.random(rows) < 0.8, np.where(label == "yes", "red", "blue"), "green")
    return pd.DataFrame({"first": first, "second": second, "colour": colour}), pd.Series(label, name="label")


def distances(model: Any, X: pd.DataFrame, rows: int = 2000) -> dict[str, float]:
    """Of generated rows from `X`: 0 is perfect but for `correlation`, which should be that of `X`, 0.86."""
    new, label = model.sample(rows, random_state=1)
    shares = [table["colour"].value_counts(normalize=True).reindex(COLOURS, fill_value=0) for table in (X, new)]
    return {
        "total variation": float((shares[0] - shares[1]).abs().sum() / 2),
        "KS": max(float(ks_2samp(X[name], new[name]).statistic) for name in ("first", "second")),
        "wrong colours": abs(0.8 - float((new["colour"] == "red")[(label == "yes").to_numpy()].mean())),
        "correlation": float(new["first"].corr(new["second"])),
    }
