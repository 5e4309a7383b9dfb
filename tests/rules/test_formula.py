"""Sums with products and ratios in them, of which no column holds the parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows, check_found_and_kept

from ganaug.modality.table.encoder import TableEncoder

ROWS = 1_500
Made = Callable[[pd.DataFrame], pd.Series]


def orders() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "pieces": rng.integers(1, 9, ROWS),
            "price": rng.gamma(3, 20, ROWS).round(2),
            "freight": rng.choice([0.0, 4.9, 9.9, 14.9], ROWS),
            "used": rng.gamma(3, 900, ROWS).round(0),
            "tariff": rng.normal(0.3, 0.03, ROWS).round(4),
            "fee": rng.gamma(5, 20, ROWS).round(2),
            "visits": rng.poisson(3, ROWS),
            "off": rng.choice([0, 5, 10, 25], ROWS),
            "noise": rng.normal(size=ROWS),
        }
    )


MADE: dict[str, Made] = {
    "new = pieces * price + freight": lambda t: (t["pieces"] * t["price"] + t["freight"]).round(2),
    "new = used * tariff + fee": lambda t: (t["used"] * t["tariff"] + t["fee"]).round(2),
    "new = 1.19 * pieces * price + 1.19 * freight": lambda t: 1.19 * (t["pieces"] * t["price"] + t["freight"]),
    "new = pieces * price + used * tariff": lambda t: (t["pieces"] * t["price"] + t["used"] * t["tariff"]).round(2),
    "new = pieces * price - fee": lambda t: (t["pieces"] * t["price"] - t["fee"]).round(2),
    "new = pieces * price + fee + freight": lambda t: (t["pieces"] * t["price"] + t["fee"] + t["freight"]).round(2),
    "new = pieces * price + freight - 0.01 * pieces * price * off": lambda t: (
        t["pieces"] * t["price"] * (1 - t["off"] / 100) + t["freight"]
    ),
    "new = 0.01 * used * tariff * visits + used": lambda t: (t["used"] * (1 + t["tariff"] * t["visits"] / 100)).round(
        2
    ),
    "new = pieces * price - pieces * tariff - fee": lambda t: t["pieces"] * (t["price"] - t["tariff"]) - t["fee"],
    "new = 1 - fee / used": lambda t: 1 - t["fee"] / t["used"],
    "new = 100 - 100 * fee / used": lambda t: (100 - 100 * t["fee"] / t["used"]).round(1),
    "new = 100 * price / fee - 100": lambda t: (100 * (t["price"] - t["fee"]) / t["fee"]).round(1),
    "new = price / used - fee / used": lambda t: (t["price"] - t["fee"]) / t["used"],
    "new = price / visits or -1": lambda t: (t["price"] / t["visits"].replace(0, np.nan)).fillna(-1).round(2),
    "new = price / visits - fee / visits or 0": lambda t: (
        (t["price"] - t["fee"]) / t["visits"].replace(0, np.nan)
    ).fillna(0),
    "new = 100 * fee / freight - 100 or 0": lambda t: (
        (100 * t["fee"] / t["freight"].replace(0, np.nan) - 100).fillna(0).round(1)
    ),
}


@pytest.mark.parametrize("place", [0, 9])
@pytest.mark.parametrize("text", MADE)
def test_sums_of_products_and_ratios_are_found_written_and_kept(text: str, place: int) -> None:
    table = orders()
    table.insert(place, "new", MADE[text](table))
    check_found_and_kept(table, text, MADE[text])


def test_what_is_rounded_down_stays_rounded_down() -> None:
    def made_of(table: pd.DataFrame) -> pd.Series:
        return np.floor(table["used"] * table["tariff"] + table["fee"] + 1e-6)

    check_found_and_kept(orders().assign(new=made_of), "new = used * tariff + fee", made_of)


def test_a_row_of_a_thousand_that_breaks_it_is_enough() -> None:
    text = "new = pieces * price + freight"
    table = orders().assign(new=MADE[text])
    table.loc[700, "new"] += 1
    assert text not in [rule.text for rule in TableEncoder.fit(table)[0].rules]
    with pytest.raises(ValueError, match="broken in 1 of 1,500 rows, by position 700"):
        TableEncoder.fit(table, rules=[text])


def test_gaps_of_what_it_is_computed_from_are_its_own() -> None:
    table = orders()
    table.loc[::7, "freight"] = np.nan
    table["new"] = (table["pieces"] * table["price"] + table["freight"]).round(2)
    encoder, _ = TableEncoder.fit(table)
    assert "new = pieces * price + freight" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    expected = (made["pieces"] * made["price"] + made["freight"]).round(2)
    assert made["new"].isna().any()
    pd.testing.assert_series_equal(made["new"], expected, check_names=False, atol=0.0051, rtol=0)


def test_what_was_rounded_is_not_recovered_from_its_rounded_ratio() -> None:
    table = orders()
    table["new"] = (table["used"] / (table["pieces"] + table["visits"])).round(2)
    assert not any(rule.kind == "formula" for rule in TableEncoder.fit(table)[0].rules)


@pytest.mark.parametrize("kind", ["float32", "Int64"])
def test_other_dtypes_hold_what_is_computed(kind: str) -> None:
    def made_of(table: pd.DataFrame) -> pd.Series:
        return (table["pieces"] * table["price"] + table["fee"]).round().astype(kind)

    table = orders().assign(new=made_of)
    encoder, _ = TableEncoder.fit(table)
    assert "new = pieces * price + fee" in [rule.text for rule in encoder.rules]
    made = encoder.decode(any_rows(encoder))
    assert made["new"].dtype == kind
    assert (made["new"] - (made["pieces"] * made["price"] + made["fee"])).abs().max() <= 0.501


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("new = pieces * price ^ 0.5 + fee", "has a power in a sum that is no whole number"),
        ("new = pieces * prize + fee", "speaks of a column 'prize'"),
        ("new = (pieces * price + fee) / 2", "products in a sum in brackets: write it without them"),
        ("new = pieces * price + 2 * fee", "broken in 1,500 of 1,500 rows"),
    ],
)
def test_what_cannot_be_is_told(text: str, message: str) -> None:
    table = orders().assign(new=MADE["new = pieces * price - fee"])
    with pytest.raises(ValueError, match=message):
        TableEncoder.fit(table, rules=[text])
