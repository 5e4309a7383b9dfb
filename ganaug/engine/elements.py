"""What the elements of a dataset look like, and synthetic rows in their image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ..blueprint import Blueprint, Calendar, Column, ImageBlueprint, Ticks
from .conditions import LabelForm, condition_of, label_form, labels_of
from .decoding import NO_TIME, decode
from .pictures import Pictures

Tensor = Any


@dataclass(frozen=True)
class Form:
    """Elements of rows: x, (x, y) or (x, y, weight), batched or not.

    Parameters
    ----------
    blueprint : Blueprint or ImageBlueprint
    batched : bool
        Whether the first axis counts rows.
    x : TensorSpec, or a dict of them
        Without the axis of rows.
    label : LabelForm or None
    weight : TensorSpec or None
        Without the axis of rows.
    """

    blueprint: Blueprint | ImageBlueprint
    batched: bool
    x: Any
    label: LabelForm | None
    weight: Any

    @classmethod
    def of(cls, blueprint: Blueprint | ImageBlueprint, spec: Any) -> Form:
        """The form of elements with this `element_spec`.

        Raises
        ------
        TypeError
            If synthetic rows cannot be made to look like them; says what was expected and what was found.
        """
        parts = tuple(spec) if isinstance(spec, (tuple, list)) else (spec,)
        wanted = "(x, y) or (x, y, weight)" if blueprint.target is not None else "x alone"
        counts = (2, 3) if blueprint.target is not None else (1,)
        if len(parts) not in counts or not all(_is_dense(part) for part in tf.nest.flatten(parts)):
            raise TypeError(
                f"elements must be {wanted} of dense tensors, as the augmenter was fitted "
                f"{'with' if blueprint.target is not None else 'without'} y; found {_shown(spec)}"
            )
        x, y, weight = (*parts, None, None)[:3]
        batched, x = _kind(blueprint).rows_of(x, y)
        label = None if y is None else label_form(blueprint.target, y.dtype, _without_rows(y, batched, "y"))
        if isinstance(label, str):
            raise TypeError(f"labels: expected {label}; found {_shown(y)}")
        if weight is not None:
            weight = tf.TensorSpec(_without_rows(weight, batched, "the weight"), weight.dtype)
            if weight.shape.rank or not weight.dtype.is_floating:
                raise TypeError(f"weights: expected one floating-point number for each row; found {_shown(parts[2])}")
        return cls(blueprint, batched, x, label, weight)

    def condition(self, parts: tuple[Any, ...]) -> tuple[Tensor, Tensor]:
        """Codes and positions of the condition that each row of a batched element stands for."""
        if self.label is None:
            rows = tf.shape(tf.nest.flatten(parts[0])[0])[0]
            return tf.zeros([rows, 0], tf.int32), tf.zeros([rows, 0])
        return condition_of(self.blueprint.target, self.label, parts[1])

    def features(self, *drawn: Tensor) -> Any:
        """x of batched elements, from the tensors that rows are encoded with."""
        return _kind(self.blueprint).features(self.x, *drawn)

    def labels(self, codes: Tensor, positions: Tensor) -> Tensor:
        """y of batched elements, from the codes and positions of conditions."""
        assert self.label is not None
        return labels_of(self.blueprint.target, self.label, codes, positions)


def native(blueprint: Blueprint | ImageBlueprint) -> tuple[Any, ...]:
    """The element_spec of single rows as `tf.data.Dataset.from_tensor_slices` would give it for the training data.

    Raises
    ------
    TypeError
        If the labels cannot be held by a tensor.
    """
    x = _kind(blueprint).native()
    target = blueprint.target
    if target is None:
        return (x,)
    dtype = getattr(target, "dtype", None) if not hasattr(target, "column") else target.column.dtype
    if not dtype:
        raise TypeError(
            "the labels are of a type that no tensor can hold: fit with strings or numbers as labels, or use "
            "enlarge or mix with places among classes_ as labels"
        )
    return x, tf.TensorSpec([], dtype)


def rowwise(element: tuple[Any, ...], function: Any) -> tuple[Any, ...]:
    """`function` of every tensor of an element."""
    return tuple(tf.nest.map_structure(function, part) for part in element)


@dataclass(frozen=True)
class Columns:
    """The x of elements of rows of a table: a matrix, or a dict of columns."""

    blueprint: Blueprint

    def native(self) -> Any:
        """The spec of a single row as it was fitted on."""
        columns, matrix = self.blueprint.columns, self.blueprint.matrix
        if matrix:
            return tf.TensorSpec([len(columns)], matrix)
        return {column.name: tf.TensorSpec([], column.dtype) for column in columns}

    def rows_of(self, x: Any, y: Any) -> tuple[bool, Any]:
        """Whether x has an axis of rows, and its spec without it."""
        return _rows_of(self.blueprint, x, y)

    def features(self, x: Any, codes: Tensor, positions: Tensor) -> Any:
        """x of batched elements, from the codes and positions of rows."""
        columns = self.blueprint.columns
        values = decode(self.blueprint, codes, positions)
        if not isinstance(x, dict):
            return tf.stack([_cast(c, v, x.dtype) for c, v in zip(columns, values, strict=True)], 1)
        found = {column.name: (column, value) for column, value in zip(columns, values, strict=True)}
        return {key: tf.reshape(_cast(*found[str(key)], spec.dtype), [-1, *spec.shape]) for key, spec in x.items()}


def _kind(blueprint: Blueprint | ImageBlueprint) -> Columns | Pictures:
    return Pictures(blueprint) if isinstance(blueprint, ImageBlueprint) else Columns(blueprint)


def _rows_of(blueprint: Blueprint, x: Any, y: Any) -> tuple[bool, Any]:
    names = [column.name for column in blueprint.columns]
    if isinstance(x, Mapping):
        found = {str(key): key for key in x}
        missing, extra = [n for n in names if n not in found], [key for key in x if str(key) not in names]
        if missing or extra:
            parts = [f"{word} {which}" for word, which in (("missing", missing), ("unknown", extra)) if which]
            raise TypeError(f"x: expected the columns {names}; {', '.join(parts)}")
        ranks = {len(part.shape) for part in x.values()}
        single = ranks == {0} or (ranks <= {0, 1} and y is not None and len(y.shape) == 0)
        shapes = {key: _without_rows(part, not single, f"column {key!r}") for key, part in x.items()}
        wrong = [
            f"column {key!r}: expected one value for each row, found {_shown(x[key])}"
            for key, shape in shapes.items()
            if shape not in ((), (1,))
        ]
        wrong += [trouble for key in x for trouble in _trouble(_named(blueprint, str(key)), x[key].dtype)]
        spec: Any = {key: tf.TensorSpec(shape, x[key].dtype) for key, shape in shapes.items()}
    else:
        rank = len(x.shape)
        single = rank == 1
        if rank not in (1, 2) or x.shape[-1] not in (None, len(names)):
            wanted = f"a matrix of the {len(names)} columns {names}, shape ({len(names)},) or (batch, {len(names)})"
            raise TypeError(f"x: expected {wanted}, or a dict with these keys; found {_shown(x)}")
        wrong = [trouble for column in blueprint.columns for trouble in _trouble(column, x.dtype)]
        spec = tf.TensorSpec([len(names)], x.dtype)
    if wrong:
        raise TypeError("synthetic rows cannot look like these elements: " + "; ".join(wrong))
    return not single, spec


def _trouble(column: Column, dtype: Any) -> list[str]:
    """What keeps a column's values from being of a dtype."""
    own, gaps = tf.as_dtype(column.dtype), column.missing and not isinstance(column.scale, (Calendar, Ticks))
    if dtype == own or (dtype.is_floating and own != tf.string):
        return []
    if dtype.is_integer and column.whole and not gaps and dtype.min <= column.low and column.high <= dtype.max:
        return []
    why = " with missing values" if gaps else ""
    return [f"column {column.name!r} holds {column.dtype}{why}, found {dtype.name}"]


def _cast(column: Column, values: Tensor, dtype: Any) -> Tensor:
    if values.dtype == dtype:
        return values
    cast = tf.cast(values, dtype)
    if isinstance(column.scale, (Calendar, Ticks)) and column.missing and dtype.is_floating:
        return tf.where(values == NO_TIME, tf.constant(float("nan"), dtype), cast)
    return cast


def _named(blueprint: Blueprint, name: str) -> Column:
    return next(column for column in blueprint.columns if column.name == name)


def _without_rows(spec: Any, batched: bool, what: str) -> tuple[int | None, ...]:
    shape = tuple(spec.shape)
    if batched and not shape:
        raise TypeError(f"{what}: expected an axis of rows, as x has one; found {_shown(spec)}")
    return shape[1:] if batched else shape


def _is_dense(spec: Any) -> bool:
    return isinstance(spec, tf.TensorSpec) and spec.shape.rank is not None


def _shown(spec: Any) -> str:
    def one(part: Any) -> str:
        return f"{part.dtype.name}{tuple(part.shape)}" if _is_dense(part) else str(part)

    if isinstance(spec, Mapping):
        return "{" + ", ".join(f"{key!r}: {_shown(part)}" for key, part in spec.items()) + "}"
    if isinstance(spec, (tuple, list)):
        return "(" + ", ".join(map(_shown, spec)) + ")"
    return one(spec)
