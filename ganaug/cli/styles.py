"""How cells are written, kept beside a model in its file, so that samples look like the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ..augmenter import GANAugmenter, load
from ..persistence import archive
from .cells import CellStyle

KEY = "cells"


def save_styles(augmenter: GANAugmenter, path: Path, styles: Mapping[str, CellStyle]) -> None:
    """Save an augmenter that was fitted to a table of cells in these styles."""
    augmenter.save(path)
    if styles:
        archive.write(path, {**archive.read(path), KEY: {name: asdict(style) for name, style in styles.items()}})


def styles_of(path: Path) -> dict[str, CellStyle]:
    """The styles in a model's file; of a model that was fitted in Python, which columns are text."""
    with archive.errors_about(path):
        saved = archive.read(path).get(KEY)
        if saved is not None:
            return {name: CellStyle(**{**style, "words": tuple(style["words"])}) for name, style in saved.items()}
    return text_styles(load(path))


def text_styles(augmenter: GANAugmenter) -> dict[str, CellStyle]:
    """The styles of the columns that are text."""
    none = augmenter.sample(0, random_state=0)
    X = none[0] if isinstance(none, tuple) else none
    X = X.to_pandas() if hasattr(X, "to_pandas") else X
    texts = X.columns[[not _is_plain(dtype) for dtype in X.dtypes]] if hasattr(X, "dtypes") else []
    return {str(name): CellStyle("text") for name in texts}


def _is_plain(dtype: object) -> bool:
    """Whether a dtype is one of numbers, truth values or moments."""
    return getattr(dtype, "kind", "O") in "biufmM"
