"""Images at half their size, and what networks for them share with networks for the whole ones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ...plain import AnyArray
from ..base import Half, Size
from ..protocols import Model
from .pixels import ImageLayout, Pixels
from .sizes import USUAL_SIDE


def halved(layout: ImageLayout, size: Size, rows: Pixels) -> Half | None:
    """Large images at half their size; None for those that are small as they are."""
    height, width, channels = layout.shape
    if min(height, width) <= USUAL_SIDE or size.depth < 2:
        return None
    half = replace(layout, shape=(-(-height // 2), -(-width // 2), channels))
    smaller = replace(size, width=2 * size.width, depth=size.depth - 1)
    return Half(half, Pixels(_means(rows)), smaller, partial(_hand_over, smaller.depth))


def _means(rows: Pixels) -> AnyArray:
    """Each pixel the mean of four; where there is an odd row or column at the end, it counts twice."""
    values = rows.values
    values = np.pad(values, [(0, 0), *((0, n % 2) for n in values.shape[1:3]), (0, 0)], mode="edge")
    n, height, width, channels = values.shape
    means = values.reshape(n, height // 2, 2, width // 2, 2, channels).mean((2, 4), dtype=np.float32)
    return (means if values.dtype.kind == "f" else np.rint(means)).astype(values.dtype)


def _hand_over(depth: int, small: tuple[Model, Model], large: tuple[Model, Model]) -> None:
    """Layers of a generator have the same names, those of a discriminator lie deeper by one; where colours come in or
    go out, and the last layers, are new."""
    ups = [f"up{place}{part}" for place in range(depth) for part in ("", "_norm")]
    names = {name: name for name in ("label", "first", "first_norm", *ups)}
    deeper = {"last": "last"} | {f"down{place}": f"down{place + 1}" for place in range(1, depth)}
    for mine, theirs, pairs in zip(small, large, (names, deeper), strict=True):
        layers = {layer.name: layer for layer in mine.layers}
        for name, target in pairs.items():
            if name in layers:  # there may be no label
                theirs.get_layer(target).set_weights(layers[name].get_weights())
