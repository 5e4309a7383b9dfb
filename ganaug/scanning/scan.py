"""Scanning a table that is larger than memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..columns.arrow import check_arrow_type, check_distinct, signed
from ..data.extras import imported
from ..data.validation import check_count
from ..plain import BoolArray, Float64Array, Int64Array, LargeTable, PathLike
from .one_pass import OnePass, Reading
from .reservoir import ROW_BITS, Kept
from .row_source import RowSource, SeveralSources
from .sources import frame_source, source_of
from .table_files import joined_schema

FEWEST_KEPT = 1_000
MOST_FILES = 2 ** (63 - ROW_BITS)
BREAKS_A_FILE = 10
Breaks = Callable[[pd.DataFrame], BoolArray]


@dataclass(frozen=True)
class Scan:
    """A large table, as :func:`ganaug.scan` read it: exact counts, and the rows to learn from.

    :meth:`ganaug.GANAugmenter.fit` takes it in the place of `X` and `y`.

    Parameters
    ----------
    source : RowSource
        Where the rows lie.
    found : OnePass
        What was counted.
    kept : Kept
        The rows to learn from.
    """

    source: RowSource
    found: OnePass
    kept: Kept

    @property
    def rows(self) -> int:
        """Rows of the whole table."""
        return self.found.rows

    @property
    def target(self) -> str | None:
        """The column of labels."""
        return self.found.reading.target

    @property
    def class_counts(self) -> dict[Any, int] | None:
        """Rows of each label in the whole table; None without labels, or if there are more than ten thousand."""
        return None if self.target is None or self.found.classes.counts is None else dict(self.found.classes.counts)

    @property
    def columns(self) -> pd.DataFrame:
        """For each column its type, its missing cells, the least and the greatest value of numbers and times, and the
        number of levels of others, if these are at most ten thousand."""
        known = self.found.columns
        told = {
            name: {
                "type": str(self.found.reading.schema.field(name).type),
                "missing": own.missing,
                "least": own.least,
                "greatest": own.greatest,
                "levels": None if own.levels is None or own.measured else len(own.levels),
            }
            for name, own in known.items()
        }
        return pd.DataFrame.from_dict(told, orient="index").rename_axis("column")

    @property
    def complete(self) -> bool:
        """Whether all rows are kept."""
        return len(self.kept) == self.rows

    def merge(self, *others: Scan) -> Scan:
        """One scan of all rows, from scans of parts of a table, such as those of several workers.

        It is equal to a scan of all files at once, in the rows that are kept as well, if each was scanned with its
        place in the table: `first_file` of :func:`ganaug.scan`. The scans stay as they are, and can be pickled.

        Parameters
        ----------
        *others : Scan
            Of other files, in any order; with the same columns, `target`, `max_rows` and `random_state`.

        Returns
        -------
        Scan

        Raises
        ------
        TypeError
            For what is no scan.
        ValueError
            For scans with other columns, types or settings, and for a file, or a place in the table, that two of them
            have.

        Examples
        --------
        >>> import tempfile, pathlib, ganaug
        >>> from sklearn.datasets import load_iris
        >>> frame = load_iris(as_frame=True).frame
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for part in range(3):
        ...     frame[part::3].to_parquet(folder / f"{part}.parquet", index=False)
        >>> scans = [ganaug.scan(folder / f"{n}.parquet", target="target", first_file=n) for n in range(3)]
        >>> scans[0].merge(*scans[1:])
        <Scan of 150 rows x 5 columns, target 'target'; 150 rows kept>
        """
        scans = (self, *others)
        for other in others:
            if not isinstance(other, Scan):
                raise TypeError(f"{type(other).__name__} is no scan: merge takes what ganaug.scan returns")
        scans = tuple(sorted(scans, key=lambda own: min(own.found.names)))
        _check_apart(scans)
        whole = OnePass(replace(self.found.reading, schema=_shared_schema(scans)))
        for own in scans:
            whole.merge(own.found.cast(whole.reading.schema))
        source = SeveralSources([each for own in scans for each in own.source.numbered], whole.reading.schema)
        return Scan(source, whole, whole.kept())

    @property
    def uniform(self) -> Scan:
        """With rows that are a random sample of all, whatever their class."""
        bound = self.found.reservoir.bound
        return self if self.complete else replace(self, kept=self.kept.take(self.kept.chances <= bound))

    def table(self) -> tuple[pd.DataFrame, pd.Series | None]:
        """The rows to learn from, and their labels."""
        frame = frame_of(self.kept.table)
        if self.target is None:
            return frame, None
        return frame.drop(columns=self.target), frame[self.target]

    def weights(self) -> tuple[Float64Array, Int64Array]:
        """For how many rows of the table each of those kept stands, and its class's rows in the table."""
        counts = self.found.classes.counts
        every = np.array([self.rows] if counts is None or self.target is None else list(counts.values()), np.int64)
        kept = np.bincount(self.kept.classes, minlength=len(every))
        return (every / np.maximum(kept, 1))[self.kept.classes], every[self.kept.classes]

    def with_rows(self, breaks: Breaks) -> Scan:
        """With rows of the table that `breaks` is true for, a few of each file; itself if there are none."""
        found = [rows for rows in self.source.run(partial(_search, self.found.reading, breaks)) if len(rows)]
        if not found:
            return self
        more = Kept.stack(found)
        if self.target is not None:
            more = replace(more, classes=self.found.classes.codes(more.table.column(self.target).to_pylist()))
        return replace(self, kept=Kept.stack([self.kept, more]).in_order())

    def __repr__(self) -> str:
        labels = "" if self.target is None else f", target {self.target!r}"
        return f"<Scan of {self.rows:,} rows x {len(self.found.columns)} columns{labels}; {len(self.kept):,} rows kept>"


def scan(
    rows: PathLike | Sequence[PathLike] | LargeTable,
    *,
    target: str | None = None,
    max_rows: int = 1_000_000,
    random_state: int = 0,
    first_file: int = 0,
) -> Scan:
    """Read a table that is larger than memory once, and keep what :meth:`ganaug.GANAugmenter.fit` learns from.

    Parameters
    ----------
    rows : path, sequence of paths, pyarrow.dataset.Dataset, or frame of Dask, Ray or Spark
        Files are Parquet, CSV, Arrow or Feather, by the ends of their names; ``"sales/*.parquet"`` stands for all that
        match, and a folder for the Parquet files in it. URIs are for file systems of pyarrow, such as ``s3://``, and of
        fsspec. All files have the same columns; types that differ become one that holds all, and a warning tells.
    target : str or None, default=None
        The column of labels, or of a number to regress on.
    max_rows : int, default=1,000,000
        Rows to keep: a random sample. A tenth more is room that classes share evenly, so all rows of a rare one are
        kept: of two classes, all below 50,000 rows. A table of no more rows is kept as it is, and gives the same model
        as in memory.
    random_state : int, default=0
        Which rows are kept follows from it, however the table is read.
    first_file : int, default=0
        The place of the first file, or partition, in the whole table: how many come before it. For scans of parts of a
        table that :meth:`Scan.merge` makes one of.

    Returns
    -------
    Scan

    Raises
    ------
    FileNotFoundError, TypeError
        For what cannot be scanned.
    ValueError
        For a file that cannot be read or has other columns than the first, naming both; rows without a label, infinite
        numbers, and a target that there is not.
    MemoryError
        For a file with rows that memory does not hold, 131,072 at a time.
    ImportError
        Without pyarrow.

    See Also
    --------
    GANAugmenter.plan : Draws more rows than memory holds.
    Scan : What it returns.

    Notes
    -----
    Rows that the sample misses are kept if they tell of a column what no row of it does: the least and the greatest
    number, the first gap, and the first row of each level while there are at most ten thousand. What is counted (rows,
    labels, levels, gaps) is exact. `fit` reads the table again to see whether rows break the rules that it found.

    Quantiles and two-way tables come from the sample. At a million rows, the standard error of a rank is at most .05 %,
    as that of a large quantile sketch (KLL; Karnin, Lang, Liberty 2016).

    Examples
    --------
    >>> import tempfile, pathlib, ganaug
    >>> from sklearn.datasets import load_iris
    >>> frame = load_iris(as_frame=True).frame
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for part in range(3):
    ...     frame[part::3].to_parquet(folder / f"{part}.parquet", index=False)
    >>> rows = ganaug.scan(f"{folder}/*.parquet", target="target")
    >>> rows.rows, rows.class_counts
    (150, {0: 50, 1: 50, 2: 50})
    >>> augmenter = ganaug.GANAugmenter(steps=50, random_state=0).fit(rows)
    """
    imported("pyarrow", "frames", "scanning needs")
    capacity = check_count(max_rows, "max_rows")
    if capacity < FEWEST_KEPT:
        raise ValueError(f"max_rows={max_rows}: at least {FEWEST_KEPT:,} rows are needed to learn from")
    seed = check_count(random_state, "random_state")
    first = check_count(first_file, "first_file")
    if first >= MOST_FILES:
        raise ValueError(f"first_file={first_file}: a table has at most {MOST_FILES:,} files")
    own = source_of(rows)
    source = SeveralSources([(first, own)], own.schema) if first else own
    reading = Reading(_checked(source.schema, target), target, capacity, seed)
    whole = OnePass(reading)
    if own.distributed:
        for part in source.run(partial(_part, reading)):
            whole.merge(part)
    else:
        for _ in source.run(whole.take_in):
            pass
    if not whole.rows:
        raise ValueError("the table has no rows")
    return Scan(source, whole, whole.kept())


def scan_of(X: Any, y: Any) -> Scan | None:
    """The scan that `fit` was given, or that of the frame that it was given; None for a table in memory."""
    if isinstance(X, Scan):
        if y is not None:
            raise ValueError("a scan brings its labels: name their column in ganaug.scan(..., target=), and give no y")
        return X
    if frame_source(X) is None:
        return None
    if y is not None and not isinstance(y, str):
        raise TypeError(f"y is of type {type(y).__name__}: name the column of labels of this frame, as in fit(X, 'y')")
    return scan(X, target=y)


def frame_of(table: Any) -> pd.DataFrame:
    """A table of Arrow as pandas reads it from a file."""
    for place, name in enumerate(table.column_names):
        table = table.set_column(place, name, signed(table.column(place)))
    frame: pd.DataFrame = table.to_pandas()
    return frame.reset_index(drop=True)


def _checked(schema: Any, target: str | None) -> Any:
    """The schema; TypeError for columns of lists and the like, ValueError for a target that there is not."""
    if target is not None and target not in schema.names:
        raise ValueError(f"target={target!r} is no column of the table: {schema.names}")
    check_distinct(schema.names)
    for field in schema:
        check_arrow_type(field.name, field.type)
    return schema


def _check_apart(scans: Sequence[Scan]) -> None:
    """ValueError for scans that were made with other settings, or have a file or a place in common."""
    for setting, name in {"target": "target", "capacity": "max_rows", "seed": "random_state"}.items():
        values = list(dict.fromkeys(getattr(own.found.reading, setting) for own in scans))
        if len(values) > 1:
            raise ValueError(
                f"scans with {name}={values[0]!r} and {name}={values[1]!r} cannot be merged: scan with one"
            )
    paths: set[str] = set()
    names: dict[int, str] = {}
    for own in scans:
        mine = set(map(os.path.abspath, own.source.paths))
        if twice := paths & mine:
            raise ValueError(f"{min(twice)} was scanned twice: merge scans of different files")
        paths |= mine
        both = names.keys() & own.found.names.keys()
        if both:
            number = min(both)
            raise ValueError(
                f"{own.found.names[number]} and {names[number]} both have place {number} in the table: scan each part "
                "with first_file=, the number of files that come before it"
            )
        names |= own.found.names


def _shared_schema(scans: Sequence[Scan]) -> Any:
    """The schema that the tables of all scans have."""
    names = [min(own.found.names.items())[1] for own in scans]
    return joined_schema([(name, own.found.reading.schema) for name, own in zip(names, scans, strict=True)])


def _part(reading: Reading, number: int, name: str, batches: Iterable[Any]) -> OnePass:
    part = OnePass(reading).take_in(number, name, batches)
    part.reservoir.prune(part.classes.number)
    return part


def _search(reading: Reading, breaks: Breaks, number: int, name: str, batches: Iterable[Any]) -> Kept:  # noqa: ARG001
    """A few rows that `breaks` is true for."""
    import pyarrow as pa

    start = number << ROW_BITS
    found: list[Kept] = []
    for batch in batches:
        table = pa.Table.from_batches([batch])
        places = np.flatnonzero(breaks(frame_of(table)))[: BREAKS_A_FILE - sum(map(len, found))]
        if len(places):
            none = np.zeros(len(places), np.int32)
            found.append(Kept(table.take(places), start + places, np.ones(len(places)), none))
        if sum(map(len, found)) == BREAKS_A_FILE:
            break
        start += len(batch)
    if found:
        return Kept.stack(found)
    return Kept(reading.schema.empty_table(), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int32))
