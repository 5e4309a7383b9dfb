"""A column of a table, and a rule, beside the parts of encoded rows that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from ...columns.base import ColumnType
from ...plain import record
from ...rules.base import Rule
from .blocks import Part


@record
@dataclass(frozen=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    name : object
    type : ColumnType
    parts : tuple of Part
        Empty if the column follows from others.
    known : tuple of float
        The least and the greatest number of the first array of numbers, if there is any.
    missing : bool
        Whether a value may be missing.
    identifies : bool
        Whether it tells rows apart, and is learnt as it is.
    """

    name: object
    type: ColumnType
    parts: tuple[Part, ...]
    known: tuple[float, ...]
    missing: bool
    identifies: bool = False


@record
@dataclass(frozen=True)
class Step:
    """A rule, and its rests as encoded rows hold them."""

    rule: Rule
    parts: tuple[Part, ...]
