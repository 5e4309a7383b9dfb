"""A random order of so many rows that nobody has to hold: each place is computed."""

from __future__ import annotations

import numpy as np

from ..plain import Int64Array

ROUNDS = 4
MIX, SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


class Shuffle:
    """A permutation of ``range(rows)`` that follows from a key.

    It is a Feistel network, whose rounds are one-to-one whatever they compute, on the next power of four; what leaves
    the range goes through once more (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").

    Parameters
    ----------
    rows : int
    key : int
    """

    def __init__(self, rows: int, key: int) -> None:
        self.rows = rows
        self.bits = np.uint64(max((max(rows - 1, 1).bit_length() + 1) // 2, 1))
        self.keys = np.random.SeedSequence([key, rows]).generate_state(ROUNDS, np.uint64)

    def __call__(self, places: Int64Array) -> Int64Array:
        """Where each place goes."""
        there = self._once(places.astype(np.uint64))
        while (outside := there >= self.rows).any():
            there[outside] = self._once(there[outside])
        return there.astype(np.int64)

    def _once(self, places: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        mask = (np.uint64(1) << self.bits) - np.uint64(1)
        left, right = places >> self.bits, places & mask
        with np.errstate(over="ignore"):
            for key in self.keys:
                mixed = (right + key) * MIX
                mixed = (mixed ^ (mixed >> np.uint64(29))) * SPREAD
                left, right = right, left ^ ((mixed >> np.uint64(32)) & mask)
        return (left << self.bits) | right
