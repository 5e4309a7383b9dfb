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
        if tf.distribute.get_strategy().num_replicas_in_sync == 1:
            # TensorFlow registers the function that sums over replicas for good, with the graph that it is in.
            inner = getattr(optimizer, "inner_optimizer", optimizer)
            inner._all_reduce_sum_gradients = _as_they_are

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

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss whose gradients `apply` takes: an optimiser that scales losses divides these by its scale."""
        return self.optimizer.scale_loss(loss)

    def apply(self, gradients: list[Tensor]) -> None:
        self.optimizer.apply(gradients, self.targets)

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


def _as_they_are(pairs: Any) -> Any:
    return pairs
