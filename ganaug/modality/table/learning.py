"""Learning how a table is encoded: types of columns, then rules, and then blocks for what these leave open."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...columns.arranged import Arranged
from ...columns.base import ColumnType
from ...columns.datetime import Datetime
from ...columns.identifier import Identifier, Identifiers, without_identifiers
from ...columns.layout import Encoded, Layout
from ...columns.listed import ROWS_PER_VALUE, Listed
from ...columns.registry import fit_column
from ...columns.words import warn_of_words
from ...plain import Float64Array, Int32Array
from ...rules.assembly import Assembly
from ...rules.base import LABEL, Cells, Table, label_cells, lattice
from ...rules.declared import Rules, rules_of
from ...rules.find import relate
from ...rules.relations import Relation, range_of, reached
from .arrangement import arranged, told_by_value
from .blocks import Blocks
from .column import Column, Step
from .left_open import left_open
from .lookups import told_by_keys

SPARSE = 2.0


class LearntTable(NamedTuple):
    """What an encoder is made of, and the rows of the table, encoded."""

    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    layout: Layout
    dropped: tuple[object, ...]
    rows: Encoded


def learn_table(
    table: pd.DataFrame,
    categorical: frozenset[object],
    classes: Int32Array | None,
    rules: Rules,
    identifiers: Identifiers,
) -> LearntTable:
    """As :meth:`~ganaug.modality.table.encoder.TableEncoder.fit`."""
    warn_of_words(table, categorical)
    types = [_listed(fit_column(table[name], categorical=name in categorical), table[name]) for name in table]
    types, table, dropped, identifying = without_identifiers(types, table, identifiers)
    finished = [own.given(table[name]) for own, name in zip(types, table, strict=True)]
    cells = {place: Cells(own, plain) for place, (own, plain) in enumerate(zip(types, finished, strict=True))}
    every = {place: own for place, own in cells.items() if not isinstance(own.type, Identifier)}
    every |= {} if classes is None else {LABEL: label_cells(classes)}
    names = {place: str(name) for place, name in enumerate(table) if place in every} | {LABEL: "the label"}
    found = rules_of(rules, every, names)
    for place in found.listed(cells):
        types[place] = Listed.of(types[place], cells[place].plain)
    floats = [own.transform(table[name]) for own, name in zip(types, table, strict=True)]
    for place in found.listed_days():
        types[place] = types[place].on_days_of(cells[place].plain)
    for place, own in arranged(types, floats, found, classes).items():
        types[place] = own
        floats[place] = own.transform(table.iloc[:, place])
    blocks = _blocks_of(types, floats, found, cells, every)
    ordered = found.ordered()
    ranges = {place: range_of(parts[0]) for place, parts in enumerate(floats)} | reached(ordered, cells)
    gaps = [bool(np.isnan(parts[0]).any()) for parts in floats]
    columns = [
        Column(name, own, blocks.parts(place), ranges[place], gaps[place], place in identifying)
        for place, (name, own) in enumerate(zip(table, types, strict=True))
    ]
    steps = [Step(rule, blocks.parts(-1 - number)) for number, rule in enumerate(ordered)]
    layout, rows = blocks.layout(), blocks.encoded(len(table))
    told = told_by_keys(told_by_value(found), [own.parts for own in columns], cells, layout, rows)
    return LearntTable(tuple(columns), tuple(steps), replace(layout, told=told), dropped, rows)


def _blocks_of(
    types: list[ColumnType], floats: list[list[Float64Array]], found: Assembly, cells: Table, every: Table
) -> Blocks:
    """Blocks for what is drawn: columns, and what rules leave open of others. Close relations join the rules."""
    told, blocks = found.told, Blocks()
    for place in [place for place in cells if place not in found.derived] or [0]:
        for number, numbers in enumerate(left_open(floats[place], (place,), found.rules, cells, told)):
            blocks.add((place, number), numbers, nominal=types[place].nominal[number])
    lattices = {place: lattice(own) for place, own in cells.items() if own.kind == "number"}
    blocks.share({place for place, (_, step) in lattices.items() if step})
    alone = {p for p in blocks.unshared() & lattices.keys() if not isinstance(types[p], (Arranged, Listed))}
    relate(found, cells, {place: lattices[place] for place in sorted(alone)})
    blocks.drop({rule.effect for rule in found.rules if isinstance(rule, Relation)})
    ordered = found.ordered()
    for number, rule in enumerate(ordered):
        for i, rest in enumerate(left_open(rule.rests(every), rule.effects, ordered, cells, told)):
            blocks.add((-1 - number, i), rest, nominal=rule.nominal[i])
    return blocks


def _listed(own: ColumnType, column: pd.Series) -> ColumnType:
    """The type of dates that recur and skip many others, such as the first of each month, as a list of them."""
    if not isinstance(own.cells, Datetime):
        return own
    weeks, weekday, time = own.transform(column)
    absent = np.isnan(weeks)
    combined = [len(np.unique(part[~absent])) for part in (weeks, weekday, time)]
    plain = own.plain([weeks, weekday, time])
    distinct = len(np.unique(plain[~absent]))
    recurs = (~absent).sum() >= ROWS_PER_VALUE * distinct
    return Listed.of(own, plain) if recurs and SPARSE * distinct < np.prod(combined) else own
