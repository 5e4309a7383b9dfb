"""Images of one size."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
import pandas as pd
from scipy import sparse

from ...columns.identifier import Identifiers
from ...columns.layout import Encoded
from ...columns.quantiles import QuantileCoder
from ...plain import AnyArray, Float32Array, Float64Array, Int32Array, MatrixLike
from ...rules.declared import Rules
from ...selection.sampler import Draw, Sampler
from ..base import Half, Modality, Size, Sizing, Translation
from ..protocols import Head, Model, Reader
from . import sizes
from .container import ImageContainer, check_images
from .encoder import ImageEncoder
from .halving import halved
from .pixels import ImageLayout, Pixels
from .recognition import Components, Recogniser

LOOKED_AT = 128
"""Generated images, to calibrate an encoder by."""


class ImageModality(Modality[AnyArray, ImageContainer, ImageEncoder, ImageLayout, Pixels]):
    name = "image"
    units = "pixels", "images"
    block_rows = 32
    draws_without_tensorflow = False
    cell_bytes = 6

    def takes(self, X: object) -> bool:
        return not (isinstance(X, pd.DataFrame) or sparse.issparse(X)) and np.asarray(X).ndim in (3, 4)

    def check(self, X: MatrixLike) -> tuple[AnyArray, ImageContainer]:
        return check_images(np.asarray(X))

    def fit_encoder(
        self,
        data: AnyArray,
        categorical: frozenset[Hashable],  # noqa: ARG002 - of tables
        rules: Rules,
        classes: Int32Array | None,  # noqa: ARG002 - of tables
        identifiers: Identifiers = "warn",  # noqa: ARG002 - of tables
    ) -> tuple[ImageEncoder, Pixels]:
        if not isinstance(rules, str):
            raise ValueError(f"rules={rules!r}: images have no columns that rules could speak of; leave rules='auto'")
        return ImageEncoder.fit(data)

    def sizing(self, shape: tuple[int, ...], *, oversampling: bool = False) -> Sizing:  # noqa: ARG002 - as for all
        return sizes.sizing(*shape[1:3])

    def generator(self, layout: ImageLayout, size: Size, seed: int) -> Model:
        from .networks import generator

        return generator(layout, size, seed)

    def discriminator(self, layout: ImageLayout, size: Size, seed: int) -> Model:
        from .networks import discriminator

        return discriminator(layout, size, seed)

    def weight_shapes(self, layout: ImageLayout, size: Size) -> list[tuple[int, ...]]:
        return sizes.weight_shapes(layout, size)

    def head(self, layout: ImageLayout) -> Head:
        from .head import ImageHead

        return ImageHead(layout)

    def rows(self, layout: ImageLayout, raw: Float32Array, rng: np.random.Generator) -> Pixels:  # noqa: ARG002
        pixels = raw.clip(-1, 1)
        if not layout.levels:
            return Pixels(pixels)
        return Pixels(np.rint((pixels + 1) * np.float32(layout.top / 2)).astype(np.uint8))

    def space(self, layout: ImageLayout, rows: Pixels) -> Callable[[Pixels], Float64Array]:
        """Principal components."""
        components = Components.fit(rows.flat(layout), 0)
        return lambda images: components(images.flat(layout))[0].astype(np.float64)

    def check_draw(self, draw: Draw, condition: Encoded, seed: int) -> Pixels:
        """As many at once as there is memory for."""
        images: Pixels = Sampler(draw, block_rows=self.block_rows).rows(condition, seed)
        return images

    def fit_chooser(
        self,
        layout: ImageLayout,
        condition: Encoded,
        rows: Pixels,
        coder: QuantileCoder | None,  # noqa: ARG002
        draw: Draw,  # noqa: ARG002
        *,
        candidates: int,  # noqa: ARG002
        seconds: float | None,
        seed: int,
    ) -> Recogniser | None:
        return None if seconds == 0 else Recogniser.fit(layout, condition, rows, seed, seconds)

    def halved(self, layout: ImageLayout, size: Size, rows: Pixels) -> Half | None:
        return halved(layout, size, rows)

    def calibrated(self, encoder: ImageEncoder, condition: Encoded, sampler: Sampler, seed: int) -> ImageEncoder:
        """With values that recur as often in generated images as in those of the same classes."""
        if not any(len(found.values) for found in encoder.spikes):
            return encoder
        order = np.lexsort(condition.codes.T) if condition.codes.shape[1] else np.arange(len(condition))
        some = order[np.linspace(0, len(condition) - 1, LOOKED_AT).astype(int)]
        return encoder.calibrated(sampler.rows(condition.take(some), seed))

    def top_up(
        self,
        encoder: ImageEncoder,  # noqa: ARG002
        sampler: Sampler,
        real: AnyArray,  # noqa: ARG002
        labels: Encoded,  # noqa: ARG002
        wanted: Encoded,
        seed: int,
    ) -> Pixels:
        images: Pixels = sampler.rows(wanted, seed)
        return images

    def translated(self, asked: Translation[AnyArray]) -> AnyArray:
        from .translation import translated

        return translated(asked)

    def described(self, encoder: ImageEncoder) -> str:
        height, width, channels = encoder.shape
        return f"images of {height} x {width} pixels and {channels} channel{'s' * (channels > 1)}"

    def shown(self, encoder: ImageEncoder) -> Callable[[AnyArray], Float64Array]:
        return encoder.shown

    def reader(self, encoder: ImageEncoder, container: ImageContainer) -> Reader:
        from .reader import ImageReader

        return ImageReader(encoder, container.channels)
