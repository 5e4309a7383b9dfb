"""Ctrl-C keeps what the user's own fit has learnt, ends what others run, and a second one loses nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest
import toy
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, assess
from ganaug.gan import interrupts, trainer
from ganaug.gan.monitor import Monitor

X, Y = toy.toy(200)
DATA = make_classification(200, weights=[0.8], random_state=0)
pytestmark = pytest.mark.filterwarnings("ignore:training ended by interrupt")


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "MAX_CHUNK", 4)


def press(*_: Any, **__: Any) -> None:
    signal.raise_signal(signal.SIGINT)


def pressed_at(step: int) -> Any:
    def look(state: Any) -> None:
        if state.step == step:
            press()

    return look


def model(**options: Any) -> GANAugmenter:
    return GANAugmenter(**{"steps": 40, "batch_size": 32, "refine": 2, "random_state": 0, **options})


def test_ctrl_c_keeps_what_the_user_s_fit_has_learnt_and_does_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganaug.selection.importance.ImportanceSampling.fit", lambda *_, **__: pytest.fail("refines"))
    fitted = model(on_chunk=pressed_at(24)).fit(X, Y)
    assert (fitted.stopped_by_, fitted.n_iter_) == ("interrupt", 24)
    assert len(fitted.sample(30)[0]) == 30
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("method", ["fit_transform", "fit_resample"])
def test_other_ways_to_ask_for_a_fit_keep_it_too(method: str) -> None:
    options = {"steps": 40, "batch_size": 32, "random_state": 0, "on_chunk": pressed_at(24)}
    made: Any = GANAugmenter(refine=2, **options) if method == "fit_transform" else GANOverSampler(**options)
    labels = np.where(np.arange(len(X)) < 150, "a", "b")
    rows, _ = getattr(made, method)(X, labels)
    assert len(rows) > len(X)


def test_a_second_one_loses_nothing_that_the_first_one_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Monitor.finish

    def disturbed(self: Monitor, *given: Any) -> Any:
        press()
        return finish(self, *given)

    monkeypatch.setattr(Monitor, "finish", disturbed)
    fitted = model(on_chunk=pressed_at(24)).fit(X, Y)
    assert (fitted.stopped_by_, fitted.n_iter_) == ("interrupt", 24)


def test_one_in_the_last_check_keeps_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Monitor, "finish", press)
    fitted = model().fit(X, Y)
    assert (fitted.stopped_by_, fitted.n_iter_) == ("interrupt", 40)
    assert len(fitted.sample(30)[0]) == 30


def test_one_in_refinement_keeps_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganaug.selection.importance.ImportanceSampling.fit", press)
    fitted = model().fit(X, Y)
    assert (fitted.stopped_by_, fitted._model.chooser) == ("interrupt", None)


def test_one_before_anything_was_learnt_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    make = trainer.Trainer._take

    def disturbed(self: Any, data: Any) -> None:
        press()
        make(self, data)

    monkeypatch.setattr(trainer.Trainer, "_take", disturbed)
    with pytest.raises(KeyboardInterrupt):
        model().fit(X, Y)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


RUNS = {
    "cross-validation": lambda one: cross_val_score(AugmentedClassifier(LogisticRegression(), one), *DATA, cv=3),
    "AugmentedClassifier": lambda one: AugmentedClassifier(LogisticRegression(), one).fit(*DATA),
    "assess": lambda one: assess(LogisticRegression(), *DATA, one, cv=3, random_state=0),
    "a Pipeline": lambda one: make_pipeline(one.set_params(mode="replace", ratio=0.5), LogisticRegression()).fit(*DATA),
}


@pytest.mark.parametrize("run", RUNS)
def test_what_runs_fits_of_its_own_ends_as_a_whole(run: str) -> None:
    begun: list[int] = []

    def look(state: Any) -> None:
        begun.append(state.step)
        if len(begun) == 3:
            press()

    with pytest.raises(KeyboardInterrupt):
        RUNS[run](GANAugmenter(steps=40, batch_size=32, random_state=0, on_chunk=look))
    assert sum(step == 4 for step in begun) == 1


def test_a_handler_of_ones_own_is_left_alone() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        fitted = model(on_chunk=pressed_at(24)).fit(X, Y)
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
    assert fitted.n_iter_ == 40


def test_a_fit_in_a_thread_leaves_signals_alone() -> None:
    made: list[GANAugmenter] = []
    thread = threading.Thread(target=lambda: made.append(model().fit(X, Y)))
    thread.start()
    thread.join()
    assert made[0].n_iter_ == 40


def test_a_worker_whose_parent_is_gone_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(interrupts.os, "_exit", ended.append)
    monkeypatch.setattr(interrupts.os, "getppid", lambda: 1)
    interrupts.Parent().check()
    monkeypatch.setattr(multiprocessing.current_process(), "_name", "LokyProcess-1")
    parent = interrupts.Parent()
    parent.check()
    assert not ended
    monkeypatch.setattr(interrupts.os, "getppid", lambda: 2)
    parent.check()
    assert ended == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_is_told_to_spawn_instead_of_waiting_for_ever() -> None:
    model(steps=4, refine=False).fit(X, Y)
    context = multiprocessing.get_context("fork")
    said = context.Queue()

    def child() -> None:
        try:
            model(steps=4, refine=False).fit(X, Y)
            said.put("done")
        except RuntimeError as error:
            said.put(str(error))

    process = context.Process(target=child)
    process.start()
    try:
        assert "get_context('spawn')" in said.get(timeout=60)
    finally:
        process.kill()
        process.join()
