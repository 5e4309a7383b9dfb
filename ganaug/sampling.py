"""From conditions to encoded rows, in blocks of fixed size.

Rows are drawn in blocks of `BLOCK_ROWS`, each from a seed of its own and always whole, so a row depends on the seed,
its place and its condition alone: not on how many rows were asked for, nor on what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .layout import Encoded
from .refinement import Refiner, choose

BLOCK_ROWS = 1024


@dataclass(frozen=True)
class Sampler:
    """Draws rows for given conditions.

    Parameters
    ----------
    draw : callable
        The engine's: (condition, seed) -> Encoded, one row for each condition.
    refiner : Refiner or None
    candidates : int
        Rows to choose from, 1 without a refiner.
    """

    draw: Any
    refiner: Refiner | None
    candidates: int

    def blocks(self, condition: Encoded, seed: int) -> Iterator[Encoded]:
        """Encoded rows for `condition`, block by block."""
        for number, start in enumerate(range(0, len(condition), BLOCK_ROWS)):
            rows = np.arange(start, min(start + BLOCK_ROWS, len(condition)))
            whole = condition.take(np.pad(rows, (0, BLOCK_ROWS - len(rows)), mode="edge"))
            yield self._block(whole, seed, number).take(np.arange(len(rows)))

    def _block(self, condition: Encoded, seed: int, number: int) -> Encoded:
        if self.refiner is None:
            return self.draw(condition, (seed, number))
        rng = block_rng(seed, number)
        conditions = condition.take(np.repeat(np.arange(BLOCK_ROWS), self.candidates))
        rows = self.draw(conditions, (seed, number))
        odds = self.refiner.log_odds(Encoded.join([conditions, rows], len(rows)))
        best = choose(odds.reshape(BLOCK_ROWS, -1), rng.uniform(1e-12, 1, (BLOCK_ROWS, self.candidates)))
        return rows.take(best + np.arange(BLOCK_ROWS) * self.candidates)


def block_rng(seed: int, number: int, stream: int = 0) -> np.random.Generator:
    """The NumPy generator of one block."""
    return np.random.default_rng([seed, number, stream])
