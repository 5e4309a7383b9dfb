"""Is the verdict of ``ganaug.assess`` right? Its choice is put to the test on folds that it has not seen.

``python -m benchmarks.verdict`` fetches imbalanced-learn's collection; ``--data-dir DIR`` takes parquet files of yours,
with the target in the last column. For each table and learner the verdict is found on one shuffle of the rows into
folds, and what it chose is compared with doing nothing on another shuffle, and the other way round. "Always" augments
whatever the verdict says: with the ratio that was best on the first shuffle, with classes of equal size, or with ten
rows for each real one that a teacher labels.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier
from tqdm import tqdm

from ganaug import Assessment, GANAugmenter, assess
from ganaug.assessment.baselines import BASELINES, usual_baselines
from ganaug.assessment.intervals import corrected
from ganaug.assessment.ratios import BALANCE, METHODS, TEACH
from ganaug.assessment.scoring import Scoring
from ganaug.assessment.verdict import decided

from .figures import boosting, comparable, scaled, sorts
from .results import Results
from .tables import imbalanced

ALWAYS = {"equal classes": BALANCE, "a teacher's labels": TEACH}
"""With the largest ratio that is tried."""
COMPARED = ("verdict", "best ratio", *ALWAYS)


def learners(X: pd.DataFrame) -> dict[str, Any]:
    return {
        "logistic regression": scaled(X, LogisticRegression(max_iter=1000)),
        "decision tree": scaled(X, DecisionTreeClassifier(min_samples_leaf=20)),
        "random forest": scaled(X, RandomForestClassifier(100)),
        "gradient boosting": boosting(X),
    }


def filled(X: pd.DataFrame) -> pd.DataFrame:
    """Medians for empty numbers, since SMOTE takes none."""
    X = comparable(X, X)
    numbers, _ = sorts(X)
    return X.fillna(X[numbers].median().fillna(0))


def row_of(result: Assessment, test_share: float) -> dict[str, Any]:
    """Every method's scores."""
    kept = result.scores[result.scores["note"].isna()]
    scores = [
        {"method": method, "ratio": None if np.isnan(ratio) else ratio, "scores": part["score"].tolist()}
        for (method, ratio), part in kept.groupby(["method", "ratio"], sort=False, dropna=False)
    ]
    return {"test_share": test_share, "methods": scores}


def choice_of(row: dict[str, Any]) -> tuple[str, float | None]:
    """What the verdict is, by today's rule: another rule needs no other fits."""
    scores = pd.DataFrame(
        [
            {"fold": fold, "method": m["method"], "ratio": m["ratio"], "score": score, "note": None}
            for m in row["methods"]
            for fold, score in enumerate(m["scores"])
        ]
    ).astype({"ratio": float})
    return decided(scores, Scoring("average precision", None), row["test_share"])[0]


def scores_of(row: dict[str, Any], method: str, ratio: float | None) -> np.ndarray:
    return next(np.array(m["scores"]) for m in row["methods"] if (m["method"], m["ratio"]) == (method, ratio))


def best_ratio(row: dict[str, Any]) -> tuple[str, float]:
    tried = [m for m in row["methods"] if m["method"] in METHODS]
    best = max(tried, key=lambda m: np.mean(m["scores"]))
    return best["method"], best["ratio"]


def most_of(row: dict[str, Any], method: str) -> tuple[str, float]:
    return method, max(m["ratio"] for m in row["methods"] if m["method"] == method)


def cases(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """For each verdict: what its choice, and always augmenting, add on the folds of the next shuffle."""
    found = []
    last = max(row["shuffle"] for row in rows)
    place = {(row["table"], row["learner"], row["shuffle"]): row for row in rows}
    for (table, learner, shuffle), row in place.items():
        fresh = place.get((table, learner, 0 if shuffle == last else shuffle + 1))
        if fresh is None or fresh is row:
            continue
        nothing = scores_of(fresh, "none", None)
        choice = choice_of(row)
        gains = {
            "verdict": scores_of(fresh, *choice) - nothing,
            "best ratio": scores_of(fresh, *best_ratio(row)) - nothing,
        } | {name: scores_of(fresh, *most_of(fresh, method)) - nothing for name, method in ALWAYS.items()}
        case = {"table": table, "learner": learner, "shuffle": shuffle, "choice": choice[0]}
        for name, gain in gains.items():
            lead = corrected(gain, fresh["test_share"])
            case |= {name: lead.mean, f"{name} is worse": bool(lead.mean < -lead.std_error)}
        found.append(case)
    return pd.DataFrame(found)


def report(found: pd.DataFrame) -> str:
    parts = [f"{len(found)} verdicts; chosen: {found['choice'].value_counts().to_dict()}"]
    for name in COMPARED:
        safe = 1 - found[f"{name} is worse"].mean()
        parts.append(
            f"{name if name == 'verdict' else f'always {name}'}: {found[name].mean():+.4f} average precision next to "
            f"nothing, no more than one standard error worse in {safe:.1%}"
        )
    parts.append(found.groupby("learner")[[*COMPARED]].mean().to_string())
    parts.append(found.groupby("table")[[*COMPARED]].mean().to_string())
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="a folder of parquet files, the target in the last column")
    parser.add_argument("--tables", nargs="+", help="some of the tables (default: all)")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--shuffles", type=int, default=2)
    parser.add_argument("--steps", type=int, help="training steps, for a quick look (default: as `assess` has it)")
    parser.add_argument("--jobs", type=int, default=1, help="folds at a time")
    asked = parser.parse_args()
    if asked.folds < 2 or asked.shuffles < 2:
        parser.error("--folds and --shuffles must be at least 2")
    settings = {name: getattr(asked, name) for name in ("folds", "shuffles", "steps")}
    results = Results("verdict", settings | {"own tables": bool(asked.data_dir)})
    tables = imbalanced(asked.data_dir, asked.tables)
    augmenter = None if asked.steps is None else GANAugmenter(steps=asked.steps, refine=False)
    with tqdm(total=len(tables) * asked.shuffles) as progress:
        for table, (X, y) in tables.items():
            X = filled(X)
            for shuffle in range(asked.shuffles):
                with tempfile.TemporaryDirectory() as memory:
                    for learner, model in learners(X).items():
                        progress.set_description(f"{table}, {learner}")
                        key = {"table": table, "shuffle": shuffle, "learner": learner}
                        if not results.find(**key):
                            folds = StratifiedKFold(asked.folds, shuffle=True, random_state=shuffle)
                            options = {"cv": folds, "random_state": shuffle, "memory": memory, "n_jobs": asked.jobs}
                            options["baselines"] = [name for name in usual_baselines(images=False)
                                                    if not BASELINES[name].only_shows]  # fmt: skip
                            with warnings.catch_warnings():
                                warnings.simplefilter("ignore", ConvergenceWarning)
                                result = assess(model, X, y, augmenter, **options)
                            results.add(key | row_of(result, 1 / (asked.folds - 1)))
                progress.update()
    print(report(cases(results.rows)))


if __name__ == "__main__":
    main()
