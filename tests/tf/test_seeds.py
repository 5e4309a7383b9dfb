"""Streams repeat by seed, also under parallel maps, and outlive the program in files."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf
from feeds import numbers, real, rows_of

from ganaug import GANAugmenter, load

WAYS = {
    "as_dataset": lambda model, seed: model.as_dataset(8, num_batches=40, seed=seed),
    "enlarge": lambda model, seed: real().apply(model.enlarge(0.5, seed=seed)),
    "mix": lambda model, seed: real().batch(8).apply(model.mix(0.5, seed=seed)),
    "map_fn": lambda model, seed: real().shuffle(90, seed=0).batch(8).map(
        model.map_fn(0.5, seed=seed), num_parallel_calls=tf.data.AUTOTUNE
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_seed_gives_one_result_in_six_runs_and_another_in_each_epoch(model, way):
    dataset = WAYS[way](model, 1)
    first, second = rows_of(dataset), rows_of(dataset)
    assert first != second
    for _ in range(5):
        assert rows_of(WAYS[way](model, 1)) == first
    assert rows_of(WAYS[way](model, 1).repeat(2)) == first + second
    assert rows_of(WAYS[way](model, 2)) != first


def test_without_a_seed_the_augmenter_tells():
    def two() -> list[Any]:
        augmenter = GANAugmenter(steps=3, refine=False, random_state=0).fit(*numbers())
        return [rows_of(augmenter.as_dataset(4, num_batches=1)) for _ in range(2)]

    first, again = two(), two()
    assert first == again
    assert first[0] != first[1]


def test_datasets_are_saved_and_loaded(mixed_model, model, tmp_path):
    made = {"mixed": mixed_model.as_dataset(5, num_batches=3, seed=0)}
    made |= {name: WAYS[name](model, 0) for name in ("enlarge", "map_fn")}
    for name, dataset in made.items():
        dataset.save(str(tmp_path / name))
        again = tf.data.Dataset.load(str(tmp_path / name))
        assert again.element_spec == dataset.element_spec
        assert len(rows_of(again)) == int(dataset.cardinality())


def test_a_loaded_augmenter_gives_the_same_stream(model, tmp_path):
    model.save(tmp_path / "it.ganaug")
    again = load(tmp_path / "it.ganaug")
    assert rows_of(again.as_dataset(5, num_batches=2, seed=3)) == rows_of(model.as_dataset(5, num_batches=2, seed=3))
