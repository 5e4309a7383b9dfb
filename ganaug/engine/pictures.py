"""What images in the elements of a dataset look like, and synthetic ones in their image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ..blueprint import ImageBlueprint

Tensor = Any


@dataclass(frozen=True)
class Pictures:
    """The x of elements of images."""

    blueprint: ImageBlueprint

    def native(self) -> Any:
        """The spec of a single image as it was fitted on."""
        return tf.TensorSpec(self._shapes[0], self.blueprint.dtype)

    def rows_of(self, x: Any, _y: Any) -> tuple[bool, Any]:
        """Whether x has an axis of images, and its spec without it."""
        shape = tuple(getattr(x, "shape", ()))
        own = next((one for one in self._shapes if _fits(shape[-len(one) :], one)), None)
        if own is None or len(shape) - len(own) not in (0, 1):
            wanted = " or ".join(map(str, self._shapes))
            raise TypeError(f"x: expected an image of shape {wanted}, or a batch of them; found {x}")
        if not (x.dtype.is_floating or self._whole(x.dtype)):
            low, high = self.blueprint.low, self.blueprint.high
            raise TypeError(f"x: pixels of {self.blueprint.dtype} from {low:g} to {high:g} are none of {x.dtype.name}")
        return len(shape) > len(own), tf.TensorSpec(own, x.dtype)

    def features(self, spec: Any, pixels: Tensor) -> Tensor:
        """x of batched elements, from pixels as the engine draws them."""
        low, high = (tf.constant(end, tf.float64) for end in (self.blueprint.low, self.blueprint.high))
        values = tf.cast(pixels, tf.float64)
        if self.blueprint.layout.levels:
            values = values + low
        else:
            values = low + (values + 1) * ((high - low) / 2)
            if not tf.as_dtype(self.blueprint.dtype).is_floating:
                values = tf.round(values)
        return tf.reshape(tf.cast(values, spec.dtype), [-1, *spec.shape])

    @property
    def _shapes(self) -> list[tuple[int, ...]]:
        """Of an image; with a single channel it may stand without that axis."""
        full = self.blueprint.layout.shape
        plain = [full[:2]] if full[2] == 1 else []
        return [full, *plain] if self.blueprint.channels else [*plain, full]

    def _whole(self, dtype: Any) -> bool:
        own = tf.as_dtype(self.blueprint.dtype)
        whole = self.blueprint.layout.levels or own.is_integer or own == tf.bool
        return bool(whole) and dtype.is_integer and dtype.min <= self.blueprint.low and self.blueprint.high <= dtype.max


def _fits(found: tuple[int | None, ...], wanted: tuple[int, ...]) -> bool:
    return len(found) == len(wanted) and all(f in (None, w) for f, w in zip(found, wanted, strict=True))
