"""A look at the generator while it is trained: how good it is by now, whether to go on, and which one to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..columns.layout import Encoded
from ..modality.generator import Generator
from ..modality.registry import modality_of
from ..model import GenerativeModel
from ..params import GANParameters
from ..selection.quick_boosting import detection
from .contracts import Data, Weights
from .diagnostics import CLASS_ROWS, FEW_GENERATED, FEW_ROWS, ClassDiagnosis, coverage, examine
from .state import TrainingState

LEAST_CHECKS, MOST_CHECKS = 3, 10
MANY_COLUMNS = 50
LEAST_STEPS = 200
LEAST_CHECK_ROWS, MOST_CHECK_ROWS = 1_024, 4_096
NOISE = 1.2
CLASS_CANDIDATES = 16_384
MOST_CLASSES = 50

Callback = Callable[[TrainingState], Any]


class Monitor:
    """Checks the generator up to ten times in a fit, calls the user's callbacks, and remembers the best generator.

    Real rows and the seeds of generated ones are the same in every check, so that checks differ by the generator alone.
    Nothing here touches what training draws.

    Parameters
    ----------
    generator : Generator
        Untrained: checks give it other weights.
    data : Data
    seed : int
    patience : int or None
        Checks without a lower `detection` after which training ends.
    callbacks : sequence of callables
    model_of : callable
        Takes a generator and the states until now, returns the model that draws with it.
    given : GANParameters or None
        The estimator that is being fitted.
    show : callable
        Takes each TrainingState.
    """

    def __init__(
        self,
        generator: Generator,
        data: Data,
        seed: int,
        *,
        patience: int | None = None,
        callbacks: Sequence[Callback] = (),
        model_of: Callable[[Generator, list[TrainingState]], GenerativeModel],
        given: GANParameters | None = None,
        show: Callable[[TrainingState], None],
    ) -> None:
        self.generator, self.data, self.seed, self.patience = generator, data, seed, patience
        self.callbacks, self.model_of, self.given, self.show = callbacks, model_of, given, show
        rng = np.random.default_rng(seed)
        rows = np.clip(len(data.rows) // 4, LEAST_CHECK_ROWS, MOST_CHECK_ROWS)
        some = rng.permutation(len(data.rows))[:rows]
        real = data.rows.take(some).untied(rng)
        self.modality = modality_of(generator.layout)
        self.space, self.condition = self.modality.space(generator.layout, real), data.condition.take(some)
        self.real = self.space(real)
        self.states: list[TrainingState] = []
        self.checks: list[TrainingState] = []
        self.best: Weights | None = None
        self.most = int(np.clip(MOST_CHECKS * MANY_COLUMNS // self.real.shape[1], LEAST_CHECKS, MOST_CHECKS))
        self.number, self.due_at = 0, 0

    def go_on(self, history: list[TrainingState], best: Weights | None) -> None:
        """Begin where an earlier training stands."""
        self.states = list(history)
        self.checks = [state for state in history if state.detection == state.detection]
        self.number, self.best = len(self.checks), best
        for state in history[-1:]:
            self.show(state)

    def limit(self, start: int, stop: int, total: int) -> int:
        """Where a chunk from `start` to `stop` has to end, lest a check be missed; of `total` steps in all."""
        checks = int(np.clip(total // LEAST_STEPS, 1, self.most))
        self.due_at = max(start + 1, -(-total * (self.number + 1) // checks))
        return min(stop, self.due_at)

    def after(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, str | None]:
        """The state with what was found, and a reason to end training."""
        if state.step >= self.due_at:
            self.number += 1
            state = self._checked(state, weights())
        self.states.append(state)
        self.show(state)
        if self.callbacks and self._called(state, weights()):
            return state, "callback"
        done = state.step >= state.steps
        return state, "early_stopping" if self._in_vain and not done else None

    def finish(self, state: TrainingState, weights: Callable[[], Weights]) -> tuple[TrainingState, Weights | None]:
        """The last state, checked, and the weights of the best check if the last ones are clearly worse."""
        if not self.checks or self.checks[-1].step != state.step:
            self._checked(state, weights())
        noise = NOISE / np.sqrt(len(self.real))
        worse = self.checks[-1].detection > max(self._best_check.detection, 0.5) + noise
        return self.checks[-1], self.best if worse else None

    def classes(self, generator: Generator, *, labelled: bool) -> dict[int, ClassDiagnosis]:
        """What is to be said of each class of the rows; of all rows together, as class 0, if they have none."""
        codes = self.data.condition.codes[:, 0] if labelled else np.zeros(len(self.data.rows), np.int32)
        rng = np.random.default_rng(self.seed)
        frequent = np.argsort(-np.bincount(codes), kind="stable")[:MOST_CLASSES]
        picks = [rng.permutation(np.flatnonzero(codes == code))[:CLASS_CANDIDATES] for code in frequent]
        drawn = [pick[:CLASS_ROWS] if len(pick) >= FEW_ROWS else np.resize(pick, FEW_GENERATED) for pick in picks]
        every, some = np.concatenate(picks), np.concatenate(drawn)
        real = self.space(self.data.rows.take(every).untied(rng))
        fake = self.space(self._drawn(generator, self.data.condition.take(some)))
        return examine(real, codes[every], fake, codes[some], self.seed)

    @property
    def _best_check(self) -> TrainingState:
        """Of the lowest detection; below 0.5 all are alike, and coverage decides."""
        return min(self.checks, key=lambda check: (max(check.detection, 0.5), -check.coverage))

    @property
    def _in_vain(self) -> bool:
        since_best = [check.step for check in self.checks if check.step > self._best_check.step] if self.checks else []
        return self.patience is not None and len(since_best) >= self.patience

    def _checked(self, state: TrainingState, weights: Weights) -> TrainingState:
        self.generator.set_weights(weights)
        fake = self.space(self._drawn(self.generator, self.condition))
        found = detection(self.real, fake, self.seed), coverage(self.real, fake)
        self.checks.append(replace(state, detection=found[0], coverage=found[1]))
        if self._best_check is self.checks[-1]:
            self.best = weights
        return self.checks[-1]

    def _drawn(self, generator: Generator, condition: Encoded) -> Any:
        return self.modality.check_draw(generator.draw, condition, self.seed)

    def _called(self, state: TrainingState, weights: Weights) -> bool:
        mine = self.generator
        now = Generator(mine.layout, mine.size, weights, mine.build)
        told = replace(state, model=self.model_of(now, self.states), given=self.given)
        answers = [callback(told) for callback in self.callbacks]
        return any(isinstance(answer, (bool, np.bool_)) and bool(answer) for answer in answers)
