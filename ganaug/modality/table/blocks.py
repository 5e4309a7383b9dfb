"""Which arrays of numbers get blocks of their own in encoded rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ...columns.layout import Encoded, Layout
from ...columns.quantiles import QuantileCoder
from ...plain import Float64Array, Int32Array, record
from ...rules.base import probed
from ...rules.implied import determines

PROBE_ROWS = 512
Spot = tuple[int, int]
"""A column's place, or -1 less the number of a rule; and which of its arrays."""


@record
@dataclass(frozen=True)
class Part:
    """One array of numbers of a column, and where the encoded rows hold it.

    Parameters
    ----------
    block : int
        Index of the block in the layout, -1 for a constant.
    parent : ndarray of int32 or None
        Where the part is a function of another part, the code for each code of that one; both then share its block.
    """

    coder: QuantileCoder
    block: int = -1
    parent: Int32Array | None = None


class Blocks:
    """Arrays of numbers in the making of an encoder: how each one is coded, and which block holds it."""

    def __init__(self) -> None:
        self._coders: dict[Spot, QuantileCoder] = {}
        self._encoded: dict[Spot, Encoded] = {}
        self._owners: dict[Spot, Spot | None] = {}
        self._parents: dict[Spot, Int32Array | None] = {}

    def __len__(self) -> int:
        return len(self._coders)

    def add(self, spot: Spot, numbers: Float64Array, *, nominal: bool) -> None:
        """Take an array in; a constant one gets no block."""
        coder = self._coders[spot] = QuantileCoder.fit(numbers, levels=nominal)
        self._encoded[spot] = coder.encode(numbers)
        self._owners[spot], self._parents[spot] = (spot if coder.varied else None), None

    def share(self, rounded: Collection[int]) -> None:
        """Let arrays that are functions of others share their blocks; those of `rounded` columns rather own one."""
        spots = list(self._coders)
        coders, encoded = list(self._coders.values()), list(self._encoded.values())
        owners, parents = _shared(coders, encoded, [place in rounded for place, _ in spots])
        self._owners = {spot: spots[own] if own >= 0 else None for spot, own in zip(spots, owners, strict=True)}
        self._parents = dict(zip(spots, parents, strict=True))

    def unshared(self) -> set[int]:
        """Places of the columns whose first array has a block to itself."""
        users = Counter(self._owners.values())
        return {place for place, number in self._owners if number == 0 and users[place, 0] == 1}

    def drop(self, places: Collection[int]) -> None:
        """Forget the arrays of some columns."""
        for spot in [spot for spot in self._coders if spot[0] in places]:
            for each in (self._coders, self._encoded, self._owners, self._parents):
                del each[spot]

    def parts(self, place: int) -> tuple[Part, ...]:
        """The parts of a column or rule."""
        blocks = {spot: block for block, spot in enumerate(self._order())}
        spots = [spot for spot in self._coders if spot[0] == place]
        return tuple(Part(self._coders[s], blocks.get(self._owners[s] or s, -1), self._parents[s]) for s in spots)

    def layout(self) -> Layout:
        return Layout(tuple(self._coders[spot].block for spot in self._order()))

    def encoded(self, rows: int) -> Encoded:
        return Encoded.join([self._encoded[spot] for spot in self._order()], rows)

    def _order(self) -> list[Spot]:
        """Those with blocks, blocks of one shape together; one at least, since something must be generated."""
        owning = [spot for spot in self._coders if self._owners[spot] == spot] or list(self._coders)[:1]
        return sorted(owning, key=lambda spot: (self._coders[spot].block, spot[0] < 0, abs(spot[0]), spot[1]))


def _shared(
    coders: list[QuantileCoder], encoded: list[Encoded], rounded: list[bool]
) -> tuple[list[int], list[Int32Array | None]]:
    """For each part the part whose block it takes its codes from (-1 for a constant), and the map between the codes.

    A part is a function of another one if every code of that one goes with a single code of it, in every row, and
    positions are equal too. Parts with more codes, then those of rounded values, come first as owners; a code needs
    `PROBE_ROWS` / 16 rows on average, lest a few rows agree by chance.
    """
    owner, maps = [-1] * len(coders), [None] * len(coders)  # type: list[int], list[Int32Array | None]
    varied = [i for i, n in enumerate(coders) if n.varied]
    if not varied:
        return owner, maps
    codes = np.hstack([encoded[i].codes for i in varied])
    probe = codes[probed(len(codes), PROBE_ROWS)]
    owned: list[int] = []
    for spot in sorted(range(len(varied)), key=lambda s: (-coders[varied[s]].block.width, not rounded[varied[s]], s)):
        i = varied[spot]
        owner[i] = i
        for other in owned:
            j = varied[other]
            width = coders[j].block.width
            if bool(coders[i].bins) != bool(coders[j].bins) or not determines(probe[:, other], probe[:, spot], width):
                continue
            if coders[i].bins and not _same_positions(encoded[i], encoded[j]):
                continue
            rows_per_code = len(codes) / width
            copies = coders[i].block.width == width
            if (copies or rows_per_code >= PROBE_ROWS / 16) and determines(codes[:, other], codes[:, spot], width):
                code_of = np.zeros(width, np.int32)
                code_of[codes[:, other]] = codes[:, spot]
                owner[i], maps[i] = j, code_of
                break
        else:
            owned.append(spot)
    return owner, maps


def _same_positions(one: Encoded, other: Encoded) -> bool:
    return np.array_equal(one.low, other.low) and np.array_equal(one.high, other.high)
