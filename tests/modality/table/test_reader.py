"""Cells decoded in the graph are those that the NumPy decoder makes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables
import tensorflow as tf
from feeds import NOT_TENSORS, as_tensors

from ganaug.tf.blueprints import blueprint_of
from ganaug.modality.table.encoder import TableEncoder
from ganaug.tf.decoding import decode, located
from ganaug.columns.layout import Encoded


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


def check_decoding(real_table: pd.DataFrame) -> None:
    encoder, _ = TableEncoder.fit(real_table)
    codes, positions = some_codes(encoder)
    expected = encoder.decode(Encoded(codes, positions, positions))
    blueprint = blueprint_of(encoder, None)
    found = tf.function(lambda *inputs: decode(blueprint, *inputs))(tf.constant(codes), tf.constant(positions))
    for column, values in zip(blueprint.columns, found, strict=True):
        wanted, got = as_tensors(expected[column.name]), values.numpy()
        if column.dtype == "string":
            assert [cell.decode() for cell in got] == wanted.tolist(), column.name
        else:
            assert got.dtype == wanted.dtype, column.name
            np.testing.assert_allclose(got, wanted, rtol=1e-14, atol=1e-14, err_msg=column.name)


@pytest.mark.parametrize("gaps", [False, True])
def test_values_of_every_dtype_are_those_of_the_numpy_decoder(gaps):
    columns = tables.every_dtype()
    table = pd.DataFrame(tables.with_gaps(columns) if gaps else columns).drop(columns=[*NOT_TENSORS])
    check_decoding(table)


def test_implied_columns_and_recurring_values_are_decoded_exactly(frame):
    check_decoding(frame)
    rng = np.random.default_rng(1)
    number = rng.gamma(2, 9, 800)
    check_decoding(
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


def test_columns_that_follow_from_others_are_decoded_alike():
    rng = np.random.default_rng(2)
    first, second = rng.gamma(2, 9, (2, 800)).round(1)
    check_decoding(
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
    for name in NOT_TENSORS:
        encoder, _ = TableEncoder.fit(tables.every_dtype()[name].to_frame())
        with pytest.raises(TypeError, match=rf"column '{name}' holds values of type \w+, which no tensor can hold"):
            blueprint_of(encoder, None)


def test_numbers_as_conditions_are_those_of_the_numpy_encoder(priced):
    target = priced._target
    values = np.concatenate([np.linspace(*target.range, 200), target.numbers.value, target.numbers.recurring])
    expected: Encoded = target.numbers.encode(values)
    curve = blueprint_of(priced._encoder, target).target.column.curves[0]
    codes, positions = located(curve, tf.constant(values))
    np.testing.assert_array_equal(codes, expected.codes[:, 0])
    np.testing.assert_allclose(positions, expected.middle[:, 0], atol=1e-6)
    clipped, _ = located(curve, tf.constant([-1e9, 1e9], tf.float64))
    assert clipped.numpy().tolist() == target.numbers.encode(np.array(target.range)).codes[:, 0].tolist()
