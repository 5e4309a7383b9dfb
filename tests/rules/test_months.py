"""Dates that lie some calendar months from others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows, check_found_and_kept

from ganaug.modality.table.encoder import TableEncoder

ROWS = 1_500
Made = Callable[[pd.DataFrame], pd.Series]
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def contracts() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 1_500, ROWS), "D")
    return pd.DataFrame(
        {
            "amount": rng.lognormal(7, 1, ROWS).round(2),
            "start": start,
            "term": rng.choice([6, 12, 18, 24, 36, 48], ROWS),
            "years": rng.integers(1, 6, ROWS),
            "plan": rng.choice(list(MONTHS), ROWS),
            "parts": rng.choice([1, 2, 3, 4, 6, 12], ROWS),
        }
    )


def shifted(start: pd.Series, months: pd.Series | int, days: int = 0) -> pd.Series:
    """What pandas says, row by row."""
    counts = np.broadcast_to(months, len(start)).tolist()
    ends = [begin + pd.DateOffset(months=count) for begin, count in zip(start, counts, strict=True)]
    return pd.Series(ends, start.index) + pd.Timedelta(days=days)


MADE: dict[str, Made] = {
    "new = start + term months": lambda t: shifted(t["start"], t["term"]),
    "new = start + years years": lambda t: shifted(t["start"], 12 * t["years"]),
    "new = start - years quarters": lambda t: shifted(t["start"], -3 * t["years"]),
    "new = start + 6 months": lambda t: shifted(t["start"], 6),
    "new = start + 1 month": lambda t: shifted(t["start"], 1),
    "new = start + 12 months - 1 day": lambda t: shifted(t["start"], 12, -1),
    "new = start + term months - 1 day": lambda t: shifted(t["start"], t["term"], -1),
    "plan implies months from start to new": lambda t: shifted(t["start"], t["plan"].map(MONTHS)),
    "plan implies months from start to new + 1 day": lambda t: shifted(t["start"], t["plan"].map(MONTHS), -1),
    "parts implies months from start to new": lambda t: shifted(t["start"], 12 // t["parts"]),
}


@pytest.mark.parametrize("place", [0, 4])
@pytest.mark.parametrize("text", MADE)
def test_months_from_a_date_are_found_written_and_kept(text: str, place: int) -> None:
    table = contracts()
    table.insert(place, "new", MADE[text](table))
    check_found_and_kept(table, text, MADE[text])


def test_a_row_of_a_thousand_that_breaks_it_is_enough() -> None:
    table = contracts().assign(new=MADE["new = start + 6 months"])
    table.loc[700, "new"] += pd.Timedelta(days=1)
    assert not any("month" in rule.text for rule in TableEncoder.fit(table)[0].rules if rule.kind == "months")
    with pytest.raises(ValueError, match="broken in 1 of 1,500 rows, by position 700"):
        TableEncoder.fit(table, rules=["new = start + 6 months"])


def test_gaps_of_a_date_or_of_a_number_of_months_are_gaps_of_what_follows() -> None:
    table = contracts()
    table.loc[::7, "start"] = pd.NaT
    table["term"] = table["term"].astype("Int64").mask(table.index % 5 == 0)
    known = table.dropna()
    table["new"] = shifted(known["start"], known["term"]).reindex(table.index)
    encoder, _ = TableEncoder.fit(table)
    assert "new = start + term months" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    known = made.dropna()
    assert made["new"].isna().equals(made[["start", "term"]].isna().any(axis=1))
    assert (known["new"] == shifted(known["start"], known["term"].astype(int))).all()


@pytest.mark.parametrize("kind", ["datetime64[s]", "datetime64[ns, Europe/Berlin]", "date", "text"])
def test_dates_of_any_dtype_lie_months_apart(kind: str) -> None:
    table = contracts().assign(new=MADE["new = start + term months"])
    for name in ("start", "new"):
        moments = table[name]
        if kind == "date":
            table[name] = moments.dt.date
        elif kind == "text":
            table[name] = moments.dt.strftime("%Y-%m-%d")
        else:
            table[name] = moments.dt.tz_localize("Europe/Berlin") if "Berlin" in kind else moments.astype(kind)
    encoder, _ = TableEncoder.fit(table)
    assert "new = start + term months" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert made["new"].dtype == table["new"].dtype
    plain = {name: pd.to_datetime(made[name]).dt.tz_localize(None) for name in ("start", "new")}
    assert (plain["new"] == shifted(plain["start"], made["term"])).all()


def test_an_end_is_a_date_where_a_begin_has_a_time_of_day() -> None:
    table = contracts()
    table["start"] += pd.to_timedelta(np.random.default_rng(1).integers(0, 1_440, ROWS), "min")

    def made_of(table: pd.DataFrame) -> pd.Series:
        return shifted(table["start"], table["term"]).dt.normalize()

    check_found_and_kept(table.assign(new=made_of), "new = start + term months", made_of)


def test_as_many_days_in_every_row_are_a_sum_and_no_months() -> None:
    table = contracts()
    table["start"] = pd.Timestamp("2018-04-01") + pd.to_timedelta(np.arange(ROWS) % (30 * 24 * 60), "min")
    table["new"] = shifted(table["start"], 1)
    assert [rule.text for rule in TableEncoder.fit(table)[0].rules] == ["new = start + 2592000"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("new = amount + 6 months", "needs dates in column 'amount'"),
        ("new = start + start months", "needs numbers in column 'start'"),
        ("new = start + 6 mouths", "6 mouths"),
        ("plan implies months from start to amount", "needs dates in column 'amount'"),
        ("plan implies months from start to new", "is broken in 1,1"),
        ("plan implies months from start to new + 2 days", "days of the month differ"),
    ],
)
def test_what_is_no_date_and_no_number_of_months_is_told(text: str, message: str) -> None:
    table = contracts().assign(new=MADE["new = start + years years"])
    with pytest.raises(ValueError, match=message):
        TableEncoder.fit(table, rules=[text])
