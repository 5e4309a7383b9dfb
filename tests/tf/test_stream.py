"""A dataset of synthetic rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tables
import tensorflow as tf
from feeds import as_tensors, real, rows_of

from ganaug import GANAugmenter


def test_a_dataset_looks_as_the_training_rows_would(model, mixed_model, frame, unlabelled, priced):
    y = tables.mixed()[1]
    cells = {name: as_tensors(column) for name, column in frame.items()}
    slices = tf.data.Dataset.from_tensor_slices((cells, y.to_numpy(str)))
    assert mixed_model.as_dataset().element_spec == slices.element_spec
    assert model.as_dataset().element_spec == real().element_spec
    x, label = next(iter(model.as_dataset(7)))
    assert (x.shape, label.shape) == ((7, 2), (7,))
    assert model.as_dataset(7).element_spec[0].shape == (7, 2)
    assert unlabelled.as_dataset(4).element_spec == tf.TensorSpec([4, 2], tf.float64)
    assert priced.as_dataset().element_spec[1] == tf.TensorSpec([], tf.float64)
    numeric = GANAugmenter(steps=3, refine=False).fit(pd.DataFrame({"a": [1, 2, 3] * 9, "b": np.arange(27) / 2}))
    assert numeric.as_dataset().element_spec == tf.TensorSpec([2], tf.float64)


def test_values_are_those_of_the_training_rows(mixed_model, frame):
    rows = mixed_model.as_dataset(500, num_batches=1, seed=0)
    x, y = next(iter(rows))
    assert set(x["city"].numpy()) <= {b"Berlin", b"Oslo", b"Rome", b""}
    np.testing.assert_allclose(x["cents"], x["amount"] * 100)
    np.testing.assert_array_equal(x["huge"], x["count"] * 1000)
    np.testing.assert_array_equal(x["warm"], x["city"] == "Rome")
    assert frame["when"].astype("int64").min() <= x["when"].numpy().min()
    assert set(y.numpy()) == {b"no", b"yes"}


def test_labels_come_in_the_shares_asked_for(model):
    def shares(labels: Any) -> Counter:
        return Counter(int(y) for _, batch in model.as_dataset(30, labels=labels, num_batches=3) for y in batch)

    assert shares("balanced") == {0: 30, 1: 30, 2: 30}
    assert shares(None) == {0: 60, 1: 20, 2: 10}
    assert shares({2: 1.0}) == {2: 90}
    for label, count in shares({0: 0.75, 1: 0.25}).items():
        assert count == pytest.approx(90 * [0.75, 0.25][label], abs=2)


def test_a_stream_is_endless_unless_told(model):
    assert model.as_dataset(labels="balanced").cardinality() == tf.data.INFINITE_CARDINALITY
    assert len(rows_of(model.as_dataset(num_batches=5))) == 5
    assert len(rows_of(model.as_dataset().take(600))) == 600
