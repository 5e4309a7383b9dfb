"""Where candidates come from: sequences of trees, and trees that go on where a generator's row ends.

A generator and trees make errors of different kinds, so candidates of both are a richer choice. But where the
generator's rows are told from real ones far more often than the trees', the odds cannot turn all of them down, and
trees draw alone. Columns then follow closely from one another, so leaves are finer, if that gives nobody away. Where
even usual leaves give rows away, they are coarser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..columns.layout import Encoded, Layout
from ..data.seeds import block_rng
from ..plain import record
from .growing import features_of
from .nearness import nearness
from .quick_boosting import detection
from .sampler import Draw
from .sequential_trees import SequentialTrees, usual_donors

SEQUENCES = 8
TURNS = 4
"""In one candidate of so many, the generator makes a row and trees draw half of its columns anew."""
MOST_BEHIND = 0.065
"""By how much more such rows may be told from real ones than rows of trees alone (ROC AUC)."""
JUDGED_ROWS = 4_000
FEW_DONORS, FEWEST_ROWS = (3, 5), 1_500
"""Of a leaf where trees draw alone, the fewest that give nobody away; and of a table of which that can be told."""
TRIED_ROWS, MOST_TRIED = 10_000, 4
"""By so many rows that is told, of as many sequences as have them together."""
MOST_NEAR, MOST_GIVEN_AWAY = 0.545, 0.575
"""How well rows that gave cells may be told by how near drawn rows are (ROC AUC): with fine leaves, with any."""
COARSER = ((1, False), (2, False), (4, False), (4, True))
"""How many times the usual donors leaves have, and whether numbers are spread: the next step if one gives rows away."""


@record
@dataclass(frozen=True)
class Proposals:
    """Draws candidates.

    Parameters
    ----------
    sequences : tuple of SequentialTrees
        One of them draws a block of candidates.
    by_turns : bool
        Whether the generator has a turn.
    """

    sequences: tuple[SequentialTrees, ...]
    by_turns: bool

    def draw(self, generated: Draw, condition: Encoded, seed: tuple[int, int]) -> Encoded:
        """A candidate for each condition; the second part of the seed says whose turn it is."""
        rng = block_rng(*seed, stream=7)
        trees = self.sequences[rng.integers(len(self.sequences))]
        if not self.by_turns or seed[1] % TURNS != TURNS - 1:
            return trees.redraw(condition, trees.layout.empty(len(condition)), 0, rng)
        columns = len(trees.order)
        kept = columns - max(1, round(columns / 2))
        return trees.redraw(condition, generated(condition, seed), kept, rng)

    @classmethod
    def fit(cls, layout: Layout, condition: Encoded, rows: Encoded, generated: Draw, seed: int) -> Self:
        """Learn from training rows, without ties, and their labels; `generated` draws the generator's rows."""
        from joblib import Parallel, delayed

        def grown(donors: int, count: int = SEQUENCES, *, spread: bool = False) -> tuple[SequentialTrees, ...]:
            grow, seeds = delayed(SequentialTrees.fit), range(seed, seed + count)
            jobs = (grow(layout, condition, rows, own, donors, spread=spread) for own in seeds)
            return tuple(Parallel(n_jobs=-1, require="sharedmem")(jobs))

        def near(sequences: tuple[SequentialTrees, ...]) -> float:
            return float(np.mean([nearness(trees, condition, rows, seed + n) for n, trees in enumerate(sequences)]))

        usual = usual_donors(len(rows))
        told = len(rows) >= FEWEST_ROWS
        tried = min(MOST_TRIED, -(-TRIED_ROWS // len(rows)))
        for times, spread in COARSER:
            sequences = grown(times * usual, spread=spread)
            if not told or near(sequences[:tried]) <= MOST_GIVEN_AWAY:
                break
        both = cls(sequences, by_turns=True)
        some = np.random.default_rng(seed).permutation(len(rows))[:JUDGED_ROWS]
        asked = condition.take(some)
        real = features_of(layout, asked, rows.take(some))

        def told_apart(turn: int) -> float:
            drawn = both.draw(generated, asked, (seed, turn))
            return detection(real, features_of(layout, asked, drawn), seed)

        if told_apart(TURNS - 1) <= told_apart(0) + MOST_BEHIND:
            return both
        for few in FEW_DONORS if told and times == 1 else ():
            if near(grown(few, tried)) <= MOST_NEAR:
                return cls(grown(few), by_turns=False)
        return cls(sequences, by_turns=False)
