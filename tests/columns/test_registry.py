"""Which column type takes a column, and how metrics look at it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables

from ganaug.columns.registry import COLUMN_TYPES, fit_column, is_number, is_time, kind_of, measured
from ganaug.plain import RECORDS

EVERY = tables.every_dtype()
KINDS = {
    "object dates": "datetime",
    "arrow date32": "datetime",
    "arrow date64": "datetime",
    "arrow timestamp": "datetime",
    "UTC": "datetime",
    "Berlin": "datetime",
    "arrow duration": "duration",
    "arrow decimal": "number",
    "huge int64": "number",
    "object ints": "number",
    "Sparse[int64]": "number",
    "bool": "category",
    "object bools": "category",
    "int category": "category",
    "arrow dictionary": "category",
}


def test_each_type_can_be_kept_in_a_file():
    assert {each.__name__ for each in COLUMN_TYPES} <= set(RECORDS)


@pytest.mark.parametrize("name", EVERY)
def test_a_column_comes_back_as_it_was(name):
    column = EVERY[name]
    fitted = fit_column(column)
    parts = fitted.transform(column)
    assert len(parts) == len(fitted.nominal)
    back = fitted.inverse_transform(parts)
    assert back.dtype == column.dtype
    assert back.tolist() == column.tolist()


@pytest.mark.parametrize("name", KINDS)
def test_kinds_follow_from_values(name):
    assert kind_of(EVERY[name]) == KINDS[name]
    assert is_number(EVERY[name]) == (KINDS[name] == "number")
    assert is_time(EVERY[name]) == (KINDS[name] in ("datetime", "duration"))


@pytest.mark.parametrize("name", EVERY)
def test_what_is_measured_is_numbers_or_text_with_the_same_gaps(name):
    gappy = tables.with_gaps({name: EVERY[name]}).get(name, EVERY[name])
    found = measured(gappy, kind_of(gappy))
    assert found.dtype == (object if kind_of(gappy) == "category" else np.float64)
    assert found.isna().to_numpy().tolist() == gappy.isna().to_numpy().tolist()


def test_columns_named_as_categories_are_categories():
    column = pd.Series([3, 1, 2, 3], name="code")
    assert fit_column(column, categorical=True).nominal == (True,)
    assert fit_column(column).nominal == (False,)
    sparse = column.astype(pd.SparseDtype("int64", 0))
    assert fit_column(sparse, categorical=True).nominal == (True,)


def test_text_that_is_no_unicode_is_measured_as_text_that_pandas_takes():
    written = measured(pd.Series(["a", "\ud800", None], dtype=object), "category")
    assert pd.DataFrame({"text": written.to_numpy()})["text"].tolist()[:2] == ["a", r"\ud800"]
    assert pd.util.hash_pandas_object(written).nunique() == 3
