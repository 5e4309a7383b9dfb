"""Tables of mixed columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
import pandas as pd

from ...columns.identifier import Identifiers
from ...columns.layout import Encoded, Layout
from ...columns.quantiles import QuantileCoder
from ...plain import Float32Array, Float64Array, Int32Array, MatrixLike
from ...rules.declared import Rules
from ...selection.importance import ImportanceSampling
from ...selection.sampler import Draw, Sampler
from ..base import Modality, Size, Sizing, Translation
from ..protocols import Head, Model, Reader
from . import perceptron, sizes
from .container import TableContainer, check_table
from .encoder import TableEncoder
from .ranks import Ranks
from .top_up import top_up
from .translation import translated


class TableModality(Modality[pd.DataFrame, TableContainer, TableEncoder, Layout, Encoded]):
    name = "table"

    def takes(self, X: object) -> bool:  # noqa: ARG002 - whatever is nothing else, and errors about it
        return True

    def check(self, X: MatrixLike) -> tuple[pd.DataFrame, TableContainer]:
        return check_table(X)

    def fit_encoder(
        self,
        data: pd.DataFrame,
        categorical: frozenset[Hashable],
        rules: Rules,
        classes: Int32Array | None,
        identifiers: Identifiers = "warn",
    ) -> tuple[TableEncoder, Encoded]:
        return TableEncoder.fit(data, categorical=categorical, rules=rules, classes=classes, identifiers=identifiers)

    def sizing(self, shape: tuple[int, ...], *, oversampling: bool = False) -> Sizing:
        return sizes.sizing(shape[0], oversampling=oversampling)

    def generator(self, layout: Layout, size: Size, seed: int) -> Model:
        from .networks import generator

        return generator(layout, size, seed)

    def discriminator(self, layout: Layout, size: Size, seed: int) -> Model:
        from .networks import discriminator

        return discriminator(layout, size, seed)

    def weight_shapes(self, layout: Layout, size: Size) -> list[tuple[int, ...]]:
        return sizes.weight_shapes(layout, size)

    def head(self, layout: Layout) -> Head:
        from .head import TableHead

        return TableHead(layout)

    def rows(self, layout: Layout, raw: Float32Array, rng: np.random.Generator) -> Encoded:
        return perceptron.hard_rows(layout, raw, rng)

    def draw(
        self, layout: Layout, size: Size, weights: list[Float32Array], condition: Encoded, seed: tuple[int, int]
    ) -> Encoded:
        return perceptron.draw(layout, size, weights, condition, seed)

    def space(self, layout: Layout, rows: Encoded) -> Callable[[Encoded], Float64Array]:
        return Ranks(layout, rows)

    def fit_chooser(
        self,
        layout: Layout,
        condition: Encoded,
        rows: Encoded,
        coder: QuantileCoder | None,
        draw: Draw,
        *,
        candidates: int,
        seconds: float | None,
        seed: int,
    ) -> ImportanceSampling | None:
        most_rows = sizes.refinement_rows(len(layout.joint.blocks), seconds)
        if not most_rows:
            return None
        return ImportanceSampling.fit(
            layout, condition, rows, coder, draw, candidates=candidates, most_rows=most_rows, seed=seed
        )

    def why_unrefined(self, layout: Layout) -> tuple[str, str]:
        columns = len(layout.joint.blocks)
        if not sizes.refinement_rows(columns, None):
            return f"{columns:,} columns are too many for it", "give fewer columns, or set refine=False"
        return super().why_unrefined(layout)

    def top_up(
        self, encoder: TableEncoder, sampler: Sampler, real: pd.DataFrame, labels: Encoded, wanted: Encoded, seed: int
    ) -> Encoded:
        known = np.flatnonzero(encoder.knows(real))
        return top_up(encoder, sampler, encoder.encode(real.iloc[known]), labels.take(known), wanted, seed)

    def translated(self, asked: Translation[pd.DataFrame]) -> pd.DataFrame:
        return translated(asked)

    def described(self, encoder: TableEncoder) -> str:
        return f"rows of a table of {encoder.n_features:,} columns"

    def missing(self, data: pd.DataFrame) -> Float64Array | None:
        return np.array([np.mean(column.isna()) for _, column in data.items()], np.float64)

    def reader(self, encoder: TableEncoder, container: TableContainer) -> Reader:
        from .reader import TableReader

        return TableReader(encoder, container.dtype)
