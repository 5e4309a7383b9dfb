"""Numbers and times that follow from others by a rate, by an amount, or by which of them counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows, check_found_and_kept

from ganaug.modality.table.encoder import TableEncoder

ROWS = 1_500
TAX = {"bread": 0.07, "books": 0.07, "wine": 0.19}
SHIPPING = {"north": 4.9, "south": 7.9, "east": 0.0, "west": 12.5}
RATES = {"north": 1.0, "south": 1.0846, "east": 0.8533, "west": 156.3}
DAYS = {"bread": 2, "books": 30, "wine": 14}


def orders() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    net, listed = (np.round(rng.lognormal(5, 1, ROWS), 2) for _ in range(2))
    sold = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), "D")
    return pd.DataFrame(
        {
            "net": net,
            "listed": listed,
            "sort": rng.choice(list(TAX), ROWS),
            "region": rng.choice(list(SHIPPING), ROWS),
            "pieces": rng.poisson(6, ROWS),
            "sold": sold,
            "member": rng.random(ROWS) < 0.3,
            "points": rng.integers(0, 500, ROWS),
        }
    )


MADE: dict[str, tuple[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "a rate": ("sort implies new / net", lambda t: (t["sort"].map(TAX) * t["net"]).round(2)),
    "a rate that is not rounded": ("region implies new / net", lambda t: t["region"].map(RATES) * t["net"]),
    "a rate that is rounded down": (
        "sort implies new / points",
        lambda t: np.floor(t["sort"].map({"bread": 1.5, "books": 3.25, "wine": 8}) * t["points"]),
    ),
    "an amount": ("region implies new - net", lambda t: (t["net"] + t["region"].map(SHIPPING)).round(2)),
    "a discount from some pieces on": (
        "pieces implies new / net",
        lambda t: t["net"].where(t["pieces"] < 9, 0.9 * t["net"]).round(2),
    ),
    "a discount on large bills": (
        "net implies new / net",
        lambda t: t["net"].where(t["net"] < 200, 0.75 * t["net"]).round(2),
    ),
    "a due date": ("sort implies new - sold", lambda t: t["sold"] + pd.to_timedelta(t["sort"].map(DAYS), "D")),
    "which of two": ("member implies which of listed, net is new", lambda t: t["net"].where(t["member"], t["listed"])),
    "a line for each region": (
        "region implies the line from net to new",
        lambda t: t["region"].map(RATES) * t["net"] + t["region"].map(SHIPPING),
    ),
    "a tariff": (
        "net implies the line from net to new",
        lambda t: pd.Series(np.interp(t["net"], [0, 100, 300, 10_000], [0, 10, 70, 5_890])),
    ),
    "a rate of the season": (
        "quarter of sold implies new / net",
        lambda t: t["sold"].dt.quarter.map({1: 0.8, 2: 1.0, 3: 1.25, 4: 1.1}) * t["net"],
    ),
}


@pytest.mark.parametrize("place", [0, 8])
@pytest.mark.parametrize("kind", MADE)
def test_what_follows_case_by_case_is_found_written_and_kept(kind: str, place: int) -> None:
    text, made_of = MADE[kind]
    table = orders()
    table.insert(place, "new", made_of(table))
    check_found_and_kept(table, text, made_of, rtol=1e-9)


@pytest.mark.parametrize("kind", ["a rate", "an amount", "which of two", "a due date"])
def test_a_row_of_a_thousand_that_breaks_it_is_enough(kind: str) -> None:
    text, made_of = MADE[kind]
    table = orders()
    new = made_of(table)
    table["new"] = new.mask(table.index == 700, new.iloc[3])
    assert text not in [rule.text for rule in TableEncoder.fit(table)[0].rules]
    with pytest.raises(ValueError, match="broken in 1 of 1,500 rows, by position 700"):
        TableEncoder.fit(table, rules=[text])


def test_the_label_may_tell_the_rate() -> None:
    table = orders()
    classes = table["region"].astype("category").cat.codes.to_numpy("int32")
    table["new"] = table["region"].map(RATES) * table["net"]
    encoder, _ = TableEncoder.fit(table.drop(columns="region"), classes=classes)
    assert "the label implies new / net" in [rule.text for rule in encoder.rules]


def test_gaps_stay_where_they_are() -> None:
    text, made_of = MADE["a rate"]
    table = orders()
    table.loc[::7, "net"] = np.nan
    table["new"] = made_of(table)
    encoder, _ = TableEncoder.fit(table)
    assert text in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert made["net"].isna().any()
    assert np.array_equal(made["new"], made_of(made), equal_nan=True)


def test_what_fills_the_gaps_of_a_column_is_told_by_these() -> None:
    table = orders()
    table.loc[::3, "listed"] = np.nan
    table.insert(0, "new", table["listed"].fillna(table["net"]))
    encoder, _ = TableEncoder.fit(table)
    assert "whether listed is missing implies which of listed, net is new" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert np.array_equal(made["new"], made["listed"].fillna(made["net"]))


def test_several_columns_may_tell_it_if_somebody_says_so() -> None:
    table = orders()
    table["new"] = (table["net"] * table["sort"].map(TAX) * (1 + table["member"])).round(2)
    encoder, _ = TableEncoder.fit(table, rules=["sort and member imply new / net"])
    made = encoder.decode(any_rows(encoder))
    assert np.allclose(made["new"], made["net"] * made["sort"].map(TAX) * (1 + made["member"]), atol=0.00501)


def test_names_with_signs_are_columns_first() -> None:
    table = orders().rename(columns={"net": "sort/net", "listed": "a - b"})
    table["new"] = table["sort"].map(DAYS)
    table["a - b"] = table["sort"].map(len)
    texts = [rule.text for rule in TableEncoder.fit(table, rules=["sort implies a - b"])[0].rules]
    assert texts == ["sort implies `a - b`"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("region implies points / net", "rows of the same region differ in it"),
        ("region implies sold / net", "compares"),
        ("region implies sold / sold", "needs numbers"),
        ("region implies which of net, listed is points", "broken in"),
        ("region implies which of net, sold is points", "compares"),
        ("region implies points - price", "which there is not"),
    ],
)
def test_what_cannot_be_is_an_error(rule: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        TableEncoder.fit(orders(), rules=[rule])


def test_small_whole_numbers_have_no_rates() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.poisson(3, (2_000, 12)), columns=list("abcdefghijkl"))
    table["sort"] = rng.choice(["x", "y"], 2_000)
    assert not TableEncoder.fit(table)[0].rules


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_all_that_is_computed_on_the_way_to_a_bill_holds_at_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "amount": lambda t: t["pieces"] * t["price"],
        "percent": lambda t: 5.0 * (t["pieces"] >= 6) + 5 * (t["pieces"] >= 9),
        "discount": lambda t: t["amount"] * t["percent"] / 100,
        "net": lambda t: t["amount"] - t["discount"],
        "tax": lambda t: t["net"] * t["sort"].map(TAX),
        "shipping": lambda t: t["region"].map(SHIPPING),
        "gross": lambda t: t["net"] + t["tax"] + t["shipping"],
        "abroad": lambda t: t["gross"] * t["region"].map(RATES),
    }
    table = orders()[["sort", "region", "pieces", "sold"]].assign(price=np.round(rng.lognormal(2.5, 0.8, ROWS), 2))
    table["pieces"] += 1
    for name, made_of in steps.items():
        table[name] = made_of(table).round(2)
    table["due"] = table["sold"] + pd.to_timedelta(table["sort"].map(DAYS), "D")
    encoder, _ = TableEncoder.fit(table[rng.permutation(table.columns)])
    made = encoder.decode(any_rows(encoder))
    assert (made["due"] == made["sold"] + pd.to_timedelta(made["sort"].map(DAYS), "D")).all()
    for name, made_of in steps.items():
        np.testing.assert_allclose(made[name], made_of(made), atol=0.00501, err_msg=name)
