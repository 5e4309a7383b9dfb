"""Does augmentation help? Three classifiers on a bank's clients, each with a verdict of its own.

One client in nine agrees to a term deposit. Each classifier is measured on held-out real rows: as it is,
with baselines, and with synthetic rows at several ratios. The generators of the folds are fitted once, for all three.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ganaug import GANAugmenter, assess

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[plot]'") from error

SHIPPED = Path(__file__).parent / "data" / "bank_marketing.csv.gz"


def load_table(rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Some of the clients, without empty cells, since SMOTE takes none; and their answers."""
    table = pd.read_csv(SHIPPED, sep=None, engine="python").sample(rows, random_state=0)
    X = table.drop(columns=["y", "duration"])  # how long the call took is known only once the answer is
    words = X.columns.difference(X.select_dtypes("number").columns)
    return X.fillna(dict.fromkeys(words, "(empty)")), table["y"]


def classifiers() -> dict[str, Pipeline]:
    words, numbers = make_column_selector(dtype_exclude="number"), make_column_selector(dtype_include="number")
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    models = {
        "a linear model": LogisticRegression(max_iter=1000),
        "a forest": RandomForestClassifier(100),
        "boosting": HistGradientBoostingClassifier(),
    }
    return {
        name: make_pipeline(make_column_transformer((one_hot, words), (StandardScaler(), numbers)), model)
        for name, model in models.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1500, help="clients to look at (default: %(default)s)")
    parser.add_argument("--folds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--steps", type=int, help="training steps of each generator (default: chosen from the rows)")
    parser.add_argument("--jobs", type=int, default=1, help="folds at a time (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("does_it_help.png"), help="the figure (default: %(default)s)")
    arguments = parser.parse_args()

    X, y = load_table(arguments.rows)
    augmenter = None if arguments.steps is None else GANAugmenter(steps=arguments.steps, refine=False)
    models = classifiers()
    figure, axes = plt.subplots(len(models), figsize=(7.2, 4.2 * len(models)), layout="constrained")
    with tempfile.TemporaryDirectory() as memory:
        for ax, (name, model) in zip(axes, models.items(), strict=True):
            options = {"cv": arguments.folds, "n_jobs": arguments.jobs, "random_state": 0, "memory": memory}
            result = assess(model, X, y, augmenter, **options)
            print(f"For {name}: {result}\n")
            result.plot(ax)
            ax.set_title(f"{name.capitalize()}. {result.verdict}", fontsize="medium")
    figure.savefig(arguments.out, dpi=110)
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
