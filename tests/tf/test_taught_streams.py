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
