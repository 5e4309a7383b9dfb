"""Synthetic rows in the place of real ones: `mix` and `map_fn`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from feeds import real, rows_of


@pytest.mark.parametrize("batch", [None, 16])
def test_mixing_replaces_a_share_and_nothing_else(model, batch):
    dataset = real() if batch is None else real().batch(batch)
    ways = [dataset.apply(model.mix(0.4, seed=3))] + ([dataset.map(model.map_fn(0.4, seed=3))] if batch else [])
    for mixed in ways:
        assert mixed.element_spec == dataset.element_spec
        assert mixed.cardinality() == dataset.cardinality()
        before, after = (rows_of(d if batch is None else d.unbatch()) for d in (dataset, mixed))
        assert [y for _, y in before] == [y for _, y in after]
        changed = [one[0] != other[0] for one, other in zip(before, after, strict=True)]
        assert np.mean(changed) == pytest.approx(0.4, abs=0.15)
    assert rows_of(dataset.apply(model.mix(0.0))) == rows_of(dataset)


def test_a_function_of_single_rows_is_refused_since_it_would_replace_the_same_ones_in_every_epoch(model):
    with pytest.raises(ValueError, match=r"map_fn takes batches.*augmenter\.mix\(p\)"):
        real().map(model.map_fn(0.5))


@pytest.mark.parametrize("name", ["mix", "enlarge"])
@pytest.mark.parametrize("parts", ["pair", "x alone"])
def test_what_is_for_datasets_is_not_for_elements(model, unlabelled, name, parts):
    augmenter, dataset = (model, real()) if parts == "pair" else (unlabelled, real().map(lambda x, _: x))
    with pytest.raises(TypeError, match=rf"{name} makes a function of a whole dataset: say dataset\.apply"):
        dataset.map(getattr(augmenter, name)())


def test_what_is_for_elements_is_not_for_datasets(model):
    with pytest.raises(TypeError, match=r"map_fn makes a function of batches: say dataset\.map"):
        real().batch(8).apply(model.map_fn())


def test_nothing_is_traced_twice(model):
    traced = []
    source_map = model.map_fn(0.5, seed=0)

    def counting(*element: Any) -> Any:
        traced.append(1)
        return source_map(*element)

    dataset = real().batch(16).map(counting)
    for _ in range(3):
        rows_of(dataset)
    assert len(traced) == 1
