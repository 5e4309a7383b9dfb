"""What can be done about rare classes without a generator: a class for each baseline, listed in `BASELINES`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import _safe_indexing
from sklearn.utils.class_weight import compute_sample_weight

from ..columns.number import is_whole
from ..columns.registry import is_number, is_time
from ..data.validation import categorical_columns
from ..data.weights import weights_name
from ..modality.registry import check_data
from ..models import behind_preprocessing
from ..plain import AnyArray, BoolArray, MatrixLike, VectorLike
from ..teaching.lesson import lesson_of
from ..teaching.teacher import Teacher
from ..teaching.teachers import TeacherClassifier, TeacherRegressor
from .base import Attempt, Baseline, LeftOut, Setting, lacking_places
from .classical import CutMix, MixUp, RandAugment, RandomErasing
from .scoring import balanced_accuracy, ranks

NEIGHBOURS = 5
INNER_FOLDS = 3
EVEN = "classes have as many rows each"


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
        _check_repeated(counts)
        folds = StratifiedKFold(min(INNER_FOLDS, counts.min()), shuffle=True, random_state=setting.seed)
        scorer = setting.scoring.scorer if setting.scoring.moves_with_threshold else balanced_accuracy()
        return Attempt(TunedThreshold(estimator, scoring=scorer, cv=folds, random_state=setting.seed), X, y)


class TunedThreshold(TunedThresholdClassifierCV):
    """Leaves itself out where the estimator is as sure of one row as of any other."""

    def fit(self, X: MatrixLike, y: VectorLike, **params: Any) -> Self:
        try:
            return super().fit(X, y, **params)
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            raise LeftOut("the estimator is as sure of one row as of any other in an inner fold") from None


class Copies(Baseline):
    """Rows of rare classes, resampled with replacement until all classes have as many."""

    name, title = "copies", "random copies"
    verb = "are"

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        more = lacking_places(y, setting.seed)
        if not len(more):
            raise LeftOut(EVEN)
        every = np.concatenate([np.arange(len(np.asarray(y))), more])
        return Attempt(estimator, _safe_indexing(X, every), _safe_indexing(y, every))


class Smote(Baseline):
    """Rows between neighbours of a rare class, with numbers in units of their standard deviations.

    References
    ----------
    Chawla, Bowyer, Hall, Kegelmeyer (2002). SMOTE: synthetic minority over-sampling technique. JAIR 16.
    """

    name, title = "smote", "SMOTE"
    of_images = False

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        try:
            from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
        except ImportError:
            raise LeftOut("it needs imbalanced-learn: pip install 'ganaug[imblearn]'") from None
        if sparse.issparse(X):
            raise LeftOut("it takes no sparse matrix of mixed columns")
        table, container = check_data(X)
        if not isinstance(table, pd.DataFrame):
            raise LeftOut("it takes no images")
        is_category = _categories(table, categorical_columns(setting.categorical, table))
        labels = pd.Series(np.asarray(y))
        counts = labels.value_counts()
        _check_imbalanced(counts)
        _check_repeated(counts)
        options = {"k_neighbors": int(min(NEIGHBOURS, counts.min() - 1)), "random_state": setting.seed}
        if is_category.all():
            sampler = SMOTEN(**options)
        elif is_category.any():
            sampler = SMOTENC(np.flatnonzero(is_category).tolist(), **options)
        else:
            sampler = SMOTE(**options)
        scaler = Scaler(table, is_category)
        rows, targets = sampler.fit_resample(scaler.scaled(), labels.to_numpy())
        more = pd.concat([table, scaler.unscaled(rows.iloc[len(table) :])], ignore_index=True)
        if isinstance(y, pd.Series):
            targets = pd.Series(targets, dtype=y.dtype, name=y.name)
        return Attempt(estimator, container.restore(more), targets)


class Distilled(Baseline):
    """The teacher's labels on the real rows alone: the cheap rival of synthetic rows that it labels."""

    name, title = "distilled", "the teacher's labels of the real rows"
    verb = "are"
    needs_classes = False
    needs_teacher = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        return taught_attempt(estimator, X, y, setting)


class TheTeacher(Baseline):
    """What a student of it can hope for."""

    name, title = "teacher", "the teacher itself"
    needs_classes = False
    is_other_model = True
    needs_teacher = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        teacher = _teacher(setting)
        model = TeacherRegressor(teacher) if setting.labels is None else TeacherClassifier(teacher, setting.labels)
        return Attempt(model, X, y)


class BalancedForest(Baseline):
    """A forest of which each tree sees as many rows of each class.

    References
    ----------
    Chen, Liaw, Breiman (2004). Using random forest to learn imbalanced data. University of California, Berkeley.
    """

    name, title = "balanced_forest", "a balanced random forest"
    of_images = False
    is_other_model = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        return _imbalanced_learns("BalancedRandomForestClassifier", X, y, setting)


class EasyEnsemble(Baseline):
    """Boosting of many draws that have as many rows of each class.

    References
    ----------
    Liu, Wu, Zhou (2009). Exploratory undersampling for class-imbalance learning. IEEE Transactions on Systems, Man, and
    Cybernetics B 39.
    """

    name, title = "easy_ensemble", "EasyEnsemble"
    of_images = False
    is_other_model = True

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:  # noqa: ARG002
        return _imbalanced_learns("EasyEnsembleClassifier", X, y, setting)


def taught_attempt(estimator: BaseEstimator, X: MatrixLike, own: VectorLike, setting: Setting) -> Attempt:
    """The estimator with rows that the teacher labelled, real ones with labels of their own first."""
    teacher = _teacher(setting)
    weighs = setting.labels is not None and weights_name(estimator) is not None
    lesson = lesson_of(teacher, setting.labels, X, np.asarray(own), weighs=weighs, seed=setting.seed)
    return Attempt(estimator, lesson.X, lesson.y, lesson.weight if weighs else None, lesson.row)


def _teacher(setting: Setting) -> Teacher:
    if setting.teacher is None:
        raise LeftOut("there is no teacher")
    return setting.teacher


def _imbalanced_learns(name: str, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
    """An ensemble of imbalanced-learn behind the preprocessing that takes any table."""
    try:
        from imblearn import ensemble
    except ImportError:
        raise LeftOut("it needs imbalanced-learn: pip install 'ganaug[imblearn]'") from None
    table = _as_table(X)
    if sparse.issparse(X) or not isinstance(table, pd.DataFrame):
        raise LeftOut("it takes no images and no sparse matrix")
    _check_imbalanced(pd.Series(np.asarray(y)).value_counts())
    model = behind_preprocessing(table, getattr(ensemble, name)(random_state=setting.seed))
    return Attempt(make_pipeline(FunctionTransformer(_as_table), model), X, y)


def _as_table(X: MatrixLike) -> Any:
    return check_data(X)[0]


class Scaler:
    """Numbers in units of their standard deviations and categories as codes; and the way back."""

    def __init__(self, table: pd.DataFrame, is_category: BoolArray) -> None:
        numbers = table[table.columns[~is_category]].astype(float)
        self.table = table
        self.mean, self.spread = numbers.mean(), numbers.std().replace(0, 1).fillna(1)
        self.levels = {
            name: table[name].drop_duplicates().reset_index(drop=True) for name in table.columns[is_category]
        }

    def scaled(self) -> pd.DataFrame:
        return pd.DataFrame({f"column {place}": self._scaled(name) for place, name in enumerate(self.table)})

    def unscaled(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({name: self._unscaled(name, rows.iloc[:, place]) for place, name in enumerate(self.table)})

    def _scaled(self, name: Hashable) -> pd.Series | AnyArray:
        if name in self.levels:
            return pd.factorize(self.table[name])[0]
        return (self.table[name].astype(float) - self.mean[name]) / self.spread[name]

    def _unscaled(self, name: Hashable, cells: pd.Series) -> pd.Series:
        dtype = self.table[name].dtype
        if name in self.levels:
            values = self.levels[name].iloc[cells.to_numpy(dtype=int)]
        else:
            values = cells.astype(float) * self.spread[name] + self.mean[name]
            values = values.round().astype("int64") if is_whole(self.table[name]) else values
        return values.reset_index(drop=True).astype(dtype)


def _categories(table: pd.DataFrame, categorical: frozenset[Any]) -> BoolArray:
    """Which columns hold categories."""
    if times := [name for name in table if is_time(table[name])]:
        raise LeftOut(f"it takes no dates or spans of time, such as column {times[0]!r}")
    if absent := [name for name in table if table[name].isna().any()]:
        raise LeftOut(f"it takes no missing values, which column {absent[0]!r} has")
    return np.array([not is_number(table[name]) or name in categorical for name in table], dtype=bool)


def _check_imbalanced(counts: pd.Series) -> None:
    if counts.nunique() == 1:
        raise LeftOut(EVEN)


def _check_repeated(counts: pd.Series) -> None:
    if counts.min() < 2:
        raise LeftOut(f"class {counts.idxmin()} has a single row in a fold")


BaselineName: TypeAlias = Literal[
    "none",
    "class_weight",
    "threshold",
    "copies",
    "smote",
    "balanced_forest",
    "easy_ensemble",
    "randaugment",
    "random_erasing",
    "mixup",
    "cutmix",
    "teacher",
    "distilled",
]
BASELINES: dict[str, Baseline] = {
    each.name: each
    for each in (
        *(Nothing(), ClassWeight(), Threshold(), Copies(), Smote(), BalancedForest(), EasyEnsemble()),
        *(RandAugment(), RandomErasing(), MixUp(), CutMix()),
        *(TheTeacher(), Distilled()),
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
