"""The same values are scored the same, whatever dtype holds them, and in each of the tables."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ganaug import evaluate
from ganaug.evaluation.base import Inputs, Measurement
from ganaug.evaluation.fidelity import Fidelity
from ganaug.evaluation.tables import Tables, prepared

PANDAS_3 = int(pd.__version__.split(".")[0]) >= 3

ROWS = 150
WORDS = ["alpha", "beta", "gamma", "Ω mega"]
START = dt.datetime(2021, 3, 14, 1, 59, 26)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64")

Values = list[Any]
"""Python's, None where one is missing."""
Form = Callable[[Values], pd.Series]


def known(values: Values) -> Values:
    return [value for value in values if value is not None]


def numpy(dtype: str) -> Form:
    """A dtype of NumPy that knows no missing values; an error if there are some."""
    return lambda values: pd.Series(np.array(values, object).astype(dtype))


def floats(dtype: str) -> Form:
    return lambda values: pd.Series(np.array([np.nan if v is None else v for v in values], dtype))


def pandas(dtype: Any) -> Form:
    return lambda values: pd.Series(pd.array(values, dtype))


def arrow(kind: pa.DataType) -> Form:
    return lambda values: pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values).cast(kind)])))


def decimals(kind: pa.DataType) -> Form:
    def made(values: Values) -> pd.Series:
        cells = [None if value is None else Decimal(str(value)) for value in values]
        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(cells, kind)))

    return made


def cells(cell: Callable[[Any], Any] = lambda value: value, missing: Any = None) -> Form:
    """Objects."""
    return lambda values: pd.Series([missing if v is None else cell(v) for v in values], dtype=object)


def sparse(dtype: str, fill: Any) -> Form:
    return lambda values: floats(dtype)(values).astype(pd.SparseDtype(dtype, fill))


def sparse_whole(values: Values) -> pd.Series:
    return numpy("int64")(values).astype(pd.SparseDtype("int64", 0))


def alternating(values: Values) -> pd.Series:
    """Integers and floats by turns."""
    return pd.Series([v if v is None or i % 2 else float(v) for i, v in enumerate(values)], dtype=object)


def times(dtype: str) -> Form:
    """Datetimes or durations of NumPy."""
    kind, unit = dtype[:2], dtype[dtype.index("[") + 1 : -1]
    return lambda values: pd.Series(
        np.array(["NaT" if v is None else np.array(v, f"{kind}[us]") for v in values], f"{kind}[us]")
    ).astype(f"{kind}[{unit}]")


def zoned(dtype: str, zone: str) -> Form:
    return lambda values: times(dtype)(values).dt.tz_localize("UTC").dt.tz_convert(zone)


def zoned_arrow(unit: str, zone: str) -> Form:
    return lambda values: zoned("M8[us]", zone)(values).astype(pd.ArrowDtype(pa.timestamp(unit, zone)))


def categories(values: Values) -> pd.Series:
    return pd.Series(pd.Categorical(values))


def more_categories(values: Values) -> pd.Series:
    """In another order, with some that do not occur."""
    return pd.Series(pd.Categorical(values, ["never", *sorted(set(known(values)), reverse=True), "ever"], ordered=True))


NEVER_MISSING: dict[str, dict[str, Form]] = {
    "integers": {
        **{dtype: numpy(dtype) for dtype in (*SIGNED, *UNSIGNED)},
        "Sparse[int64]": sparse_whole,
    },
    "booleans": {"bool": numpy("bool"), "Sparse[bool]": lambda values: numpy("bool")(values).astype("Sparse[bool]")},
}
MAYBE_MISSING: dict[str, dict[str, Form]] = {
    "integers": {
        **{dtype: floats(dtype) for dtype in FLOATS},
        **{dtype.capitalize(): pandas(dtype.capitalize()) for dtype in SIGNED},
        **{dtype: pandas(dtype) for dtype in ("UInt8", "UInt64", "Float32", "Float64")},
        "arrow int8": arrow(pa.int8()),
        "arrow int64": arrow(pa.int64()),
        "arrow uint64": arrow(pa.uint64()),
        "arrow float": arrow(pa.float32()),
        "arrow double": arrow(pa.float64()),
        "object ints": cells(),
        "object ints, NaN": cells(missing=np.nan),
        "object floats": cells(float),
        "object NumPy ints": cells(np.int32),
        "object ints and floats": alternating,
        "object Decimal": cells(Decimal),
        "object Decimal, NaN": cells(Decimal, np.nan),
        "arrow decimal128": decimals(pa.decimal128(12, 0)),
        "arrow decimal128, two places": decimals(pa.decimal128(12, 2)),
        "Sparse[float64]": sparse("float64", np.nan),
        "Sparse[float64], 0": sparse("float64", 0.0),
    },
    "fractions": {
        **{dtype: floats(dtype) for dtype in FLOATS},
        "Float32": pandas("Float32"),
        "Float64": pandas("Float64"),
        "arrow float": arrow(pa.float32()),
        "arrow double": arrow(pa.float64()),
        "object floats": cells(),
        "object Decimal": cells(lambda value: Decimal(str(value))),
        "arrow decimal128": decimals(pa.decimal128(12, 4)),
        "Sparse[float64]": sparse("float64", np.nan),
    },
    "cents": {
        "float64": floats("float64"),
        "Float64": pandas("Float64"),
        "arrow double": arrow(pa.float64()),
        "object floats": cells(),
        "object Decimal": cells(lambda value: Decimal(str(value))),
        "arrow decimal128": decimals(pa.decimal128(12, 2)),
        "Sparse[float64]": sparse("float64", np.nan),
    },
    "durations": {
        **{f"timedelta64[{unit}]": times(f"m8[{unit}]") for unit in ("s", "ms", "us", "ns")},
        **{f"arrow duration[{unit}]": arrow(pa.duration(unit)) for unit in ("s", "ms", "us", "ns")},
        "object timedelta": cells(),
        "object timedelta, NaT": cells(missing=pd.NaT),
        "object Timedelta": cells(pd.Timedelta),
        "object timedelta64": cells(lambda value: np.timedelta64(value, "ms")),
    },
    "fine durations": {
        **{f"timedelta64[{unit}]": times(f"m8[{unit}]") for unit in ("us", "ns")},
        **{f"arrow duration[{unit}]": arrow(pa.duration(unit)) for unit in ("us", "ns")},
        "object timedelta": cells(),
        "object Timedelta": cells(pd.Timedelta),
    },
    "datetimes": {
        **{f"datetime64[{unit}]": times(f"M8[{unit}]") for unit in ("s", "ms", "us", "ns")},
        **{f"arrow timestamp[{unit}]": arrow(pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
        "arrow timestamp, Tokyo": zoned_arrow("ms", "Asia/Tokyo"),
        "object datetime": cells(),
        "object datetime, NaT": cells(missing=pd.NaT),
        "object Timestamp": cells(pd.Timestamp),
        "object datetime, UTC": cells(lambda value: value.replace(tzinfo=dt.UTC)),
        "object datetime64": cells(np.datetime64),
        "UTC": zoned("M8[ns]", "UTC"),
        "Berlin": zoned("M8[s]", "Europe/Berlin"),
    },
    "moments": {
        **{f"datetime64[{unit}]": times(f"M8[{unit}]") for unit in ("us", "ns")},
        **{f"arrow timestamp[{unit}]": arrow(pa.timestamp(unit)) for unit in ("us", "ns")},
        "arrow timestamp, Tokyo": zoned_arrow("us", "Asia/Tokyo"),
        "object datetime": cells(),
        "object Timestamp": cells(pd.Timestamp),
        "UTC": zoned("M8[ns]", "UTC"),
        "Berlin": zoned("M8[us]", "Europe/Berlin"),
    },
    "far datetimes": {
        **{f"datetime64[{unit}]": times(f"M8[{unit}]") for unit in ("s", "ms", "us")},
        **{f"arrow timestamp[{unit}]": arrow(pa.timestamp(unit)) for unit in ("s", "ms", "us")},
        "arrow timestamp, Tokyo": zoned_arrow("us", "Asia/Tokyo"),
        "UTC": zoned("M8[us]", "UTC"),
        "Berlin": zoned("M8[s]", "Europe/Berlin"),
    },
    "dates": {
        **{f"datetime64[{unit}]": times(f"M8[{unit}]") for unit in ("s", "us", "ns")},
        "arrow date32": arrow(pa.date32()),
        "arrow date64": arrow(pa.date64()),
        "arrow timestamp": arrow(pa.timestamp("us")),
        "object date": cells(lambda value: value.date()),
        "object date, NaT": cells(lambda value: value.date(), pd.NaT),
        "object datetime": cells(),
        "UTC": zoned("M8[ns]", "UTC"),
    },
    "booleans": {
        "boolean": pandas("boolean"),
        "arrow bool": arrow(pa.bool_()),
        "object": cells(),
        "object, NaN": cells(missing=np.nan),
        "object NumPy bools": cells(np.bool_),
        "category": categories,
    },
    "strings": {
        "object": cells(),
        "object, NaN": cells(missing=np.nan),
        **({"str": pandas("str")} if PANDAS_3 else {}),  # before, a missing cell became the text "None"
        "string": pandas("string"),
        "string[python]": pandas("string[python]"),
        "arrow string": arrow(pa.string()),
        "arrow large string": arrow(pa.large_string()),
        "category": categories,
        "ordered category": more_categories,
        "category of string": lambda values: pandas("string")(values).astype("category"),
        "arrow dictionary": arrow(pa.dictionary(pa.int32(), pa.string())),
    },
}
FORMS = {kind: NEVER_MISSING.get(kind, {}) | forms for kind, forms in MAYBE_MISSING.items()}
CATEGORIES, NUMBERS = ("booleans", "strings"), ("integers", "fractions", "cents")
KINDS = {k: "category" if k in CATEGORIES else "number" if k in NUMBERS else "datetime" for k in MAYBE_MISSING}
CASES = [
    pytest.param(kind, name, gaps, id=f"{kind}-{name}{'-gaps' * gaps}")
    for gaps in (False, True)
    for kind in KINDS
    for name in (MAYBE_MISSING if gaps else FORMS)[kind]
]
SEEDS = {"train": 0, "test": 1, "synthetic": 2}


def values_of(kind: str, part: str, gaps: bool) -> Values:
    """Values of which some recur, in each table others."""
    rng = np.random.default_rng(SEEDS[part])
    spread = 1.0 if part != "synthetic" else 0.8
    place = np.minimum(rng.beta(2, 3, ROWS) * 120 * spread, 119).astype(int).tolist()
    made: dict[str, Callable[[int], Any]] = {
        "integers": lambda i: i,
        "fractions": lambda i: i / 16,
        "cents": lambda i: i * 7 / 100,
        "durations": lambda i: dt.timedelta(days=i * 3, seconds=i * 1_001),
        "fine durations": lambda i: dt.timedelta(days=i * 90, microseconds=i * 1_000_003),
        "datetimes": lambda i: START + dt.timedelta(days=i * 9, seconds=i * 1_001),
        "moments": lambda i: START + dt.timedelta(days=i * 9, microseconds=i * 1_000_003),
        "far datetimes": lambda i: START.replace(year=1000 + i * 70) + dt.timedelta(days=i),
        "dates": lambda i: dt.datetime(1968, 1, 1) + dt.timedelta(days=i * 30),
        "booleans": lambda i: i < 40,
        "strings": lambda i: WORDS[i // 40],
    }
    missing = rng.random(ROWS) < (0.15 if part != "synthetic" else 0.25)
    return [None if gaps and gone else made[kind](i) for i, gone in zip(place, missing, strict=True)]


def table_of(kind: str, form: Form, part: str, gaps: bool) -> pd.DataFrame:
    """A column of the kind beside a number that goes with nothing."""
    column = form(values := values_of(kind, part, gaps))
    assert column.isna().tolist() == [value is None for value in values]
    return pd.DataFrame({"column": column, "number": np.random.default_rng(10 + SEEDS[part]).normal(size=ROWS)})


def made_alike(kind: str, forms: Sequence[Form], gaps: bool) -> Tables:
    """The three tables, each in a dtype of its own, as metrics get them."""
    given = [table_of(kind, form, part, gaps) for form, part in zip(forms, SEEDS, strict=True)]
    return prepared(*given, None, categorical_features="auto", target_type="auto")


def assert_alike(found: Tables, expected: Tables) -> None:
    """What metrics see of them is the same, to the last bit."""
    assert found.kinds == expected.kinds
    for (_, one), (_, other) in zip(found.parts(), expected.parts(), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def score(tables: Tables) -> Measurement:
    return Fidelity().measure(Inputs(tables, 100, 0))


@functools.cache
def usual(kind: str, gaps: bool) -> tuple[Form, Tables, Measurement]:
    """The dtype that others are compared to, its tables, and their score."""
    form = next(iter(MAYBE_MISSING[kind].values()))
    tables = made_alike(kind, [form] * 3, gaps)
    return form, tables, score(tables)


@pytest.mark.parametrize("kind", KINDS)
def test_the_usual_dtypes_have_the_kinds_and_errors_that_they_ought_to_have(kind):
    for gaps in (False, True):
        _, tables, found = usual(kind, gaps)
        assert tables.kinds == {"column": KINDS[kind], "number": "number"}
        assert 5 < found.columns["error"]["column"] < 50
        assert found.columns["missing_real"]["column"] == pytest.approx(0.15 * gaps, abs=0.06)


@pytest.mark.parametrize(("kind", "name", "gaps"), CASES)
def test_values_are_scored_the_same_whatever_dtype_holds_them(kind, name, gaps):
    form, (other, tables, expected) = FORMS[kind][name], usual(kind, gaps)
    assert_alike(made_alike(kind, (form, form, form), gaps), tables)
    assert_alike(mixed := made_alike(kind, (other, other, form), gaps), tables)
    found = score(mixed)
    assert found.figures == expected.figures
    pd.testing.assert_frame_equal(pd.DataFrame(found.columns), pd.DataFrame(expected.columns), check_exact=True)
    pd.testing.assert_frame_equal(found.pairs, expected.pairs, check_exact=True)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_each_table_may_have_a_dtype_of_its_own(kind, gaps):
    forms = list((MAYBE_MISSING if gaps else FORMS)[kind].values())
    for first in range(len(forms)):
        three = [forms[(first + step) % len(forms)] for step in (0, 2, 5)]
        assert_alike(made_alike(kind, three, gaps), usual(kind, gaps)[1])


def whole_tables(target: str, variant: int) -> list[pd.DataFrame]:
    """Columns of all kinds in dtypes that differ by variant, and from table to table but for the first variant."""
    tables = []
    for place, part in enumerate(SEEDS):
        columns = {}
        for spot, kind in enumerate(KINDS):
            gaps = kind != target and spot % 2 == 0
            forms = list((MAYBE_MISSING if gaps else FORMS)[kind].values())
            form = usual(kind, False)[0] if not variant else forms[(variant * 5 + place * 3 + spot) % len(forms)]
            columns[kind] = form(values_of(kind, part, gaps))
        tables.append(pd.DataFrame(columns))
    return tables


@pytest.mark.parametrize("target", ["booleans", "cents"])
def test_a_whole_evaluation_is_the_same_in_other_dtypes(target):
    found = [evaluate(*whole_tables(target, v), target, max_rows=100, random_state=0) for v in range(2)]
    one, other = found
    pd.testing.assert_frame_equal(one.columns, other.columns, check_exact=True)
    pd.testing.assert_frame_equal(one.pairs, other.pairs, check_exact=True)
    pd.testing.assert_frame_equal(one.classes, other.classes, check_exact=True)
    assert one.figures == other.figures
    assert one.verdicts == other.verdicts
