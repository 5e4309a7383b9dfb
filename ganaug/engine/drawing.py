"""The generator inside the graph: conditions in, codes and positions out."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..layout import Layout
from .heads import draw, expand, noise_from
from .networks import table
from .state import GeneratorState

Tensor = Any


as_tensor = tf.convert_to_tensor


def compiled_draw(state: GeneratorState) -> Any:
    """A graph function of (codes, positions, seed) that draws one row for each condition."""
    layout = state.layout
    generator = state.build(layout) if state.build else table.generator(layout, state.size, seed=0)
    generator.set_weights(state.weights)
    latent_shape = generator.inputs[0].shape[1:]

    def rows(codes: Tensor, positions: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        batch = tf.shape(codes)[0]
        condition = expand(layout.condition or Layout(()), codes, positions)
        latent = tf.random.stateless_normal([batch, *latent_shape], seed)
        uniform = tf.random.stateless_uniform([batch, layout.width], seed + 1)
        return draw(layout, generator([latent, condition], training=False), noise_from(layout, uniform))

    condition_layout = layout.condition or Layout(())
    return tf.function(rows).get_concrete_function(
        tf.TensorSpec([None, len(condition_layout.blocks)], tf.int32),
        tf.TensorSpec([None, condition_layout.numbers], tf.float32),
        tf.TensorSpec([2], tf.int32),
    )
