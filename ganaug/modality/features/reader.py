"""Features in the elements of datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...columns.layout import Encoded
from ...plain import AnyArray
from ...tensorflow import tf
from ..specs import has_room, shown
from .encoder import FeatureEncoder


@dataclass(frozen=True)
class FeatureReader:
    """The x of elements of features."""

    encoder: FeatureEncoder

    def check_scale(self, x: AnyArray) -> None:
        self.encoder.check_values(x)

    @property
    def native(self) -> Any:
        return tf.TensorSpec([self.encoder.n_features], self.encoder.dtype)

    def features(self, spec: Any, rows: Encoded, condition: Encoded, seed: int = 0) -> AnyArray:  # noqa: ARG002
        return self.encoder.decode(rows, condition).to_numpy(spec.dtype.as_numpy_dtype)

    def rows_of(self, x: Any, _y: Any) -> tuple[bool, Any]:
        width = self.encoder.n_features
        shape = tuple(getattr(x, "shape", ()))
        if len(shape) not in (1, 2) or shape[-1] not in (None, width) or not x.dtype.is_floating:
            raise TypeError(
                f"x: expected {width} features of a floating dtype, or a batch of them; found {shown(x)}. What the "
                "encoder has not seen is embedded first: dataset.map(lambda x, y: (encoder(x), y))"
            )
        low, high = float(self.encoder.space.low.min()), float(self.encoder.space.high.max())
        if not has_room(x.dtype, low, high):
            raise TypeError(f"x: features from {low:g} to {high:g} are none of {x.dtype.name}")
        return len(shape) == 2, tf.TensorSpec([width], x.dtype)
