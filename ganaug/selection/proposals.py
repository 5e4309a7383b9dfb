"""Where candidates come from: a generator, sequences of trees, or trees that go on where a generator's row ends."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns.layout import Encoded, Layout
from ..data.seeds import block_rng
from ..plain import record
from .sampler import Draw
from .sequential_trees import SequentialTrees

SEQUENCES = 8
DRAWN_BY_TREES = (1.0, 1.0, 1.0, 0.5)
"""The share of columns that trees draw, in one candidate after the other."""


@record
@dataclass(frozen=True)
class Proposals:
    """Draws candidates.

    Parameters
    ----------
    sequences : tuple of SequentialTrees
        One of them draws a block of candidates.
    """

    sequences: tuple[SequentialTrees, ...]

    def draw(self, generated: Draw, condition: Encoded, seed: tuple[int, int]) -> Encoded:
        """A candidate for each condition; the second part of the seed says whose turn it is."""
        share = DRAWN_BY_TREES[seed[1] % len(DRAWN_BY_TREES)]
        rng = block_rng(*seed, stream=7)
        trees = self.sequences[rng.integers(len(self.sequences))]
        columns = len(trees.order)
        kept = columns - max(1, round(share * columns))
        rows: Encoded = generated(condition, seed) if kept else trees.layout.empty(len(condition))
        return trees.redraw(condition, rows, kept, rng)

    @classmethod
    def fit(cls, layout: Layout, condition: Encoded, rows: Encoded, seed: int) -> Proposals:
        """Learn from training rows, without ties, and their labels."""
        from joblib import Parallel, delayed

        grow = delayed(SequentialTrees.fit)
        jobs = (grow(layout, condition, rows, seed + number) for number in range(SEQUENCES))
        return cls(tuple(Parallel(n_jobs=-1, require="sharedmem")(jobs)))
