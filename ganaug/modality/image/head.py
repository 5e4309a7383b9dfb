"""Images as the networks see them, inside the graph."""

from __future__ import annotations

from typing import Any

from ...plain import AnyArray
from ...tensorflow import tf
from ..protocols import Uniform
from .augment import recoloured, shifted
from .pixels import ImageLayout, Pixels

Tensor = Any


class ImageHead:
    """Pixels in [-1, 1], which the discriminator sees shifted, so that it cannot learn the few it has by heart.

    Zhao, Liu, Lin, Zhu, Han (2020), "Differentiable augmentation for data-efficient GAN training".
    """

    def __init__(self, layout: ImageLayout) -> None:
        self.layout = layout

    def parts(self, rows: Pixels) -> tuple[AnyArray, ...]:
        return (rows.values,)

    def real(self, parts: list[Tensor], uniform: Uniform) -> Tensor:
        [values] = parts
        pixels = tf.cast(values, tf.float32)
        return self._seen(pixels * (2 / self.layout.top) - 1 if self.layout.levels else pixels, uniform, 6)

    def fake(self, raw: Tensor, uniform: Uniform, _temperature: float) -> Tensor:
        return self._seen(raw, uniform, 8)

    def _seen(self, images: Tensor, uniform: Uniform, stream: int) -> Tensor:
        batch = tf.shape(images)[0]
        images = shifted(images, uniform(stream, [batch, 2]))
        return recoloured(images, uniform(stream + 1, [batch, 3])) if self.layout.shape[2] == 3 else images
