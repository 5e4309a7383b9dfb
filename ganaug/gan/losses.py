"""What the two networks minimise: the objective alone, without networks, loops or I/O.

Every loss maps the logits of real and generated rows of the same condition, pair by pair, to the discriminator's and
the generator's mean loss. Every penalty maps (discriminator, real, fake, condition, mix) to a scalar, where `mix` is
uniform noise of one number a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..tensorflow import tf

Tensor = Any
Losses = tuple[Tensor, Tensor]


def relativistic(real: Tensor, fake: Tensor) -> Losses:
    """Relativistic pairing GAN (Jolicoeur-Martineau 2018; Huang et al. 2024, "The GAN is dead; long live the GAN!")."""
    gap = real - fake
    return tf.reduce_mean(tf.nn.softplus(-gap)), tf.reduce_mean(tf.nn.softplus(gap))


def wasserstein(real: Tensor, fake: Tensor) -> Losses:
    """The critic maximises E[D(x)] - E[D(x~)], the generator minimises it (Arjovsky et al. 2017)."""
    distance = tf.reduce_mean(real) - tf.reduce_mean(fake)
    return -distance, distance


def non_saturating(real: Tensor, fake: Tensor) -> Losses:
    """Cross entropy of a sigmoid discriminator; the generator maximises log D(x~) (Goodfellow et al. 2014)."""
    discriminator = tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))
    return discriminator, tf.reduce_mean(tf.nn.softplus(-fake))


def hinge(real: Tensor, fake: Tensor) -> Losses:
    """Margin loss of the discriminator (Lim & Ye 2017)."""
    discriminator = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
    return discriminator, -tf.reduce_mean(fake)


def _squared_slope(discriminator: Callable[..., Tensor], rows: Tensor, condition: Tensor) -> Tensor:
    with tf.GradientTape() as tape:
        tape.watch(rows)
        logits = discriminator([rows, condition], training=True)
    slope = tape.gradient(logits, rows)
    return tf.reduce_sum(slope**2, axis=range(1, len(slope.shape)))


def zero_centred(
    discriminator: Callable[..., Tensor], real: Tensor, fake: Tensor, condition: Tensor, _mix: Tensor
) -> Tensor:
    """Half the mean squared gradient on real and on generated rows, R1 + R2 (Mescheder et al. 2018)."""
    both = tf.concat([real, fake], 0)
    return tf.reduce_mean(_squared_slope(discriminator, both, tf.concat([condition, condition], 0)))


def one_centred(
    discriminator: Callable[..., Tensor], real: Tensor, fake: Tensor, condition: Tensor, mix: Tensor
) -> Tensor:
    """Squared distance of the gradient's norm from 1, between pairs of rows (Gulrajani et al. 2017)."""
    mix = tf.reshape(mix, [-1] + [1] * (len(real.shape) - 1))
    between = mix * real + (1 - mix) * fake
    norm = tf.sqrt(_squared_slope(discriminator, between, condition) + 1e-12)
    return tf.reduce_mean((norm - 1) ** 2)


@dataclass(frozen=True)
class Loss:
    """A pair of losses and the penalty that keeps the discriminator smooth.

    Parameters
    ----------
    pair : callable
        Maps logits of real and of generated rows, each (n, 1) and row by row of the same label, to the discriminator's
        and the generator's loss.
    penalty : callable, default=zero_centred
        Maps (discriminator, real, fake, condition, mix) to a number, of which the discriminator's loss gets `weight`
        times as much.
    weight : float, default=0.5
    every : int, default=8
        Steps between penalties.

    Notes
    -----
    The penalty may be taken every few steps only, scaled up by as much (Karras et al. 2020, "lazy regularisation"): a
    zero-centred one is, a one-centred one then overshoots.
    """

    pair: Callable[[Tensor, Tensor], Losses]
    penalty: Callable[..., Tensor] = zero_centred
    weight: float = 0.5
    every: int = 8


LOSSES = {
    "relativistic": Loss(relativistic, zero_centred, 0.5),
    "wgan-gp": Loss(wasserstein, one_centred, 10.0, every=1),
    "wasserstein": Loss(wasserstein, zero_centred, 1.0),
    "non-saturating": Loss(non_saturating, zero_centred, 0.5),
    "hinge": Loss(hinge, zero_centred, 0.5),
}
