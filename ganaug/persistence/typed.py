"""Whether the fields of a record hold what its annotations say, so that a file cannot put anything else there."""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from contextlib import suppress
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

KINDS: dict[object, str] = {
    **dict.fromkeys((np.float32, np.float64), "f"),
    **dict.fromkeys((np.int32, np.int64, np.intp, np.uint32, np.uint64, np.unsignedinteger), "iu"),
    np.bool_: "b",
}
WIDER: dict[type, tuple[type, ...]] = {float: (float, int, np.floating, np.integer), int: (int, np.integer)}


def check_fields(record: type, given: typing.Mapping[str, object]) -> None:
    """TypeError for a value that is not what the record's annotation says."""
    hints = hints_of(record)
    for name, value in given.items():
        if not fits(value, hints.get(name, Any)):
            raise TypeError(f"{record.__name__}.{name} is {type(value).__name__}, not {hints[name]}")


@cache
def hints_of(record: type) -> dict[str, Any]:
    """The annotations of a record's fields, as far as they can be known without libraries that are not there."""
    known: dict[str, Any] = {"np": np, "pd": pd, "Any": Any}
    found: dict[str, Any] = {}
    for field in fields(record):
        owner = next(base for base in record.__mro__ if field.name in inspect.get_annotations(base))
        alone = type("Alone", (), {"__annotations__": {field.name: field.type}, "__module__": owner.__module__})
        with suppress(NameError, TypeError):
            found |= typing.get_type_hints(alone, localns=known)
    return found


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of the kind that a type hint says; what cannot be told is taken to be."""
    if hint is Any or isinstance(hint, (str, typing.ForwardRef, typing.TypeVar)):
        return True
    if hint is None or hint is type(None):
        return value is None
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(fits(value, each) for each in inner)
    if origin is typing.Literal:
        return value in inner
    if origin is np.ndarray:
        return isinstance(value, np.ndarray) and _is_of(value.dtype, inner[1])
    if origin is tuple and isinstance(value, tuple):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return all(fits(each, inner[0]) for each in value)
        return len(value) == len(inner) and all(map(fits, value, inner))
    if origin in (list, frozenset) and isinstance(value, origin):
        return all(fits(each, inner[0]) for each in value)
    if origin in (dict, collections.abc.Mapping) and isinstance(value, dict):
        return all(fits(k, inner[0]) and fits(v, inner[1]) for k, v in value.items())
    kind = origin or hint
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return value is not None
    if kind in WIDER:
        return isinstance(value, WIDER[kind]) and not isinstance(value, bool)
    return isinstance(value, kind)


def _is_of(dtype: np.dtype[Any], hint: Any) -> bool:
    """Whether it is of the hint's kind: of any width, whole numbers, others, or what else there is."""
    [scalar] = typing.get_args(hint) or (Any,)
    return scalar not in KINDS or dtype.kind in KINDS[scalar]
