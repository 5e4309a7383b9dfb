"""New values below real ones, in a dtype that holds both."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from ..plain import DType
from .base import missing_of, numpy_dtype
from .category import without_dictionary
from .registry import dense, kind_of
from .ticks import has_zone, without_objects

UNITS = ("s", "ms", "us", "ns")


def joined(real: pd.Series, new: pd.Series) -> pd.Series:
    """New values below real ones.

    Real values stay as they are. The dtype is that of `real` if it holds the new values, else that of `new` if it holds
    the real ones, else a wider one; categories are those of both. Floats are rounded to the precision of `real`.

    Raises
    ------
    TypeError
        If no dtype holds both; it names the column and the remedy.
    """
    if not len(new) or real.dtype == new.dtype:
        return pd.concat([real, new], ignore_index=True).rename(real.name) if len(new) else real
    if isinstance(real.dtype, pd.SparseDtype) or isinstance(new.dtype, pd.SparseDtype):
        own = _cast(dense(new), real.dtype)
        if own is not None:
            return _below(real, own)
        real, new = dense(real), dense(new)
    real, new = (without_objects(without_dictionary(own)) for own in (real, new))
    if isinstance(real.dtype, pd.CategoricalDtype) or isinstance(new.dtype, pd.CategoricalDtype):
        return _joined_categories(real, new)
    if _of_one_kind(real, new) and has_zone(real.dtype) == has_zone(new.dtype):
        own = _cast(new, real.dtype, rounded=True)
        if own is not None:
            return _below(real, own)
        for dtype in (new.dtype, *_wider(real, new)):
            old, own = _cast(real, dtype), _cast(new, dtype)
            if old is not None and own is not None:
                return _below(old, own)
        if kind_of(new) in ("datetime", "duration"):
            return _below(real, new.astype(real.dtype))
    gaps = " with missing values" if new.hasnans and not real.hasnans else ""
    remedy = f"give X the dtype of fit there, with X.astype({{{real.name!r}: {str(new.dtype)!r}}})"
    if has_zone(real.dtype) != has_zone(new.dtype) and kind_of(real) != "datetime":
        remedy = f"make moments of it with pd.to_datetime(X[{real.name!r}], utc=True)"
    elif has_zone(real.dtype) != has_zone(new.dtype):
        zone = repr(str(getattr(new.dtype, "tz", "UTC"))) if has_zone(new.dtype) else None
        remedy = f"make them alike with X[{real.name!r}].dt.tz_localize({zone})"
    elif gaps and str(real.dtype).lower().startswith(("int", "uint")):
        remedy = f"give X a dtype for both there, such as X.astype({{{real.name!r}: 'Int64'}})"
    raise TypeError(
        f"column {real.name!r} holds {real.dtype} here, but in fit it held {new.dtype}{gaps}, and no dtype holds both "
        f"without a loss: {remedy}"
    )


def _below(real: pd.Series, new: pd.Series) -> pd.Series:
    return pd.concat([real, new], ignore_index=True).rename(real.name)


def _cast(values: pd.Series, dtype: DType, *, rounded: bool = False) -> pd.Series | None:
    """The same values in this dtype; None if one would change, but for floats that may be `rounded`."""
    if values.dtype == dtype:
        return values
    absent = values.isna()
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            cast = values.astype(dtype)
        if (cast.isna() != absent).any():
            return None
        known, made = values[~absent], cast[~absent]
        if cast.dtype == object:
            cast[absent] = missing_of(values) if values.dtype == object else None
            return cast
        if rounded and pd.api.types.is_float_dtype(dtype) and pd.api.types.is_float_dtype(values.dtype):
            return None if np.isinf(made.to_numpy(np.float64)).any() else cast
        # Both ways: -3 as an unsigned number is not -3, and 2**60 + 1 as a float is 2**60 to whoever compares floats.
        same = (made == known) & (made.astype(known.dtype) == known)
        return cast if bool(same.all()) else None
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return None


def _wider(real: pd.Series, new: pd.Series) -> list[Any]:
    """Dtypes that may hold both."""
    kind = kind_of(real if real.notna().any() else new)
    if kind == "number":
        both = [numpy_dtype(real.dtype), numpy_dtype(new.dtype)]
        plain = [np.result_type(*both)] if all(own.kind in "biuf" for own in both) else []
        return [*plain, "Int64", "UInt64", "Float64"]
    if kind == "category":
        return ["boolean", object]
    if has_zone(real.dtype):
        zone = getattr(real.dtype, "tz", None) or getattr(new.dtype, "tz", None)
        return [pd.DatetimeTZDtype(unit, zone) for unit in UNITS] if zone is not None else []
    return [f"{'datetime64' if kind == 'datetime' else 'timedelta64'}[{unit}]" for unit in UNITS]


def _of_one_kind(real: pd.Series, new: pd.Series) -> bool:
    """Whether values are alike; truth values may be written as 0 and 1."""
    if not real.notna().any() or not new.notna().any() or kind_of(real) == kind_of(new):
        return True
    return all(bool(pd.api.types.is_numeric_dtype(own.dtype)) for own in (real, new))


def _joined_categories(real: pd.Series, new: pd.Series) -> pd.Series:
    if not isinstance(real.dtype, pd.CategoricalDtype):
        return joined(real, new.astype(new.cat.categories.dtype))
    if not isinstance(new.dtype, pd.CategoricalDtype):
        new = new.astype("category")
        fitted, ordered = list(new.cat.categories), False
    else:
        fitted, ordered = list(new.cat.categories), bool(new.cat.ordered)
    own = list(real.cat.categories)
    ordered = bool(ordered and real.cat.ordered)
    categories = _merged(fitted, own) if ordered else _united(own, fitted)
    if categories is None:
        raise TypeError(
            f"column {real.name!r} has the ordered categories {own} here, and in another order, {fitted}, in fit: "
            f"bring them into one order with X[{real.name!r}].cat.reorder_categories"
        )
    dtype = pd.CategoricalDtype(categories, ordered or (bool(real.cat.ordered) and set(fitted) <= set(own)))
    return _below(real.astype(dtype), new.astype(dtype))


def _united(own: list[Hashable], fitted: list[Hashable]) -> list[Hashable]:
    """All categories, in the order of fit where that has them all."""
    if set(own) <= set(fitted):
        return fitted
    return [*own, *(each for each in fitted if each not in set(own))]


def _merged(fitted: list[Hashable], own: list[Hashable]) -> list[Hashable] | None:
    """All categories in an order that both have; None if there is none."""
    spot = {category: place for place, category in enumerate(fitted)}
    places = [spot[category] for category in own if category in spot]
    if places != sorted(places):
        return None
    merged, after = list(fitted), 0
    for category in own:
        if category in spot:
            after = merged.index(category) + 1
        else:
            merged.insert(after, category)
            after += 1
    return merged


def as_fitted(column: pd.Series, dtype: DType) -> pd.Series:
    """Values in the dtype of fit, where it holds them; times rounded to its unit. Others stay as they are."""
    if column.dtype == dtype or isinstance(dtype, (pd.SparseDtype, pd.CategoricalDtype)):
        return column
    column = without_dictionary(dense(column))
    cast = _cast(column, dtype, rounded=True)
    if cast is not None or kind_of(column) not in ("datetime", "duration"):
        return column if cast is None else cast
    try:
        return column.astype(dtype)
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return column
