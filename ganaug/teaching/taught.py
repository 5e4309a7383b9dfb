"""Real rows, then synthetic ones with a teacher's labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import _safe_indexing

from ..columns.joined import joined
from ..data.sampling_strategy import Strategy
from ..data.targets import encoded_classes
from ..data.validation import check_choice, check_target
from ..model import GenerativeModel
from ..plain import MatrixLike, VectorLike, Verbose
from .lesson import SOFT_LABELS, SoftLabels, as_frequent, drawn, shares_of, weighted
from .teacher import TeacherLike, check_several, check_teacher, fitted_teacher


def taught(
    model: GenerativeModel,
    teacher: TeacherLike,
    X: MatrixLike,
    y: VectorLike | None,
    strategy: Strategy | None,
    ratio: float,
    soft_labels: SoftLabels,
    *,
    return_mask: bool,
    verbose: Verbose,
) -> tuple[Any, ...]:
    """See :meth:`ganaug.GANAugmenter.augment`, with a teacher."""
    check_choice(soft_labels, "soft_labels", SOFT_LABELS)
    target, classes = model.target, model.class_target
    if target is None:
        raise ValueError("teacher labels rows, but the augmenter was fitted without y")
    check_teacher(teacher, None if classes is None else classes.classes, X)
    if classes is not None:
        check_several(classes.classes)
    every, made_for, is_synthetic = model.augmented(X, y, strategy, ratio, verbose=verbose)
    real, synthetic = np.flatnonzero(~is_synthetic), np.flatnonzero(is_synthetic)
    labels, seed = model.labels(y, len(real)), model.seeds.next()
    learnt = fitted_teacher(
        teacher, _safe_indexing(every, real), labels.to_numpy(), None if classes is None else classes.classes, seed
    )
    said = learnt(_safe_indexing(every, synthetic)) if len(synthetic) else learnt.of_real[:0]
    if classes is not None and strategy is not None:
        before, after = (shares_of(part, classes.classes) for part in (labels, check_target(made_for)[0]))
        said = as_frequent(said, before, after)
    weight: list[Any] = []
    if classes is None:
        new = pd.Series(said)
    elif soft_labels == "probabilities":
        known = np.eye(len(classes.classes))[classes.encode(labels).codes[:, 0]]
        return (every, np.concatenate([known, said]), *([is_synthetic] if return_mask else []))
    elif soft_labels == "draw":
        new = classes.decode(encoded_classes(drawn(said, np.random.default_rng(seed))))
    else:
        lesson = weighted(said)
        every = _safe_indexing(every, np.concatenate([real, synthetic[lesson.row]]))
        if isinstance(every, pd.DataFrame):
            every = every.reset_index(drop=True)
        is_synthetic = np.arange(len(real) + len(lesson.row)) >= len(real)
        new = classes.decode(encoded_classes(lesson.code))
        weight = [np.concatenate([np.ones(len(real)), lesson.weight])]
    given = model.labels_as_given(target, joined(labels, new))
    return (every, given, *weight, *([is_synthetic] if return_mask else []))
