"""Rows that top up rare classes, for a classifier to learn from.

A generator has seen few rows of a rare class, and a classifier pays for every generated row that lies where other
classes live. So candidates are taken from two sources: the generator, and crossings of a real row with one of its
nearest neighbours of the same class, more of these the rarer the class is. Among the candidates for a row one is chosen
with probability proportional to the odds of its class, according to trees that take all classes for equally frequent.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...columns.layout import Encoded, as_numbers
from ...data.progress import progress_bar
from ...data.seeds import drawn_seed
from ...plain import BoolArray, Float64Array, Int32Array
from ...selection.sampler import DRAWING, Sampler
from .crossing import coordinates, cross
from .encoder import TableEncoder

GENERATED = 4
CROSSED = 12
FEW_ROWS = 500
NEIGHBOURS = 5
TREES = 200
ROWS_OF_TREES = 20_000
LEAST_CHANCE = 0.02
ODDS_OF_COPIES = -20.0
ROWS_AT_ONCE = 4_096


def top_up(
    encoder: TableEncoder,
    sampler: Sampler,
    rows: Encoded,
    condition: Encoded,
    wanted: Encoded,
    seed: int,
) -> Encoded:
    """A new row for each of the classes in `wanted`, which is sorted into runs of one class.

    Parameters
    ----------
    sampler : Sampler
        Of which the generator alone is asked.
    rows, condition : Encoded
        Real rows and their classes.
    wanted : Encoded
    seed : int
    """
    if not len(wanted):
        return encoder.layout.empty()
    codes = condition.codes[:, 0]
    rng = np.random.default_rng([seed, 1])
    verbose = sampler.verbose if len(wanted) > ROWS_AT_ONCE else False
    sampler = replace(sampler.unrefined, verbose=False)
    odds = ClassOdds(encoder, rows, codes, rng)
    made = [encoder.layout.empty()]
    starts = np.flatnonzero(np.diff(wanted.codes[:, 0], prepend=-1))
    with progress_bar(verbose, len(wanted), unit="row", description=DRAWING) as bar:
        for first, stop in pairwise([*starts, len(wanted)]):
            code = wanted.codes[first, 0]
            own = np.flatnonzero(codes == code)
            parents = Parents(encoder, rows.take(own), condition.take(own))
            for start in range(first, stop, ROWS_AT_ONCE):
                size = min(ROWS_AT_ONCE, stop - start)
                asked = wanted.take(np.full(size * GENERATED, first))
                generated = sampler.rows(asked, int(rng.integers(2**30)))
                crossed, is_copy = parents.cross(size, rng)
                candidates = Encoded.stack([generated, crossed])
                score = odds(candidates, code)
                score[len(generated) :][is_copy] = ODDS_OF_COPIES
                score = score.reshape(-1, size)
                best = np.argmax(score + rng.gumbel(size=score.shape), axis=0)
                made.append(candidates.take(best * size + np.arange(size)))
                bar.update(size)
    return Encoded.stack(made)


class Parents:
    """Real rows of one class, and what lies between neighbours of them."""

    def __init__(self, encoder: TableEncoder, rows: Encoded, condition: Encoded) -> None:
        from sklearn.neighbors import NearestNeighbors

        self.encoder, self.rows = encoder, rows
        self.each = round(CROSSED * min(1.0, FEW_ROWS / len(rows))) if len(rows) > 1 else 0
        """Crossings for each row that is asked for."""
        if self.each:
            nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(rows) - 1))
            nearest.fit(coordinates(encoder, rows, condition))
            self.neighbours = nearest.kneighbors(
                return_distance=False
            )  # of rows that it was fitted to: none is its own

    def cross(self, size: int, rng: np.random.Generator) -> tuple[Encoded, BoolArray]:
        """Candidates for `size` rows, and which of them are one of their parents over again."""
        count = size * self.each
        if not count:
            return self.encoder.layout.empty(), np.zeros(0, bool)
        first = rng.integers(len(self.rows), size=count)
        second = self.neighbours[first, rng.integers(self.neighbours.shape[1], size=count)]
        made = cross(self.encoder, self.rows, np.column_stack([first, second]), rng.random(count), rng)
        copies = [
            (made.codes == parent.codes).all(1) & (made.low == parent.low).all(1)
            for parent in (self.rows.take(first), self.rows.take(second))
        ]
        return made, copies[0] | copies[1]


class ClassOdds:
    """How likely a row is of a class rather than of another one, were all equally frequent.

    References
    ----------
    Geurts, Ernst, Wehenkel (2006). Extremely randomized trees. Machine Learning 63.
    """

    def __init__(self, encoder: TableEncoder, rows: Encoded, codes: Int32Array, rng: np.random.Generator) -> None:
        from sklearn.ensemble import ExtraTreesClassifier

        self.layout = encoder.layout
        self.classes = np.unique(codes)
        if not len(self.classes):
            return
        most = ROWS_OF_TREES // len(self.classes)
        some = np.concatenate([rng.permutation(np.flatnonzero(codes == code))[:most] for code in self.classes])
        trees = ExtraTreesClassifier(TREES, min_samples_leaf=3, class_weight="balanced", random_state=drawn_seed(rng))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The number of unique classes")  # that they are rare is told in fit
            self.trees = trees.fit(as_numbers(self.layout, rows.take(some)), codes[some])

    def __call__(self, rows: Encoded, code: int) -> Float64Array:
        """Log odds of class `code` for each of `rows`."""
        if code not in self.classes:
            return np.zeros(len(rows))
        chances = self.trees.predict_proba(as_numbers(self.layout, rows))
        chance = chances[:, np.searchsorted(self.classes, code)]
        log_odds: Float64Array = np.log(chance + LEAST_CHANCE) - np.log(1 - chance + LEAST_CHANCE)
        return log_odds
