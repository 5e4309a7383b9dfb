"""Synthetic rows between real ones."""

from __future__ import annotations

from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
from feeds import network, numbers, real, rows_of


@pytest.mark.parametrize("batch", [None, 16])
def test_enlarging_adds_so_many_and_loses_none(model, batch):
    dataset = real() if batch is None else real().batch(batch, drop_remainder=True)
    larger = dataset.apply(model.enlarge(0.5, seed=0))
    before, after = int(dataset.cardinality()), int(larger.cardinality())
    assert after == before + int(before / 2 + 0.5)
    assert larger.element_spec == dataset.element_spec
    found = rows_of(larger if batch is None else larger.unbatch())
    assert len(found) == after * (batch or 1)
    known = Counter(tuple(x) for x, _ in rows_of(dataset if batch is None else dataset.unbatch()))
    assert not known - Counter(tuple(x) for x, _ in found)
    half = [tuple(x) in known for x, _ in found[: len(found) // 2]]
    assert np.mean(half) == pytest.approx(2 / 3, abs=0.15)  # spread over the stream


def test_a_last_batch_that_is_smaller_is_kept(model):
    larger = real().batch(40).apply(model.enlarge(1.0, seed=0))
    assert sorted(len(y) for _, y in larger) == [10, 10, 40, 40, 40, 40]
    assert int(larger.cardinality()) == 6


def test_an_empty_batch_brings_empty_ones(model):
    X, y = numbers()
    shapes = tf.TensorSpec([None, X.shape[1]], X.dtype), tf.TensorSpec([None], y.dtype)
    batches = tf.data.Dataset.from_generator(lambda: iter([(X[:0], y[:0]), (X[:3], y[:3])]), output_signature=shapes)
    assert [len(y) for _, y in batches.apply(model.enlarge(1.0, seed=0))] == [0, 0, 3, 3]


def test_balancing_makes_classes_equally_frequent(model):
    for dataset in (real(), real().shuffle(90)):
        counts = Counter(y for _, y in rows_of(dataset.apply(model.enlarge(labels="balanced"))))
        assert counts == {0: 60, 1: 60, 2: 60}
    counts = Counter(y for _, y in rows_of(real().apply(model.enlarge(1.0, labels="balanced", seed=0))))
    assert all(count == pytest.approx(120, abs=1) for count in counts.values())
    counts = Counter(y for _, y in rows_of(real().batch(30).apply(model.enlarge(labels="balanced")).unbatch()))
    assert counts.total() == 180
    assert max(counts.values()) - min(counts.values()) <= 3
    counts = Counter(y for _, y in rows_of(real().apply(model.enlarge(1.0, labels={2: 1.0}))))
    assert counts == {0: 60, 1: 20, 2: 100}


def test_endless_datasets_stay_endless(model):
    endless = real().repeat()
    for way in (model.enlarge(1.0), model.mix(0.5)):
        assert endless.apply(way).cardinality() == tf.data.INFINITE_CARDINALITY
    unknown = real().filter(lambda _, y: y > 0)
    assert unknown.apply(model.enlarge(1.0)).cardinality() == tf.data.UNKNOWN_CARDINALITY
    assert len(rows_of(unknown.apply(model.enlarge(1.0)))) == 60


def test_a_dataset_may_be_enlarged_inside_a_function_that_is_traced(model):
    parts = tf.data.Dataset.range(2).flat_map(lambda _: real().apply(model.enlarge(0.5)))
    assert len(rows_of(parts)) == 270


def test_weights_tell_real_from_synthetic_rows(model):
    weighted = real().apply(model.enlarge(1.0, synthetic_weight=0.25, seed=0))
    assert Counter(w for _, _, w in rows_of(weighted)) == {1.0: 90, 0.25: 90}
    assert weighted.element_spec[2] == tf.TensorSpec([], tf.float32)
    own = real(w=np.full(90, 3.0))
    assert Counter(w for *_, w in rows_of(own.apply(model.enlarge(1.0)))) == {3.0: 90, 1.0: 90}
    assert Counter(w for *_, w in rows_of(own.apply(model.enlarge(1.0, synthetic_weight=0.5)))) == {3.0: 90, 0.5: 90}
    assert {w for *_, w in rows_of(own.apply(model.mix(1.0)))} == {3.0}


def test_keras_fits_on_enlarged_data(model):
    net = network()
    net.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    dataset = real().apply(model.enlarge(labels="balanced", synthetic_weight=0.5)).shuffle(180).batch(60)
    history = net.fit(dataset, epochs=2, shuffle=False, verbose=0).history
    assert np.isfinite(history["loss"]).all()
