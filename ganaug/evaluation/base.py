"""What every metric has: figures and their limits, a verdict with a hint, and sections of the page."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import pandas as pd

from ..models import model_for
from .charts import Section
from .tables import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOOD, FAIR, POOR, UNKNOWN = "good", "fair", "poor", "not measured"
ORDER = (POOR, FAIR, UNKNOWN, GOOD)
NEAR_SHARE = 4
STRICTER = 1.31  # makes 99 % of a 95 % interval: six figures of privacy are looked at at once
Figures = dict[str, Any]
"""By name; a figure with an interval is a dict of its own, which begins with the value, low and high."""


class Assessed(Protocol):
    """What a page shows of an assessment by :func:`ganaug.assess`."""

    verdict: str
    table: pd.DataFrame

    def plot(self, ax: Axes | None = None) -> Axes: ...

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Figure:
    """What a figure is called, the last values that are good and fair, what chance makes of it, and what it means.

    Less is better unless `good` is above `fair`. Without them every value is good.
    """

    label: str
    good: float = math.inf
    fair: float = math.inf
    chance: float | None = None
    note: str = ""

    def rating(self, value: float, held_out: float = 0.0) -> str:
        """Where less is better, what held-out real rows do is never worse than good."""
        if self.good > self.fair:
            return GOOD if value >= self.good else FAIR if value >= self.fair else POOR
        if value <= max(self.good, 1.5 * held_out):
            return GOOD
        return FAIR if value <= max(self.fair, 3 * held_out) else POOR

    def leak(self, value: float, low: float) -> str:
        """Nothing that may be chance; then by the two limits, `fair` only if `good` is surely passed."""
        least = value - STRICTER * (value - low)
        if least <= (self.chance or 0.0) or value <= self.good:
            return GOOD
        return POOR if value > self.fair and least > self.good else FAIR


@dataclass(frozen=True)
class Line:
    """A figure, and what it is next to: held-out or training rows in place of the synthetic ones, or chance."""

    label: str
    value: str
    reference: str = ""


@dataclass(frozen=True)
class Verdict:
    """What one group of figures says, its rating, and a hint at the remedy where one is needed."""

    group: str
    rating: str
    says: str
    hint: str


@dataclass(frozen=True)
class Inputs:
    """What is measured, on how many rows of each table at most, and with which seed."""

    tables: Tables
    max_rows: int
    seed: int

    @property
    def near_rows(self) -> int:
        """The rows that neighbourhoods look at."""
        return self.max_rows // NEAR_SHARE

    def rng(self, stream: int) -> np.random.Generator:
        """Random numbers of one metric, which do not depend on what others drew."""
        return np.random.default_rng([self.seed, stream])


@dataclass(frozen=True)
class Measurement:
    """What one metric found: its figures, none if there was nothing to measure; and what it adds to common tables.

    Of columns it has a Series for each figure, of classes the figures of each.
    """

    figures: Figures
    columns: dict[str, pd.Series] = field(default_factory=dict)
    classes: dict[str, dict[str, float]] = field(default_factory=dict)
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)
    pictures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False, eq=False)
class Findings:
    """What all metrics found together: the figures of each group, and tables of columns, pairs and classes."""

    figures: dict[str, Any]
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)
    classes: pd.DataFrame = field(default_factory=pd.DataFrame)
    pictures: dict[str, Any] = field(default_factory=dict)


class Metric(ABC):
    """A group of figures with a verdict of its own: how they are measured, told, judged and drawn.

    `figures` are in the order in which they are told; `headings` are those of what the common tables gain.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    figures: ClassVar[Mapping[str, Figure]]
    headings: ClassVar[Mapping[str, Figure]] = {}

    @abstractmethod
    def measure(self, inputs: Inputs) -> Measurement:
        """The figures."""

    @abstractmethod
    def verdict(self, found: Findings) -> Verdict:
        """How good they are, and what to do about it."""

    def lines(self, figures: Figures) -> list[Line]:
        """The figures as people read them, beside those of held-out rows or what chance makes of them."""
        lines = []
        for name, figure in self.figures.items():
            value = figures.get(name)
            if value is not None:
                told = interval(*list(value.values())[:3]) if isinstance(value, dict) else shown(value)
                chance = "" if figure.chance is None else f"{figure.chance:g}"
                lines.append(Line(figure.label, told, shown(figures.get(f"{name}_held_out")) or chance))
        return lines

    def ratings(self, figures: Figures) -> list[str]:
        """Of each figure that was measured, by its limits."""
        ratings = []
        for name, figure in self.figures.items():
            value = figures.get(name)
            if isinstance(value, dict):
                ratings.append(figure.leak(*list(value.values())[:2]))
            elif value is not None:
                ratings.append(figure.rating(value, figures.get(f"{name}_held_out", 0.0)))
        return ratings

    def sections(self, found: Findings) -> list[Section]:  # noqa: ARG002
        """What the page shows of it, apart from the lines."""
        return []

    def judged(self, ratings: Iterable[str], says: str, hint: str) -> Verdict:
        """The worst of the ratings; a hint only where it is needed."""
        rating = min(ratings, key=ORDER.index)
        return Verdict(self.name, rating, says, "" if rating == GOOD else hint)


def overall(verdicts: Sequence[Verdict]) -> str:
    """Such as "Good throughout" or "Poor: privacy; fair: detection, coverage; good: fidelity, utility"."""
    ratings = sorted({verdict.rating for verdict in verdicts}, key=ORDER.index)
    said = [f"{rating}: {', '.join(v.group for v in verdicts if v.rating == rating)}" for rating in ratings]
    text = "; ".join(said) if len(said) > 1 else f"{ratings[0]} throughout"
    return text[0].upper() + text[1:]


def shown(value: Any) -> str:
    """A number as it is told: whole ones with commas, others with three digits behind the point, or as many in all."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if isinstance(value, Integral) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}".replace("-0.000", "0.000") if abs(value) < 10 else f"{value:.4g}"


def interval(value: float, low: float, high: float) -> str:
    """A figure with its interval."""
    return f"{shown(value)} ({shown(low)} to {shown(high)})"


def boosting(X: pd.DataFrame, y: Any, seed: int, *, classes: bool = True) -> Any:
    """Gradient boosting that has learnt `y`."""
    model = model_for(X, "boosting", classes=classes)
    model[-1].set_params(random_state=seed)
    return model.fit(X, y)
