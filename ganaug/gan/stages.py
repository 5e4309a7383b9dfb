"""The progress bar of a fit: which of its stages is under way, losses, the last check, and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import TYPE_CHECKING

from ..data.progress import progress_bar, tell
from ..plain import Verbose
from .state import TrainingState

if TYPE_CHECKING:
    from tqdm import tqdm

STAGES = ("training", "checking", "refining")


class Stages:
    """What a bar says of them."""

    def __init__(self, bar: tqdm) -> None:
        self.bar = bar
        self.checked = ""

    def report(self, state: TrainingState) -> None:
        """Where training stands."""
        losses = f"D {state.discriminator_loss:.3f}, G {state.generator_loss:.3f}"
        if not isnan(state.detection):
            self.checked = f", detection {state.detection:.2f}, coverage {state.coverage:.2f}"
        self.bar.set_postfix_str(losses + self.checked, refresh=False)
        self.bar.update(state.step - self.bar.n)

    def begin(self, stage: str, more: str = "") -> None:
        """What is being done."""
        tell(self.bar, _numbered(stage) + more)


@contextmanager
def staged_bar(verbose: Verbose, steps: int, started: float) -> Iterator[Stages]:
    with progress_bar(verbose, steps, unit="step", description=_numbered(STAGES[0]), started=started) as bar:
        yield Stages(bar)


def _numbered(stage: str) -> str:
    return f"{STAGES.index(stage) + 1}/{len(STAGES)} {stage}"
