"""Streams whose labels are what a teacher says."""

import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression

from ganaug import GANAugmenter

X, Y = load_iris(return_X_y=True)
MODEL = LogisticRegression(max_iter=500).fit(X, Y)


@pytest.fixture(scope="module")
def augmenter():
    return GANAugmenter(1.0, steps=3, refine=False, random_state=0).fit(X, Y)


def test_a_source_of_rows_with_probabilities(augmenter):
    for x, y in augmenter.as_dataset(16, num_batches=3, seed=0, teacher=MODEL):
        assert y.dtype == tf.float32
        assert np.allclose(y, MODEL.predict_proba(x.numpy()), atol=1e-4)


def test_real_rows_keep_their_labels_and_synthetic_ones_get_probabilities(augmenter):
    real = tf.data.Dataset.from_tensor_slices((X, tf.one_hot(Y, 3))).batch(30)
    rows = [pair for x, y in real.apply(augmenter.enlarge(seed=0, teacher=MODEL)) for pair in zip(x, y, strict=True)]
    known = {tuple(row): label for row, label in zip(X, Y, strict=True)}
    hard = [(x, y) for x, y in rows if np.max(y) == 1 and known.get(tuple(x.numpy())) == int(np.argmax(y))]
    assert len(rows) == 300
    assert len(hard) == 150
    soft = [(x.numpy(), y.numpy()) for x, y in rows if np.max(y) < 1]
    said = MODEL.predict_proba(np.array([x for x, _ in soft]))
    assert np.allclose([y for _, y in soft], said, atol=1e-4)


@pytest.mark.parametrize("way", ["mix", "map_fn"])
def test_rows_that_are_replaced_get_probabilities_and_others_keep_their_labels(augmenter, way):
    real = tf.data.Dataset.from_tensor_slices((X, tf.one_hot(Y, 3), np.arange(150.0))).batch(50)
    change = getattr(augmenter, way)(0.5, seed=0, teacher=MODEL)
    mixed = real.apply(change) if way == "mix" else real.map(change)
    assert mixed.element_spec == real.element_spec
    x, y, weight = (np.concatenate(parts) for parts in zip(*mixed.as_numpy_iterator(), strict=True))
    changed = (x != X).any(1)
    assert 45 < changed.sum() < 105
    assert np.array_equal(weight, np.arange(150.0))
    assert np.array_equal(y[~changed], np.eye(3, dtype=np.float32)[Y[~changed]])
    assert np.allclose(y[changed], MODEL.predict_proba(x[changed]), atol=1e-4)


def test_numbers_are_predicted():
    data, progression = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(data, progression)
    made = GANAugmenter(steps=3, refine=False, random_state=0, target_type="number").fit(data, progression + 0.5)
    x, y = next(iter(made.as_dataset(16, seed=0, teacher=model)))
    assert np.allclose(y, model.predict(x.numpy()), rtol=1e-4)


def test_what_cannot_be_is_refused(augmenter):
    with pytest.raises(TypeError, match="must be fitted"):
        augmenter.as_dataset(16, teacher="auto")
    with pytest.raises(NotFittedError):
        augmenter.as_dataset(16, teacher=LogisticRegression())
    with pytest.raises(TypeError, match="one-hot"):
        tf.data.Dataset.from_tensor_slices((X, Y)).apply(augmenter.enlarge(teacher=MODEL))
    with pytest.raises(TypeError, match="one-hot"):
        tf.data.Dataset.from_tensor_slices((X, Y)).batch(50).apply(augmenter.mix(teacher=MODEL))
