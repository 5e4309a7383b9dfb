"""Tensors hold the values that the columns themselves have when they are decoded."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tables
import tensorflow as tf
from feeds import as_tensors, numbers

from ganaug.columns.layout import Encoded
from ganaug.data.targets import NumberTarget
from ganaug.modality.table.encoder import TableEncoder
from ganaug.modality.table.reader import TableReader
from ganaug.tf.labels import label_form


def some_codes(encoder: TableEncoder, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Any code and any position, the ends of intervals among them."""
    rng = np.random.default_rng(0)
    blocks = encoder.layout.blocks
    codes = rng.integers(0, [block.width for block in blocks], (rows, len(blocks))).astype(np.int32)
    positions = rng.uniform(-1, 1, (rows, encoder.layout.numbers)).astype(np.float32)
    positions[rng.random(positions.shape) < 0.05] = 1
    positions[rng.random(positions.shape) < 0.05] = -1
    inside = [codes[:, i] >= block.width - block.bins for i, block in enumerate(blocks) if block.bins]
    return codes, positions * np.array(inside, np.float32).T.reshape(positions.shape)


def check_tensors(real_table: pd.DataFrame) -> None:
    encoder, _ = TableEncoder.fit(real_table)
    codes, positions = some_codes(encoder)
    rows = Encoded(codes, positions, positions)
    expected = encoder.decode(rows)
    reader = TableReader(encoder, None)
    spec = {name: tf.TensorSpec([], found.dtype) for name, found in reader.types.items()}
    features = reader.features(spec, rows, Encoded.none(len(rows)))
    assert list(features) == list(expected.columns)
    for column, found, got in zip(encoder.columns, encoder.tensor_types, encoder.tensors(rows), strict=True):
        wanted = as_tensors(expected[column.name])
        if found.dtype == "string":
            assert [cell.decode() for cell in got] == wanted.tolist(), column.name
        else:
            assert got.dtype == wanted.dtype == found.dtype, column.name
            np.testing.assert_allclose(got, wanted, rtol=1e-14, atol=1e-14, err_msg=column.name)
        np.testing.assert_array_equal(features[column.name], got, err_msg=column.name)


@pytest.mark.parametrize("gaps", [False, True])
def test_values_of_every_dtype_are_those_of_the_decoded_column(gaps):
    columns = tables.every_dtype()
    table = pd.DataFrame(tables.with_gaps(columns) if gaps else columns)
    check_tensors(table)


def test_implied_columns_and_recurring_values_are_those_of_the_decoded_columns():
    check_tensors(tables.implied())
    rng = np.random.default_rng(1)
    number = rng.gamma(2, 9, 800)
    check_tensors(
        pd.DataFrame(
            {
                "rounded": number.round(1),
                "metres": number.round(1) * 0.3048,
                "float32": number.astype("float32"),
                "constant": 7,
                "capped": number.clip(5, 30),
                "nothing": np.nan,
                "word": np.where(number > 9, "high", "low"),
                "integers": rng.integers(0, 10**6, 800),
            }
        )
    )


def test_columns_that_follow_from_others_are_those_of_the_decoded_columns():
    rng = np.random.default_rng(2)
    first, second = rng.gamma(2, 9, (2, 800)).round(1)
    check_tensors(
        pd.DataFrame(
            {
                "first": np.where(rng.random(800) < 0.01, np.nan, first),
                "second": second,
                "sum": (first + second).round(1),
                "less": (first + second).round(1) + rng.integers(0, 3, 800),
                "area": (first * second).round(2),
                "whole": (100 * first * second).round().astype(int),
                "ratio": (first / (second + 1)).round(3),
            }
        )
    )


def test_columns_that_no_tensor_holds_are_named():
    hours = pd.Series([dt.time(hour) for hour in range(20)] * 5, dtype=object, name="hour")
    for column in (hours, hours.astype(pd.ArrowDtype(pa.time32("s")))):
        encoder, _ = TableEncoder.fit(column.to_frame())
        with pytest.raises(TypeError, match=r"column 'hour' holds values of type \w+, which no tensor can hold"):
            _ = TableReader(encoder, None).native


def test_numbers_as_conditions_are_those_of_the_encoder():
    X, y = numbers()
    target = NumberTarget.fit(pd.Series(np.where(y == 2, 0.0, X[:, 0] * 10)))  # 0 recurs
    coder = target.coder
    assert len(coder.recurring)
    values = np.concatenate([np.linspace(*coder.range, 200), coder.value, coder.recurring])
    expected = coder.encode(values)
    form = label_form(target, tf.float64, ())
    found = form.condition(values)
    np.testing.assert_array_equal(found.codes, expected.codes)
    np.testing.assert_allclose(found.middle, expected.middle, atol=1e-6)
    clipped = form.condition(np.array([-1e9, 1e9]))
    assert clipped.codes.tolist() == coder.encode(np.array(coder.range)).codes.tolist()
