"""One optimiser for each network, with the learning rate's schedule unless the user brought their own."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

Tensor = Any


class NetworkOptimizer:
    """A Keras optimiser bound to one network's trainable variables."""

    def __init__(self, optimizer: Any, network: Any, *, follows_schedule: bool) -> None:
        self.optimizer, self.follows_schedule = optimizer, follows_schedule
        self.targets = network.trainable_variables
        self.gentleness = tf.Variable(1.0)
        optimizer.build(self.targets)

    @property
    def variables(self) -> list[Any]:
        return list(self.optimizer.variables)

    def scheduled(self, rate: Tensor) -> None:
        if self.follows_schedule:
            self.optimizer.learning_rate.assign(rate * self.gentleness)

    def apply(self, gradients: list[Tensor]) -> None:
        self.optimizer.apply_gradients(zip(gradients, self.targets, strict=True))

    def halve(self) -> None:
        self.gentleness.assign(self.gentleness / 2)
        rate = self.optimizer.learning_rate
        if not self.follows_schedule and hasattr(rate, "assign"):
            rate.assign(rate / 2)


def make_optimizer(choice: Any, rate: float, network: Any) -> NetworkOptimizer:
    """The optimiser for `network`: "adam", "sgd", or a copy of a Keras optimiser."""
    if choice == "adam":
        return NetworkOptimizer(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99), network, follows_schedule=True)
    if choice == "sgd":
        return NetworkOptimizer(keras.optimizers.SGD(rate, momentum=0.9), network, follows_schedule=True)
    return NetworkOptimizer(type(choice).from_config(choice.get_config()), network, follows_schedule=False)
