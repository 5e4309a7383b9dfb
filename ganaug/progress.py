"""The progress bar of training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine.trainer import Progress


@contextmanager
def progress_bar(verbose: int, steps: int) -> Iterator[Callable[[Progress], None]]:
    """A callback that moves a bar with losses and the time left, or does nothing."""
    if not verbose:
        yield lambda _: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=steps, desc="training", unit="step") as bar:

        def report(progress: Progress) -> None:
            losses = f"D {progress.discriminator_loss:.3f}, G {progress.generator_loss:.3f}"
            bar.set_postfix_str(losses, refresh=False)
            bar.update(progress.step - bar.n)

        yield report
