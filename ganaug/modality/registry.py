"""All modalities, and which of them data are of."""

from __future__ import annotations

from typing import Any

from ..data.embedding import Embedded
from ..data.foreign import check_given, library_of
from ..plain import MatrixLike
from .base import Modality
from .features.modality import FeatureModality
from .image.modality import ImageModality
from .protocols import AnyLayout, Container
from .table.modality import TableModality

AnyModality = Modality[Any, Any, Any, Any, Any]
FEATURES: AnyModality = FeatureModality()
MODALITIES: tuple[AnyModality, ...] = (ImageModality(), FEATURES, TableModality())
"""In the order in which data are offered to them; the last one takes all."""


def check_data(X: MatrixLike | Embedded) -> tuple[Any, Container[Any]]:
    """`X` as the encoder of its modality expects it, and how to give rows back.

    Raises
    ------
    TypeError, ValueError
        If it cannot be learnt.
    """
    return checked(X)[1:]


def checked(X: MatrixLike | Embedded) -> tuple[AnyModality, Any, Container[Any]]:
    """The modality of `X`, and what `check_data` gives."""
    given = check_given(X.features if isinstance(X, Embedded) else X)
    modality = FEATURES if isinstance(X, Embedded) else _modality_of_given(given)
    return modality, *modality.check(given)


def _modality_of_given(X: object) -> AnyModality:
    if library_of(X) is not None:  # an image has no named columns
        return MODALITIES[-1]
    return next(each for each in MODALITIES if each.takes(X))


def modality_of(layout: AnyLayout) -> AnyModality:
    """The modality of encoded rows."""
    return next(each for each in MODALITIES if each.name == layout.modality)
