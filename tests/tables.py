"""Tables that the tests share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

ROWS = 400


def separable(rows: int = 600, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Three clouds far from one another, each with a category of its own, the last class rare."""
    rng = np.random.default_rng(seed)
    number = np.sort(rng.choice(3, rows, p=[0.55, 0.40, 0.05]))
    centre = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])[number]
    X = pd.DataFrame(centre + rng.normal(size=(rows, 2)), columns=["left", "right"])
    X["tied"] = np.array(["x", "y", "z"], object)[number]
    return X, pd.Series(np.array(["common", "middle", "rare"], object)[number], name="kind")


def mixed(rows: int = ROWS, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """A column of each common kind, some with missing cells, and a target of two classes."""
    rng = np.random.default_rng(seed)
    number = rng.choice(2, rows, p=[0.8, 0.2])
    X = pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 50, rows) * (1 + number), 2),
            "count": rng.poisson(4, rows),
            "score": pd.array(rng.integers(0, 100, rows), "Int64"),
            "city": pd.Series(rng.choice(["Berlin", "Oslo", "Rome"], rows), dtype=object),
            "size": pd.Categorical(rng.choice(["S", "M", "L"], rows), ["S", "M", "L", "XL"], ordered=True),
            "active": rng.random(rows) < 0.7,
            "when": pd.Series(pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, 400, rows), "D")),
        }
    )
    X.loc[rng.random(rows) < 0.1, ["amount", "city"]] = None
    X.loc[rng.random(rows) < 0.2, "score"] = pd.NA
    return X, pd.Series(np.array(["no", "yes"], object)[number], name="bought")


def implied() -> pd.DataFrame:
    """Mixed columns, some of them implied by others, without missing cells in integers."""
    X, _ = mixed()
    X = X.drop(columns="score").assign(cents=lambda t: t["amount"] * 100, huge=lambda t: t["count"] * 1000)
    return X.assign(warm=X["city"] == "Rome", twice=X["amount"])


def _integers(dtype: str, rng: np.random.Generator, rows: int) -> pd.Series:
    limits = np.iinfo(dtype)
    return pd.Series(rng.integers(max(limits.min, -500), min(limits.max, 500), rows).astype(dtype))


def _moments(rng: np.random.Generator, rows: int, unit: str, start: str) -> pd.Series:
    ticks = rng.integers(0, 60 * 24 * 4, rows) * 15
    return pd.Series(np.datetime64(start, unit) + ticks.astype("timedelta64[m]").astype(f"timedelta64[{unit}]"))


def _arrow(values: Any, kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values).cast(kind)])))


def every_dtype(rows: int = ROWS, seed: int = 0) -> dict[str, pd.Series]:
    """A column of every dtype that the library promises to give back, none of its cells missing."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(-50, 50, rows)
    flags = rng.random(rows) < 0.4
    words = rng.choice(["alpha", "beta", "gamma", "Ω mega"], rows)
    cents = np.round(rng.normal(20, 9, rows), 2)
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 90, rows)]
    spans = rng.integers(0, 500, rows).astype("timedelta64[m]")
    columns = {
        **{kind: _integers(kind, rng, rows) for kind in ("int8", "int16", "int32", "int64", "uint8", "uint64")},
        "bool": pd.Series(flags),
        "huge int64": pd.Series(np.int64(2**62) + rng.integers(0, 9, rows)),
        "huge uint64": pd.Series(np.uint64(2**63) + rng.integers(0, 9, rows).astype(np.uint64)),
        "float32": pd.Series(rng.normal(size=rows).astype("float32")),
        "float64": pd.Series(rng.lognormal(size=rows)),
        "cents": pd.Series(cents),
        "str": pd.Series(words, dtype="str"),
        "object strings": pd.Series(words.tolist(), dtype=object),
        "object ints": pd.Series(whole.tolist(), dtype=object),
        "object floats": pd.Series(cents.tolist(), dtype=object),
        "object bools": pd.Series(flags.tolist(), dtype=object),
        "object dates": pd.Series(days[:20] * (rows // 20) + days[: rows % 20], dtype=object),
        "category": pd.Series(pd.Categorical(words)),
        "ordered category": pd.Series(pd.Categorical(words, ["gamma", "beta", "alpha", "Ω mega"], ordered=True)),
        "unused categories": pd.Series(pd.Categorical(words, [*dict.fromkeys(words), "never", "ever"])),
        "int category": pd.Series(pd.Categorical(whole % 7)),
        "datetime64[s]": _moments(rng, rows, "s", "2024-01-01"),
        "datetime64[us]": _moments(rng, rows, "us", "1969-12-01"),
        "datetime64[ns]": _moments(rng, rows, "ns", "2024-01-01"),
        "UTC": _moments(rng, rows, "ns", "2024-01-01").dt.tz_localize("UTC"),
        "Berlin": _moments(rng, rows, "s", "2024-10-10").dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin"),
        "timedelta64[s]": pd.Series(spans.astype("timedelta64[s]")),
        "timedelta64[ns]": pd.Series(spans.astype("timedelta64[ns]")),
        "Int64": pd.Series(whole, dtype="Int64"),
        "UInt8": pd.Series(whole + 50, dtype="UInt8"),
        "Float64": pd.Series(cents, dtype="Float64"),
        "boolean": pd.Series(flags, dtype="boolean"),
        "string": pd.Series(words, dtype="string"),
        "arrow int32": _arrow(whole, pa.int32()),
        "arrow double": _arrow(cents, pa.float64()),
        "arrow bool": _arrow(flags, pa.bool_()),
        "arrow string": _arrow(words, pa.string()),
        "arrow timestamp": _arrow(_moments(rng, rows, "us", "2024-01-01").to_numpy(), pa.timestamp("us", "Asia/Tokyo")),
        "arrow date32": _arrow(days, pa.date32()),
        "arrow date64": _arrow(days, pa.date64()),
        "arrow duration": _arrow(spans.astype("timedelta64[s]"), pa.duration("ms")),
        "arrow decimal": _arrow([Decimal(f"{c:.2f}") for c in np.round(cents)], pa.decimal128(12, 2)),
        "arrow dictionary": _arrow(words, pa.dictionary(pa.int32(), pa.string())),
        "Sparse[int64]": pd.Series(np.where(flags, whole, 0)).astype(pd.SparseDtype("int64", 0)),
        "Sparse[float64]": pd.Series(np.where(flags, cents, 0.0)).astype(pd.SparseDtype("float64", 0.0)),
    }
    return {name: column.rename(name) for name, column in columns.items()}


NEVER_MISSING = {
    *("int8", "int16", "int32", "int64", "uint8", "uint64", "bool", "huge int64", "huge uint64"),
    *("Sparse[int64]", "Sparse[float64]"),
}


def with_gaps(columns: dict[str, pd.Series], share: float = 0.15, seed: int = 1) -> dict[str, pd.Series]:
    """Those of `columns` whose dtype knows missing cells, each with some."""
    rng = np.random.default_rng(seed)
    out = {}
    for name, column in columns.items():
        if name not in NEVER_MISSING:
            gaps = rng.random(len(column)) < share
            if column.dtype == object:  # pandas 2 would look for a narrower dtype
                cells = [None if gap else cell for cell, gap in zip(column, gaps, strict=True)]
                out[name] = pd.Series(cells, dtype=object, name=name)
            else:
                out[name] = column.mask(gaps)
    return out


def targets() -> dict[str, pd.Series]:
    """Sixty labels or numbers of every dtype."""
    return {
        "str": pd.Series(np.resize(["a", "b"], 60), dtype="str", name="label"),
        "object": pd.Series(np.resize(["a", "b"], 60), dtype=object),
        "category": pd.Series(pd.Categorical(np.resize(["a", "b"], 60), ["b", "a", "never"])),
        "ordered category": pd.Series(pd.Categorical(np.resize(["lo", "hi"], 60), ["lo", "hi"], ordered=True)),
        "bool": pd.Series(np.resize([True, False], 60)),
        "int64": pd.Series(np.resize([3, 7, 11], 60), name=0),
        "int8": pd.Series(np.resize([-1, 1], 60), dtype="int8"),
        "Int64": pd.Series(np.resize([0, 1], 60), dtype="Int64"),
        "boolean": pd.Series(np.resize([True, False], 60), dtype="boolean"),
        "string": pd.Series(np.resize(["a", "b"], 60), dtype="string"),
        "float classes": pd.Series(np.resize([0.0, 1.0], 60)),
        "float number": pd.Series(np.linspace(0, 1, 60), name="price"),
        "int number": pd.Series(np.arange(60), name="age"),
        "Float64 number": pd.Series(np.linspace(0, 1, 60), dtype="Float64"),
        "datetime": pd.Series(pd.to_datetime(np.resize(["2024-01-01", "2025-01-01"], 60))),
    }
