"""Choosing rows whose columns have the training rows' frequencies exactly, not only on average.

Rows that are chosen one by one are as uneven as any random sample, and small errors of the odds add up to frequencies
that are a little off. So the rows of a block keep count of how often each code of each column was to occur by now and
of how often it did, and candidates with a code that is due gain odds. This is balanced sampling (Deville & Tillé 2004,
"Efficient balanced sampling: the cube method") in the manner of herding (Welling 2009, "Herding dynamical weights to
learn"). What is chosen depends on earlier rows only, so the first rows of a larger sample are those of a smaller one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns.layout import Encoded, Layout
from ..plain import Float32Array, Float64Array, IndexArray, Int32Array, record

ROWS_AT_ONCE = 32
HORIZON = 64
MOST_GAIN = 3.0
PSEUDO_ROWS = 10.0
MAX_CELLS = 2_000_000


def choose(log_odds: Float64Array, uniform: Float64Array) -> IndexArray:
    """One candidate for each row, with probability proportional to its odds; both arguments are (candidates, n)."""
    return np.argmax(log_odds - np.log(-np.log(uniform)), axis=0)


@record
@dataclass(frozen=True)
class BalancedSampling:
    """How often each code is to occur.

    Parameters
    ----------
    layout : Layout
        Of the rows.
    share : ndarray of shape (labels, slots), float32
        For each label, how often each slot of a dense row is the one.
    """

    layout: Layout
    share: Float32Array

    def __post_init__(self) -> None:
        labels = [block.width for block in self.layout.label.blocks[:1]] or [1]
        if self.share.shape != (*labels, self.layout.slots):
            raise ValueError(f"shares of shape {self.share.shape}, expected {(*labels, self.layout.slots)}")

    def choose(self, condition: Encoded, rows: Encoded, log_odds: Float64Array, uniform: Float64Array) -> IndexArray:
        """As the function of that name, of `rows` (candidates * n) generated for `condition` (n)."""
        layout, label = self.layout, _labels(condition.codes)
        slot = (rows.codes + layout.starts).reshape(*log_odds.shape, len(layout.blocks))
        best, due = np.empty(len(label), np.intp), np.zeros(layout.slots)
        for start in range(0, len(label), ROWS_AT_ONCE):
            now = slice(start, start + ROWS_AT_ONCE)
            share = self.share[label[now]]
            soon = 1 + HORIZON * share.mean(0)
            gain = np.log((1 + due / soon).clip(1 / MOST_GAIN, MOST_GAIN))
            best[now] = choose(log_odds[:, now] + gain[slot[:, now]].sum(2), uniform[:, now])
            chosen = slot[:, now][best[now], np.arange(len(share))]
            due += share.sum(0) - np.bincount(chosen.ravel(), minlength=layout.slots)
        return best

    @classmethod
    def fit(
        cls,
        layout: Layout,
        real: tuple[Int32Array, Int32Array],
        made: tuple[Int32Array, Int32Array],
        chance: Float32Array,
    ) -> BalancedSampling | None:
        """The training rows' frequencies; those of a label of few rows lean towards what is generated for it.

        Parameters
        ----------
        real, made : pairs of ndarrays (n, 0 or 1) and (n, columns), int32
            The codes of labels and rows: of training rows, and of generated ones.
        chance : ndarray of shape (n,)
            Of each generated row to be chosen.

        Returns
        -------
        BalancedSampling or None
            None for more labels and columns than can be kept count of.
        """
        labels = layout.label.blocks[0].width if layout.label.blocks else 1
        if labels * layout.slots > MAX_CELLS:
            return None
        share = _frequencies(layout, labels, *made, chance)
        rows = np.bincount(_labels(real[0]), minlength=labels)[:, None]
        pseudo_rows = PSEUDO_ROWS * share.any(1, keepdims=True)
        total = _frequencies(layout, labels, *real) * rows + share * pseudo_rows
        return cls(layout, (total / np.maximum(rows + pseudo_rows, 1)).astype(np.float32))


def _frequencies(
    layout: Layout,
    labels: int,
    label_codes: Int32Array,
    codes: Int32Array,
    weight: Float32Array | None = None,
) -> Float64Array:
    """How often each slot is the one, for each label (labels, slots); 0 for labels without rows."""
    label, counts = _labels(label_codes), np.zeros((labels, layout.slots))
    for column, (start, block) in enumerate(zip(layout.starts, layout.blocks, strict=True)):
        cells = np.bincount(label * block.width + codes[:, column], weight, minlength=labels * block.width)
        counts[:, start : start + block.width] = cells.reshape(labels, block.width)
    rows = np.bincount(label, weight, minlength=labels)[:, None]
    return np.divide(counts, rows, out=counts, where=rows > 0)


def _labels(codes: Int32Array) -> IndexArray:
    """The code of each row's label, 0 where there are no labels."""
    return codes[:, 0].astype(np.intp) if codes.shape[1] else np.zeros(len(codes), np.intp)
