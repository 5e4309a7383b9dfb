"""Networks are trained where Keras computes with TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug import GANAugmenter
from ganaug.tensorflow import keras


def test_another_backend_of_keras_is_told_before_training(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match=r"Keras is set to 'jax'.*KERAS_BACKEND=tensorflow"):
        GANAugmenter(steps=2).fit(np.random.default_rng(0).normal(size=(60, 3)))
