"""Numbers that equal another column in some rows do so in generated rows, to the last digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug import GANAugmenter, load
from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules.tied import Tied

ROWS = 1_500


def bills(share: float = 0.3) -> pd.DataFrame:
    """Of some clients the whole bill is paid, of others a part, and of one in ten there is no bill."""
    rng = np.random.default_rng(0)
    bill = np.where(rng.random(ROWS) < 0.1, 0, rng.lognormal(8, 1, ROWS)).round(2)
    part = (bill * rng.uniform(0.03, 0.06, ROWS)).round(2)
    return pd.DataFrame(
        {"bill": bill, "paid": np.where(rng.random(ROWS) < share, bill, part), "age": rng.normal(size=ROWS)}
    )


def ties(encoder: TableEncoder) -> list[str]:
    names = dict(enumerate(encoder.features))
    return [step.rule.text(names) for step in encoder.steps if isinstance(step.rule, Tied)]


def test_the_share_of_ties_is_what_is_generated():
    table = bills()
    encoder, rows = TableEncoder.fit(table)
    assert ties(encoder) == ["paid is bill in some rows"]
    assert {rule.kind for rule in encoder.rules} <= {"order", "implied"}  # it is none that rows could break
    again = encoder.decode(rows)
    pd.testing.assert_series_equal(again["paid"] == again["bill"], table["paid"] == table["bill"])
    made = encoder.decode(any_rows(encoder))
    assert 0.1 < (made["paid"] == made["bill"]).mean() < 0.5  # the flag is a coin, and far ones are not moved
    assert (made["paid"] <= made["bill"]).all()


@pytest.mark.parametrize("dtype", ["float64", "Float64", "float32"])
def test_ties_are_found_whatever_holds_the_numbers(dtype):
    table = bills().astype(dtype)
    table.loc[:50, "paid"] = np.nan
    encoder, rows = TableEncoder.fit(table)
    assert len(ties(encoder)) == 1
    assert encoder.decode(rows)["paid"].isna().sum() == 51
    assert encoder.decode(rows).dtypes.equals(table.dtypes)


@pytest.mark.parametrize(("unit", "year"), [("D", 2024), ("s", 2024), ("s", 2000)])
def test_times_are_tied_too(unit, year):
    rng = np.random.default_rng(0)
    order = pd.Series(pd.Timestamp(year, 1, 1) + pd.to_timedelta(rng.integers(0, 400 * 86_400, ROWS), "s")).dt.floor(
        unit
    )
    apart = pd.to_timedelta(rng.integers(-60 * 86_400, 60 * 86_400, ROWS), "s")
    visit = order.where(rng.random(ROWS) < 0.4, (order + apart).dt.floor(unit))
    table = pd.DataFrame({"order": order, "visit": visit, "amount": rng.normal(size=ROWS)})
    encoder, rows = TableEncoder.fit(table)
    assert ties(encoder) == ["visit is order in some rows"]
    pd.testing.assert_series_equal(encoder.decode(rows)["visit"] == order, visit == order)
    made = encoder.decode(any_rows(encoder))
    assert 0.4 < (made["visit"] == made["order"]).mean() < 0.6
    assert made.dtypes.equals(table.dtypes)


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(lambda rng: (rng.integers(0, 4, ROWS), rng.integers(0, 4, ROWS)), id="few values"),
        pytest.param(lambda rng: (rng.normal(size=ROWS) * (rng.random(ROWS) < 0.5), np.zeros(ROWS)), id="0 and 0"),
        pytest.param(lambda rng: rng.integers(0, 900, (2, ROWS)), id="chance"),
        pytest.param(lambda rng: rng.integers(0, 900, ROWS) + rng.integers(-3, 4, (2, ROWS)), id="near one another"),
        pytest.param(lambda rng: rng.normal(size=(2, ROWS)), id="nothing in common"),
    ],
)
def test_what_is_equal_by_chance_is_no_tie(columns):
    one, other = columns(np.random.default_rng(0))
    assert not ties(TableEncoder.fit(pd.DataFrame({"one": one, "other": other}))[0])


def test_a_column_that_always_is_another_one_is_computed_as_before():
    table = bills(share=1.1)
    encoder, rows = TableEncoder.fit(table)
    assert not ties(encoder)
    pd.testing.assert_frame_equal(encoder.decode(rows)[["bill", "paid"]], table[["bill", "paid"]])


def test_ties_outlive_a_file_and_a_generator(tmp_path):
    augmenter = GANAugmenter(steps=300, random_state=0).fit(bills())
    augmenter.save(tmp_path / "bills.ganaug")
    made = load(tmp_path / "bills.ganaug").sample(1_000, random_state=1)
    assert abs(((made["paid"] == made["bill"]) & (made["bill"] > 0)).mean() - 0.27) < 0.05
    pd.testing.assert_frame_equal(made, augmenter.sample(1_000, random_state=1))


def test_a_tie_puts_no_number_beyond_a_bound():
    """What is paid is the whole bill only where that is within the limit, and the bill is computed last of all."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"pieces": rng.integers(1, 50, ROWS), "price": rng.lognormal(2, 0.5, ROWS).round(2)})
    table["net"] = (table["pieces"] * table["price"]).round(2)
    table["freight"], table["months"] = rng.lognormal(2, 0.5, ROWS).round(2), rng.integers(1, 13, ROWS)
    table["bill"] = (table["net"] + table["freight"]).round(2)
    table["rate"] = rng.lognormal(4, 0.5, ROWS).round(2)
    table["limit"] = (table["months"] * table["rate"]).round(2)
    whole = (rng.random(ROWS) < 0.6) & (table["bill"] <= table["limit"])
    table["paid"] = np.where(whole, table["bill"], rng.uniform(0, table["limit"])).round(2)
    encoder, _ = TableEncoder.fit(table)
    assert ties(encoder) == ["paid is bill in some rows"]
    assert {"bill = net + freight", "paid <= limit"} <= {rule.text for rule in encoder.rules}
    made = encoder.decode(any_rows(encoder))
    assert (made["paid"] <= made["limit"]).all()
    assert (made["paid"] == made["bill"]).mean() > 0.05
