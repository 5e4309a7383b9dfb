"""Dates as text are learnt as dates, and come back as text."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ganaug import DataWarning, GANAugmenter, load
from ganaug.columns.date_text import DateText, as_written, pattern_of
from ganaug.columns.registry import fit_column, kind_of, measured
from ganaug.modality.table.encoder import TableEncoder

ROWS = 400
PATTERNS = ["%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
DTYPES = [object, "string", "string[pyarrow]", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())]


def stays(pattern: str = "%Y-%m-%d", gaps: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    begin = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 700 * 24 * 60, ROWS), "min"))
    table = pd.DataFrame({"begin": begin, "end": begin + pd.to_timedelta(rng.integers(1, 40, ROWS), "D")})
    written = table.apply(lambda moments: moments.dt.strftime(pattern)).assign(price=rng.normal(size=ROWS))
    if gaps:
        written.loc[::9, "end"] = None
    return written


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_they_come_back_as_they_were_written(pattern, dtype):
    column = stays(pattern)["end"].astype(dtype)
    own = fit_column(column)
    assert isinstance(own, DateText)
    assert own.pattern == pattern
    pd.testing.assert_series_equal(own.inverse_transform(own.transform(column)), column, check_names=False)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_nobody_is_warned_of_dates_that_are_read(pattern):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableEncoder.fit(stays(pattern))


def test_rules_of_dates_are_found_and_kept():
    table = stays()
    table["weekday"] = pd.to_datetime(table["begin"]).dt.day_name()
    table["days"] = (pd.to_datetime(table["end"]) - pd.to_datetime(table["begin"])).dt.days
    encoder, _ = TableEncoder.fit(table)
    assert {rule.text for rule in encoder.rules} >= {"weekday of begin implies weekday", "begin <= end"}
    augmenter = GANAugmenter(steps=60, random_state=0, identifiers="warn").fit(table)
    made = augmenter.sample(300, random_state=0)
    assert made.dtypes.equals(table.dtypes)
    begin, end = (pd.to_datetime(made[name], format="%Y-%m-%d") for name in ("begin", "end"))
    assert (begin <= end)[end.notna()].all()
    assert (begin.dt.day_name() == made["weekday"]).all()
    assert ((end - begin).dt.days == made["days"])[end.notna()].all()
    assert made["end"].isna().any()


def test_a_file_and_a_stream_hold_them_as_text(tmp_path):
    table = stays()
    augmenter = GANAugmenter(steps=40, random_state=0).fit(table)
    augmenter.save(tmp_path / "model.ganaug")
    again = load(tmp_path / "model.ganaug")
    pd.testing.assert_frame_equal(again.sample(50, random_state=1), augmenter.sample(50, random_state=1))
    batch = next(iter(augmenter.as_dataset(32, seed=0)))
    assert batch["begin"].dtype == "string"
    assert all(pattern_of([cell.decode()]) == "%Y-%m-%d" for cell in batch["begin"].numpy())
    assert {len(cell) for cell in batch["end"].numpy()} == {0, 10}


def test_what_is_written_in_another_way_was_not_seen():
    table = stays()
    encoder, _ = TableEncoder.fit(table)
    strange = table.assign(begin=table["begin"].mask(np.arange(ROWS) == 3, "03.04.2024"))
    assert encoder.unseen(strange)["begin"].tolist() == [row == 3 for row in range(ROWS)]
    with pytest.raises(ValueError, match=r"column 'begin': '03\.04\.2024' is no date like those in fit, %Y-%m-%d"):
        fit_column(table["begin"]).transform(strange["begin"])


def test_metrics_see_moments():
    column = stays("%Y/%m/%d")["end"]
    assert kind_of(column) == "datetime"
    seconds = measured(column, "datetime")
    known = column.notna().to_numpy()
    assert (pd.to_datetime(seconds[known], unit="s").dt.strftime("%Y/%m/%d") == column[known].to_numpy()).all()
    assert seconds[~known].isna().all()


@pytest.mark.parametrize(
    "change",
    [
        lambda column: column.mask(column.index == 5, "unknown"),
        lambda column: column.mask(column.index == 5, "2023-02-30"),
        lambda column: column.mask(column.index == 5, "2023/02/28"),
        lambda column: column.mask(column.index == 5, 20230228),
        lambda column: column.where(column.index < 2, column[0]),
        lambda column: column.astype("category"),
    ],
)
def test_a_column_of_other_words_or_of_two_dates_stays_one_of_categories(change):
    assert not isinstance(fit_column(change(stays()["begin"])), DateText)


def test_a_column_of_categories_stays_one_if_it_is_called_so():
    table = stays()
    with pytest.warns(DataWarning, match="column 'begin' has"):
        augmenter = GANAugmenter(steps=40, categorical_features=["begin"], random_state=0).fit(table)
    assert set(augmenter.sample(200, random_state=0)["begin"]) <= set(table["begin"])


@pytest.mark.parametrize(
    ("pattern", "remedy"),
    [
        ("%d-%m-%Y", "dayfirst=True"),
        ("%m/%d/%Y", "dayfirst=False"),
        ("%d.%m.%Y", "dayfirst=True"),
        ("%m/%d/%Y %H:%M", "dayfirst=False"),
        ("%Y-%m-%dT%H:%M:%SZ", 'format="ISO8601"'),
        ("%Y-%m-%d %H:%M:%S.%f", 'format="ISO8601"'),
    ],
)
def test_another_order_is_not_guessed_but_told(pattern, remedy):
    table = stays(pattern)
    with pytest.warns(DataWarning, match="holds dates as text") as told:
        TableEncoder.fit(table)
    texts = [str(each.message) for each in told]
    assert len(texts) == 2
    assert all(f"{remedy})" in text for text in texts)
    read = {
        name: eval(f"pd.to_datetime(X[name], {remedy})", {"pd": pd, "X": table, "name": name}) for name in ("begin",)
    }
    assert read["begin"].dt.strftime(pattern).tolist() == table["begin"].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableEncoder.fit(table, categorical=frozenset(["begin", "end"]), identifiers="drop")


def test_days_that_may_be_months_are_asked_for():
    days = [f"{day:02}/{month:02}/2024" for day in range(1, 13) for month in range(1, 13)] * 2
    with pytest.warns(DataWarning, match=r"dayfirst=\.\.\."):
        TableEncoder.fit(pd.DataFrame({"day": days, "price": np.arange(288) / 7}))


@pytest.mark.parametrize(
    "words", [["1.2.3", "2.10.0", "10.0.1"], ["12-34-56", "99-11-22", "00-00-01"], ["a", "b", "c"]]
)
def test_versions_and_numbers_are_no_dates(words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableEncoder.fit(pd.DataFrame({"word": words * 50, "price": np.arange(150) / 7}))


def test_years_that_strftime_does_not_know_are_written_too():
    assert as_written(np.datetime64("0987-01-02"), "%Y-%m-%d") == "0987-01-02"
    assert pattern_of(["0987-01-02", "9999-12-31"]) == "%Y-%m-%d"
