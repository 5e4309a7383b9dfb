"""The progress bar of fitting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import TYPE_CHECKING

from .state import TrainingState

if TYPE_CHECKING:
    from tqdm import tqdm


class Bar:
    """Shows losses, the last check and the time left, or nothing without a `tqdm` bar."""

    def __init__(self, bar: tqdm | None = None) -> None:
        self.bar = bar
        self.checked = ""

    def report(self, state: TrainingState) -> None:
        """Where training stands."""
        if self.bar is not None:
            losses = f"D {state.discriminator_loss:.3f}, G {state.generator_loss:.3f}"
            if not isnan(state.detection):
                self.checked = f", detection {state.detection:.2f}, coverage {state.coverage:.2f}"
            self.bar.set_postfix_str(losses + self.checked, refresh=False)
            self.bar.update(state.step - self.bar.n)

    def stage(self, name: str) -> None:
        """What is being done."""
        if self.bar is not None:
            self.bar.set_description(name)


@contextmanager
def progress_bar(verbose: int, steps: int) -> Iterator[Bar]:
    if not verbose:
        yield Bar()
        return
    from tqdm.auto import tqdm

    with tqdm(total=steps, desc="training", unit="step") as bar:
        yield Bar(bar)
