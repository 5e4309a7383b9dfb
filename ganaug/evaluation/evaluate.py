"""How good is a fit? Every figure of it, in one place."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from ..data.embedding import EncoderLike
from ..data.progress import progress_bar, tell
from ..data.seeds import entropy_of, seeds_from
from ..data.target_types import TargetType
from ..data.threads import threads_for
from ..data.validation import check_count
from ..exceptions import DataWarning
from ..plain import RandomState, Verbose
from .base import Assessed, Findings, Inputs, Measurement, overall
from .evaluation import Evaluation
from .metrics import HEADINGS, METRICS, OF_IMAGES
from .privacy import copies, seen
from .recognised import are_images, prepared_images
from .tables import Tables, prepared

LEAST_MAX_ROWS = 100
MOST_SEEN = 0.9
"""Of the held-out rows may be training rows."""
MOST_GIVEN = 0.5
"""Of the synthetic rows, more than of the training rows, may be test rows."""
CLASS_COLUMNS = ("class", "real_rows", "synthetic_rows", "real_share", "synthetic_share")


def evaluate(
    real_train: Any,
    real_test: Any,
    synthetic: Any,
    target: Any = None,
    *,
    categorical_features: Any = "auto",
    target_type: TargetType = "auto",
    max_rows: int = 20_000,
    encoder: EncoderLike = None,
    history: pd.DataFrame | None = None,
    assessment: Assessed | None = None,
    random_state: RandomState = None,
    verbose: Verbose = "auto",
) -> Evaluation:
    """Measure how near synthetic rows are to real ones, what they are good for, and whom they give away.

    Rows of any generator will do. Five groups of figures, of images six, come with a verdict in plain words each, next
    to what held-out real rows have in the synthetic ones' place.

    Parameters
    ----------
    real_train : DataFrame, array-like or sparse matrix of shape (n_samples, n_columns), or a pair of X and y
        The rows that the generator was fitted to. Images are an array of shape (n_samples, height, width) or
        (n_samples, height, width, channels), or a pair of it and labels.
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
    encoder : keras.Model, callable, transformer or None, default=None
        For images: makes the features in which they are measured. None takes those of a perceptron that learnt the
        classes of the training images.
    history : DataFrame or None, default=None
        ``augmenter.history_``, for training curves.
    assessment : Assessment or None, default=None
        From :func:`ganaug.assess`, for ratio and response.
    random_state : int, RandomState instance or None, default=None
        An int gives the same figures each time.
    verbose : {"auto", True, False} or int, default="auto"
        Whether to show a progress bar.
        "auto" shows it in a terminal or notebook when the work takes longer than five seconds.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError, ValueError
        For what is no table, columns that differ, a missing target, fewer than 20 rows, and held-out rows that are
        training rows.

    See Also
    --------
    Evaluation : What it returns.
    GANAugmenter.report : The same for rows of an augmenter.
    assess : Whether rows help an estimator, which is another question.

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
    ['fidelity', 'detection', 'utility', 'coverage', 'privacy']
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
    if isinstance(random_state, (int, np.integer)):
        seed = int(random_state)
    else:
        seed = int(seeds_from(entropy_of(random_state), 1)[0])  # and NumPy's global state stays as it is
    check_random_state(seed)  # raises for seeds that NumPy cannot take
    parts, metrics = (real_train, real_test, synthetic, target), METRICS
    if are_images(real_train):
        metrics = OF_IMAGES
        tables: Tables = prepared_images(*parts, encoder, target_type=target_type, seed=seed)
    elif encoder is not None:
        raise ValueError("encoder is for images: give features as a table")
    else:
        tables = prepared(*parts, categorical_features=categorical_features, target_type=target_type)
    _check_held_out(tables)
    found: dict[str, Measurement] = {}
    cells = min(len(tables.train), most) * tables.train.shape[1]
    with (
        progress_bar(verbose, len(metrics), unit="metric") as bar,
        threads_for(cells),
    ):
        for metric in metrics:
            tell(bar, metric.name)
            found[metric.name] = metric.measure(Inputs(tables, most, seed))
            bar.update()
        tell(bar, "done")
    if again := found["privacy"].figures["seen"]:
        warnings.warn(
            f"{again:.0%} of the test rows are training rows, so detection and privacy are not judged: split before "
            "you fit, and give the part that was held out",
            DataWarning,
            stacklevel=2,
        )
    again, usual = (float(copies(tables.test, part).mean()) for part in (tables.synthetic, tables.train))
    if again > usual + MOST_GIVEN:
        warnings.warn(
            f"{again:.0%} of the synthetic rows are test rows: is the third table the synthetic one?",
            DataWarning,
            stacklevel=2,
        )
    rows = {f"{name}_rows": len(part) for name, part in tables.parts()}
    about = {**rows, "target": tables.target, "classes": tables.classes, "random_state": seed, "max_rows": most}
    together = findings(tables, found)
    verdicts = tuple(metric.verdict(together) for metric in metrics)
    given: dict[str, Any] = {"about": about, "history": history, "assessment": assessment, "metrics": metrics}
    return Evaluation(**vars(together), verdict=overall(verdicts), verdicts=verdicts, **given)


def _check_held_out(tables: Tables) -> None:
    """ValueError if nearly all held-out rows are training rows, more than recur anyway."""
    share = seen(tables.train, copies(tables.train, tables.test))
    if share > MOST_SEEN:
        raise ValueError(
            f"{share:.0%} of the test rows are training rows: whether synthetic rows are told from real ones, or give "
            "training rows away, shows only on rows that the generator has not seen; split before you fit, and give "
            "the part that was held out"
        )


def findings(tables: Tables, measured: dict[str, Measurement]) -> Findings:
    """What metrics found, in common tables."""
    columns = {"kind": pd.Series(tables.kinds)}
    pictures: dict[str, Any] = {}
    classes: list[dict[str, Any]] = []
    for name, group in tables.groups().items():
        real, made = len(group.train), len(group.synthetic)
        row = (name, real, made, real / len(tables.train), made / len(tables.synthetic))
        classes.append(dict(zip(CLASS_COLUMNS, row, strict=True)))
    for found in measured.values():
        columns |= found.columns
        pictures |= found.pictures
        for own in classes:
            own |= found.classes.get(own["class"], {})
    return Findings(
        figures={name: found.figures or None for name, found in measured.items()},
        columns=pd.DataFrame(columns, index=list(tables.train)).rename_axis("column").reset_index(),
        pairs=pd.concat([found.pairs for found in measured.values()], axis=1),
        classes=pd.DataFrame(classes).reindex(columns=[*CLASS_COLUMNS, *HEADINGS]).dropna(axis=1, how="all"),
        pictures=pictures,
    )
