"""Real rows as they would be in another class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, overload

import numpy as np
import pandas as pd

from ..columns.layout import Encoded
from ..data.seeds import seeds_from
from ..data.targets import ClassTarget, encoded_classes
from ..modality.base import Translation
from ..model import GenerativeModel, HoldsModel
from ..models import model_for
from ..plain import Float64Array, MatrixLike, RandomState, SameTable, VectorLike

Goal: TypeAlias = Any
"""A label, or one for each row."""
FAMILIES = ("boosting", "extra-trees")
SEQUENCES = (list, np.ndarray, pd.Series, pd.Index, pd.api.extensions.ExtensionArray)
"""Of labels; a tuple may be a label itself."""
ROWS = 6_000
LEAST = 300
"""Generated rows that classes are told apart by: in all, and of each class."""


class TranslationMixin(HoldsModel):
    """What an augmenter makes of rows of another class."""

    @overload
    def translate(
        self,
        X: SameTable,
        y: VectorLike,
        *,
        to: Goal,
        keep: Sequence[Any] | None = None,
        random_state: RandomState = None,
    ) -> SameTable: ...
    @overload
    def translate(
        self,
        X: MatrixLike,
        y: VectorLike,
        *,
        to: Goal,
        keep: Sequence[Any] | None = None,
        random_state: RandomState = None,
    ) -> Any: ...
    def translate(
        self,
        X: MatrixLike,
        y: VectorLike,
        *,
        to: Goal,
        keep: Sequence[Any] | None = None,
        random_state: RandomState = None,
    ) -> Any:
        """Real rows as they would be in another class.

        A row of a table becomes the nearest row of the other class that can be believed: it changes in as few columns
        as it takes to be taken for that class, all rules kept. An image becomes the nearest of many that the
        generator makes of the other class and that are surely recognised as such.

        Parameters
        ----------
        X, y : as in `fit`
            Rows and their labels. They may be others than those of `fit`.
        to : label, or array-like of shape (n_samples,)
            The class that rows are to be of; one for all, or one for each. Rows that are of it already stay.
        keep : sequence or None, default=None
            Columns of a table that must not change, such as age or place.
        random_state : int, RandomState instance or None, default=None
            As in `sample`.

        Returns
        -------
        X : of the container, columns and dtypes that it was given in

        Raises
        ------
        ValueError, TypeError
            For labels and columns that are unknown, and an augmenter that was fitted without classes.

        Warns
        -----
        DataWarning
            If rows are not taken for the class, however much of them is changed. They come as near as they can, and
            stay as they are where every change breaks a rule.

        Notes
        -----
        What tells the classes apart is learnt from generated rows, so a translated row says what the generator believes
        of the classes, and no more. It is no proof that the change would cause the class. It is still about the person
        whose row it was: names and keys, those that fit warns of, stay, also with ``identifiers="fake"``.

        References
        ----------
        Wachter, Mittelstadt, Russell (2018). Counterfactual explanations without opening the black box. Harvard JOLT.
        Poyiadzi et al. (2020). FACE: feasible and actionable counterfactual explanations. AIES.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> augmenter = GANAugmenter(steps=200, random_state=0).fit(X, y)
        >>> made = augmenter.translate(X[50:60], y[50:60], to=0, keep=["sepal width (cm)"], random_state=0)
        >>> changed = (made != X[50:60]).sum(axis=1)
        >>> 1 <= int(changed.min()) and int(changed.max()) <= 3
        True
        >>> bool((made["sepal width (cm)"] == X["sepal width (cm)"][50:60]).all())
        True
        """
        return translated(self._fitted, X, y, to, keep, random_state)


def translated(
    model: GenerativeModel,
    X: MatrixLike,
    y: VectorLike,
    to: object,
    keep: Sequence[Any] | None,
    random_state: RandomState,
) -> Any:
    """See :meth:`ganaug.GANAugmenter.translate`."""
    target = model.class_target
    if target is None:
        raise ValueError("translate turns rows of one class into another: fit the augmenter with classes as y")
    if model.embedding is not None:
        raise ValueError("features cannot be translated: leave encoder=None")
    data, container = model.matching(X)
    labels = model.labels(y, len(data))
    if isinstance(to, np.ndarray) and not to.ndim:  # one label
        to = to[()]
    goals = list(to) if isinstance(to, SEQUENCES) else [to] * len(data)
    if len(goals) != len(data):
        raise ValueError(f"to has {len(goals)} labels, and X {len(data)} rows: give one label, or one for each row")
    codes = [target.encode(pd.Series(part, dtype=object)).codes[:, 0] for part in (list(labels), goals)]
    moved = np.flatnonzero(codes[0] != codes[1])
    if not len(moved):
        return container.restore(data)
    # Rows that others are changed towards are none that the recogniser learnt: of those it would be sure too soon.
    seed, learnt = seeds_from(model.seeds.next(random_state), 2).tolist()

    def drawn(condition: Encoded, seed: int) -> Any:
        return model.encoder.without_names(model.encoder.decode(model.sampler.rows(condition, seed), condition))

    made = model.modality.translated(
        Translation(
            encoder=model.encoder,
            chooser=model.chooser,
            data=data.iloc[moved].reset_index(drop=True) if isinstance(data, pd.DataFrame) else data[moved],
            wanted=encoded_classes(codes[1][moved].astype(np.int32)),
            keep=() if keep is None else (keep,) if isinstance(keep, str) else tuple(keep),
            seed=seed,
            drawn=drawn,
            recogniser=lambda: _recogniser(target, drawn, learnt),
        )
    )
    return container.replaced(data, made, moved, X)


def _recogniser(
    target: ClassTarget, drawn: Callable[[Encoded, int], pd.DataFrame], seed: int
) -> Callable[[pd.DataFrame], Float64Array]:
    """How probable each class is of rows, as two kinds of trees learnt it together of generated rows.

    Classes weigh as much as they are frequent. What one model takes for a class by a cut of its own, others do not.
    """
    share = target.counts / target.counts.sum()
    sizes = np.maximum(np.rint(share * ROWS), LEAST).astype(int)
    codes = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    rows = drawn(encoded_classes(codes), seed)
    weight, models = (share / sizes)[codes] * len(codes), []
    for family in FAMILIES:
        model = model_for(rows, family, classes=True)
        model[-1].set_params(random_state=seed % 2**31)
        models.append(model.fit(rows, codes, **{f"{model.steps[-1][0]}__sample_weight": weight}))
    return lambda asked: np.mean([model.predict_proba(asked) for model in models], axis=0, dtype=np.float64)
