"""Dates that recur come back as they were."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganaug.columns.datetime import Datetime
from ganaug.columns.listed import Listed
from ganaug.columns.registry import fit_column
from ganaug.modality.table.encoder import TableEncoder

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))

from untrained import any_rows

ROWS = 1_000


def drawn(dates: object) -> tuple[pd.Series, pd.Series]:
    table = pd.DataFrame({"when": pd.Series(dates), "v": np.random.default_rng(1).normal(size=len(dates))})
    encoder, rows = TableEncoder.fit(table)
    pd.testing.assert_series_equal(encoder.decode(rows)["when"], table["when"])
    return table["when"], encoder.decode(any_rows(encoder))["when"]


@pytest.mark.parametrize("freq", ["MS", "ME", "QE", "W-FRI", "YS"])
@pytest.mark.parametrize("zone", [None, "US/Eastern"])
def test_dates_that_skip_others_are_values(freq, zone):
    dates = pd.date_range("2009-01-01", periods=40, freq=freq, tz=zone)
    real, made = drawn(dates[np.random.default_rng(0).integers(0, 40, ROWS)])
    assert set(made) <= set(real)
    assert made.nunique() > 20


def test_days_in_a_row_are_weeks_and_weekdays():
    days = pd.date_range("2020-01-01", periods=100)[np.random.default_rng(0).integers(0, 100, ROWS)]
    encoder, _ = TableEncoder.fit(pd.DataFrame({"when": days}))
    assert not isinstance(encoder.columns[0].type, Listed)
    assert len(encoder.layout.blocks) == 2


@pytest.mark.parametrize("moment", ["1900-01-01", "1970-01-01", "9999-12-31", "2262-04-11"])
@pytest.mark.parametrize("share", [0.01, 0.03, 0.3])
def test_a_moment_that_stands_for_something_stays_that_moment(moment, share):
    rng = np.random.default_rng(0)
    usual = pd.Series(pd.Timestamp("2020-01-06 09:00") + pd.to_timedelta(rng.integers(0, 67_000, ROWS) * 15, "min"))
    usual = usual.dt.as_unit("s")
    real, made = drawn(usual.where(rng.random(ROWS) >= share, pd.Timestamp(moment)).mask(rng.random(ROWS) < 0.1))
    known = made.dropna()
    odd = ~known.between(usual.min(), usual.max())
    assert odd.any()
    assert (known[odd] == pd.Timestamp(moment)).all()
    assert made.isna().any()
    kept = fit_column(real)
    assert kept.tensor_type(np.zeros(0), missing=True).low <= known.min().value // 10**9


@pytest.mark.parametrize("zone", ["US/Eastern", "Europe/Berlin", "Australia/Lord_Howe"])
def test_local_midnights_stay_midnights(zone):
    days = pd.date_range("2021-01-01", periods=700, tz=zone)
    real, made = drawn(days[np.random.default_rng(0).integers(0, 700, ROWS)])
    shown = {moment.strftime("%H:%M") for moment in real}  # all of them 00:00
    assert {moment.strftime("%H:%M") for moment in made} <= shown


def test_hours_that_clocks_show_twice_or_never_are_no_obstacle():
    hours = pd.date_range("2021-10-30", periods=72, freq="30min", tz="Europe/Berlin")
    spring = pd.date_range("2021-03-27", periods=72, freq="30min", tz="Europe/Berlin")
    table = pd.DataFrame({"when": pd.Series([*hours, *spring] * 5)})
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))["when"]
    assert made.between(table["when"].min(), table["when"].max()).all()


@pytest.mark.parametrize("missing", [None, np.nan, pd.NaT, pd.NA])
def test_objects_that_are_dates_come_back_with_their_kind_of_gap(missing):
    days = [dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31), missing]
    column = pd.Series(days, dtype=object)
    kept = fit_column(column)
    assert isinstance(kept, Datetime)
    back = kept.inverse_transform(kept.transform(column))
    assert [type(cell) for cell in back] == [type(cell) for cell in days]
    assert back[:3].tolist() == days[:3]


def test_moments_among_dates_keep_their_time_of_day():
    column = pd.Series([dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 3)] * 5, dtype=object)
    kept = fit_column(column)
    assert kept.inverse_transform(kept.transform(column)).tolist() == column.tolist()


@pytest.mark.parametrize("other", ["2024-01-02", 5, dt.time(3)])
def test_objects_that_are_no_dates_are_named_where_dates_were(other):
    kept = fit_column(pd.Series([dt.date(2024, 1, day) for day in (1, 2, 3)], dtype=object))
    with pytest.raises(TypeError, match=r"column 'sent': .* is no date"):
        kept.transform(pd.Series([dt.date(2024, 1, 1), other], dtype=object, name="sent"))


@pytest.mark.parametrize("kind", [dt.datetime, pd.Timestamp, dt.timedelta, pd.Timedelta])
@pytest.mark.parametrize("missing", [None, pd.NaT])
def test_objects_that_are_times_are_learnt_as_times_and_come_back_as_such(kind, missing):
    rng = np.random.default_rng(0)
    spans = pd.to_timedelta(rng.integers(0, 10**6, 300), "min")
    times = pd.Series(spans if kind in (dt.timedelta, pd.Timedelta) else pd.Timestamp("2024-01-01") + spans)
    cells = [kind(cell) if kind is pd.Timedelta else cell for cell in times]
    if kind is dt.datetime:
        cells = [cell.to_pydatetime() for cell in cells]
    elif kind is dt.timedelta:
        cells = [cell.to_pytimedelta() for cell in cells]
    begin = pd.Series([*cells, missing], dtype=object)
    waits = [dt.timedelta(minutes=int(wait)) for wait in rng.integers(1, 9, 300)]
    end = pd.Series([*(cell + wait for cell, wait in zip(cells, waits, strict=True)), missing], dtype=object)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"begin": begin, "end": end}))
    assert "begin <= end" in {rule.text for rule in encoder.rules}
    made = encoder.decode(any_rows(encoder))
    assert {type(cell) for cell in made["begin"]} == {kind, type(missing)}
    assert set(made["begin"].dropna()) - set(cells)
    assert not any(encoder.broken(made, None))
    back = fit_column(begin)
    assert back.inverse_transform(back.transform(begin)).tolist() == begin.tolist()
    assert fit_column(begin, categorical=True).kind == "category"


def test_objects_with_a_zone_stay_what_they_were():
    column = pd.Series([dt.datetime(2024, 1, day, tzinfo=dt.UTC) for day in (1, 2)] * 5, dtype=object)
    kept = fit_column(column)
    assert kept.inverse_transform(kept.transform(column)).tolist() == column.tolist()
