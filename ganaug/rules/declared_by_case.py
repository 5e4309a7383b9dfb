"""Numbers and times that somebody says follow from others case by case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import numpy as np

from ..plain import IndexArray, Int64Array
from .base import Table
from .by_case import ByCase
from .cases import Cases, by_case, choices_of, in_stretches, may_be_cut, months_of, one_by_one, rates_of, tolerance
from .implied import codes_of
from .lines import lines_of, stretches_of_lines
from .views import Term

How: TypeAlias = Literal["/", "-", "which", "line", "months"]


def declared_by_case(
    how: How, effect: int, sources: Sequence[int], terms: tuple[Term, ...], table: Table, days: int = 0
) -> ByCase | None:
    """The rule that the fewest rows break; None if there are too many rates, amounts or lines.

    Parameters
    ----------
    how : {"/", "-", "which", "line", "months"}
        The effect is its source times a rate, plus an amount, one of several sources, both of the first two, or some
        calendar months later.
    effect : int
    sources : sequence of int
        Places of the columns that it follows from.
    terms : tuple of Term
        What tells the case.
    days : int
        That are added after months.
    """
    codes, levels = codes_together(terms, table)
    cut = len(terms) == 1 and may_be_cut(terms[0], table)
    rules = []
    groups = [np.flatnonzero(codes == code) for code in range(levels)]
    for cases in _cases(how, effect, sources, terms, groups, table, days):
        stretches = in_stretches(terms[0].seen(table)[0], cases.kept, 1) if cut else None
        case = one_by_one(codes, levels, cases.kept) if stretches is None else stretches
        rules.append(by_case(effect, terms, case, cases, table, steps=stretches is not None))
    best = min(rules, key=lambda rule: int(rule.broken(table).sum()), default=None)
    return best and best.with_support(len(codes))


def _cases(
    how: How,
    effect: int,
    sources: Sequence[int],
    terms: tuple[Term, ...],
    groups: Sequence[IndexArray],
    table: Table,
    days: int,
) -> Iterator[Cases]:
    if how == "which":
        yield choices_of(effect, sources, table)
        return
    [source] = sources
    if how == "months":
        yield from months_of(effect, source, days, table)
        return
    if how != "line":
        yield from rates_of(effect, source, table, ratio=how == "/")
        return
    if terms == (Term((source,)),):
        x, y = (table[place].numbers() for place in (source, effect))
        groups = stretches_of_lines(x, y, float(np.nanmax(tolerance(table[effect], y, table[effect].step))))
    yield from lines_of(effect, source, groups, table)


def codes_together(terms: Sequence[Term], table: Table) -> tuple[Int64Array, int]:
    """Codes of what is seen of all terms, and how many there are."""
    seen = np.zeros(len(table[terms[0].places[0]]), np.int64)
    for term in terms:
        codes, levels = codes_of(term, table)
        seen = np.unique(seen * levels + codes, return_inverse=True)[1]
    return seen, int(seen.max(initial=0)) + 1
