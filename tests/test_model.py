"""The record of a fit: it travels, and it draws rows also before the fit has ended."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from ganaug import GANAugmenter, load
from ganaug.model import GenerativeModel
from ganaug.persistence.model_file import dump_model, parse_model, read_model, write_model


def by_file(model: GenerativeModel, folder: Any) -> GenerativeModel:
    write_model(folder / "it.ganaug", {"parameters": {}, "model": model})
    return read_model(folder / "it.ganaug")["model"]


COPIES = {
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "deepcopy": lambda model, _: copy.deepcopy(model),
    "file": by_file,
    "bytes": lambda model, _: parse_model(dump_model({"model": model}))["model"],
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_samples_the_same_rows(quick, way, tmp_path):
    model = copy.deepcopy(quick._model)
    twin = COPIES[way](model, tmp_path)
    assert isinstance(twin, GenerativeModel)
    for options in ({"random_state": 7}, {"random_state": 7, "refine": False}, {}, {}):
        for one, other in zip(model.sample(40, **options), twin.sample(40, **options), strict=True):
            assert one.equals(other)
    assert_frame_equal(twin.history, model.history)
    assert (twin.steps, twin.stopped_by, twin.candidates) == (model.steps, model.stopped_by, model.candidates)
    assert twin.seeds == model.seeds


def test_a_model_that_was_drawn_from_can_still_be_pickled(quick):
    model = quick._model
    model.sample(3)
    assert_frame_equal(
        pickle.loads(pickle.dumps(model)).sample(9, random_state=1)[0], model.sample(9, random_state=1)[0]
    )


def test_it_tells_what_the_estimator_tells(quick, mixed):
    X, y = mixed
    model = quick._model
    assert model.steps == quick.n_iter_ == 20
    assert model.class_target.class_counts == quick.class_counts_ == y.value_counts().sort_index().to_dict()
    assert model.history is quick.history_
    assert model.modality.name == "table"
    X_made, y_made = model.sample(5, random_state=3)
    assert_frame_equal(X_made, quick.sample(5, random_state=3)[0])
    assert_series_equal(y_made, quick.sample(5, random_state=3)[1])
    assert list(X_made) == list(X)


def test_unrefined_it_is_the_generator_alone(quick):
    bare = quick._model.unrefined
    assert (bare.chooser, bare.candidates) == (None, 1)
    assert quick._model.chooser is not None
    made = bare.sample(50, random_state=0)[0]
    assert_frame_equal(made, quick.sample(50, random_state=0, refine=False)[0])
    assert not made.equals(quick.sample(50, random_state=0)[0])


def own_generator(layout: Any) -> Any:
    import keras

    noise, condition = keras.Input([4]), keras.Input([layout.condition_width])
    joined = keras.layers.Concatenate()([noise, condition])
    return keras.Model([noise, condition], keras.layers.Dense(layout.raw_width)(joined))


@pytest.mark.parametrize("generator", [None, own_generator], ids=["built in", "own"])
def test_callbacks_of_a_first_fit_get_a_model_to_sample_and_to_save(mixed, tmp_path, generator):
    seen: list[tuple[int, pd.DataFrame, pd.DataFrame]] = []

    def look(state: Any) -> None:
        assert isinstance(state.model, GenerativeModel)
        assert not hasattr(augmenter, "n_iter_")
        path = tmp_path / f"{state.step}.ganaug"
        state.save(path)
        seen.append((state.step, state.sample(30, random_state=2)[0], state.model.history))

    augmenter = GANAugmenter(steps=30, refine=False, generator=generator, random_state=0, on_chunk=look)
    augmenter.fit(*mixed)
    assert len(seen) > 1
    assert seen[-1][0] == augmenter.n_iter_ == 30
    for number, (step, rows, history) in enumerate(seen, 1):
        again = load(tmp_path / f"{step}.ganaug", generator=generator)._model
        assert_frame_equal(again.sample(30, random_state=2)[0], rows)
        assert again.steps == step
        assert len(history) == number
    assert not seen[0][1].equals(seen[-1][1])


def test_what_callbacks_draw_leaves_the_fit_and_its_samples_as_they_are(mixed):
    def greedy(state: Any) -> None:
        state.sample(3)
        state.model.sample({"yes": 2})

    watched, left_alone = (
        GANAugmenter(steps=12, refine=2, random_state=0, on_chunk=callback).fit(*mixed) for callback in (greedy, None)
    )
    for _ in range(2):
        assert_frame_equal(watched.sample(20)[0], left_alone.sample(20)[0])
    np.testing.assert_array_equal(watched._model.generator.weights[0], left_alone._model.generator.weights[0])


@pytest.mark.parametrize("strategy", [None, {0: 12_000, 1: 12_000, 2: 12_000}])
@pytest.mark.usefixtures("dice")
def test_many_rows_have_a_bar(strategy, capsys, monkeypatch):
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    X, y = np.random.default_rng(0).normal(size=(90, 2)), np.repeat([0, 1, 2], 30)
    options = {"ratio": 400 if strategy is None else 0, "sampling_strategy": strategy, "refine": False}
    augmenter = GANAugmenter(**options, verbose=True, random_state=0).fit(X, y)
    capsys.readouterr()
    augmenter.sample(50, random_state=0)
    assert capsys.readouterr().err == ""
    augmenter.sample(20_000, random_state=0)
    assert "20000/20000" in capsys.readouterr().err
    made, _ = augmenter.augment(X, y)
    told = capsys.readouterr().err
    assert "drawing rows: 100%" in told
    assert f"{len(made) - 90}/{len(made) - 90}" in told
    augmenter.set_params(verbose=False).augment(X, y)
    assert capsys.readouterr().err == ""
