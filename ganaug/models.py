"""Models that take any table: gradient boosting, a linear model and a forest, each behind its preprocessing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from .columns.kinds import is_moment, is_number

MODELS: dict[str, tuple[Any, Any]] = {
    "boosting": (HistGradientBoostingClassifier(), HistGradientBoostingRegressor()),
    "linear": (LogisticRegression(max_iter=1000), Ridge()),
    "forest": (RandomForestClassifier(), RandomForestRegressor()),
}
MOST_CATEGORIES = 200


def model_for(X: pd.DataFrame, name: str, *, classes: bool) -> Pipeline:
    """The model behind a preprocessing that fits the columns: words, numbers and moments."""
    words = [c for c in X if not is_number(X[c]) and not is_moment(X[c])]
    moments, numbers = [c for c in X if is_moment(X[c])], [c for c in X if is_number(X[c])]
    model = clone(MODELS[name][0 if classes else 1])
    plain: list[Any]
    if name == "boosting":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=MOST_CATEGORIES)
        plain = [FunctionTransformer(_as_floats)]
        model.set_params(categorical_features=list(range(len(words))))
    else:
        codes = OneHotEncoder(handle_unknown="ignore", max_categories=MOST_CATEGORIES, sparse_output=False)
        plain = [FunctionTransformer(_as_floats), SimpleImputer(keep_empty_features=True), StandardScaler()]
    moment = [FunctionTransformer(_as_seconds), *plain]
    parts = [(codes, words), (make_pipeline(*plain), numbers), (make_pipeline(*moment), moments)]
    return make_pipeline(FunctionTransformer(_with_objects), make_column_transformer(*parts), model)


def _with_objects(X: pd.DataFrame) -> pd.DataFrame:
    """Words as plain objects, an empty cell a word of its own."""
    made = X.copy()
    for name in X:
        if not is_number(X[name]) and not is_moment(X[name]):
            cells = X[name].astype(object)
            made[name] = cells.where(cells.notna(), "(empty)").astype(str).astype(object)
    return made


def _as_floats(X: pd.DataFrame) -> pd.DataFrame:
    return X.astype("float64")


def _as_seconds(X: pd.DataFrame) -> pd.DataFrame:
    def seconds(column: pd.Series) -> pd.Series:
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column - pd.Timestamp(0, tz=getattr(column.dtype, "tz", None))
        return column / pd.Timedelta("1s")

    return X.apply(seconds)
