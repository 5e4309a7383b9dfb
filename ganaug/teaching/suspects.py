"""Real rows whose labels are in doubt, by what models say that have not seen them.

A row is suspect if another class is at least as probable for it as for the rows of that class on average, and more
probable than its own (Northcutt, Jiang & Chuang 2021, "Confident learning", JAIR 70).
"""

from __future__ import annotations

import numpy as np

from ..plain import Float64Array, IndexArray


def suspects(probabilities: Float64Array, codes: IndexArray) -> IndexArray:
    """Places of suspect rows, those that are the least likely of their class first.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
        Of each row, by models that have not seen it.
    codes : ndarray of shape (n,)
        The rows' classes.
    """
    every = np.arange(len(codes))
    counts = np.bincount(codes, minlength=probabilities.shape[1])
    own = probabilities[every, codes]
    usual = np.bincount(codes, own, minlength=len(counts)) / np.maximum(counts, 1)
    believed = np.where((probabilities >= usual) & (counts > 0), probabilities, 0.0)
    believed[every, codes] = 0
    doubtful = np.flatnonzero(believed.max(1) > own)
    return doubtful[np.argsort(own[doubtful], kind="stable")]
