"""Losses and penalties, against numbers computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone

from ganaug import GANAugmenter, load
from ganaug.gan import losses
from ganaug.gan.losses import LOSSES, Loss

REAL, FAKE = np.float32([[1.0], [3.0]]), np.float32([[0.0], [-2.0]])


def softplus(x: float) -> float:
    return float(np.log1p(np.exp(x)))


BY_HAND = {
    # E[D(x)] - E[D(x~)] = 2 - (-1), which the critic raises and the generator lowers
    losses.wasserstein: (-3.0, 3.0),
    # gaps D(x) - D(x~) are 1 and 5
    losses.relativistic: ((softplus(-1) + softplus(-5)) / 2, (softplus(1) + softplus(5)) / 2),
    losses.non_saturating: (
        (softplus(-1) + softplus(-3)) / 2 + (softplus(0) + softplus(-2)) / 2,
        (softplus(0) + softplus(2)) / 2,
    ),
    # real rows are beyond the margin, one fake row is inside of it by 1; the generator's loss is -E[D(x~)]
    losses.hinge: (0.5, 1.0),
}


@pytest.mark.parametrize("pair", BY_HAND, ids=lambda pair: pair.__name__)
def test_losses_follow_their_formulas(pair: Any) -> None:
    discriminator, generator = pair(REAL, FAKE)
    np.testing.assert_allclose([discriminator, generator], BY_HAND[pair], rtol=1e-6)


@pytest.mark.parametrize("pair", BY_HAND, ids=lambda pair: pair.__name__)
def test_losses_pull_the_networks_in_opposite_directions(pair: Any) -> None:
    fake = tf.Variable(FAKE * 0.1)
    with tf.GradientTape(persistent=True) as tape:
        discriminator, generator = pair(REAL * 0.1, fake)
    assert (tape.gradient(discriminator, fake).numpy() > 0).all()
    assert (tape.gradient(generator, fake).numpy() < 0).all()


@pytest.mark.parametrize("pair", BY_HAND, ids=lambda pair: pair.__name__)
def test_losses_stay_finite_for_huge_logits(pair: Any) -> None:
    assert np.isfinite(pair(REAL * 1e30, FAKE * 1e30)).all()


WEIGHT = np.float32([[3.0], [4.0]])
ROWS = np.float32([[1.0, 2.0], [0.5, -1.0], [7.0, 0.0]])
CONDITION = np.zeros((3, 1), np.float32)
MIX = np.float32([0.0, 0.5, 1.0])


def linear(inputs: list[Any], training: bool) -> Any:  # noqa: ARG001
    """Its gradient with respect to the rows is (3, 4), of length 5, everywhere."""
    rows, condition = inputs
    return rows @ WEIGHT + condition


def quadratic(inputs: list[Any], training: bool) -> Any:  # noqa: ARG001
    """Its gradient is the row itself."""
    return tf.reduce_sum(inputs[0] ** 2, 1, keepdims=True) / 2


@pytest.mark.parametrize(("penalty", "value"), [(losses.zero_centred, 25.0), (losses.one_centred, 16.0)])
def test_penalties_of_a_linear_discriminator(penalty: Any, value: float) -> None:
    got = penalty(linear, tf.constant(ROWS), tf.constant(-ROWS), CONDITION, tf.constant(MIX))
    np.testing.assert_allclose(got, value, rtol=1e-5)


def test_the_zero_centred_penalty_is_half_of_r1_and_r2() -> None:
    real, fake = ROWS, 2 * ROWS
    r1, r2 = ((rows**2).sum(1).mean() for rows in (real, fake))
    got = losses.zero_centred(quadratic, tf.constant(real), tf.constant(fake), CONDITION, tf.constant(MIX))
    np.testing.assert_allclose(got, (r1 + r2) / 2, rtol=1e-5)


def test_the_one_centred_penalty_is_taken_between_real_and_generated_rows() -> None:
    real, fake = ROWS, np.ones_like(ROWS)
    between = MIX[:, None] * real + (1 - MIX[:, None]) * fake
    expected = ((np.linalg.norm(between, axis=1) - 1) ** 2).mean()
    got = losses.one_centred(quadratic, tf.constant(real), tf.constant(fake), CONDITION, tf.constant(MIX))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_the_one_centred_penalty_has_a_gradient_where_the_discriminator_is_flat() -> None:
    slope = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        penalty = losses.one_centred(
            lambda inputs, training: slope * inputs[0][:, :1],  # noqa: ARG005
            *(tf.constant(ROWS), tf.constant(ROWS), CONDITION, tf.constant(MIX)),
        )
    assert np.isfinite(tape.gradient(penalty, slope))


@pytest.mark.parametrize(
    ("name", "pair", "penalty"),
    [
        ("relativistic", losses.relativistic, losses.zero_centred),
        ("wgan-gp", losses.wasserstein, losses.one_centred),
        ("wasserstein", losses.wasserstein, losses.zero_centred),
        ("non-saturating", losses.non_saturating, losses.zero_centred),
        ("hinge", losses.hinge, losses.zero_centred),
    ],
)
def test_every_name_stands_for_its_paper(name: str, pair: Any, penalty: Any) -> None:
    assert LOSSES[name].pair is pair
    assert LOSSES[name].penalty is penalty
    assert LOSSES[name].weight > 0


def test_the_estimator_offers_exactly_these_losses() -> None:
    from ganaug.params import LOSSES as OFFERED

    assert set(OFFERED) == set(LOSSES)


def test_a_loss_of_ones_own_is_what_is_minimised(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))

    def fitted(loss: Any) -> GANAugmenter:
        return GANAugmenter(steps=12, refine=False, loss=loss, random_state=0).fit(X)

    def weights(augmenter: GANAugmenter) -> Any:
        return np.concatenate([part.ravel() for part in augmenter._model.generator.weights])

    own = fitted(Loss(lambda real, fake: losses.hinge(real, fake)))
    np.testing.assert_array_equal(weights(own), weights(fitted("hinge")))
    assert (weights(own) != weights(fitted(Loss(losses.hinge, weight=5.0)))).any()
    assert clone(own).loss.pair is own.loss.pair
    own.save(tmp_path / "m.ganaug")
    assert load(tmp_path / "m.ganaug").loss == "relativistic"
