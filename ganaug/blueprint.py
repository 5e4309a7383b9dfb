"""What a graph must know to make rows or images, as plain arrays: the language between encoding and tf.data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .layout import Block, ImageLayout, Layout
from .relation import Relation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One array of numbers of a column, by the codes of the block that holds it.

    Parameters
    ----------
    block : int
        Index in the layout, -1 if the number is always the first one.
    position : int
        Index among the positions, -1 if the block has none.
    known : ndarray of float64
        For each code the number it stands for, NaN for a missing one and for intervals.
    interval : ndarray of float64
        For each code the interval it stands for, -1 for others.
    bins : int
        How many intervals there are.
    mass, value : ndarray of float64
        Corners of the quantile function that the intervals cut into pieces of equal mass.
    follows : int
        Index of the column whose finished values decide where this one lies inside its intervals, -1 for none.
    """

    block: int
    position: int
    known: Floats
    interval: Floats
    bins: int
    mass: Floats
    value: Floats
    follows: int = -1


@dataclass(frozen=True)
class Lattice:
    """Numbers that lie at ``origin + k * step``, written with some decimals; anywhere if `step` is 0."""

    origin: float
    step: float
    decimals: int


@dataclass(frozen=True)
class Levels:
    """Numbers that count the entries of a list."""

    values: tuple[str | bytes | float, ...]


@dataclass(frozen=True)
class Calendar:
    """Week, weekday and time of day, the last in units of `tick`; the result is clipped to the training range."""

    day: int
    tick: int
    first: int
    last: int
    usual: tuple[int, int]


@dataclass(frozen=True)
class Ticks:
    """Numbers of `tick` units."""

    tick: int


@dataclass(frozen=True)
class Column:
    """How the numbers of a column become its values.

    Parameters
    ----------
    name : str
    dtype : str
        TensorFlow's name of the dtype that holds all values, missing ones included.
    missing : bool
        Whether a value may be missing: NaN in floats, "" in strings, NaT's integer in ticks.
    whole : bool
        Whether all values are whole numbers.
    low, high : float
        Range of the values, if they are numbers.
    curves : tuple of Curve
    scale : Lattice, Levels, Calendar or Ticks
    relation : Relation or None
        How its numbers follow from those of columns before it; its curve then gives the rest.
    """

    name: str
    dtype: str
    missing: bool
    whole: bool
    low: float
    high: float
    curves: tuple[Curve, ...]
    scale: Lattice | Levels | Calendar | Ticks
    relation: Relation | None = None

    @property
    def number(self) -> bool:
        """Whether it can stand in a matrix of floats without being ticks of a clock."""
        return self.dtype not in ("string", "bool") and not isinstance(self.scale, (Calendar, Ticks))


@dataclass(frozen=True)
class Classes:
    """A target of labels.

    Parameters
    ----------
    values : tuple or None
        The labels, as tensors hold them; None if they cannot, so that only places among the classes can stand for them.
    dtype : str
        TensorFlow's name of the dtype of `values`.
    shown : tuple of str
        How messages write them.
    counts : tuple of int
        Training rows of each.
    """

    values: tuple[str | bytes | float, ...] | None
    dtype: str
    shown: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Measure:
    """A target that is a number.

    Parameters
    ----------
    column : Column
        Of one curve in block 0, position 0.
    counts : tuple of int
        Training rows with each code.
    """

    column: Column
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Blueprint:
    """All of it for the rows of a table.

    Parameters
    ----------
    layout : Layout
    columns : tuple of Column
    target : Classes, Measure or None
    matrix : str
        TensorFlow's name of the dtype of a dense matrix of all columns, if that is how rows are given; else "".
    """

    layout: Layout
    columns: tuple[Column, ...]
    target: Classes | Measure | None
    matrix: str


@dataclass(frozen=True)
class ImageBlueprint:
    """All of it for images.

    Parameters
    ----------
    layout : ImageLayout
    dtype : str
        TensorFlow's name of the dtype of pixels.
    low, high : float
        The darkest and the brightest pixel.
    channels : bool
        Whether images have an axis of channels.
    target : Classes, Measure or None
    """

    layout: ImageLayout
    dtype: str
    low: float
    high: float
    channels: bool
    target: Classes | Measure | None


RECORDS = {
    record.__name__: record
    for record in (
        *(Block, Layout, ImageLayout, Curve, Lattice, Levels, Calendar, Ticks),
        *(Relation, Column, Classes, Measure, Blueprint, ImageBlueprint),
    )
}
