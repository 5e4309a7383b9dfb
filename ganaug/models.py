"""Models that take any table: gradient boosting, a linear model and forests, each behind its preprocessing."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from .columns.base import Kind
from .columns.lattice import HUGE
from .columns.registry import kind_of, measured
from .plain import AnyArray, Float64Array, MatrixLike


class Boosting(HistGradientBoostingClassifier):
    """Gradient boosting that looks at no rows of its own when to stop, where a class has a single one."""

    early_stopping: Any

    def fit(self, X: MatrixLike, y: AnyArray, sample_weight: Float64Array | None = None, **params: Any) -> Self:
        given = self.early_stopping
        if np.unique(y, return_counts=True)[1].min() < 2:
            self.early_stopping = False
        try:
            return super().fit(X, y, sample_weight, **params)
        finally:
            self.early_stopping = given


MODELS: dict[str, tuple[Any, Any]] = {
    "boosting": (Boosting(), HistGradientBoostingRegressor()),
    "linear": (LogisticRegression(max_iter=1000), Ridge()),
    "forest": (RandomForestClassifier(), RandomForestRegressor()),
    "extra-trees": (ExtraTreesClassifier(), ExtraTreesRegressor()),
}
MOST_CATEGORIES = 200
SMALLER = 2.0**-700


def model_for(X: pd.DataFrame, name: str, *, classes: bool) -> Pipeline:
    """The model of this name behind a preprocessing that fits the columns."""
    return behind_preprocessing(X, MODELS[name][0 if classes else 1])


def behind_preprocessing(X: pd.DataFrame, model: BaseEstimator) -> Pipeline:
    """A clone of the model behind a preprocessing that fits the columns: numbers, times as seconds, and categories."""
    model = clone(model)
    kinds = {column: kind_of(X[column]) for column in X}
    places = dict(enumerate(kinds.values()))  # names that are whole numbers would be taken for these
    categorical = [place for place, kind in places.items() if kind == "category"]
    others = [place for place in places if place not in categorical]
    numeric = sorted(others, key=lambda place: places[place] != "number")
    steps: list[Any] = []
    if "categorical_features" in model.get_params():
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=MOST_CATEGORIES)
        model.set_params(categorical_features=list(range(len(categorical))))
    else:
        codes = OneHotEncoder(handle_unknown="ignore", max_categories=MOST_CATEGORIES, sparse_output=False)
        steps = [SimpleImputer(keep_empty_features=True), StandardScaler()]
    parts = [(codes, categorical), (make_pipeline(Tamed(), *steps), numeric)]
    measure = FunctionTransformer(_measured, kw_args={"kinds": kinds})
    return make_pipeline(measure, make_column_transformer(*parts), model)


class Tamed(TransformerMixin, BaseEstimator):
    """Numbers that any model takes: of a column without one zeros, and huge ones divided, lest their squares overflow.

    NaN stays where a column has other values.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:  # noqa: ARG002 - as scikit-learn calls it
        values = np.asarray(X, np.float64)
        known = ~np.isnan(values)
        self.empty_ = ~known.any(0)
        self.scale_ = np.where(np.abs(values).max(0, initial=0.0, where=known) > HUGE, SMALLER, 1.0)
        return self

    def transform(self, X: pd.DataFrame) -> Float64Array:
        made: Float64Array = np.where(self.empty_, 0.0, np.asarray(X, np.float64) * self.scale_)
        return made


def _measured(X: pd.DataFrame, kinds: dict[Any, Kind]) -> pd.DataFrame:
    """Numbers, seconds, and text in which an empty cell is a category of its own."""
    made = {}
    for name, kind in kinds.items():
        values = measured(X[name], kind)
        made[name] = (values.fillna("(empty)") if kind == "category" else values).to_numpy()
    return pd.DataFrame(made, index=X.index)
