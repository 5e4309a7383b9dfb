"""From conditions to encoded rows, in blocks of fixed size.

Rows are drawn in blocks of one size, each from a seed of its own and always whole, so a row depends on the seed, its
place and its condition alone, and where rows are balanced on those before it in its block: never on how many rows were
asked for. Of the candidates, too, one block at a time is drawn, so that the generator's dense rows, the largest part,
stay few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from ..columns.layout import Encoded
from ..data.seeds import BLOCK_ROWS, block_rng
from ..plain import Float64Array, IndexArray
from .balanced import BalancedSampling, choose


class Rows(Protocol):
    """Encoded rows of any modality."""

    def __len__(self) -> int: ...

    def take(self, rows: IndexArray) -> Self: ...

    def untied(self, rng: np.random.Generator) -> Self:
        """Rows with values as training sees them."""

    @classmethod
    def stack(cls, parts: Sequence[Self]) -> Self:
        """Parts below one another."""


class Chooser(Protocol):
    """What chooses among candidates."""

    @property
    def balanced_sampling(self) -> BalancedSampling | None:
        """How rows of a block keep to frequencies together."""

    def log_odds(self, condition: Encoded, rows: Any) -> Float64Array:
        """Of each row to be chosen."""

    def finished(self, rows: Any, rng: np.random.Generator) -> Any:
        """Rows that were chosen, ready to be given back."""


Draw = Callable[[Encoded, tuple[int, int]], Any]


@dataclass(frozen=True)
class Sampler:
    """Draws rows for given conditions.

    Parameters
    ----------
    draw : callable
        The generator's: (condition, seed) -> encoded rows, one for each condition.
    chooser : Chooser or None
        None takes the generator's rows as they are.
    candidates : int
        Rows to choose from, 1 without a chooser.
    block_rows : int
        Rows drawn at once.
    balanced : bool
        Whether the rows of a block keep to frequencies together, if the chooser knows any; else each stands alone.
    """

    draw: Draw
    chooser: Chooser | None = None
    candidates: int = 1
    block_rows: int = BLOCK_ROWS
    balanced: bool = True

    @property
    def independent(self) -> Sampler:
        """Rows that have nothing to do with one another."""
        return replace(self, balanced=False)

    @property
    def unrefined(self) -> Sampler:
        """The generator alone."""
        return replace(self, chooser=None, candidates=1)

    def rows(self, condition: Encoded, seed: int) -> Any:
        """Encoded rows for one condition or more; blocks are drawn by as many threads as there are cores."""
        from joblib import cpu_count
        from threadpoolctl import threadpool_limits

        blocks = range(-(-len(condition) // self.block_rows))
        pool = ThreadPoolExecutor(min(cpu_count(), len(blocks)))
        try:
            with threadpool_limits(1, user_api="blas"):
                drawn = list(pool.map(lambda number: self._block(condition, seed, number), blocks))
        finally:
            pool.shutdown(cancel_futures=True)
        return type(drawn[0]).stack(drawn)

    def just(self, condition: Encoded, seed: int) -> Any:
        """A row for each of one condition or more, in blocks that are not filled up, one after the other.

        It is for callers that ask for the same rows at once each time, and from several threads.
        """
        starts = range(0, len(condition), self.block_rows)
        blocks = [condition.take(np.arange(start, min(start + self.block_rows, len(condition)))) for start in starts]
        drawn = [self._whole_block(block, seed, number) for number, block in enumerate(blocks)]
        return type(drawn[0]).stack(drawn)

    def _block(self, condition: Encoded, seed: int, number: int) -> Any:
        start = number * self.block_rows
        asked = np.arange(start, min(start + self.block_rows, len(condition)))
        whole = condition.take(np.pad(asked, (0, self.block_rows - len(asked)), mode="edge"))
        return self._whole_block(whole, seed, number).take(np.arange(len(asked)))

    def _whole_block(self, condition: Encoded, seed: int, number: int) -> Any:
        """A row for each condition, all of them drawn at once."""
        size = len(condition)
        spots = range(number * self.candidates, (number + 1) * self.candidates)
        drawn = [self.draw(condition, (seed, spot)) for spot in spots]
        rows = type(drawn[0]).stack(drawn)
        if self.chooser is None:
            return rows
        odds = self.chooser.log_odds(condition.take(np.tile(np.arange(size), self.candidates)), rows)
        odds = odds.reshape(self.candidates, size)
        uniform = block_rng(seed, number).uniform(1e-12, 1, odds.shape)
        balanced = self.chooser.balanced_sampling if self.balanced else None
        best = choose(odds, uniform) if balanced is None else balanced.choose(condition, rows, odds, uniform)
        return self.chooser.finished(rows.take(best * size + np.arange(size)), block_rng(seed, number, 3))
