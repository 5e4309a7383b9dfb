"""The networks and their training. Nothing here sees a DataFrame, and TensorFlow is imported on first use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ..layout import ImageLayout, Layout
from .size import Size
from .state import Build, GeneratorState

if TYPE_CHECKING:
    from .trainer import Data, Outcome, Plan, Progress

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
    report: Callable[[Progress], None],
) -> tuple[GeneratorState, Outcome]:
    """Build both networks, train them, and return the generator's moving average with how training went."""
    from .networks import build
    from .trainer import Trainer

    with strategy.scope() if strategy is not None else nullcontext():
        networks = build(layout, size, plan.seed, generator, discriminator)
        outcome = Trainer(*networks, layout, data, plan).run(report)
    return GeneratorState(layout, size, networks[0].get_weights(), generator), outcome
