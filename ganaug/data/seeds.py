"""Seeds: from what the user gives to those of single blocks of rows."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ..plain import Float64Array, Int64Array, RandomState, record

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it are spread evenly between whole numbers."""
HIGHEST_SEED = 2**31 - 1
"""That models of scikit-learn take on every system."""
GOLDEN_BITS, FIRST, SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))

TURN = threading.Lock()

BLOCK_ROWS = 1024
"""Rows drawn from one seed: a row depends on its seed and its place, never on how many were asked for."""


def block_rng(seed: int, number: int, stream: int = 0) -> np.random.Generator:
    """The NumPy generator of one block."""
    return np.random.default_rng([seed, number, stream])


def entropy_of(random_state: RandomState) -> int | None:
    """Entropy for a SeedSequence: an int as it is, a RandomState or Generator by drawing from it."""
    if isinstance(random_state, (int, np.integer)) and random_state < 0:
        raise ValueError(f"random_state={random_state} must not be negative")
    if random_state is None or isinstance(random_state, (int, np.integer)):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    raise ValueError(f"random_state={random_state!r} cannot be used to seed: give an int, a RandomState or None")


def seeds_from(entropy: int | tuple[int, ...] | None, count: int) -> Int64Array:
    """Seeds that TensorFlow takes, with room above them for streams."""
    return np.random.SeedSequence(entropy).generate_state(count).astype(np.int64) % 2**30


def drawn_seed(rng: np.random.Generator) -> int:
    """A seed that scikit-learn takes."""
    return int(rng.integers(2**31))


def chances_of(numbers: Int64Array, seed: int) -> Float64Array:
    """Uniform numbers, of each number always the same one: those of SplitMix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        bits = (numbers.view(np.uint64) + np.uint64(seed) * FIRST + np.uint64(1)) * GOLDEN_BITS
        bits = (bits ^ (bits >> np.uint64(30))) * FIRST
        bits = (bits ^ (bits >> np.uint64(27))) * SECOND
    chances: Float64Array = ((bits ^ (bits >> np.uint64(31))) >> np.uint64(11)) * np.float64(2.0**-53)
    return chances


@record
@dataclass
class SampleSeeds:
    """Seeds of one sample after the other.

    Parameters
    ----------
    first : int or None
        From which all of them follow; None if each is to be another one in each program.
    drawn : int
        How many samples were drawn without a seed of their own.
    """

    first: int | None
    drawn: int = 0

    def next(self, random_state: RandomState = None) -> int:
        """The seed that `random_state` gives, or that of the next sample."""
        entropy: int | tuple[int, int] | None = entropy_of(random_state)
        if random_state is None and self.first is not None:
            with TURN:  # threads that draw from one model get rows of their own
                entropy = (self.first, self.drawn)
                self.drawn += 1
        return int(seeds_from(entropy, 1)[0])


@contextmanager
def python_seeded(seed: int) -> Iterator[None]:
    """Keras takes what it draws outside of layers' seeds from Python's global random state, which is the user's."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
