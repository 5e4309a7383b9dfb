"""Features that a network makes: a table of numbers whose columns mean nothing alone."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from ...columns.identifier import Identifiers
from ...columns.layout import Encoded
from ...columns.registry import kind_of
from ...data.seeds import block_rng
from ...plain import Int32Array, MatrixLike
from ...rules.declared import Rules
from ...selection.sampler import Sampler
from ..protocols import Reader
from ..table.container import TableContainer
from ..table.modality import TableModality
from .encoder import FeatureEncoder

LARGEST = 1e37
"""Larger features have no sums in single precision."""


class FeatureModality(TableModality):
    name = "features"
    units = "features", "rows"

    def takes(self, X: object) -> bool:  # noqa: ARG002 - only with an encoder are numbers features
        return False

    def check(self, X: MatrixLike) -> tuple[pd.DataFrame, TableContainer]:
        table, container = super().check(X)
        strange = [name for name in table if kind_of(table[name]) != "number"]
        if strange:
            raise TypeError(f"features are numbers, but columns {strange[:5]} are not: give encoder= what makes them")
        empty = [name for name in table if table[name].isna().any()]
        if empty:
            raise ValueError(f"features {empty[:5]} have missing values: fill them in, or leave encoder=None")
        huge = [name for name in table if float(table[name].abs().max()) > LARGEST]
        if huge:
            raise ValueError(f"features {huge[:5]} hold numbers beyond {LARGEST}: divide them, or take logarithms")
        return table, container

    def fit_encoder(  # type: ignore[override]
        self,
        data: pd.DataFrame,
        categorical: frozenset[Hashable],
        rules: Rules,
        classes: Int32Array | None,
        identifiers: Identifiers = "warn",  # noqa: ARG002 - of tables
    ) -> tuple[FeatureEncoder, Encoded]:
        if not isinstance(rules, str):
            raise ValueError(f"rules={rules!r}: features have no columns to speak of; leave rules='auto'")
        if categorical:
            raise ValueError(f"categorical_features={sorted(map(str, categorical))}: features are no categories")
        return FeatureEncoder.fit(data, classes)

    def top_up(
        self,
        encoder: object,  # noqa: ARG002
        sampler: Sampler,
        real: pd.DataFrame,  # noqa: ARG002
        labels: Encoded,
        wanted: Encoded,
        seed: int,
    ) -> Encoded:
        """How rows differ from the mean of their class is drawn for classes as frequent as they are: what a class of
        few rows has of its own would be too little to learn from."""
        rng = block_rng(seed, 0, 6)
        rows: Encoded = sampler.rows(labels.take(rng.integers(len(labels), size=len(wanted))), seed)
        return rows

    def described(self, encoder: FeatureEncoder) -> str:  # type: ignore[override]
        return f"vectors of {encoder.n_features:,} features"

    def missing(self, data: pd.DataFrame) -> None:  # noqa: ARG002 - features are all there
        return None

    def reader(self, encoder: FeatureEncoder, container: TableContainer) -> Reader:  # type: ignore[override] # noqa: ARG002
        from .reader import FeatureReader

        return FeatureReader(encoder)
