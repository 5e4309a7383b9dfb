"""The nearest row of another class that can be believed, with as few columns changed as it takes.

A row is changed towards generated rows of the other class, some columns at a time, the telling ones first, until it is
taken for that class and breaks no rule; what turns out not to be needed goes back. It is a counterfactual, as of
Wachter, Mittelstadt, Russell (2018), "Counterfactual explanations without opening the black box", with the changes
taken from rows that could be, as in Poyiadzi et al. (2020), "FACE: feasible and actionable
counterfactual explanations".
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from ...columns.category import without_dictionary
from ...columns.joined import joined
from ...columns.lattice import HUGE
from ...columns.registry import dense, kind_of, measured
from ...data.targets import encoded_classes
from ...exceptions import DataWarning
from ...plain import BoolArray, Float64Array, IndexArray
from ..base import Translation

POOL = 1_000
"""Generated rows of a class, to change others towards."""
NEAREST = 5
SURE, SURE_OF = 0.9, 0.03
"""A row is taken for a class that is so probable, or as probable as it is of that share of generated rows of it."""
UNLIKELY = 0.05
"""Of generated rows look less real than a row that can be believed."""
Accepts = Callable[[pd.DataFrame], tuple[Float64Array, BoolArray]]


def translated(asked: Translation[pd.DataFrame]) -> pd.DataFrame:
    """Rows of the classes wanted.

    Raises
    ------
    ValueError
        If a column to keep is none of the table's, or all are to be kept.

    Warns
    -----
    DataWarning
        If rows are not taken for their class, however much of them is changed.
    """
    data, goals = _without_identifiers(asked), asked.wanted.codes[:, 0]
    if strange := [name for name in asked.keep if name not in data.columns]:
        raise ValueError(f"keep={list(asked.keep)}: the table has no columns {strange}")
    groups = changed_together(data, asked)
    if not groups:
        raise ValueError(f"keep={list(asked.keep)} leaves no column to change")
    takes = asked.recogniser()
    parts, short, stayed = [], 0, 0
    for code in np.unique(goals):
        rows = np.flatnonzero(goals == code)
        pool = asked.drawn(encoded_classes(np.full(POOL, code, np.int32)), asked.seed)
        accepts = _accepts(asked, takes, int(code), pool)
        good = accepts(pool)[1]
        typical = pool[good] if good.any() else pool
        made, taken, unbroken = _moved(*_alike(data.iloc[rows], typical), groups, accepts)
        parts.append(made.set_axis(rows))
        short, stayed = short + int((~taken).sum()), stayed + int((~unbroken).sum())
    if short:
        warnings.warn(
            f"{short} of {len(data)} rows are not taken for the class asked for, however much of them is changed: "
            f"{short - stayed} come as near as they can, {stayed} stay as they are, since every change breaks a rule"
            + (f". Fewer columns than keep={list(asked.keep)} leave more to change" if asked.keep else ""),
            DataWarning,
            stacklevel=5,
        )
    made = pd.concat(parts).sort_index()
    for place in asked.encoder.identifying:
        made.isetitem(place, asked.data.iloc[:, place])
    return made


def _without_identifiers(asked: Translation[pd.DataFrame]) -> pd.DataFrame:
    """The rows with what generated ones hold in the place of identifiers: one name, or whether it is missing."""
    data = asked.encoder.without_names(asked.data)
    for place in asked.encoder.faked:
        data.isetitem(place, np.where(data.iloc[:, place].isna(), np.nan, 0.0))
    return data


def changed_together(data: pd.DataFrame, asked: Translation[pd.DataFrame]) -> list[IndexArray]:
    """Places of the columns that may change, those together that rules tie to one another."""
    home = np.arange(data.shape[1])
    places = {name: place for place, name in enumerate(data.columns)}
    for rule in asked.encoder.rules:
        tied = [places[name] for name in rule.columns if name in places]
        for one, other in pairwise(tied):
            home[home == home[other]] = home[one]
    fixed = {*asked.encoder.identifying}
    free = np.array([name not in asked.keep and place not in fixed for name, place in places.items()])
    return [np.flatnonzero((home == root) & free) for root in np.unique(home[free])]


def _accepts(
    asked: Translation[pd.DataFrame], takes: Callable[[pd.DataFrame], Float64Array], code: int, pool: pd.DataFrame
) -> Accepts:
    """How probable the class is of rows, and which are taken for it, keep the rules and can be believed."""
    encoder = asked.encoder
    strange = {name: pool[name].mode(dropna=False).iloc[0] for name in encoder.unseen(asked.data)}

    def odds(rows: pd.DataFrame) -> Float64Array:
        if asked.chooser is None:
            return np.zeros(len(rows))
        if strange:  # nobody learnt how real such a cell looks, so the others decide
            rows = rows.copy()
            for name, cells in encoder.unseen(rows).items():
                rows[name] = rows[name].where(~cells, strange[name])
        found: Float64Array = asked.chooser.log_odds(
            encoded_classes(np.full(len(rows), code, np.int32)), encoder.encode(rows)
        )
        return found

    least = np.quantile(odds(pool), UNLIKELY)
    sure = min(SURE, float(np.quantile(takes(pool)[:, code], 1 - SURE_OF)))

    def accepts(rows: pd.DataFrame) -> tuple[Float64Array, BoolArray]:
        chances = takes(rows)[:, code]
        broken = encoder.breaks(rows, np.full(len(rows), code, np.int32))
        taken = (chances >= sure) & ~broken
        taken[taken] = odds(rows[taken].reset_index(drop=True)) >= least
        return np.where(broken, chances - 1, chances), taken

    return accepts


def _moved(
    source: pd.DataFrame, pool: pd.DataFrame, groups: list[IndexArray], accepts: Accepts
) -> tuple[pd.DataFrame, BoolArray, BoolArray]:
    """Each row, changed towards those of the pool that are near, in the fewest columns.

    Returns also which rows are accepted, and which changes break no rule; a row stays where all of them break one.
    """
    n, free = len(source), np.concatenate(groups)
    near = _nearest(source, pool, free)
    start = source.iloc[np.repeat(np.arange(n), near.shape[1])].reset_index(drop=True)
    goal = start.copy()
    found = pool.iloc[near.ravel()].reset_index(drop=True)
    for place in free:
        goal.isetitem(place, found.iloc[:, place])
    alone = np.stack(
        [accepts(_mixed(start, goal, [places], np.ones((len(start), 1), bool)))[0] for places in groups], 1
    )
    order = np.argsort(-alone, axis=1, kind="stable")
    rank = order.argsort(axis=1)
    changed = np.ones((len(start), len(groups)), bool)
    chances, done = accepts(goal)
    open_rows = np.arange(len(start))
    for count in range(1, len(groups)):
        flags = rank[open_rows] < count
        _, taken = accepts(_mixed(start.iloc[open_rows], goal.iloc[open_rows], groups, flags))
        changed[open_rows[taken]], done[open_rows[taken]] = flags[taken], True
        open_rows = open_rows[~taken]
        if not len(open_rows):
            break
    for k in range(len(groups)):  # the least telling first
        place = order[:, len(groups) - 1 - k]
        tried = np.flatnonzero(done & changed[np.arange(len(start)), place] & (changed.sum(1) > 1))
        if not len(tried):
            continue
        flags = changed[tried].copy()
        flags[np.arange(len(tried)), place[tried]] = False
        _, taken = accepts(_mixed(start.iloc[tried], goal.iloc[tried], groups, flags))
        changed[tried[taken]] = flags[taken]
    made = _mixed(start, goal, groups, changed)
    differs = np.sum([_differ(made.iloc[:, place], start.iloc[:, place]) for place in free], axis=0)
    cost = np.where(done, differs, len(free) + 1 - chances).reshape(n, -1)
    best = np.arange(n) * near.shape[1] + cost.argmin(1)
    unbroken = done[best] | (chances[best] >= 0)
    return _mixed(start.iloc[best], made.iloc[best], [free], unbroken[:, None]), done[best], unbroken


def _alike(source: pd.DataFrame, pool: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both in dtypes that hold the cells of either."""
    both = [joined(source.iloc[:, place], pool.iloc[:, place]) for place in range(source.shape[1])]
    table = pd.concat(both, axis=1).set_axis(source.columns, axis=1)
    return table.iloc[: len(source)], table.iloc[len(source) :].reset_index(drop=True)


def _differ(one: pd.Series, other: pd.Series) -> BoolArray:
    """Where cells are others; what is missing in both is the same."""
    one, other = dense(one), dense(other)
    same = (one == other).fillna(False) | (one.isna() & other.isna())
    return ~same.to_numpy(bool)


def _nearest(source: pd.DataFrame, pool: pd.DataFrame, free: IndexArray) -> IndexArray:
    """For each row the places of the nearest in the pool; columns that are to be kept count most."""
    apart = np.zeros((len(source), len(pool)))
    for place in range(source.shape[1]):
        one, other = source.iloc[:, place], pool.iloc[:, place]
        weight = 1.0 if place in free else source.shape[1]
        both = pd.concat([one, other], ignore_index=True)
        if kind_of(one) == kind_of(other) == "number":
            values = measured(both, "number").to_numpy()
            largest = np.nanmax(np.abs(values), initial=0.0)
            a, b = np.split(values / largest if largest > HUGE else values, [len(one)])
            known = b[~np.isnan(b)]
            gap = np.abs(a[:, None] - b[None]) / ((known.std() if len(known) else 0.0) or 1.0)
            apart += weight * np.nan_to_num(gap, nan=1.0).clip(0, 1)
        else:
            a, b = np.split(pd.factorize(without_dictionary(both))[0], [len(one)])
            apart += weight * (a[:, None] != b[None])
    return np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]


def _mixed(start: pd.DataFrame, goal: pd.DataFrame, groups: list[IndexArray], changed: BoolArray) -> pd.DataFrame:
    """Rows of `start` with the columns of some groups as in `goal`."""
    mixed = start.reset_index(drop=True)
    other = goal.reset_index(drop=True)
    for k, places in enumerate(groups):
        for place in places:
            mixed.isetitem(place, mixed.iloc[:, place].where(~changed[:, k], other.iloc[:, place]))
    return mixed
