"""The record of a fit: everything that it takes to draw rows, in one piece.

Training returns it, an estimator holds it, a file keeps it, workers are sent it, and callbacks get one for a generator
that is still in training. All faces of an estimator lean on it, and none on another face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from .columns.joined import joined
from .columns.layout import Encoded
from .data.conditions import conditions_asked_for
from .data.embedding import Embedded, Embedding, Rows, stacked
from .data.foreign import LabelContainer
from .data.memory import check_free
from .data.sampling_strategy import Strategy
from .data.seeds import SampleSeeds, block_rng
from .data.targets import ClassTarget, Target
from .data.validation import check_target
from .modality.generator import Generator
from .modality.protocols import Container, Encoder
from .modality.registry import AnyModality, check_data, modality_of
from .plain import (
    AnyArray,
    BoolArray,
    Count,
    Float32Array,
    Float64Array,
    IndexArray,
    MatrixLike,
    RandomState,
    VectorLike,
    Verbose,
    record,
)
from .rules.base import KeptRule
from .selection.sampler import Chooser, Sampler

WORTH_A_LOOK = 2**28
"""Bytes from which on memory is looked at before rows are drawn."""
MOST_ROWS = 1e300
"""Which floats still hold, with their bytes."""


@record
@dataclass(frozen=True)
class GenerativeModel:
    """A fitted generator with all that goes with it.

    Parameters
    ----------
    container : Container
        What data came in.
    encoder : Encoder
    target : Target or None
    generator : Generator
    seeds : SampleSeeds
        Of samples that are drawn without one.
    chooser : Chooser or None
        What chooses among candidates.
    candidates : int
        How many there are for each row, 1 without a chooser.
    history : DataFrame
        A row for every chunk of training steps.
    stopped_by : str
        What ended training; empty before its end.
    label_container : LabelContainer or None
        What labels came in, where that is neither a Series nor an array.
    discriminator : list of ndarray
        Its weights, for a fit that goes on; files leave them out, since they have seen the training rows.
    rows : int
        Training rows; 0 in a file that does not tell.
    missing : ndarray of float64 or None
        Share of them in which each column is missing; None for images, and in a file that does not tell.
    embedding : Embedding or None
        What makes features of rows, where features are what was learnt; files leave it out, since it is code.
    """

    container: Container[Any]
    encoder: Encoder[Any, Any]
    target: Target | None
    generator: Generator
    seeds: SampleSeeds
    chooser: Chooser | None = None
    candidates: int = 1
    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    stopped_by: str = ""
    label_container: LabelContainer | None = None
    rows: int = 0
    missing: Float64Array | None = None
    discriminator: list[Float32Array] = field(default_factory=list, repr=False, metadata={"saved": False})
    embedding: Embedding | None = field(default=None, repr=False, metadata={"saved": False})

    @property
    def modality(self) -> AnyModality:
        return modality_of(self.generator.layout)

    @property
    def sampler(self) -> Sampler:
        """Draws encoded rows."""
        return Sampler(self.generator.draw, self.chooser, self.candidates, self.modality.block_rows)

    def sampler_of(self, *, refine: bool) -> Sampler:
        """Draws encoded rows, chosen among candidates or straight from the generator."""
        return self.sampler if refine else self.sampler.unrefined

    @property
    def unrefined(self) -> GenerativeModel:
        """The generator alone."""
        return replace(self, chooser=None, candidates=1)

    @property
    def steps(self) -> int:
        """Steps taken."""
        return int(self.history["step"].iloc[-1]) if len(self.history) else 0

    @property
    def class_target(self) -> ClassTarget | None:
        """The target, if it is of classes."""
        return self.target if isinstance(self.target, ClassTarget) else None

    def sample(
        self,
        n: Count | None = None,
        *,
        y: VectorLike | None = None,
        random_state: RandomState = None,
        refine: bool = True,
        verbose: Verbose = False,
    ) -> Any:
        """See :meth:`ganaug.GANAugmenter.sample`."""
        self._check_memory(0 if n is None else n)
        seed = self.seeds.next(random_state)
        condition, labels = conditions_asked_for(self.target, n, y, seed)
        sampler = replace(self.sampler_of(refine=refine), verbose=verbose)
        X = self.as_given(self._decoded(condition, seed, sampler if y is None else sampler.independent))
        return X if self.target is None else (X, self.labels_as_given(self.target, labels))

    def augmented(
        self,
        X: MatrixLike,
        y: VectorLike | None,
        strategy: Strategy | None,
        ratio: float,
        *,
        verbose: Verbose = False,
    ) -> tuple[Any, Any, BoolArray]:
        """Real rows, then those that `strategy` and `ratio` ask for; their labels; and which of them are synthetic."""
        X = self.embedded(X)
        real, _ = self.matching(X)
        self._check_memory(ratio * len(real))
        self._check_memory(strategy if isinstance(strategy, Mapping) else 0)
        sampler = replace(self.sampler, verbose=verbose)
        if self.target is None:
            condition = Encoded.none(round(ratio * len(real)))
            labels, new = None, self._decoded(condition, self.seeds.next(), sampler, beside=real)
        else:
            labels = self.labels(y, len(real))
            new, new_labels = self._extra(self.target, sampler, real, labels, strategy, ratio)
            labels = self.labels_as_given(self.target, joined(labels, new_labels))
        if isinstance(X, Embedded) and X.embedding.gives_rows:
            every = stacked(X.rows, self.as_given(new))
        else:
            every = self.container.restore(self.container.stack(real, new))
        return every, labels, np.arange(len(real) + len(new)) >= len(real)

    def _check_memory(self, asked: float | Mapping[Any, int]) -> None:
        """MemoryError if so many rows take more than is free; what is no number is told elsewhere."""
        counts = list(asked.values()) if isinstance(asked, Mapping) else [asked]
        rows = sum(float(min(count, MOST_ROWS)) for count in counts if isinstance(count, Real))
        check_room(rows, self.encoder.n_features, self.modality)

    def replaced(self, X: MatrixLike, y: VectorLike | None, share: float) -> Any:
        """`X` with a share of its rows replaced by synthetic ones of the same label."""
        X = self.embedded(X)
        real, container = self.matching(X)
        seed = self.seeds.next()
        rows = np.sort(block_rng(seed, 0, 2).permutation(len(real))[: round(share * len(real))])
        if self.target is None:
            condition = Encoded.none(len(rows))
        else:
            condition = self.target.encode(self.labels(y, len(real)).iloc[rows])
        kept = np.delete(np.arange(len(real)), rows)
        new = self._decoded(
            condition, seed, self.sampler, beside=real.iloc[kept] if isinstance(real, pd.DataFrame) else None
        )
        if not isinstance(X, Embedded):
            return container.replaced(real, new, rows, X)
        if not X.embedding.gives_rows:
            return container.replaced(real, new, rows, X.features)
        order = np.arange(len(real))
        order[rows] = len(real) + np.arange(len(rows))
        mixed = _safe_indexing(stacked(X.rows, self.as_given(new)), order)
        return mixed.set_axis(X.rows.index) if isinstance(mixed, (pd.DataFrame, pd.Series)) else mixed

    def embedded(self, X: Rows) -> Any:
        """`X` with its features, where features are what was learnt."""
        if self.embedding is None or isinstance(X, Embedded):
            return X
        return Embedded(X, self.embedding.features(X), self.embedding)

    def matching(self, X: MatrixLike | Embedded) -> tuple[Any, Container[Any]]:
        """`X`, or its features, checked; ValueError if it has other features, or pixels of another scale."""
        data, container = check_data(self.embedded(X))
        if type(container) is not type(self.container):
            raise ValueError(
                f"X is {container.what}, but GANAugmenter was fitted on {self.container.what}: give "
                f"{self.container.wanted(self.encoder.features)}"
            )
        data = container.matching(data, self.encoder.features, self.encoder.dropped)
        self.encoder.check_scale(data)
        return data, container

    def transformed(self, X: MatrixLike) -> Any:
        """`X` as it came, but for columns that were left out."""
        embedded = self.embedded(X)
        data, container = self.matching(embedded)
        if isinstance(embedded, Embedded) and not embedded.embedding.gives_rows:
            return container.restore(data)
        if not self.encoder.dropped:
            return X
        return container.replaced(data, data[:0], np.zeros(0, np.intp), X)

    def labels(self, y: VectorLike | None, rows: int) -> pd.Series:
        """The labels of so many rows, checked."""
        if y is None:
            raise ValueError("the augmenter was fitted with y: give the labels of these rows, too")
        return check_target(y, rows)[0]

    def as_given(self, data: object) -> Any:
        """Generated data as `sample` returns them."""
        X = self.container.restore(data)
        return X if self.embedding is None else self.embedding.rows(X)

    def labels_as_given(self, target: Target, labels: pd.Series) -> Any:
        """Labels in the container that those of `fit` came in."""
        return target.as_given(labels) if self.label_container is None else self.label_container.restore(labels)

    def _extra(
        self, target: Target, sampler: Sampler, real: Any, labels: pd.Series, strategy: Strategy | None, ratio: float
    ) -> tuple[Any, pd.Series]:
        """Rows to add: those that `strategy` asks for, then those that `ratio` asks for."""
        seed = self.seeds.next()
        extra = target.extra(labels, strategy, ratio, seed)
        condition, known = Encoded.stack([extra.topped, extra.enlarged]), target.encode(labels)

        def draw(asked: IndexArray, seed: int) -> Any:
            top, rest = asked[asked < len(extra.topped)], asked[asked >= len(extra.topped)]
            rows = self._rows(condition.take(rest), seed, sampler)
            if len(top):
                wanted = condition.take(top)
                topped = self.modality.top_up(self.encoder, sampler, real, known, wanted, seed)
                rows = type(rows).stack([topped, rows])
            return self.encoder.decode(rows, condition.take(asked))

        new = self.encoder.unrepeated(draw, len(condition), seed, real)
        return self.encoder.identified(new, seed, real), extra.labels

    def _decoded(self, condition: Encoded, seed: int, sampler: Sampler, *, beside: Any = None) -> Any:
        def draw(asked: IndexArray, seed: int) -> Any:
            some = condition.take(asked)
            return self.encoder.decode(self._rows(some, seed, sampler), some)

        return self.encoder.identified(self.encoder.unrepeated(draw, len(condition), seed, beside), seed, beside)

    def _rows(self, condition: Encoded, seed: int, sampler: Sampler) -> Any:
        return sampler.rows(condition, seed) if len(condition) else self.encoder.layout.empty()


def check_room(rows: float, features: int, modality: AnyModality) -> None:
    """MemoryError if so many new rows take more than is free."""
    rows = min(rows, MOST_ROWS)
    needed = rows * features * modality.cell_bytes
    if needed > WORTH_A_LOOK:
        check_free(needed, f"{rows:,.0f} rows", "draw fewer at a time, each part with another random_state")


def check_room_for(data: pd.DataFrame | AnyArray, added: int, ratio: float, modality: AnyModality) -> None:
    """MemoryError if so many rows added to `data`, and a ratio of all these, take more than is free."""
    check_room(added + ratio * (len(data) + added), prod(data.shape[1:]), modality)


class HoldsModel:
    """What an estimator tells of the model that it holds."""

    _model: GenerativeModel

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    @property
    def _fitted(self) -> GenerativeModel:
        """The model; NotFittedError if there is none."""
        check_is_fitted(self)
        return self._model

    @property
    def classes_(self) -> AnyArray:
        """The labels, sorted."""
        return self._class_target.classes

    @property
    def class_counts_(self) -> dict[Any, int]:
        """Training rows of each class."""
        return self._class_target.class_counts

    @property
    def n_features_in_(self) -> int:
        """Columns of a table, or values of an image."""
        return self._fitted.encoder.n_features

    @property
    def feature_names_in_(self) -> AnyArray:
        """Names of the columns, if all of them are strings."""
        names = self._fitted.encoder.features
        if not self._fitted.container.named or not all(isinstance(name, str) for name in names):
            raise AttributeError("feature_names_in_: the columns seen in fit have no names")
        return np.array(names, dtype=object)

    @property
    def rules_(self) -> list[KeptRule]:
        """The rules that synthetic rows keep; for images there are none."""
        return self._fitted.encoder.rules

    @property
    def dropped_columns_(self) -> tuple[object, ...]:
        """Names of the columns that `identifiers="drop"` left out."""
        return self._fitted.encoder.dropped

    @property
    def history_(self) -> pd.DataFrame:
        """A row for every chunk of training steps."""
        return self._fitted.history

    @property
    def n_iter_(self) -> int:
        """Steps taken."""
        return self._fitted.steps

    @property
    def stopped_by_(self) -> str:
        """What ended training."""
        return self._fitted.stopped_by

    @property
    def _class_target(self) -> ClassTarget:
        if self._fitted.class_target is None:
            raise AttributeError("there are no classes_: the target of fit was none, or a number")
        return self._fitted.class_target
