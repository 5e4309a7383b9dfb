"""From a fitted encoding to the plain arrays that a graph decodes with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .. import blueprint as plain
from .image import ImageEncoder
from .labels import ClassTarget, NumberTarget, Target, conditioned
from .numeric import Numbers
from .table import Column, Part, TableEncoder, followed
from .views import LevelView, NumberView, SpanView, TimeView, View, dense
from .views.numbers import EXACT
from .views.times import per_day

TENSOR_DTYPES = {"bool", "float16", "float32", "float64", *(f"{s}int{b}" for s in ("", "u") for b in (8, 16, 32, 64))}


def blueprint_of(encoder: Any, target: Target | None, given: Any = None) -> plain.Blueprint | plain.ImageBlueprint:
    """The blueprint of what an encoder decodes.

    Parameters
    ----------
    given : Container, ImageContainer or None
        What the data came in; None stands for a DataFrame.
    """
    if isinstance(encoder, ImageEncoder):
        return _of_images(encoder, target, given)
    return _of_table(encoder, target, given.dtype if given is not None else None)


def _of_images(encoder: ImageEncoder, target: Target | None, given: Any) -> plain.ImageBlueprint:
    layout = conditioned(encoder.layout, target)
    dtype = np.dtype(encoder.dtype).name
    return plain.ImageBlueprint(layout, dtype, encoder.low, encoder.high, given.channels, _target(target))


def _of_table(encoder: TableEncoder, target: Target | None, array_dtype: Any) -> plain.Blueprint:
    """The blueprint of a table's rows; `array_dtype` is that of the array they came in, None for a DataFrame.

    Raises
    ------
    TypeError
        If the values of a column cannot be held by a tensor.
    """
    columns = tuple(_column(encoder, column) for column in encoder.columns)
    layout = conditioned(encoder.layout, target)
    return plain.Blueprint(layout, columns, _target(target), _matrix(columns, array_dtype))


def _column(encoder: TableEncoder, column: Column) -> plain.Column:
    view = dense(column.view)
    missing = column.parts[0].numbers.missing
    dtype, whole, scale = _scaled(column.name, view, missing)
    curves = tuple(_curve(encoder, part) for part in column.parts)
    relation = column.relation
    low, high = (relation.low, relation.high) if relation else _range(scale, curves[0])
    return plain.Column(str(column.name), dtype, missing, whole, low, high, curves, scale, relation)


def _curve(encoder: TableEncoder, part: Part) -> plain.Curve:
    numbers = part.numbers
    codes = np.arange(numbers.block.width) if part.parent is None else part.parent
    has_position = part.block >= 0 and encoder.layout.blocks[part.block].bins > 0
    position = encoder.layout.numbered.index(part.block) if has_position else -1
    return _plain_curve(numbers, part.block, position, codes, followed(encoder, part))


def _plain_curve(numbers: Numbers, block: int, position: int, codes: Any, follows: int = -1) -> plain.Curve:
    known = np.concatenate([numbers.recurring, np.full(numbers.missing + numbers.bins, np.nan)])[codes]
    interval = np.maximum(codes - numbers.first_bin, -1).astype(np.float64)
    return plain.Curve(block, position, known, interval, numbers.bins, numbers.mass, numbers.value, follows)


def _scaled(name: Any, view: View, missing: bool) -> tuple[str, bool, Any]:
    """The dtype of a view's values, whether they are whole, and how they come from numbers."""
    if isinstance(view, NumberView):
        whole = bool(view.step) and float(view.origin).is_integer() and float(view.step).is_integer()
        own = _numpy_dtype(view.dtype)
        if own.kind == "f":
            dtype = own.name if own.name in TENSOR_DTYPES else "float64"
        elif own.kind in "iu":
            dtype = "float64" if missing else own.name
        else:
            dtype = "int64" if whole and view.ints and not missing else "float64"
        return dtype, whole or own.kind in "iu", plain.Lattice(view.origin, view.step, view.decimals)
    if isinstance(view, TimeView):
        return "int64", True, plain.Calendar(per_day(view.dtype), view.tick, view.first, view.last, view.usual)
    if isinstance(view, SpanView):
        return "int64", True, plain.Ticks(view.tick)
    assert isinstance(view, LevelView)
    values, dtype = _levels(view, missing)
    if values is None:
        kinds = sorted({type(value).__name__ for value in view.values})
        raise TypeError(
            f"column {name!r} holds values of type {', '.join(kinds)}, which no tensor can hold: turn them into "
            "strings or numbers before fitting"
        )
    return dtype, dtype != "string" and all(float(value).is_integer() for value in values), plain.Levels(values)


def _levels(view: LevelView, missing: bool) -> tuple[tuple[Any, ...] | None, str]:
    """The levels as Python's values and their dtype; None where they are of a kind that tensors do not have."""
    values = tuple(view.values.tolist())
    if all(type(value) is bytes for value in values) or all(isinstance(value, str) for value in values):
        return tuple(value if type(value) is bytes else str(value) for value in values), "string"
    if all(type(value) is bool for value in values):
        return (tuple(map(float, values)), "float64") if missing else (values, "bool")
    if not all(type(value) in (int, float) for value in values):
        return None, ""
    if all(type(value) is int for value in values):
        if missing:
            return (tuple(map(float, values)), "float64") if max(map(abs, values)) < EXACT else (None, "")
        own = _numpy_dtype(view.values.dtype)
        dtype = own.name if own.kind in "iu" else "int64"
        fits = np.iinfo(dtype).min <= min(values) and max(values) <= np.iinfo(dtype).max
        return (values, dtype) if fits else (None, "")
    own = _numpy_dtype(view.values.dtype)
    return tuple(map(float, values)), own.name if own.kind == "f" and own.name in TENSOR_DTYPES else "float64"


def _range(scale: Any, curve: plain.Curve) -> tuple[float, float]:
    values = np.concatenate([curve.known[~np.isnan(curve.known)], curve.value])
    if isinstance(scale, plain.Levels):
        values = np.array([0.0 if isinstance(value, (str, bytes)) else value for value in scale.values])
    elif isinstance(scale, plain.Calendar):
        values = np.array([scale.first, scale.last], float)
    elif isinstance(scale, plain.Ticks):
        values = values * scale.tick
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)


def _target(target: Target | None) -> plain.Classes | plain.Measure | None:
    if isinstance(target, ClassTarget):
        values, dtype = _levels(target.view, missing=False)
        shown = tuple(map(repr, target.class_counts))
        return plain.Classes(values, dtype, shown, tuple(target.counts.tolist()))
    if isinstance(target, NumberTarget):
        numbers = target.numbers
        curve = _plain_curve(numbers, 0, 0 if numbers.bins else -1, np.arange(numbers.block.width))
        dtype, whole, scale = _scaled(target.name, target.view, missing=False)
        column = plain.Column(str(target.name), dtype, False, whole, *_range(scale, curve), (curve,), scale)
        return plain.Measure(column, tuple(np.rint(target.frequency * 10**6).astype(int).tolist()))
    return None


def _matrix(columns: tuple[plain.Column, ...], array_dtype: Any) -> str:
    if array_dtype is not None and array_dtype.name in TENSOR_DTYPES:
        return str(array_dtype.name)
    if array_dtype is not None and array_dtype.kind in "US":
        return "string"
    if not all(column.number for column in columns):
        return ""
    return str(np.result_type(*(np.dtype(column.dtype) for column in columns)).name)


def _numpy_dtype(dtype: Any) -> np.dtype[Any]:
    """NumPy's dtype of the values of a column."""
    if isinstance(dtype, pd.CategoricalDtype):
        return _numpy_dtype(dtype.categories.dtype)
    if isinstance(dtype, np.dtype):
        return dtype
    return np.dtype(getattr(dtype, "numpy_dtype", object))
