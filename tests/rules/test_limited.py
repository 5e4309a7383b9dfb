"""Columns that are others rounded, kept within limits, or compared with one another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder

ROWS = 1_500


def orders() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    begin = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), "D")
    born = pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 20_000, ROWS), "D")
    costs, paid = (np.round(rng.lognormal(5, 1, ROWS), 2) for _ in range(2))
    size, heat = rng.integers(0, 2_000, ROWS), rng.normal(0, 3, ROWS)
    goals = {"home": rng.poisson(2, ROWS), "away": rng.poisson(2, ROWS)}
    return pd.DataFrame(
        {"costs": costs, "paid": paid, "size": size, "heat": heat, "begin": begin, "born": born, **goals}
    )


MADE: dict[str, tuple[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "never more": ("new = min(costs, 300)", lambda t: t["costs"].clip(upper=300)),
    "never less": ("new = max(heat, 0)", lambda t: t["heat"].clip(lower=0)),
    "both": ("new = max(min(heat, 2), -2)", lambda t: t["heat"].clip(-2, 2)),
    "whole numbers": ("new = min(size, 1200)", lambda t: t["size"].clip(upper=1_200)),
    "a share of it": ("new = min(0.8 * costs, 500)", lambda t: (0.8 * t["costs"]).clip(upper=500).round(2)),
    "what is open": ("new = max(costs - paid, 0)", lambda t: (t["costs"] - t["paid"]).clip(lower=0).round(2)),
    "a sum": ("new = min(costs + paid, 900)", lambda t: (t["costs"] + t["paid"]).clip(upper=900).round(2)),
    "rounded down": ("new = costs", lambda t: np.floor(t["costs"])),
    "rounded to tens": ("new = costs", lambda t: (t["costs"] / 10).round() * 10),
    "the least": ("new <= costs, paid", lambda t: t[["costs", "paid"]].min(axis=1)),
    "who won": (
        "comparison of home with away implies new",
        lambda t: pd.Series(np.select([t["home"] > t["away"], t["home"] < t["away"]], ["H", "A"], "D")),
    ),
    "which is more": ("comparison of costs with paid implies new", lambda t: t["costs"] >= t["paid"]),
    "years of 365.25 days": ("new = (begin - born) / 31557600", lambda t: (t["begin"] - t["born"]).dt.days // 365.25),
    "calendar years": (
        "calendar years from born to begin implies new",
        lambda t: t["begin"].dt.year - t["born"].dt.year,
    ),
}


@pytest.mark.parametrize("place", [0, 4, 8])
@pytest.mark.parametrize("kind", MADE)
def test_what_limits_or_compares_is_found_written_and_kept(kind: str, place: int) -> None:
    text, made_of = MADE[kind]
    table = orders()
    table.insert(place, "new", made_of(table))
    encoder, _ = TableEncoder.fit(table)
    assert text in [rule.text for rule in encoder.rules]
    for used in (encoder, TableEncoder.fit(table, rules=[text])[0]):
        made = used.decode(any_rows(used))
        pd.testing.assert_series_equal(made["new"], made_of(made).astype(made["new"].dtype), check_names=False)


@pytest.mark.parametrize("kind", ["never more", "what is open", "which is more", "rounded down"])
def test_a_row_of_a_thousand_that_breaks_it_is_enough(kind: str) -> None:
    text, made_of = MADE[kind]
    table = orders()
    new = made_of(table)
    table["new"] = new.mask(table.index == 700, ~new if new.dtype == bool else new / 2 + 3)
    assert text not in [rule.text for rule in TableEncoder.fit(table)[0].rules]
    with pytest.raises(ValueError, match="broken in 1 of 1,500 rows, by position 700"):
        TableEncoder.fit(table, rules=[text])


def test_gaps_stay_where_they_are() -> None:
    table = orders()
    table.loc[::7, "costs"] = np.nan
    table["new"] = table["costs"].clip(upper=300)
    encoder, _ = TableEncoder.fit(table)
    assert "new = min(costs, 300)" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert made["costs"].isna().any()
    assert np.array_equal(made["new"], made["costs"].clip(upper=300), equal_nan=True)


def test_a_limit_that_holds_nothing_back_is_none() -> None:
    table = orders()
    table["new"] = table["size"].where(table["size"] < 1_200, 1_200)
    table["size"] = table["size"].clip(upper=1_200)
    texts = [rule.text for rule in TableEncoder.fit(table)[0].rules]
    assert not any("min(" in text for text in texts)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("comparison of costs with begin implies who", "compares"),
        ("comparison of who with paid implies costs", "compares"),
    ],
)
def test_what_cannot_be_compared_is_an_error(rule: str, says: str) -> None:
    table = orders().assign(who=np.resize(["a", "b"], ROWS))
    with pytest.raises(ValueError, match=says):
        TableEncoder.fit(table, rules=[rule])
