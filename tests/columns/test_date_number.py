"""Whole numbers that write dates are learnt as dates, and come back as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ganaug import GANAugmenter, load
from ganaug.columns.date_number import DateNumber, are_dates
from ganaug.columns.registry import fit_column, kind_of
from ganaug.modality.table.encoder import TableEncoder

ROWS = 400
DTYPES = ["int32", "int64", "uint32", "float64", "Int64", "Float64", pd.ArrowDtype(pa.int64())]


def stays(dtype: object = "int64") -> pd.DataFrame:
    rng = np.random.default_rng(0)
    begin = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 700, ROWS), "D"))
    end = begin + pd.to_timedelta(rng.integers(1, 40, ROWS), "D")
    keys = {name: own.dt.strftime("%Y%m%d").astype(int).astype(dtype) for name, own in (("begin", begin), ("end", end))}
    return pd.DataFrame({**keys, "month": begin.dt.month, "town": rng.choice(["a", "b"], ROWS)})


def read(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column.dropna().astype(int).astype(str), format="%Y%m%d")


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("gaps", [False, True])
def test_they_come_back_as_numbers_of_days_that_there_are(dtype: object, gaps: bool) -> None:
    table = stays(dtype)
    if gaps and str(dtype)[0] in "iu":
        pytest.skip("has no missing values")
    table.loc[::5, "end"] = np.nan if gaps else table.loc[::5, "end"]
    own = fit_column(table["end"])
    assert isinstance(own, DateNumber)
    back = own.series(own.plain(own.transform(table["end"])))
    pd.testing.assert_series_equal(back, table["end"], check_names=False)
    assert kind_of(table["end"]) == "number"
    encoder, rows = TableEncoder.fit(table)
    assert read(encoder.decode(rows)["end"]).isin(read(table["end"])).mean() > 0.9


def test_rules_of_dates_are_found_and_kept_in_files_and_streams(tmp_path) -> None:
    table = stays("Int64")
    table.loc[::9, "end"] = pd.NA
    augmenter = GANAugmenter(steps=40, random_state=0).fit(table)
    assert {rule.text for rule in augmenter.rules_} == {"begin <= end", "month of begin implies month"}
    made = augmenter.sample(500, random_state=0)
    assert (read(made["begin"]).dt.month == made["month"]).all()
    assert (made["end"] >= made["begin"]).fillna(True).all()
    assert read(made["end"]).notna().all()
    augmenter.save(tmp_path / "stays.ganaug")
    pd.testing.assert_frame_equal(load(tmp_path / "stays.ganaug").sample(500, random_state=0), made)
    batch = next(iter(augmenter.as_dataset(16, seed=0)))
    begin = np.asarray(batch["begin"]).ravel()
    assert begin.dtype == np.int64
    assert are_dates(pd.Series(begin))


@pytest.mark.parametrize(
    "numbers",
    [
        np.arange(20_240_101, 20_240_140),  # a 32nd of January
        np.resize([20240101, 20240229, 20240331], 40),  # too few to tell
        np.linspace(20_240_101.5, 20_240_131.5, 40),
        np.r_[np.arange(20_240_101, 20_240_131), 0],
        np.arange(18_000_101, 18_000_131),
        np.arange(20_230_220, 20_230_230),  # a 29th of February in 2023
    ],
)
def test_other_numbers_stay_numbers(numbers: np.ndarray) -> None:
    assert not isinstance(fit_column(pd.Series(numbers)), DateNumber)


def test_an_open_end_stays_one() -> None:
    table = stays()
    table.loc[::4, "end"] = 99_991_231
    encoder, rows = TableEncoder.fit(table)
    made = encoder.decode(rows)
    assert (made["end"] == 99_991_231).sum() == 100


def test_what_is_no_date_was_not_seen() -> None:
    own = fit_column(stays()["begin"])
    assert own.knows(pd.Series([20240331, 20240332, 7])).tolist() == [True, False, False]
    with pytest.raises(ValueError, match="20240332 is no date"):
        own.transform(pd.Series([20240331, 20240332], name="begin"))
