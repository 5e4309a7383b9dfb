"""Finding the rules that all rows of a table keep: one kind after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from .assembly import Assembly
from .base import FEWEST_ROWS, LABEL, Rule, Table
from .by_case_search import ByCaseSearch
from .by_sum import find_by_sums
from .close_relations import find_relations
from .distance import find_distances
from .exact import find_exact
from .formula_search import find_formulas
from .function import find_functions
from .gap_count import find_gap_counts
from .implied_search import ImpliedSearch
from .interactions import find_interactions
from .limited import find_ages, find_limited
from .months import find_months
from .one_of import OneOf, find_one_of, is_dummy
from .order_search import find_orders, ordered_pairs
from .pinned_search import PinnedSearch
from .relations import Numbers, Relation, reached
from .share import find_shares
from .tied import find_ties
from .total import Total, total_of
from .unique import find_unique
from .usual_search import find_usual


def find_rules(
    table: Table, found: Assembly | None = None, unwanted: Callable[[Rule], bool] = lambda _: False
) -> Assembly:
    """The rules that every row keeps.

    Parameters
    ----------
    table : mapping of int to Cells
        Columns by their places, :data:`LABEL` for the label if it is of classes.
    found : Assembly or None
        Rules that are known to hold, and to which the others are added.
    unwanted : callable
        Whether a rule is to be left out.
    """
    found = found or Assembly()
    found.unwanted = unwanted
    columns = [place for place in table if place != LABEL]
    if not columns or len(table[columns[0]]) < FEWEST_ROWS:
        return found
    search = ImpliedSearch(table, found)
    groups = list(find_one_of(table, columns))
    if groups:
        trial = search.with_assembly(Assembly(unwanted))
        trial.singles({place for group in groups for place in group.effects})
        for group in groups:
            if not _implied_by_another(group, trial.found):
                found.add(group)
    of_numbers, of_flags = _by_factors(find_interactions(table), table)
    found.add_all(of_numbers)
    numbers = Numbers.of(table, [place for place in columns if table[place].ordered])
    factors = [place for place in numbers.columns if table[place].kind == "number"]
    found.add_all(find_limited(numbers.only(factors), found.may_be_told))
    found.add_all(find_months(table, found.may_be_told))
    by_case = ByCaseSearch(search)
    found.add_all(by_case.choices())
    found.add_all(by_case.months())
    found.add_all(by_case.moments())
    search.singles()
    found.add_all(find_functions(table, found.may_be_told))
    orders = ordered_pairs(table)
    moments = [place for place in numbers.columns if table[place].kind == "datetime"]
    found.add_all(find_ages(numbers.only((*factors, *moments)), moments, found.may_be_told))
    for relation in find_exact(numbers, factors, orders, found.may_be_told):
        for rule in (*_as_total(relation, table, found), relation):
            if found.add(rule):
                break
    found.add_all(find_shares(table, found.may_be_told))
    found.add_all(find_by_sums(table, found.may_be_told))
    found.add_all(find_formulas(table, found.may_be_told))
    found.add_all(find_gap_counts(table, found.may_be_told))
    found.add_all(find_distances(table, found.may_be_told))
    found.add_all(search.by_amount)
    found.add_all(by_case.rules())
    found.add_all(search.numbers_by_number)
    found.add_all(of_flags)  # after sums, which tell more of flags
    search.comparisons()
    search.extremes()
    search.pairs()
    found.add_all(search.names_by_number)
    found.add_all(find_usual(search))
    free = [place for place in columns if place not in found.derived]
    ranges = reached(found.ordered(), table)
    pairs = [pair for pair in orders if found.allows_order(pair, table, ranges)]
    found.add_all(find_orders(table, pairs, free, found.may_follow))
    found.pairs = [*found.pairs, *(pair for pair in pairs if pair not in found.pairs)]
    pinned = PinnedSearch(search, ranges)
    pinned.exact()
    pinned.one_sided()
    found.add_all(find_unique(table))
    return found


def relate(found: Assembly, table: Table, lattices: Mapping[int, tuple[float, float]]) -> None:
    """Take in relations that hold but for little, of numbers whose lattices are given, ties, and the orders left."""
    numbers = {place: own.numbers() for place, own in table.items() if own.kind == "number"}
    found.add_all(find_relations(numbers, lattices, found.may_follow))
    found.add_all(find_ties(table, found.may_follow))
    found.bound(table)


def _by_factors(interactions: Iterable[Relation], table: Table) -> tuple[list[Relation], list[Relation]]:
    """Those with a factor that is no flag, and those of flags alone."""
    found: tuple[list[Relation], list[Relation]] = [], []
    for interaction in interactions:
        found[all(is_dummy(table[cause]) for cause in interaction.causes)].append(interaction)
    return found


def _implied_by_another(group: OneOf, found: Assembly) -> bool:
    """Whether a column, or the label, that is none of the group implies all of it, as a category does its dummies."""
    members = set(group.effects)
    causes = [set(rule.causes) for rule in found.rules if members & set(rule.effects)]
    return len(causes) == len(members) and all(cause == causes[0] and not cause & members for cause in causes)


def _as_total(relation: Relation, table: Table, found: Assembly) -> Iterator[Total]:
    """The relation as columns with a constant sum, if it is one of free columns that are never negative."""
    if relation.product or relation.has_rest or not (relation.weights == -1).all() or relation.constant <= 0:
        return
    places = (*relation.causes, relation.effect)
    numbers = {place: table[place].numbers() for place in places}
    free = all(table[place].kind == "number" and place not in found.derived for place in places)
    if not free or min(map(np.nanmin, numbers.values())) < 0:
        return
    total = total_of(numbers, relation.constant, relation.grain)
    if not total.broken(table).any():
        yield total.with_support(relation.support)
