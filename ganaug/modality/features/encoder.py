"""Features as a table of components that the engine takes, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...columns.base import numpy_dtype
from ...columns.layout import Encoded, Layout
from ...plain import AnyArray, Int32Array, Int64Array, record
from ..table.encoder import TableEncoder
from ..without_rules import WithoutRules
from .feature_space import FeatureSpace

FEWEST_CHECKED = 20
FAR_OUTSIDE, HARDLY = 20.0, 1 / 200
"""By how many fitted ranges features lie outside, and the share of these that is next to no difference."""


@record
@dataclass(frozen=True)
class FeatureLayout(Layout):
    """Components of features, as a table has them."""

    modality: ClassVar[str] = "features"


@record
@dataclass(frozen=True)
class FeatureEncoder(WithoutRules[pd.DataFrame]):
    """Encodes and decodes features.

    Parameters
    ----------
    names : tuple
        Of the features.
    dtype : dtype
        Of all of them.
    space : FeatureSpace
    components : TableEncoder
        Of a table of components.
    of_classes : bool
        Whether each class has a mean of its own.
    """

    names: tuple[Any, ...]
    dtype: np.dtype[Any]
    space: FeatureSpace
    components: TableEncoder
    of_classes: bool

    @classmethod
    def fit(cls, data: pd.DataFrame, classes: Int32Array | None) -> tuple[FeatureEncoder, Encoded]:
        """Learn the components of features, and encode these."""
        found = (numpy_dtype(getattr(dtype, "subtype", dtype)) for dtype in data.dtypes)
        narrow = all(np.result_type(dtype, np.float32) == np.float32 for dtype in found)
        dtype = np.dtype(np.float32 if narrow else np.float64)
        values = data.to_numpy(dtype)
        codes = np.zeros(len(data), np.int32) if classes is None else classes
        space = FeatureSpace.fit(values, codes)
        components, rows = TableEncoder.fit(pd.DataFrame(space.encode(values, codes)), rules="none")
        return cls(tuple(data.columns), dtype, space, components, classes is not None), rows

    @property
    def layout(self) -> FeatureLayout:
        return FeatureLayout(self.components.layout.blocks)

    @property
    def features(self) -> tuple[Any, ...]:
        return self.names

    @property
    def n_features(self) -> int:
        return len(self.names)

    def encode(self, data: pd.DataFrame, classes: Int32Array | None = None) -> Encoded:
        components = self.space.encode(data.to_numpy(self.dtype), self._codes(classes, len(data)))
        return self.components.encode(pd.DataFrame(components))

    def decode(self, rows: Encoded, condition: Encoded | None = None) -> pd.DataFrame:
        components = self.components.decode(rows).to_numpy(np.float32)
        classes = condition.codes[:, 0] if self.of_classes and condition is not None else None
        made = self.space.decode(components, self._codes(classes, len(rows)), _keys(rows))
        return pd.DataFrame(made.astype(self.dtype, copy=False), columns=pd.Index(self.names, tupleize_cols=False))

    def check_scale(self, data: pd.DataFrame) -> None:
        """ValueError if features lie far outside the fitted range, or hardly differ next to it."""
        self.check_values(data.to_numpy(self.dtype))

    def check_values(self, features: AnyArray) -> None:
        """The same of an array of shape (n, n_features)."""
        if len(features) < FEWEST_CHECKED:
            return
        span = np.maximum(self.space.high - self.space.low, np.finfo(np.float32).tiny).astype(np.float64)
        outside = np.maximum(self.space.low - features, features - self.space.high) / span
        spread = float(np.median(features.std(axis=0) / span))
        if np.median(outside) > FAR_OUTSIDE or 0 < spread < HARDLY:
            raise ValueError(
                f"X has features from {features.min():.4g} to {features.max():.4g}, and those of fit were from "
                f"{self.space.low.min():.4g} to {self.space.high.max():.4g}: scale what is embedded as it was there"
            )

    def _codes(self, classes: Int32Array | None, rows: int) -> Int32Array:
        if classes is None and self.of_classes:
            raise ValueError("features of classes cannot be encoded without them")
        return np.zeros(rows, np.int32) if classes is None else classes


def _keys(rows: Encoded) -> Int64Array:
    """A number that follows from all that an encoded row holds."""
    parts = np.hstack([rows.codes.astype(np.int64), rows.low.view(np.int32).astype(np.int64)])
    odd = np.random.default_rng(0).integers(2**62, size=parts.shape[1]) * 2 + 1
    with np.errstate(over="ignore"):
        keys: Int64Array = (parts * odd).sum(1)
    return keys
