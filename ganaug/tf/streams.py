"""Datasets of synthetic rows, and datasets that they are added to or mixed into.

Rows come from the sampler that `sample` takes, by ``tf.numpy_function``. Nothing is drawn from a state that parallel
calls could race for: each element is zipped with its number and with a random one that a seeded dataset gives anew in
each iteration, and from these two all that is random about it follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns.layout import Encoded
from ..modality.protocols import Tensor
from ..modality.tracing import without_autograph
from ..model import GenerativeModel
from ..plain import AnyArray
from ..tensorflow import tf
from .calls import CALLS
from .elements import Element, Form, as_parts, bare, form_of, like, native, rowwise
from .labels import LabelForm, Rotation

Dataset = Any
Apply = Callable[[Dataset], Dataset]
BLOCKS = 4
"""Of the sampler, drawn at once where elements are small: more would wait longer for the first, fewer cost more."""
SEEDS = 2**30


@dataclass(frozen=True)
class Source:
    """Draws rows for elements.

    Parameters
    ----------
    model : GenerativeModel
    refine : bool
        Whether each row is chosen among candidates.
    teacher : callable or None
        Labels rows; None leaves them the labels that they were made for.
    """

    model: GenerativeModel
    refine: bool
    teacher: Callable[[Any], AnyArray] | None = None

    @property
    def at_once(self) -> int:
        """Rows that are drawn at once where elements are small."""
        return BLOCKS * self.model.modality.block_rows

    def rows(
        self, form: Form, labels: Rotation, start: Tensor, count: Tensor, seeds: list[Tensor], beside: Element = ()
    ) -> Element:
        """A batched element without weights: `count` rows, with labels from number `start` on, for real ones beside."""

        def draw(start: AnyArray, count: AnyArray, *seeds: AnyArray) -> list[AnyArray]:
            rng = np.random.default_rng([int(seed) for seed in seeds])
            codes, target = labels.codes(int(start), int(count)), self.model.target
            condition = Encoded.none(len(codes)) if target is None else target.somewhere(codes, rng)
            encoded, seed = self._encoded(condition, rng)
            own = [] if form.label is None else [self._labels(form.label, encoded, condition)]
            return [*form.features(encoded, condition, seed), *own]

        *flat, last = _called(draw, [start, count, *seeds], form.made, form.watched(beside) if beside else ())
        return self._packed(form, [*flat, last]) if form.label is None else (*self._packed(form, flat), last)

    def mixed(self, form: Form, element: Element, p: float, seeds: list[Tensor]) -> Element:
        """A batched element with a share of its rows replaced by synthetic ones of the same labels.

        A teacher says what these labels become.
        """
        parts = element[:1] if self.teacher is None else element[:2]
        real = tf.nest.flatten(parts)
        rows = tf.shape(real[0])[0]

        def draw(y: AnyArray, rows: AnyArray, *seeds: AnyArray) -> list[AnyArray]:
            rng = np.random.default_rng([int(seed) for seed in seeds])
            chosen = np.flatnonzero(rng.random(int(rows)) < p)
            condition = form.condition(y, int(rows)).take(chosen)
            encoded, seed = self._encoded(condition, rng)
            made = [chosen.astype(np.int32)[:, None], *form.features(encoded, condition, seed)]
            if self.teacher is not None and form.label is not None:
                made.append(self._labels(form.label, encoded, condition))
            return made

        y = tf.zeros([0]) if form.label is None else element[1]
        specs = [tf.TensorSpec([None, 1], tf.int32), *form.made[: len(real)]]
        places, *new = _called(draw, [y, rows, *seeds], specs, form.watched(element))
        done = [_replaced(old, places, made) for old, made in zip(real, new, strict=True)]
        return (*tf.nest.pack_sequence_as(parts, done), *element[len(parts) :])

    def checked(self, form: Form) -> Form:
        """The form, if its labels can hold what the teacher says."""
        if self.teacher is not None and (form.label is None or not form.label.takes_opinions):
            raise TypeError(
                "a teacher gives probabilities, or numbers: labels must be one-hot and floating-point, as from "
                "tf.one_hot(y, len(augmenter.classes_)), or floating-point numbers"
            )
        return form

    def _encoded(self, condition: Encoded, rng: np.random.Generator) -> tuple[Any, int]:
        """A row for each condition, and the seed that it was drawn with."""
        sampler = self.model.sampler_of(refine=self.refine)
        seed = int(rng.integers(SEEDS))
        return sampler.just(condition, seed) if len(condition) else self.model.encoder.layout.empty(), seed

    def _labels(self, label: LabelForm, encoded: Any, condition: Encoded) -> AnyArray:
        if self.teacher is None or not len(condition):
            return label.tensor(condition)
        rows = self.model.container.restore(self.model.encoder.decode(encoded, condition))
        return label.written(self.teacher(rows))

    def _packed(self, form: Form, flat: list[Tensor]) -> Element:
        return (tf.nest.pack_sequence_as(form.x, flat),)


def _called(
    function: Callable[..., list[AnyArray]],
    inputs: list[Tensor],
    specs: list[Any],
    watched: Sequence[tuple[Tensor, Callable[[AnyArray], None]]] = (),
) -> list[Tensor]:
    """What a NumPy function gives, as tensors of known shapes; first other tensors are checked."""
    tensors, checks = [tensor for tensor, _ in watched], [check for _, check in watched]

    def checked(*arrays: AnyArray) -> list[AnyArray]:
        for check, array in zip(checks, arrays, strict=False):
            check(array)
        return function(*arrays[len(checks) :])

    given = [*tensors, *inputs]
    made = tf.numpy_function(CALLS.counted(checked), given, [spec.dtype for spec in specs], stateful=False)
    return [tf.ensure_shape(tensor, spec.shape) for tensor, spec in zip(made, specs, strict=True)]


def _replaced(real: Tensor, places: Tensor, new: Tensor) -> Tensor:
    return tf.tensor_scatter_nd_update(real, places, tf.reshape(new, tf.concat([[-1], tf.shape(real)[1:]], 0)))


@dataclass(frozen=True)
class Enlargement:
    """Which rows are added to a dataset.

    Parameters
    ----------
    labels : Rotation
        The codes of their labels, in turn.
    per_row : float
        How many for each real row.
    weight : float or None
        Theirs; None leaves elements without weights as they are, and is 1 in those that have some.
    """

    labels: Rotation
    per_row: float
    weight: float | None

    def until(self, count: Any) -> Any:
        """How many there are for the first `count` real ones, an int or a tensor."""
        if isinstance(count, int):
            return int(count * self.per_row + 0.5)
        return tf.cast(tf.floor(tf.cast(count, tf.float64) * self.per_row + 0.5), tf.int64)


def stream(source: Source, labels: Rotation, batch_size: int | None, count: int | None, seed: int) -> Dataset:
    """An endless dataset of synthetic rows, or its first `count` elements."""
    spec = native(source.model)
    target = source.model.class_target
    if source.teacher is not None and target is not None:
        spec = (spec[0], tf.TensorSpec([len(target.counts)], tf.float32))
    form = source.checked(Form.of(source.model, spec))
    batches = max(source.at_once // batch_size, 1) if batch_size else 1
    rows = batches * batch_size if batch_size else source.at_once

    def make(number: Tensor, random: Tensor) -> Any:
        element = source.rows(form, labels, number * rows, rows, _seeds(seed, number, random))
        shape = [batches, batch_size] if batch_size else [rows]
        return bare(rowwise(element, lambda tensor: tf.reshape(tensor, [*shape, *tensor.shape[1:]])))

    made = _map(_pulse(seed), make).unbatch()
    return made if count is None else made.take(count)


def mix(source: Source, p: float, seed: int) -> Apply:
    """Replaces a share `p` of a dataset's rows."""

    def apply(dataset: Dataset, *more: Any) -> Dataset:
        _check_whole((dataset, *more), "mix")
        form = source.checked(form_of(source.model, dataset))

        def replace(element: Any, pulse: Any) -> Any:
            return like(element, source.mixed(form, as_parts(element), p, _seeds(seed, *pulse)))

        whole = dataset if form.batched else dataset.batch(source.at_once)
        done = _map(tf.data.Dataset.zip(whole, _pulse(seed)), replace)
        return done if form.batched else _counted(done.unbatch(), dataset, lambda rows: rows)

    return without_autograph(apply)


def _check_whole(given: tuple[Any, ...], name: str) -> None:
    """TypeError for a single element."""
    if len(given) > 1 or not isinstance(given[0], tf.data.Dataset):
        raise TypeError(f"{name} makes a function of a whole dataset: say dataset.apply(...), not dataset.map(...)")


def map_fn(source: Source, p: float, seed: int) -> Callable[..., Any]:
    """The same for `Dataset.map`, with the element itself in the place of its number.

    A row by itself would be replaced in every epoch, or in none, and always by the same one: so elements are batches.
    """

    def replace(*element: Any) -> Any:
        if isinstance(element[0], tf.data.Dataset):
            raise TypeError("map_fn makes a function of batches: say dataset.map(...), not dataset.apply(...)")
        specs = rowwise(element, lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype))
        form = source.checked(Form.of(source.model, bare(specs)))
        if not form.batched:
            raise ValueError(
                "map_fn takes batches, since a row by itself would be replaced in every epoch or in none: put batch() "
                "before it, or take dataset.apply(augmenter.mix(p))"
            )
        text = tf.strings.join([tf.io.serialize_tensor(tensor) for tensor in tf.nest.flatten(element)])
        own = [tf.strings.to_hash_bucket_strong(text, SEEDS, [seed, place]) for place in (0, 1)]
        return bare(source.mixed(form, element, p, own))

    return without_autograph(replace)


def enlarge(source: Source, addition: Enlargement, seed: int) -> Apply:
    """Adds rows to a dataset, spread evenly over it: as single rows, or as batches of the size of real ones."""

    def apply(dataset: Dataset, *more: Any) -> Dataset:
        _check_whole((dataset, *more), "enlarge")
        form = source.checked(form_of(source.model, dataset))

        def add(element: Any, pulse: Any) -> Any:
            real, number, seeds = as_parts(element), pulse[0], _seeds(seed, *pulse)
            size = tf.nest.flatten(real)[0].shape[0]
            rows = tf.shape(tf.nest.flatten(real)[0], tf.int64)[0] if size is None else size
            first = number if form.batched else number * source.at_once
            units, each = (1, rows) if form.batched else (rows, 1)
            start, stop = addition.until(first), addition.until(first + units)
            added = (stop - start) * each
            made = source.rows(form, addition.labels, start * each, added, seeds, real)
            if form.weight is not None or addition.weight is not None:
                made = _with_weight(made, form, 1.0 if addition.weight is None else addition.weight, added)
                real = real if form.weight is not None else _with_weight(real, form, 1.0, rows)
            every = _shuffled(real, made, tf.cast(tf.stack(seeds[1:]) % SEEDS, tf.int32))
            if form.batched:
                every = rowwise(every, lambda tensor: tf.reshape(tensor, [1 + stop - start, rows, *tensor.shape[1:]]))
            return like(element, every)

        whole = dataset if form.batched else dataset.batch(source.at_once)
        stacks = _map(tf.data.Dataset.zip(whole, _pulse(seed)), add)
        done = _unstacked(stacks) if form.batched else stacks.unbatch()
        return _counted(done, dataset, lambda count: count + addition.until(count))

    return without_autograph(apply)


def _with_weight(element: Element, form: Form, weight: float, rows: Tensor) -> Element:
    dtype = tf.float32 if form.weight is None else form.weight.dtype
    return (*element, tf.fill([rows], tf.constant(weight, dtype)))


def _shuffled(real: Element, made: Element, seed: Tensor) -> Element:
    """Rows of both, in random order."""
    every = tuple(
        tf.nest.map_structure(lambda *both: tf.concat(both, 0), *pair, check_types=False)
        for pair in zip(real, made, strict=True)
    )
    order = tf.argsort(tf.random.stateless_uniform([tf.shape(tf.nest.flatten(every)[0])[0]], seed), stable=True)
    return rowwise(every, lambda tensor: tf.gather(tensor, order))


def _map(dataset: Dataset, function: Any) -> Dataset:
    return dataset.map(without_autograph(function), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _unstacked(dataset: Dataset) -> Dataset:
    """What `unbatch` gives, which crashes the process where the batches of a stack have no rows."""
    whole = not isinstance(dataset.element_spec, tuple)
    slices = tf.data.Dataset.from_tensor_slices
    return dataset.flat_map(without_autograph(lambda *parts: slices(parts[0] if whole else parts)))


def _pulse(seed: int) -> Dataset:
    """Numbers of elements, each with a random one that is another in each iteration."""
    random = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip(tf.data.Dataset.counter(), random)


def _seeds(seed: int, number: Tensor, random: Tensor) -> list[Tensor]:
    return [tf.constant(seed, tf.int64), number, random]


def _counted(done: Dataset, dataset: Dataset, count: Callable[[int], int]) -> Dataset:
    """`done` with the cardinality that follows from that of `dataset`, where it has one."""
    found = tf.get_static_value(dataset.cardinality())
    if found is None or found == tf.data.UNKNOWN_CARDINALITY:  # None in a graph
        return done
    rows = int(found)
    return done.apply(tf.data.experimental.assert_cardinality(rows if rows < 0 else count(rows)))
