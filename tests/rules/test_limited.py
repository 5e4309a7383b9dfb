"""Columns that are others rounded, kept within limits, or compared with one another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows, check_found_and_kept

from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules import distance

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
    "a difference without sign": ("new = abs(costs - paid)", lambda t: (t["costs"] - t["paid"]).abs().round(2)),
    "a product": ("new = min(costs * home, 500)", lambda t: (t["costs"] * t["home"]).clip(upper=500).round(2)),
    "a ratio": ("new = max(costs / paid, 0.5)", lambda t: (t["costs"] / t["paid"]).clip(lower=0.5)),
    "which is the greatest": (
        "greatest of costs, paid, size implies new",
        lambda t: pd.Series(t[["costs", "paid", "size"]].to_numpy().argmax(1)).map({0: "c", 1: "p", 2: "s"}),
    ),
    "which is the least": (
        "least of costs, paid, size implies new",
        lambda t: pd.Series(t[["costs", "paid", "size"]].to_numpy().argmin(1)).map({0: "c", 1: "p", 2: "s"}),
    ),
    "rounded down": ("new = costs", lambda t: np.floor(t["costs"])),
    "rounded to tens": ("new = costs", lambda t: (t["costs"] / 10).round() * 10),
    "a share": ("new = costs / (costs + paid)", lambda t: t["costs"] / (t["costs"] + t["paid"])),
    "percent": ("new = 100 * costs / (costs + paid)", lambda t: (100 * t["costs"] / (t["costs"] + t["paid"])).round(1)),
    "whole percent": (
        "new = 100 * home / (home + away) or 0",
        lambda t: (100 * t["home"] / (t["home"] + t["away"]).replace(0, 1)).astype(int),
    ),
    "the least": ("new <= costs, paid", lambda t: t[["costs", "paid"]].min(axis=1)),
    "who won": (
        "comparison of home with away implies new",
        lambda t: pd.Series(np.select([t["home"] > t["away"], t["home"] < t["away"]], ["H", "A"], "D")),
    ),
    "which is more": ("comparison of costs with paid implies new", lambda t: t["costs"] >= t["paid"]),
    "years of 365.25 days": ("new = (begin - born) / 31557600", lambda t: (t["begin"] - t["born"]).dt.days // 365.25),
    "months of 30.44 days": (
        "new = (begin - born) / 2630016",
        lambda t: ((t["begin"] - t["born"]).dt.days / 30.44).round(1),
    ),
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
    check_found_and_kept(table, text, made_of)


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


@pytest.mark.parametrize("text", ["new = gaps of costs, born, home", "new = 3 - gaps of costs, born, home"])
def test_how_many_cells_are_missing_is_counted(text: str) -> None:
    def made_of(table: pd.DataFrame) -> pd.Series:
        cells = table[["costs", "born", "home"]]
        return (cells.notna() if "3 -" in text else cells.isna()).sum(axis=1)

    table = orders()
    rng = np.random.default_rng(1)
    for name in ("costs", "paid", "born", "home"):
        table.loc[rng.random(ROWS) < 0.3, name] = None
    table.insert(2, "new", made_of(table))
    for rules in ("auto", [text]):
        encoder, _ = TableEncoder.fit(table, rules=rules)
        assert text in [rule.text for rule in encoder.rules]
        made = encoder.decode(any_rows(encoder))
        assert (made["new"] == made_of(made)).all()
    with pytest.raises(ValueError, match="broken in"):
        TableEncoder.fit(table, rules=[text.replace("home", "paid")])


@pytest.mark.parametrize("text", ["new = begin + 172800 ± 86400", "new = costs + paid ± 0.01"])
def test_what_is_off_by_a_step_says_so_and_stays_so(text: str) -> None:
    table, more = orders(), np.random.default_rng(1).random(ROWS) < 0.2
    if "begin" in text:
        table["new"] = table["begin"] + pd.to_timedelta(2 + more, "D")
    else:
        table["new"] = (table["costs"] + table["paid"] + 0.01 * more).round(2)
    assert text in [rule.text for rule in TableEncoder.fit(table)[0].rules]
    encoder, _ = TableEncoder.fit(table, rules=[text])
    made = encoder.decode(any_rows(encoder))
    off = made["new"] - (made["begin"] if "begin" in text else made["costs"] + made["paid"])
    off = off.dt.days if "begin" in text else off.round(2)
    assert sorted(off.unique()) in ([2, 3], [0, 0.01])
    with pytest.raises(ValueError, match=r"broken in 2\d\d of 1,500 rows"):
        TableEncoder.fit(table, rules=[text.split(" ±")[0]])


def test_a_mean_follows_from_its_parts_and_none_of_these_from_it() -> None:
    table = orders()
    table.insert(1, "new", ((table["costs"] + table["paid"] + table["size"]) / 3).round(1))
    encoder, _ = TableEncoder.fit(table)
    assert [rule.text for rule in encoder.rules] == ["new = (costs + paid + size) / 3"]
    made = encoder.decode(any_rows(encoder))
    assert ((made["new"] - made[["costs", "paid", "size"]].mean(axis=1)).abs() < 0.0501).all()


def test_an_age_may_be_known_where_an_end_is_not() -> None:
    table = orders()
    today = pd.Timestamp("2024-01-01")
    table["end"] = table["begin"].mask(table.index % 3 == 0)
    table["age"] = ((table["end"].fillna(today) - table["born"]).dt.days // 365.25).astype(int)
    encoder, _ = TableEncoder.fit(table)
    assert "age = (end - born) / 31557600" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder)).dropna(subset="end")
    assert (made["age"] == (made["end"] - made["born"]).dt.days // 365.25).all()


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


def bounds_broken(made: pd.DataFrame, low: str, high: str) -> int:
    return int((made[low] > made[high]).sum())


def test_all_prices_of_a_day_stay_in_order_beside_their_differences() -> None:
    rng = np.random.default_rng(3)
    begin = rng.lognormal(4, 0.3, ROWS).round(2)
    end = (begin * rng.normal(1, 0.02, ROWS)).round(2)
    high = (np.maximum(begin, end) * (1 + abs(rng.normal(0, 0.01, ROWS)))).round(2)
    low = (np.minimum(begin, end) * (1 - abs(rng.normal(0, 0.01, ROWS)))).round(2)
    prices = pd.DataFrame({"open": begin, "high": high, "low": low, "close": end})
    more = {"change": (end - begin).round(2), "range": (high - low).round(2)}
    for table in (prices, prices.assign(change=more["change"]), prices.assign(**more)):
        encoder, _ = TableEncoder.fit(table)
        made = encoder.decode(any_rows(encoder))
        for name in ("open", "close"):
            assert bounds_broken(made, "low", name) == bounds_broken(made, name, "high") == 0
        if "change" in table:
            assert np.allclose(made["change"], made["close"] - made["open"], atol=1e-9)


def test_the_least_is_bounded_as_well_where_others_follow_from_it() -> None:
    heat = np.random.default_rng(4).normal(15, 6, (ROWS, 3)).round(1)
    table = pd.DataFrame({"range": (heat.max(1) - heat.min(1)).round(1), "least": heat.min(1), "most": heat.max(1)})
    table[["a", "b", "c"]] = heat
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    for name in ("a", "b", "c"):
        assert bounds_broken(made, "least", name) == bounds_broken(made, name, "most") == 0


def test_what_is_computed_comes_before_what_is_looked_up_by_it() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"count": rng.integers(1, 20, ROWS), "price": rng.choice([9.99, 14.5, 29.0, 5.25], ROWS)})
    table["total"] = (table["count"] * table["price"]).round(2)
    table["sent"] = (table["total"] + np.where(table["total"] > 100, 0, 4.99)).round(2)
    encoder, _ = TableEncoder.fit(table)
    assert "total = count * price" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert set(made["price"]) <= set(table["price"])
    assert np.allclose(made["total"], (made["count"] * made["price"]).round(2))


@pytest.mark.parametrize("kind", ["days", "minutes"])
def test_times_that_others_are_looked_up_by_are_times_that_were_seen(kind: str) -> None:
    rng = np.random.default_rng(9)
    begin = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500, ROWS), "D"))
    due = begin + pd.to_timedelta(rng.choice([30, 60, 90], ROWS), "D")
    table = pd.DataFrame({"begin": begin, "due": due, "until": due.clip(upper=pd.Timestamp("2024-03-31"))})
    if kind == "minutes":
        worked = pd.Series(pd.to_timedelta(rng.integers(1, 700, ROWS), "min"))
        table = pd.DataFrame(
            {"due": worked, "until": worked.clip(upper=pd.Timedelta("8h")), "x": rng.normal(0, 1, ROWS)}
        )
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    assert bounds_broken(made, "until", "due") == 0


def test_flags_are_no_distances_worth_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 2, (500, 60))).add_prefix("flag")
    looked_at: list[int] = []
    monkeypatch.setattr(distance, "declared_relation", lambda effect, *_, **__: looked_at.append(effect))
    TableEncoder.fit(table)
    assert not looked_at


@pytest.mark.parametrize("names", [["maths", "art", "sport"], ["sport", "maths", "art"], ["art", "sport", "maths"]])
def test_of_equal_marks_the_one_is_named_that_rows_name(names: list[str]) -> None:
    def best(table: pd.DataFrame) -> pd.Series:
        return table[["maths", "art", "sport"]].idxmax(axis=1)

    marks = pd.DataFrame(np.random.default_rng(0).integers(1, 11, (ROWS, 3)), columns=["maths", "art", "sport"])
    table = marks[names].assign(best=best(marks))
    encoder, _ = TableEncoder.fit(table)
    assert "greatest of maths, art, sport implies best" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert (made["best"] == best(made)).all()
