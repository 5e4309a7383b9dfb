"""Which of several generated rows to keep: importance resampling by an estimated density ratio.

For every row asked for, the generator draws a few candidates of the same condition, and one of them is chosen with
probability proportional to its odds of being real. The odds are those of gradient boosting that tells training rows
from generated ones (Azadi et al. 2019, "Discriminator rejection sampling", with bounded work). It is also told how well
the label fits the row, according to boosting that predicts the label, since a label that does not fit is what spoils a
model trained on generated rows. The odds are corrected until the chosen rows have the training rows' two-way tables
(raking, Deming & Stephan 1940), and balanced sampling sees to it that single columns keep to their frequencies.
Candidates share their row's condition, so the odds cannot change how many rows of a class come out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..columns.layout import Block, Encoded, Layout
from ..columns.quantiles import QuantileCoder
from ..data.seeds import drawn_seed
from ..plain import Float32Array, Float64Array, IndexArray, Int32Array, record
from .balanced import BalancedSampling, choose
from .boosted_trees import BoostedTrees, fit_boosted_trees
from .growing import features_of
from .proposals import Proposals
from .raking import TwoWayTable, rake
from .sampler import Draw, Sampler
from .twins import Twins

SYNTHETIC_PER_REAL = 3
POOL_ROWS = 16_384
FLOAT32_HOLDS = 1e30
CLIP = 4.0
FOLDS = 3
MAX_CLASSES = 20
MAX_DEPTH = 8
TWIN_ROUNDS = 4


@record
@dataclass(frozen=True)
class LabelModel:
    """How well a row's label fits it, according to boosting that predicts the label.

    Parameters
    ----------
    coder : QuantileCoder or None
        The coding of a numeric target; None for classes.
    classes : tuple of int
        Class codes in the order of `trees`.
    trees : tuple of BoostedTrees
        One for a number and for two classes, else one for each class.
    """

    coder: QuantileCoder | None
    classes: tuple[int, ...]
    trees: tuple[BoostedTrees, ...]

    def __call__(self, features: Float32Array, condition: Encoded) -> Float32Array:
        """Two features: what the row says about the label, and how far the label is from it."""
        scores = np.column_stack([trees(features) for trees in self.trees])
        if self.coder is not None:
            gap = _labels(self.coder, condition) - scores[:, 0]
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
    def fit(cls, features: Float32Array, condition: Encoded, coder: QuantileCoder | None, seed: int) -> LabelModel:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        options: dict[str, Any] = {
            "max_iter": 50 if coder is None else 100,
            "learning_rate": 0.2 if coder is None else 0.1,
            "max_depth": MAX_DEPTH,
            "early_stopping": False,
            "random_state": seed,
        }
        if coder is not None:
            label = _labels(coder, condition)
            return cls(coder, (), tuple(fit_boosted_trees(HistGradientBoostingRegressor(**options), features, label)))
        codes = condition.codes[:, 0]
        trees = fit_boosted_trees(HistGradientBoostingClassifier(**options), features, codes)
        return cls(None, tuple(np.unique(codes).tolist()), tuple(trees))


def _labels(coder: QuantileCoder, condition: Encoded) -> Float64Array:
    """Numeric labels; as shares of the greatest one if float32, which features are, could not hold them."""
    greatest = max(map(abs, coder.range))
    return coder.values(condition) / (greatest if greatest > FLOAT32_HOLDS else 1.0)


def _with_twins(layout: Layout) -> Layout:
    """The columns that two-way tables are about: the condition's, the rows', and whether a row is a twin."""
    return Layout((*layout.joint.blocks, Block(0, 2)))


def _labelled(layout: Layout, condition: Encoded, rows: Encoded) -> Encoded:
    """Rows with the class that is their label: a row is over again only if that is."""
    return rows if layout.label.numbers else Encoded(np.hstack([rows.codes, condition.codes]), rows.low, rows.high)


@record
@dataclass(frozen=True)
class ImportanceSampling:
    """The log odds of generated rows.

    Parameters
    ----------
    layout : Layout
        Of the rows; its condition is that of the label.
    proposals : Proposals
        Draws candidates.
    label_models : tuple of LabelModel
        One that learnt from training rows and one that did from generated rows; none without a label.
    trees : BoostedTrees
        Tells real rows from generated ones.
    twins : Twins
        Tells training rows over again.
    tables : tuple of TwoWayTable
        Over the condition's columns, then the rows', then whether a row is a twin.
    balanced_sampling : BalancedSampling or None
        How often each code is to occur.
    """

    layout: Layout
    proposals: Proposals
    label_models: tuple[LabelModel, ...]
    trees: BoostedTrees
    twins: Twins
    tables: tuple[TwoWayTable, ...]
    balanced_sampling: BalancedSampling | None

    def __post_init__(self) -> None:
        widths = [block.width for block in _with_twins(self.layout).blocks]
        for table in self.tables:
            if not 0 <= table.first < len(widths) or not 0 <= table.second < len(widths):
                raise ValueError("two-way tables of other columns than the layout's")
            if table.correction.shape != (widths[table.first], widths[table.second]):
                raise ValueError("two-way tables of another size than their columns")
        self.twins.check(self.layout)

    def candidates(self, generated: Draw, condition: Encoded, seed: tuple[int, int]) -> Encoded:
        """Rows of trees, or of trees and the generator by turns."""
        return self.proposals.draw(generated, condition, seed)

    def log_odds(self, condition: Encoded, rows: Encoded) -> Float64Array:
        total = self.trees(_judged(self.layout, condition, rows, self.label_models)).clip(-CLIP, CLIP)
        columns = np.ascontiguousarray(
            np.hstack([condition.codes, rows.codes, self.twins(_labelled(self.layout, condition, rows))]).T, np.intp
        )
        for table in self.tables:
            total += table(columns)
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
        coder: QuantileCoder | None,
        generated: Draw,
        *,
        candidates: int,
        most_rows: int,
        seed: int,
    ) -> ImportanceSampling:
        """Learn to tell `rows` from generated ones.

        Parameters
        ----------
        condition, rows : Encoded
            The training rows with their labels.
        coder : QuantileCoder or None
            The coding of the label, if it is a number.
        generated : callable
            Draws the generator's rows.
        candidates : int
            How many rows there are to choose from.
        most_rows : int
            How many of `rows` are looked at.
        """
        rng = np.random.default_rng(seed)
        twins, has_twin = Twins.fit(layout, _labelled(layout, condition, rows))
        rows = rows.untied(rng)
        some = rng.permutation(len(rows))[:most_rows]
        real_condition, real = condition.take(some), rows.take(some)
        proposals = Proposals.fit(layout, real_condition, real, generated, drawn_seed(rng))
        sampler, first = Sampler(partial(proposals.draw, generated)), drawn_seed(rng) >> 2

        def draw(asked: Encoded, stream: int) -> Encoded:
            drawn: Encoded = sampler.rows(asked, first + stream)
            return drawn

        def some_conditions() -> Encoded:
            return condition.take(rng.choice(len(rows), min(SYNTHETIC_PER_REAL * len(some), 2 * most_rows)))

        label_models, opinions = _cross_fitted(layout, real_condition, real, coder, rng)
        if label_models:
            asked = some_conditions()
            own = LabelModel.fit(features_of(layout, None, draw(asked, 2)), asked, coder, drawn_seed(rng))
            opinions = np.hstack([opinions, own(features_of(layout, None, real), real_condition)])
            label_models = (*label_models, own)
        asked = some_conditions()
        real_features = np.hstack([features_of(layout, real_condition, real), opinions])
        fake_features = _judged(layout, asked, draw(asked, 0), label_models)
        trees = _telling(real_features, fake_features, drawn_seed(rng))
        uncorrected = cls(layout, proposals, label_models, trees, twins, (), None)
        asked = condition.take(rng.permutation(len(rows))[: min(POOL_ROWS, most_rows)])
        pool = Sampler(generated, uncorrected, candidates).pool(asked, first + 1)
        asked = asked.take(np.repeat(np.arange(len(asked)), candidates))
        odds = uncorrected.log_odds(asked, pool).astype(np.float32).reshape(-1, candidates)
        is_twin = twins(_labelled(layout, asked, pool))
        if is_twin.mean() <= has_twin.mean():  # only too many are put right
            is_twin, has_twin = np.zeros_like(is_twin), np.zeros_like(has_twin)
        codes = np.hstack([asked.codes, pool.codes, is_twin])
        tables, chance = rake(
            _with_twins(layout),
            np.hstack([condition.codes, rows.codes, has_twin]),
            codes.reshape(*odds.shape, codes.shape[1]),
            odds,
        )
        balanced = BalancedSampling.fit(
            layout, (condition.codes, rows.codes), (asked.codes, pool.codes), chance.ravel()
        )
        if is_twin.any():
            twin = is_twin.reshape(chance.shape)
            less = _less_twins(balanced, asked, pool, chance, twin, float(has_twin.mean()), rng)
            columns = _with_twins(layout).blocks
            few = np.tile(np.array([0, -less], np.float32), (columns[0].width, 1))
            tables = (*tables, TwoWayTable(0, len(columns) - 1, few))
        return replace(uncorrected, tables=tables, balanced_sampling=balanced)


def _telling(real: Float32Array, fake: Float32Array, seed: int) -> BoostedTrees:
    """The log odds of being real, by the features of real rows and of generated ones, as if they were equally many."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    boosting = HistGradientBoostingClassifier(
        max_iter=400,
        max_depth=MAX_DEPTH,
        min_samples_leaf=int(np.clip(len(real) // 200, 20, 50)),
        early_stopping=True,
        validation_fraction=0.15,
        n_iter_no_change=8,
        random_state=seed,
    )
    [trees] = fit_boosted_trees(boosting, np.vstack([real, fake]), np.repeat([1, 0], [len(real), len(fake)]))
    return replace(trees, baseline=0.0)


def _less_twins(
    balanced: BalancedSampling | None,
    asked: Encoded,
    pool: Encoded,
    chance: Float32Array,
    is_twin: Int32Array,
    share: float,
    rng: np.random.Generator,
) -> float:
    """How much lower the log odds of twins must be for no more than this share of rows to be one, when balanced, too.

    Parameters
    ----------
    asked, pool : Encoded
        The candidates of each row next to one another.
    chance, is_twin : ndarray of shape (n, candidates)
        Of each candidate to be chosen, and 1 for twins.
    """
    order = np.arange(len(pool)).reshape(chance.shape).T
    each, made = asked.take(order[0]), pool.take(order.ravel())
    with np.errstate(divide="ignore"):
        odds, twin = np.log(chance.T, dtype=np.float64), is_twin.T
    uniform = rng.uniform(1e-12, 1, odds.shape)
    less = 0.0
    for _ in range(TWIN_ROUNDS):
        lowered = odds - less * twin
        best = choose(lowered, uniform) if balanced is None else balanced.choose(each, made, lowered, uniform)
        found = twin[best, np.arange(len(best))].mean()
        if found <= share:
            break
        less += float(np.log(found / max(share, 0.5 / len(best))))
    return less


def _cross_fitted(
    layout: Layout, condition: Encoded, rows: Encoded, coder: QuantileCoder | None, rng: np.random.Generator
) -> tuple[tuple[LabelModel, ...], Float32Array]:
    """A label model where there is a label to learn, and what models that did not see a row say of each of `rows`."""
    classes = layout.label.blocks[0].width if layout.label.blocks else 0
    if classes < 2 or (coder is None and classes > MAX_CLASSES) or not rows.codes.shape[1]:
        return (), np.zeros((len(rows), 0), np.float32)
    features = features_of(layout, None, rows)
    fold = _folds(condition.codes[:, 0], rng)
    seed = drawn_seed(rng)
    label_models = [
        LabelModel.fit(features[fold != k], condition.take(np.flatnonzero(fold != k)), coder, seed)
        for k in range(FOLDS)
    ]
    opinions = np.zeros((len(rows), 2), np.float32)
    for k, label_model in enumerate(label_models):
        mine = np.flatnonzero(fold == k)
        opinions[mine] = label_model(features[mine], condition.take(mine))
    return (label_models[0],), opinions


def _folds(codes: Int32Array, rng: np.random.Generator) -> IndexArray:
    """A fold for each row, equally many of each code; a code's only row is not in the first fold."""
    order = rng.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    starts = np.searchsorted(codes[order], codes[order])
    fold = np.empty(len(codes), np.intp)
    fold[order] = (np.arange(len(codes)) - starts + 1) % FOLDS
    return fold


def _judged(layout: Layout, condition: Encoded, rows: Encoded, label_models: tuple[LabelModel, ...]) -> Float32Array:
    features = features_of(layout, condition, rows)
    of_rows = features[:, condition.codes.shape[1] :]
    return np.hstack([features, *(model(of_rows, condition) for model in label_models)])
