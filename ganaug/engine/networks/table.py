"""Residual perceptrons over dense rows."""

from __future__ import annotations

from typing import Any

import keras

from ...layout import Layout
from ..size import Size

Model = Any


class Seeds:
    """Initialisers, each with a seed of its own, so that Python's global random state is never drawn from."""

    def __init__(self, seed: int) -> None:
        self.next = seed

    def kernel(self, scale: float = 1.0) -> Any:
        self.next += 1
        return keras.initializers.VarianceScaling(scale, "fan_in", "normal", seed=self.next)


def _dense(x: Any, units: int, seeds: Seeds, name: str, scale: float = 2.0) -> Any:
    return keras.layers.Dense(units, kernel_initializer=seeds.kernel(scale), dtype="float32", name=name)(x)


def _leaky(x: Any, name: str) -> Any:
    return keras.layers.LeakyReLU(0.2, dtype="float32", name=name)(x)


def _trunk(x: Any, size: Size, seeds: Seeds) -> Any:
    x = _leaky(_dense(x, size.width, seeds, "first"), "first_leaky")
    for i in range(size.depth):
        y = _leaky(_dense(x, size.width, seeds, f"block{i}_in"), f"block{i}_in_leaky")
        y = _dense(y, size.width, seeds, f"block{i}_out", 0.2)
        x = _leaky(keras.layers.Add(dtype="float32", name=f"block{i}_add")([x, y]), f"block{i}_leaky")
    return x


def _inputs(first: int, condition: int) -> tuple[list[Any], Any]:
    inputs = [keras.Input([first], dtype="float32"), keras.Input([condition], dtype="float32")]
    return inputs, keras.layers.Concatenate(dtype="float32", name="join")(inputs)


def generator(layout: Layout, size: Size, seed: int) -> Model:
    """[noise (n, latent), condition (n, layout.condition_width)] -> raw output (n, layout.raw_width)."""
    seeds = Seeds(seed)
    inputs, x = _inputs(size.latent, layout.condition_width)
    return keras.Model(inputs, _dense(_trunk(x, size, seeds), layout.raw_width, seeds, "raw", 1.0), name="generator")


def discriminator(layout: Layout, size: Size, seed: int) -> Model:
    """[rows (n, layout.width), condition (n, layout.condition_width)] -> logits (n, 1)."""
    seeds = Seeds(seed)
    inputs, x = _inputs(layout.width, layout.condition_width)
    return keras.Model(inputs, _dense(_trunk(x, size, seeds), 1, seeds, "logit", 1.0), name="discriminator")
