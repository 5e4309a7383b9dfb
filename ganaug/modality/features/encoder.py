"""Features as a table of components that the engine takes, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...columns.base import numpy_dtype
from ...columns.layout import Encoded, Layout
from ...plain import Int32Array, Int64Array, record
from ..base import WithoutRules
from ..table.encoder import TableEncoder
from .feature_space import FeatureSpace


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
