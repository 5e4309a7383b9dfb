"""One optimiser for each network, with the learning rate's schedule unless the user brought their own."""

from __future__ import annotations

from typing import Any

from ..tensorflow import keras, tf

Tensor = Any

SGD_SCALE = 10.0


class NetworkOptimizer:
    """A Keras optimiser bound to one network's trainable variables.

    Parameters
    ----------
    scale : float or None
        Of the schedule's learning rate; None keeps the optimiser's own.
    """

    def __init__(self, optimizer: Any, network: Any, scale: float | None = None) -> None:
        self.optimizer, self.scale = optimizer, scale
        self.targets = network.trainable_variables
        self.gentleness = tf.Variable(1.0)
        rate = optimizer.learning_rate  # a schedule of the user's has no value to assign
        self.own_rate = float(rate.numpy()) if scale is None and hasattr(rate, "assign") else None
        optimizer.build(self.targets)

    @property
    def variables(self) -> list[Any]:
        return list(self.optimizer.variables)

    def start_again(self) -> None:
        """As if no step had been taken."""
        for variable in self.optimizer.variables:
            if variable is not self.optimizer.learning_rate:
                variable.assign(tf.zeros_like(variable))
        self.gentleness.assign(1.0)

    def scheduled(self, rate: Tensor) -> None:
        if self.scale is not None:
            self.optimizer.learning_rate.assign(self.scale * rate * self.gentleness)

    def apply(self, gradients: list[Tensor]) -> None:
        """One step.

        Keras' `apply` reduces gradients over replicas by a function that TensorFlow registers for good, with the graph
        that it is in. An optimiser of ours has nothing to clip, decay or average: the update alone is the same, unless
        a network of the user's has a variable that is constrained, or that takes no part.
        """
        whole = all(gradient is not None for gradient in gradients)
        free = all(variable.constraint is None for variable in self.targets)
        if self.scale is None or tf.distribute.get_strategy().num_replicas_in_sync > 1 or not (whole and free):
            self.optimizer.apply(gradients, self.targets)
            return
        for gradient, variable in zip(gradients, self.targets, strict=True):
            self.optimizer.update_step(gradient, variable, self.optimizer.learning_rate)
        self.optimizer.iterations.assign_add(1)

    def halve(self) -> None:
        """Half the learning rate for good, also after variables were restored."""
        self.gentleness.assign(self.gentleness / 2)
        if self.own_rate is not None:
            self.optimizer.learning_rate.assign(self.own_rate * self.gentleness)


def make_optimizer(choice: Any, rate: float, network: Any) -> NetworkOptimizer:
    """The optimiser for `network`: "adam", "sgd", or a copy of a Keras optimiser."""
    if choice == "adam":
        return NetworkOptimizer(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99), network, scale=1.0)
    if choice == "sgd":
        return NetworkOptimizer(keras.optimizers.SGD(rate, momentum=0.9), network, scale=SGD_SCALE)
    return NetworkOptimizer(type(choice).from_config(choice.get_config()), network)
