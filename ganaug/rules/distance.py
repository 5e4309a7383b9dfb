"""Columns that are how far two others are apart, whichever of them is greater."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .base import FEWEST_OTHERS, MOST_COLUMNS, MayFollow, Table, probed, telling
from .exact import is_usable
from .relations import NOISE, Relation
from .verified import declared_relation

FIRST_ROWS = 32
NEARER = 0.999
"""Of a step, how far off what is rounded down may be: differences of flags are a whole step off."""


def find_distances(table: Table, may_follow: MayFollow) -> Iterator[Relation]:
    """Numbers that are the size of a difference in every complete row."""
    numbers = {place: own.numbers() for place, own in table.items() if own.kind == "number"}
    numbers = dict([(place, own) for place, own in numbers.items() if is_usable(own)][:MOST_COLUMNS])
    if not numbers:
        return
    places = np.array(list(numbers))
    probe = probed(len(numbers[int(places[0])]))
    seen = np.array([own[probe] for own in numbers.values()])
    for effect, own in zip(places.tolist(), seen, strict=True):
        if (numbers[effect] < 0).any():
            continue
        rows = telling(own, FIRST_ROWS)
        first = seen[:, rows]
        slack = NEARER * table[effect].step + NOISE * np.nanmax(np.abs(first), axis=1)
        for number, one in enumerate(places.tolist()):
            apart = np.abs(first[number] - first[number + 1 :])
            near = (np.abs(apart - own[rows]) <= slack[number + 1 :, None]).all(axis=1)
            for other in places[number + 1 :][near].tolist():
                greater = np.sign(numbers[one] - numbers[other])
                both = all((greater == sign).sum() >= FEWEST_OTHERS for sign in (1, -1))
                if both and effect not in (one, other) and may_follow(effect, (one, other)):
                    weights = {one: 1.0, other: -1.0}
                    rule, broken = declared_relation(effect, weights, 0.0, table, product=False, absolute=True)
                    if not broken.any() and not rule.most:
                        yield rule
