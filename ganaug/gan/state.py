"""Where training stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..model import GenerativeModel
from ..params import GANParameters, plain_parameters
from ..persistence.model_file import write_model
from ..plain import Count, PathLike, RandomState, VectorLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ("step", "seconds", "discriminator_loss", "generator_loss", "detection", "coverage")


@dataclass(frozen=True)
class TrainingState:
    """Where training stands after a chunk of steps, as `on_chunk` is told.

    Parameters
    ----------
    step, steps : int
        Steps taken, and steps there will be if nothing ends training before.
    seconds : float
        Since training began.
    discriminator_loss, generator_loss : float
        Means over the chunk.
    detection : float
        ROC AUC of quick gradient boosting that tells real rows from generated ones: 0.5 if they cannot be told apart, 1
        if always. NaN but for the chunks after which it was measured, at most ten in a fit.
    coverage : float
        Share of real rows with a generated row among their nearest neighbours (Naeem et al. 2020): 0.97 for rows as
        good as real ones. NaN likewise.
    model : GenerativeModel
        With the generator as it is by now, unrefined.
    given : GANParameters or None
        The estimator that is being fitted, for its parameters.
    """

    step: int
    steps: int
    seconds: float
    discriminator_loss: float
    generator_loss: float
    detection: float = float("nan")
    coverage: float = float("nan")
    model: GenerativeModel | None = field(default=None, repr=False, compare=False)
    given: GANParameters | None = field(default=None, repr=False, compare=False)

    def sample(self, n: Count | None = None, *, y: VectorLike | None = None, random_state: RandomState = None) -> Any:
        """Rows as :meth:`ganaug.GANAugmenter.sample` draws them, from the generator as it is by now, unrefined."""
        return self._known_model.sample(n, y=y, random_state=random_state)

    def plot_samples(self, n: int = 8, *, random_state: RandomState = None, ax: Axes | None = None) -> Any:
        """A grid of images as :meth:`ganaug.GANAugmenter.plot_samples` draws it, of the generator as it is by now."""
        from ..plots import plot_samples

        return plot_samples(self._known_model, n, random_state=random_state, ax=ax)

    def save(self, path: PathLike) -> None:
        """Write the generator as it is by now, unrefined, to a file that :func:`ganaug.load` reads."""
        parameters = {} if self.given is None else plain_parameters(self.given)
        write_model(path, {"parameters": parameters, "model": self._known_model})

    @property
    def _known_model(self) -> GenerativeModel:
        if self.model is None:
            raise ValueError("only a state that a callback is given has a model to draw with")
        return self.model


def history_of(states: Sequence[TrainingState]) -> pd.DataFrame:
    """A row for every chunk of steps."""
    history = pd.DataFrame({name: np.array([getattr(s, name) for s in states], float) for name in COLUMNS})
    return history.astype({"step": int})
