"""From encoded rows to something that draws them: training, then refinement."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from .encoding.numeric import Numbers
from .engine import GeneratorState, train
from .exceptions import TrainingDiverged
from .layout import Encoded, ImageLayout, Layout
from .parameters import chosen_sizing
from .progress import progress_bar
from .recognition import Recogniser
from .refinement import Refiner
from .sampling import Sampler, sampler_of
from .sizing import REFINE_FROM, refinement_rows

if TYPE_CHECKING:
    from .engine.trainer import Data, Outcome

TRAINING_SHARE = 0.8


@dataclass(frozen=True)
class Fitted:
    """What fitting leaves behind."""

    state: GeneratorState
    sampler: Sampler
    history: pd.DataFrame
    steps: int
    stopped_by: str


def fit_sampler(
    layout: Layout | ImageLayout,
    data: Data,
    numbers: Numbers | None,
    parameters: dict[str, Any],
    seeds: NDArray[Any],
    started: float,
) -> Fitted:
    """Train a generator on `data` and learn which of its rows to keep.

    Parameters
    ----------
    numbers : Numbers or None
        The coding of the label, if it is a number.
    parameters : dict
        Of the estimator, checked.
    seeds : ndarray of two ints
    started : float
        ``time.monotonic()`` from when on the time budget counts.
    """
    from .engine.trainer import Plan

    shape = (len(data.rows), *layout.row_shape)
    chosen = chosen_sizing(shape, **{name: parameters[name] for name in ("steps", "batch_size", "refine")})
    budget = parameters["time_budget"]

    def left() -> float | None:
        return None if budget is None else max(budget - (time.monotonic() - started), 0.0)

    seconds = left()
    if seconds is not None and chosen.candidates > 1:
        seconds *= TRAINING_SHARE
    plan = Plan(
        chosen.steps,
        chosen.batch_size,
        seconds,
        loss=parameters["loss"],
        optimizer=parameters["optimizer"],
        learning_rate=chosen.learning_rate,
        average=chosen.average,
        seed=int(seeds[0]),
    )
    networks = {name: parameters[name] for name in ("generator", "discriminator", "strategy")}
    refiner = None
    with progress_bar(parameters["verbose"], chosen.steps) as bar:
        state, outcome = train(layout, data, plan, chosen.size, **networks, report=bar.report)
        try:
            if chosen.candidates > 1:
                bar.stage("refining")
                refiner = CHOOSERS[type(layout)](state, data, numbers, chosen.candidates, left(), int(seeds[1]))
        except KeyboardInterrupt:
            outcome.stopped_by = "interrupt"
    _warn_of(outcome, chosen.steps)
    columns = ["step", "seconds", "discriminator_loss", "generator_loss"]
    history = pd.DataFrame({name: np.array([getattr(p, name) for p in outcome.history], float) for name in columns})
    history = history.astype({"step": int})
    sampler = sampler_of(state, refiner, chosen.candidates)
    return Fitted(state, sampler, history, outcome.steps, outcome.stopped_by)


def _fit_refiner(
    state: GeneratorState, data: Data, numbers: Numbers | None, candidates: int, left: float | None, seed: int
) -> Refiner | None:
    most = refinement_rows(len(state.layout.joint.blocks), left)
    if most < REFINE_FROM:
        return None

    def draw(condition: Encoded, stream: int) -> Encoded:
        return sampler_of(state).rows(condition, seed + stream)

    return Refiner.fit(state.layout, data.condition, data.rows, numbers, draw, candidates, most, seed)


def _fit_recogniser(
    state: GeneratorState, data: Data, _numbers: Any, _candidates: int, left: float | None, seed: int
) -> Recogniser | None:
    return None if left == 0 else Recogniser.fit(state.layout, data.condition, data.rows, seed)


CHOOSERS: dict[type, Callable[..., Any]] = {Layout: _fit_refiner, ImageLayout: _fit_recogniser}
"""What chooses among candidates; it may be None where there is no time left for it."""


def _warn_of(outcome: Outcome, steps: int) -> None:
    if outcome.stopped_by == "diverged":
        warnings.warn(
            f"losses were not finite again and again: training stopped after {outcome.steps} of {steps} steps with the "
            "best generator until then; choose another loss or optimizer",
            TrainingDiverged,
            stacklevel=4,
        )
    elif outcome.stopped_by != "steps" and outcome.steps <= steps / 2:
        warnings.warn(
            f"training ended by {outcome.stopped_by} after {outcome.steps} of {steps} steps, so the generator is "
            "likely poor: allow more time, or set steps to what there is time for",
            ConvergenceWarning,
            stacklevel=4,
        )
