"""Rebalance a real table: which clients of a bank agree to a term deposit?

One client in nine says yes. The training rows of that class are topped up with synthetic ones, and classifiers trained
with and without them are compared on held-out real rows. Writes a picture of real against synthetic columns.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ganaug import GANOverSampler

try:
    import matplotlib.pyplot as plt
    from imblearn.over_sampling import SMOTENC
    from matplotlib.axes import Axes
except ImportError as error:
    raise SystemExit(f"The demo also needs {error.name}: pip install 'ganaug[demo]'") from error

SHIPPED = Path(__file__).parent / "data" / "bank_marketing.csv.gz"
ALONE, WEIGHTED, SMOTE, OURS = "real rows", "real rows, class weights", "real + SMOTENC", "real + ganaug"
REAL, SYNTHETIC = "#0072B2", "#E69F00"  # of Okabe and Ito's palette, which the colour-blind can tell apart
SHOWN = ["age", "job", "education", "balance", "housing", "contact", "month", "campaign", "poutcome"]
PLOTTED = ["age", "balance", "campaign", "day", "job", "month", "contact", "poutcome"]
METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "balanced accuracy": lambda y, p: balanced_accuracy_score(y, p > 0.5),
    "F1": lambda y, p: f1_score(y, p > 0.5),
    "average precision": average_precision_score,
    "ROC AUC": roc_auc_score,
}
Rows = tuple[pd.DataFrame, pd.Series]


def load_table(path: Path) -> Rows:
    """The clients and their answers."""
    table = pd.read_csv(path, sep=None, engine="python")
    X, y = table.drop(columns=["y", "duration"]), table["y"]
    print(f"{len(X):,} clients of a bank, {X.shape[1]} columns, {X.isna().to_numpy().sum():,} empty cells.")
    print("`duration` is left out: how long the call took is known only once the answer is, so it gives it away.")
    return X, y


def filled(X: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """`X` without empty cells: the median of the training rows in numbers, a word of its own elsewhere."""
    numbers = train.select_dtypes("number")
    return X.fillna(dict.fromkeys(train.columns.difference(numbers.columns), "(empty)") | dict(numbers.median()))


def classifiers(class_weight: str | None) -> dict[str, Pipeline]:
    """Three kinds of them, on one-hot categories and scaled numbers."""
    words, rest = make_column_selector(dtype_exclude="number"), make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words), remainder=rest
    )
    shared: dict[str, Any] = {"class_weight": class_weight, "random_state": 0}
    return {
        "logistic regression": make_pipeline(columns, LogisticRegression(max_iter=1000, **shared)),
        "gradient boosting": make_pipeline(columns, HistGradientBoostingClassifier(max_iter=50, **shared)),
        "random forest": make_pipeline(columns, RandomForestClassifier(200, n_jobs=2, **shared)),
    }


def compare(X: pd.DataFrame, y: pd.Series, ours: Rows, X_test: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """The probability of a yes for every test row, from each classifier after each kind of training."""
    words = list(X.select_dtypes(exclude="number"))
    smote = SMOTENC(words, random_state=0).fit_resample(filled(X, X), y)
    training = {ALONE: (X, y), WEIGHTED: (X, y), SMOTE: smote, OURS: ours}
    predicted = {}
    for name, (rows, answers) in training.items():
        test = filled(X_test, X) if name == SMOTE else X_test
        for kind, model in classifiers("balanced" if name == WEIGHTED else None).items():
            predicted[kind, name] = model.fit(rows, answers == "yes").predict_proba(test)[:, 1]
    return predicted


def verdict(y: np.ndarray, predicted: dict[tuple[str, str], np.ndarray], scores: pd.DataFrame) -> str:
    """For each metric, ganaug against the best of the others: classifiers averaged, the error from resampled rows."""
    means = scores.groupby(level=1).mean()
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(y), len(y)) for _ in range(50)]
    lines = []
    for metric, function in METRICS.items():
        own, rest = means.loc[OURS, metric], means[metric].drop(OURS)
        best = rest.idxmax()
        pairs = [(p, predicted[kind, best]) for (kind, name), p in predicted.items() if name == OURS]
        leads = [np.mean([function(y[d], ours[d]) - function(y[d], other[d]) for ours, other in pairs]) for d in draws]
        lead, error = own - rest.max(), 2 * np.std(leads)
        place = "level with" if abs(lead) < error else "ahead of" if lead > 0 else "behind"
        lines.append(
            f"  {metric + ':':<18} {own:.3f}, {place} {best} with {rest.max():.3f} ({lead:+.3f} ± {error:.3f})"
        )
    return "\n".join(lines)


def draw(real: pd.DataFrame, synthetic: pd.DataFrame, path: Path) -> None:
    """Distributions of eight columns, and all correlations, of real and of synthetic rows."""
    figure, axes = plt.subplots(3, 3, figsize=(13, 10), layout="constrained")
    for column, panel in zip(PLOTTED, axes.flat, strict=False):
        (histogram if pd.api.types.is_numeric_dtype(real[column]) else bars)(panel, real[column], synthetic[column])
        panel.set_title(column, loc="left", fontweight="bold")
        panel.spines[["top", "right"]].set_visible(False)
    correlations(axes.flat[-1], real, synthetic)
    figure.suptitle(f"Clients who said yes: {len(real):,} real ones, {len(synthetic):,} synthetic", fontsize=15)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def histogram(panel: Axes, real: pd.Series, synthetic: pd.Series) -> None:
    low, high = np.nanquantile(real, [0, 0.98])
    bins = np.linspace(low, high, 25) if high - low > 40 else np.arange(low, high + 2) - 0.5
    for values, label, color, solid in ((real, "real", REAL, True), (synthetic, "synthetic", SYNTHETIC, False)):
        weights = np.full(len(values), 100 / len(values))
        kind = "stepfilled" if solid else "step"
        panel.hist(
            values, bins, weights=weights, label=label, color=color, histtype=kind, alpha=0.45 if solid else 1, lw=2
        )
    panel.set_ylabel("% of rows")


def bars(panel: Axes, real: pd.Series, synthetic: pd.Series) -> None:
    shares = pd.DataFrame({"real": real.fillna("(empty)").value_counts(normalize=True) * 100})
    shares["synthetic"] = synthetic.fillna("(empty)").value_counts(normalize=True) * 100
    places = np.arange(len(shares))
    for shift, name, color, alpha in ((-0.2, "real", REAL, 0.6), (0.2, "synthetic", SYNTHETIC, 1)):
        panel.bar(places + shift, shares[name].fillna(0), 0.4, label=name, color=color, alpha=alpha)
    panel.set_xticks(
        places, shares.index, rotation=35 if len(shares) > 4 else 0, ha="right" if len(shares) > 4 else "center"
    )
    panel.set_ylabel("% of rows")


def correlations(panel: Axes, real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
    """Each point is a pair of columns, categories taken apart into indicators."""
    both = pd.get_dummies(pd.concat([real, synthetic]), dummy_na=True, dtype=float)
    common = both.columns[(both[: len(real)].nunique() > 1) & (both[len(real) :].nunique() > 1)]
    pairs = np.triu_indices(len(common), 1)
    x, y = (part[common].rank().corr().to_numpy()[pairs] for part in (both[: len(real)], both[len(real) :]))
    panel.plot([-1, 1], [-1, 1], color="0.7", lw=1, zorder=0)
    panel.scatter(x, y, s=9, color="#009E73", alpha=0.5, linewidths=0)
    panel.set(xlabel="real", ylabel="synthetic", xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), aspect="equal")
    panel.set_title(f"rank correlations of {len(x):,} pairs", loc="left", fontweight="bold")
    panel.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, help="training steps of the GAN (default: chosen from the table's size)")
    parser.add_argument("--out", type=Path, default=Path("demo.png"), help="where the picture goes (%(default)s)")
    parser.add_argument("--data", type=Path, default=SHIPPED, help="another CSV file with the same columns")
    arguments = parser.parse_args()
    plt.switch_backend("Agg")
    import_tensorflow()

    X, y = load_table(arguments.data)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    print(f"\n1. Training rows: {counted(y)}. Held out: {counted(y_test)}. A GAN learns the training rows:\n")
    ours = GANOverSampler(steps=arguments.steps or "auto", random_state=0, verbose=1).fit_resample(X, y)
    new_X, new_y = (part[len(X) :] for part in ours)
    print(f"\n2. Rebalanced: {counted(ours[1])}. Some of the {len(new_X):,} synthetic clients who said yes:\n")
    print(new_X[SHOWN].head(6).to_string(index=False, na_rep=""))

    print("\n3. Classifiers on the held-out real rows. SMOTENC cannot take empty cells, so they were filled for it;")
    print("   ganaug learns them like any other value.\n")
    truth, predicted = (y_test == "yes").to_numpy(), compare(X, y, ours, X_test)
    figures = {key: {name: metric(truth, p) for name, metric in METRICS.items()} for key, p in predicted.items()}
    scores = pd.DataFrame(figures).T.sort_index(level=0, sort_remaining=False)
    print(scores.to_string(float_format="{:.3f}".format))
    print(
        f"\n{OURS.capitalize()}, averaged over the classifiers, against the best alternative (± two standard errors):"
    )
    print(verdict(truth, predicted, scores))
    print("The first two metrics depend on the threshold, 0.5, which rebalancing shifts; the other two do not.")

    draw(X[y == "yes"], new_X[new_y == "yes"], arguments.out)
    print(f"\n{arguments.out.resolve()} shows real and synthetic columns side by side.")


def import_tensorflow() -> None:
    """Import it without its notes on processors and drivers, which it writes past Python's own streams."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def counted(y: pd.Series) -> str:
    return " and ".join(f"{count:,} {label}" for label, count in y.value_counts().sort_index().items())


if __name__ == "__main__":
    main()
