"""How long a fit takes, and how close its rows come to the table's: by default Adult, which OpenML serves.

Run with ``python benchmarks/fit.py``, or with ``--data table.parquet`` (or .csv) for a table of your own, whose last
column is the target. A third of the rows is held out. `shape` is the columns' mean Kolmogorov-Smirnov or total
variation distance in per cent; `detection` the ROC AUC of boosting that tells held-out rows from synthetic ones, 50 %
being the best. Rows drawn anew from the training rows, with replacement, are the peer: no generator does better without
copying.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.datasets import fetch_openml
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.preprocessing import OrdinalEncoder

from ganaug import GANAugmenter


def load(path: Path | None) -> tuple[pd.DataFrame, pd.Series]:
    if path is None:
        return fetch_openml("adult", version=2, as_frame=True, return_X_y=True)
    table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    return table.iloc[:, :-1], table.iloc[:, -1]


def shape(real: pd.DataFrame, other: pd.DataFrame) -> float:
    """Mean distance of the columns, in per cent."""

    def distance(one: pd.Series, two: pd.Series) -> float:
        if pd.api.types.is_numeric_dtype(one):
            return float(ks_2samp(one.dropna(), two.dropna()).statistic)
        shares = [column.astype(object).value_counts(normalize=True, dropna=False) for column in (one, two)]
        return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)

    return 100 * float(np.mean([distance(real[name], other[name]) for name in real]))


def detection(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """ROC AUC of telling `real` from as many rows of `synthetic`, in per cent."""
    both = pd.concat([real, synthetic.sample(len(real), random_state=0)]).reset_index(drop=True)
    words = list(both.select_dtypes(exclude="number"))
    both[words] = OrdinalEncoder(max_categories=200).fit_transform(both[words].astype(object))
    truth = np.repeat([1, 0], len(real))
    model = HistGradientBoostingClassifier(categorical_features=words or None, random_state=0)
    return 100 * roc_auc_score(truth, cross_val_predict(model, both, truth, cv=3, method="predict_proba")[:, 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a .parquet or .csv file (default: Adult from OpenML)")
    parser.add_argument("--steps", type=int, help="training steps (default: chosen from the table's size)")
    arguments = parser.parse_args()
    X, X_test, y, _ = train_test_split(*load(arguments.data), test_size=1 / 3, random_state=0)

    import tensorflow  # noqa: F401 - its import is not part of the fit

    started = time.perf_counter()
    augmenter = GANAugmenter(steps=arguments.steps or "auto", random_state=0, verbose=1).fit(X, y)
    fitted = time.perf_counter()
    synthetic, _ = augmenter.sample(len(X), random_state=0)
    sampled = time.perf_counter()
    anew = X.sample(len(X), replace=True, random_state=0)
    print(f"{len(X):,} rows, {X.shape[1]} columns: fitted in {fitted - started:.0f} s ({augmenter.n_iter_:,} steps)")
    print(f"sampling: {len(X) / (sampled - fitted):,.0f} rows a second")
    print(f"shape: {shape(X, synthetic):.2f} %, of rows drawn anew {shape(X, anew):.2f} %")
    print(f"detection: {detection(X_test, synthetic):.1f} %, of rows drawn anew {detection(X_test, anew):.1f} %")


if __name__ == "__main__":
    main()
