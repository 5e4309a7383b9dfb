"""A fit that was killed goes on from its file, and ends bit for bit where an unbroken one ends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import toy
from pandas.testing import assert_frame_equal

from ganaug import CorruptFileError, GANAugmenter, load
from ganaug.gan import checkpoint, trainer
from ganaug.gan.losses import Loss, wasserstein

X, Y = toy.toy(200)
SCRIPT = """
import sys
import numpy as np, pandas as pd
import ganaug.gan.checkpoint as checkpoint
from ganaug import GANAugmenter
checkpoint.SECONDS_BETWEEN = 0.2
rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.choice(list("xyz"), 300)})
y = rng.choice(["no", "yes"], 300)
print("began", flush=True)
fitted = GANAugmenter(steps=600, refine=2, random_state=0, checkpoint=sys.argv[1] or None).fit(X, y)
print(fitted.stopped_by_, pd.util.hash_pandas_object(fitted.sample(200, random_state=3)[0]).sum(), flush=True)
"""


class Killed(BaseException):
    """What no handler catches."""


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(trainer, "MAX_CHUNK", 7)


def model(**options: Any) -> GANAugmenter:
    return GANAugmenter(**{"steps": 40, "batch_size": 32, "refine": 2, "random_state": 0, **options})


def killed_at(step: int, path: Path, **options: Any) -> None:
    def kill(state: Any) -> None:
        if state.step >= step:
            raise Killed

    with pytest.raises(Killed):
        model(checkpoint=path, on_chunk=kill, **options).fit(X, Y)


def assert_same(one: GANAugmenter, other: GANAugmenter) -> None:
    for mine, theirs in zip(one._model.generator.weights, other._model.generator.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert_frame_equal(one.sample(60, random_state=1)[0], other.sample(60, random_state=1)[0])


@pytest.mark.parametrize(
    ("step", "options"),
    [
        (11, {}),
        pytest.param(32, {"loss": "hinge"}, marks=pytest.mark.slow),
        pytest.param(14, {"loss": Loss(wasserstein, weight=2.0, every=3)}, marks=pytest.mark.slow),
        pytest.param(18, {"optimizer": keras.optimizers.RMSprop(1e-3)}, marks=pytest.mark.slow),
        (25, {"early_stopping": 1}),
    ],
    ids=["adam", "hinge", "own loss", "own optimizer", "early stopping"],
)
def test_a_killed_fit_goes_on_and_ends_where_an_unbroken_one_ends(step: int, options: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    killed_at(step, path, **options)
    resumed = model(checkpoint=path, **options).fit(X, Y)
    whole = model(**options).fit(X, Y)
    assert_same(resumed, whole)
    assert resumed.n_iter_ == whole.n_iter_ == 40
    assert resumed.history_["step"].is_monotonic_increasing
    assert resumed.stopped_by_ == whole.stopped_by_


def test_a_file_that_is_at_the_end_saves_all_of_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = model(checkpoint=tmp_path / "run.ckpt").fit(X, Y)
    monkeypatch.setattr(trainer.Pace, "next_chunk", lambda *_: pytest.fail("it trains again"))
    assert_same(first, model(checkpoint=str(tmp_path / "run.ckpt")).fit(X, Y))


def test_without_a_random_state_the_seed_is_that_of_the_file(tmp_path: Path) -> None:
    killed_at(20, tmp_path / "run.ckpt", random_state=None)
    one, other = (model(checkpoint=tmp_path / "run.ckpt", random_state=None).fit(X, Y) for _ in range(2))
    assert_same(one, other)


@pytest.mark.slow
def test_rollbacks_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, calls = trainer.Trainer.__init__, []

    def unsound_once(self: Any, *given: Any) -> None:
        make(self, *given)
        chunk = self.chunk

        def first_fails(start: Any, *rest: Any) -> Any:
            calls.append(int(start))
            done = chunk(start, *rest)
            return (np.float32("nan"), *done[1:]) if calls.count(4) == 1 and calls[-1] == 4 else done

        self.chunk = first_fails

    monkeypatch.setattr(trainer.Trainer, "__init__", unsound_once)
    monkeypatch.setattr("ganaug.gan.kept.kept_trainers._trainers", {})
    optimizer = keras.optimizers.Adam(1e-3)
    killed_at(20, tmp_path / "run.ckpt", optimizer=optimizer)
    resumed = model(checkpoint=tmp_path / "run.ckpt", optimizer=optimizer).fit(X, Y)
    calls.clear()
    assert_same(resumed, model(optimizer=optimizer).fit(X, Y))


@pytest.mark.slow
def test_images_go_on_as_well(tmp_path: Path) -> None:
    images, labels = np.random.default_rng(0).integers(0, 255, (40, 8, 8)).astype(np.uint8), np.repeat([0, 1], 20)

    def kill(state: Any) -> None:
        if state.step >= 4:
            raise Killed

    options = {"steps": 8, "batch_size": 8, "refine": False, "random_state": 0}
    with pytest.raises(Killed):
        GANAugmenter(checkpoint=tmp_path / "run.ckpt", on_chunk=kill, **options).fit(images, labels)
    resumed = GANAugmenter(checkpoint=tmp_path / "run.ckpt", **options).fit(images, labels)
    whole = GANAugmenter(**options).fit(images, labels)
    np.testing.assert_array_equal(resumed.sample(5, random_state=0)[0], whole.sample(5, random_state=0)[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 50}, "with steps 40, where this one has 50: delete the file"),
        ({"batch_size": 16}, "batch_size 32, where this one has 16"),
        ({"loss": "hinge"}, "loss 'relativistic', where this one has 'hinge'"),
        ({"random_state": 1}, "with other random_state: delete"),
        ({"loss": Loss(wasserstein)}, r"where this one has \['wasserstein', 'zero_centred', '0.5', '8'\]"),
        ({"refine": 3, "optimizer": "sgd"}, r"candidates \(refine\) 2, where this one has 3 and optimizer 'adam'"),
    ],
)
def test_other_parameters_are_named(options: Any, message: str, tmp_path: Path) -> None:
    model(checkpoint=tmp_path / "run.ckpt").fit(X, Y)
    with pytest.raises(ValueError, match=message):
        model(checkpoint=tmp_path / "run.ckpt", **options).fit(X, Y)


def test_other_rows_are_noticed(tmp_path: Path) -> None:
    model(checkpoint=tmp_path / "run.ckpt").fit(X, Y)
    changed = X.copy()
    changed.iloc[0, 0] += 1.0
    for rows, labels in ((changed, Y), (X.iloc[::-1], Y[::-1]), (X.rename(columns={"first": "1st"}), Y)):
        with pytest.raises(ValueError, match=r"run\.ckpt: .* other (rows|columns)"):
            model(checkpoint=tmp_path / "run.ckpt").fit(rows, labels)


def test_what_is_no_checkpoint_is_named_before_training(tmp_path: Path) -> None:
    fitted = model().fit(X, Y)
    fitted.save(tmp_path / "model.ganaug")
    (tmp_path / "noise").write_bytes(b"noise")
    with pytest.raises(ValueError, match="no checkpoint of a fit"):
        model(checkpoint=tmp_path / "model.ganaug").fit(X, Y)
    with pytest.raises(CorruptFileError, match="noise"):
        model(checkpoint=tmp_path / "noise").fit(X, Y)
    with pytest.raises(IsADirectoryError):
        model(checkpoint=tmp_path).fit(X, Y)
    with pytest.raises(FileNotFoundError, match="no folder"):
        model(checkpoint=tmp_path / "nowhere" / "run.ckpt").fit(X, Y)
    model(checkpoint=tmp_path / "run.ckpt").fit(X, Y)
    with pytest.raises(ValueError, match="checkpoint of a fit: fit with checkpoint="):
        load(tmp_path / "run.ckpt")


def test_a_category_that_no_file_can_hold_is_told_before_training(tmp_path: Path) -> None:
    strange = X.assign(level=pd.Series([complex(1, i % 2) for i in range(len(X))], index=X.index, dtype=object))
    with pytest.raises(TypeError, match=r"level.*cannot be saved"):
        model(checkpoint=tmp_path / "run.ckpt", on_chunk=lambda _: pytest.fail("it trains")).fit(strange, Y)


def run(path: str) -> subprocess.Popen[str]:
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_process_that_is_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """The same moments each time, as far as a clock allows."""
    truth = run("").communicate()[0].splitlines()[-1]
    path, rng = tmp_path / "run.ckpt", random.Random(0)
    for sent in (signal.SIGKILL, signal.SIGINT):
        worker = run(str(path))
        assert worker.stdout is not None
        assert worker.stdout.readline() == "began\n"
        time.sleep(rng.uniform(2, 5))
        worker.send_signal(sent)
        worker.communicate()
        assert [file.name for file in tmp_path.iterdir() if file.suffix == ".ckpt"] in ([], ["run.ckpt"])
    assert run(str(path)).communicate()[0].splitlines()[-1] == truth
