"""Tables as firms keep them, where most columns are computed from others: all of it holds at once, in any order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder

ROWS = 2_000
CENT, HALF = 1e-6, 0.5 + 1e-6
Said = dict[str, Callable[[pd.DataFrame], pd.Series]]


def pay_slips(rng: np.random.Generator) -> tuple[pd.DataFrame, Said]:
    """Hours, overtime, contributions up to a limit and a tax in two steps."""
    said: Said = {
        "overtime": lambda t: (t["hours"] - 40).clip(lower=0),
        "regular": lambda t: t["hours"] - t["overtime"],
        "base": lambda t: t["regular"] * t["wage"],
        "extra": lambda t: 1.5 * t["overtime"] * t["wage"],
        "gross": lambda t: t["base"] + t["extra"] + t["bonus"],
        "pension": lambda t: 0.093 * t["gross"],
        "health": lambda t: (0.073 * t["gross"]).clip(upper=60),
        "tax": lambda t: (0.1 * t["gross"]).where(t["gross"] <= 600, 60 + 0.25 * (t["gross"] - 600)),
        "net": lambda t: t["gross"] - t["pension"] - t["health"] - t["tax"],
        "per_hour": lambda t: t["net"] / t["hours"],
        "yearly": lambda t: 52 * t["gross"],
    }
    given = {
        "wage": rng.choice([14.5, 16.25, 18, 21.4, 27.8, 35.1], ROWS),
        "hours": rng.normal(38, 7, ROWS).clip(5, 65).round(1),
        "bonus": rng.choice([0, 0, 0, 50, 100], ROWS),
    }
    return pd.DataFrame(given), said


def phone_bills(rng: np.random.Generator) -> tuple[pd.DataFrame, Said]:
    """What a plan includes, what goes beyond it, and the tax in the bill."""
    said: Said = {
        "included": lambda t: t["plan"].map({"S": 100, "M": 300, "L": 1_000}),
        "fee": lambda t: t["plan"].map({"S": 9.99, "M": 19.99, "L": 29.99}),
        "over": lambda t: (t["minutes"] - t["included"]).clip(lower=0),
        "charge": lambda t: 0.15 * t["over"] + 0.09 * t["messages"],
        "bill": lambda t: t["fee"] + t["charge"],
        "tax": lambda t: t["bill"] - t["bill"] / 1.19,
        "used": lambda t: 100 * t["minutes"] / t["included"],
    }
    given = {
        "plan": rng.choice(["S", "M", "L"], ROWS),
        "minutes": rng.gamma(2, 180, ROWS).astype(int),
        "messages": rng.poisson(20, ROWS),
    }
    return pd.DataFrame(given), said


def electricity(rng: np.random.Generator) -> tuple[pd.DataFrame, Said]:
    """Readings of a meter, a tariff, a fee for each month and the tax on both."""
    said: Said = {
        "after": lambda t: t["before"] + t["used"],
        "rate": lambda t: t["tariff"].map({"day": 0.3124, "night": 0.2411, "eco": 0.2875}),
        "fee": lambda t: t["months"] * t["tariff"].map({"day": 9.9, "night": 11.5, "eco": 7.95}),
        "net": lambda t: t["used"] * t["rate"] + t["fee"],
        "tax": lambda t: 0.19 * t["net"],
        "gross": lambda t: t["net"] + t["tax"],
        "monthly": lambda t: t["gross"] / t["months"],
    }
    given = {
        "tariff": rng.choice(["day", "night", "eco"], ROWS, p=[0.6, 0.25, 0.15]),
        "before": rng.integers(1_000, 90_000, ROWS),
        "used": rng.gamma(3, 900, ROWS).astype(int),
        "months": rng.integers(1, 13, ROWS),
    }
    return pd.DataFrame(given), said


def stays(rng: np.random.Generator) -> tuple[pd.DataFrame, Said]:
    """Nights and guests, a deposit of a fifth but at least 25, and a tax for each head."""
    said: Said = {
        "nights": lambda t: t["week"] + t["weekend"],
        "guests": lambda t: t["adults"] + t["children"],
        "total": lambda t: t["price"] * t["nights"],
        "per_guest": lambda t: t["total"] / t["guests"],
        "deposit": lambda t: (0.2 * t["total"]).clip(lower=25),
        "rest": lambda t: t["total"] - t["deposit"],
        "city_tax": lambda t: 2.5 * t["adults"] * t["nights"],
    }
    given = {
        "week": rng.poisson(2, ROWS),
        "weekend": rng.poisson(1, ROWS),
        "adults": rng.integers(1, 4, ROWS),
        "children": rng.choice([0, 0, 0, 1, 2], ROWS),
        "price": rng.normal(110, 30, ROWS).clip(30).round(2),
    }
    return pd.DataFrame(given), said


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize("trade", [pay_slips, phone_bills, electricity, stays])
def test_all_that_a_firm_computes_holds_at_once(trade, order: int) -> None:
    rng = np.random.default_rng(order)
    table, said = trade(rng)
    steps = {name: 1e-4 if name == "rate" else 0.01 for name in said}
    for name, of in said.items():
        values = of(table)
        table[name] = values if (values % 1 == 0).all() else values.round(4 if name == "rate" else 2)
    encoder, _ = TableEncoder.fit(table[rng.permutation(table.columns)] if order else table)
    made = encoder.decode(any_rows(encoder))
    for name, of in said.items():
        off = (made[name] - of(made)).abs()
        assert off.max() <= HALF * steps[name] + CENT, name
