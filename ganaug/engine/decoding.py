"""Codes and positions to the columns' own values, inside the graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..blueprint import Blueprint, Calendar, Column, Curve, Lattice, Levels, Ticks
from ..relation import Relation

Tensor = Any
NO_TIME = tf.int64.min
"""How pandas writes a missing time as a whole number."""


def decode(blueprint: Blueprint, codes: Tensor, positions: Tensor) -> list[Tensor]:
    """For each column its values of shape (n,), from codes (n, blocks) and positions (n, numbers)."""
    done: list[Tensor] = []
    for column in blueprint.columns:
        parts = [_curve(blueprint, curve, codes, positions) for curve in column.curves]
        if column.relation is not None:
            parts = [_restored(column.relation, parts[0], done)]
        done.append(finished(column, parts))
    return done


def finished(column: Column, parts: list[Tensor]) -> Tensor:
    """Values of a column, of the dtype it names, from the numbers of its parts."""
    scale, absent = column.scale, tf.math.is_nan(parts[0])
    if isinstance(scale, Levels):
        empty = "" if column.dtype == "string" else float("nan")
        values = tf.constant([*scale.values, *[empty] * column.missing], column.dtype)
        return tf.gather(values, tf.where(absent, tf.cast(len(scale.values), tf.int64), _whole(parts[0])))
    if isinstance(scale, Calendar):
        usual = tuple(tf.constant(fill, tf.int64) for fill in (0, *scale.usual))
        week, weekday, time = (
            tf.where(tf.math.is_nan(p), fill, _whole(p)) for p, fill in zip(parts, usual, strict=True)
        )
        ticks = (week * 7 + weekday) * scale.day + time * scale.tick
        return tf.where(absent, NO_TIME, tf.clip_by_value(ticks, scale.first, scale.last))
    if isinstance(scale, Ticks):
        return tf.where(absent, NO_TIME, _whole(parts[0]) * scale.tick)
    return tf.cast(_rounded(column, parts[0]), column.dtype)


def interpolate(x: Tensor, xp: Tensor, fp: Tensor) -> Tensor:
    """`numpy.interp`, in float64."""
    xp, fp = tf.convert_to_tensor(xp), tf.convert_to_tensor(fp)
    last = tf.size(xp) - 1
    left = tf.clip_by_value(tf.searchsorted(xp, x, "right") - 1, 0, last)
    right = tf.minimum(left + 1, last)
    x0, x1, y0, y1 = tf.gather(xp, left), tf.gather(xp, right), tf.gather(fp, left), tf.gather(fp, right)
    slope = tf.math.divide_no_nan(y1 - y0, x1 - x0)
    return tf.where(x <= x0, y0, slope * (x - x0) + y0)


def _restored(relation: Relation, rest: Tensor, done: list[Tensor]) -> Tensor:
    """Numbers as far from what other columns say as `rest` is, both kept in the range of training rows."""
    causes = tf.stack([tf.cast(done[cause], tf.float64) for cause in relation.causes], 1)
    absent = tf.math.is_nan(causes)
    causes = tf.where(absent, relation.instead, causes)
    bounded = tf.clip_by_value(rest, relation.least, relation.most)
    rest = tf.where(tf.reduce_any(absent, 1), rest, bounded)
    if relation.product:
        causes = tf.math.log(tf.maximum(causes, relation.floor))
    said = tf.reduce_sum(causes * relation.weights, 1) + relation.constant
    if relation.product:
        said = tf.exp(said)
    if relation.step:
        said, rest = _on_lattice(said, relation.origin, relation.step), _on_lattice(rest, 0.0, relation.step)
    return tf.clip_by_value(said + rest, relation.low, relation.high)


def along(curve: Curve, codes: Tensor, positions: Tensor) -> Tensor:
    """Numbers (n,) of a curve from the codes and positions of rows."""
    code = _code(curve, codes)
    values = tf.gather(tf.convert_to_tensor(curve.known), code)
    if not curve.bins:
        return values
    interval = tf.gather(tf.convert_to_tensor(curve.interval), code)
    rank = interval + (tf.cast(positions[:, curve.position], tf.float64) + 1) / 2
    return tf.where(interval >= 0, interpolate(_over(rank, curve.bins), curve.mass, curve.value), values)


def located(curve: Curve, values: Tensor) -> tuple[Tensor, Tensor]:
    """Codes and positions (n,) of finite numbers, as `Numbers.encode` finds them; those outside the training range
    are moved to its ends."""
    own = int(curve.known.shape[0]) - curve.bins
    recurring = tf.convert_to_tensor(curve.known)[:own]
    if not curve.bins:
        code = tf.searchsorted((recurring[1:] + recurring[:-1]) / 2, values)
        return code, tf.zeros([tf.size(values)])
    mass, value = tf.convert_to_tensor(curve.mass), tf.convert_to_tensor(curve.value)
    values = tf.maximum(values, tf.reduce_min(tf.concat([recurring, value], 0)))
    values = tf.minimum(values, tf.reduce_max(tf.concat([recurring, value], 0)))
    between, last = interpolate(values, value, mass), tf.size(value) - 1
    low, high = (tf.clip_by_value(spot, 0, last) for spot in (
        tf.searchsorted(value, values, "left"), tf.searchsorted(value, values, "right") - 1))  # fmt: skip
    left, right = (
        tf.where(tf.gather(value, spot) == values, tf.gather(mass, spot), between) * curve.bins for spot in (low, high)
    )
    interval = tf.clip_by_value(tf.floor((left + right) / 2), 0, curve.bins - 1)
    ends = (tf.cast(tf.clip_by_value(2 * (edge - interval) - 1, -1, 1), tf.float32) for edge in (left, right))
    code, position = tf.cast(interval, tf.int32) + own, tf.add_n(list(ends)) * 0.5
    if not own:
        return code, position
    spot = tf.minimum(tf.searchsorted(recurring, values), own - 1)
    recurs = tf.gather(recurring, spot) == values
    return tf.where(recurs, spot, code), tf.where(recurs, 0.0, position)


def _code(curve: Curve, codes: Tensor) -> Tensor:
    return codes[:, curve.block] if curve.block >= 0 else tf.zeros_like(codes[:, 0])


def _curve(blueprint: Blueprint, curve: Curve, codes: Tensor, positions: Tensor) -> Tensor:
    values = along(curve, codes, positions)
    if curve.follows < 0:
        return values
    cause = blueprint.columns[curve.follows]
    [owner] = cause.curves
    done, code = _rounded(cause, along(owner, codes, positions)), _code(owner, codes)
    inside = tf.gather(tf.convert_to_tensor(owner.interval), code) >= 0
    return tf.where(inside, interpolate(done, owner.value, curve.value), values)


def _rounded(column: Column, values: Tensor) -> Tensor:
    """Numbers of a column of one part as they are once its values are finished, in float64."""
    if not isinstance(column.scale, Lattice):
        return tf.round(values)
    scale = column.scale
    if scale.step:
        values = _on_lattice(values, scale.origin, scale.step)
        tens = 10.0**scale.decimals
        values = _over(tf.round(values * tens), tens)
    return tf.cast(tf.cast(values, column.dtype), tf.float64)


def _on_lattice(values: Tensor, origin: float, step: float) -> Tensor:
    return origin + tf.round(_over(values - origin, step)) * step


def _over(values: Tensor, divisor: float) -> Tensor:
    """A true division: for a constant, TensorFlow would multiply by its reciprocal, which rounds otherwise."""
    hidden = tf.raw_ops.PlaceholderWithDefault(input=tf.constant(divisor, tf.float64), shape=[])
    return values / hidden


def _whole(values: Tensor) -> Tensor:
    return tf.cast(tf.round(tf.where(tf.math.is_nan(values), tf.zeros_like(values), values)), tf.int64)
