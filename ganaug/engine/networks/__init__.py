"""The networks: built in, or the user's own."""

from __future__ import annotations

from typing import Any

from ...layout import ImageLayout, Layout
from ..size import Size
from . import image, table
from .own import Own, own_discriminator, own_generator

AnyLayout = Layout | ImageLayout


def built_in(layout: AnyLayout) -> Any:
    """The module with the built-in networks for such data."""
    return image if isinstance(layout, ImageLayout) else table


def build(layout: AnyLayout, size: Size, seed: int, generator: Own, discriminator: Own) -> tuple[Any, Any]:
    """Generator and discriminator for `layout`.

    Raises
    ------
    TypeError, ValueError
        If a network that the user brought is no Keras model, or its shapes do not fit.
    """
    made = build_generator(layout, size, seed, generator)
    if discriminator is None:
        return made, built_in(layout).discriminator(layout, size, seed + 100)
    return made, own_discriminator(discriminator, layout, seed + 100)


def build_generator(layout: AnyLayout, size: Size, seed: int, generator: Own) -> Any:
    if generator is None:
        return built_in(layout).generator(layout, size, seed)
    return own_generator(generator, layout, seed)
