"""Whole numbers that count nanoseconds since 1970 are learnt as moments, and come back as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ganaug import GANAugmenter, load
from ganaug.columns.category import LongNumber
from ganaug.columns.epoch_number import EpochNumber
from ganaug.columns.registry import fit_column
from ganaug.exceptions import DataWarning
from ganaug.modality.table.encoder import TableEncoder

ROWS = 400


def calls(dtype: object = "int64") -> pd.DataFrame:
    rng = np.random.default_rng(0)
    begin = 1_700_000_000_000_000_000 + rng.integers(0, 10**12, ROWS) * 1_000
    end = begin + rng.integers(1, 10**8, ROWS) * 1_000
    return pd.DataFrame({"begin": pd.Series(begin).astype(dtype), "end": pd.Series(end).astype(dtype)})


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64", object, pd.ArrowDtype(pa.int64())], ids=str)
def test_they_come_back_as_they_were(dtype: object) -> None:
    column = calls(dtype)["end"]
    gaps = column.mask(column.index % 5 == 0)
    for given in (column, *([gaps.astype(dtype)] if str(dtype) not in ("int64", "uint64") else [])):
        own = fit_column(given)
        assert isinstance(own, EpochNumber)
        pd.testing.assert_series_equal(own.series(own.given(given)), given, check_names=False)


def test_orders_and_spans_are_kept_in_samples_files_and_streams(tmp_path) -> None:
    table = calls()
    augmenter = GANAugmenter(steps=40, random_state=0).fit(table)
    assert [rule.text for rule in augmenter.rules_] == ["begin <= end"]
    made = augmenter.sample(500, random_state=0)
    assert (made["begin"] <= made["end"]).all()
    assert made["begin"].dtype == np.int64
    assert made["begin"].isin(table["begin"]).mean() < 0.5
    augmenter.save(tmp_path / "calls.ganaug")
    pd.testing.assert_frame_equal(load(tmp_path / "calls.ganaug").sample(500, random_state=0), made)
    batch = next(iter(augmenter.as_dataset(16, seed=0)))
    assert batch.dtype == np.int64
    assert (np.asarray(batch) > 10**18).all()
    with pytest.raises(ValueError, match="is no moment like those in fit, in nanoseconds since 1970"):
        fit_column(table["end"]).transform(table["end"] + 1)


def test_a_sum_of_nanoseconds_is_one() -> None:
    table = calls()
    table["took"] = pd.to_timedelta((table["end"] - table["begin"]), unit="ns").astype("m8[us]")
    [rule] = TableEncoder.fit(table)[0].rules
    assert rule.text in ("end = begin + took", "begin = end - took")


def test_keys_of_that_size_are_none() -> None:
    keys = np.random.default_rng(0).integers(10**18, 2 * 10**18, ROWS)
    assert isinstance(fit_column(pd.Series(keys)), LongNumber)


def test_moments_that_keep_their_nanoseconds_are_levels_and_a_warning_says_so() -> None:
    table = calls() + np.random.default_rng(1).integers(0, 1_000, (ROWS, 2))
    table["end"] += 1_000
    with pytest.warns(DataWarning) as told:
        encoder, _ = TableEncoder.fit(table)
    assert "'begin' holds whole numbers beyond 2**53" in str(told[0].message)
    assert "unit='ns'" in str(told[1].message)
    assert not encoder.rules
    with pytest.warns(DataWarning), pytest.raises(ValueError, match=r"'begin' holds whole numbers beyond 2\*\*53"):
        TableEncoder.fit(table, rules=["begin <= end"])
