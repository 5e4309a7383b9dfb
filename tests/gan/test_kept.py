"""A trainer that is used again trains as a new one would."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ganaug import GANAugmenter
from ganaug.gan.kept import MOST_KEPT, KeptTrainers
from ganaug.gan.trainer import Trainer


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Trainer]:
    """The trainers that are made from now on."""
    trainers: list[Trainer] = []
    original = Trainer.__init__

    def init(self: Trainer, *args: Any) -> None:
        original(self, *args)
        trainers.append(self)

    monkeypatch.setattr(Trainer, "__init__", init)
    monkeypatch.setattr("ganaug.gan.kept.kept_trainers", KeptTrainers())
    return trainers


def table(rows: int, seed: int = 0, columns: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(rows, columns)), columns=list("abcdefgh")[:columns])
    return X, (X["a"] > 0).to_numpy().astype(int)


def fitted(rows: int, seed: int = 0, columns: int = 3, **options: Any) -> GANAugmenter:
    return GANAugmenter(**{"steps": 12, "refine": False, "random_state": seed} | options).fit(
        *table(rows, seed, columns)
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_what_is_learnt_does_not_depend_on_what_was_learnt_before(made: list[Trainer], optimizer: str) -> None:
    alone = fitted(400, seed=1, optimizer=optimizer)
    made.clear()
    fitted(300, seed=2, optimizer=optimizer)
    again = fitted(400, seed=1, optimizer=optimizer)
    assert not made  # both went through the trainer of the first
    for one, other in zip(alone._model.generator.weights, again._model.generator.weights, strict=True):
        assert np.array_equal(one, other)
    pd.testing.assert_frame_equal(alone.history_.drop(columns="seconds"), again.history_.drop(columns="seconds"))


@pytest.mark.slow
def test_other_shapes_and_settings_have_a_trainer_of_their_own(made: list[Trainer]) -> None:
    for options in ({}, {"columns": 4}, {"batch_size": 50}, {"loss": "hinge"}):
        before = len(made)
        fitted(400, **options)
        assert len(made) == before + 1
    from ganaug.gan.kept import kept_trainers

    assert len(kept_trainers._trainers) == MOST_KEPT


@pytest.mark.slow
def test_parts_of_the_users_own_are_never_used_again(made: list[Trainer]) -> None:
    import keras

    from ganaug.gan.losses import Loss, hinge

    for _ in range(2):
        fitted(400, optimizer=keras.optimizers.Adam(1e-3))
        fitted(400, loss=Loss(hinge))
    assert len(made) == 4


def test_no_rows_are_kept(made: list[Trainer]) -> None:
    fitted(400)
    assert made[0].tensors == []


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "of the user's own"])
def test_fits_of_many_shapes_leave_no_graph_behind(optimizer: str) -> None:
    """Those that are kept aside."""
    import keras

    def graphs() -> int:
        gc.collect()
        return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects())

    def fit(columns: int) -> None:
        rows = np.random.default_rng(0).normal(size=(40, columns))
        own = keras.optimizers.Adam(1e-3, clipnorm=1.0, weight_decay=1e-3)
        own = keras.optimizers.LossScaleOptimizer(own) if columns % 2 else own
        choice = optimizer if optimizer == "adam" else own
        GANAugmenter(steps=2, refine=False, random_state=0, optimizer=choice).fit(rows)

    for columns in (1, 2):
        fit(columns)
    before = graphs()
    for columns in (3, 4, 5):
        fit(columns)
    assert graphs() <= before + 1
