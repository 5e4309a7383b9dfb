"""The question that comes before every augmentation: does it help?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from joblib import Memory, Parallel, delayed
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_consistent_length

from ..augmenter import GANAugmenter
from ..data.embedding import PASSTHROUGH, embedded_for
from ..data.progress import progress_bar
from ..data.seeds import HIGHEST_SEED, entropy_of, seeds_from
from ..data.validation import check_is_estimator, check_target, labels_or_numbers
from ..modality.registry import check_data, checked
from ..params import Auto, check_parameters
from ..plain import Float64Array, MatrixLike, RandomState, VectorLike, Verbose
from ..teaching.teacher import TeacherLike, check_teacher
from .assessment import Assessment
from .baselines import BaselineName, baselines_named, usual_baselines
from .folds import Folds, Seeds, Trial, long_table, measured, splits
from .ratios import TEACH, Addition, Ratios, additions_of, with_addition
from .scoring import Scorer, chosen_scoring
from .verdict import Choice, decided, summary


def assess(
    estimator: BaseEstimator,
    X: MatrixLike,
    y: VectorLike,
    augmenter: GANAugmenter | None = None,
    *,
    scoring: str | Scorer | None = None,
    cv: Folds = 5,
    baselines: Auto | Sequence[BaselineName] = "auto",
    ratios: Ratios = "auto",
    teacher: TeacherLike | None = "auto",
    random_state: RandomState = None,
    n_jobs: int | None = None,
    verbose: Verbose = "auto",
    memory: str | Memory | None = None,
) -> Assessment:
    """Measure whether synthetic rows help an estimator, next to baselines that cost nothing.

    In every fold one generator is fitted to the training rows. The estimator is fitted to these alone, with each
    baseline, and with each ratio of synthetic rows. All are scored on the real rows that were held out.

    Parameters
    ----------
    estimator : classifier or regressor
        Yours, with its preprocessing, as it would be fitted without synthetic rows.
    X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        Training rows. Keep those of a final test out of it, since the best ratio is picked.
    y : array-like of shape (n_samples,)
    augmenter : GANAugmenter or None, default=None
        `ratios` replaces its `ratio`; its `sampling_strategy` says which rows are lacking. None fits as
        :class:`ganaug.GANOverSampler` does for classes, in a fraction of the time, and is ``GANAugmenter()`` for a
        number. With an `encoder` the estimator is one of features, and so are all baselines. Columns that it leaves out
        by ``identifiers="drop"`` nothing else that is measured sees either.
    scoring : str, callable or None, default=None
        As in scikit-learn. None is average precision of the rarer of two classes; the mean ROC AUC of each of more
        classes against the rest; balanced accuracy for classifiers that only decide; and for regressors the root mean
        squared error. No threshold changes the first two.
    cv : int, splitter or iterable, default=5
        An int shuffles the rows, and keeps classes as frequent in every fold.
    baselines : "auto" or sequence of str, default="auto"
        All that tables can be tried with, or images, or some of

        - ``"none"``: the estimator as it is; always measured;
        - ``"class_weight"``: by its parameter of that name, or by `sample_weight`;
        - ``"threshold"``: the threshold between two classes that is best for balanced accuracy, or for `scoring` if
          that counts decisions. Much of what over-sampling seems to win is a moved threshold, and this moves it for
          nothing;
        - ``"copies"``: rows of rare classes, resampled with replacement;
        - ``"smote"``: SMOTE, SMOTENC or SMOTEN, if imbalanced-learn is installed;
        - ``"noise"``: rows of rare classes over again, with noise on their numbers, by imbalanced-learn;
        - ``"balanced_forest"`` and ``"easy_ensemble"``: imbalanced-learn's ensembles in place of the estimator;
        - ``"randaugment"``, ``"augmix"``, ``"random_erasing"``, ``"mixup"`` and ``"cutmix"``: images of rare classes
          over again, changed by Keras' layers of these names; all images over again where no class is rare;
        - ``"teacher"``: the teacher in place of the estimator;
        - ``"distilled"``: the teacher's labels on the real rows alone;
        - ``"munge"``: the teacher's labels on ten times as many rows that exchanged cells with their neighbours: the
          cheap rival of a generator.

        Those in place of the estimator, and the last, show what could be reached, and play no part in the verdict.

        One that does not apply is left out, and the table says why.
    ratios : "auto", sequence of float or dict, default="auto"
        How many synthetic rows. To *balance* with a ratio of 1 gives classes all the rows they lack next to the
        largest, or of what `sampling_strategy` asks for; 0.5 gives them half of these. To *enlarge* adds so many rows
        for each real one, with classes as frequent as they are. "auto" balances with 0.25, 0.5 and 1 and enlarges with
        1, or enlarges with 0.5, 1 and 2 where no class lacks many rows; with a teacher it also *teaches* with 1 and 10,
        which is enlarging with the teacher's labels. A sequence is tried in all ways. A dict has a sequence for some of
        ``"balance"``, ``"enlarge"`` and ``"teach"``.
    teacher : "auto", estimator, callable or None, default="auto"
        Who labels rows, as in :class:`ganaug.AugmentedClassifier`. "auto" is an ensemble for tables, and nobody for
        images. None tries no labels of a teacher.
    random_state : int, RandomState instance or None, default=None
        An int gives the same scores each time, whatever `n_jobs`. It also replaces each `random_state` of the estimator
        and of the teacher that is None. Without it the augmenter's is used.
    n_jobs : int or None, default=None
        Folds at a time, each in a process of its own.
    verbose : {"auto", True, False} or int, default="auto"
        Whether to show a progress bar over folds.
        "auto" shows it in a terminal or notebook when the work takes longer than five seconds.
    memory : str, joblib.Memory or None, default=None
        Where to keep synthetic rows and the teacher. Another estimator, assessed with the same rows, augmenter and
        seeds, then takes no time for these.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError, TypeError
        For data that cannot be learnt or split, and for parameters that make no sense.

    See Also
    --------
    Assessment : What it returns.
    AugmentedClassifier : With ``GANAugmenter(ratio="auto")`` it asks itself inside `fit`.
    evaluate : Whether rows are like real ones, which is another question.

    Notes
    -----
    The augmenter is chosen if its best ratio is ahead of doing nothing, and of the best baseline, by more than one
    standard error (by t quantiles: 1.1 of them with five folds, 1.8 with two). The verdict is then that it "adds"
    something if the 95 % intervals of both are above zero, else that it "probably adds" it. A baseline is chosen over
    doing nothing by the same rule. Standard errors allow for folds that share training rows. As the best of several
    ratios is picked, its gain is on average a little less than it seems.

    References
    ----------
    Nadeau, Bengio (2003). Inference for the generalization error. Machine Learning 52.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from ganaug import GANAugmenter, assess
    >>> X, y = make_classification(200, weights=[0.9], flip_y=0, class_sep=4, random_state=0)
    >>> augmenter = GANAugmenter(steps=50, random_state=0)
    >>> result = assess(LogisticRegression(), X, y, augmenter, cv=3, ratios=[0.5, 1], teacher=None)
    >>> result.verdict[:15]
    'Do not augment:'
    >>> result.choice.augments
    False
    >>> result.table["method"].tolist()
    ['none', 'class_weight', 'threshold', 'copies', 'smote', 'noise', 'balanced_forest', 'easy_ensemble', 'balance',
     'balance', 'enlarge', 'enlarge']
    """
    classes = _has_classes(estimator)
    if augmenter is not None and not isinstance(augmenter, GANAugmenter):
        raise TypeError(f"augmenter={augmenter!r} must be a GANAugmenter or None")
    if augmenter is not None and augmenter.checkpoint is not None:
        raise ValueError(
            f"augmenter has checkpoint={augmenter.checkpoint!r}, which belongs to one fit, and assess fits several: "
            "give checkpoint=None, and memory= to keep what is fitted"
        )
    encoder = getattr(augmenter, "encoder", None)
    if hasattr(encoder, "transform") and not isinstance(encoder, FrozenEstimator):
        raise ValueError(
            f"encoder={encoder!r} would be fitted to rows that are held out: fit it to others and give "
            "FrozenEstimator(encoder), of sklearn.frozen"
        )
    embedding, X = embedded_for(augmenter, X, y)
    if augmenter is not None and embedding is not None:
        augmenter = clone(augmenter).set_params(encoder=PASSTHROUGH)
    rows, target, labels = checked_rows(X, y, classes=classes)
    images = check_data(X)[0].ndim > 2
    given = default_augmenter(X, classes=classes) if augmenter is None else augmenter
    trial = trial_of(
        estimator,
        given,
        labels,
        classes=classes,
        scoring=scoring,
        ratios=ratios,
        baselines=usual_baselines(images=images) if isinstance(baselines, str) and baselines == "auto" else baselines,
        teacher=None if isinstance(teacher, str) and images else teacher,
        decides=classes and labels.nunique() == 2,
        memory=memory,
    )
    state = trial.augmenter.random_state if random_state is None else random_state
    found = assessed(trial, rows, target, labels, cv, state, n_jobs=n_jobs, verbose=verbose)
    if embedding is not None and found.augmenter is not None:
        found.augmenter.set_params(encoder=encoder)
    return found


def trial_of(
    estimator: BaseEstimator,
    augmenter: GANAugmenter,
    labels: pd.Series,
    *,
    classes: bool,
    scoring: str | Scorer | None,
    ratios: Ratios,
    baselines: Sequence[str],
    decides: bool,
    memory: str | Memory | None,
    teacher: TeacherLike | None = None,
    weight: Float64Array | None = None,
    synthetic_weight: float = 1.0,
    params: dict[str, Any] | None = None,
) -> Trial:
    """The trial of an augmenter whose own ratio is replaced by `ratios`."""
    made = clone(augmenter).set_params(ratio=1.0, target_type="classes" if classes else "number")
    check_parameters(made)
    if teacher is not None:
        check_teacher(teacher, np.unique(np.asarray(labels)) if classes else None)
    taught = teacher is not None
    additions = additions_of(ratios, made.sampling_strategy, labels, classes=classes, taught=taught)
    named = baselines_named(baselines, taught=taught)
    asked = any(each.method == TEACH for each in additions) or any(each.needs_teacher for each in named)
    return Trial(
        estimator,
        made,
        chosen_scoring(scoring, estimator, labels),
        additions,
        named,
        classes=classes,
        decides=decides,
        teacher=teacher if asked else None,  # who is not asked need not learn
        memory=memory,
        weight=weight,
        synthetic_weight=synthetic_weight,
        params=params or {},
    )


def assessed(
    trial: Trial,
    X: MatrixLike,
    y: VectorLike,
    labels: pd.Series,
    cv: Folds,
    random_state: RandomState,
    *,
    n_jobs: int | None = None,
    verbose: Verbose = "auto",
) -> Assessment:
    """Measure a trial in all folds, and judge it.

    Parameters
    ----------
    X, y, labels : as from `checked_rows`
    """
    first = int(seeds_from(entropy_of(random_state), 1)[0]) % HIGHEST_SEED
    folds = splits(cv, X, y, labels, first, classes=trial.classes)
    tasks = (
        delayed(measured)(trial, X, y, train, test, _seeds(first, fold)) for fold, (train, test) in enumerate(folds, 1)
    )
    done = []
    with progress_bar(verbose, len(folds), unit="fold", description="assessing") as bar:
        for fold in Parallel(n_jobs=n_jobs, return_as="generator")(tasks):
            done.append(fold)
            bar.update()
    scores = long_table(done)
    test_share = float(np.mean([len(test) / len(train) for train, test in folds]))
    choice, verdict = decided(scores, trial.scoring, test_share)
    chosen = _chosen_augmenter(trial, choice, labels)
    table = summary(scores, test_share, trial.scoring.limits)
    return Assessment(verdict, choice, table, scores, trial.scoring.name, trial.scoring.is_error, chosen)


def _seeds(first: int, fold: int) -> Seeds:
    return Seeds(*(int(seed) % HIGHEST_SEED for seed in seeds_from((first, fold), 3)))


def _chosen_augmenter(trial: Trial, choice: Choice, labels: pd.Series) -> GANAugmenter | None:
    if not choice.augments or choice.ratio is None:
        return None
    return with_addition(trial.augmenter, Addition(choice.method, choice.ratio), labels, classes=trial.classes)


def default_augmenter(X: MatrixLike, *, classes: bool) -> GANAugmenter:
    """For a number the usual one; for classes one that fits like `GANOverSampler`, in a fraction of the time."""
    if not classes:
        return GANAugmenter()
    modality, data, _ = checked(X)
    usual = modality.sizing(data.shape, oversampling=True)
    return GANAugmenter(steps=usual.steps, refine=usual.candidates)


def checked_rows(X: MatrixLike, y: VectorLike, *, classes: bool) -> tuple[Any, Any, pd.Series]:
    """Rows and targets that can be split, and the targets as a Series."""
    if y is None:
        raise ValueError("y is None, but whether augmentation helps shows in predicting y: give it")
    check_consistent_length(X, y)
    rows = splittable(X)
    labels, is_series = check_target(y)
    labels = labels_or_numbers(labels, classes=classes)
    if classes and labels.nunique() < 2:
        raise ValueError(f"y has the single class {labels.iloc[0]}: there is nothing to tell apart")
    return rows, labels if is_series else np.asarray(labels), labels


def splittable(X: MatrixLike) -> Any:
    """Rows that can be taken by their positions."""
    data, container = check_data(X)
    if isinstance(X, pd.DataFrame):
        return X.reset_index(drop=True)
    if isinstance(X, (sparse.spmatrix, sparse.sparray)):
        return X.tocsr()
    return data if container.named else container.restore(data)


def _has_classes(estimator: BaseEstimator) -> bool:
    check_is_estimator(estimator)
    if is_classifier(estimator):
        return True
    if is_regressor(estimator):
        return False
    raise TypeError(f"estimator={estimator!r} is neither a classifier nor a regressor")
