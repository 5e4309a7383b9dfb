"""Trainers kept for the next fit: a graph of the same shape need not be traced and compiled again.

Cross-validation fits the same networks several times, to tables that are encoded alike.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from ..modality.protocols import AnyLayout, Model
from ..tensorflow import tf
from .contracts import Data, Plan
from .trainer import Trainer

MOST_KEPT = 2


class KeptTrainers:
    """The last few trainers that are not at work. One whose training was interrupted or diverged is not kept."""

    def __init__(self) -> None:
        self._trainers: OrderedDict[Hashable, Trainer] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def borrowed(
        self, networks: tuple[Model, Model], layout: AnyLayout, data: Data, plan: Plan, *, alike: bool
    ) -> Iterator[Trainer]:
        """A trainer of these networks, or one that starts again with their weights.

        Parameters
        ----------
        alike : bool
            Whether another fit may have a trainer of the same shape: the user brought none of its parts.
        """
        if not alike or tf.distribute.has_strategy():
            yield Trainer(*networks, layout, data, plan)
            return
        shapes = tuple(tuple((v.shape, v.dtype) for v in network.variables) for network in networks)
        key = layout, shapes, replace(plan, steps=0, seconds=None, seed=0)
        with self._lock:
            trainer = self._trainers.pop(key, None)
        if trainer is None:
            trainer = Trainer(*networks, layout, data, plan)
        else:
            trainer.start_again(*networks, data, plan)
        yield trainer
        trainer.tensors = []
        if not trainer.went_well:
            return
        with self._lock:
            self._trainers[key] = trainer
            crowded = len(self._trainers) > MOST_KEPT
            while len(self._trainers) > MOST_KEPT:
                self._trainers.popitem(last=False)
        if crowded:
            _forget_kernels()


def _forget_kernels() -> None:
    """Let go of the graphs of trainers that are gone, to which TensorFlow holds on: a megabyte each.

    Without the function that does it, in another version, they stay.
    """
    with suppress(ImportError, AttributeError):
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()


kept_trainers = KeptTrainers()
