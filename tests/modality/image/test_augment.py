"""What the discriminator sees of images moves, changes its colours, and lets gradients through."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ganaug.modality.image.augment import recoloured, shifted
from ganaug.modality.image.head import ImageHead
from ganaug.modality.image.pixels import ImageLayout, Pixels
from ganaug.modality.registry import modality_of

IMAGES = np.random.default_rng(0).random((6, 16, 24, 3)).astype(np.float32)


def test_images_are_moved_as_far_as_the_noise_says() -> None:
    middle = np.full((6, 2), 0.5, np.float32)
    np.testing.assert_array_equal(shifted(tf.constant(IMAGES), tf.constant(middle)), IMAGES)
    moved = shifted(tf.constant(IMAGES), tf.constant([[0.0, 0.999]] * 6)).numpy()  # up by an eighth, and to the right
    np.testing.assert_array_equal(moved[:, 2:, :-3], IMAGES[:, :-2, 3:])
    np.testing.assert_array_equal(moved[:, 0], moved[:, 1])
    np.testing.assert_array_equal(moved[:, :, -1], moved[:, :, -2])


def test_colours_stay_where_the_noise_is_in_the_middle() -> None:
    np.testing.assert_allclose(recoloured(tf.constant(IMAGES), tf.fill([6, 3], 0.5)), IMAGES, atol=1e-6)
    grey = recoloured(tf.constant(IMAGES), tf.constant([[0.5, 0.0, 0.5]] * 6)).numpy()
    np.testing.assert_allclose(grey, np.repeat(IMAGES.mean(3, keepdims=True), 3, 3), atol=1e-6)
    brighter = recoloured(tf.constant(IMAGES), tf.constant([[0.9, 0.5, 0.5]] * 6)).numpy()
    np.testing.assert_allclose(brighter, IMAGES + 0.4, atol=1e-6)


def test_gradients_go_back_to_where_pixels_came_from() -> None:
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(shifted(images, tf.constant([[0.0, 0.5]] * 6)))
    slope = tape.gradient(total, images).numpy()
    np.testing.assert_allclose(slope[:, :1], 3)  # shown in its own place, and twice in the gap above
    np.testing.assert_allclose(slope[:, -2:], 0)
    np.testing.assert_allclose(slope[:, 1:-2], 1)


def test_pixels_come_out_of_the_head_as_they_went_in() -> None:
    layout = ImageLayout((8, 8, 1), 17)
    head = ImageHead(layout)
    levels = np.random.default_rng(0).integers(0, 17, (5, 8, 8, 1)).astype(np.uint8)
    half = lambda _, shape: tf.fill(shape, 0.5)  # noqa: E731
    real = head.real([tf.constant(part) for part in head.parts(Pixels(levels))], half)
    assert float(tf.reduce_min(real)) >= -1
    assert float(tf.reduce_max(real)) <= 1
    drawn = modality_of(layout).rows(layout, real.numpy(), np.random.default_rng(0))
    np.testing.assert_array_equal(drawn.values, levels)
