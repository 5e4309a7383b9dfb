"""Does rebalancing with ganaug help classifiers find a rare class, next to doing nothing and the usual remedies?

``python -m benchmarks.rebalance`` fetches imbalanced-learn's collection; ``--data-dir DIR`` takes parquet files of
yours, with the target in the last column. The rarest class is the positive one. In repeated stratified cross-validation
the training rows are rebalanced to classes of equal size, and five learners are scored on the untouched fold; ensembles
that balance their own samples stand for each learner. A second run measures only what is missing; ``--again ganaug``
measures a method anew.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from joblib import Memory
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from .figures import boosting, comparable, scaled, sorts
from .generators import NotRun, options_of, python_in, python_of, reason, run
from .intervals import Interval, pooled
from .results import Results
from .tables import imbalanced

METRICS = ["average precision", "ROC AUC", "balanced accuracy", "F1"]
BRIER = "Brier score"
TITLES = {"ganaug": "GANOverSampler", "taught": "balanced, taught", "calibrated": "balanced, calibrated",
          "nothing": "nothing", "weights": "class weights", "copies": "random copies", "smote": "SMOTE",
          "balanced forest": "BalancedRandomForest", "easy ensemble": "EasyEnsemble",
          "self-paced": "Self-Paced Ensemble", "ctgan": "CTGAN, conditional"}  # fmt: skip
SELF_PACED = Path(__file__).resolve().parent / "peers" / "self_paced.py"
Rows = tuple[pd.DataFrame, np.ndarray]
Fitted = Callable[[Any], Any]
"""Takes a learner, returns a fitted model."""


def learners(X: pd.DataFrame, weight: str | None) -> dict[str, Any]:
    """Nearest neighbours take no weights: for them, weights are the same as nothing."""
    shared = {"class_weight": weight, "random_state": 0}
    return {
        "logistic regression": scaled(X, LogisticRegression(max_iter=1000, class_weight=weight)),
        "decision tree": scaled(X, DecisionTreeClassifier(**shared)),
        "random forest": scaled(X, RandomForestClassifier(100, **shared)),
        "gradient boosting": boosting(X, class_weight=weight),
        "nearest neighbours": scaled(X, KNeighborsClassifier()),
    }


def smote(X: pd.DataFrame, y: np.ndarray, seed: int) -> Rows:
    """In units of standard deviations, with as many neighbours as the rare class has."""
    numbers, words = sorts(X)
    settings = {"k_neighbors": int(np.clip(y.sum() - 1, 1, 5)), "random_state": seed}
    if not numbers:
        return SMOTEN(**settings).fit_resample(X, y)
    scaler = StandardScaler().fit(X[numbers])
    rows = X.assign(**dict(zip(numbers, scaler.transform(X[numbers]).T, strict=True)))
    new, labels = (SMOTENC(words, **settings) if words else SMOTE(**settings)).fit_resample(rows, y)
    return new.assign(**dict(zip(numbers, scaler.inverse_transform(new[numbers]).T, strict=True))), labels


def ctgan(X: pd.DataFrame, y: np.ndarray, seed: int, options: dict[str, int], versions: dict[str, str]) -> Rows:
    table = X.assign(**{"is rare": np.where(y, "yes", "no")})
    wanted = {"yes": int((~y).sum() - y.sum())}
    done, new = run("ctgan", table, "is rare", [wanted], seed=seed, options=options)
    versions.update(done["versions"])
    return pd.concat([X, comparable(new, X)], ignore_index=True), np.append(y, np.ones(len(new), bool))


def augmented(X: pd.DataFrame, y: np.ndarray, seed: int, steps: int | str, **options: Any) -> Fitted:
    """Each learner with balanced rows and `options` of AugmentedClassifier; all learners share the generators."""
    from ganaug import AugmentedClassifier, GANAugmenter
    from ganaug.assessment.assess import default_augmenter

    usual = GANAugmenter() if "teacher" in options else default_augmenter(X, classes=True).set_params(ratio=0)
    usual.set_params(sampling_strategy="auto", random_state=seed)
    if steps != "auto":
        usual.set_params(steps=steps)
    kept = tempfile.TemporaryDirectory()

    def fit(learner: Any) -> Any:
        return AugmentedClassifier(learner, usual, memory=Memory(kept.name, verbose=0), **options).fit(X, y)

    return fit


class SelfPaced(ClassifierMixin, BaseEstimator):
    """A Self-Paced Ensemble, in its environment; it is fitted when it is asked."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        self.X_, self.y_, self.classes_ = X, y, np.unique(y)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            job = Path(folder) / "job.npz"
            np.savez(job, X=self.X_, y=self.y_.astype(int), asked=X, seed=self.seed)
            python = python_in("imbalanced-ensemble", "self-paced")
            done = subprocess.run([python, SELF_PACED, job], capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(reason(done))
            chance = np.load(job.with_suffix(".npy"))
        return np.column_stack([1 - chance, chance])


def self_paced(X: pd.DataFrame, y: np.ndarray, seed: int) -> Fitted:
    python_in("imbalanced-ensemble", "self-paced")
    model = scaled(X, SelfPaced(seed)).fit(X, y)
    return lambda learner: model  # noqa: ARG005


def methods(steps: int | None, epochs: int | None, versions: dict[str, str]) -> dict[str, Callable[..., Fitted]]:
    """Each takes training rows, whether they are rare, and a seed; `versions` learns those of peers."""
    from ganaug import GANOverSampler

    short = options_of("ctgan", steps=None, epochs=epochs)

    def resampled(made: Callable[..., Rows]) -> Callable[..., Fitted]:
        def prepared(X: pd.DataFrame, y: np.ndarray, seed: int) -> Fitted:
            rows = made(X, y, seed)
            return lambda learner: learner.fit(*rows)

        return prepared

    def ensemble(model: Any) -> Callable[..., Fitted]:
        def prepared(X: pd.DataFrame, y: np.ndarray, seed: int) -> Fitted:
            fitted = scaled(X, clone(model).set_params(random_state=seed)).fit(X, y)
            return lambda learner: fitted  # noqa: ARG005

        return prepared

    return {
        "nothing": resampled(lambda X, y, seed: (X, y)),  # noqa: ARG005
        "weights": resampled(lambda X, y, seed: (X, y)),  # noqa: ARG005
        "copies": resampled(lambda X, y, seed: RandomOverSampler(random_state=seed).fit_resample(X, y)),
        "smote": resampled(smote),
        "balanced forest": ensemble(BalancedRandomForestClassifier(100)),
        "easy ensemble": ensemble(EasyEnsembleClassifier()),
        "self-paced": self_paced,
        "ganaug": resampled(
            lambda X, y, seed: GANOverSampler(random_state=seed, steps=steps or "auto").fit_resample(X, y)
        ),
        "taught": lambda X, y, seed: augmented(X, y, seed, steps or "auto", teacher="auto"),
        "calibrated": lambda X, y, seed: augmented(X, y, seed, steps or "auto", calibrate=True),
        "ctgan": resampled(lambda X, y, seed: ctgan(X, y, seed, short, versions)),
    }


def scores(model: Any, X: pd.DataFrame, truth: np.ndarray) -> dict[str, float]:
    chance = model.predict_proba(X)[:, 1]
    values = [average_precision_score(truth, chance), roc_auc_score(truth, chance),
              balanced_accuracy_score(truth, chance > 0.5), f1_score(truth, chance > 0.5),
              brier_score_loss(truth, chance)]  # fmt: skip
    return dict(zip([*METRICS, BRIER], map(float, values), strict=True))


def folds(X: pd.DataFrame, y: np.ndarray, splits: int, repeats: int) -> list[tuple[Rows, Rows]]:
    """Training and test rows; empty numbers are the training rows' medians, since SMOTE takes none."""
    X, found = comparable(X, X), []
    numbers, _ = sorts(X)
    for train, test in RepeatedStratifiedKFold(n_splits=splits, n_repeats=repeats, random_state=0).split(X, y):
        middle = X[numbers].iloc[train].median().fillna(0)
        found.append(tuple((X.iloc[part].fillna(middle).reset_index(drop=True), y[part]) for part in (train, test)))
    return found


def one(method: str, prepare: Callable[..., Fitted], train: Rows, test: Rows, seed: int) -> dict[str, Any]:
    """Scores of every learner, and the seconds that all took; or why there are none."""
    started = time.perf_counter()
    try:
        fitted = prepare(*train, seed)
    except NotRun as error:
        tqdm.write(f"{method}: {error}")
        return {"not_run": str(error)}
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        models = learners(train[0], "balanced" if method == "weights" else None)
        made, told, found = None, {}, {}
        for name, model in models.items():
            before, made = made, fitted(model)
            if made is not before:  # an ensemble stands for every learner
                told = scores(made, *test)
            found[name] = told
    return {"seconds": time.perf_counter() - started, "scores": found}


def long(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A row for every table, fold, method and learner."""
    return pd.DataFrame(
        [
            {"table": row["table"], "fold": row["fold"], "method": row["generator"], "learner": learner} | figures
            for row in rows
            for learner, figures in row.get("scores", {}).items()
        ]
    )


def ranks(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean rank of each method over tables and learners, 1 being the best."""
    means = frame.groupby(["table", "learner", "method"])[METRICS].mean()
    return means.groupby(["table", "learner"]).rank(ascending=False).groupby("method").mean()


def differences(frame: pd.DataFrame, method: str, other: str, metric: str) -> dict[str, np.ndarray]:
    """For each table, what `method` has more than `other` in every fold that both ran, learners averaged."""
    wide = frame.groupby(["table", "fold", "method"])[metric].mean().unstack("method")
    both = (wide[method] - wide[other]).dropna()
    return {table: part.to_numpy() for table, part in both.groupby("table") if len(part) > 1}


def lead(frame: pd.DataFrame, method: str, other: str, metric: str, test_share: float) -> Interval:
    """The mean over tables of these differences."""
    tables = differences(frame, method, other, metric)
    return pooled(list(tables.values()), test_share) if tables else Interval(float("nan"), float("inf"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="a folder of parquet files, the target in the last column")
    parser.add_argument("--tables", nargs="+", help="some of the tables (default: all)")
    parser.add_argument("--methods", nargs="+", choices=TITLES, default=list(TITLES), metavar="NAME",
                        help=f"some of {', '.join(TITLES)}")  # fmt: skip
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--steps", type=int, help="training steps of ganaug, for a quick look (default: its choice)")
    parser.add_argument("--epochs", type=int, help="epochs of CTGAN, for a quick look (default: its own choice)")
    parser.add_argument("--again", nargs="+", choices=TITLES, metavar="NAME", help="measure these anew")
    asked = parser.parse_args()
    if asked.folds < 2:
        parser.error(f"--folds {asked.folds}: cross-validation needs at least 2")
    settings = {name: getattr(asked, name) for name in ("folds", "steps", "epochs")}  # more repeats only add folds
    results = Results("rebalance", settings | {"own tables": bool(asked.data_dir)}, asked.again)
    if "ctgan" in asked.methods:
        try:
            python_of("ctgan")
        except NotRun as error:
            tqdm.write(f"{error}; going on without it")
    tables = imbalanced(asked.data_dir, asked.tables)
    every = methods(asked.steps, asked.epochs, results.about["versions"])
    with tqdm(total=len(tables) * len(asked.methods) * asked.folds * asked.repeats) as progress:
        for name, (X, y) in tables.items():
            for fold, (train, test) in enumerate(folds(X, y, asked.folds, asked.repeats)):
                for method in asked.methods:
                    progress.set_description(f"{name}, {method}")
                    key = {"table": name, "generator": method, "fold": fold}
                    if not results.find(**key):
                        results.add(key | one(method, every[method], train, test, seed=fold))
                    progress.update()
    print(ranks(long(results.rows)).sort_values(METRICS[0]).to_string(float_format="{:.2f}".format))
    print(f"\nMean ranks, 1 is best. Written to {results.path.name}; python -m benchmarks.report makes a page of it.")


if __name__ == "__main__":
    main()
