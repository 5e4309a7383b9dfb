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
from functools import partial
from typing import Any, Protocol, Self

import numpy as np

from ..columns.layout import Encoded
from ..data.progress import progress_bar
from ..data.seeds import BLOCK_ROWS, block_rng
from ..data.threads import threads_at_hand
from ..plain import Float64Array, IndexArray, Verbose
from .balanced import BalancedSampling, choose

Draw = Callable[[Encoded, tuple[int, int]], Any]

BLOCKS_AT_ONCE = 8
FIRST_ROWS = 64
MOST_CANDIDATES = 1_000
DRAWING = "drawing rows"


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

    def candidates(self, generated: Draw, condition: Encoded, seed: tuple[int, int]) -> Any:
        """A candidate for each condition, given what draws the generator's rows."""

    @property
    def balanced_sampling(self) -> BalancedSampling | None:
        """How rows of a block keep to frequencies together."""

    def log_odds(self, condition: Encoded, rows: Any) -> Float64Array:
        """Of each row to be chosen."""

    def finished(self, rows: Any, rng: np.random.Generator) -> Any:
        """Rows that were chosen, ready to be given back."""


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
    verbose : "auto", bool or int
        Whether a bar shows how many rows are drawn, where they are not all drawn at once.
    """

    draw: Draw
    chooser: Chooser | None = None
    candidates: int = 1
    block_rows: int = BLOCK_ROWS
    balanced: bool = True
    verbose: Verbose = False

    @property
    def independent(self) -> Sampler:
        """Rows that have nothing to do with one another."""
        return replace(self, balanced=False)

    @property
    def unrefined(self) -> Sampler:
        """The generator alone."""
        return replace(self, chooser=None, candidates=1)

    def rows(self, condition: Encoded, seed: int, start: int = 0) -> Any:
        """Encoded rows for one condition or more; blocks are drawn by as many threads as there are cores.

        Parameters
        ----------
        start : int
            Where a block begins: the place of the first row in a larger sample, of which these rows are drawn alone.
        """
        edges = self._edges(start + len(condition))
        first = int(np.searchsorted(edges, start))
        edges = edges[first:] - start

        def run(numbers: range) -> Any:
            places = [np.arange(edges[number], edges[number + 1]).clip(max=len(condition) - 1) for number in numbers]
            every = range(first + numbers.start, first + numbers.stop)
            return self._whole_blocks([condition.take(some) for some in places], seed, every)

        drawn = self._in_threads(run, len(edges) - 1, len(condition))
        return type(drawn[0]).stack(drawn).take(np.arange(len(condition)))

    def whole_blocks(self, rows: range, total: int) -> range:
        """The rows, of so many in all, in whose blocks some lie."""
        edges = self._edges(total)
        start = edges[np.searchsorted(edges, rows.start, side="right") - 1]
        return range(int(start), min(int(edges[np.searchsorted(edges, rows.stop)]), total))

    def pool(self, condition: Encoded, seed: int) -> Any:
        """All candidates of each of one condition or more, next to one another."""
        edges = np.minimum(self._edges(len(condition)), len(condition))

        def run(numbers: range) -> Any:
            parts = []
            for number in numbers:
                some = condition.take(np.arange(edges[number], edges[number + 1]))
                order = np.arange(len(some) * self.candidates).reshape(self.candidates, -1).T.ravel()
                parts.append(self._candidates(some, seed, number).take(order))
            return type(parts[0]).stack(parts)

        drawn = self._in_threads(run, len(edges) - 1, len(condition) * self.candidates)
        return type(drawn[0]).stack(drawn)

    def _edges(self, rows: int) -> IndexArray:
        """Where blocks begin and end, up to so many rows; the first one is short, for those who ask for few."""
        short = [FIRST_ROWS] if self.block_rows > FIRST_ROWS else []
        edges = np.array([0, *short, *range(self.block_rows, rows + self.block_rows, self.block_rows)])
        return edges[: np.searchsorted(edges, rows) + 1]

    def _in_threads(self, run: Callable[[range], Any], blocks: int, rows: int) -> list[Any]:
        """What is made of a few neighbouring blocks, for all of so many, which have so many rows."""
        from threadpoolctl import threadpool_limits

        threads = min(threads_at_hand(), blocks)
        most = BLOCKS_AT_ONCE if self.block_rows >= BLOCK_ROWS else 1
        size = min(most, -(-blocks // threads))
        parts = [range(blocks)[start : start + size] for start in range(0, blocks, size)]
        verbose = self.verbose if len(parts) > threads else False
        drawn = []
        pool = ThreadPoolExecutor(threads)
        try:
            with (
                threadpool_limits(1, user_api="blas"),
                progress_bar(verbose, rows, unit="row", description=DRAWING) as bar,
            ):
                for made in pool.map(run, parts):
                    drawn.append(made)
                    bar.update(min(len(made), rows - bar.n))
        finally:
            pool.shutdown(cancel_futures=True)
        return drawn

    def just(self, condition: Encoded, seed: int) -> Any:
        """A row for each of one condition or more, in blocks that are not filled up, one after the other.

        It is for callers that ask for the same rows at once each time, and from several threads.
        """
        starts = range(0, len(condition), self.block_rows)
        blocks = [condition.take(np.arange(start, min(start + self.block_rows, len(condition)))) for start in starts]
        return self._whole_blocks(blocks, seed, range(len(blocks)))

    def _whole_blocks(self, conditions: Sequence[Encoded], seed: int, numbers: range) -> Any:
        """A row for each condition of some blocks, whose candidates are looked at together."""
        parts = [
            self._candidates(condition, seed, number) for condition, number in zip(conditions, numbers, strict=True)
        ]
        kind = type(parts[0])
        if self.chooser is None:
            return kind.stack(parts)
        asked = [condition.take(np.tile(np.arange(len(condition)), self.candidates)) for condition in conditions]
        odds = self.chooser.log_odds(Encoded.stack(asked), kind.stack(parts))
        ends = np.cumsum([len(part) for part in parts])
        chosen = [
            self._chosen(self.chooser, condition, rows, some.reshape(self.candidates, -1), seed, number)
            for condition, rows, some, number in zip(conditions, parts, np.split(odds, ends[:-1]), numbers, strict=True)
        ]
        return kind.stack(chosen)

    def _candidates(self, condition: Encoded, seed: int, number: int) -> Any:
        """All first candidates of a block's conditions, then all second ones, and so on."""
        draw = self.draw if self.chooser is None else partial(self.chooser.candidates, self.draw)
        spots = range(number * self.candidates, (number + 1) * self.candidates)
        drawn = [draw(condition, (seed, spot)) for spot in spots]
        return type(drawn[0]).stack(drawn)

    def _chosen(
        self, chooser: Chooser, condition: Encoded, rows: Any, odds: Float64Array, seed: int, number: int
    ) -> Any:
        """One of the candidates of each of a block's rows, ready to be given back."""
        uniform = block_rng(seed, number).uniform(1e-12, 1, odds.shape)
        balanced = chooser.balanced_sampling if self.balanced else None
        best = choose(odds, uniform) if balanced is None else balanced.choose(condition, rows, odds, uniform)
        size = len(condition)
        return chooser.finished(rows.take(best * size + np.arange(size)), block_rng(seed, number, 3))
