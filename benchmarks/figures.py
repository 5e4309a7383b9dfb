"""What is measured about synthetic rows, the same for every generator.

All functions but `comparable` take tables that it returned: floats, and strings in which an empty cell is a word.
"""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_float_dtype, is_numeric_dtype
from scipy.stats import ks_2samp
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

MOST_ROWS, NEAR_ROWS = 20_000, 5_000  # what detection and nearness look at
LEVELS = 200  # of a category that models tell apart; the rarest share the last place


def comparable(table: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """The columns of `like`, by its dtypes numbers (dates: seconds) or words."""

    def column(values: pd.Series, dtype: Any) -> pd.Series:
        if is_datetime64_any_dtype(dtype):
            return (pd.to_datetime(values, utc=True) - pd.Timestamp(0, tz="UTC")) / pd.Timedelta("1s")
        if is_numeric_dtype(dtype) and not is_bool_dtype(dtype):
            return pd.to_numeric(values, errors="coerce").astype(float)
        return values.astype(object).where(values.notna(), "(missing)").astype(str).astype(object)

    return pd.DataFrame({name: column(table[name], like[name].dtype) for name in like}).reset_index(drop=True)


def sorts(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The names of its numbers and of its words."""
    numbers = [name for name in table if is_float_dtype(table[name])]
    return numbers, [name for name in table if name not in numbers]


def variation(one: pd.Series, two: pd.Series) -> float:
    """Total variation distance: the share of rows that would have to change their value."""
    shares = pd.concat([column.value_counts(normalize=True) for column in (one, two)], axis=1).fillna(0)
    return float(shares.diff(axis=1).iloc[:, 1].abs().sum() / 2)


def shape(real: pd.DataFrame, other: pd.DataFrame) -> float:
    """Mean distance of columns in per cent: Kolmogorov and Smirnov's for numbers, total variation for words."""

    def distance(one: pd.Series, two: pd.Series) -> float:
        if not is_float_dtype(one):
            return variation(one, two)
        one, two = one.dropna(), two.dropna()
        if one.empty or two.empty:
            return float(one.empty != two.empty)
        return float(ks_2samp(one, two, method="asymp").statistic)

    return 100 * float(np.mean([distance(real[name], other[name]) for name in real]))


def trend(real: pd.DataFrame, other: pd.DataFrame) -> float:
    """Mean distance of pairs of columns in per cent.

    Half the difference of correlation for two numbers, else the total variation distance of the two-way table, in which
    a number is one of ten intervals of equal width.
    """
    numbers, _ = sorts(real)
    correlation = (real[numbers].corr().fillna(0) - other[numbers].corr().fillna(0)).abs() / 2
    both = pd.concat([real, other], ignore_index=True)
    codes = {}
    for name in real:
        if name in numbers:
            edges = np.histogram_bin_edges(real[name].dropna(), 10)[1:-1]
            codes[name] = np.where(both[name].isna(), len(edges) + 1, np.digitize(both[name], edges))
        else:
            codes[name] = pd.factorize(both[name])[0]
    weight = np.repeat([1 / len(real), -1 / len(other)], [len(real), len(other)])

    def distance(one: str, two: str) -> float:
        if one in numbers and two in numbers:
            return float(correlation.loc[one, two])
        cell = pd.factorize(codes[one] * (codes[two].max() + 1) + codes[two])[0]
        return float(np.abs(np.bincount(cell, weight)).sum() / 2)

    return 100 * float(np.mean([distance(*pair) for pair in combinations(real, 2)]))


def boosting(table: pd.DataFrame, kind: type = HistGradientBoostingClassifier, **options: Any) -> Pipeline:
    """Gradient boosting that knows the table's categories."""
    _, words = sorts(table)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=LEVELS)
    model = kind(categorical_features=list(range(len(words))) or None, random_state=0, **options)
    return make_pipeline(make_column_transformer((codes, words), remainder="passthrough"), model)


def scaled(table: pd.DataFrame, model: Any) -> Pipeline:
    """A model on scaled numbers and an indicator for every word."""
    numbers, words = sorts(table)
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore", max_categories=LEVELS, sparse_output=False), words),
    )
    return make_pipeline(columns, model)


def distances(train: pd.DataFrame, test: pd.DataFrame, synthetic: pd.DataFrame) -> dict[str, float]:
    """Shape and trend next to training rows, detection next to held-out ones."""
    train, test, rows = (comparable(part, train) for part in (train, test, synthetic))
    with threadpool_limits(1):
        return {"shape": shape(train, rows), "trend": trend(train, rows), "detection": float(detection(test, rows))}


def detection(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """ROC AUC of boosting, out of fold, that tells real rows from as many synthetic ones: .5 is the best."""
    rows = min(len(real), len(synthetic), MOST_ROWS)
    both = pd.concat([part.sample(rows, random_state=0) for part in (real, synthetic)], ignore_index=True)
    truth = np.repeat([1, 0], rows)
    return roc_auc_score(truth, cross_val_predict(boosting(both), both, truth, cv=3, method="predict_proba")[:, 1])


def two_sample(train: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """The classifier two-sample test of papers on tabular diffusion: 1 if training rows cannot be told from synthetic
    ones, 0 if they always can. They fit XGBoost; here it is the same boosting as elsewhere."""
    return 2 - 2 * max(detection(train, synthetic), 0.5)


def utility(train: pd.DataFrame, test: pd.DataFrame, target: str) -> dict[str, float]:
    """How well models that learn from `train` do on `test`: ROC AUC of a class, root mean squared error of a number."""
    train = train.dropna(subset=[target])
    X, y, new, truth = train.drop(columns=target), train[target], test.drop(columns=target), test[target]
    if is_float_dtype(y):
        models = {"boosting": boosting(X, HistGradientBoostingRegressor), "linear": scaled(X, Ridge())}
        return {
            name: float(root_mean_squared_error(truth, model.fit(X, y).predict(new))) for name, model in models.items()
        }
    if y.nunique() == 1:  # nothing to learn
        return {"boosting": 0.5, "linear": 0.5}
    models = {"boosting": boosting(X), "linear": scaled(X, LogisticRegression(max_iter=500))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return {name: one_against_rest(truth, model.fit(X, y), new) for name, model in models.items()}


def one_against_rest(truth: pd.Series, model: Any, X: pd.DataFrame) -> float:
    """Mean ROC AUC over the classes that occur; a class the model never saw counts as a coin."""
    scores = pd.DataFrame(model.predict_proba(X), columns=model.classes_)
    classes = [label for label in sorted(truth.unique()) if 0 < (truth == label).sum() < len(truth)]
    return float(np.mean([roc_auc_score(truth == k, scores[k]) if k in scores else 0.5 for k in classes]))


def copies(train: pd.DataFrame, test: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """Share of synthetic rows that equal a training row, less the share of test rows that do, in per cent."""
    marks = [pd.util.hash_pandas_object(part, index=False) for part in (train, test, synthetic)]
    return 100 * float(marks[2].isin(marks[0]).mean() - marks[1].isin(marks[0]).mean())


def membership(train: pd.DataFrame, test: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """ROC AUC of telling training rows from test rows by how near a synthetic row is: .5 gives nobody away."""
    rows = min(len(train), len(test), NEAR_ROWS)
    space = scaled(train, "passthrough").fit(train)
    nearest = NearestNeighbors(n_neighbors=1).fit(space.transform(synthetic).astype(np.float32))
    asked = pd.concat([part.sample(rows, random_state=0) for part in (train, test)])
    distance, _ = nearest.kneighbors(space.transform(asked).astype(np.float32))
    return roc_auc_score(np.repeat([1, 0], rows), -distance[:, 0])


def measure(train: pd.DataFrame, test: pd.DataFrame, synthetic: pd.DataFrame, target: str) -> dict[str, float]:
    """Every figure; `tstr` is of models that learnt from synthetic rows."""
    like = train
    train, test, synthetic = (comparable(part, like) for part in (train, test, synthetic))
    use = utility(synthetic, test, target)
    return {
        "shape": shape(train, synthetic),
        "trend": trend(train, synthetic),
        "detection": float(detection(test, synthetic)),
        "c2st": float(two_sample(train, synthetic)),
        "tstr": use["boosting"],
        "tstr_linear": use["linear"],
        "copies": copies(train, test, synthetic),
        "membership": float(membership(train, test, synthetic)),
    }
