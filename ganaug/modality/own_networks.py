"""Networks that users bring: checked, and made conditional where they are not.

A network with two inputs is taken as it is. One with a single input, as in most tutorials, is told the condition in the
field's usual way: an embedding of it is added to the generator's noise, and a projection of it on the discriminator's
last hidden layer is added to the logit (Miyato, Koyama 2018, "cGANs with projection discriminator").
"""

from __future__ import annotations

from math import prod
from typing import Any

from ..data.seeds import python_seeded
from ..tensorflow import keras
from .layers import Initialisers

Own = Any
"""A Keras model, or a callable that takes the layout and returns one."""


def own_generator(own: Own, layout: Any, seed: int) -> Any:
    """The user's generator, with inputs [noise, condition].

    Raises
    ------
    TypeError, ValueError
        If it is no Keras model, or a layer does not fit.
    """
    model = _model("generator", own, layout, seed)
    _check("generator", model, layout, None, layout.raw_shape)
    model = _centred(model)
    if len(model.inputs) == 2:
        return model
    noise, condition = keras.Input(model.inputs[0].shape[1:]), keras.Input([layout.condition_width])
    told = noise
    if layout.condition_width:
        shape = noise.shape[1:]
        told = keras.layers.Add(name="told")([noise, keras.layers.Reshape(shape)(_embedding(condition, shape, seed))])
    return keras.Model([noise, condition], model(told), name="generator")


def own_discriminator(own: Own, layout: Any, seed: int) -> Any:
    """The user's discriminator, with inputs [rows, condition] and a logit as its output.

    Raises
    ------
    TypeError, ValueError
        If it is no Keras model, or a layer does not fit.
    """
    model = _model("discriminator", own, layout, seed)
    _check("discriminator", model, layout, layout.row_shape, (1,))
    model, hidden = _without_sigmoid(model, seed)
    if len(model.inputs) == 2:
        return model
    rows, condition = keras.Input(layout.row_shape), keras.Input([layout.condition_width])
    logit, features = keras.Model(model.inputs, [model.outputs[0], hidden])(rows)
    if layout.condition_width:
        features = keras.layers.Flatten()(features)
        match = keras.layers.Dot(1, name="projection")([features, _embedding(condition, features.shape[1:], seed)])
        logit = keras.layers.Add(name="sum")([logit, match])
    return keras.Model([rows, condition], logit, name="discriminator")


def _model(role: str, own: Own, layout: Any, seed: int) -> Any:
    """The model that was built, or a copy of the one handed over, which so stays as it was."""
    if not isinstance(own, keras.Model):
        with python_seeded(seed):
            own = own(layout)
        if not isinstance(own, keras.Model):
            raise TypeError(f"{role}= must be or return a keras.Model, got {type(own).__name__}")
        return own
    if not own.built or not hasattr(own, "inputs"):
        raise ValueError(f"{role}={own.name!r} has no shapes yet: begin it with keras.Input(shape)")
    with python_seeded(seed):
        copy = keras.models.clone_model(own)
    copy.set_weights(own.get_weights())
    return copy


def _check(role: str, model: Any, layout: Any, first: tuple[int, ...] | None, output: tuple[int, ...]) -> None:
    """Raise ValueError that names the layer which does not fit."""
    inputs = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    outputs = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    told = (layout.condition_width,)
    trouble = None
    if len(inputs) not in (1, 2):
        trouble = f"has {len(inputs)} inputs"
    elif first is not None and inputs[0] != first:
        trouble = f"its input {model.inputs[0].name!r} has shape {inputs[0]}, expected {first}"
        trouble += f": begin it with keras.Input({first})"
    elif len(inputs) == 2 and inputs[1] != told:
        trouble = f"its input {model.inputs[1].name!r} has shape {inputs[1]}, expected {told}, layout.condition_width"
    elif len(outputs) != 1:
        trouble = f"has {len(outputs)} outputs"
    elif outputs[0] != output:
        trouble = f"its last layer {model.layers[-1].name!r} gives shape {outputs[0]}, expected {output}"
        trouble += _size_hint(model, outputs[0], output) if len(outputs[0]) == len(output) == 3 else ""
    if trouble:
        rows = "noise of any shape" if first is None else f"rows of shape layout.row_shape = {first}"
        made = f"layout.raw_shape = {output}" if first is None else str(output)
        raise ValueError(
            f"{role}= must take {rows} and, as a second input if it has one, conditions of shape {told}, and give one "
            f"output of shape {made}; {trouble}"
        )


def _size_hint(model: Any, made: tuple[int, ...], needed: tuple[int, ...]) -> str:
    """What to change in a generator of images of another size, or with other channels."""
    hint = "" if made[2] == needed[2] else f"; let that layer have {needed[2]} filters"
    if made[:2] == needed[:2]:
        return hint
    return hint + (_stride_hint(model, made, needed) or _grid_hint(model, made, needed))


def _stride_hint(model: Any, made: tuple[int, ...], needed: tuple[int, ...]) -> str:
    """Of which layers to change the stride, where sides are off by a power of two."""
    up = needed[0] > made[0]
    small, large = (made, needed) if up else (needed, made)
    times = large[0] // small[0]
    if [side * times for side in small[:2]] != list(large[:2]) or times & (times - 1):
        return ""
    upward = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    fit = [layer.name for layer in upward if set(layer.strides) == {1 if up else 2}]
    changed = fit[-(times.bit_length() - 1) :]
    if 2 ** len(changed) != times:
        return ""
    return f"; set strides={2 if up else 1} in {' and '.join(map(repr, changed))}"


def _grid_hint(model: Any, made: tuple[int, ...], needed: tuple[int, ...]) -> str:
    """Which grid to begin with, and what to crop."""
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers if isinstance(layer, keras.layers.Reshape)]
    grid = next((shape for shape in shapes if len(shape) == 3), None)
    if grid is None or made[0] % grid[0] or made[1] % grid[1]:
        return f"; end with keras.layers.Resizing({needed[0]}, {needed[1]})"
    times = made[0] // grid[0], made[1] // grid[1]
    begun = [-(-side // by) for side, by in zip(needed[:2], times, strict=True)]
    spare = tuple(
        (over // 2, over - over // 2)
        for over in (start * by - side for start, by, side in zip(begun, times, needed[:2], strict=True))
    )
    crop = f", and end with keras.layers.Cropping2D({spare})" if any(map(any, spare)) else ""
    return f"; begin with a grid of {begun[0]} x {begun[1]} in place of {grid[0]} x {grid[1]}{crop}"


def _embedding(condition: Any, shape: Any, seed: int) -> Any:
    options = {"use_bias": False, "kernel_initializer": Initialisers(seed + 50).kernel(), "name": "label"}
    return keras.layers.Dense(prod(shape), **options)(condition)


def _centred(model: Any) -> Any:
    """A generator whose pixels end in a sigmoid with them moved from [0, 1] to [-1, 1]."""
    if len(model.outputs[0].shape) == 2 or not _is_sigmoid(model.layers[-1]):
        return model
    return keras.Model(model.inputs, keras.layers.Rescaling(2.0, -1.0, name="centred")(model.outputs[0]))


def _without_sigmoid(model: Any, seed: int) -> tuple[Any, Any]:
    """The model with a logit as its output, and its last hidden layer's output."""
    last = model.layers[-1]
    if not _is_sigmoid(last):
        return model, last.input
    if isinstance(last, keras.layers.Activation):
        return keras.Model(model.inputs, last.input), model.layers[-2].input

    def plain(layer: Any) -> Any:
        config = layer.get_config()
        return type(layer).from_config({**config, "activation": "linear"} if layer is last else config)

    with python_seeded(seed):
        copy = keras.models.clone_model(model, clone_function=plain)
    copy.set_weights(model.get_weights())
    return copy, copy.layers[-1].input


def _is_sigmoid(layer: Any) -> bool:
    return getattr(layer, "activation", None) is keras.activations.sigmoid
