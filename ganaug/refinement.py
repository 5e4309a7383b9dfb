"""Which of several generated rows to keep: importance resampling by an estimated density ratio.

For every row asked for, the generator draws a few candidates of the same condition, and one of them is chosen with
probability proportional to its odds of being real. The odds are those of gradient boosting that tells training rows
from generated ones (Azadi et al. 2019, "Discriminator rejection sampling", with bounded work). It is also told how well
the label fits the row, according to boosting that predicts the label, since a label that does not fit is what spoils a
model trained on generated rows. The odds are corrected until the chosen rows have the training rows' two-way tables
(iterative proportional fitting, Deming & Stephan 1940), and quotas see to it that single columns keep to their
frequencies. Candidates share their row's condition, so the odds cannot change how many rows of a class come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import TwoWay, calibrate
from .encoding.numeric import Numbers
from .forest import Forest, fit_forests
from .layout import Encoded, Layout
from .quotas import Quotas

Floats = NDArray[np.float32]

SYNTHETIC_PER_REAL = 3
POOL_ROWS = 16_384
CLIP = 4.0
FOLDS = 3
MAX_CLASSES = 20
MAX_DEPTH = 8


@dataclass(frozen=True)
class Teacher:
    """How well a row's label fits it, according to boosting that predicts the label.

    Parameters
    ----------
    numbers : Numbers or None
        The coding of a numeric target; None for classes.
    classes : tuple of int
        Class codes in the order of `forests`.
    forests : tuple of Forest
        One for a number and for two classes, else one for each class.
    """

    numbers: Numbers | None
    classes: tuple[int, ...]
    forests: tuple[Forest, ...]

    def __call__(self, features: Floats, condition: Encoded) -> Floats:
        """Two features: what the row says about the label, and how far the label is from it."""
        scores = np.column_stack([forest(features) for forest in self.forests])
        if self.numbers is not None:
            gap = label_of(self.numbers, condition) - scores[:, 0]
            return np.column_stack([scores[:, 0], gap]).astype(np.float32)
        if len(self.classes) == 2:
            scores = np.column_stack([-scores[:, 0], scores[:, 0]]) / 2
        scores -= np.logaddexp.reduce(scores, axis=1, keepdims=True)
        asked = np.full(len(scores), -CLIP)
        for column, code in enumerate(self.classes):
            mine = condition.codes[:, 0] == code
            asked[mine] = scores[mine, column]
        return np.column_stack([asked, scores.max(1)]).astype(np.float32)

    @classmethod
    def fit(cls, features: Floats, condition: Encoded, numbers: Numbers | None, seed: int) -> Teacher:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        options: dict[str, Any] = {
            "max_iter": 100,
            "max_depth": MAX_DEPTH,
            "early_stopping": False,
            "random_state": seed,
        }
        if numbers is not None:
            label = label_of(numbers, condition)
            return cls(numbers, (), tuple(fit_forests(HistGradientBoostingRegressor(**options), features, label)))
        codes = condition.codes[:, 0]
        forests = fit_forests(HistGradientBoostingClassifier(**options), features, codes)
        return cls(None, tuple(np.unique(codes).tolist()), tuple(forests))


def label_of(numbers: Numbers, condition: Encoded) -> NDArray[np.float64]:
    """A numeric target's values."""
    position = condition.middle[:, 0] if numbers.bins else np.zeros(len(condition), np.float32)
    return numbers.decode(condition.codes[:, 0], position)


@dataclass(frozen=True)
class Refiner:
    """The log odds of generated rows.

    Parameters
    ----------
    layout : Layout
        Of the rows; its condition is that of the label.
    teachers : tuple of Teacher
        One taught by training rows and one by generated rows; none without a label.
    forest : Forest
        Tells real rows from generated ones.
    tables : tuple of TwoWay
        Over the condition's columns, then the rows'.
    quotas : Quotas or None
        How often each code is to occur.
    """

    layout: Layout
    teachers: tuple[Teacher, ...]
    forest: Forest
    tables: tuple[TwoWay, ...]
    quotas: Quotas | None

    def log_odds(self, condition: Encoded, rows: Encoded) -> NDArray[np.float64]:
        total = self.forest(_judged(self.layout, condition, rows, self.teachers)).clip(-CLIP, CLIP)
        codes = np.hstack([condition.codes, rows.codes])
        for table in self.tables:
            total += table(codes)
        return total

    def finished(self, rows: Encoded, _rng: np.random.Generator) -> Encoded:
        """Rows that were chosen, as they are."""
        return rows

    @classmethod
    def fit(
        cls,
        layout: Layout,
        condition: Encoded,
        rows: Encoded,
        numbers: Numbers | None,
        draw: Callable[[Encoded, int], Encoded],
        candidates: int,
        most: int,
        seed: int,
    ) -> Refiner:
        """Learn to tell `rows` from generated ones.

        Parameters
        ----------
        condition, rows : Encoded
            The training rows with their labels.
        numbers : Numbers or None
            The coding of the label, if it is a number.
        draw : callable
            Takes conditions and a seed, returns a generated row for each.
        candidates : int
            How many rows there are to choose from.
        most : int
            How many of `rows` are looked at.
        """
        from sklearn.ensemble import HistGradientBoostingClassifier

        rng = np.random.default_rng(seed)
        jittered = rows.low + rng.random(rows.low.shape, np.float32) * (rows.high - rows.low)
        rows = Encoded(rows.codes, jittered, jittered)
        some = rng.permutation(len(rows))[:most]
        real_condition, real = condition.take(some), rows.take(some)

        def some_conditions() -> Encoded:
            return condition.take(rng.choice(len(rows), min(SYNTHETIC_PER_REAL * len(some), 2 * most)))

        teachers, verdicts = _teach(layout, real_condition, real, numbers, rng)
        if teachers:
            asked = some_conditions()
            student = Teacher.fit(_features(layout, None, draw(asked, 2)), asked, numbers, _seed(rng))
            verdicts = np.hstack([verdicts, student(_features(layout, None, real), real_condition)])
            teachers = (*teachers, student)
        asked = some_conditions()
        real_features = np.hstack([_features(layout, real_condition, real), verdicts])
        fake_features = _judged(layout, asked, draw(asked, 0), teachers)
        truth = np.repeat([1, 0], [len(real), len(asked)])
        judge = HistGradientBoostingClassifier(
            max_iter=400,
            max_depth=MAX_DEPTH,
            min_samples_leaf=int(np.clip(len(real) // 200, 20, 50)),
            early_stopping=True,
            validation_fraction=0.15,
            n_iter_no_change=8,
            random_state=_seed(rng),
        )
        [forest] = fit_forests(judge, np.vstack([real_features, fake_features]), truth)
        forest = replace(forest, baseline=0.0)  # as if there were as many of either kind
        refiner = cls(layout, teachers, forest, (), None)
        asked = condition.take(np.repeat(rng.permutation(len(rows))[: min(POOL_ROWS, most)], candidates))
        pool = draw(asked, 1)
        odds = refiner.log_odds(asked, pool).astype(np.float32).reshape(-1, candidates)
        codes = np.hstack([asked.codes, pool.codes])
        tables, chance = calibrate(
            layout.joint, np.hstack([condition.codes, rows.codes]), codes.reshape(*odds.shape, codes.shape[1]), odds
        )
        quotas = Quotas.fit(layout, (condition.codes, rows.codes), (asked.codes, pool.codes), chance.ravel())
        return replace(refiner, tables=tables, quotas=quotas)


def _teach(
    layout: Layout, condition: Encoded, rows: Encoded, numbers: Numbers | None, rng: np.random.Generator
) -> tuple[tuple[Teacher, ...], Floats]:
    """A teacher where there is a label to teach, and what teachers that did not see a row say of each of `rows`."""
    classes = layout.condition.blocks[0].width if layout.condition and layout.condition.blocks else 0
    if classes < 2 or (numbers is None and classes > MAX_CLASSES) or not rows.codes.shape[1]:
        return (), np.zeros((len(rows), 0), np.float32)
    features = _features(layout, None, rows)
    fold = _folds(condition.codes[:, 0], rng)
    seed = _seed(rng)
    teachers = [
        Teacher.fit(features[fold != k], condition.take(np.flatnonzero(fold != k)), numbers, seed) for k in range(FOLDS)
    ]
    verdicts = np.zeros((len(rows), 2), np.float32)
    for k, teacher in enumerate(teachers):
        mine = np.flatnonzero(fold == k)
        verdicts[mine] = teacher(features[mine], condition.take(mine))
    return (teachers[0],), verdicts


def _folds(codes: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.intp]:
    """A fold for each row, equally many of each code; a code's only row is not in the first fold."""
    order = rng.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    starts = np.searchsorted(codes[order], codes[order])
    fold = np.empty(len(codes), np.intp)
    fold[order] = (np.arange(len(codes)) - starts + 1) % FOLDS
    return fold


def _judged(layout: Layout, condition: Encoded, rows: Encoded, teachers: tuple[Teacher, ...]) -> Floats:
    features = _features(layout, condition, rows)
    taught = features[:, condition.codes.shape[1] :]
    return np.hstack([features, *(teacher(taught, condition) for teacher in teachers)])


def _features(layout: Layout, condition: Encoded | None, rows: Encoded) -> Floats:
    """What trees see of rows: codes as numbers, the condition's first, if given."""
    parts = [] if condition is None or layout.condition is None else [(layout.condition, condition)]
    return np.hstack([as_numbers(layout, part) for layout, part in [*parts, (layout, rows)]])


def as_numbers(layout: Layout, rows: Encoded) -> Floats:
    """Codes as numbers, an interval's with the rank inside it as its fraction."""
    features = rows.codes.astype(np.float32)
    numbers = list(layout.numbered)
    first_bin = np.array([layout.blocks[i].width - layout.blocks[i].bins for i in numbers], np.int32)
    inside = rows.codes[:, numbers] >= first_bin
    features[:, numbers] += inside * (rows.middle + 1) * np.float32(0.4999)
    return features


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
