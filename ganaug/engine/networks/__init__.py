"""The networks: built in, or the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from ...layout import Layout
from ..size import Size
from . import table

Build = Callable[[Layout], Any]


def build(
    layout: Layout, size: Size, seed: int, generator: Build | None, discriminator: Build | None
) -> tuple[Any, Any]:
    """Generator and discriminator for `layout`.

    Raises
    ------
    TypeError, ValueError
        If a network that the user brought is no Keras model, or its shapes do not fit.
    """
    made = generator(layout) if generator else table.generator(layout, size, seed)
    judge = discriminator(layout) if discriminator else table.discriminator(layout, size, seed + 100)
    _check("generator", made, (None, layout.condition_width), layout.raw_width)
    _check("discriminator", judge, (layout.width, layout.condition_width), 1)
    return made, judge


def _check(role: str, model: Any, inputs: tuple[int | None, int], output: int) -> None:
    first = "the length of the noise vector" if inputs[0] is None else f"layout.width = {inputs[0]}"
    wanted = f"two inputs of width ({first}, layout.condition_width = {inputs[1]}) and one output of width {output}"
    if not isinstance(model, keras.Model):
        raise TypeError(f"{role}= must return a keras.Model with {wanted}, got {type(model).__name__}")
    got_in = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    got_out = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    fits = len(got_in) == 2 and got_in[1] == (inputs[1],) and inputs[0] in (None, *got_in[0])
    if not fits or got_out != [(output,)]:
        raise ValueError(
            f"{role}= must return a Keras model with {wanted}; its inputs are {got_in}, its outputs {got_out}"
        )
