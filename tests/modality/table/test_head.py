"""Codes to dense rows and back: training and sampling see the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import kstest

from ganaug.modality.heads import draw, expand, hard_rows, noise_from
from ganaug.columns.layout import Block, Layout

LAYOUTS = {
    "everything": Layout((Block(0, 3), Block(0, 3), Block(2, 2), Block(4, 6), Block(4, 6))),
    "one shape in two places": Layout((Block(2, 3), Block(0, 4), Block(2, 3))),
    "categories": Layout((Block(0, 2), Block(0, 5))),
    "numbers": Layout((Block(16, 16),)),
}
ROWS = 500

pytestmark = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def drawn(layout: Layout, scale: float = 1.0) -> tuple[Any, Any]:
    """Raw output and noise for some rows."""
    rng = np.random.default_rng(0)
    raw = tf.constant(scale * rng.normal(size=(ROWS, layout.raw_width)), tf.float32)
    return raw, noise_from(layout, tf.constant(rng.random((ROWS, layout.width)), tf.float32))


def slots_of(layout: Layout, rows: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """The one-hot slots of each block."""
    edges = np.cumsum([block.width for block in layout.blocks])
    return np.split(rows[:, : layout.slots], edges[:-1], axis=1)


def test_training_and_sampling_draw_the_same_rows(layout: Layout) -> None:
    raw, noise = drawn(layout)
    codes, positions = draw(layout, raw, noise)
    dense = expand(layout, codes, positions)
    np.testing.assert_allclose(hard_rows(layout, raw, noise, 0.5), dense, atol=1e-5)
    assert dense.shape == (ROWS, layout.width)


def test_every_block_of_a_dense_row_has_one_slot_set(layout: Layout) -> None:
    raw, noise = drawn(layout)
    codes, positions = draw(layout, raw, noise)
    blocks = slots_of(layout, expand(layout, codes, positions).numpy())
    assert len(blocks) == codes.shape[1] == len(layout.blocks)
    for code, slots in zip(codes.numpy().T, blocks, strict=True):
        assert set(np.unique(slots)) == {0.0, 1.0}
        np.testing.assert_array_equal(slots.sum(1), 1)
        np.testing.assert_array_equal(slots.argmax(1), code)


def test_positions_are_ranks_inside_an_interval_and_0_elsewhere(layout: Layout) -> None:
    raw, noise = drawn(layout, scale=5.0)
    codes, positions = (tensor.numpy() for tensor in draw(layout, raw, noise))
    numbers = [i for i, block in enumerate(layout.blocks) if block.bins]
    assert positions.shape == (ROWS, len(numbers)) == (ROWS, layout.numbers)
    assert (np.abs(positions) <= 1).all()
    for i, position in zip(numbers, positions.T, strict=True):
        inside = codes[:, i] >= layout.blocks[i].width - layout.blocks[i].bins
        assert (position[~inside] == 0).all()
        assert (position[inside] != 0).all()


def test_gradients_reach_every_part_of_the_raw_output(layout: Layout) -> None:
    raw, noise = drawn(layout)
    weight = tf.constant(np.random.default_rng(1).normal(size=layout.width), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(raw)
        total = tf.reduce_sum(hard_rows(layout, raw, noise, 0.5) * weight)
    slope = tape.gradient(total, raw).numpy()
    assert np.isfinite(slope).all()
    wide = np.concatenate([np.full(block.width, block.width > 1) for block in layout.blocks])
    assert (np.abs(slope[:, : layout.slots][:, wide]).sum(0) > 0).all()
    assert (np.abs(slope[:, layout.slots :]).sum(0) > 0).all()


def test_codes_come_as_often_as_the_softmax_says(layout: Layout) -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(1, layout.raw_width))
    raw = tf.constant(np.repeat(one, 20_000, 0), tf.float32)
    codes, _ = draw(layout, raw, noise_from(layout, tf.constant(rng.random((20_000, layout.width)), tf.float32)))
    for code, logits in zip(codes.numpy().T, slots_of(layout, one), strict=True):
        expected = np.exp(logits[0]) / np.exp(logits[0]).sum()
        np.testing.assert_allclose(np.bincount(code, minlength=len(expected)) / 20_000, expected, atol=0.02)


def test_positions_are_about_uniform_before_training(layout: Layout) -> None:
    raw = tf.zeros([20_000, layout.raw_width])
    uniform = np.random.default_rng(0).random((20_000, layout.width))
    _, positions = draw(layout, raw, noise_from(layout, tf.constant(uniform, tf.float32)))
    distances = [kstest(p[p != 0], "uniform", (-1, 2)).statistic for p in positions.numpy().T]
    assert len(distances) == layout.numbers
    assert all(distance < 0.05 for distance in distances)


@pytest.mark.parametrize("edge", [0.0, np.nextafter(np.float32(1), np.float32(0))])
def test_noise_is_finite_at_the_edges(layout: Layout, edge: float) -> None:
    noise = noise_from(layout, tf.fill([2, layout.width], tf.constant(edge, tf.float32)))
    assert np.isfinite(noise).all()
    assert np.isfinite(hard_rows(layout, tf.zeros([2, layout.raw_width]), noise, 0.5)).all()


def test_no_rows_are_drawn_as_no_rows(layout: Layout) -> None:
    codes, positions = draw(layout, tf.zeros([0, layout.raw_width]), tf.zeros([0, layout.width]))
    assert expand(layout, codes, positions).shape == (0, layout.width)
