"""Processes that train one model together: what may differ between them is refused, or decided for all."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..params import GANParameters
from ..plain import AnyArray

REFUSED = {
    "time_budget": "their clocks would end training after other steps: set steps",
    "checkpoint": "they would stand at other steps: leave it out, and save the model when it is fitted",
}


class Workers:
    """The processes of a strategy, which all have to ask the same questions in the same order.

    Parameters
    ----------
    strategy : tf.distribute.Strategy or None
    """

    def __init__(self, strategy: Any = None) -> None:
        self.strategy = strategy
        resolver = getattr(strategy, "cluster_resolver", None)  # strategies of one process have none
        tasks = {} if resolver is None else resolver.cluster_spec().as_dict()
        self.count = max(1, sum(len(tasks.get(kind, ())) for kind in ("chief", "worker")))

    @property
    def several(self) -> bool:
        """Whether there are others than this one."""
        return self.count > 1

    def check(self, given: GANParameters) -> None:
        """ValueError for parameters with which workers would part."""
        if not self.several:
            return
        if given.random_state is None:
            raise ValueError(
                f"random_state=None with a strategy of {self.count} workers: they would draw other rows; set "
                "random_state to the same int on all of them"
            )
        for name, why in REFUSED.items():
            value = getattr(given, name)
            if value is not None:
                raise ValueError(f"{name}={value!r} with a strategy of {self.count} workers: {why}")

    def check_alike(self, fit: Mapping[str, str]) -> None:
        """ValueError if the workers are not given the same, by the names that an error calls it."""
        if not self.several:
            return
        mine = np.array([zlib.crc32(f"{name}: {value}".encode()) for name, value in fit.items()], np.int64)
        different = self.any(mine != self.first([mine])[0])
        if different.any():
            names = ", ".join(name for name, differs in zip(fit, different, strict=True) if differs)
            raise ValueError(
                f"the {self.count} workers of the strategy are given different {names}: give all of them the same "
                "rows, in the same order, and the same parameters"
            )

    def any(self, mine: Sequence[bool] | AnyArray) -> AnyArray:
        """Of each question, whether any worker says yes."""
        if not self.several:
            return np.asarray(mine)
        return self._sums([np.asarray(mine, np.int64)], of_first=False)[0] > 0

    def first(self, mine: list[AnyArray]) -> list[AnyArray]:
        """Arrays of the first worker, on all of them."""
        return self._sums(mine, of_first=True) if self.several else mine

    def first_number(self, mine: int) -> int:
        """A number of the first worker's, on all of them."""
        return int(self.first([np.array([mine])])[0][0])

    def _sums(self, arrays: list[AnyArray], *, of_first: bool) -> list[AnyArray]:
        from ..tensorflow import tf

        tensors = [tf.constant(array) for array in arrays]
        sums = self._summed.get_concrete_function(tensors, of_first)(tensors, of_first)
        return [self.strategy.experimental_local_results(each)[0].numpy() for each in sums]

    @cached_property
    def _summed(self) -> Any:
        """A graph that adds up what all replicas are given; of the first one alone, what it is given."""
        from ..modality.tracing import without_autograph
        from ..tensorflow import tf

        def part(tensors: list[Any], of_first: bool) -> Any:
            replica = tf.distribute.get_replica_context()
            counts = not of_first or replica.replica_id_in_sync_group == 0
            mine = [tf.where(counts, tensor, tf.zeros_like(tensor)) for tensor in tensors]
            return [replica.all_reduce(tf.distribute.ReduceOp.SUM, tensor) for tensor in mine]  # of many dtypes

        def summed(tensors: list[Any], of_first: bool) -> Any:
            return self.strategy.run(without_autograph(part), (tensors, of_first))

        return tf.function(without_autograph(summed))
