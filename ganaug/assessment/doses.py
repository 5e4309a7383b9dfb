"""How many synthetic rows: doses, and rows of all doses from one generator.

There are two ways to add rows. *Balancing* tops rare classes up: a ratio of 0 leaves them as they are, 1 gives them all
the rows they lack, 0.5 half of these. *Enlarging* adds so many rows for each real one, with classes as frequent as
they are. Rows of a smaller dose are among those of a larger one, so that doses differ by their size and not by luck.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from ..augmenter import GANAugmenter
from ..balancing import inside, missing_in_ranges, missing_rows
from ..validation import check_real

BALANCE, ENLARGE = "balance", "enlarge"
WORTH_TOPPING_UP = 0.1


class Dose(NamedTuple):
    """Synthetic rows to add."""

    method: str
    ratio: float


LOPSIDED = (Dose(BALANCE, 0.25), Dose(BALANCE, 0.5), Dose(BALANCE, 1.0), Dose(ENLARGE, 1.0))
EVEN = (Dose(ENLARGE, 0.5), Dose(ENLARGE, 1.0), Dose(ENLARGE, 2.0))


def doses_of(ratios: Any, strategy: Any, y: pd.Series, *, classes: bool) -> tuple[Dose, ...]:
    """The doses to try.

    Parameters
    ----------
    ratios : "auto", sequence of float or dict
        "auto" looks whether classes lack at least a tenth of the rows there are. A sequence is tried both ways, those
        above 1 for enlarging alone. A dict has sequences for ``"balance"`` and ``"enlarge"``.
    strategy : str, float, dict, callable or None
        The augmenter's `sampling_strategy`.
    """
    can_balance = (classes and y.nunique() > 1) or strategy is not None
    lacking = sum(lacking_rows(strategy, y, classes=classes).values()) if can_balance else 0
    if isinstance(ratios, str) and ratios == "auto":
        return LOPSIDED if lacking >= WORTH_TOPPING_UP * len(y) or (lacking and strategy is not None) else EVEN
    if isinstance(ratios, Mapping):
        if unknown := [name for name in ratios if name not in (BALANCE, ENLARGE)]:
            raise ValueError(f"ratios names {unknown}: a dict of ratios has the keys {[BALANCE, ENLARGE]}")
        named = {name: _checked(values, f"ratios[{name!r}]") for name, values in ratios.items()}
        if any(ratio > 1 for ratio in named.get(BALANCE, [])):
            raise ValueError(f"ratios[{BALANCE!r}]={ratios[BALANCE]}: 1 gives classes all the rows they lack")
        if named.get(BALANCE) and not lacking:
            raise ValueError(f"ratios[{BALANCE!r}]={ratios[BALANCE]}: there is no class to top up, only to enlarge")
    else:
        values = _checked(ratios, "ratios")
        named = {BALANCE: [ratio for ratio in values if ratio <= 1] if lacking else [], ENLARGE: values}
    doses = tuple(Dose(name, ratio) for name in (BALANCE, ENLARGE) for ratio in named.get(name, []))
    if not doses:
        raise ValueError(f"ratios={ratios!r} has no ratio to try")
    return doses


def _checked(values: Any, name: str) -> list[float]:
    if isinstance(values, str) or np.ndim(values) != 1:
        raise TypeError(f"{name}={values!r} must be 'auto', a sequence of numbers, or a dict of such sequences")
    return sorted({check_real(value, name, 0, strict=True) for value in values})


def lacking_rows(strategy: Any, y: pd.Series, *, classes: bool) -> dict[Any, int]:
    """Rows that each class, or range of a number, lacks; for None, next to the largest class."""
    strategy = "auto" if strategy is None else strategy
    if not classes:
        return missing_in_ranges(strategy, y.to_numpy(dtype=np.float64))
    return missing_rows(strategy, y.value_counts(sort=False).to_dict(), y.to_numpy())


def dosed(augmenter: GANAugmenter, dose: Dose, y: pd.Series, *, classes: bool) -> GANAugmenter:
    """An unfitted augmenter that adds this dose to rows with the targets `y`."""
    made = clone(augmenter)
    if dose.method == ENLARGE:
        return made.set_params(ratio=dose.ratio, sampling_strategy=None)
    lacking = lacking_rows(augmenter.sampling_strategy, y, classes=classes)
    if classes:
        counts = y.value_counts(sort=False).to_dict()
    else:
        counts = {limits: int(inside(y.to_numpy(dtype=np.float64), limits).sum()) for limits in lacking}
    totals = {label: counts[label] + round(dose.ratio * count) for label, count in lacking.items() if count}
    return made.set_params(ratio=0, sampling_strategy=totals)


@dataclass(frozen=True)
class DosedRows:
    """Real rows, then the synthetic ones of the largest dose.

    Parameters
    ----------
    X, y : as the augmenter returned them
    real : int
        Rows that are real.
    ratio : float
        The largest dose.
    place : ndarray of shape (n_synthetic,)
        When a synthetic row is due, as a share of the rows of its class: in ``[0, 1)``.
    """

    X: Any
    y: Any
    real: int
    ratio: float
    place: NDArray[np.float64]

    def rows(self, ratio: float) -> tuple[Any, Any, int]:
        """Real rows and those of this dose, and how many these are."""
        chosen = self.real + np.flatnonzero(self.place < ratio / self.ratio)
        every = np.concatenate([np.arange(self.real), chosen])
        return _safe_indexing(self.X, every), _safe_indexing(self.y, every), len(chosen)


def augmented(
    augmenter: GANAugmenter, X: Any, y: Any, largest: dict[str, float], *, classes: bool
) -> tuple[dict[str, DosedRows], float]:
    """Rows for each way of adding them, from one generator, and the seconds that took."""
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
        place = _places(np.asarray(labels)[mask], classes=classes)
        made[method] = DosedRows(more.tocsr() if sparse.issparse(more) else more, labels, real, most, place)
    return made, time.perf_counter() - started


def _places(labels: NDArray[Any], *, classes: bool) -> NDArray[np.float64]:
    if not classes:  # rows come range by range
        return (np.random.default_rng(len(labels)).permutation(len(labels)) + 0.5) / max(len(labels), 1)
    groups = pd.Series(np.arange(len(labels))).groupby(pd.Series(labels).to_numpy())
    return ((groups.cumcount() + 0.5) / groups.transform("size")).to_numpy(dtype=np.float64)
