"""From encoded rows to a model that draws them: training, then what chooses among candidates."""

from __future__ import annotations

import time
import warnings
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..data.memory import check_free
from ..data.targets import Target
from ..exceptions import PoorClassWarning, TrainingDiverged
from ..modality.generator import Generator
from ..modality.processes import check_not_forked
from ..modality.protocols import AnyLayout
from ..modality.registry import modality_of
from ..model import GenerativeModel
from ..params import Config
from ..plain import AnyArray, Int64Array
from ..selection.sampler import Chooser
from .checkpoint import Checkpoint, description
from .contracts import Data, Outcome, Plan
from .diagnostics import FULL_COVERAGE, ClassDiagnosis
from .interrupts import noted_interrupts
from .monitor import Monitor
from .stages import staged_bar
from .state import TrainingState, history_of
from .training import train
from .warm import continued
from .workers import Workers

TRAINING_SHARE = 0.8
MOST_NAMED = 5
STEPS_WORTH_COMPILING, SECONDS_WORTH_COMPILING = 3_000, 120
"""XLA takes half a minute for the graph, and saves about ten milliseconds of a step on a graphics processor."""
WAITS = 0.3
"""Share of the steps that a generator waits for a discriminator that is new to it."""
FLOAT_BYTES = 4
COPIES_OF_WEIGHTS, COPIES_OF_A_BATCH = 12, 8
"""In training: two networks with their optimisers, averages, gradients and snapshots; real and generated rows and what
goes back through them."""
FAULTS = {
    "collapsed": (
        "they have a generated row near {found.coverage:.0%} of them, and as many real rows would have {full:.0%}",
        "The generator makes much the same row again and again: train for more steps, with the default loss, a larger "
        "batch_size, or without a generator= of your own that makes little of its noise.",
    ),
    "memorised": (
        "{found.copied:.0%} of generated rows lie beside one of them, by chance {found.copied_by_chance:.0%} would",
        "Generated rows are copies: train for fewer steps or with early_stopping=True, collect more rows of the class "
        "or join it to another, and do not hand such rows on.",
    ),
    "not learnt": (
        "told from generated ones with a ROC AUC of {found.detection:.2f}, coverage {found.coverage:.0%}; "
        "{found.recognised:.0%} of these are taken for their class, and {found.recognisable:.0%} of real ones",
        "Train for more steps or allow more time, join the class to another, or leave out columns of mere noise.",
    ),
}


def fit_model(
    untrained: GenerativeModel,
    data: Data,
    config: Config,
    seeds: Int64Array,
    started: float,
    *,
    keep_discriminator: bool = False,
) -> GenerativeModel:
    """Train the model's generator on `data`, and learn which of its rows to give back.

    Parameters
    ----------
    seeds : ndarray of two ints
        Of training and of selection.
    started : float
        ``time.monotonic()`` from when on the time budget counts.
    keep_discriminator : bool
        For another fit that goes on from this one.
    """
    from ..tensorflow import check_backend

    target, layout, sizes = untrained.target, untrained.generator.layout, config.sizes
    classes = None if target is None else target.classes
    clock = Clock(config.given.time_budget, started)

    def unrefined(generator: Generator, states: list[TrainingState]) -> GenerativeModel:
        history = continued(untrained.history, history_of(states))
        return replace(untrained, generator=generator, history=history, seeds=replace(untrained.seeds))

    found: dict[int, ClassDiagnosis] = {}
    check_backend()
    check_not_forked()
    _check_memory(layout, config)
    workers = Workers(config.given.strategy)
    workers.check(config.given)
    if workers.several:
        workers.check_alike(description(config, untrained, data, seeds))
    named = config.given.checkpoint
    checkpoint = None if named is None else Checkpoint.of(named, config, untrained, data, seeds)
    seeds = seeds if checkpoint is None else checkpoint.seeds
    with noted_interrupts() as interrupt, staged_bar(config.given.verbose, sizes.steps, started) as bar:
        monitor = Monitor(
            replace(untrained.generator),
            data,
            int(seeds[0]),
            patience=config.patience,
            callbacks=config.callbacks,
            model_of=unrefined,
            given=config.given,
            show=bar.report,
        )
        begun = untrained.generator.weights, untrained.discriminator
        seconds = clock.left(TRAINING_SHARE if sizes.candidates > 1 else 1.0)
        plan = _plan(config, seconds, int(seeds[0]), waits=WAITS if begun[0] and not begun[1] else 0.0)
        tell = partial(bar.begin, "training")
        generator, discriminator, outcome = train(
            layout, data, plan, config, monitor, interrupt, checkpoint, begun, tell
        )
        model, modality = unrefined(generator, outcome.history), modality_of(layout)
        try:
            with interrupt.breakable():
                if monitor.checks and _should_be_good(outcome, config):
                    bar.begin("checking")
                    found = monitor.classes(generator, labelled=classes is not None)
                if sizes.candidates > 1:
                    bar.begin("refining")
                    chooser = _fit_chooser(generator, data, target, sizes.candidates, clock.left(), int(seeds[1]))
                    model = replace(model, chooser=chooser, candidates=sizes.candidates if chooser else 1)
                encoder = modality.calibrated(model.encoder, data.condition, model.sampler, int(seeds[1]))
                model = replace(model, encoder=encoder)
        except KeyboardInterrupt:
            if not interrupt.keeps:
                raise
            outcome.stopped_by = "interrupt"
    _warn_of(outcome, sizes.steps, refined=sizes.candidates == 1 or model.chooser is not None, layout=layout)
    _warn_of_classes(found, classes)
    return replace(model, stopped_by=outcome.stopped_by, discriminator=discriminator if keep_discriminator else [])


def _check_memory(layout: AnyLayout, config: Config) -> None:
    """MemoryError if training takes more than is free."""
    sizes, width = config.sizes, prod(layout.row_shape)
    shapes = modality_of(layout).weight_shapes(layout, sizes.size) if config.given.generator is None else []
    needed = COPIES_OF_WEIGHTS * sum(map(prod, shapes)) + COPIES_OF_A_BATCH * sizes.batch_size * width
    what = f"batches of {sizes.batch_size:,} rows, {width:,} numbers each once encoded,"
    check_free(FLOAT_BYTES * needed, what, "lower batch_size, or leave out columns of many categories")


class Clock:
    """Counts a time budget down."""

    def __init__(self, budget: float | None, started: float) -> None:
        self.budget, self.started = budget, started

    def left(self, share: float = 1.0) -> float | None:
        """Seconds, a share of those that are left; None if there are as many as it takes."""
        return None if self.budget is None else share * max(self.budget - (time.monotonic() - self.started), 0.0)


def _plan(config: Config, seconds: float | None, seed: int, waits: float) -> Plan:
    sizes = config.sizes
    return Plan(
        sizes.steps,
        sizes.batch_size,
        seconds,
        loss=config.given.loss,
        optimizer=config.given.optimizer,
        learning_rate=sizes.learning_rate,
        average=sizes.average,
        seed=seed,
        waits=waits,
        compiled=_is_compiled(config),
    )


def _is_compiled(config: Config) -> bool:
    """Whether XLA is asked for, or worth the time that it takes."""
    from ..tensorflow import tf

    given = config.given
    if given.jit_compile != "auto":
        return bool(given.jit_compile)
    built_in = given.generator is None and given.discriminator is None and given.strategy is None
    named = isinstance(given.loss, str) and isinstance(given.optimizer, str)
    long = config.sizes.steps >= STEPS_WORTH_COMPILING and (given.time_budget or np.inf) >= SECONDS_WORTH_COMPILING
    return built_in and named and long and bool(tf.config.get_visible_devices("GPU"))


def _fit_chooser(
    generator: Generator, data: Data, target: Target | None, candidates: int, seconds: float | None, seed: int
) -> Chooser | None:
    return modality_of(generator.layout).fit_chooser(
        generator.layout,
        data.condition,
        data.rows,
        None if target is None else target.coder,
        generator.draw,
        candidates=candidates,
        seconds=seconds,
        seed=seed,
    )


def _warn_of(outcome: Outcome, steps: int, *, refined: bool, layout: AnyLayout) -> None:
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
        why, remedy = modality_of(layout).why_unrefined(layout)
        warnings.warn(
            f"rows will come straight from the generator, without refinement: {why}; {remedy}",
            ConvergenceWarning,
            stacklevel=4,
        )


def _should_be_good(outcome: Outcome, config: Config) -> bool:
    """Not if somebody wanted, or got, far fewer steps than usual."""
    reached = config.sizes.steps if outcome.stopped_by == "early_stopping" else outcome.steps
    return reached >= config.usual.steps // 2


def _warn_of_classes(found: dict[int, ClassDiagnosis], classes: AnyArray | None) -> None:
    """One warning about all classes with a fault: what is wrong with each, and what helps."""
    parts = []
    for fault, (figures, remedy) in FAULTS.items():
        those = {code: each for code, each in found.items() if each.fault == fault}
        if those:
            named = [
                f"{_name(code, classes)} ({each.rows:,} training rows; "
                f"{figures.format(found=each, full=FULL_COVERAGE)}{_instead(each, classes)})"
                for code, each in list(those.items())[:MOST_NAMED]
            ]
            more = f" and {len(those) - MOST_NAMED} more" if len(those) > MOST_NAMED else ""
            parts.append(f"{fault}: {', '.join(named)}{more}. {remedy}")
    if parts:
        whose = (
            ""
            if classes is None
            else f" of {sum(each.fault is not None for each in found.values())} of {len(found)} classes"
        )
        warnings.warn(f"generated rows{whose} are poor. " + " ".join(parts), PoorClassWarning, stacklevel=4)


def _name(code: int, classes: AnyArray | None) -> str:
    return "all rows" if classes is None else repr(classes[code : code + 1].tolist()[0])


def _instead(found: ClassDiagnosis, classes: AnyArray | None) -> str:
    """As which class rows come out that are not like their own."""
    return "" if found.taken_for is None else f", {found.taken:.0%} are taken for {_name(found.taken_for, classes)}"
