"""A Keras layer that mixes synthetic rows into batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from ..model import GenerativeModel
from ..persistence.model_file import dump_model, parse_model
from ..tensorflow import keras, tf
from .elements import Form, as_parts, bare, rowwise
from .streams import SEEDS, Source


@keras.saving.register_keras_serializable("ganaug")
class SyntheticMix(keras.layers.Layer):
    """Replaces rows of (x, y) by synthetic ones of the same label in training; the identity else.

    `GANAugmenter.as_layer` makes it. As with every layer, what it has learnt is in its weights, not in its config: the
    bytes of a saved model.

    Parameters
    ----------
    p : float
        Probability of a row to be replaced.
    seed : int
    refine : bool
        Whether each synthetic row is chosen among candidates.
    size : int
        Bytes of the saved model.
    generator : keras.Model, its serialized config, or None
        The user's own.
    labelled : bool
        Whether rows are made for labels.
    """

    def __init__(
        self,
        p: float,
        seed: int,
        refine: bool,
        size: int,
        generator: Any = None,
        labelled: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**{"trainable": False, "autocast": False, **options})
        self.supports_jit = False  # rows are drawn in NumPy
        self.p, self.seed, self.refine, self.size, self.labelled = p, seed, refine, size, labelled
        own = keras.saving.deserialize_keras_object(generator) if isinstance(generator, dict) else generator
        self._own: Callable[[], Any] = lambda: own  # its weights are among the bytes
        self.file = self.add_weight(
            shape=[size], initializer="zeros", dtype="uint8", trainable=False, autocast=False, name="model"
        )
        self.seeds = keras.random.SeedGenerator(seed)
        self.built = True

    @classmethod
    def of(cls, model: GenerativeModel, p: float, seed: int, *, refine: bool) -> SyntheticMix:
        generator = model.generator.model() if model.generator.build is not None else None
        data = dump_model({"model": model if refine else model.unrefined})
        layer = cls(p, seed, refine, len(data), generator, model.target is not None)
        layer.file.assign(np.frombuffer(data, np.uint8))
        return layer

    @cached_property
    def model(self) -> GenerativeModel:
        """The saved model, read when it is first needed: a loaded layer is given its weights after it was made."""
        with tf.init_scope():
            data = np.asarray(self.file.value).tobytes()
        if not any(data):
            raise ValueError(
                f"the layer {self.name!r} was made from a config alone: give it weights first (set_weights)"
            )
        own = self._own()
        found: GenerativeModel = parse_model(data, generator=None if own is None else lambda _layout: own)["model"]
        found.generator.eager = True
        return found

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        self._check_labels(inputs)
        if not training:
            return inputs
        parts = as_parts(inputs)
        form = Form.of(self.model, bare(rowwise(parts, lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype))))
        if not form.batched:
            raise ValueError("the layer takes batches: give x and y with an axis of rows")
        seeds = tf.unstack(tf.cast(self.seeds.next() % SEEDS, tf.int64))
        done = Source(self.model, self.refine).mixed(form, parts, self.p, seeds)
        return type(inputs)(done) if isinstance(inputs, (tuple, list)) else done[0]

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        self._check_labels(inputs)
        return keras.tree.map_structure(lambda tensor: keras.KerasTensor(tensor.shape, tensor.dtype), inputs)

    def _check_labels(self, inputs: Any) -> None:
        """TypeError, when a network is built, where labels are missing."""
        if self.labelled and not isinstance(inputs, (tuple, list)):
            raise TypeError(
                "the layer makes rows for labels, so it is called with [x, y] and has no place in a Sequential model: "
                "give a keras.Model inputs for both, or say dataset.apply(augmenter.mix(...))"
            )

    def get_config(self) -> dict[str, Any]:
        generator = self._own()
        saved = None if generator is None else keras.saving.serialize_keras_object(generator)
        own = {name: getattr(self, name) for name in ("p", "seed", "refine", "size", "labelled")}
        return {**super().get_config(), **own, "generator": saved}
