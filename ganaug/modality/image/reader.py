"""Images in the elements of datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...plain import AnyArray
from ...tensorflow import tf
from ..specs import has_room
from .encoder import ImageEncoder
from .pixels import Pixels

FEWEST_CHECKED = 8
"""Real images, of which all can hardly be dark by chance."""


@dataclass(frozen=True)
class ImageReader:
    """The x of elements of images.

    Parameters
    ----------
    encoder : ImageEncoder
    channels : bool
        Whether images came with an axis of channels.
    """

    encoder: ImageEncoder
    channels: bool

    def check_scale(self, x: AnyArray) -> None:
        if len(x) >= FEWEST_CHECKED:
            self.encoder.check_scale(x)

    @property
    def native(self) -> Any:
        return tf.TensorSpec(self._shapes[0], self.encoder.dtype)

    def features(self, spec: Any, rows: Pixels, condition: object, seed: int = 0) -> AnyArray:  # noqa: ARG002 - of tables
        return self.encoder.decode(rows).astype(spec.dtype.as_numpy_dtype, copy=False).reshape(-1, *spec.shape)

    def rows_of(self, x: Any, _y: Any) -> tuple[bool, Any]:
        shape = tuple(getattr(x, "shape", ()))
        own = next((one for one in self._shapes if _fits(shape[-len(one) :], one)), None)
        if own is None or len(shape) - len(own) not in (0, 1):
            wanted = " or ".join(map(str, self._shapes))
            raise TypeError(f"x: expected an image of shape {wanted}, or a batch of them; found {x}")
        if not self._holds(x.dtype):
            low, high, kind = self.encoder.low, self.encoder.high, self.encoder.dtype
            raise TypeError(f"x: pixels of {kind} from {low:g} to {high:g} are none of {x.dtype.name}")
        return len(shape) > len(own), tf.TensorSpec(own, x.dtype)

    @property
    def _shapes(self) -> list[tuple[int, ...]]:
        """Of an image; with a single channel it may stand without that axis."""
        full = self.encoder.shape
        plain = [full[:2]] if full[2] == 1 else []
        return [full, *plain] if self.channels else [*plain, full]

    def _holds(self, dtype: Any) -> bool:
        low, high = self.encoder.low, self.encoder.high
        whole = self.encoder.whole or self.encoder.dtype.kind in "biu"
        if dtype.is_bool:
            return whole and low >= 0 and high <= 1
        return (dtype.is_floating or (dtype.is_integer and whole)) and has_room(dtype, low, high)


def _fits(found: tuple[int | None, ...], wanted: tuple[int, ...]) -> bool:
    return len(found) == len(wanted) and all(f in (None, w) for f, w in zip(found, wanted, strict=True))
