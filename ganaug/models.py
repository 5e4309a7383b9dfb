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

from .columns.base import Kind
from .columns.registry import kind_of, measured

MODELS: dict[str, tuple[Any, Any]] = {
    "boosting": (HistGradientBoostingClassifier(), HistGradientBoostingRegressor()),
    "linear": (LogisticRegression(max_iter=1000), Ridge()),
    "forest": (RandomForestClassifier(), RandomForestRegressor()),
}
MOST_CATEGORIES = 200


def model_for(X: pd.DataFrame, name: str, *, classes: bool) -> Pipeline:
    """The model behind a preprocessing that fits the columns: numbers, datetimes as seconds, and categories."""
    kinds = {column: kind_of(X[column]) for column in X}
    categorical = [column for column, kind in kinds.items() if kind == "category"]
    others = [column for column in kinds if column not in categorical]
    numeric = sorted(others, key=lambda column: kinds[column] != "number")
    model = clone(MODELS[name][0 if classes else 1])
    steps: list[Any] = []
    if name == "boosting":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=MOST_CATEGORIES)
        model.set_params(categorical_features=list(range(len(categorical))))
    else:
        codes = OneHotEncoder(handle_unknown="ignore", max_categories=MOST_CATEGORIES, sparse_output=False)
        steps = [SimpleImputer(keep_empty_features=True), StandardScaler()]
    parts = [(codes, categorical), (make_pipeline("passthrough", *steps), numeric)]
    measure = FunctionTransformer(_measured, kw_args={"kinds": kinds})
    return make_pipeline(measure, make_column_transformer(*parts), model)


def _measured(X: pd.DataFrame, kinds: dict[Any, Kind]) -> pd.DataFrame:
    """Numbers, seconds, and text in which an empty cell is a category of its own."""
    made = {}
    for name, kind in kinds.items():
        values = measured(X[name], kind)
        made[name] = (values.fillna("(empty)") if kind == "category" else values).to_numpy()
    return pd.DataFrame(made, index=X.index)
