"""What a record's field may hold is what its annotation says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import ganaug.augmenter  # noqa: F401 - all records
from ganaug.columns.layout import Block
from ganaug.persistence.typed import check_fields, fits, hints_of
from ganaug.plain import RECORDS

UNKNOWN = {("TableContainer", "labels")}


@pytest.mark.parametrize(
    ("hint", "right", "wrong"),
    [
        (int, [3, np.int64(3)], [True, 3.0, "3", None]),
        (float, [3, 3.5, np.float32(1)], [True, "3", None]),
        (bool, [True], [1, "yes"]),
        (int | None, [None, 3], ["3", 3.5]),
        (tuple[int, ...], [(), (1, 2)], [[1], (1, "2"), 1]),
        (tuple[int, str], [(1, "a")], [(1,), ("a", 1), (1, "a", 2)]),
        (list[str], [[], ["a"]], [["a", 1], ("a",)]),
        (dict[str, int], [{"a": 1}], [{1: 1}, {"a": "b"}, []]),
        (Literal["a", "b"], ["a"], ["c", 1]),
        (NDArray[np.float64], [np.zeros(2), np.zeros(2, np.float32)], [np.zeros(2, int), [0.0], np.zeros(2, complex)]),
        (NDArray[np.int32], [np.zeros(2, np.int64), np.zeros(2, np.uint8)], [np.zeros(2), np.zeros(2, "M8[s]")]),
        (NDArray[Any], [np.zeros(2), np.zeros(2, "M8[s]")], [[0.0]]),
        (pd.Series, [pd.Series([1])], [[1], pd.DataFrame()]),
        (Any, [None, 3, "x"], []),
    ],
)
def test_values_fit_hints(hint: Any, right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if not fits(value, hint)] == []
    assert [value for value in wrong if fits(value, hint)] == []


def test_a_field_that_does_not_fit_is_named() -> None:
    check_fields(Block, {"bins": 3, "width": 4})
    with pytest.raises(TypeError, match=r"Block\.width is str"):
        check_fields(Block, {"bins": 3, "width": "4"})


def test_what_each_field_may_hold_is_known() -> None:
    """But for what names libraries that need not be there."""
    saved = {
        (name, field.name)
        for name, record in RECORDS.items()
        for field in fields(record)
        if field.metadata.get("saved", True) and field.name not in hints_of(record)
    }
    assert saved <= UNKNOWN
