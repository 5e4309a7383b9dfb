"""What can be done about rare classes without a generator: a class for each baseline, listed in `BASELINES`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.class_weight import compute_sample_weight

from ..data.weights import weights_name
from ..modality.registry import check_data
from ..models import behind_preprocessing
from ..plain import MatrixLike, VectorLike
from .base import Attempt, Baseline, LeftOut, Setting, check_imbalanced, check_repeated, imbalanced_learns, table_of
from .by_teacher import Distilled, Munge, TheTeacher
from .classical import CLASSICAL
from .resampled import Copies, Noise, Smote
from .scoring import balanced_accuracy, ranks

INNER_FOLDS = 3


class Nothing(Baseline):
    name, title = "none", "doing nothing"
    needs_classes = False

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        return Attempt(estimator, X, y)


class ClassWeight(Baseline):
    """By the estimator's own parameter where there is one, else by weights of its rows."""

    name, title = "class_weight", "class weights"
    verb = "are"

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        parameters = {
            name: value
            for name, value in estimator.get_params().items()
            if name == "class_weight" or name.endswith("__class_weight")
        }
        if given := [f"{name}={value!r}" for name, value in parameters.items() if value is not None]:
            raise LeftOut(f"the estimator has {given[0]} already")
        if parameters:
            return Attempt(estimator.set_params(**dict.fromkeys(parameters, "balanced")), X, y)
        if weights_name(estimator) is None:
            raise LeftOut("the estimator takes neither class_weight nor sample_weight")
        return Attempt(estimator, X, y, compute_sample_weight("balanced", y))


class Threshold(Baseline):
    """The threshold that is best for balanced accuracy, or for the user's own metric if that counts decisions.

    References
    ----------
    Elkan (2001). The foundations of cost-sensitive learning. IJCAI.
    """

    name, title = "threshold", "a tuned threshold"
    only_moves_threshold = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        counts = pd.Series(np.asarray(y)).value_counts()
        if len(counts) != 2:
            raise LeftOut(f"a threshold parts two classes, y has {len(counts)}")
        if not ranks(estimator):
            raise LeftOut("the estimator has neither predict_proba nor decision_function")
        check_repeated(counts)
        folds = StratifiedKFold(min(INNER_FOLDS, counts.min()), shuffle=True, random_state=setting.seed)
        scorer = setting.scoring.scorer if setting.scoring.moves_with_threshold else balanced_accuracy()
        return Attempt(TunedThreshold(estimator, scoring=scorer, cv=folds, random_state=setting.seed), X, y)


class TunedThreshold(TunedThresholdClassifierCV):
    """Leaves itself out where what the estimator says has no threshold."""

    def fit(self, X: MatrixLike, y: VectorLike, **params: Any) -> Self:
        try:
            return super().fit(X, y, **params)
        except ValueError as error:
            if "constant predictions" in str(error):
                raise LeftOut("the estimator is as sure of one row as of any other in an inner fold") from None
            if "multilabel-indicator" in str(error):
                raise LeftOut("the estimator's decision_function has a column for each of two classes") from None
            raise


class BalancedForest(Baseline):
    """A forest of which each tree sees as many rows of each class.

    References
    ----------
    Chen, Liaw, Breiman (2004). Using random forest to learn imbalanced data. University of California, Berkeley.
    """

    name, title = "balanced_forest", "a balanced random forest"
    of_images = False
    is_other_model = only_shows = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        return _in_place("BalancedRandomForestClassifier", X, y, setting)


class EasyEnsemble(Baseline):
    """Boosting of many draws that have as many rows of each class.

    References
    ----------
    Liu, Wu, Zhou (2009). Exploratory undersampling for class-imbalance learning. IEEE Transactions on Systems, Man, and
    Cybernetics B 39.
    """

    name, title = "easy_ensemble", "EasyEnsemble"
    of_images = False
    is_other_model = only_shows = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        return _in_place("EasyEnsembleClassifier", X, y, setting)


def _in_place(name: str, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
    """An ensemble of imbalanced-learn behind the preprocessing that takes any table."""
    ensemble = imbalanced_learns("ensemble")
    table, _ = table_of(X)
    check_imbalanced(pd.Series(np.asarray(y)).value_counts())
    model = behind_preprocessing(table, getattr(ensemble, name)(random_state=setting.seed))
    return Attempt(make_pipeline(FunctionTransformer(_as_table), model), X, y)


def _as_table(X: MatrixLike) -> Any:
    return check_data(X)[0]


BaselineName: TypeAlias = Literal[
    "none",
    "class_weight",
    "threshold",
    "copies",
    "smote",
    "noise",
    "balanced_forest",
    "easy_ensemble",
    "randaugment",
    "augmix",
    "random_erasing",
    "mixup",
    "cutmix",
    "teacher",
    "distilled",
    "munge",
]
BASELINES: dict[str, Baseline] = {
    each.name: each
    for each in (
        *(Nothing(), ClassWeight(), Threshold(), Copies(), Smote(), Noise(), BalancedForest(), EasyEnsemble()),
        *CLASSICAL,
        *(TheTeacher(), Distilled(), Munge()),
    )
}  # in the order they are tried


def usual_baselines(*, images: bool) -> tuple[str, ...]:
    """Those that tables can be tried with, or images."""
    return tuple(name for name, each in BASELINES.items() if each.of_images in (None, images))


def baselines_named(names: Sequence[str], *, taught: bool) -> tuple[Baseline, ...]:
    """The baselines of these names, and always doing nothing; those of a teacher only if there is one."""
    unknown = names if isinstance(names, str) else [name for name in names if name not in BASELINES]
    if unknown:
        raise ValueError(f"baselines={unknown!r}: give 'auto' or a sequence of some of {list(BASELINES)}")
    named = [each for name, each in BASELINES.items() if name == Nothing.name or name in names]
    return tuple(each for each in named if taught or not each.needs_teacher)
