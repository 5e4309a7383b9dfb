"""Codes to dense rows and back: training and sampling see the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import ks_2samp, kstest

from ganaug.columns.layout import Block, Layout
from ganaug.modality.expanding import expand
from ganaug.modality.registry import modality_of
from ganaug.modality.table.head import hard_rows, noise_from

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


def trained(layout: Layout, raw: Any, noise: Any) -> tuple[Any, Any]:
    """Codes and positions of what the discriminator is shown."""
    dense = hard_rows(layout, raw, noise, 0.5).numpy()
    codes = [slots.argmax(1) for slots in slots_of(layout, dense)]
    return np.column_stack(codes).astype(np.int32), dense[:, layout.slots :]


def sampled(layout: Layout, raw: Any, _noise: Any) -> tuple[Any, Any]:
    """Codes and positions of what is given back."""
    rows = modality_of(layout).rows(layout, raw.numpy(), np.random.default_rng(1))
    np.testing.assert_array_equal(rows.low, rows.high)
    return rows.codes, rows.low


draws = pytest.mark.parametrize("draw", [trained, sampled])


def slots_of(layout: Layout, rows: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """The one-hot slots of each block."""
    edges = np.cumsum([block.width for block in layout.blocks])
    return np.split(rows[:, : layout.slots], edges[:-1], axis=1)


def test_training_and_sampling_draw_the_same_rows(layout: Layout) -> None:
    raw, noise = drawn(layout)
    dense = expand(layout, *trained(layout, raw, noise))
    np.testing.assert_allclose(hard_rows(layout, raw, noise, 0.5), dense, atol=1e-5)
    assert dense.shape == (ROWS, layout.width)
    certain = raw * np.repeat([1e4, 1, 0], [layout.slots, layout.numbers, layout.numbers]).astype(np.float32)
    certain += np.repeat([0, 0, 30], [layout.slots, layout.numbers, layout.numbers]).astype(np.float32)
    codes, positions = sampled(layout, certain, noise)  # noise can change nothing now
    np.testing.assert_allclose(hard_rows(layout, certain, noise, 0.5), expand(layout, codes, positions), atol=1e-5)


def test_training_and_sampling_draw_from_the_same_distribution(layout: Layout) -> None:
    rng = np.random.default_rng(0)
    raw = tf.constant(np.repeat(rng.normal(size=(1, layout.raw_width)), 20_000, 0), tf.float32)
    noise = noise_from(layout, tf.constant(rng.random((20_000, layout.width)), tf.float32))
    (codes, positions), (other_codes, other_positions) = (draw(layout, raw, noise) for draw in (trained, sampled))
    for block, one, other in zip(layout.blocks, codes.T, other_codes.T, strict=True):
        shares = [np.bincount(code, minlength=block.width) / 20_000 for code in (one, other)]
        np.testing.assert_allclose(*shares, atol=0.02)
    for one, other in zip(positions.T, other_positions.T, strict=True):
        assert ks_2samp(one[one != 0], other[other != 0]).statistic < 0.04


@draws
def test_every_block_of_a_dense_row_has_one_slot_set(layout: Layout, draw: Any) -> None:
    raw, noise = drawn(layout)
    codes, positions = draw(layout, raw, noise)
    blocks = slots_of(layout, expand(layout, codes, positions).numpy())
    assert len(blocks) == codes.shape[1] == len(layout.blocks)
    for code, slots in zip(codes.T, blocks, strict=True):
        assert set(np.unique(slots)) == {0.0, 1.0}
        np.testing.assert_array_equal(slots.sum(1), 1)
        np.testing.assert_array_equal(slots.argmax(1), code)


@draws
def test_positions_are_ranks_inside_an_interval_and_0_elsewhere(layout: Layout, draw: Any) -> None:
    raw, noise = drawn(layout, scale=5.0)
    codes, positions = draw(layout, raw, noise)
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


@draws
def test_codes_come_as_often_as_the_softmax_says(layout: Layout, draw: Any) -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(1, layout.raw_width))
    raw = tf.constant(np.repeat(one, 20_000, 0), tf.float32)
    codes, _ = draw(layout, raw, noise_from(layout, tf.constant(rng.random((20_000, layout.width)), tf.float32)))
    for code, logits in zip(codes.T, slots_of(layout, one), strict=True):
        expected = np.exp(logits[0]) / np.exp(logits[0]).sum()
        np.testing.assert_allclose(np.bincount(code, minlength=len(expected)) / 20_000, expected, atol=0.02)


@draws
def test_positions_are_about_uniform_before_training(layout: Layout, draw: Any) -> None:
    raw = tf.zeros([20_000, layout.raw_width])
    uniform = np.random.default_rng(0).random((20_000, layout.width))
    _, positions = draw(layout, raw, noise_from(layout, tf.constant(uniform, tf.float32)))
    distances = [kstest(p[p != 0], "uniform", (-1, 2)).statistic for p in positions.T]
    assert len(distances) == layout.numbers
    assert all(distance < 0.05 for distance in distances)


@pytest.mark.parametrize("edge", [0.0, np.nextafter(np.float32(1), np.float32(0))])
def test_noise_is_finite_at_the_edges(layout: Layout, edge: float) -> None:
    noise = noise_from(layout, tf.fill([2, layout.width], tf.constant(edge, tf.float32)))
    assert np.isfinite(noise).all()
    assert np.isfinite(hard_rows(layout, tf.zeros([2, layout.raw_width]), noise, 0.5)).all()


@draws
def test_no_rows_are_drawn_as_no_rows(layout: Layout, draw: Any) -> None:
    codes, positions = draw(layout, tf.zeros([0, layout.raw_width]), tf.zeros([0, layout.width]))
    assert expand(layout, codes, positions).shape == (0, layout.width)
