"""All modalities, and which of them data are of."""

from __future__ import annotations

from typing import Any

from ..data.foreign import check_given, library_of
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
    given = check_given(X)
    return _modality_of_given(given).check(given)


def modality_for(X: MatrixLike) -> AnyModality:
    """The modality of data; TypeError or ValueError if it is neither a table nor images."""
    return _modality_of_given(check_given(X))


def _modality_of_given(X: object) -> AnyModality:
    if library_of(X) is not None:  # an image has no named columns
        return MODALITIES[-1]
    return next(each for each in MODALITIES if each.takes(X))


def modality_of(layout: AnyLayout) -> AnyModality:
    """The modality of encoded rows."""
    return next(each for each in MODALITIES if each.name == layout.modality)
