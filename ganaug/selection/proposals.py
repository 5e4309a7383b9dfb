"""Where candidates come from: sequences of trees, and trees that go on where a generator's row ends.

A generator and trees make errors of different kinds, so candidates of both are a richer choice. But where the
generator's rows are told from real ones far more often than the trees', the odds cannot turn all of them down, and
trees draw alone. Columns then follow closely from one another, so leaves are finer, if that gives nobody away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..columns.layout import Encoded, Layout
from ..data.seeds import block_rng
from ..plain import record
from .nearness import nearness
from .quick_boosting import detection
from .sampler import Draw
from .sequential_trees import SequentialTrees, features_of, usual_donors

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
MOST_NEAR = 0.545
"""By how near drawn rows are, rows that gave cells may be told from others so well (ROC AUC)."""


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

        def grown(donors: int) -> tuple[SequentialTrees, ...]:
            grow = delayed(SequentialTrees.fit)
            jobs = (grow(layout, condition, rows, seed + number, donors) for number in range(SEQUENCES))
            return tuple(Parallel(n_jobs=-1, require="sharedmem")(jobs))

        both = cls(grown(usual_donors(len(rows))), by_turns=True)
        some = np.random.default_rng(seed).permutation(len(rows))[:JUDGED_ROWS]
        asked = condition.take(some)
        real = features_of(layout, asked, rows.take(some))

        def told(turn: int) -> float:
            drawn = both.draw(generated, asked, (seed, turn))
            return detection(real, features_of(layout, asked, drawn), seed)

        if told(TURNS - 1) <= told(0) + MOST_BEHIND:
            return both
        for few in FEW_DONORS if len(rows) >= FEWEST_ROWS else ():
            if _gives_none_away(layout, condition, rows, seed, few):
                return cls(grown(few), by_turns=False)
        return cls(both.sequences, by_turns=False)


def _gives_none_away(layout: Layout, condition: Encoded, rows: Encoded, seed: int, donors: int) -> bool:
    """Whether rows drawn from leaves of so few donors come as near to other rows as to those that gave cells."""
    sequences = min(MOST_TRIED, -(-TRIED_ROWS // len(rows)))
    tried = (SequentialTrees.fit(layout, condition, rows, seed + number, donors) for number in range(sequences))
    near = [nearness(trees, condition, rows, seed + number) for number, trees in enumerate(tried)]
    return float(np.mean(near)) <= MOST_NEAR
