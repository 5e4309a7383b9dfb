"""A fit is monitored: figures beside the losses, callbacks, early stopping, the best generator, warnings by class."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tables
import toy
from pictures import glyphs

from ganaug import DataWarning, GANAugmenter, GANOverSampler, PoorClassWarning, TrainingState, load
from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.gan.contracts import Data
from ganaug.gan.diagnostics import ClassDiagnosis
from ganaug.gan.monitor import Monitor
from ganaug.gan.trainer import Trainer
from ganaug.modality.dense import dense_condition
from ganaug.modality.image.encoder import ImageEncoder
from ganaug.modality.image.pixels import Pixels
from ganaug.modality.table.container import check_table
from ganaug.modality.table.encoder import TableEncoder

X, Y = toy.toy(200)


def model(**options: Any) -> GANAugmenter:
    return GANAugmenter(**{"steps": 40, "batch_size": 32, "refine": False, "random_state": 0, **options})


def checked(fitted: GANAugmenter) -> list[int]:
    return fitted.history_["step"][fitted.history_["detection"].notna()].tolist()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check every four steps, ten in a fit of forty."""
    monkeypatch.setattr("ganaug.gan.monitor.LEAST_STEPS", 4)


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What detection is found, one check after the other, instead of what it would be; to be filled."""
    given: list[float] = []
    monkeypatch.setattr("ganaug.gan.monitor.detection", lambda *_: given.pop(0))
    monkeypatch.setattr("ganaug.gan.monitor.coverage", lambda *_: 0.5)
    return given


@pytest.mark.usefixtures("often")
def test_the_history_tells_of_checks_at_even_steps() -> None:
    history = model().fit(X, Y).history_
    assert history.dtypes.map(str).to_dict() == {
        "step": "int64", "seconds": "float64", "discriminator_loss": "float64", "generator_loss": "float64",
        "detection": "float64", "coverage": "float64",
    }  # fmt: skip
    done = history.dropna()
    assert done["step"].tolist() == list(range(4, 41, 4))
    assert done["detection"].between(0.5, 1).all()
    assert done["coverage"].between(0, 1).all()
    assert history[["detection", "coverage"]].isna().to_numpy().any() == (len(done) < len(history))


def test_a_short_fit_is_checked_once_at_its_end() -> None:
    assert checked(model().fit(X, Y)) == [40]


def test_a_table_without_a_target_and_one_with_a_number_are_monitored() -> None:
    assert checked(model(steps=3).fit(X)) == [3]
    assert checked(model(steps=3).fit(X, X["first"])) == [3]


@pytest.mark.parametrize("rows", [[[1.0], [2.0]], [[1.0], [1.0], [1.0]]])
def test_the_smallest_tables_are_monitored(rows: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    assert model(steps=3).fit(rows).history_.notna().all(axis=None)


@pytest.mark.usefixtures("often")
def test_looking_changes_nothing_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganaug.gan.monitor.NOISE", 10)  # nothing is so much better that it is selected
    global_state = np.random.get_state()[1].copy()  # noqa: NPY002
    looked = model(on_chunk=lambda state: state.sample(3)).fit(X, Y)
    np.testing.assert_array_equal(np.random.get_state()[1], global_state)  # noqa: NPY002
    monkeypatch.setattr(Monitor, "limit", lambda self, start, stop, total: stop)  # noqa: ARG005
    monkeypatch.setattr(Monitor, "after", lambda self, state, weights: (state, None))  # noqa: ARG005
    monkeypatch.setattr(Monitor, "finish", lambda self, state, weights: (state, None))  # noqa: ARG005
    left_alone = model().fit(X, Y)
    assert checked(looked)
    assert not checked(left_alone)
    for one, other in zip(looked._model.generator.weights, left_alone._model.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_verbose_shows_the_checks(capsys: pytest.CaptureFixture[str]) -> None:
    model(verbose=1).fit(X, Y)
    assert ", detection 0." in (shown := capsys.readouterr().err)
    assert ", coverage 0." in shown


@pytest.mark.usefixtures("often")
def test_callbacks_see_where_training_stands_and_rows_as_they_are_by_then(monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.monitor.NOISE", 10)
    seen: list[TrainingState] = []
    rows = []

    def look(state: TrainingState) -> None:
        seen.append(state)
        rows.append(state.sample({"yes": 2, "no": 1}, random_state=0))

    fitted = model(on_chunk=look).fit(X, Y)
    columns = [name for name in fitted.history_ if name != "seconds"]
    told = [[getattr(state, name) for name in columns] for state in seen]
    np.testing.assert_array_equal(told, fitted.history_[columns])
    assert seen[-1].steps == 40
    for new_X, new_y in rows:
        assert new_y.tolist() == ["yes", "yes", "no"]
        assert new_X.dtypes.equals(X.dtypes)
    assert not rows[0][0].equals(rows[-1][0])
    np.testing.assert_array_equal(rows[-1][0], fitted.sample({"yes": 2, "no": 1}, random_state=0)[0])
    np.testing.assert_array_equal(seen[0].sample({"yes": 2, "no": 1}, random_state=0)[0], rows[0][0])
    with pytest.raises(AttributeError):
        seen[0].step = 3


@pytest.mark.usefixtures("often")
def test_a_callback_that_returns_true_ends_training_without_a_warning() -> None:
    after = []
    fitted = model(on_chunk=[lambda state: np.True_ if state.step >= 12 else 1, after.append]).fit(X, Y)
    assert (fitted.n_iter_, fitted.stopped_by_) == (12, "callback")
    assert after[-1].step == 12
    assert checked(fitted)[-1] == 12


def test_what_a_callback_raises_comes_through() -> None:
    def fail(state: TrainingState) -> None:
        raise ZeroDivisionError(state.step)

    with pytest.raises(ZeroDivisionError):
        model(on_chunk=fail).fit(X, Y)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(
    ("patience", "found", "steps"),
    [
        (True, [0.9, 0.8, 0.85, 0.81, 0.82], 20),
        (1, [0.9, 0.4, 0.45], 12),
        (False, [0.9, 0.8] + [0.82] * 8, 40),
    ],
)
def test_early_stopping_waits_so_many_checks(patience: Any, found: list[float], steps: int, marks: list[float]) -> None:
    marks += found
    fitted = model(early_stopping=patience).fit(X, Y)
    assert (fitted.n_iter_, fitted.stopped_by_) == (steps, "steps" if steps == 40 else "early_stopping")
    assert fitted.history_["detection"].dropna().tolist() == found


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(("best", "kept"), [(0.5, True), (0.78, False)])
def test_the_best_generator_is_kept_if_the_last_one_is_clearly_worse(
    best: float, kept: bool, marks: list[float]
) -> None:
    marks += [0.9, best] + [0.8] * 8
    at_eight = []
    fitted = model(on_chunk=lambda state: at_eight.append(state.sample(50, random_state=1)) if state.step == 8 else 0)
    rows = fitted.fit(X, Y).sample(50, random_state=1)
    assert (fitted.n_iter_, fitted.stopped_by_) == (40, "steps")
    assert rows[0].equals(at_eight[0][0]) is kept


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("end", ["interrupt", "diverged"])
def test_the_best_generator_is_kept_however_training_ends(end: str, marks: list[float], monkeypatch: Any) -> None:
    marks += [0.5] + [0.9] * 9
    at_four, trainers, run = [], [], Trainer.run
    monkeypatch.setattr(Trainer, "run", lambda self, *given: trainers.append(self) or run(self, *given))

    def look(state: TrainingState) -> None:
        if state.step == 4:
            at_four.append(state.sample(50, random_state=1))
        elif state.step == 28 and end == "interrupt":
            raise KeyboardInterrupt
        elif state.step == 28:
            trainers[0].chunk = lambda *_: (np.nan, np.nan, False)

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        fitted = model(on_chunk=look).fit(X, Y)
    assert (fitted.n_iter_, fitted.stopped_by_) == (28, end)
    assert fitted.sample(50, random_state=1)[0].equals(at_four[0][0])
    assert fitted.history_["detection"].iloc[-1] == 0.9


def test_checks_follow_the_steps_there_is_time_for() -> None:
    monitor = Monitor.__new__(Monitor)
    monitor.number, monitor.most = 0, 10
    assert monitor.limit(0, 300, 1_000_000) == 300
    assert monitor.limit(300, 500, 4_000) == 400
    monitor.number = 1
    assert monitor.limit(400, 600, 4_000) == 600
    assert monitor.limit(900, 1_000, 4_000) == 901  # overdue, as there is less time than had been thought


def single_minded(layout: Any) -> Any:
    """A generator that ignores noise, and is certain of what it says."""
    noise, condition = keras.Input([4]), keras.Input([layout.condition_width])
    raw = keras.layers.Dense(layout.raw_width)(condition)
    certain = np.repeat([1e4, 1, 0], [layout.slots, layout.numbers, layout.numbers]).astype(np.float32)
    narrow = np.repeat([0, 0, 30], [layout.slots, layout.numbers, layout.numbers]).astype(np.float32)
    return keras.Model([noise, condition], raw * certain + narrow + 0 * keras.layers.Dense(1)(noise))


def by_heart(table: Any) -> Any:
    """A generator that picks one of the rows of `table`."""

    def build(layout: Any) -> Any:
        rows = TableEncoder.fit(check_table(table)[0], categorical=frozenset())[1]
        dense = dense_condition(Layout(layout.blocks), rows)[:, : layout.width]
        parts = (60 * dense[:, : layout.slots], np.arctanh(0.999 * dense[:, layout.slots :]))
        raw = np.hstack([*parts, np.full((len(rows), layout.numbers), 30)])
        noise, condition = keras.Input([len(rows)]), keras.Input([layout.condition_width])
        recited = keras.layers.Dense(layout.raw_width, use_bias=False, trainable=False)
        out = recited(keras.layers.Softmax()(noise * 1e3)) + 0 * keras.layers.Dense(1)(condition)
        recited.set_weights([raw])
        return keras.Model([noise, condition], out)

    return build


def test_a_generator_that_makes_one_row_of_each_class_has_collapsed(monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    with pytest.warns(
        PoorClassWarning, match=r"2 of 2 classes are poor\. collapsed: 'no' \(1\d\d training rows"
    ) as told:
        model(generator=single_minded, steps=5).fit(X, Y)
    assert len(told) == 1
    message = str(told[0].message)
    assert issubclass(told[0].category, DataWarning)
    assert "'yes' (" in message
    assert "as many real rows would have 97%" in message
    assert "batch_size" in message
    assert told[0].filename == __file__


def test_a_generator_that_knows_its_training_rows_by_heart_has_memorised(monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    table = np.random.default_rng(0).normal(size=(60, 5))
    with pytest.warns(
        PoorClassWarning, match=r"1 of 1 classes are poor\. memorised: 'x' \(60 training rows; \d+% of gen"
    ):
        model(generator=by_heart(table), steps=3).fit(table, ["x"] * 60)


def test_a_class_that_was_not_learnt_is_named_with_figures_and_remedy(monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    with pytest.warns(PoorClassWarning, match=r"not learnt: .*'rare' \(\d\d training rows; .* Train for more steps"):
        model(steps=2).fit(*tables.separable())


def test_a_class_that_comes_out_as_another_is_named_with_it(monkeypatch: Any) -> None:
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    found = ClassDiagnosis(12, 1.0, 0.0, 1.0, 0.0, 0.0, 0.02, 1.0, 64, 0, 0.95)
    monkeypatch.setattr(
        Monitor, "classes", lambda *_, **__: {0: replace(found, recognised=1.0, coverage=1.0), 1: found}
    )
    with pytest.warns(
        PoorClassWarning,
        match=r"1 of 2 .*'yes' \(12 training rows; .* 2% of these are taken for their class, and 100% of real ones, "
        r"95% are taken for 'no'\)",
    ):
        model(steps=1).fit(X, Y)


def test_of_a_class_of_few_rows_enough_are_generated_to_tell_what_they_are_taken_for(monkeypatch: Any) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("ganaug.gan.fit._should_be_good", lambda *_: True)
    monkeypatch.setattr("ganaug.gan.monitor.examine", lambda *given: seen.append(given) or {})
    numbers = np.random.default_rng(0).normal(size=(38, 2))
    model(steps=1, batch_size=8).fit(numbers, np.repeat(["few", "many"], [8, 30]))
    [(_, real, _, generated, _)] = seen
    assert np.bincount(real).tolist() == [8, 30]
    assert np.bincount(generated).tolist() == [64, 30]


def test_a_fit_that_is_knowingly_short_is_not_judged() -> None:
    model(steps=2).fit(X, Y)  # a warning would be an error


def test_a_good_fit_is_silent() -> None:
    fitted = GANAugmenter(random_state=0, steps=600, batch_size=64, refine=False).fit(X, Y)
    assert fitted.stopped_by_ == "steps"
    assert checked(fitted) == [200, 400, 600]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"on_chunk": 3}, TypeError, "on_chunk=3 must be a callable"),
        ({"on_chunk": [print, "x"]}, TypeError, "on_chunk='x' must be a callable"),
        ({"early_stopping": 0}, ValueError, "early_stopping=0 must be True, False, or a number of checks"),
        ({"early_stopping": "yes"}, TypeError, "early_stopping='yes' must be"),
        ({"early_stopping": 1.5}, TypeError, r"early_stopping=1\.5 must be"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        model(**options).fit(X, Y)


def test_files_hold_figures_and_patience_but_no_callbacks(tmp_path: Any) -> None:
    fitted = model(on_chunk=print, early_stopping=2, steps=3).fit(X, Y)
    fitted.save(tmp_path / "m.ganaug")
    twin = load(tmp_path / "m.ganaug")
    assert twin.history_.equals(fitted.history_)
    assert twin.history_.dtypes.equals(fitted.history_.dtypes)
    assert (twin.on_chunk, twin.early_stopping) == (None, 2)
    assert pickle.loads(pickle.dumps(fitted)).history_.equals(fitted.history_)


def test_the_over_sampler_passes_them_on() -> None:
    calls: list[int] = []
    sampler = GANOverSampler(
        steps=40, early_stopping=2, on_chunk=lambda state: calls.append(state.step) or True, random_state=0
    )
    sampler.fit_resample(X, Y)
    assert sampler.augmenter_.stopped_by_ == "callback"
    assert calls == [sampler.augmenter_.n_iter_]
    assert sampler.augmenter_.early_stopping == 2


def test_images_are_monitored_too() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    shapes: list[Any] = []
    fitted = model(steps=2, batch_size=8, on_chunk=lambda state: shapes.append(state.sample(3)[0].shape))
    assert checked(fitted.fit(images, [0, 1] * 20)) == [2]
    assert shapes[-1] == (3, 8, 8)


def test_a_grid_of_images_can_be_drawn_while_training(tmp_path: Path) -> None:
    def snapshot(state: TrainingState) -> None:
        state.plot_samples(2, random_state=0).figure.savefig(tmp_path / f"{state.step}.png")

    images, labels = glyphs(10)
    model(steps=6, batch_size=8, on_chunk=snapshot).fit(images, labels)
    assert (tmp_path / "6.png").stat().st_size > 0


def test_training_images_in_place_of_generated_ones_are_found_out() -> None:
    images, labels = glyphs(30)
    encoder, rows = ImageEncoder.fit(images[..., None])
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    none = np.zeros((len(codes), 0), np.float32)
    layout = replace(encoder.layout, condition=Layout((Block(0, 3),)))
    data, kind = Data(rows, Encoded(codes[:, None], none, none), np.ones(len(codes))), layout

    class Thief:
        layout = kind

        def draw(self, condition: Encoded, seed: tuple[int, int]) -> Pixels:
            rng = np.random.default_rng(seed)
            return rows.take(np.array([rng.choice(np.flatnonzero(codes == code)) for code in condition.codes[:, 0]]))

    monitor = Monitor(Thief(), data, 0, model_of=lambda *_: None, show=print)  # type: ignore
    assert {found.fault for found in monitor.classes(Thief(), labelled=True).values()} == {"memorised"}  # type: ignore
