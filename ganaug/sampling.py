"""From conditions to encoded rows, in blocks of fixed size.

Rows are drawn in blocks of one size, each from a seed of its own and always whole, so a row depends on the seed, its
place and its condition alone, and where rows are balanced on those before it in its block: never on how many rows were
asked for. Of the candidates, too, one block at a time is drawn, so that the generator's dense rows, the largest part,
stay few.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layout import Encoded, Layout, stacked
from .quotas import choose
from .recognition import Recogniser
from .refinement import Refiner

BLOCK_ROWS = 1024


@dataclass(frozen=True)
class Sampler:
    """Draws rows for given conditions.

    Parameters
    ----------
    draw : callable
        The engine's: (condition, seed) -> Encoded, one row for each condition.
    refiner : Refiner, Recogniser or None
        What chooses among candidates.
    candidates : int
        Rows to choose from, 1 without a refiner.
    block_rows : int
        Rows drawn at once.
    balanced : bool
        Whether the rows of a block keep to quotas together, if the refiner has any; else each stands alone.
    """

    draw: Any
    refiner: Refiner | Recogniser | None
    candidates: int
    block_rows: int = BLOCK_ROWS
    balanced: bool = True

    @property
    def independent(self) -> Sampler:
        """Rows that have nothing to do with one another."""
        return replace(self, balanced=False)

    @property
    def unrefined(self) -> Sampler:
        """The generator alone."""
        return replace(self, refiner=None, candidates=1)

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
        return stacked(drawn)

    def _block(self, condition: Encoded, seed: int, number: int) -> Any:
        start = number * self.block_rows
        asked = np.arange(start, min(start + self.block_rows, len(condition)))
        whole = condition.take(np.pad(asked, (0, self.block_rows - len(asked)), mode="edge"))
        return self._whole_block(whole, seed, number).take(np.arange(len(asked)))

    def _whole_block(self, condition: Encoded, seed: int, number: int) -> Any:
        spots = range(number * self.candidates, (number + 1) * self.candidates)
        rows = stacked([self.draw(condition, (seed, spot)) for spot in spots])
        if self.refiner is None:
            return rows
        odds = self.refiner.log_odds(condition.take(np.tile(np.arange(self.block_rows), self.candidates)), rows)
        odds = odds.reshape(self.candidates, self.block_rows)
        uniform = block_rng(seed, number).uniform(1e-12, 1, odds.shape)
        quotas = self.refiner.quotas if self.balanced else None
        best = choose(odds, uniform) if quotas is None else quotas.choose(condition, rows, odds, uniform)
        chosen = rows.take(best * self.block_rows + np.arange(self.block_rows))
        return self.refiner.finished(chosen, block_rng(seed, number, 3))


def sampler_of(state: Any, refiner: Refiner | Recogniser | None = None, candidates: int = 1) -> Sampler:
    """Draws from a trained generator; without a refiner there is nothing to choose."""
    return Sampler(state.draw, refiner, candidates if refiner else 1, state.layout.block_rows)


def block_rng(seed: int, number: int, stream: int = 0) -> np.random.Generator:
    """The NumPy generator of one block."""
    return np.random.default_rng([seed, number, stream])


def natural_condition(layout: Layout, frequency: NDArray[np.float64], n: int, seed: int) -> Encoded:
    """Conditions for `n` rows with codes as frequent as in training, each block from a seed of its own."""
    block, cumulative = layout.blocks[0], np.cumsum(frequency)
    parts = [Encoded.empty(layout)]
    for number, start in enumerate(range(0, n, BLOCK_ROWS)):
        rng = block_rng(seed, number, 1)
        codes = np.searchsorted(cumulative, rng.random(BLOCK_ROWS)).clip(max=block.width - 1).astype(np.int32)
        position = 2 * rng.random((BLOCK_ROWS, layout.numbers), np.float32) - 1
        position *= (codes >= block.width - block.bins)[:, None]
        parts.append(Encoded(codes[:, None], position, position).take(np.arange(min(BLOCK_ROWS, n - start))))
    return Encoded.stack(parts)


def entropy_of(random_state: Any) -> Any:
    """Entropy for a SeedSequence: an int as it is, a RandomState or Generator by drawing from it."""
    if isinstance(random_state, (int, np.integer)) and random_state < 0:
        raise ValueError(f"random_state={random_state} must not be negative")
    if random_state is None or isinstance(random_state, (int, np.integer)):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    raise ValueError(f"{random_state!r} cannot be used to seed: give an int, a RandomState or None")


def seeds_from(entropy: Any, count: int) -> NDArray[np.int64]:
    """Seeds that TensorFlow takes, with room above them for streams."""
    return np.random.SeedSequence(entropy).generate_state(count).astype(np.int64) % 2**30
