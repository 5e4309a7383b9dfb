"""Nearest rows among points."""

from __future__ import annotations

from ..plain import Float32Array, Float64Array, IndexArray


def nearest_rows(
    points: Float32Array | Float64Array, asked: Float32Array | Float64Array, count: int = 1
) -> tuple[Float64Array, IndexArray]:
    """Distances and places of the nearest `count` of `points`, if there are as many, from each row of `asked`."""
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=min(count, len(points)), algorithm="brute").fit(points).kneighbors(asked)
