"""What training is given, what looks at it, and how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..columns.layout import Encoded
from ..plain import AnyArray, Float64Array
from .state import TrainingState

Weights = list[AnyArray]


@dataclass(frozen=True)
class Plan:
    """Everything about training that is not learnt.

    Parameters
    ----------
    steps, batch_size : int
    seconds : float or None
        After which training ends; the learning rate's schedule is squeezed to fit.
    loss : str or Loss
        A key of ``LOSSES``, or one of the user's.
    optimizer : "adam", "sgd" or keras.optimizers.Optimizer
        A Keras optimiser is copied for each network and keeps its own learning rate.
    learning_rate : float
        At its highest: it warms up, stays, and falls linearly to 0.
    average : float
        Decay of the generator's moving average.
    temperature : float
        Of the straight-through Gumbel-softmax.
    seed : int
        Below 2**31 - 16.
    waits : float
        Share of the steps in which the discriminator alone learns: one that is new, against a generator that is not.
    compiled : bool
        By XLA.
    """

    steps: int
    batch_size: int
    seconds: float | None = None
    loss: Any = "relativistic"
    optimizer: Any = "adam"
    learning_rate: float = 2e-3
    average: float = 0.998
    temperature: float = 0.5
    seed: int = 0
    waits: float = 0.0
    compiled: bool = False


class Observer(Protocol):
    """What looks at a generator while it is trained; weights are those of the moving average."""

    best: Weights | None
    """Of the best check."""

    def go_on(self, history: list[TrainingState], best: Weights | None) -> None:
        """Begin where an earlier training stands."""

    def limit(self, start: int, stop: int, total: int) -> int:
        """Where a chunk from `start` to `stop` has to end for a look, of `total` steps in all."""

    def after(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, str | None]:
        """After a chunk: what to note of it, and a reason to end training."""

    def finish(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, Weights | None]:
        """After the last chunk: what to note of it, and weights to go back to."""


@dataclass
class Outcome:
    """How training went and why it ended: "steps", "time_budget", "interrupt", "diverged", or the observer's reason."""

    history: list[TrainingState] = field(default_factory=list)
    stopped_by: str = "steps"

    @property
    def steps(self) -> int:
        return self.history[-1].step if self.history else 0

    @property
    def seconds(self) -> float:
        return self.history[-1].seconds if self.history else 0.0


@dataclass(frozen=True)
class Data:
    """Training rows, encoded, with their conditions, and how often each is drawn."""

    rows: Any
    condition: Encoded
    weight: Float64Array
