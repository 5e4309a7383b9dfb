"""Let a grid search choose how many synthetic rows to add, and how much they count.

The generator is a part of the model, so each fold has one of its own, fitted to that fold's training rows. `memory`
keeps what it made: candidates that differ in the classifier alone share it. Run with
``python examples/sklearn_grid_search.py``; takes some two minutes.
"""

from __future__ import annotations

import argparse
from tempfile import TemporaryDirectory

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganaug import AugmentedClassifier, GANAugmenter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=300, help="training steps of each generator (default: %(default)s)"
    )
    arguments = parser.parse_args()

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X = X.filter(like="mean ")
    X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=150, stratify=y, random_state=0)

    with TemporaryDirectory() as memory:
        model = AugmentedClassifier(
            make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
            GANAugmenter(steps=arguments.steps, random_state=0),
            memory=memory,
        )
        grid = {
            "augmenter__ratio": [0, 1, 3],
            "synthetic_weight": [0.3, 1],
            "estimator__logisticregression__C": [0.1, 1],
        }
        search = GridSearchCV(model, grid, cv=3, scoring="neg_log_loss", n_jobs=2).fit(X_train, y_train)

    results = pd.DataFrame(search.cv_results_)
    shown = results[[f"param_{name}" for name in grid] + ["mean_test_score", "std_test_score"]]
    shown.columns = ["ratio", "weight", "C", "log-likelihood", "deviation over folds"]
    print(shown.sort_values("log-likelihood", ascending=False).round(3).to_string(index=False))
    print(f"\nchosen: {search.best_params_}")
    print(f"accuracy on {len(X_test)} rows that took no part: {search.best_estimator_.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
