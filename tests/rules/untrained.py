"""Rows of a generator that has learnt nothing: rules must hold in them all the same."""

from __future__ import annotations

import numpy as np

from ganaug.columns.layout import Encoded
from ganaug.modality.table.encoder import TableEncoder


def any_rows(encoder: TableEncoder, rows: int = 2_000) -> Encoded:
    """Codes and positions that do not go together."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, [block.width for block in encoder.layout.blocks], (rows, len(encoder.layout.blocks)))
    positions = rng.uniform(-1, 1, (rows, encoder.layout.numbers)).astype(np.float32)
    return Encoded(codes.astype(np.int32), positions, positions)
