"""Whether a file can be written, asked before anything is trained."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..data.replacing import check_folder
from .files import suffix_of


def check_output(
    path: str | Path | None,
    inputs: Sequence[str | Path | None] = (),
    others: Sequence[str | Path | None] = (),
    *,
    table: bool = True,
    overwrite: bool = False,
) -> None:
    """Raise ValueError or OSError, before anything is trained, if a file cannot be written there.

    Parameters
    ----------
    inputs : sequence of path or None
        Files that are read, which are replaced if that is what `overwrite` says.
    others : sequence of path or None
        Other files that are written.
    table : bool
        Whether it is to be a table.
    """
    if path is None or str(path) == "-":
        return
    place = Path(path)
    if str(path).endswith("/") and place.is_file():
        raise NotADirectoryError(f"{path}: {place} is a file: leave out the slash, or name another place")
    if table and suffix_of(str(path)) != ".csv":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ImportError(f"{path}: Parquet needs pyarrow: pip install 'ganaug[cli]', or name it .csv") from None
    if place.is_dir() or str(path).endswith("/"):
        raise IsADirectoryError(f"{path} is a folder: name a file")
    check_folder(path, place.parent)
    if not os.access(place if place.exists() else place.parent, os.W_OK) or not os.access(place.parent, os.W_OK):
        raise PermissionError(f"{path} cannot be written: the permissions forbid it")
    if not overwrite and any(map(partial(_is_same, place), inputs)):
        remedy = "name another one, or say --overwrite" if table else "name another one"
        raise ValueError(f"{path} is a file that is read: {remedy}")
    if any(map(partial(_is_same, place), others)):
        raise ValueError(f"{path} is named for two outputs: name another one")


def _is_same(place: Path, other: str | Path | None) -> bool:
    """Whether two paths mean one file, which need not be there yet; a device takes all that is written to it."""
    if other is None or str(other) == "-" or (place.exists() and not place.is_file()):
        return False
    there = Path(other)
    if place.exists() and there.exists():
        return place.samefile(there)
    return place.resolve() == there.resolve()


def check_picture(path: Path) -> None:
    """Raise ValueError or ImportError, before anything is trained, if no picture of that name can be drawn."""
    try:
        from matplotlib.backend_bases import FigureCanvasBase
    except ImportError:
        raise ImportError(f"{path}: pictures need matplotlib: pip install 'ganaug[plot]'") from None
    formats = sorted(FigureCanvasBase.get_supported_filetypes())
    if path.suffix.lower().lstrip(".") not in formats:
        raise ValueError(f"{path}: there is no format {path.suffix!r} of pictures: it is one of {', '.join(formats)}")
