"""GANOverSampler in imbalanced-learn's Pipeline, next to SMOTE and to no over-sampling at all.

The Pipeline resamples while it is fitted and never while it predicts, so cross-validation tests on real rows only. Run
with ``python examples/imblearn_pipeline.py``; takes about a minute.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.preprocessing import StandardScaler

from ganaug import GANOverSampler

try:
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import make_pipeline
except ImportError as error:
    raise SystemExit("This example needs imbalanced-learn: pip install 'ganaug[imblearn]'") from error

METRICS = {"balanced_accuracy": "balanced accuracy", "f1": "F1", "average_precision": "average precision"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=300, help="training steps of each generator (default: %(default)s)"
    )
    arguments = parser.parse_args()

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    y = 1 - y  # malignant is the class to find
    rare = np.random.default_rng(0).permutation(np.flatnonzero(y))[:30]
    kept = np.sort(np.concatenate([np.flatnonzero(y == 0), rare]))
    X, y = X.filter(like="mean ").iloc[kept], y.iloc[kept]
    print(f"{len(y)} tumours, {y.sum()} of them malignant; the others of that class are left out to make it rare\n")

    samplers: dict[str, list[Any]] = {
        "nothing": [],
        "SMOTE": [SMOTE(random_state=0)],
        "GANOverSampler": [GANOverSampler(steps=arguments.steps, random_state=0)],
    }
    rows = {}
    for name, sampler in samplers.items():
        pipeline = make_pipeline(*sampler, StandardScaler(), LogisticRegression(max_iter=1000))
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        scores = cross_validate(pipeline, X, y, cv=folds, scoring=list(METRICS))
        rows[name] = {label: scores[f"test_{metric}"].mean() for metric, label in METRICS.items()}
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
