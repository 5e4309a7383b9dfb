"""All modalities, and which of them data are of."""

from __future__ import annotations

from typing import Any

from ..plain import MatrixLike
from .base import AnyLayout, Container, Modality
from .image.modality import ImageModality
from .table.modality import TableModality

AnyModality = Modality[Any, Any, Any, Any, Any]
MODALITIES: tuple[AnyModality, ...] = (ImageModality(), TableModality())
"""In the order in which data are offered to them; the last one takes all."""


def check_data(X: MatrixLike) -> tuple[Any, Container[Any]]:
    """`X` as the encoder of its modality expects it, and how to give rows back.

    Raises
    ------
    TypeError, ValueError
        If it cannot be learnt.
    """
    return modality_for(X).check(X)


def modality_for(X: object) -> AnyModality:
    """The modality of data."""
    return next(each for each in MODALITIES if each.takes(X))


def modality_of(layout: AnyLayout) -> AnyModality:
    """The modality of encoded rows."""
    return next(each for each in MODALITIES if each.name == layout.modality)
