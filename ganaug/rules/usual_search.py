"""Finding the columns that one or two others imply in all but a few rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..plain import Int64Array
from .implied import Lookup, most_frequent
from .implied_search import ImpliedSearch, together
from .usual import Usual
from .views import Term

MOST_EXCEPTIONS, MOST_OF_OTHERS = 0.01, 0.05
"""Of all rows, and of those with another effect than the most frequent one, may not have the usual one."""
FEWEST_EFFECTS = 8
ROWS_PER_CAUSE = 5.0
"""Fewer effects than that a generator learns by itself, and of fewer rows for each cause no usual one is known."""


def find_usual(search: ImpliedSearch) -> list[Usual]:
    """What nearly all rows imply of columns that no rule tells yet.

    Categories come before numbers as causes, since a generator knows their levels better, and then rules with few
    exceptions.
    """
    effects = [effect for effect in search.effects if _is_open(effect, search)]
    causes = search.few_levels(ROWS_PER_CAUSE) if effects else []
    ranked = []
    for terms in [*((term,) for term in causes), *combinations(causes, 2)]:
        places = {place for term in terms for place in term.places}
        seen, _ = together([search.codes[term] for term in terms])
        for effect in effects:
            if places & {*effect.places}:
                continue
            if _exceptions(seen, search.effects[effect]) > 2 * MOST_EXCEPTIONS * len(seen):
                continue
            rule = _usual(effect, terms, search)
            if rule is not None:
                numbers = sum(search.table[place].ordered for place in places)
                ranked.append((numbers, -rule.support, len(terms), rule))
    return [rule for *_, rule in sorted(ranked, key=lambda each: each[:-1])]


def _is_open(effect: Term, search: ImpliedSearch) -> bool:
    """Whether it is about the values of a column without gaps, of more than a few, that nothing tells."""
    cells = search.table[effect.places[0]]
    return (
        effect.listed
        and cells.kind in ("category", "number")
        and search.levels[effect] >= FEWEST_EFFECTS
        and not search.found.is_told(effect)
        and not cells.absent.any()
    )


def _usual(effect: Term, terms: tuple[Term, ...], search: ImpliedSearch) -> Usual | None:
    """The rule, if there are exceptions but few, in all rows."""
    seen, _ = together([search.of_all(term) for term in terms])
    codes, _ = search.of_all(effect)
    counts = np.unique(seen, return_counts=True)[1]
    exceptions = _exceptions(seen, codes)
    most = MOST_EXCEPTIONS * search.rows
    if exceptions > min(most, MOST_OF_OTHERS * search.others(codes)):
        return None
    if search.rows < ROWS_PER_CAUSE * len(counts) or (counts == 1).sum() > most:
        return None
    lookup = Lookup.learnt(terms, effect, search.table)
    levels = not search.table[effect.places[0]].ordered
    return Usual(lookup.causes, lookup.effects, lookup, levels, support=search.rows - exceptions)


def _exceptions(cause: Int64Array, effect: Int64Array) -> int:
    """In how many rows the effect is none that most rows with the same cause have."""
    return len(cause) - most_frequent(cause, effect).rows
