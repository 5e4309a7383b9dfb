"""Tables, images and targets as what the engine takes. NumPy and pandas only."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from ..layout import Encoded, Pixels
from .image import ImageEncoder
from .table import TableEncoder

Encoder = TableEncoder | ImageEncoder


def fit_encoder(data: Any, *, categorical: frozenset[Hashable]) -> tuple[Encoder, Encoded | Pixels]:
    """The encoder of checked data, and the data encoded."""
    if isinstance(data, pd.DataFrame):
        return TableEncoder.fit(data, categorical=categorical)
    return ImageEncoder.fit(data)
