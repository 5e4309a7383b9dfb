"""Warnings of words that are dates or numbers, all or most of them, of which more could be learnt as such."""

from __future__ import annotations

import re
import warnings
from numbers import Real
from typing import NamedTuple

import pandas as pd

from ..exceptions import DataWarning
from .date_text import MOSTLY, may_hold_text, pattern_in, reading_of

POINT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
COMMA = re.compile(r"[+-]?\d*,\d+")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d{1,3}(?:\.\d+)?")
CODE = re.compile(r"0\d+")
FORMS = {POINT: "", THOUSANDS: ".str.replace(',', '')", COMMA: ".str.replace(',', '.')"}
"""Of numbers, and what makes pandas read them."""
MOST_CELLS = 2_000
FEWEST_NUMBERS = 20
"""Distinct ones, below which they may well be levels."""


class Advice(NamedTuple):
    """What words are, what of it is not learnt from words, and how pandas reads them."""

    what: str
    lost: str
    reading: str


def warn_of_words(table: pd.DataFrame, categorical: frozenset[object]) -> None:
    """Warn of dates and numbers that are learnt as words, since they are not written as such are, or not all."""
    for name, column in table.items():
        if name not in categorical and (found := advice_on(column)):
            shown = column[column.notna()].iloc[0]
            left = ", which leaves other words missing" if "coerce" in found.reading else ""
            warnings.warn(
                f"column {name!r} holds {found.what} as text, such as {shown!r}, so neither {found.lost} is learnt: "
                f"make {found.what} of them with {found.reading}{left}, or name the column in categorical_features",
                DataWarning,
                stacklevel=2,
            )


def advice_on(column: pd.Series) -> Advice | None:
    """What nine in ten cells of a column of words are, if that is dates or numbers that are not read as such."""
    if not may_hold_text(column.dtype) or pattern_in(column):
        return None
    known = column[column.notna()]
    cells = known.iloc[:: max(1, len(known) // MOST_CELLS)].tolist()
    if not any(isinstance(cell, str) for cell in cells):
        return None
    if how := reading_of(cells):
        return Advice("dates", "their order nor the time between them", f"pd.to_datetime(X[{column.name!r}], {how})")
    for form, change in FORMS.items():
        found = [cell for cell in cells if _is_number(cell, form)]
        distinct = {str(cell) for cell in found}
        if len(distinct) < FEWEST_NUMBERS or len(found) < MOSTLY * len(cells):
            continue
        others = len(found) < len(cells)
        if all(cell.isdecimal() for cell in distinct) and (not others or any(map(CODE.fullmatch, distinct))):
            continue  # they may be codes
        coerced = ", errors='coerce'" if others else ""
        return Advice("numbers", "their order nor their size", f"pd.to_numeric(X[{column.name!r}]{change}{coerced})")
    return None


def _is_number(cell: object, form: re.Pattern[str]) -> bool:
    return isinstance(cell, Real) or (isinstance(cell, str) and bool(form.fullmatch(cell)))
