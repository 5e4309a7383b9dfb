"""Datasets of synthetic rows, and datasets that they are added to or mixed into.

Nothing is drawn from a state that parallel calls could race for: each element is zipped with its number and with a
random one that a seeded dataset gives anew in each iteration, and from these two all that is random about it follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ..blueprint import Blueprint, ImageBlueprint
from .conditions import Rotation, drawn_condition
from .drawing import built, drawn, frozen
from .elements import Form, native, rowwise
from .graph import plain
from .state import GeneratorState

Tensor = Any
Dataset = Any
BLOCK = 256
"""Rows drawn at once where elements are single rows."""
SEEDS = 2**30


@dataclass(frozen=True)
class Source:
    """Draws rows inside a graph.

    Parameters
    ----------
    generator : callable
        [noise, condition] -> raw output.
    latent : tuple of int
        Shape of a row's noise.
    """

    blueprint: Blueprint | ImageBlueprint
    generator: Any
    latent: tuple[int, ...]

    @classmethod
    def of(cls, blueprint: Blueprint | ImageBlueprint, state: GeneratorState) -> Source:
        model = built(state)
        return cls(blueprint, frozen(model), tuple(model.inputs[0].shape[1:]))

    def features(self, form: Form, condition: tuple[Tensor, Tensor], seed: Tensor) -> Any:
        """x of one row for each condition."""
        return form.features(*drawn(self.blueprint.layout, self.generator, self.latent, *condition, seed))

    def rows(self, form: Form, codes: Tensor, seed: Tensor) -> tuple[Any, ...]:
        """A batched element without weights, of one row for each code of a label."""
        seeds = tf.random.split(seed, 2)
        condition = drawn_condition(self.blueprint.target, codes, seeds[0])
        x = self.features(form, condition, seeds[1])
        return (x,) if form.label is None else (x, form.labels(*condition))

    def mixed(self, form: Form, element: tuple[Any, ...], p: float, seed: Tensor) -> tuple[Any, ...]:
        """A batched element with a share of its rows replaced by synthetic ones of the same labels."""
        seeds = tf.random.split(seed, 2)
        condition = form.condition(element)
        new = self.features(form, condition, seeds[0])
        chosen = tf.random.stateless_uniform([tf.shape(condition[0])[0]], seeds[1]) < p

        def either(made: Tensor, real: Tensor) -> Tensor:
            return tf.where(tf.reshape(chosen, [-1, *[1] * (len(real.shape) - 1)]), made, real)

        return (tf.nest.map_structure(either, new, element[0], check_types=False), *element[1:])


@dataclass(frozen=True)
class Addition:
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
    spec, rows = native(source.blueprint), batch_size or BLOCK
    form = Form.of(source.blueprint, spec if len(spec) > 1 else spec[0])

    def make(number: Tensor, random: Tensor) -> Any:
        element = source.rows(form, labels.codes(number * rows, rows), _seed(number, random))
        return _bare(rowwise(element, lambda tensor: tf.ensure_shape(tensor, [rows, *tensor.shape[1:]])))

    made = _map(_pulse(seed), make)
    if batch_size is None:
        made = made.unbatch()
    return made if count is None else made.take(count)


def mix(source: Source, p: float, seed: int) -> Callable[[Dataset], Dataset]:
    """Replaces a share `p` of a dataset's rows."""

    def apply(dataset: Dataset) -> Dataset:
        form = Form.of(source.blueprint, dataset.element_spec)

        def replace(element: Any, pulse: Any) -> Any:
            return _bare(source.mixed(form, _parts(element), p, _seed(*pulse)))

        whole = dataset if form.batched else dataset.batch(BLOCK)
        done = _map(tf.data.Dataset.zip(whole, _pulse(seed)), replace)
        return done if form.batched else _counted(done.unbatch(), dataset, lambda rows: rows)

    return apply


def map_fn(source: Source, p: float, seed: int) -> Callable[..., Any]:
    """The same for `Dataset.map`, with the element itself in the place of its number."""

    def replace(*element: Any) -> Any:
        specs = rowwise(element, lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype))
        form = Form.of(source.blueprint, _bare(specs))
        text = tf.strings.join([tf.io.serialize_tensor(tensor) for tensor in tf.nest.flatten(element)])
        own = [tf.strings.to_hash_bucket_strong(text, SEEDS, [seed, place]) for place in (0, 1)]
        if form.batched:
            return _bare(source.mixed(form, element, p, _seed(*own)))
        batch = rowwise(element, lambda tensor: tensor[None])
        return _bare(rowwise(source.mixed(form, batch, p, _seed(*own)), lambda tensor: tensor[0]))

    return plain(replace)


def enlarge(source: Source, addition: Addition, seed: int) -> Callable[[Dataset], Dataset]:
    """Adds rows to a dataset, spread evenly over it: as single rows, or as batches of the size of real ones."""

    def apply(dataset: Dataset) -> Dataset:
        form = Form.of(source.blueprint, dataset.element_spec)

        def add(element: Any, pulse: Any) -> Any:
            real, number, seed = _parts(element), pulse[0], _seed(*pulse)
            size = tf.nest.flatten(real)[0].shape[0]
            rows = tf.shape(tf.nest.flatten(real)[0], tf.int64)[0] if size is None else size
            first = number if form.batched else number * BLOCK
            units, each = (1, rows) if form.batched else (rows, 1)
            start, stop = addition.until(first), addition.until(first + units)
            added, seeds = (stop - start) * each, tf.random.split(seed, 2)
            made = source.rows(form, addition.labels.codes(start * each, added), seeds[0])
            if form.weight is not None or addition.weight is not None:
                made = _with_weight(made, form, 1.0 if addition.weight is None else addition.weight, added)
                real = real if form.weight is not None else _with_weight(real, form, 1.0, rows)
            every = _shuffled(real, made, seeds[1])
            if form.batched:
                every = rowwise(every, lambda tensor: tf.reshape(tensor, [-1, rows, *tensor.shape[1:]]))
            return _bare(every)

        whole = dataset if form.batched else dataset.batch(BLOCK)
        done = _map(tf.data.Dataset.zip(whole, _pulse(seed)), add).unbatch()
        return _counted(done, dataset, lambda count: count + addition.until(count))

    return apply


def _with_weight(element: tuple[Any, ...], form: Form, weight: float, rows: Tensor) -> tuple[Any, ...]:
    dtype = tf.float32 if form.weight is None else form.weight.dtype
    return (*element, tf.fill([rows], tf.constant(weight, dtype)))


def _shuffled(real: tuple[Any, ...], made: tuple[Any, ...], seed: Tensor) -> tuple[Any, ...]:
    """Rows of both, in random order."""
    every = tuple(
        tf.nest.map_structure(lambda *both: tf.concat(both, 0), *pair, check_types=False)
        for pair in zip(real, made, strict=True)
    )
    order = tf.argsort(tf.random.stateless_uniform([tf.shape(tf.nest.flatten(every)[0])[0]], seed), stable=True)
    return rowwise(every, lambda tensor: tf.gather(tensor, order))


def _map(dataset: Dataset, function: Any) -> Dataset:
    return dataset.map(plain(function), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _pulse(seed: int) -> Dataset:
    """Numbers of elements, each with a random one that is another in each iteration."""
    random = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip(tf.data.Dataset.counter(), random)


def _seed(one: Tensor, other: Tensor) -> Tensor:
    return tf.cast(tf.stack([one % SEEDS, other % SEEDS]), tf.int32)


def _counted(done: Dataset, dataset: Dataset, count: Callable[[int], int]) -> Dataset:
    """`done` with the cardinality that follows from that of `dataset`, where it has one."""
    rows = int(dataset.cardinality())
    if rows == tf.data.UNKNOWN_CARDINALITY:
        return done
    return done.apply(tf.data.experimental.assert_cardinality(rows if rows < 0 else count(rows)))


def _parts(element: Any) -> tuple[Any, ...]:
    return tuple(element) if isinstance(element, (tuple, list)) else (element,)


def _bare(parts: tuple[Any, ...]) -> Any:
    return parts if len(parts) > 1 else parts[0]
