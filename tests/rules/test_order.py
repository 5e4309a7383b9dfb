"""Columns that are never less than others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules.order import Bounds

ROWS = 1_200


def begin(rng: np.random.Generator, unit: str = "min") -> pd.Series:
    return pd.Series(pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 400_000, ROWS), "min")).dt.floor(unit)


def made_of(table: pd.DataFrame) -> tuple[TableEncoder, pd.DataFrame]:
    encoder, rows = TableEncoder.fit(table)
    pd.testing.assert_frame_equal(encoder.decode(rows).isna(), table.isna())
    return encoder, encoder.decode(any_rows(encoder))


def orders(encoder: TableEncoder) -> set[str]:
    return {rule.text for rule in encoder.rules if rule.kind == "order"}


def test_spans_stay_in_their_range():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"begin": begin(rng, "D")})
    table["end"] = table["begin"] + pd.to_timedelta(rng.integers(90, 1_200, ROWS), "D")
    encoder, made = made_of(table)
    days = (made["end"] - made["begin"]).dt.days
    assert orders(encoder) == {"begin <= end"}
    assert days.min() >= 90
    assert days.max() <= 1_199
    real = (table["end"] - table["begin"]).dt.days
    assert abs(days.median() - real.median()) < 60


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_are_ordered_to_the_last_unit(unit):
    rng = np.random.default_rng(0)
    first = begin(rng).dt.as_unit("ns") + pd.to_timedelta(rng.integers(0, 10**9, ROWS), "ns")
    table = pd.DataFrame({"first": first, "last": first + pd.to_timedelta(rng.integers(0, 9, ROWS) ** 5, "ns")})
    table["last"] = table["last"].dt.as_unit("ns")
    table["first"] = table["first"].dt.floor("s").dt.as_unit(unit)
    encoder, made = made_of(table)
    assert encoder.rules
    assert (made["first"].dt.as_unit("ns") <= made["last"]).all()
    assert made.dtypes.to_dict() == table.dtypes.to_dict()


def test_days_end_at_midnight_of_their_zone():
    rng = np.random.default_rng(0)
    first = begin(rng, "D").dt.tz_localize("Europe/Berlin")
    table = pd.DataFrame({"first": first, "last": (first + pd.to_timedelta(rng.integers(0, 300, ROWS), "D"))})
    table["last"] = table["last"].dt.normalize()
    encoder, made = made_of(table)
    assert orders(encoder) == {"first <= last"}
    assert (made["first"] <= made["last"]).all()
    assert (made["last"].dt.hour == 0).all()


def test_an_open_end_stays_an_open_end():
    rng = np.random.default_rng(0)
    first = begin(rng, "D").dt.as_unit("ns")
    last = first + pd.to_timedelta(rng.integers(1, 300, ROWS), "D")
    ever = pd.Timestamp.max
    table = pd.DataFrame({"first": first, "last": last.where(rng.random(ROWS) < 0.7, ever)})
    encoder, made = made_of(table)
    assert orders(encoder) == {"first <= last"}
    assert (made["first"] <= made["last"]).all()
    assert ((made["last"] < pd.Timestamp("2024-01-01")) | (made["last"] == ever)).all()
    assert 0.05 < (made["last"] == ever).mean() < 0.6


def test_the_first_of_a_month_stays_one():
    rng = np.random.default_rng(0)
    months = pd.date_range("2015-01-01", periods=60, freq="MS")
    first = rng.integers(0, 40, ROWS)
    table = pd.DataFrame({"first": months[first], "last": months[first + rng.integers(0, 20, ROWS)]})
    encoder, made = made_of(table)
    assert orders(encoder) == {"first <= last"}
    assert (made["first"] <= made["last"]).all()
    assert (made["last"].dt.day == 1).all()


def test_several_bounds_and_gaps():
    rng = np.random.default_rng(0)
    low = rng.gamma(3, 2, ROWS).round(1)
    table = pd.DataFrame({"third": low + rng.gamma(2, 2, ROWS).round(1) + 4, "first": low})
    table["second"] = table["first"] + rng.gamma(1, 2, ROWS).round(1)
    table["third"] = table[["third", "second"]].max(axis=1).round(1)
    table["second"] = table["second"].round(1).where(rng.random(ROWS) < 0.7)
    encoder, made = made_of(table)
    assert orders(encoder) == {"first <= second", "first, second <= third"}
    assert not (made["second"] < made["first"]).any()
    assert not (made["third"] < made["second"]).any()
    assert not (made["third"] < made["first"]).any()
    assert 0.5 < made["second"].notna().mean() < 1


def test_a_bound_on_a_sum_is_kept_by_the_other_column():
    rng = np.random.default_rng(0)
    parts = rng.gamma(2, 300, (ROWS, 2)).round(2)
    table = pd.DataFrame(parts, columns=["goods", "post"])
    table["total"] = (table["goods"] + table["post"]).round(2)
    table["paid"] = (table["total"] - rng.integers(0, 9, ROWS)).clip(0).round(2)
    encoder, made = made_of(table)
    assert any(rule.endswith("paid <= total") for rule in orders(encoder))
    assert (made["paid"] <= made["total"]).all()
    assert np.isclose(made["total"], made["goods"] + made["post"]).all()


def test_where_much_is_open_only_what_is_wrong_moves():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"free": rng.integers(1, 70, ROWS), "total": rng.integers(5, 290, ROWS)})
    table["total"] = table.max(axis=1)
    encoder, _ = made_of(table)
    [rule] = [step.rule for step in encoder.steps]
    assert isinstance(rule, Bounds)
    made = encoder.decode(any_rows(encoder))
    assert (made["free"] <= made["total"]).all()
    assert made["total"].between(table["total"].min(), table["total"].max()).all()
    assert len(encoder.layout.blocks) == 2


def test_columns_of_different_kinds_or_ranges_have_no_order():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"age": rng.integers(18, 90, ROWS), "income": rng.integers(10_000, 90_000, ROWS)})
    table["when"] = begin(rng)
    table["years"] = rng.integers(0, 17, ROWS)
    assert orders(TableEncoder.fit(table)[0]) == set()


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_a_time_of_day_stays_where_it_does_not_divide_the_day(zone):
    rng = np.random.default_rng(0)
    nights = rng.integers(1, 9, 400)
    day = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 400), "D"))
    leave = day + pd.to_timedelta(nights, "D") + pd.Timedelta("11h")
    table = pd.DataFrame({"arrive": day + pd.Timedelta("15h"), "leave": leave}).apply(
        lambda own: own.dt.tz_localize(zone)
    )
    for columns in (table, table.assign(stay=table["leave"] - table["arrive"])):
        encoder, encoded = TableEncoder.fit(columns)
        assert encoder.decode(encoded).equals(columns)
    _, made = made_of(table)
    assert (made["arrive"] <= made["leave"]).all()
    assert set(made["leave"].dt.hour) == {11}


def test_without_a_bound_a_number_is_no_less_free():
    rng = np.random.default_rng(0)
    low = np.where(rng.random(ROWS) < 0.2, np.nan, rng.integers(0, 1_000, ROWS))
    high = np.where(np.isnan(low), rng.integers(0, 3_000, ROWS), low + rng.integers(0, 50, ROWS))
    table = pd.DataFrame({"low": low, "high": high})
    encoder, rows = TableEncoder.fit(table)
    assert orders(encoder) == {"low <= high"}
    pd.testing.assert_frame_equal(encoder.decode(rows), table)


def test_moments_with_and_without_a_zone_are_not_compared():
    here = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.random.default_rng(0).integers(0, 10**6, 300), "min")
    later = (here + pd.Timedelta(minutes=5)).tz_localize("Europe/Berlin", ambiguous=True, nonexistent="shift_forward")
    table = pd.DataFrame({"here": here, "zoned": later})
    assert not TableEncoder.fit(table)[0].rules
    with pytest.raises(ValueError, match="give numbers, or dates, all with a time zone or none"):
        TableEncoder.fit(table, rules=["here <= zoned"])
