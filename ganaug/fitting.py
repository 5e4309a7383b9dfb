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
from .exceptions import PoorClassWarning, TrainingDiverged
from .health import FULL_COVERAGE, ClassHealth
from .layout import Encoded, ImageLayout, Layout
from .parameters import callbacks_of, chosen_sizing, patience_of
from .progress import progress_bar
from .recognition import Recogniser
from .refinement import Refiner
from .sampling import Sampler, sampler_of
from .sizing import REFINE_FROM, refinement_rows, sizing
from .watching import Watch

if TYPE_CHECKING:
    from .engine.trainer import Data, Outcome

TRAINING_SHARE = 0.8
MOST_NAMED = 5
FAULTS = {
    "collapsed": (
        "they have a generated row near {health.coverage:.0%} of them, and as many real rows would have {full:.0%}",
        "The generator makes much the same row again and again: train for more steps, with the default loss, a larger "
        "batch_size, or without a generator= of your own that makes little of its noise.",
    ),
    "memorised": (
        "{health.copied:.0%} of generated rows lie beside one of them, by chance {health.copied_by_chance:.0%} would",
        "Generated rows are copies: train for fewer steps or with early_stopping=True, collect more rows of the class "
        "or join it to another, and do not hand such rows on.",
    ),
    "not learnt": (
        "told from generated ones with a ROC AUC of {health.detection:.2f}, coverage {health.coverage:.0%}; "
        "{health.recognised:.0%} of these are taken for their class, and {health.recognisable:.0%} of real ones",
        "Train for more steps or allow more time, join the class to another, or leave out columns of mere noise.",
    ),
}


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
    classes: NDArray[Any] | None,
    parameters: dict[str, Any],
    seeds: NDArray[Any],
    started: float,
    augmenter_of: Callable[[GeneratorState], Any],
) -> Fitted:
    """Train a generator on `data` and learn which of its rows to keep.

    Parameters
    ----------
    numbers : Numbers or None
        The coding of the label, if it is a number.
    classes : ndarray or None
        The labels by their codes, if they are classes.
    parameters : dict
        Of the estimator, checked.
    seeds : ndarray of two ints
    started : float
        ``time.monotonic()`` from when on the time budget counts.
    augmenter_of : callable
        Takes a generator, returns an estimator that samples with it.
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
    refiner, found = None, dict[int, ClassHealth]()
    with progress_bar(parameters["verbose"], chosen.steps) as bar:
        watch = Watch(
            layout,
            data,
            int(seeds[0]),
            state_of=lambda weights: GeneratorState(layout, chosen.size, weights, parameters["generator"]),
            patience=patience_of(parameters["early_stopping"]),
            callbacks=callbacks_of(parameters["on_chunk"]),
            augmenter_of=augmenter_of,
            show=bar.report,
        )
        state, outcome = train(layout, data, plan, chosen.size, **networks, watch=watch)
        try:
            if watch.checks and _should_be_good(outcome, chosen.steps, shape):
                bar.stage("checking")
                found = watch.classes(state, labelled=classes is not None)
            if chosen.candidates > 1:
                bar.stage("refining")
                refiner = CHOOSERS[type(layout)](state, data, numbers, chosen.candidates, left(), int(seeds[1]))
        except KeyboardInterrupt:
            outcome.stopped_by = "interrupt"
    _warn_of(outcome, chosen.steps, refined=chosen.candidates == 1 or refiner is not None, layout=layout)
    _warn_of_classes(found, classes)
    columns = ["step", "seconds", "discriminator_loss", "generator_loss", "detection", "coverage"]
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


def _warn_of(outcome: Outcome, steps: int, *, refined: bool, layout: Layout | ImageLayout) -> None:
    if outcome.stopped_by == "diverged":
        warnings.warn(
            f"losses were not finite again and again: training stopped after {outcome.steps} of {steps} steps with the "
            "best generator until then; choose another loss or optimizer",
            TrainingDiverged,
            stacklevel=4,
        )
    elif outcome.stopped_by in ("time_budget", "interrupt") and outcome.steps <= steps / 2:
        warnings.warn(
            f"training ended by {outcome.stopped_by} after {outcome.steps} of {steps} steps, so the generator is "
            "likely poor: allow more time, or set steps to what there is time for",
            ConvergenceWarning,
            stacklevel=4,
        )
    elif not refined and outcome.stopped_by != "interrupt":
        columns = len(layout.joint.blocks) if isinstance(layout, Layout) else 0
        wide = refinement_rows(columns, None) < REFINE_FROM
        why = f"{columns:,} columns are too many for it" if wide else "time_budget was used up by training"
        remedy = "give fewer columns, or set refine=False" if wide else "allow more time, or set fewer steps"
        warnings.warn(
            f"rows will come straight from the generator, without refinement: {why}; {remedy}",
            ConvergenceWarning,
            stacklevel=4,
        )


def _should_be_good(outcome: Outcome, wanted: int, shape: tuple[int, ...]) -> bool:
    """Not if somebody wanted, or got, far fewer steps than usual."""
    reached = wanted if outcome.stopped_by == "early_stopping" else outcome.steps
    return reached >= sizing(shape).steps // 2  # what GANOverSampler takes


def _warn_of_classes(found: dict[int, ClassHealth], classes: NDArray[Any] | None) -> None:
    """One warning about all classes with a fault: what is wrong with each, and what helps."""
    parts = []
    for fault, (figures, remedy) in FAULTS.items():
        those = {code: health for code, health in found.items() if health.fault == fault}
        if those:
            named = [
                f"{'all rows' if classes is None else repr(classes[code : code + 1].tolist()[0])} ({health.rows:,} "
                f"training rows; {figures.format(health=health, full=FULL_COVERAGE)})"
                for code, health in list(those.items())[:MOST_NAMED]
            ]
            more = f" and {len(those) - MOST_NAMED} more" if len(those) > MOST_NAMED else ""
            parts.append(f"{fault}: {', '.join(named)}{more}. {remedy}")
    if parts:
        whose = (
            "" if classes is None else f" of {sum(h.fault is not None for h in found.values())} of {len(found)} classes"
        )
        warnings.warn(f"generated rows{whose} are poor. " + " ".join(parts), PoorClassWarning, stacklevel=4)
