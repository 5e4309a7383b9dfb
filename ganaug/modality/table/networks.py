"""Residual perceptrons over dense rows."""

from __future__ import annotations

from typing import Any

from ...columns.layout import Layout
from ...tensorflow import keras
from ..base import Size
from ..layers import Initialisers, dense, leaky
from ..protocols import Model


def _trunk(x: Any, size: Size, seeds: Initialisers) -> Any:
    x = leaky(dense(x, size.width, seeds, "first"), "first_leaky")
    for i in range(size.depth):
        y = leaky(dense(x, size.width, seeds, f"block{i}_in"), f"block{i}_in_leaky")
        y = dense(y, size.width, seeds, f"block{i}_out", 0.2)
        x = leaky(keras.layers.Add(dtype="float32", name=f"block{i}_add")([x, y]), f"block{i}_leaky")
    return x


def _inputs(first: int, condition: int) -> tuple[list[Any], Any]:
    inputs = [keras.Input([first], dtype="float32"), keras.Input([condition], dtype="float32")]
    return inputs, keras.layers.Concatenate(dtype="float32", name="join")(inputs)


def generator(layout: Layout, size: Size, seed: int) -> Model:
    """[noise (n, latent), condition (n, layout.condition_width)] -> raw output (n, layout.raw_width)."""
    seeds = Initialisers(seed)
    inputs, x = _inputs(size.latent, layout.condition_width)
    return keras.Model(inputs, dense(_trunk(x, size, seeds), layout.raw_width, seeds, "raw", 1.0), name="generator")


def discriminator(layout: Layout, size: Size, seed: int) -> Model:
    """[rows (n, layout.width), condition (n, layout.condition_width)] -> logits (n, 1)."""
    seeds = Initialisers(seed)
    inputs, x = _inputs(layout.width, layout.condition_width)
    return keras.Model(inputs, dense(_trunk(x, size, seeds), 1, seeds, "logit", 1.0), name="discriminator")
