"""New values stand below real ones without a loss, or an error says why not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_series_equal

from ganaug import GANAugmenter
from ganaug.columns.joined import joined
from ganaug.modality.table.encoder import TableEncoder

TEXT = pd.Series(["a"], dtype="str").dtype
"""In pandas 2 that is object."""


def _series(values, dtype=None) -> pd.Series:
    return pd.Series(values, dtype=dtype, name="v")


def _zoned(unit: str, zone: str | None = "UTC") -> pd.Series:
    return _series(pd.to_datetime(["2024-01-01 12:00:00.5"]).as_unit(unit).tz_localize(zone))


@pytest.mark.parametrize(
    ("real", "new", "dtype"),
    [
        (_series([1, 2]), _series([3.0, np.nan]), "float64"),
        (_series([1, 2]), _series([3.0, 4.0]), "int64"),
        (_series([2**60 + 1]), _series([3.0, np.nan]), "Int64"),
        (_series([1, 2], "int8"), _series([3, 200]), "int64"),
        (_series([1, 2], "int8"), _series([3, 100]), "int8"),
        (_series([200], "uint8"), _series([-3], "int8"), "int16"),
        (_series([1], "Int8"), _series([300], "Int64"), "Int64"),
        (_series([None], "Int8"), _series([300], "int64"), "Int64"),
        (_series([1], "int64"), _series([None, 300], "Int64"), "Int64"),
        (_series([0.1], "float32"), _series([0.1]), "float32"),
        (_series([0.1], "float32"), _series([1e300]), "float64"),
        (_series([0.1]), _series([0.5], "float32"), "float64"),
        (_series([0.1], "float32"), _series([None, 0.5], "Float64"), "float32"),
        (_series([True]), _series([False, None], "boolean"), "boolean"),
        (_series([True]), _series([False, None], object), object),
        (_series([True, None], "boolean"), _series([False]), "boolean"),
        (_series([1.0, np.nan]), _series([True]), "float64"),
        (_series(["a"], "str"), _series(["b", None], object), TEXT),
        (_series(["a", None], object), _series(["b"], "str"), object),
        (_series(["a"], "string"), _series(["b", None], "str"), "string"),
        (_series(["a"], "str"), _series(["b", 3], object), object),
        (_series([np.nan]), _series(["b"], "str"), TEXT),
        (_zoned("s"), _zoned("ns"), "datetime64[ns, UTC]"),
        (_zoned("ns", "Europe/Berlin"), _zoned("us"), "datetime64[ns, Europe/Berlin]"),
        (_zoned("s", None), _zoned("us", None), "datetime64[us]"),
        (_zoned("s", None), _series([dt.date(9999, 12, 31), None], object), "datetime64[s]"),
        (_series([dt.date(9999, 12, 31), None], object), _zoned("ns", None), "datetime64[ms]"),
        (_zoned("s", None), _series([dt.datetime(2024, 1, 1, 3, 0, 0, 5)], object), "datetime64[us]"),
        (
            _series(pd.to_timedelta([1], "s").as_unit("s")),
            _series(pd.to_timedelta([5], "ms").as_unit("ns")),
            "timedelta64[ns]",
        ),
        (_series(["a"], "category"), _series(["b"], "category"), pd.CategoricalDtype(["a", "b"])),
        (_series(["a"], "category"), _series(["b"], "str"), pd.CategoricalDtype(["a", "b"])),
        (_series(["a"], "str"), _series(["b"], "category"), TEXT),
        (_series([1, 2], "int8[pyarrow]"), _series([300], "int64[pyarrow]"), "int64[pyarrow]"),
        (_series([1, 2], "int64[pyarrow]"), _series([3.0, None]), "int64[pyarrow]"),
        (_series([0, 2], "Sparse[int64]"), _series([0.5], "Sparse[float64]"), "float64"),
    ],
)
def test_no_value_changes(real, new, dtype):
    both = joined(real, new)
    assert both.dtype == dtype
    assert both.name == "v"
    assert both.isna().tolist() == [*real.isna(), *new.isna()]
    dense = [part.sparse.to_dense() if isinstance(part.dtype, pd.SparseDtype) else part for part in (real, new)]
    for cell, own in zip(both, [*dense[0], *dense[1]], strict=True):
        own = pd.Timestamp(own) if isinstance(own, dt.date) else own
        assert pd.isna(own) or cell == own or (both.dtype == "float32" and cell == np.float32(own))


@pytest.mark.parametrize(
    ("own", "fitted", "order"),
    [
        (["S", "L"], ["S", "M", "L"], ["S", "M", "L"]),
        (["S", "L", "XL"], ["S", "M", "L"], ["S", "M", "L", "XL"]),
        (["XS", "S", "L"], ["S", "M", "L"], ["XS", "S", "M", "L"]),
    ],
)
def test_ordered_categories_keep_the_order_of_both(own, fitted, order):
    real, new = (pd.Series(pd.Categorical(part, part, ordered=True)) for part in (own, fitted))
    assert joined(real, new).dtype == pd.CategoricalDtype(order, ordered=True)


@pytest.mark.parametrize(
    ("real", "new", "message"),
    [
        (_zoned("ns", None), _zoned("ns"), "tz_localize"),
        (_zoned("ns"), _zoned("ns", None), "tz_localize"),
        (_series(["2024-01-01"]), _zoned("ns"), "to_datetime"),
        (_series(["1", "2"], "str"), _series([3, 4]), f"holds {TEXT} here, but in fit it held int64"),
        (_series(["1", "2"], object), _series([3, 4]), "column 'v'"),
        (_series([1, 2]), _series(["3"], "str"), "column 'v'"),
        (_series([2**60 + 1]), _series([0.5, None]), r"column 'v' holds int64 here.*with missing values.*'Int64'"),
        (
            _series(pd.Categorical(["a", "b"], ["b", "a"], True)),
            _series(pd.Categorical(["a", "b"], ordered=True)),
            "order",
        ),
        (
            _series(pd.Categorical(["a"], ["b", "a"], True)),
            _series(pd.Categorical(["a", "b"], ordered=True)),
            "reorder",
        ),
    ],
)
def test_what_no_dtype_holds_is_named_with_the_remedy(real, new, message):
    with pytest.raises(TypeError, match=message):
        joined(real, new.rename("v"))


def test_no_new_values_leave_the_real_ones_as_they_are():
    assert_series_equal(joined(_series([1], "int8"), _series([], "float64")), _series([1], "int8"))


def test_dictionaries_of_arrow_are_joined_by_their_values():
    kinds = [pd.ArrowDtype(pa.dictionary(index, pa.string())) for index in (pa.int8(), pa.int32())]
    real, new = (pd.Series(pd.array(cells, kind)) for cells, kind in zip((["a"], ["b", None]), kinds, strict=True))
    assert joined(real, new).tolist()[:2] == ["a", "b"]


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("strategy", [None, "auto"])
def test_a_part_in_narrower_dtypes_is_augmented_and_kept(strategy):
    rng = np.random.default_rng(0)
    gaps = rng.random(300) < 0.3
    X = pd.DataFrame(
        {
            "site": pd.Categorical(rng.choice(list("abcd"), 300)),
            "count": np.where(gaps, np.nan, rng.integers(0, 300, 300)),
            "asked": pd.Series(np.where(gaps, None, rng.random(300) < 0.5), dtype=object),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, 300), "h"),
            "word": rng.choice(["x", "y"], 300),
            "real": rng.normal(size=300),
        }
    )
    y = pd.Series(pd.Categorical(np.resize(["a", "a", "b"], 300)))
    augmenter = GANAugmenter(sampling_strategy=strategy, steps=5, random_state=0).fit(X, y)
    part = X[~gaps & (X["site"] != "d") & (X["count"] < 120)].assign(
        site=lambda t: t["site"].cat.remove_unused_categories(),
        count=lambda t: t["count"].astype("int8"),
        asked=lambda t: t["asked"].astype(bool),
        day=lambda t: t["day"].astype("datetime64[s]"),
        word=lambda t: t["word"].astype("category"),
        real=lambda t: t["real"].astype("float32"),
    )
    labels = y[part.index].cat.add_categories("unseen")
    more, targets, synthetic = augmenter.augment(part, labels, return_mask=True)
    real = more[~synthetic]
    assert {"site", "day", "word", "real"}.isdisjoint(more.columns[more.isna().any()])
    assert not targets.isna().any()
    for name in part:
        assert (real[name].to_numpy() == part[name].to_numpy()).all()
    assert set(more["site"][synthetic]) == set("abcd")
    assert more["real"].dtype == "float32"


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *(("day", kind) for kind in ("datetime64[s]", "datetime64[us]", "timestamp[us][pyarrow]")),
        *(("zoned", kind) for kind in ("datetime64[s, UTC]", "datetime64[us, Europe/Berlin]")),
        *(("span", kind) for kind in ("timedelta64[s]", "duration[ms][pyarrow]")),
        *(("flag", kind) for kind in ("boolean", "object", "float64", "int8", "bool[pyarrow]")),
        *(("asked", kind) for kind in ("boolean", "bool[pyarrow]")),
        *(("word", kind) for kind in ("object", "string", "category", "string[pyarrow]")),
        *(("whole", kind) for kind in ("int8", "Int8", "float32", "int64[pyarrow]")),
    ],
)
def test_rows_in_other_dtypes_are_encoded_as_those_of_fit(name, dtype):
    rng = np.random.default_rng(0)
    hours, flags = rng.integers(0, 99, 200), rng.random(200) < 0.5
    columns = {
        "day": pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, "h")).astype("datetime64[ns]"),
        "zoned": pd.Series(pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(hours, "h")),
        "span": pd.Series(pd.to_timedelta(hours, "h")).astype("timedelta64[ns]"),
        "flag": pd.Series(flags),
        "asked": pd.Series(np.where(hours % 5 == 0, None, flags), dtype=object),
        "word": pd.Series(rng.choice(["x", "y"], 200), dtype="str"),
        "whole": pd.Series(hours),
    }
    table = pd.DataFrame({name: columns[name], "other": rng.normal(size=200)})
    encoder, rows = TableEncoder.fit(table)
    other = table.astype({name: dtype})
    assert encoder.knows(other).all()
    again = encoder.encode(other)
    assert (again.codes == rows.codes).all()
    assert np.allclose(again.middle, rows.middle, atol=1e-6)
