"""The generator inside the graph: conditions in, codes and positions out."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..layout import Layout
from .heads import expand_condition, head_of
from .networks import build_generator
from .state import GeneratorState

Tensor = Any


as_tensor = tf.convert_to_tensor


def built(state: GeneratorState) -> Any:
    """The Keras model of the generator, with its trained weights."""
    generator = build_generator(state.layout, state.size, 0, state.build)
    generator.set_weights(state.weights)
    return generator


def encoded(layout: Any, drawn: tuple[Tensor, ...]) -> Any:
    """Rows of those tensors."""
    return head_of(layout).rows(drawn)


def frozen(generator: Any) -> Any:
    """The generator as a function of its inputs, its weights constants that any graph may hold on any device."""
    trained, other = (
        [tf.constant(variable.numpy()) for variable in variables]
        for variables in (generator.trainable_variables, generator.non_trainable_variables)
    )
    return lambda inputs: generator.stateless_call(trained, other, inputs, training=False)[0]


def drawn(layout: Any, generator: Any, latent: Any, codes: Tensor, positions: Tensor, seed: Tensor) -> Any:
    """The tensors that rows are encoded with, one row for each condition; `latent` is the shape of a row's noise."""
    batch = tf.shape(codes)[0]
    condition = expand_condition(layout.condition or Layout(()), codes, positions)
    noise = tf.random.stateless_normal([batch, *latent], seed)
    return head_of(layout).draw(
        generator([noise, condition]), lambda _, shape: tf.random.stateless_uniform(shape, seed + 1)
    )


def compiled_draw(state: GeneratorState) -> tuple[Any, Any]:
    """The generator's model, and a graph function of (codes, positions, seed) that draws one row for each condition."""
    generator = built(state)
    latent = generator.inputs[0].shape[1:]

    def rows(codes: Tensor, positions: Tensor, seed: Tensor) -> tuple[Tensor, ...]:
        return drawn(state.layout, lambda x: generator(x, training=False), latent, codes, positions, seed)

    condition_layout = state.layout.condition or Layout(())
    return generator, tf.function(rows).get_concrete_function(
        tf.TensorSpec([None, len(condition_layout.blocks)], tf.int32),
        tf.TensorSpec([None, condition_layout.numbers], tf.float32),
        tf.TensorSpec([2], tf.int32),
    )
