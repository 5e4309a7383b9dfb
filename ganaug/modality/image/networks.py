"""A DCGAN: transposed convolutions up from a small grid, strided ones down to a projection head.

Radford, Metz, Chintala (2016), "Unsupervised representation learning with deep convolutional generative adversarial
networks"; Miyato, Koyama (2018), "cGANs with projection discriminator". The label enters the generator beside the noise
and nowhere else, so that classes share every layer and rare ones learn from frequent ones.
"""

from __future__ import annotations

from typing import Any

from ...tensorflow import keras
from ..base import Size
from ..layers import Initialisers, dense, leaky
from ..protocols import Model
from .pixels import ImageLayout
from .sizes import KERNEL, grid


def generator(layout: ImageLayout, size: Size, seed: int) -> Model:
    """[noise (n, latent), condition (n, layout.condition_width)] -> images (n, height, width, channels) in [-1, 1]."""
    seeds = Initialisers(seed)
    height, width, channels = layout.shape
    rows, columns = grid(layout.shape, size.depth)
    inputs = [keras.Input([size.latent], dtype="float32"), keras.Input([layout.condition_width], dtype="float32")]
    x = inputs[0]
    if layout.condition_width:
        label = _linear(inputs[1], size.latent, seeds)
        x = keras.layers.Concatenate(dtype="float32", name="join")([x, label])
    filters = size.width * 2**size.depth
    x = dense(x, rows * columns * filters, seeds, "first")
    x = leaky(_normalised(keras.layers.Reshape([rows, columns, filters], dtype="float32")(x), "first"), "first_leaky")
    for i in range(size.depth):
        filters //= 2
        x = keras.layers.Conv2DTranspose(filters, KERNEL, 2, "same", name=f"up{i}", **_kernel(seeds))(x)
        x = leaky(_normalised(x, f"up{i}"), f"up{i}_leaky")
    x = keras.layers.Conv2D(channels, 3, padding="same", activation="tanh", name="pixels", **_kernel(seeds, 1.0))(x)
    spare = (rows * 2**size.depth - height, columns * 2**size.depth - width)
    crop = [(gap // 2, gap - gap // 2) for gap in spare]
    return keras.Model(inputs, keras.layers.Cropping2D(crop, dtype="float32")(x), name="generator")


def discriminator(layout: ImageLayout, size: Size, seed: int) -> Model:
    """[images (n, height, width, channels), condition (n, layout.condition_width)] -> logits (n, 1)."""
    seeds = Initialisers(seed)
    inputs = [keras.Input(layout.shape, dtype="float32"), keras.Input([layout.condition_width], dtype="float32")]
    x = inputs[0]
    for i in range(size.depth):
        filters = size.width * 2 ** (i + 1)
        x = leaky(
            keras.layers.Conv2D(filters, KERNEL, 2, "same", name=f"down{i}", **_kernel(seeds))(x), f"down{i}_leaky"
        )
    x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False, name="last", **_kernel(seeds))(x)
    x = leaky(x, "last_leaky")  # with a bias between the two, TensorFlow's optimiser of graphs complains of itself
    x = keras.layers.Flatten(dtype="float32")(x)
    x = leaky(dense(x, 4 * size.width, seeds, "features"), "features_leaky")
    logit = dense(x, 1, seeds, "logit", 1.0)
    if layout.condition_width:
        label = _linear(inputs[1], 4 * size.width, seeds)
        match = keras.layers.Dot(1, dtype="float32", name="projection")([x, label])
        logit = keras.layers.Add(dtype="float32", name="sum")([logit, match])
    return keras.Model(inputs, logit, name="discriminator")


def _linear(x: Any, units: int, seeds: Initialisers) -> Any:
    """An embedding of one-hot conditions."""
    initial = seeds.kernel(1.0)
    return keras.layers.Dense(units, use_bias=False, kernel_initializer=initial, dtype="float32", name="label")(x)


def _normalised(x: Any, name: str) -> Any:
    return keras.layers.BatchNormalization(momentum=0.9, dtype="float32", name=f"{name}_norm")(x)


def _kernel(seeds: Initialisers, scale: float = 2.0) -> dict[str, Any]:
    """Options of convolutions, the same whatever Keras is set to."""
    return {"kernel_initializer": seeds.kernel(scale), "dtype": "float32", "data_format": "channels_last"}
