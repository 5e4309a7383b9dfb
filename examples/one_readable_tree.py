"""One tree nearly as good as the ensemble: a teacher labels synthetic clients of a bank, small models learn from them.

One client in nine agrees to a term deposit. The teacher is an ensemble that nobody can read. Each student is fitted
to the real clients alone, and then to synthetic ones as well, with the teacher's probabilities; all are tested on
clients that no model has seen. The tree that comes out is printed.
"""

from __future__ import annotations

import argparse
import pickle
import time
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, export_text

from ganaug import AugmentedClassifier, GANAugmenter

SHIPPED = Path(__file__).parent / "data" / "bank_marketing.csv.gz"


def load_table() -> tuple[pd.DataFrame, pd.Series]:
    table = pd.read_csv(SHIPPED, sep=None, engine="python")
    return table.drop(columns=["y", "duration"]), table["y"]  # how long the call took is known only afterwards


def students() -> dict[str, Pipeline]:
    words, numbers = make_column_selector(dtype_exclude="number"), make_column_selector(dtype_include="number")
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    readable = make_column_transformer((one_hot, words), ("passthrough", numbers), verbose_feature_names_out=False)
    scaled = make_column_transformer((one_hot, words), (StandardScaler(), numbers))
    return {
        "tree of depth 4": make_pipeline(readable, DecisionTreeClassifier(max_depth=4, random_state=0)),
        "sparse linear model": make_pipeline(scaled, LogisticRegression(l1_ratio=1.0, solver="liblinear", C=0.1)),
        "network of 16 units": make_pipeline(
            scaled, MLPClassifier((16,), max_iter=300, early_stopping=True, random_state=0)
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1500, help="training clients (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps (default: chosen from the rows)")
    parser.add_argument("--ratio", type=float, default=10, help="synthetic clients for each (default: %(default)s)")
    arguments = parser.parse_args()
    X, y = load_table()
    X, X_test, y, y_test = train_test_split(X, y, train_size=arguments.rows, random_state=0, stratify=y)
    augmenter = GANAugmenter(arguments.ratio, steps=arguments.steps or "auto", random_state=0)

    def line(name: str, model: object, said: pd.Series, seconds: float) -> None:
        area, brier = average_precision_score(y_test == "yes", said), brier_score_loss(y_test == "yes", said)
        size, speed = len(pickle.dumps(model)) / 1024, seconds / len(X_test) * 1e6
        print(f"{name:44} {area:17.3f} {brier:6.3f} {size:8,.0f} {speed:8.1f}", flush=True)

    print(f"{'':44} average precision  Brier      KiB  µs/row")
    for name, student in students().items():
        alone = student.fit(X, y)
        started = time.perf_counter()
        said = alone.predict_proba(X_test)[:, 1]
        line(f"{name}, real clients", alone, said, time.perf_counter() - started)
        fitted = AugmentedClassifier(student, augmenter, teacher="auto").fit(X, y)
        started = time.perf_counter()
        said = fitted.predict_proba(X_test)[:, 1]
        line(f"{name}, taught", fitted.estimator_, said, time.perf_counter() - started)
        if name.startswith("tree"):
            tree = fitted.estimator_
    started = time.perf_counter()
    said = fitted.teacher_(X_test)[:, 1]
    line("the teacher", fitted.teacher_, said, time.perf_counter() - started)
    print("\nThe tree that was taught; a leaf's weights are those of [no, yes]:\n")
    names = tree[:-1].get_feature_names_out().tolist()
    print(export_text(tree[-1], feature_names=names, show_weights=True, decimals=1))


if __name__ == "__main__":
    main()
