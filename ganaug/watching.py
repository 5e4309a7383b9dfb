"""A look at the generator while it is trained: how good it is by now, whether to go on, and which one to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .engine import GeneratorState
from .health import CLASS_ROWS, ClassHealth, Floats, coverage, detection, examine
from .layout import Encoded, ImageLayout, Layout, Pixels
from .recognition import Components, flat
from .refinement import as_numbers
from .sampling import sampler_of

if TYPE_CHECKING:
    from .engine.trainer import Data, Progress

LEAST_CHECKS, MOST_CHECKS = 3, 10
MANY_COLUMNS = 50
LEAST_STEPS = 200
LEAST_CHECK_ROWS, MOST_CHECK_ROWS = 1_024, 4_096
NOISE = 1.2
CLASS_CANDIDATES = 16_384
MOST_CLASSES = 50


@dataclass(frozen=True)
class TrainingState:
    """Where training stands, as `on_chunk` is told after each chunk of steps.

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
    augmenter : GANAugmenter
        That draws with the generator as it is by now, unrefined.
    """

    step: int
    steps: int
    seconds: float
    discriminator_loss: float
    generator_loss: float
    detection: float
    coverage: float
    augmenter: Any = field(repr=False, compare=False)

    def sample(self, n: Any = None, *, y: Any = None, random_state: Any = None) -> Any:
        """Rows as :meth:`ganaug.GANAugmenter.sample` draws them, from the generator as it is by now, unrefined."""
        return self.augmenter.sample(n, y=y, random_state=random_state)

    def plot_samples(self, n: int = 8, *, random_state: Any = None, ax: Any = None) -> Any:
        """A grid of images as :meth:`ganaug.GANAugmenter.plot_samples` draws it, of the generator as it is by now."""
        return self.augmenter.plot_samples(n, random_state=random_state, ax=ax)


Callback = Callable[[TrainingState], Any]
Weights = list[NDArray[Any]]


class Ranks:
    """Features of encoded rows: each column's codes and positions as ranks among real rows, from 0 to 1.

    Parameters
    ----------
    rows : Encoded
        Real rows to rank among.
    """

    def __init__(self, layout: Layout, rows: Encoded) -> None:
        self.layout = layout
        self.sorted = np.sort(as_numbers(layout, rows), axis=0)

    def __call__(self, rows: Encoded) -> Floats:
        out = np.zeros(
            (len(rows), max(len(self.layout.blocks), 1))
        )  # where all columns are constant, so is the feature
        for number, (known, x) in enumerate(zip(self.sorted.T, as_numbers(self.layout, rows).T, strict=True)):
            out[:, number] = known.searchsorted(x, "left") + known.searchsorted(x, "right")
        return out / (2 * len(self.sorted))


class Span:
    """Features of images: their principal components.

    Parameters
    ----------
    images : Pixels
        Real ones to find the components of.
    """

    def __init__(self, layout: ImageLayout, images: Pixels) -> None:
        self.layout = layout
        self.components = Components.fit(flat(images, layout.levels), 0)

    def __call__(self, images: Pixels) -> Floats:
        return self.components(flat(images, self.layout.levels))[0].astype(np.float64)


FEATURES: dict[type, Any] = {Layout: Ranks, ImageLayout: Span}


class Watch:
    """Checks the generator up to ten times in a fit, calls the user's callbacks, and remembers the best generator.

    Real rows and the seeds of generated ones are the same in every check, so that checks differ by the generator alone.
    Nothing here touches what training draws.

    Parameters
    ----------
    layout : Layout or ImageLayout
    data : Data
    seed : int
    state_of : callable
        Takes weights, returns the generator that has them.
    patience : int or None
        Checks without a lower `detection` after which training ends.
    callbacks : sequence of callables
    augmenter_of : callable
        Takes a generator, returns an augmenter that draws with it.
    show : callable
        Takes each Progress.
    """

    def __init__(
        self,
        layout: Layout | ImageLayout,
        data: Data,
        seed: int,
        *,
        state_of: Callable[[Weights], GeneratorState],
        patience: int | None = None,
        callbacks: Sequence[Callback] = (),
        augmenter_of: Callable[[GeneratorState], Any],
        show: Callable[[Progress], None],
    ) -> None:
        self.data, self.seed, self.state_of, self.patience = data, seed, state_of, patience
        self.callbacks, self.augmenter_of, self.show = callbacks, augmenter_of, show
        rng = np.random.default_rng(seed)
        rows = np.clip(len(data.rows) // 4, LEAST_CHECK_ROWS, MOST_CHECK_ROWS)
        some = rng.permutation(len(data.rows))[:rows]
        real = _untied(data.rows.take(some), rng)
        self.features, self.condition = FEATURES[type(layout)](layout, real), data.condition.take(some)
        self.real = self.features(real)
        self.checks: list[Progress] = []
        self.best: Weights | None = None
        self.generator: GeneratorState | None = None
        self.most = int(np.clip(MOST_CHECKS * MANY_COLUMNS // self.real.shape[1], LEAST_CHECKS, MOST_CHECKS))
        self.number, self.due_at = 0, 0

    def limit(self, start: int, stop: int, total: int) -> int:
        """Where a chunk from `start` to `stop` has to end, lest a check be missed; of `total` steps in all."""
        checks = int(np.clip(total // LEAST_STEPS, 1, self.most))
        self.due_at = max(start + 1, -(-total * (self.number + 1) // checks))
        return min(stop, self.due_at)

    def after(self, progress: Progress, weights: Callable[[], Weights]) -> tuple[Progress, str | None]:
        """The progress with what was found, and a reason to end training."""
        if progress.step >= self.due_at:
            self.number += 1
            progress = self._checked(progress, weights())
        self.show(progress)
        if self.callbacks and self._called(progress, weights()):
            return progress, "callback"
        done = progress.step >= progress.steps
        return progress, "early_stopping" if self._in_vain and not done else None

    def finish(self, progress: Progress, weights: Callable[[], Weights]) -> tuple[Progress, Weights | None]:
        """The last progress, checked, and the weights of the best check if the last ones are clearly worse."""
        if not self.checks or self.checks[-1].step != progress.step:
            self._checked(progress, weights())
        noise = NOISE / np.sqrt(len(self.real))
        worse = self.checks[-1].detection > max(self._best_check.detection, 0.5) + noise
        return self.checks[-1], self.best if worse else None

    def classes(self, state: GeneratorState, *, labelled: bool) -> dict[int, ClassHealth]:
        """Figures of each class of `state`'s rows; of all rows together, as class 0, if they have none."""
        codes = self.data.condition.codes[:, 0] if labelled else np.zeros(len(self.data.rows), np.int32)
        rng = np.random.default_rng(self.seed)
        frequent = np.argsort(-np.bincount(codes), kind="stable")[:MOST_CLASSES]
        picks = [rng.permutation(np.flatnonzero(codes == code))[:CLASS_CANDIDATES] for code in frequent]
        every, some = np.concatenate(picks), np.concatenate([pick[:CLASS_ROWS] for pick in picks])
        real = self.features(_untied(self.data.rows.take(every), rng))
        fake = self.features(self._drawn(state, self.data.condition.take(some)))
        return examine(real, codes[every], fake, codes[some], self.seed)

    @property
    def _best_check(self) -> Progress:
        """Of the lowest detection; below 0.5 all are alike, and coverage decides."""
        return min(self.checks, key=lambda check: (max(check.detection, 0.5), -check.coverage))

    @property
    def _in_vain(self) -> bool:
        since_best = [check.step for check in self.checks if check.step > self._best_check.step] if self.checks else []
        return self.patience is not None and len(since_best) >= self.patience

    def _checked(self, progress: Progress, weights: Weights) -> Progress:
        if self.generator is None:
            self.generator = self.state_of(weights)
        self.generator.set_weights(weights)
        fake = self.features(self._drawn(self.generator, self.condition))
        found = detection(self.real, fake, self.seed), coverage(self.real, fake)
        self.checks.append(replace(progress, detection=found[0], coverage=found[1]))
        if self._best_check is self.checks[-1]:
            self.best = weights
        return self.checks[-1]

    def _drawn(self, state: GeneratorState, condition: Encoded) -> Any:
        if isinstance(state.layout, ImageLayout):  # as many at once as there is memory for
            return sampler_of(state).rows(condition, self.seed)
        return state.draw(condition, (self.seed, 0))

    def _called(self, progress: Progress, weights: Weights) -> bool:
        state = TrainingState(**vars(progress), augmenter=self.augmenter_of(self.state_of(weights)))
        answers = [callback(state) for callback in self.callbacks]
        return any(isinstance(answer, (bool, np.bool_)) and bool(answer) for answer in answers)


def _untied(rows: Any, rng: np.random.Generator) -> Any:
    """Tied values take any of their ranks, as in training; images are as they are."""
    if isinstance(rows, Pixels):
        return rows
    position = rows.low + rng.random(rows.low.shape, np.float32) * (rows.high - rows.low)
    return Encoded(rows.codes, position, position)
