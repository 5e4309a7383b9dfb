"""Specs of the elements of datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..tensorflow import tf


def without_rows(spec: Any, batched: bool, what: str) -> tuple[int | None, ...]:
    """The shape of a single row's part; TypeError if an axis of rows is missing."""
    shape = tuple(spec.shape)
    if batched and not shape:
        raise TypeError(f"{what}: expected an axis of rows, as x has one; found {shown(spec)}")
    return shape[1:] if batched else shape


def is_dense(spec: Any) -> bool:
    return isinstance(spec, tf.TensorSpec) and spec.shape.rank is not None


def has_room(dtype: Any, low: float, high: float) -> bool:
    """Whether a dtype of numbers goes as far as a range: half floats end at 65504."""
    return float(dtype.min) <= low and high <= float(dtype.max)


def shown(spec: Any) -> str:
    """How messages write a spec."""
    if isinstance(spec, Mapping):
        return "{" + ", ".join(f"{key!r}: {shown(part)}" for key, part in spec.items()) + "}"
    if isinstance(spec, (tuple, list)):
        return "(" + ", ".join(map(shown, spec)) + ")"
    return f"{spec.dtype.name}{tuple(spec.shape)}" if is_dense(spec) else str(spec)
