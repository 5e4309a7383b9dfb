"""Two processes that train one model part in nothing: not in weights, not in when they end, not in errors."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import toy
from sklearn.exceptions import ConvergenceWarning

from ganaug import GANAugmenter
from ganaug.gan import trainer
from ganaug.gan.workers import Workers

LIMIT = 240
STEPS, BATCH = 200, 64
OPTIONS = {"steps": STEPS, "batch_size": BATCH, "refine": False, "random_state": 0}
X, Y = toy.toy(200)


def figures(model: GANAugmenter) -> dict[str, Any]:
    history = model.history_
    taken = np.diff(history["step"], prepend=0)[:, None]
    losses = history[["discriminator_loss", "generator_loss"]].to_numpy()
    return {
        "weights": model._model.generator.weights,
        "losses": (losses * taken).sum(0) / taken.sum(),
        "classes": model.classes_.tolist(),
        "rules": [rule.text for rule in model.rules_],
        "ended": (model.stopped_by_, model.n_iter_),
        "rows": model.sample(20, random_state=0)[0],
    }


def interrupted(_: Any = None) -> None:
    raise KeyboardInterrupt


def own_generator(layout: Any) -> Any:
    """Of other weights on each worker."""
    parts = [keras.Input([5]), keras.Input([layout.condition_width])]
    keras.utils.set_random_seed(os.getpid())
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(8, "relu")(keras.layers.Concatenate()(parts)))
    return keras.Model(parts, keras.layers.Dense(layout.raw_width)(hidden))


def attempts(index: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the second of two workers does otherwise, and what both give."""

    def only_second(act: Callable[[], Any]) -> Callable[[Any], Any]:
        return lambda state: act() if index == 1 and state.step > 8 else None

    def fail() -> None:
        raise KeyError("mine")

    yield "whole", {}
    yield "callback", {"on_chunk": only_second(lambda: True)}
    yield "interrupt", {"on_chunk": only_second(lambda: signal.raise_signal(signal.SIGINT))}
    yield "raised", {"on_chunk": only_second(interrupted)}
    yield "failure", {"on_chunk": only_second(fail)}
    yield "seeds", {"random_state": index}
    look = {"on_chunk": lambda state: state.sample(5) if index == 0 else None}
    yield "own networks", {"generator": own_generator, "optimizer": keras.optimizers.RMSprop(1e-3), "steps": 8, **look}
    yield "diverged", {"optimizer": keras.optimizers.SGD(1e30)}


def note_draws(draws: list[tuple[int, int]]) -> None:
    """Keep the number of each batch that this worker draws, and its rows."""
    batch = trainer.Trainer._batch

    def noted(self: Any, at: Any, tensors: Any) -> Any:
        tf.numpy_function(lambda number: draws.append((int(number), self.batch_size)), [at], [])
        return batch(self, at, tensors)

    trainer.Trainer._batch = noted  # type: ignore[method-assign]


def work(index: int, out: Path) -> None:
    """A worker: all fits with one strategy, and what came of each."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    draws: list[tuple[int, int]] = []
    note_draws(draws)
    trainer.CHUNK_SECONDS = 0.1 + 0.2 * index  # workers' clocks differ
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    found: dict[str, Any] = {}
    for name, options in attempts(index):
        try:
            found[name] = figures(GANAugmenter(**{**OPTIONS, "strategy": strategy, **options}).fit(X, Y))
        except Exception as error:
            found[name] = repr(error)
        if name == "whole":
            found["draws"] = list(draws)
    out.write_bytes(pickle.dumps(found))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What came of each worker's fits."""
    outs = [tmp_path_factory.mktemp("workers") / f"{index}" for index in range(2)]
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in outs]
        for each in sockets:
            each.bind(("localhost", 0))
        addresses = [f"localhost:{each.getsockname()[1]}" for each in sockets]
    path = os.pathsep.join([str(Path(toy.__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    with ExitStack() as stack:
        workers = []
        for index, out in enumerate(outs):
            config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            given = {**os.environ, "TF_CONFIG": json.dumps(config), "PYTHONPATH": path}
            command = [sys.executable, "-W", "ignore", __file__, str(index), str(out)]
            workers.append(subprocess.Popen(command, env=given, stderr=subprocess.PIPE, text=True))
            stack.callback(workers[-1].kill)
        for worker in workers:
            said = worker.communicate(timeout=LIMIT)[1]
            assert worker.returncode == 0, said
    return [pickle.loads(out.read_bytes()) for out in outs]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole", "callback", "interrupt", "raised", "own networks"])
def test_workers_end_with_the_same_model(both: list[dict[str, Any]], name: str) -> None:
    one, other = (found[name] for found in both)
    for mine, theirs in zip(one["weights"], other["weights"], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for figure in ("classes", "rules", "ended"):
        assert one[figure] == other[figure]
    assert one["rows"].equals(other["rows"])
    np.testing.assert_array_equal(one["losses"], other["losses"])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "why"), [("callback",) * 2, ("interrupt",) * 2, ("raised", "interrupt")])
def test_what_ends_training_on_one_worker_ends_it_on_both(both: list[dict[str, Any]], name: str, why: str) -> None:
    reason, steps = both[0][name]["ended"]
    assert reason == why
    assert 8 < steps < STEPS


@pytest.mark.slow
def test_losses_are_those_of_one_worker_with_the_whole_batch(both: list[dict[str, Any]]) -> None:
    alone = figures(GANAugmenter(**OPTIONS).fit(X, Y))
    assert both[0]["whole"]["ended"] == alone["ended"]
    assert both[0]["whole"]["classes"] == alone["classes"]
    assert both[0]["whole"]["rules"] == alone["rules"]
    # over six seeds, one worker's are 0.008 and 0.012 apart
    np.testing.assert_allclose(both[0]["whole"]["losses"], alone["losses"], atol=0.02)


@pytest.mark.slow
def test_each_worker_draws_a_batch_of_its_own_of_its_share_of_rows(both: list[dict[str, Any]]) -> None:
    numbers = [[number for number, _ in found["draws"]] for found in both]
    assert {size for found in both for _, size in found["draws"]} == {BATCH // 2}
    assert sorted(numbers[0]) == list(range(0, 2 * STEPS, 2))
    assert sorted(numbers[1]) == list(range(1, 2 * STEPS, 2))


@pytest.mark.slow
def test_an_error_on_one_worker_ends_the_others(both: list[dict[str, Any]]) -> None:
    assert both[1]["failure"] == "KeyError('mine')"
    assert "another worker failed" in both[0]["failure"]


@pytest.mark.slow
def test_workers_that_are_given_different_fits_are_told(both: list[dict[str, Any]]) -> None:
    for found in both:
        assert "the 2 workers of the strategy are given different random_state: give" in found["seeds"]


@pytest.mark.slow
def test_losses_that_are_not_finite_are_rolled_back_on_both(both: list[dict[str, Any]]) -> None:
    assert both[0]["diverged"]["ended"] == both[1]["diverged"]["ended"] == ("diverged", 0)


class Resolver:
    """Of a cluster of three."""

    def cluster_spec(self) -> Any:
        return tf.train.ClusterSpec({"chief": ["a:1"], "worker": ["b:1", "c:1"]})


class OfThree:
    """A strategy of which nothing but its cluster is asked."""

    cluster_resolver = Resolver()

    def scope(self) -> None:
        pytest.fail("trains")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"random_state": None}, "random_state=None with a strategy of 3 workers.*set random_state to the same int"),
        ({"time_budget": 9}, "time_budget=9 with a strategy of 3 workers.*set steps"),
        ({"checkpoint": "a"}, "checkpoint='a' with a strategy of 3 workers.*leave it out"),
    ],
)
def test_what_workers_would_part_by_is_refused_before_training(option: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GANAugmenter(**{**OPTIONS, "strategy": OfThree(), **option}).fit(X, Y)


def test_strategies_of_one_process_have_one_worker() -> None:
    for strategy in (None, tf.distribute.get_strategy(), tf.distribute.OneDeviceStrategy("/cpu:0")):
        alone = Workers(strategy)
        assert (alone.count, alone.several) == (1, False)
        assert alone.any([True, False]).tolist() == [True, False]
        assert alone.first_number(3) == 3


def test_a_strategy_that_mirrors_takes_checkpoints_and_optimizers_of_ones_own(tmp_path: Path) -> None:
    strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
    options = {**OPTIONS, "steps": 8, "strategy": strategy, "optimizer": keras.optimizers.RMSprop(1e-3)}
    whole = GANAugmenter(**options).fit(X, Y)
    with pytest.warns(ConvergenceWarning, match="interrupt"):
        GANAugmenter(**options, checkpoint=tmp_path / "fit", on_chunk=interrupted).fit(X, Y)
    gone_on = GANAugmenter(**options, checkpoint=tmp_path / "fit").fit(X, Y)
    for one, other in zip(whole._model.generator.weights, gone_on._model.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


if __name__ == "__main__":
    work(int(sys.argv[1]), Path(sys.argv[2]))
