"""Streams and layers of rows that are chosen among candidates."""

from __future__ import annotations

from collections import Counter
from typing import Any

import keras
import numpy as np
import pytest
import tables
import tensorflow as tf
from feeds import numbers, real, rows_of
from pictures import LABELS, glyphs

from ganaug import GANAugmenter
from ganaug.modality.registry import check_data
from ganaug.selection.importance import ImportanceSampling

CANDIDATES = 4
REAL = {tuple(row) for row in numbers()[0].tolist()}


def layered(model: GANAugmenter, **options: Any) -> list[Any]:
    x, y = model.as_layer(0.5, **options)(numbers(), training=True)
    return list(zip(x.numpy().tolist(), y.numpy().tolist(), strict=True))


FACES = {
    "as_dataset": lambda model, **options: rows_of(model.as_dataset(labels="balanced", **options).take(90)),
    "enlarge": lambda model, **options: rows_of(real().apply(model.enlarge(labels="balanced", **options))),
    "mix": lambda model, **options: rows_of(real().batch(45).apply(model.mix(0.5, **options)).unbatch()),
    "map_fn": lambda model, **options: rows_of(real().batch(45).map(model.map_fn(0.5, **options)).unbatch()),
    "as_layer": layered,
}


def log_odds(model: GANAugmenter, rows: list[Any]) -> float:
    """How real the chooser thinks synthetic rows are, on average."""
    fitted, made = model._model, [(x, y) for x, y in rows if tuple(x) not in REAL]
    X, y = np.array([x for x, _ in made]), np.array([y for _, y in made])
    condition = fitted.target.encode(fitted.labels(y, len(y)))
    return float(fitted.chooser.log_odds(condition, fitted.encoder.encode(check_data(X)[0])).mean())


@pytest.fixture(scope="module")
def choosy() -> GANAugmenter:
    return GANAugmenter(steps=10, refine=CANDIDATES, random_state=0).fit(*numbers())


@pytest.mark.parametrize("face", FACES)
def test_refined_rows_are_others_with_the_same_labels_in_the_same_places(choosy, face):
    chosen, drawn = (FACES[face](choosy, seed=1, refine=refine) for refine in (True, False))
    assert [y for _, y in chosen] == [y for _, y in drawn]
    kept = [[tuple(x) in REAL for x, _ in rows] for rows in (chosen, drawn)]
    assert kept[0] == kept[1]
    synthetic = np.flatnonzero(np.logical_not(kept[0]))
    assert len(synthetic) > 20
    assert np.mean([chosen[i][0] != drawn[i][0] for i in synthetic]) > 0.5
    assert FACES[face](choosy, seed=1) == drawn


@pytest.mark.parametrize("face", FACES)
def test_a_seed_gives_one_result_and_another_seed_another(choosy, face):
    first = FACES[face](choosy, seed=1, refine=True)
    assert FACES[face](choosy, seed=1, refine=True) == first
    assert FACES[face](choosy, seed=2, refine=True) != first


@pytest.mark.parametrize("face", FACES)
def test_the_chooser_thinks_more_of_the_rows_that_it_chose_than_of_all_candidates(choosy, face, monkeypatch):
    every, told = [], ImportanceSampling.log_odds

    def noted(self: Any, condition: Any, rows: Any) -> Any:
        every.append(told(self, condition, rows))
        return every[-1]

    with monkeypatch.context() as patched:
        patched.setattr(ImportanceSampling, "log_odds", noted)
        chosen = [FACES[face](choosy, seed=seed, refine=True) for seed in range(3)]
    assert np.mean([log_odds(choosy, rows) for rows in chosen]) > np.mean(np.concatenate(every)) + 0.2


@pytest.mark.parametrize("face", FACES)
def test_the_chooser_is_asked_about_every_candidate_and_only_if_rows_are_refined(choosy, face, monkeypatch):
    asked, told = [], ImportanceSampling.log_odds

    def spied(self: Any, condition: Any, rows: Any) -> Any:
        asked.append(len(rows))
        return told(self, condition, rows)

    monkeypatch.setattr(ImportanceSampling, "log_odds", spied)
    FACES[face](choosy, seed=1)
    assert not asked
    made = sum(tuple(x) not in REAL for x, _ in FACES[face](choosy, seed=1, refine=True))
    assert all(count % CANDIDATES == 0 for count in asked)
    assert sum(asked) >= CANDIDATES * made > 0


@pytest.mark.parametrize("face", FACES)
def test_without_a_chooser_there_is_nothing_to_choose(model, face):
    assert FACES[face](model, seed=1, refine=True) == FACES[face](model, seed=1)


def test_refined_streams_have_the_shares_and_the_length_asked_for(choosy):
    for labels, shares in ({2: 1.0}, {2: 90}), (None, {0: 60, 1: 20, 2: 10}):
        made = rows_of(choosy.as_dataset(labels=labels, seed=0, refine=True).take(90))
        assert Counter(y for _, y in made) == shares
    larger = real().batch(30).apply(choosy.enlarge(1.0, seed=0, refine=True))
    assert int(larger.cardinality()) == 6
    assert len(rows_of(larger.unbatch())) == 180
    balanced = real().apply(choosy.enlarge(labels="balanced", refine=True))
    assert Counter(y for _, y in rows_of(balanced)) == {0: 60, 1: 60, 2: 60}


def test_a_refined_stream_is_another_in_each_epoch_and_repeats_with_its_seed(choosy):
    def mixed() -> tf.data.Dataset:
        return real().batch(8).apply(choosy.mix(0.5, seed=1, refine=True))

    dataset = mixed()
    first, second = rows_of(dataset), rows_of(dataset)
    assert first != second
    assert rows_of(mixed().repeat(2)) == first + second


def test_a_refined_layer_is_saved_and_loaded(choosy, tmp_path):
    X, y = numbers()
    X = X.astype("float32")
    inputs = [keras.Input([2]), keras.Input([], dtype="int64")]
    net = keras.Model(inputs, choosy.as_layer(0.5, seed=4, refine=True)(inputs))
    net.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    [layer] = [layer for layer in again.layers if layer.name.startswith("synthetic_mix")]
    assert layer.get_config()["refine"] is True
    assert layer.model.candidates == CANDIDATES
    made = net([X, y], training=True)[0].numpy()
    np.testing.assert_array_equal(again([X, y], training=True)[0], made)
    unrefined = keras.Model(inputs, choosy.as_layer(0.5, seed=4)(inputs))
    assert (unrefined([X, y], training=True)[0].numpy() != made).any()


def test_a_layer_holds_what_chooses_only_if_it_is_needed(choosy):
    refined, plain = choosy.as_layer(0.5, refine=True), choosy.as_layer(0.5)
    assert refined.model.chooser is not None
    assert plain.model.chooser is None
    assert plain.size < refined.size


def test_columns_of_all_kinds_are_refined(quick):
    X, y = tables.mixed()
    dataset = quick.as_dataset(200, num_batches=1, seed=0, refine=True)
    [(x, label)] = dataset
    assert dataset.element_spec == quick.as_dataset(200).element_spec
    assert set(x["city"].numpy()) <= {city.encode() for city in X["city"].dropna()} | {b""}
    assert {name.decode() for name in label.numpy()} == set(y)


@pytest.mark.parametrize("label", ["none", "number"])
def test_rows_with_a_number_and_without_labels_are_refined(label):
    X, _ = numbers()
    augmenter = GANAugmenter(steps=5, refine=2, random_state=0).fit(X, None if label == "none" else X[:, 0] * 10)
    chosen, drawn = (rows_of(augmenter.as_dataset(seed=0, refine=refine).take(90)) for refine in (True, False))
    if label == "number":
        assert [y for _, y in chosen] == [y for _, y in drawn]
    assert chosen != drawn


def test_images_are_refined():
    X, y = glyphs()
    augmenter = GANAugmenter(steps=3, refine=3, random_state=0).fit(X, y)
    chosen, drawn = (
        next(iter(augmenter.as_dataset(30, labels="balanced", seed=0, refine=refine))) for refine in (True, False)
    )
    assert sorted(label.decode() for label in chosen[1].numpy()) == sorted(LABELS * 10)
    assert (chosen[0].shape, chosen[0].dtype) == ((30, 12, 10), tf.uint8)
    np.testing.assert_array_equal(chosen[1], drawn[1])
    assert (chosen[0].numpy() != drawn[0].numpy()).any((1, 2)).mean() > 0.5
