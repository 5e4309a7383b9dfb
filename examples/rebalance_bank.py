"""Rebalance a real table: which clients of a bank agree to a term deposit?

One client in nine says yes. A tree that a person can read learns from real clients alone, with class weights, with
SMOTE, with synthetic clients, and with synthetic clients that a teacher has labelled. All are compared on held-out real
clients, over several splits. Writes a picture of real against synthetic columns.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier
from tqdm import tqdm

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler
from ganaug.plots import PALETTE, REAL, SYNTHETIC

try:
    import matplotlib.pyplot as plt
    from imblearn.over_sampling import SMOTENC
    from matplotlib.axes import Axes
except ImportError as error:
    raise SystemExit(f"The demo also needs {error.name}: pip install 'ganaug[demo]'") from error

SHIPPED = Path(__file__).parent / "data" / "bank_marketing.csv.gz"
ALONE, WEIGHTED, SMOTE = "one tree, real clients", "one tree, class weights", "one tree, SMOTENC"
OURS, TAUGHT = "one tree, GANOverSampler", "one tree, ganaug and a teacher"
FOREST = "300 trees, real clients"
PHONED = 100
CAPTION = """\
Synthetic rows that top a class up are chosen among sixteen candidates each to be clearly of the class. So what tells a
yes from a no, such as poutcome=success, is more frequent in them than in real rows: they are there for a classifier to
learn from. GANAugmenter.sample draws rows in which everything is as frequent as it is."""
SHOWN = ["age", "job", "education", "balance", "housing", "contact", "month", "campaign", "poutcome"]
PLOTTED = ["age", "balance", "job", "month", "poutcome"]
METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "average precision": average_precision_score,
    "balanced accuracy": lambda y, p: balanced_accuracy_score(y, p > 0.5),
    f"yes among {PHONED} phoned first": lambda y, p: y[np.argsort(-p, kind="stable")[:PHONED]].sum(),
}
Rows = tuple[pd.DataFrame, pd.Series]
Chances = dict[str, np.ndarray]


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


def tree(**options: Any) -> Pipeline:
    """One that a person can read, on one-hot categories."""
    words, numbers = make_column_selector(dtype_exclude="number"), make_column_selector(dtype_include="number")
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words), ("passthrough", numbers)
    )
    return make_pipeline(columns, options.pop("model", DecisionTreeClassifier)(random_state=0, **options))


def compare(X: pd.DataFrame, y: pd.Series, X_test: pd.DataFrame, steps: int, seed: int) -> tuple[Chances, Rows]:
    """How probable a yes is for each client of a test, from each kind of training; and the rows that topped up."""
    words = list(X.select_dtypes(exclude="number"))
    with_smote = SMOTENC(words, random_state=0).fit_resample(filled(X, X), y)
    topped_up = GANOverSampler(steps=steps, random_state=seed, verbose=0).fit_resample(X, y)
    augmenter = GANAugmenter(ratio=3, sampling_strategy="auto", steps=steps, random_state=seed, verbose=0)
    single = partial(tree, min_samples_leaf=20)
    models = {
        ALONE: single().fit(X, y),
        WEIGHTED: single(class_weight="balanced").fit(X, y),
        SMOTE: single().fit(*with_smote),
        OURS: single().fit(*topped_up),
        TAUGHT: AugmentedClassifier(single(), augmenter, teacher="auto").fit(X, y),
        FOREST: tree(model=RandomForestClassifier, n_estimators=300).fit(X, y),
    }
    tests = dict.fromkeys(models, X_test) | {SMOTE: filled(X_test, X)}
    return {name: model.predict_proba(tests[name])[:, 1] for name, model in models.items()}, topped_up


def verdict(scores: pd.DataFrame) -> str:
    """What each metric says of the taught tree and of the best other way to train one, split by split."""
    lines = []
    for metric in METRICS:
        splits = scores[metric].unstack("split").drop(FOREST)
        best = splits.drop(TAUGHT).mean(axis=1).idxmax()
        leads = splits.loc[TAUGHT] - splits.loc[best]
        wins = int((leads > 0).sum())
        lines.append(f"  {metric}: {leads.mean():+.3f} over {best!r}, ahead in {wins} of {len(leads)} splits")
    return "\n".join(lines)


def draw(means: pd.DataFrame, real: pd.DataFrame, synthetic: pd.DataFrame, path: Path) -> None:
    """What each way to train came to; and columns and all correlations of real and of synthetic rows."""
    figure, axes = plt.subplots(3, 3, figsize=(13, 10), layout="constrained")
    for metric, panel in zip(means, axes[0], strict=True):
        compared(panel, means[metric][::-1], named=metric == means.columns[0])
    for column, panel in zip(PLOTTED, axes[1:].flat, strict=False):
        (histogram if pd.api.types.is_numeric_dtype(real[column]) else bars)(panel, real[column], synthetic[column])
        panel.set_title(column, loc="left", fontweight="bold")
        panel.spines[["top", "right"]].set_visible(False)
    correlations(axes.flat[-1], real, synthetic)
    axes[1, 0].legend(title=f"who said yes: {len(real):,} real\nclients, {len(synthetic):,} synthetic", frameon=False)
    figure.supxlabel(CAPTION, x=0.01, ha="left", fontsize=11, color="0.3")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def compared(panel: Axes, scores: pd.Series, *, named: bool) -> None:
    """A bar for each way to train, the taught tree's in colour."""
    colors = [SYNTHETIC if name == TAUGHT else PALETTE["orange"] if name == OURS else "0.75" for name in scores.index]
    drawn = panel.barh(scores.index if named else np.arange(len(scores)), scores, color=colors)
    panel.bar_label(drawn, fmt="%.2f" if scores.max() < 1 else "%.0f", padding=3)
    panel.set_xlim(0, scores.max() * 1.2)
    panel.set_title(scores.name, loc="left", fontweight="bold")
    panel.set_xticks([])
    panel.tick_params(left=False, labelleft=named)
    panel.spines[:].set_visible(False)


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
    panel.scatter(x, y, s=9, color=PALETTE["green"], alpha=0.5, linewidths=0)
    panel.set(xlabel="real", ylabel="synthetic", xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), aspect="equal")
    panel.set_title(f"{len(x):,} rank correlations", loc="left", fontweight="bold")
    panel.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=3, help="into training and test clients (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps of a GAN (default: chosen from the table's size)")
    parser.add_argument("--out", type=Path, default=Path("demo.png"), help="where the picture goes (%(default)s)")
    parser.add_argument("--data", type=Path, default=SHIPPED, help="another CSV file with the same columns")
    arguments = parser.parse_args()
    plt.switch_backend("Agg")
    X, y = load_table(arguments.data)
    figures = {}
    for split in tqdm(range(arguments.splits), unit="split", desc="GANs learn half of the clients"):
        parts = train_test_split(X, y, test_size=0.5, stratify=y, random_state=split)
        X_train, X_test, y_train, y_test = parts
        said, topped_up = compare(X_train, y_train, X_test, arguments.steps or "auto", split)
        truth = (y_test == "yes").to_numpy()
        for name, chances in said.items():
            figures[name, split] = {metric: function(truth, chances) for metric, function in METRICS.items()}
        if split == 0:
            real, new_X = X_train[y_train == "yes"], topped_up[0][len(X_train) :]
            print(f"\nA training set of {counted(y_train)} becomes one of {counted(topped_up[1])}.")
            print(f"Some of the {len(new_X):,} synthetic clients who said yes:\n")
            print(new_X[SHOWN].head(6).to_string(index=False, na_rep=""), flush=True)

    scores = pd.DataFrame(figures).T.rename_axis(["way", "split"])
    print(f"\nOn clients that no model has seen, means of {arguments.splits} splits:\n")
    means = scores.groupby(level=0, sort=False).mean()
    print(means.to_string(float_format="{:.3f}".format, index_names=False))
    draw(means, real, new_X, arguments.out)
    print("\nThe tree that was taught, against the best other way to train one tree:")
    print(verdict(scores))
    print(f"\n{arguments.out.resolve()} shows it, and real beside synthetic columns.")


def counted(y: pd.Series) -> str:
    return " and ".join(f"{count:,} {label}" for label, count in y.value_counts().sort_index().items())


if __name__ == "__main__":
    main()
