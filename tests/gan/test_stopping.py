"""However training ends, there is a generator with finite weights, and it is said why."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import toy
from sklearn.exceptions import ConvergenceWarning

from ganaug import GANAugmenter, TrainingDiverged
from ganaug.gan import trainer
from ganaug.gan.contracts import Plan
from ganaug.gan.kept import KeptTrainers
from ganaug.gan.trainer import Pace, Trainer

X, Y = toy.toy(200)
Chunk = Callable[..., Any]


def model(**options: Any) -> GANAugmenter:
    return GANAugmenter(**{"steps": 40, "batch_size": 32, "refine": False, "random_state": 0, **options})


def assert_sound(fitted: GANAugmenter) -> None:
    assert all(np.isfinite(weight).all() for weight in fitted._model.generator.weights)
    rows, _ = fitted.sample(50, random_state=0)
    assert np.isfinite(rows[["first", "second"]]).all(axis=None)
    assert np.isfinite(fitted.history_.drop(columns=["detection", "coverage"])).all(axis=None)
    assert np.isfinite(fitted.history_.iloc[-1:]).all(axis=None)


@pytest.fixture
def sabotage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Trainer, int], bool]], list[Trainer]]:
    """Training whose chunks are followed by a look at (trainer, number of the chunk); True turns its weights to NaN."""

    def install(happens: Callable[[Trainer, int], bool]) -> list[Trainer]:
        trainers: list[Trainer] = []
        original = Trainer.__init__

        def init(self: Trainer, *args: Any) -> None:
            original(self, *args)
            trainers.append(self)
            chunk, calls = self.chunk, iter(range(1_000))

            def watched(*span: Any) -> Any:
                result = chunk(*span)
                if happens(self, next(calls)):
                    for variable in [*self.g_variables, *self.average, *self.d_variables]:
                        variable.assign(variable * np.nan)
                    return np.float32("nan"), np.float32("nan"), np.bool_(False)
                return result

            self.chunk = watched

        monkeypatch.setattr(Trainer, "__init__", init)
        monkeypatch.setattr("ganaug.gan.kept.kept_trainers", KeptTrainers())
        return trainers

    return install


def test_the_history_has_a_row_for_every_chunk() -> None:
    seen = model(steps=30).fit(X, Y)
    columns = ["step", "seconds", "discriminator_loss", "generator_loss", "detection", "coverage"]
    assert list(seen.history_) == columns
    assert (np.diff(seen.history_["step"]) > 0).all()
    assert (np.diff(seen.history_["seconds"]) >= 0).all()
    assert seen.history_["step"].iloc[-1] == seen.n_iter_ == 30
    assert seen.stopped_by_ == "steps"
    assert_sound(seen)


@pytest.mark.parametrize("refine", [False, 2])
@pytest.mark.parametrize("budget", [1e-6, 0.5])
def test_a_time_budget_that_is_too_short_ends_training_with_a_warning(budget: float, refine: Any) -> None:
    with pytest.warns(ConvergenceWarning, match=r"time_budget after \d+ of 1000000 steps"):
        seen = model(steps=1_000_000, time_budget=budget, refine=refine).fit(X, Y)
    assert seen.stopped_by_ == "time_budget"
    assert 0 < seen.n_iter_ < 1_000_000
    assert_sound(seen)


def test_a_time_budget_that_is_long_enough_changes_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        seen = model(time_budget=3600).fit(X, Y)
    assert (seen.n_iter_, seen.stopped_by_) == (40, "steps")
    for one, other in zip(seen._model.generator.weights, model().fit(X, Y)._model.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(("limit", "said"), [("REFINEMENT_CELLS", "columns are too many"), (None, "time_budget was")])
def test_rows_that_will_not_be_refined_are_told_of(limit: str | None, said: str, monkeypatch: Any) -> None:
    if limit:
        monkeypatch.setattr(f"ganaug.modality.table.sizes.{limit}", 199)
    with pytest.warns(ConvergenceWarning, match=f"without refinement: .*{said}"):
        seen = model(refine=2, time_budget=None if limit else 1e-9).fit(X, Y)
    assert seen._model.sampler.candidates == 1


def test_a_time_budget_squeezes_the_schedule_into_the_time_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(trainer.time, "monotonic", lambda: clock[0])
    pace, step, spans = Pace(Plan(10_000, 32, seconds=60.0)), 0, []
    while (span := pace.next_chunk(step)) is not None and step < 10_000:
        spans.append(span)
        clock[0] += 5.0 if not step else 0.1 * (span[1] - span[0])  # five seconds of tracing, then ten steps a second
        pace.chunk_done(span[1] - span[0])
        step = span[1]
    assert span is None
    assert 59 < clock[0] <= 60.1
    assert max(abs(total - step) for *_, total in spans[2:]) <= 1  # the clock's last digits


@pytest.mark.parametrize(("after", "early"), [(1, True), (5, True), (9, False)])
def test_an_interrupt_keeps_the_best_so_far(after: int, early: bool, sabotage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(trainer, "MAX_CHUNK", 4)

    def interrupt(seen: Trainer, call: int) -> bool:
        if call == after:
            seen.g_variables[0].assign(seen.g_variables[0] * np.nan)
            raise KeyboardInterrupt
        return False

    sabotage(interrupt)
    with pytest.warns(ConvergenceWarning, match="interrupt after") if early else warnings.catch_warnings():
        seen = model().fit(X, Y)
    assert seen.stopped_by_ == "interrupt"
    assert seen.n_iter_ == 4 * after
    assert_sound(seen)


def test_an_interrupt_before_anything_was_learnt_is_raised(sabotage: Any) -> None:
    def interrupt(*_: Any) -> bool:
        raise KeyboardInterrupt

    sabotage(interrupt)
    fresh = model()
    with pytest.raises(KeyboardInterrupt):
        fresh.fit(X, Y)
    assert not hasattr(fresh, "n_iter_")


def test_an_interrupt_during_refinement_keeps_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ganaug.selection.importance.ImportanceSampling.fit", interrupt)
    seen = model(refine=2).fit(X, Y)
    assert seen.stopped_by_ == "interrupt"
    assert seen.n_iter_ == 40
    assert_sound(seen)


@pytest.mark.parametrize("failing", [{0}, {3}, {2, 3, 4}])
def test_a_few_losses_that_are_not_finite_are_rolled_back(failing: set[int], sabotage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(trainer, "MAX_CHUNK", 4)
    [seen_by] = [sabotage(lambda _, call: call in failing)]
    seen = model().fit(X, Y)
    assert (seen.n_iter_, seen.stopped_by_) == (40, "steps")
    assert len(seen.history_) == 10
    assert_sound(seen)
    for optimizer in seen_by[0].optimizers:
        assert float(optimizer.gentleness) == 0.5 ** len(failing)


@pytest.mark.parametrize("sound_chunks", [0, 3])
def test_losses_that_are_never_finite_end_training_with_the_best_so_far(
    sound_chunks: int, sabotage: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(trainer, "MAX_CHUNK", 4)
    calls = []
    sabotage(lambda _, call: calls.append(call) or call >= sound_chunks)
    with pytest.warns(TrainingDiverged, match=f"after {4 * sound_chunks} of 40 steps"):
        seen = model().fit(X, Y)
    assert seen.stopped_by_ == "diverged"
    assert seen.n_iter_ == 4 * sound_chunks
    assert len(calls) == sound_chunks + 1 + trainer.RETRIES
    assert_sound(seen)


def test_each_retry_halves_the_learning_rate_of_ones_own_optimizer(sabotage: Any) -> None:
    rates = []

    def note(seen: Trainer, call: int) -> bool:
        rates.append(float(seen.optimizers[0].optimizer.learning_rate))
        return call < 3

    sabotage(note)
    model(optimizer=keras.optimizers.RMSprop(0.008)).fit(X, Y)
    np.testing.assert_allclose(rates[:4], [0.008, 0.004, 0.002, 0.001], rtol=1e-5)


def test_an_absurd_learning_rate_diverges_by_itself() -> None:
    with pytest.warns(TrainingDiverged, match="choose another loss or optimizer"):
        seen = model(optimizer=keras.optimizers.SGD(1e30)).fit(X, Y)
    assert seen.stopped_by_ == "diverged"
    assert_sound(seen)


def test_verbose_shows_a_bar_with_the_losses_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    model(verbose=1).fit(X, Y)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training: 100%" in shown.err
    assert "40/40" in shown.err
    assert "D 0." in shown.err
    assert ", G " in shown.err


def test_nothing_is_shown_unless_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    model().fit(X, Y)
    assert capfd.readouterr().out == ""
    assert "training" not in capfd.readouterr().err
