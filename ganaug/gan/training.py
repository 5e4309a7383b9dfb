"""From new networks to trained ones: at once, or, of large images, at half their size first.

Most of what a generator has to learn of large images it can learn of small ones, in steps that take a third of the time
(Karras, Aila, Laine, Lehtinen 2018, "Progressive growing of GANs for improved quality, stability, and variation").
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace

from ..modality.generator import Generator
from ..modality.protocols import AnyLayout
from ..modality.registry import modality_of
from ..params import Config
from .checkpoint import Checkpoint
from .contracts import Data, Observer, Outcome, Plan, Weights
from .interrupts import Interrupt
from .state import TrainingState

SHARE_AT_HALF = 0.25
"""Of the seconds that training may take."""
LEAST_SECONDS, LEAST_STEPS = 60, 200
"""For a beginning at half the size, which has a graph of its own to build."""

Begun = tuple[Weights, Weights]
"""Weights of the generator and the discriminator; empty for those of new networks."""


def train(
    layout: AnyLayout,
    data: Data,
    plan: Plan,
    config: Config,
    observer: Observer,
    interrupt: Interrupt,
    checkpoint: Checkpoint | None,
    begun: Begun,
    tell: Callable[[str], None] | None = None,
) -> tuple[Generator, Weights, Outcome]:
    """Build both networks, train them, and return the generator's moving average, or the best one that was seen.

    Both begin with the weights `begun`, if there are any; those of the discriminator are returned, too. `tell` is told
    of a beginning at half the size; without it there is none.
    """
    from ..modality.networks import build
    from .kept import kept_trainers

    resumed, used = checkpoint is not None and checkpoint.found is not None, 0.0
    if tell is not None and not begun[0] and not resumed:
        began = time.monotonic()
        begun = _begun_at_half(layout, data, plan, config, interrupt, tell) or begun
        used = time.monotonic() - began
    strategy, size = config.given.strategy, config.sizes.size
    own = config.given.generator, config.given.discriminator
    with ExitStack() as borrowed:
        with strategy.scope() if strategy is not None else nullcontext():
            networks = build(layout, size, plan.seed, *own)
            for network, weights in zip(networks, begun, strict=True):
                if weights:
                    network.set_weights(weights)
            named = isinstance(plan.optimizer, str) and isinstance(plan.loss, str)
            alike = own == (None, None) and strategy is None and named
            trainer = borrowed.enter_context(kept_trainers.borrowed(networks, layout, data, plan, alike=alike))
        # out of the scope, in which workers would wait for one another to make the networks of checks and callbacks
        outcome = trainer.run(observer, interrupt, checkpoint, used)
        trained = [network.get_weights() for network in (trainer.generator, trainer.discriminator)]
    return Generator(layout, size, trained[0], config.given.generator), trained[1], outcome


class Unwatched:
    """Looks at nothing but how far training is."""

    best: Weights | None = None

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell

    def go_on(self, history: list[TrainingState], best: Weights | None) -> None: ...

    def limit(self, start: int, stop: int, total: int) -> int:  # noqa: ARG002
        return stop

    def after(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, str | None]:  # noqa: ARG002
        self.tell(f" at half the size, step {state.step:,} of {state.steps:,}")
        return state, None

    def finish(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, Weights | None]:  # noqa: ARG002
        self.tell("")
        return state, None


def _begun_at_half(
    layout: AnyLayout, data: Data, plan: Plan, config: Config, interrupt: Interrupt, tell: Callable[[str], None]
) -> Begun | None:
    """Weights after as many steps at half the size; None where that is no gain, or networks are the user's."""
    from ..modality.networks import build

    given, size = config.given, config.sizes.size
    seconds = None if plan.seconds is None else SHARE_AT_HALF * plan.seconds
    brief = plan.steps < LEAST_STEPS or (plan.seconds is not None and plan.seconds < LEAST_SECONDS)
    own = any(part is not None for part in (given.generator, given.discriminator, given.strategy))
    half = None if brief or own else modality_of(layout).halved(layout, size, data.rows)
    if half is None:
        return None
    generator, discriminator, outcome = train(
        half.layout,
        replace(data, rows=half.rows),
        replace(plan, seconds=seconds),
        replace(config, sizes=replace(config.sizes, size=half.size)),
        Unwatched(tell),
        interrupt,
        None,
        ([], []),
    )
    if interrupt.pressed:
        raise KeyboardInterrupt("nothing is kept: training was still at half the size, where no whole image is made")
    if outcome.stopped_by == "diverged":
        return None
    small = build(half.layout, half.size, plan.seed, None, None)
    for network, weights in zip(small, (generator.weights, discriminator), strict=True):
        network.set_weights(weights)
    large = build(layout, size, plan.seed, None, None)
    half.hand_over(small, large)
    return large[0].get_weights(), large[1].get_weights()
