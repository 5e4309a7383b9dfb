"""Layers that the networks are made of, all of them in float32 whatever the global policy says."""

from __future__ import annotations

from typing import Any

from ..tensorflow import keras


class Initialisers:
    """Initialisers, each with a seed of its own, so that Python's global random state is never drawn from."""

    def __init__(self, seed: int) -> None:
        self.next = seed

    def kernel(self, scale: float = 1.0) -> Any:
        self.next += 1
        return keras.initializers.VarianceScaling(scale, "fan_in", "normal", seed=self.next)


def dense(x: Any, units: int, seeds: Initialisers, name: str, scale: float = 2.0) -> Any:
    return keras.layers.Dense(units, kernel_initializer=seeds.kernel(scale), dtype="float32", name=name)(x)


def leaky(x: Any, name: str) -> Any:
    return keras.layers.LeakyReLU(0.2, dtype="float32", name=name)(x)
