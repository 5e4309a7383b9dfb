"""`report` of an augmenter: its evaluation, next to the rows that it was fitted to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..data.datasets import arrays_of
from ..data.embedding import Embedded, EncoderLike
from ..data.validation import check_target
from ..model import GenerativeModel, HoldsModel
from ..plain import RandomState, Verbose
from .base import Assessed

if TYPE_CHECKING:
    from .evaluation import Evaluation


Rows = tuple[pd.DataFrame, Any]


class ReportMixin(HoldsModel):
    """What a fitted augmenter says about itself."""

    categorical_features: Any
    _rows_seen: tuple[pd.DataFrame, Any]

    def report(
        self,
        X_test: Any,
        y_test: Any = None,
        *,
        X_train: Any = None,
        y_train: Any = None,
        n: int | None = None,
        assessment: Assessed | None = None,
        max_rows: int = 20_000,
        encoder: EncoderLike = None,
        random_state: RandomState = None,
        verbose: Verbose = "auto",
    ) -> Evaluation:
        """Measure how good the fit is, on real rows that were held out; see :func:`ganaug.evaluate`.

        Parameters
        ----------
        X_test, y_test : as in `fit`
            Rows that the augmenter has not seen; `y_test` if it was fitted with labels.
        X_train, y_train : as in `fit`, default=None
            The rows that it was fitted to. None takes those of `fit`, which the augmenter remembers as long as it is in
            memory. It does not save or pickle them: give them after :func:`ganaug.load`, and in another process.
        n : int or None, default=None
            Synthetic rows to draw; None draws as many as there are training rows.
        assessment : Assessment or None, default=None
            From :func:`ganaug.assess`, for ratio and response.
        max_rows : int, default=20000
            As in :func:`ganaug.evaluate`.
        encoder : keras.Model, callable, transformer or None, default=None
            As in :func:`ganaug.evaluate`, for images.
        random_state : int, RandomState instance or None, default=None
            An int gives the same rows and figures each time.
        verbose : {"auto", True, False} or int, default="auto"
            Whether to show a progress bar.
            "auto" shows it in a terminal or notebook when the work takes longer than five seconds.

        Returns
        -------
        Evaluation
            With the training curves of `history_`. Columns that ``identifiers="fake"`` makes anew are left out.

        Warns
        -----
        DataWarning
            If test rows are training rows, on which privacy and detection cannot be judged.

        Raises
        ------
        ValueError, TypeError
            If the training rows are not known, or the tables do not go together.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.model_selection import train_test_split
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True)
        >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=y)
        >>> found = GANAugmenter(steps=50, random_state=0).fit(X, y).report(X_test, y_test, random_state=0)
        >>> found.about["synthetic_rows"]
        112
        """
        from .evaluate import evaluate

        model = self._fitted
        (X_test, y_test), (X_train, y_train) = arrays_of(X_test, y_test), arrays_of(X_train, y_train)
        has_target = model.target is not None
        if has_target and y_test is None:
            raise ValueError("the augmenter was fitted with y: give the labels of the test rows, y_test, too")
        if not has_target and not (y_test is None and y_train is None):
            raise ValueError("the augmenter was fitted without y: leave y_test and y_train out, or fit it with labels")
        if X_train is not None:
            if has_target and y_train is None:
                raise ValueError("the augmenter was fitted with y: give the labels of the training rows, y_train, too")
            known = _named(model, X_train, y_train)
        elif y_train is not None:
            raise ValueError("y_train without X_train: give both, or neither")
        elif hasattr(self, "_rows_seen"):
            known = self._rows_seen
        else:
            raise ValueError(
                "this augmenter was loaded or copied, and does not carry the rows it was fitted to: give them as "
                "X_train and y_train"
            )
        test = _named(model, X_test, y_test)
        made = model.sample(len(known[0]) if n is None else n, random_state=random_state)
        codes = self.categorical_features
        if model.encoder.dropped or model.encoder.faked:
            codes = codes if isinstance(codes, str) else [name for name in codes if name in _learnt(model, known)[0]]
        synthetic = _named(model, *_as_drawn(model, made if has_target else (made, None)))
        found = evaluate(
            _learnt(model, known),
            _learnt(model, test),
            _learnt(model, synthetic),
            categorical_features=codes,
            target_type=("number" if model.class_target is None else "classes") if has_target else "auto",
            max_rows=max_rows,
            encoder=encoder,
            history=model.history,
            assessment=assessment,
            random_state=random_state,
            verbose=verbose,
        )
        return replace(found, rules=_rules(model, test, synthetic))

    def _remember(self, table: pd.DataFrame, labels: pd.Series | None) -> None:
        self._rows_seen = table, labels

    def __getstate__(self) -> Any:
        """Without training rows, which are nobody else's business."""
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_rows_seen"}


def _rules(model: GenerativeModel, held_out: Rows, synthetic: Rows) -> pd.DataFrame:
    """The rules, and how many rows break them."""
    rules = pd.DataFrame(
        [{"rule": rule.text, "kind": rule.kind, "support": rule.support} for rule in model.encoder.rules]
    )
    for name, (table, labels) in (("held_out_broken", held_out), ("synthetic_broken", synthetic)):
        target = model.class_target
        codes = None if target is None or labels is None else target.encode(labels).codes[:, 0]
        rules[name] = np.array(model.encoder.broken(table, codes), int)
    return rules


def _as_drawn(model: GenerativeModel, made: tuple[Any, Any]) -> tuple[Any, Any]:
    """Generated rows and labels, with features marked as such, lest they are embedded again."""
    X, y = made
    embedding = model.embedding
    return (X if embedding is None or embedding.gives_rows else Embedded(X, X, embedding)), y


def _named(model: GenerativeModel, X: Any, y: Any = None) -> tuple[pd.DataFrame, Any]:
    """Rows with the columns, and labels with the name, that `fit` saw."""
    table, _ = model.matching(X)
    if y is None or model.target is None:
        return table, None
    return table, check_target(y, len(table))[0].rename(model.target.name)


def _learnt(model: GenerativeModel, rows: tuple[pd.DataFrame, Any]) -> tuple[pd.DataFrame, Any]:
    """Rows without the columns that are made anew, which have nothing to do with real ones."""
    table, labels = rows
    if not model.encoder.faked:
        return model.container.restore(table) if isinstance(table, np.ndarray) else table, labels
    kept = [place for place in range(table.shape[1]) if place not in model.encoder.faked]
    return (table.iloc[:, kept] if kept else table), labels
