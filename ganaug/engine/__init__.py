"""The networks and their training. Nothing here sees a DataFrame, and TensorFlow is imported on first use."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ..layout import ImageLayout, Layout
from .size import Size
from .state import Build, GeneratorState

if TYPE_CHECKING:
    from .trainer import Data, Outcome, Plan, Watch

__all__ = ["GeneratorState", "Size", "train"]


def train(
    layout: Layout | ImageLayout,
    data: Data,
    plan: Plan,
    size: Size,
    *,
    generator: Build | None = None,
    discriminator: Build | None = None,
    strategy: Any = None,
    watch: Watch,
) -> tuple[GeneratorState, Outcome]:
    """Build both networks, train them, and return the generator's moving average, or the best one that `watch` saw."""
    from .networks import build
    from .trainer import Trainer

    with strategy.scope() if strategy is not None else nullcontext():
        networks = build(layout, size, plan.seed, generator, discriminator)
        outcome = Trainer(*networks, layout, data, plan).run(watch)
    return GeneratorState(layout, size, networks[0].get_weights(), generator), outcome
