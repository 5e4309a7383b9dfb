"""Rows of a generator that has learnt nothing: rules must hold in them all the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ganaug.columns.layout import Encoded
from ganaug.modality.table.encoder import TableEncoder


def any_rows(encoder: TableEncoder, rows: int = 2_000) -> Encoded:
    """Codes and positions that do not go together."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, [block.width for block in encoder.layout.blocks], (rows, len(encoder.layout.blocks)))
    positions = rng.uniform(-1, 1, (rows, encoder.layout.numbers)).astype(np.float32)
    return Encoded(codes.astype(np.int32), positions, positions)


def check_found_and_kept(
    table: pd.DataFrame, text: str, made_of: Callable[[pd.DataFrame], pd.Series], rtol: float = 1e-5
) -> None:
    """The rule by which a column "new" follows is found, can be written, and is kept either way."""
    encoder, _ = TableEncoder.fit(table)
    assert text in [rule.text for rule in encoder.rules]
    for used in (encoder, TableEncoder.fit(table, rules=[text])[0]):
        made = used.decode(any_rows(used))
        expected = made_of(made).astype(made["new"].dtype)
        pd.testing.assert_series_equal(made["new"], expected, check_names=False, rtol=rtol)
