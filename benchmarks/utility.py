"""When synthetic rows help: learners, tables and sizes, with rows' own labels and with those of a teacher.

``python -m benchmarks.utility`` fetches tables from OpenML; ``--data-dir DIR`` takes NAME_train.parquet and
NAME_test.parquet of yours. A learner is fitted to a few training rows and what is made of them, and tested on held-out
ones: average precision and Brier score of the rarer of two classes, or R² of a number.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import average_precision_score, brier_score_loss, r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from threadpoolctl import threadpool_limits

from ganaug import GANAugmenter
from ganaug.data.weights import weights_name
from ganaug.models import MODELS, behind_preprocessing, model_for
from ganaug.teaching.lesson import lesson_of
from ganaug.teaching.teacher import fitted_teacher

from .results import Results
from .tables import names_in, split

TEST_ROWS = 10_000
RATIO = 10
OWN_LEARNERS: dict[str, tuple[Any, Any]] = {
    "tree": (DecisionTreeClassifier(min_samples_leaf=20), DecisionTreeRegressor(min_samples_leaf=20)),
    "depth 5": (DecisionTreeClassifier(max_depth=5), DecisionTreeRegressor(max_depth=5)),
    "k-NN": (KNeighborsClassifier(15), KNeighborsRegressor(15)),
    "network": (
        MLPClassifier((32,), early_stopping=True, max_iter=100, random_state=0),
        TransformedTargetRegressor(
            MLPRegressor(hidden_layer_sizes=(32,), early_stopping=True, max_iter=100, random_state=0),
            transformer=StandardScaler(),
        ),
    ),
}
LEARNERS = ("tree", "depth 5", "boosting", "forest", "linear", "k-NN", "network")


def learner(X: pd.DataFrame, name: str, *, classes: bool) -> Any:
    """An unfitted model of this name for such rows."""
    if name in MODELS:
        model = model_for(X, name, classes=classes)
    else:
        model = behind_preprocessing(X, OWN_LEARNERS[name][0 if classes else 1])
    if "random_state" in model[-1].get_params():
        model[-1].set_params(random_state=0)
    return model


def scores(said: Any, truth: Any, *, classes: bool) -> dict[str, float]:
    if not classes:
        return {"r2": round(float(r2_score(truth, said)), 4)}
    return {
        "average_precision": round(float(average_precision_score(truth, said)), 4),
        "brier": round(float(brier_score_loss(truth, said)), 4),
    }


def measured(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> Iterator[dict[str, Any]]:
    """A row for every learner and method."""
    X, y, asked, truth = train.drop(columns=target), train[target], test.drop(columns=target), test[target]
    classes = y.nunique() == 2
    if classes:
        rare = y.value_counts().idxmin()
        y, truth = (y == rare).astype(int), (truth == rare).astype(int)
    own, labels = y.to_numpy(), np.array([0, 1]) if classes else None
    started = time.perf_counter()
    augmenter = GANAugmenter(RATIO, random_state=seed, target_type="classes" if classes else "number").fit(X, y)
    rows, every = augmenter.augment(X, y)
    making = time.perf_counter() - started
    started = time.perf_counter()
    with threadpool_limits(1):
        teacher = fitted_teacher("auto", X, own, labels, seed)
        said = teacher(asked)
        yield {
            "learner": "teacher",
            "method": "nothing",
            **scores(said[:, 1] if classes else said, truth, classes=classes),
        }
        teaching = time.perf_counter() - started
        once = len(X) * 2
        for name in LEARNERS:
            model = learner(X, name, classes=classes)
            weighs = classes and weights_name(model) is not None

            def taught(X: pd.DataFrame, weighs: bool = weighs) -> tuple[Any, ...]:
                lesson = lesson_of(teacher, labels, X, own, weighs=weighs, seed=seed)
                return lesson.X, lesson.y, lesson.weight

            methods = {
                "nothing": lambda: (X, own, None),
                "own labels, x 1": lambda: (rows[:once], every[:once].to_numpy(), None),
                "own labels, x 10": lambda: (rows, every.to_numpy(), None),
                "teacher, real rows": lambda: taught(X),
                "teacher, x 1": lambda: taught(rows[:once]),
                "teacher, x 10": lambda: taught(rows),
            }
            for method, made in methods.items():
                started = time.perf_counter()
                learnt, targets, weight = made()
                options = {weights_name(model): weight} if weighs and weight is not None else {}
                model = learner(X, name, classes=classes).fit(learnt, targets, **options)
                said = model.predict_proba(asked)[:, 1] if classes else model.predict(asked)
                seconds = time.perf_counter() - started
                seconds += teaching if "teacher" in method else 0
                seconds += making if " x " in method else 0
                yield {
                    "learner": name,
                    "method": method,
                    **scores(said, truth, classes=classes),
                    "seconds": round(seconds, 2),
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="a folder of NAME_train.parquet and NAME_test.parquet")
    parser.add_argument("--tables", nargs="+")
    parser.add_argument("--sizes", nargs="+", type=int, default=[300, 1500], help="training rows")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    results = Results("utility", {"own tables": options.data_dir is not None, "ratio": RATIO, "test_rows": TEST_ROWS})
    for seed in options.seeds:
        for name in options.tables or names_in(options.data_dir):
            found = split(name, options.data_dir)
            test = found.test.sample(min(TEST_ROWS, len(found.test)), random_state=0)
            for size in options.sizes:
                key = {"table": name, "size": size, "seed": seed}
                if results.find(**key):
                    continue
                train = found.train.sample(size, random_state=seed).reset_index(drop=True)
                for row in list(measured(train, test, found.target, seed)):  # all of them, or none
                    results.add(key | row)
                    print(*(key | row).values(), flush=True)


if __name__ == "__main__":
    main()
