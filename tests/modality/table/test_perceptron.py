"""The generator in NumPy is the one that Keras trained."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.modality.base import Size
from ganaug.modality.dense import dense_condition
from ganaug.modality.expanding import expand_condition
from ganaug.modality.table import networks, perceptron

LAYOUT = Layout((Block(0, 3), Block(0, 3), Block(4, 6), Block(4, 6), Block(16, 16)), Layout((Block(0, 2), Block(3, 4))))


def conditions(n: int) -> Encoded:
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.integers(0, 2, n), rng.integers(0, 4, n)]).astype(np.int32)
    position = (rng.random((n, 1), np.float32) * 2 - 1) * (codes[:, [1]] >= 1)
    return Encoded(codes, position, position)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_the_forward_pass_is_keras(depth):
    size = Size(latent=5, width=32, depth=depth)
    model = networks.generator(LAYOUT, size, seed=3)
    weights = [w + np.float32(0.01) for w in model.get_weights()]
    model.set_weights(weights)
    condition = dense_condition(LAYOUT.condition, conditions(50))
    latent = np.random.default_rng(1).normal(size=(50, 5)).astype(np.float32)
    expected = model([latent, condition]).numpy()
    found = perceptron.forward(np.hstack([latent, condition]), weights, depth)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_dense_conditions_are_those_of_training():
    asked = conditions(40)
    expected = expand_condition(LAYOUT.condition, asked.codes, asked.middle).numpy()
    np.testing.assert_allclose(dense_condition(LAYOUT.condition, asked), expected, atol=1e-5)
    assert expected.shape[1] == LAYOUT.condition_width


def test_codes_are_as_frequent_as_their_logits_say():
    chances = np.array([0.5, 0.3, 0.2], np.float32)
    raw = np.zeros((40_000, LAYOUT.raw_width), np.float32)
    raw[:, 3:6] = np.log(chances)
    rows = perceptron.hard_rows(LAYOUT, raw, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(rows.codes[:, 1]) / 40_000, chances, atol=0.01)
    np.testing.assert_allclose(np.bincount(rows.codes[:, 0]) / 40_000, np.full(3, 1 / 3), atol=0.01)


@pytest.mark.parametrize("logits", [[-300, 0, -200], [500, 900, -900], [-900, -20, -900]])
def test_extreme_logits_are_certainties(logits):
    raw = np.zeros((2_000, LAYOUT.raw_width), np.float32)
    raw[:, 3:6] = logits
    assert (perceptron.hard_rows(LAYOUT, raw, np.random.default_rng(0)).codes[:, 1] == 1).all()


def test_ranks_are_uniform_until_learnt_and_0_outside_intervals():
    raw = np.zeros((20_000, LAYOUT.raw_width), np.float32)
    raw[:, LAYOUT.slots + LAYOUT.numbers :] = -30.0  # as wide as they get
    rows = perceptron.hard_rows(LAYOUT, raw, np.random.default_rng(0))
    assert kstest(rows.low[:, 2], "uniform", args=(-1, 2)).pvalue > 1e-3
    assert (rows.low[rows.codes[:, 2] < 2, 0] == 0).all()
    moved = raw.copy()
    moved[:, LAYOUT.slots + 2] = 3.0
    assert perceptron.hard_rows(LAYOUT, moved, np.random.default_rng(0)).low[:, 2].mean() > 0.9


def test_a_row_without_blocks_or_labels_is_no_obstacle():
    layout = Layout((Block(0, 2),), Layout(()))
    size = Size(latent=4, width=8)
    weights = networks.generator(layout, size, seed=0).get_weights()
    none = Encoded.none(9)
    rows = perceptron.draw(layout, size, weights, none, (1, 2))
    assert rows.codes.shape == (9, 1)
    assert rows.low.shape == (9, 0)
    again = perceptron.draw(layout, size, weights, none, (1, 2))
    np.testing.assert_array_equal(rows.codes, again.codes)
