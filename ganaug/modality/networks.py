"""The networks: built in, or the user's own."""

from __future__ import annotations

from typing import Any

from .base import Size
from .own_networks import Own, own_discriminator, own_generator
from .protocols import AnyLayout, Model
from .registry import modality_of


def build(layout: AnyLayout, size: Size, seed: int, generator: Own, discriminator: Own) -> tuple[Model, Model]:
    """Generator and discriminator for `layout`.

    Raises
    ------
    TypeError, ValueError
        If a network that the user brought is no Keras model, or its shapes do not fit.
    """
    made = build_generator(layout, size, seed, generator)
    if discriminator is None:
        return made, modality_of(layout).discriminator(layout, size, seed + 100)
    return made, own_discriminator(discriminator, layout, seed + 100)


def build_generator(layout: AnyLayout, size: Size, seed: int, generator: Own) -> Any:
    if generator is None:
        return modality_of(layout).generator(layout, size, seed)
    return own_generator(generator, layout, seed)
