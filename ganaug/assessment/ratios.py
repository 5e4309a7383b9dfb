"""How many synthetic rows: the ratios to try, and the rows of all ratios from one generator.

There are three ways to add rows. *Balancing* tops up rare classes: a ratio of 0 leaves them as they are, 1 gives them
all the rows they lack, 0.5 half of these. *Enlarging* adds `ratio` rows for each real one and keeps the class
frequencies. *Teaching* adds the same rows, and a teacher labels them and the real ones.
The rows of a smaller ratio are among those of a larger one, so that ratios differ by their size and not by chance.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from ..augmenter import GANAugmenter
from ..data.sampling_strategy import Strategy, apportioned, inside, missing_in_ranges, missing_rows
from ..data.validation import check_real
from ..plain import AnyArray, Float64Array, MatrixLike, VectorLike

Ratios = Literal["auto"] | Sequence[float] | Mapping[str, Sequence[float]]

BALANCE, ENLARGE, TEACH = METHODS = ("balance", "enlarge", "teach")
WORTH_BALANCING = 0.1
TAUGHT_RATIO, TAUGHT_ROWS = 10.0, 50_000
"""Synthetic rows for each real one, where a teacher labels them, but for large tables not more than so many."""


class Addition(NamedTuple):
    """Synthetic rows to add: by which method, and how many."""

    method: str
    ratio: float


AUTO_IMBALANCED = (Addition(BALANCE, 0.25), Addition(BALANCE, 0.5), Addition(BALANCE, 1.0), Addition(ENLARGE, 1.0))
AUTO_BALANCED = (Addition(ENLARGE, 0.5), Addition(ENLARGE, 1.0), Addition(ENLARGE, 2.0))


def additions_of(
    ratios: Ratios, strategy: Strategy | None, y: pd.Series, *, classes: bool, taught: bool = False
) -> tuple[Addition, ...]:
    """The methods and ratios to try.

    Parameters
    ----------
    ratios : "auto", sequence of float or dict
        "auto" looks whether classes lack at least a tenth of the rows there are. A sequence is tried with all methods,
        ratios above 1 not for balancing. A dict has sequences for some of the methods.
    strategy : str, float, dict, callable or None
        The augmenter's `sampling_strategy`.
    taught : bool
        Whether there is a teacher.
    """
    can_balance = (classes and y.nunique() > 1) or strategy is not None
    lacking = sum(lacking_rows(strategy, y, classes=classes).values()) if can_balance else 0
    if isinstance(ratios, str) and ratios == "auto":
        is_imbalanced = lacking >= WORTH_BALANCING * len(y) or (lacking and strategy is not None)
        return (AUTO_IMBALANCED if is_imbalanced else AUTO_BALANCED) + (_auto_taught(len(y)) if taught else ())
    if isinstance(ratios, Mapping):
        by_method = _from_dict(ratios, can_balance=lacking > 0)
        if by_method.get(TEACH) and not taught:
            raise ValueError(f"ratios[{TEACH!r}]={ratios[TEACH]}: there is no teacher")
    else:
        values = _checked(ratios, "ratios")
        by_method = {BALANCE: [ratio for ratio in values if ratio <= 1] if lacking else [], ENLARGE: values}
        by_method[TEACH] = values if taught else []
    additions = tuple(Addition(method, ratio) for method in METHODS for ratio in by_method.get(method, []))
    if not additions:
        raise ValueError(f"ratios={ratios!r} has no ratio to try")
    return additions


def taught_ratio(rows: int) -> float:
    """How many synthetic rows for each of so many real ones, where a teacher labels them."""
    return min(TAUGHT_RATIO, max(1.0, TAUGHT_ROWS / rows))


def _auto_taught(rows: int) -> tuple[Addition, ...]:
    return tuple(Addition(TEACH, ratio) for ratio in sorted({1.0, taught_ratio(rows)}))


def _from_dict(ratios: Mapping[str, Sequence[float]], *, can_balance: bool) -> dict[str, list[float]]:
    if unknown := [method for method in ratios if method not in METHODS]:
        raise ValueError(f"ratios names {unknown}: a dict of ratios has the keys {list(METHODS)}")
    by_method = {method: _checked(values, f"ratios[{method!r}]") for method, values in ratios.items()}
    if any(ratio > 1 for ratio in by_method.get(BALANCE, [])):
        raise ValueError(f"ratios[{BALANCE!r}]={ratios[BALANCE]}: 1 gives classes all the rows they lack")
    if by_method.get(BALANCE) and not can_balance:
        raise ValueError(f"ratios[{BALANCE!r}]={ratios[BALANCE]}: there is no class to top up, only to enlarge")
    return by_method


def _checked(values: Sequence[float], name: str) -> list[float]:
    if isinstance(values, str) or np.ndim(values) != 1:
        raise TypeError(f"{name}={values!r} must be 'auto', a sequence of numbers, or a dict of such sequences")
    return sorted({check_real(value, name, strict=True) for value in values})


def lacking_rows(strategy: Strategy | None, y: pd.Series, *, classes: bool) -> dict[Any, int]:
    """Rows that each class, or range of a number, lacks; for None, next to the largest class."""
    strategy = "auto" if strategy is None else strategy
    if not classes:
        return missing_in_ranges(strategy, y.to_numpy(dtype=np.float64))
    return missing_rows(strategy, y.value_counts(sort=False).to_dict(), y.to_numpy())


def with_addition(augmenter: GANAugmenter, addition: Addition, y: pd.Series, *, classes: bool) -> GANAugmenter:
    """An unfitted augmenter that adds these rows to real ones with the targets `y`."""
    made = clone(augmenter)
    if addition.method != BALANCE:
        return made.set_params(ratio=addition.ratio, sampling_strategy=None)
    lacking = lacking_rows(augmenter.sampling_strategy, y, classes=classes)
    if classes:
        counts = y.value_counts(sort=False).to_dict()
    else:
        counts = {limits: int(inside(y.to_numpy(dtype=np.float64), limits).sum()) for limits in lacking}
    added = apportioned({label: addition.ratio * count for label, count in lacking.items() if count})
    totals = {label: counts[label] + rows for label, rows in added.items()}
    return made.set_params(ratio=0, sampling_strategy=totals)


@dataclass(frozen=True)
class AugmentedRows:
    """Real rows, then the synthetic ones of the largest ratio.

    Parameters
    ----------
    X, y : as the augmenter returned them
    real : int
        Number of real rows.
    ratio : float
        The largest ratio.
    rank : ndarray of shape (n_synthetic,)
        Of each synthetic row within its class, as a share in ``[0, 1)``: lower ranks are added first.
    """

    X: Any
    y: Any
    real: int
    ratio: float
    rank: Float64Array

    def rows(self, ratio: float) -> tuple[Any, Any]:
        """Real rows and the synthetic ones of this ratio, with their targets."""
        chosen = self.real + np.flatnonzero(self.rank < ratio / self.ratio)
        every = np.concatenate([np.arange(self.real), chosen])
        return _safe_indexing(self.X, every), _safe_indexing(self.y, every)


def augmented(
    augmenter: GANAugmenter, X: MatrixLike, y: VectorLike, largest: dict[str, float], *, classes: bool
) -> tuple[dict[str, AugmentedRows], float, tuple[object, ...]]:
    """Rows by each method up to its largest ratio, from one generator; the seconds that took; and columns they lack."""
    started = time.perf_counter()
    fitted = clone(augmenter).set_params(ratio=1.0, verbose=0).fit(X, y)
    strategy, made = augmenter.sampling_strategy, {}
    for method, ratio in largest.items():
        if method == BALANCE:
            fitted.set_params(ratio=0, sampling_strategy="auto" if strategy is None else strategy)
        else:
            fitted.set_params(ratio=ratio, sampling_strategy=None)
        more, labels, mask = fitted.augment(X, y, return_mask=True)
        most = 1.0 if method == BALANCE else ratio
        real = int(np.count_nonzero(~mask))
        rank = _ranks(np.asarray(labels)[mask], classes=classes)
        made[method] = AugmentedRows(more.tocsr() if sparse.issparse(more) else more, labels, real, most, rank)
    return made, time.perf_counter() - started, fitted.dropped_columns_


def _ranks(labels: AnyArray, *, classes: bool) -> Float64Array:
    if not classes:  # rows come range by range
        return (np.random.default_rng(len(labels)).permutation(len(labels)) + 0.5) / max(len(labels), 1)
    groups = pd.Series(np.arange(len(labels))).groupby(pd.Series(labels).to_numpy())
    return ((groups.cumcount() + 0.5) / groups.transform("size")).to_numpy(dtype=np.float64)
