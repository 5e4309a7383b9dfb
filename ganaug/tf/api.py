"""Synthetic rows inside tf.data pipelines and Keras models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..data.targets import ClassTarget, Target
from ..data.validation import check_count, check_real
from ..model import GenerativeModel, HoldsModel
from ..plain import Int64Array, RandomState
from ..teaching.teacher import Teacher, TeacherLike, asked_as_it_is

if TYPE_CHECKING:
    from .labels import Rotation
    from .streams import Source

Apply = Callable[[Any], Any]
Labels = Literal["balanced"] | Mapping[Any, float] | None
EXACT_TO = 10**6
"""Shares are rounded to one part in so many."""


class DatasetMixin(HoldsModel):
    """Faces of an augmenter towards tf.data and Keras.

    Their rows come straight from the generator, many times as fast as those that are chosen among candidates; with
    ``refine=True`` each row is chosen, as by `GANAugmenter.sample`. Numbers, strings and booleans have the dtypes that
    ``tf.data.Dataset.from_tensor_slices(dict(X))`` gives; a missing value is NaN in numbers (so integers with missing
    values are float64) and ``""`` in strings. Datetimes and timedeltas are int64 in units of their dtype, datetimes
    since 1970 in UTC, missing ones the smallest int64, as in ``column.astype("int64")``; dates are seconds.

    Rows are drawn in NumPy, by ``tf.numpy_function``, in the process that runs the pipeline.
    """

    ratio: Any

    def as_dataset(
        self,
        batch_size: int | None = None,
        *,
        labels: Labels = None,
        num_batches: int | None = None,
        seed: RandomState = None,
        refine: bool = False,
        teacher: TeacherLike | Teacher | None = None,
    ) -> Any:
        """An endless `tf.data.Dataset` of synthetic rows.

        Parameters
        ----------
        batch_size : int or None, default=None
            None gives single rows.
        labels : None, "balanced" or dict, default=None
            How frequent the labels are: as in training, all alike, or {label: share} with shares that sum to 1.
        num_batches : int or None, default=None
            Ends the dataset after so many elements.
        seed : int, RandomState instance or None, default=None
            An int gives the same rows in each program, other ones in each iteration. None takes what `random_state`
            makes of the augmenter's calls, as `sample` does. ``tf.random.set_seed`` has its part in it, as in all
            random datasets of TensorFlow.
        refine : bool, default=False
            Whether each row is chosen among several candidates, if the augmenter was fitted to do so.
        teacher : estimator, callable or None, default=None
            Who labels synthetic rows, fitted already: a model, or the `teacher_` of an
            :class:`ganaug.AugmentedClassifier`. The labels are then its probabilities in the order of `classes_`, or
            its numbers.

        Returns
        -------
        tf.data.Dataset
            Of (x, y), or of x if fitted without a target. x is a matrix if fitted on an array or if all columns are
            numbers, else a dict of columns.

        Raises
        ------
        ValueError, TypeError
            For unknown labels, shares that do not sum to 1, and columns whose values no tensor can hold.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True)
        >>> augmenter = GANAugmenter(steps=20, random_state=0).fit(X, y)
        >>> dataset = augmenter.as_dataset(30, labels="balanced", num_batches=2, seed=0)
        >>> [(x.shape, sorted(y.numpy()).count(2)) for x, y in dataset]
        [(TensorShape([30, 4]), 10), (TensorShape([30, 4]), 10)]
        """
        rows = None if batch_size is None else _at_least_one(batch_size, "batch_size")
        count = None if num_batches is None else check_count(num_batches, "num_batches")
        model = self._fitted
        parts = _shares(model, labels)
        from . import streams

        own = model.seeds.next(seed)
        return streams.stream(_source(model, refine, teacher), _rotation(parts, own), rows, count, own)

    def enlarge(
        self,
        ratio: float | None = None,
        *,
        labels: Labels = None,
        synthetic_weight: float | None = None,
        seed: RandomState = None,
        refine: bool = False,
        teacher: TeacherLike | Teacher | None = None,
    ) -> Apply:
        """For ``dataset.apply(...)``: adds synthetic rows.

        They are spread evenly over the dataset, and look like its elements: (x, y) or (x, y, weight), where x is a
        matrix or a dict of columns and y the label, its place in `classes_`, or one-hot in their order, of single rows
        or of batches. Single rows are added between single rows; to batches, batches of their size are added, and
        the rows of a real batch are shuffled with those of the synthetic ones that follow from it.

        Parameters
        ----------
        ratio : float or None, default=None
            Synthetic rows per real row; after topping up, with ``labels="balanced"``. None is the augmenter's `ratio`,
            with ``labels="balanced"`` 0.
        labels : None, "balanced" or dict, default=None
            Labels of the rows added. "balanced" tops every class up to the size of the largest, given that classes are
            as frequent in the dataset as in the augmenter's training data: for these very rows, the classes come out
            equally large. None adds labels as frequent as in training, a dict of {label: share} as it says.
        synthetic_weight : float or None, default=None
            Gives elements a sample weight, 1 for real rows and this for synthetic ones. Elements that have weights
            keep them, and synthetic ones get 1 if this is None. Classes that were topped up weigh less than the others
            if it is below 1.
        seed : int, RandomState instance or None, default=None
            As in `as_dataset`.
        refine : bool, default=False
            Whether each row is chosen among several candidates, if the augmenter was fitted to do so.
        teacher : estimator, callable or None, default=None
            Who labels synthetic rows, fitted already: a model, or the `teacher_` of an
            :class:`ganaug.AugmentedClassifier`. Elements must have one-hot labels of a floating dtype, in
            whose place come its probabilities, or floating-point numbers.

        Returns
        -------
        callable
            From dataset to dataset. The cardinality grows accordingly where it is known.

        Raises
        ------
        TypeError
            When applied: if elements are not as described above.
        ValueError
            For unknown labels and shares that do not sum to 1.

        Examples
        --------
        >>> import tensorflow as tf
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = (part[:60] for part in load_iris(return_X_y=True))
        >>> augmenter = GANAugmenter(steps=20, random_state=0).fit(X, y)
        >>> augmenter.class_counts_
        {0: 50, 1: 10}
        >>> dataset = tf.data.Dataset.from_tensor_slices((X, y)).apply(augmenter.enlarge(labels="balanced", seed=0))
        >>> int(dataset.cardinality()), sum(int(y) for _, y in dataset)
        (100, 50)
        """
        model = self._fitted
        balanced = _is_balanced(labels)
        if ratio is None:
            ratio = 0.0 if balanced else self.ratio
        ratio = check_real(ratio, "ratio")
        if synthetic_weight is not None:
            synthetic_weight = check_real(synthetic_weight, "synthetic_weight")
            if model.target is None:
                raise ValueError("synthetic_weight needs elements of (x, y), but the augmenter was fitted without y")
        if balanced:
            parts, per_row = _topping_up(_need_classes(model.target, labels).counts, ratio)
        else:
            parts, per_row = _shares(model, labels), ratio
        from . import streams

        own = model.seeds.next(seed)
        addition = streams.Enlargement(_rotation(parts, own), per_row, synthetic_weight)
        return streams.enlarge(_source(model, refine, teacher), addition, own)

    def mix(
        self,
        p: float = 0.3,
        *,
        seed: RandomState = None,
        refine: bool = False,
        teacher: TeacherLike | Teacher | None = None,
    ) -> Apply:
        """For ``dataset.apply(...)``: replaces rows by synthetic ones of the same label.

        Labels, weights, order and cardinality stay as they are, but for labels that a teacher gives. Elements may look
        as `enlarge` describes.

        Parameters
        ----------
        p : float, default=0.3
            Probability of a row to be replaced.
        seed : int, RandomState instance or None, default=None
            As in `as_dataset`: the same in each program, also under parallel maps, other rows in each iteration.
        refine : bool, default=False
            Whether each row is chosen among several candidates, if the augmenter was fitted to do so.
        teacher : estimator, callable or None, default=None
            Who labels synthetic rows, as in `enlarge`.

        Returns
        -------
        callable
            From dataset to dataset.

        Examples
        --------
        >>> import tensorflow as tf
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True)
        >>> augmenter = GANAugmenter(steps=20, random_state=0).fit(X, y)
        >>> real = tf.data.Dataset.from_tensor_slices((X, y)).batch(50)
        >>> mixed = real.apply(augmenter.mix(0.5, seed=0))
        >>> mixed.element_spec == real.element_spec, int(mixed.cardinality())
        (True, 3)
        """
        model, p = self._fitted, _share(p)
        from . import streams

        return streams.mix(_source(model, refine, teacher), p, model.seeds.next(seed))

    def map_fn(
        self,
        p: float = 0.3,
        *,
        seed: RandomState = None,
        refine: bool = False,
        teacher: TeacherLike | Teacher | None = None,
    ) -> Callable[..., Any]:
        """For ``dataset.map(...)``: like `mix`, for one batch at a time.

        What is drawn follows from the seed and the batch itself, so parallel maps give the same result each time. A
        batch that comes again unchanged is given the same rows again: shuffle before batching, or use `mix`, to see
        other rows in each epoch. Single rows are refused: each would be replaced in every epoch, or never.

        Parameters
        ----------
        p : float, default=0.3
            Probability of a row to be replaced.
        seed : int, RandomState instance or None, default=None
        refine : bool, default=False
            Whether each row is chosen among several candidates, if the augmenter was fitted to do so.
        teacher : estimator, callable or None, default=None
            Who labels synthetic rows, as in `enlarge`.

        Returns
        -------
        callable
            Takes the parts of an element, returns the element.

        Examples
        --------
        >>> import tensorflow as tf
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True)
        >>> augmenter = GANAugmenter(steps=20, random_state=0).fit(X, y)
        >>> real = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(150, seed=0).batch(50)
        >>> mixed = real.map(augmenter.map_fn(0.5, seed=0), num_parallel_calls=tf.data.AUTOTUNE)
        >>> mixed.element_spec == real.element_spec
        True
        """
        model, p = self._fitted, _share(p)
        from . import streams

        return streams.map_fn(_source(model, refine, teacher), p, model.seeds.next(seed))

    def as_layer(self, p: float = 0.3, *, seed: RandomState = None, refine: bool = False) -> Any:
        """A Keras layer that replaces rows by synthetic ones of the same label in training, and else does nothing.

        It is called with [x, y] or (x, y), since a synthetic row is made for a label, and returns the same; x may be a
        matrix or a dict of columns, and y whatever `enlarge` takes. Fitted without y, it is called with x alone. The
        layer holds copies of all it needs: a model that was saved with it can be loaded wherever ganaug is installed,
        after ``import ganaug.keras``, which tells Keras of the layer.

        Parameters
        ----------
        p : float, default=0.3
            Probability of a row to be replaced.
        seed : int, RandomState instance or None, default=None
        refine : bool, default=False
            Whether each row is chosen among several candidates, if the augmenter was fitted to do so.

        Returns
        -------
        keras.layers.Layer
            Not trainable.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True)
        >>> augmenter = GANAugmenter(steps=20, random_state=0).fit(X, y)
        >>> layer = augmenter.as_layer(0.5, seed=0)
        >>> x, label = layer([X[:10], y[:10]], training=True)
        >>> int((x.numpy() != X[:10]).any(1).sum()), bool((layer([X, y])[0] == X).numpy().all())
        (5, True)
        """
        model, p = self._fitted, _share(p)
        from .layer import SyntheticMix

        return SyntheticMix.of(model, p, model.seeds.next(seed), refine=refine)


def _source(model: GenerativeModel, refine: bool, teacher: TeacherLike | Teacher | None = None) -> Source:
    from .streams import Source

    if teacher is None:
        return Source(model, refine)
    if model.target is None:
        raise ValueError("teacher labels rows, but the augmenter was fitted without y")
    return Source(model, refine, asked_as_it_is(teacher, model.target.classes))


def _need_classes(target: Target | None, labels: Labels) -> ClassTarget:
    if target is None:
        raise ValueError(f"labels={labels!r}, but the augmenter was fitted without y")
    if not isinstance(target, ClassTarget):
        raise ValueError(f"labels={labels!r} needs classes, but y is a number: leave it None")
    return target


def _shares(model: GenerativeModel, labels: Labels) -> Int64Array:
    """How often each code comes, from {label: share}, or from training for None."""
    if labels is None:
        return np.ones(1, np.int64) if model.target is None else model.target.parts
    target = _need_classes(model.target, labels)
    if _is_balanced(labels):
        return np.ones_like(target.counts)
    if not isinstance(labels, Mapping):
        raise ValueError(f"labels={labels!r} must be None, 'balanced' or a dict of {{label: share}}")
    codes = target.encode(pd.Series(list(labels), dtype=object)).codes[:, 0]
    shares = np.array([check_real(share, f"labels[{label!r}]") for label, share in labels.items()])
    if abs(shares.sum() - 1) > 1 / EXACT_TO:
        raise ValueError(f"the shares in labels sum to {shares.sum():g}, not to 1: {dict(labels)}")
    parts = np.zeros(len(target.counts), np.int64)
    parts[codes] = np.rint(shares * EXACT_TO)
    return parts


def _is_balanced(labels: Labels) -> bool:
    return isinstance(labels, str) and labels == "balanced"


def _topping_up(counts: Int64Array, ratio: float) -> tuple[Int64Array, float]:
    """Shares of the classes among the rows that are added, and how many of these there are for each real row."""
    missing = (1 + ratio) * counts.max() - counts
    parts = np.rint(missing * EXACT_TO / missing.sum()) if ratio else missing
    return parts.astype(np.int64), float(missing.sum() / counts.sum())


def _rotation(parts: Int64Array, seed: int) -> Rotation:
    from .labels import Rotation

    return Rotation(tuple(parts.tolist()), seed)


def _at_least_one(value: int, name: str) -> int:
    if check_count(value, name) < 1:
        raise ValueError(f"{name}={value} must be at least 1")
    return int(value)


def _share(p: float) -> float:
    if check_real(p, "p") > 1:
        raise ValueError(f"p={p!r} is a probability: at most 1")
    return float(p)
