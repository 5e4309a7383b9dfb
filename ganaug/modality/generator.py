"""A trained generator as plain arrays, and the rows it draws."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..columns.layout import Encoded
from ..plain import Float32Array, record
from .base import Size
from .dense import dense_condition
from .processes import check_not_forked
from .protocols import AnyLayout, Model
from .registry import modality_of

Build = Callable[[Any], Model]


@record
@dataclass
class Generator:
    """Everything that it takes to draw rows: arrays and plain data, so that it travels between processes.

    Parameters
    ----------
    layout : Layout, ImageLayout or FeatureLayout
    size : Size
        Of the built-in network.
    weights : list of ndarray
        In the order of the Keras model's weights.
    build : keras.Model, callable or None
        The user's own generator.
    eager : bool
        Whether to draw without a graph of its own, as inside another one, which may wait for it with all its threads.
    """

    layout: AnyLayout
    size: Size
    weights: list[Float32Array]
    build: Build | Model | None = field(default=None, metadata={"saved": False})
    eager: bool = field(default=False, metadata={"saved": False})
    _model: Model = field(default=None, repr=False, compare=False, metadata={"saved": False})
    _raw: Any = field(default=None, repr=False, compare=False, metadata={"saved": False})
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False, metadata={"saved": False})

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None, "_raw": None, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def set_weights(self, weights: list[Float32Array]) -> None:
        """Draw with other weights from now on; a graph, which takes seconds to build, is built once for all of them."""
        self.weights = weights
        with self._lock:
            if self._model is not None:
                self._model.set_weights(weights)

    def draw(self, condition: Encoded, seed: tuple[int, int]) -> Any:
        """Encoded rows, one for each condition.

        Parameters
        ----------
        seed : pair of int
            Below 2**31 both.
        """
        modality = modality_of(self.layout)
        if self.build is None:
            rows = modality.draw(self.layout, self.size, self.weights, condition, seed)
            if rows is not None:
                return rows
        check_not_forked()
        with self._lock:
            if self._raw is None:
                self._model, self._raw = self._compiled()
        raw = self._raw(dense_condition(self.layout.label, condition), np.array(seed, np.int32)).numpy()
        return modality.rows(self.layout, raw, np.random.default_rng(seed))

    def model(self) -> Model:
        """The Keras model with the trained weights."""
        from .networks import build_generator

        built = build_generator(self.layout, self.size, 0, self.build)
        built.set_weights(self.weights)
        return built

    def _compiled(self) -> tuple[Model, Any]:
        """The model, and a function of (dense conditions, seed), a graph unless eager, that gives raw output."""
        from ..tensorflow import tf

        model = self.model()
        latent = model.inputs[0].shape[1:]

        def raw(condition: Any, seed: Any) -> Any:
            noise = tf.random.stateless_normal([tf.shape(condition)[0], *latent], seed)
            return model([noise, condition], training=False)

        if self.eager:
            return model, lambda condition, seed: raw(tf.constant(condition), tf.constant(seed))
        width = self.layout.condition_width
        signature = tf.TensorSpec([None, width], tf.float32), tf.TensorSpec([2], tf.int32)
        return model, tf.function(raw).get_concrete_function(*signature)
