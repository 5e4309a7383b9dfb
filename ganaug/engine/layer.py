"""A Keras layer that mixes synthetic rows into batches."""

from __future__ import annotations

import json
from typing import Any

import keras
import tensorflow as tf

from ..blueprint import RECORDS, Blueprint, ImageBlueprint
from ..serialization import Reader, Writer
from .drawing import built
from .elements import Form, rowwise
from .state import GeneratorState
from .streams import SEEDS, Source

Tensor = Any


@keras.saving.register_keras_serializable("ganaug")
class SyntheticMix(keras.layers.Layer):
    """Replaces rows of (x, y) by synthetic ones of the same label in training; the identity else.

    `GANAugmenter.as_layer` makes it. As with every layer, what it has learnt is in its weights, not in its config: the
    generator's, and the tables that its rows are decoded with.

    Parameters
    ----------
    p : float
        Probability of a row to be replaced.
    seed : int
    blueprint : str
        A :class:`ganaug.blueprint.Blueprint` as JSON, without its arrays.
    tables : list of int
        Lengths of its arrays.
    generator : keras.Model, or its serialized config
    """

    def __init__(self, p: float, seed: int, blueprint: str, tables: list[int], generator: Any, **options: Any) -> None:
        super().__init__(**{"trainable": False, "autocast": False, **options})
        self.supports_jit = False  # XLA knows no strings, and would draw other rows from the same seed
        self.p, self.seed, self.json = p, seed, blueprint
        self.generator = keras.saving.deserialize_keras_object(generator) if isinstance(generator, dict) else generator
        self.generator.trainable = False
        self.tables = [
            self.add_weight(
                shape=[length], initializer="zeros", dtype="float64", trainable=False, autocast=False, name=f"table_{i}"
            )
            for i, length in enumerate(tables)
        ]
        self.seeds = keras.random.SeedGenerator(seed)
        self.built = True

    @classmethod
    def of(cls, blueprint: Blueprint | ImageBlueprint, state: GeneratorState, p: float, seed: int) -> SyntheticMix:
        writer = Writer(RECORDS)
        tree = json.dumps(writer.tree(blueprint))
        layer = cls(p, seed, tree, [len(array) for array in writer.arrays], built(state))
        for table, array in zip(layer.tables, writer.arrays, strict=True):
            table.assign(array)
        return layer

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training:
            return inputs
        parts = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
        specs = rowwise(parts, lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype))
        blueprint = Reader(RECORDS, lambda place: tf.convert_to_tensor(self.tables[place])).tree(json.loads(self.json))
        form = Form.of(blueprint, specs if len(specs) > 1 else specs[0])
        if not form.batched:
            raise ValueError("the layer takes batches: give x and y with an axis of rows")
        source = Source(
            blueprint, lambda x: self.generator(x, training=False), tuple(self.generator.inputs[0].shape[1:])
        )
        done = source.mixed(form, parts, self.p, tf.cast(self.seeds.next() % SEEDS, tf.int32))
        return type(inputs)(done) if isinstance(inputs, (tuple, list)) else done[0]

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        return keras.tree.map_structure(lambda tensor: keras.KerasTensor(tensor.shape, tensor.dtype), inputs)

    def get_config(self) -> dict[str, Any]:
        own = {"p": self.p, "seed": self.seed, "blueprint": self.json, "tables": [int(t.shape[0]) for t in self.tables]}
        return {**super().get_config(), **own, "generator": keras.saving.serialize_keras_object(self.generator)}
