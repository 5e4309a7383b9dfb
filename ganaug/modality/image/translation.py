"""The image of another class that is nearest to a given one, of all that the generator makes.

The label enters the generator beside the noise and nowhere else, so one noise vector stands for one pose and style in
all classes. For each image the noise is sought with which the generator's image of the other class is nearest to it, at
several resolutions, and recognised as that class (Zhu, Krähenbühl, Shechtman, Efros 2016, "Generative visual
manipulation on the natural image manifold"). Nothing is trained for it, and one generator serves all pairs of classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from ...columns.layout import Encoded
from ...data.seeds import block_rng
from ...plain import AnyArray, Float32Array, IndexArray
from ..base import Translation
from ..dense import dense_condition
from ..tracing import without_autograph
from .pixels import as_pixels

Tensor = Any
AT_ONCE = 64
FIRST = 256
"""Noise vectors of each class, of which the search begins with the nearest."""
STEPS = 120
RATE = 0.05
RECOGNISED = 0.02
"""How much a nat of recognition weighs, beside a mean square of pixels in [-1, 1]."""
SURE = 3.0
"""How many nats more than the least recognised real images are enough."""


def translated(asked: Translation[AnyArray]) -> AnyArray:
    """Images of the classes wanted.

    Raises
    ------
    ValueError
        If columns are to be kept.
    """
    if asked.keep:
        raise ValueError(f"keep={list(asked.keep)}: images have no columns")
    model, layout = asked.generator.model(), asked.generator.layout
    latent = tuple(model.inputs[0].shape[1:])
    noise = block_rng(asked.seed, 0, 7).standard_normal((FIRST, *latent)).astype(np.float32)
    real = asked.encoder.encode(asked.data).flat(layout).reshape(-1, *layout.shape)
    search = _Search(model, asked.chooser)
    made = []
    for at in range(0, len(real), AT_ONCE):
        some = np.arange(at, min(at + AT_ONCE, len(real)))
        wanted = asked.wanted.take(some)
        start = _begun(model, layout, noise, real[some], wanted)
        made.append(search(real[some], dense_condition(layout.label, wanted), wanted.codes[:, 0], start))
    images: AnyArray = asked.encoder.decode(as_pixels(layout, np.concatenate(made)))
    return images


class _Search:
    """Seeks noise by Adam, a graph for all batches.

    Parameters
    ----------
    model : keras.Model
    recogniser : Recogniser or None
        What images are recognised by.
    """

    def __init__(self, model: Any, recogniser: Any) -> None:
        self.model, self.recogniser = model, recogniser
        self.slope = tf.function(without_autograph(self._slope), reduce_retracing=True)

    def __call__(
        self, real: Float32Array, condition: Float32Array, codes: AnyArray, start: Float32Array
    ) -> Float32Array:
        """The images found for `real`, from the noise `start`."""
        noise, first, second = tf.constant(start), tf.zeros_like(start), tf.zeros_like(start)
        place = tf.constant(self._outputs(codes))
        for step in range(1, STEPS + 1):
            slope = self.slope(noise, tf.constant(real), tf.constant(condition), place)
            first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
            noise -= RATE * (first / (1 - 0.9**step)) / (tf.sqrt(second / (1 - 0.99**step)) + 1e-8)
        images: Float32Array = self.model([noise, condition], training=False).numpy()
        return images

    def _slope(self, noise: Tensor, real: Tensor, condition: Tensor, place: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            tape.watch(noise)
            images = self.model([noise, condition], training=False)
            loss = _distance(images, real) + RECOGNISED * self._unrecognised(images, place) + _strangeness(noise)
        return tape.gradient(loss, noise)

    def _outputs(self, codes: AnyArray) -> AnyArray:
        """Places of classes among the recogniser's outputs, -1 for one that it does not know."""
        known = getattr(self.recogniser, "perceptron", None)
        if known is None:
            return np.full(len(codes), -1, np.int32)
        place = np.searchsorted(known.classes, codes).clip(max=len(known.classes) - 1)
        return np.where(known.classes[place] == codes, place, -1).astype(np.int32)

    def _unrecognised(self, images: Tensor, place: Tensor) -> Tensor:
        """How much less each image is recognised as its class than it should be, in nats, in all."""
        known = getattr(self.recogniser, "perceptron", None)
        if known is None:
            return 0.0
        components = self.recogniser.components
        flat = tf.reshape(images, [-1, len(components.mean)])
        features = (flat - components.mean) @ components.axes.T / components.scale
        hidden, hidden_bias, out, out_bias = known.weights
        logits = tf.nn.relu(features @ hidden + hidden_bias) @ out + out_bias
        chance = tf.gather(tf.nn.log_softmax(logits), tf.maximum(place, 0), batch_dims=1)
        enough = min(self.recogniser.least_recognised + SURE, -0.05)
        return tf.reduce_sum(tf.where(place >= 0, tf.nn.relu(enough - chance), 0.0))


def _begun(model: Any, layout: Any, noise: Float32Array, real: Float32Array, wanted: Encoded) -> Float32Array:
    """For each image the noise, of some, whose image of the class wanted is nearest."""
    codes = wanted.codes[:, 0]
    start = np.empty((len(real), *noise.shape[1:]), np.float32)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        same = Encoded(*(np.repeat(part[:1], len(noise), 0) for part in vars(wanted.take(rows)).values()))
        images = model.predict([noise, dense_condition(layout.label, same)], batch_size=AT_ONCE, verbose=0)
        start[rows] = noise[_nearest(real[rows], images)]
    return start


def _nearest(real: Float32Array, images: Float32Array) -> IndexArray:
    one, other = (part.reshape(len(part), -1) for part in (real, images))
    return np.argmin((other**2).sum(1) - 2 * one @ other.T, axis=1)


def _distance(images: Tensor, real: Tensor) -> Tensor:
    """Mean squares of pixels, and of means over squares of two and four of them, of each image, in all."""
    total = 0.0
    for size in (1, 2, 4):
        gap = images - real
        gap = tf.nn.avg_pool2d(gap, size, size, "SAME") if size > 1 else gap
        total += tf.reduce_sum(tf.reduce_mean(gap**2, [1, 2, 3]))
    return total


def _strangeness(noise: Tensor) -> Tensor:
    """How far noise is from the length that the generator learnt with."""
    axes = list(range(1, len(noise.shape)))
    return 0.1 * tf.reduce_sum((tf.reduce_mean(noise**2, axes) - 1) ** 2)
