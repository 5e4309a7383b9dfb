"""A trained generator as plain arrays, and the rows it draws."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..layout import Encoded, Layout, Pixels
from . import perceptron
from .size import Size

Build = Callable[[Any], Any]


@dataclass
class GeneratorState:
    """Everything that it takes to draw rows: arrays and plain data, so that it travels between processes.

    Parameters
    ----------
    layout : Layout or ImageLayout
    size : Size
        Of the built-in network.
    weights : list of ndarray
        In the order of the Keras model's weights.
    build : callable or None
        The user's own generator.
    """

    layout: Any
    size: Size
    weights: list[NDArray[np.float32]]
    build: Build | None = None
    _model: Any = field(default=None, repr=False, compare=False)
    _draw: Any = field(default=None, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None, "_draw": None, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def set_weights(self, weights: list[NDArray[np.float32]]) -> None:
        """Draw with other weights from now on; a graph, which takes seconds to build, is built once for all of them."""
        self.weights = weights
        with self._lock:
            if self._model is not None:
                self._model.set_weights(weights)

    def draw(self, condition: Encoded, seed: tuple[int, int]) -> Encoded | Pixels:
        """One row for each condition.

        Parameters
        ----------
        seed : pair of int
            Below 2**31 both.
        """
        if self.build is None and isinstance(self.layout, Layout):
            return perceptron.draw(self.layout, self.size, self.weights, condition, seed)
        from .drawing import as_tensor, compiled_draw, encoded

        with self._lock:
            if self._draw is None:
                self._model, self._draw = compiled_draw(self)
        asked = (condition.codes, condition.middle, np.array(seed, np.int32))
        return encoded(self.layout, self._draw(*map(as_tensor, asked)))
