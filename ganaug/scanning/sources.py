"""Which source of rows a value is."""

from __future__ import annotations

import os
from typing import Any

from .frames import DaskFrame, RayDataset, SparkFrame
from .row_source import RowSource
from .table_files import Files, files_at, in_a_line, without_views


def source_of(rows: Any) -> RowSource:
    """The source that `rows` are.

    Raises
    ------
    TypeError
        If they are none.
    FileNotFoundError, ValueError
        For files that are not there, and files that are of several kinds.
    """
    own = frame_source(rows)
    if own is not None:
        return own
    paths = [rows] if isinstance(rows, (str, os.PathLike)) else rows
    if isinstance(paths, (list, tuple)) and paths and all(isinstance(path, (str, os.PathLike)) for path in paths):
        return files_at([os.fspath(path) for path in paths])
    raise TypeError(
        f"{type(rows).__name__} cannot be scanned: give paths of Parquet, CSV or Arrow files, a pyarrow.dataset, or a "
        "frame of Dask, Ray or Spark; a table that is in memory goes to fit as it is"
    )


def frame_source(rows: Any) -> RowSource | None:
    """The source that a frame of an engine, or a dataset of pyarrow, is; None if `rows` is none of these."""
    home, _, _ = type(rows).__module__.partition(".")
    if home == "dask" and hasattr(rows, "to_delayed") and hasattr(rows, "_meta_nonempty"):
        return DaskFrame(rows)
    if home == "pyspark" and hasattr(rows, "mapInArrow"):
        return SparkFrame(rows)
    if home == "ray" and hasattr(rows, "iter_batches"):
        return RayDataset(rows)
    if home == "pyarrow" and hasattr(rows, "get_fragments"):
        try:
            found = list(rows.get_fragments())
        except ValueError as error:  # of a filtered dataset
            remedy = (
                "write its rows with pyarrow.dataset.write_dataset(dataset, folder, format='parquet'), and scan these"
            )
            raise ValueError(f"the dataset cannot be read file by file: {in_a_line(error)}; {remedy}") from None
        return Files([(str(getattr(own, "path", "the dataset")), own) for own in found], without_views(rows.schema))
    return None
