"""How good is a fit? Every figure of it, in one place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state
from threadpoolctl import threadpool_limits

from ..validation import check_count
from . import verdict
from .coverage import coverage
from .detection import detection
from .fidelity import column_errors, pair_errors
from .pictures import distributions, projection
from .privacy import privacy
from .result import Evaluation
from .tables import Tables, prepared
from .usefulness import usefulness

if TYPE_CHECKING:
    from ..assessment.result import Assessment

HIGHEST_SEED = 2**31 - 1
LEAST_MAX_ROWS = 100
NEAR_SHARE = 4
WORTH_THREADS = 500_000  # cells, below which threads only wait for one another
STAGES = ("fidelity", "detection", "usefulness", "coverage", "privacy", "pictures")
CLASS_COLUMNS = (
    *("class", "real_rows", "synthetic_rows", "real_share", "synthetic_share", "detection"),
    *("found_by_real", "found_by_synthetic", "precision", "recall", "density", "coverage"),
    *("categories", "rare_categories", "excess_copies", "nearest_record", "membership", "membership_low"),
)


def evaluate(
    real_train: Any,
    real_test: Any,
    synthetic: Any,
    target: Any = None,
    *,
    categorical_features: Any = "auto",
    target_type: str = "auto",
    max_rows: int = 20_000,
    history: pd.DataFrame | None = None,
    assessment: Assessment | None = None,
    random_state: Any = None,
    verbose: int = 0,
) -> Evaluation:
    """Measure how near synthetic rows are to real ones, what they are good for, and whom they give away.

    Rows of any generator will do. Five groups of figures come with a verdict in plain words each, next to what held-out
    real rows have in the synthetic ones' place.

    Parameters
    ----------
    real_train : DataFrame, array-like or sparse matrix of shape (n_samples, n_columns), or a pair of X and y
        The rows that the generator was fitted to.
    real_test : likewise
        Rows that it has not seen, of the same kind.
    synthetic : likewise
        Rows that it made, with labels as frequent as in training; as many as there are training rows, if you can.
    target : str, int or None, default=None
        The column of labels, or of a number to regress on; an index if the tables are arrays. Pairs bring their own.
    categorical_features : "auto" or list, default="auto"
        Columns that hold categories although they are numbers, as in :class:`ganaug.GANAugmenter`.
    target_type : {"auto", "classes", "number"}, default="auto"
        As in :class:`ganaug.GANAugmenter`.
    max_rows : int, default=20000
        Rows of each table that models look at, at random; neighbourhoods look at a quarter of these.
    history : DataFrame or None, default=None
        ``augmenter.history_``, for training curves.
    assessment : Assessment or None, default=None
        From :func:`ganaug.assess`, for dose and response.
    random_state : int, RandomState instance or None, default=None
        An int gives the same figures each time.
    verbose : int, default=0
        Whether to show a progress bar.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError, ValueError
        For what is no table, columns that differ, a missing target, or fewer than 20 rows.

    Notes
    -----
    Fidelity is as in SDMetrics' QualityReport, from Kolmogorov-Smirnov, total variation, correlation and contingency
    distances, over all pairs of columns; precision and recall are those of Kynkäänniemi et al. (2019), density and
    coverage those of Naeem et al. (2020).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import train_test_split
    >>> from ganaug import GANAugmenter, evaluate
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=y)
    >>> augmenter = GANAugmenter(steps=50, random_state=0).fit(X, y)
    >>> found = evaluate((X, y), (X_test, y_test), augmenter.sample(100), random_state=0)
    >>> [verdict.group for verdict in found.verdicts]
    ['fidelity', 'detection', 'usefulness', 'coverage', 'privacy']
    >>> 0 <= found.figures["detection"]["roc_auc"] <= 1
    True
    """
    most = check_count(max_rows, "max_rows")
    if most < LEAST_MAX_ROWS:
        raise ValueError(f"max_rows={max_rows}: at least {LEAST_MAX_ROWS} rows are needed to tell anything")
    if history is not None and not isinstance(history, pd.DataFrame):
        raise TypeError(f"history={history!r} must be a DataFrame, such as augmenter.history_")
    if assessment is not None and not hasattr(assessment, "verdict"):
        raise TypeError(f"assessment={assessment!r} must be an Assessment, from ganaug.assess")
    seed = random_state
    if not isinstance(random_state, (int, np.integer)):
        seed = int(check_random_state(random_state).randint(HIGHEST_SEED))
    check_random_state(seed)
    tables = prepared(
        real_train, real_test, synthetic, target, categorical_features=categorical_features, target_type=target_type
    )
    few = min(len(tables.train), most) * tables.train.shape[1] < WORTH_THREADS
    with _progress(verbose) as bar, threadpool_limits(1 if few else None, user_api="openmp"):

        def told(name: str) -> None:
            if bar is not None:
                bar.set_description(name)
                bar.update()

        return _measured(tables, most, int(seed), told, history, assessment)


def _measured(
    tables: Tables, most: int, seed: int, stage: Callable[[str], None], history: Any, assessment: Any
) -> Evaluation:
    columns, pairs = _columns(tables), _pairs(tables)
    fidelity = {
        "shape_error": _mean(columns["error"]),
        "shape_error_held_out": _mean(columns["error_held_out"]),
        "trend_error": _mean(pairs["error"]),
        "trend_error_held_out": _mean(pairs["error_held_out"]),
    }
    stage("detection")
    told_apart = detection(tables, most, seed)
    columns["tells"] = columns["column"].map(told_apart.by_column)
    stage("usefulness")
    useful = usefulness(tables, most, seed) if tables.target is not None else None
    stage("coverage")
    covered = coverage(tables, most // NEAR_SHARE, seed)
    stage("privacy")
    private = privacy(tables, most // NEAR_SHARE, seed)
    stage("pictures")
    by_class = {name: {"class": name, **found} for name, found in covered.by_group.items()}
    for name, row in by_class.items():
        row |= private.by_group[name] | {"detection": told_apart.by_group.get(name)}
        if useful is not None:
            row |= {"found_by_real": useful.found_by_real.get(name)}
            row |= {"found_by_synthetic": useful.found_by_synthetic.get(name)}
    classes = pd.DataFrame(list(by_class.values())).reindex(columns=CLASS_COLUMNS)
    figures = {
        "fidelity": fidelity,
        "detection": told_apart.figures,
        "usefulness": useful.figures if useful else None,
        "coverage": covered.figures,
        "privacy": private.figures,
    }
    verdicts = (
        verdict.on_fidelity(fidelity, columns),
        verdict.on_detection(told_apart.figures, columns),
        verdict.on_usefulness(figures["usefulness"]),
        verdict.on_coverage(covered.figures, classes),
        verdict.on_privacy(private.figures),
    )
    rows = {f"{name}_rows": len(part) for name, part in tables.parts()}
    made = Evaluation(
        verdict=verdict.overall(list(verdicts)),
        verdicts=verdicts,
        figures=figures,
        columns=columns,
        pairs=pairs,
        classes=classes.dropna(axis=1, how="all"),
        about={**rows, "target": tables.target, "classes": tables.classes, "random_state": seed, "max_rows": most},
        pictures={"distributions": distributions(tables), "projection": projection(tables, seed)},
        history=history,
        assessment=assessment,
    )
    stage("done")
    return made


def _columns(tables: Tables) -> pd.DataFrame:
    parts = dict(tables.parts())
    kinds = {name: "number" if tables.train[name].dtype == np.float64 else "category" for name in tables.train}
    kinds |= dict.fromkeys(tables.moments, "time")
    table = pd.DataFrame({"column": list(kinds), "kind": list(kinds.values())})
    for suffix, other in (("", tables.synthetic), ("_held_out", tables.test)):
        table[f"error{suffix}"] = 100 * column_errors(tables.train, other).to_numpy()
    for key, part in (("real", parts["train"]), ("synthetic", parts["synthetic"])):
        table[f"missing_{key}"] = tables.missing(part).to_numpy()
    return table


def _pairs(tables: Tables) -> pd.DataFrame:
    table = pair_errors(tables.train, tables.synthetic)
    table["error_held_out"] = pair_errors(tables.train, tables.test)["error"]
    return table.assign(error=100 * table["error"], error_held_out=100 * table["error_held_out"])


def _mean(errors: pd.Series) -> float | None:
    return float(errors.mean()) if len(errors) else None


def _progress(verbose: int) -> Any:
    if not verbose:
        return nullcontext()
    from tqdm.auto import tqdm

    return tqdm(total=len(STAGES), desc=STAGES[0], unit="stage")
