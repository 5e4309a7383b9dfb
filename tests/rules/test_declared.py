"""Rules as a user writes them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from plants import PLANTS
from untrained import any_rows

from ganaug import GANAugmenter, load
from ganaug.modality.table.encoder import TableEncoder


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = 600
    table = pd.DataFrame({"net price": rng.integers(1, 50, rows), "post": rng.integers(1, 50, rows)})
    table["total"] = table["net price"] + table["post"]
    table["sent"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D")
    table["year"] = table["sent"].dt.year
    table["come"] = table["sent"] + pd.to_timedelta(rng.integers(0, 30, rows), "D")
    table["town"] = rng.integers(0, 30, rows).astype(str)
    table["state"] = (table["town"].astype(int) % 5).astype(str)
    return table


def found(table: pd.DataFrame, rules: object = "auto") -> set[str]:
    return {rule.text for rule in TableEncoder.fit(table, rules=rules)[0].rules}


def test_none_is_none(orders):
    assert found(orders, "none") == set()


@pytest.mark.parametrize("make", PLANTS)
def test_what_is_shown_can_be_written(make):
    table = make(np.random.default_rng(5), 900).columns
    shown = found(table)
    assert shown
    assert found(table, sorted(shown)) == shown


def test_a_column_may_be_called_not(orders):
    table = orders[["town", "state"]].rename(columns={"town": "not"})
    assert found(table) == {"`not` implies state"}
    assert found(table, ["`not` implies state"]) == {"`not` implies state"}


def test_a_rule_that_is_shown_is_taken_as_it_is(orders):
    rules = TableEncoder.fit(orders)[0].rules
    assert found(orders, rules) == {str(rule) for rule in rules}
    assert repr(rules[0]).endswith("rows)")


def test_one_can_be_left_out(orders):
    assert found(orders) - found(orders, ["auto", "not year of sent implies year"]) == {"year of sent implies year"}
    with pytest.raises(ValueError, match=r"'town implies year'.*found are"):
        found(orders, ["auto", "not town implies year"])
    with pytest.raises(ValueError, match="without 'auto'"):
        found(orders, ["not year of sent implies year"])


def test_one_can_be_left_out_where_the_label_implies_columns(orders):
    table, classes = orders[["town", "state", "post"]], orders["state"].astype(np.int32).to_numpy()
    every = TableEncoder.fit(table, classes=classes)[0].rules
    assert {"town implies state", "the label implies state"} & {rule.text for rule in every}
    for text in (rule.text for rule in every):
        left = TableEncoder.fit(table, rules=["auto", f"not {text}"], classes=classes)[0].rules
        assert text not in {rule.text for rule in left}
    with pytest.raises(ValueError, match=r"'state implies town'.*the label implies state"):
        TableEncoder.fit(table, rules=["auto", "not state implies town"], classes=classes)


def test_one_that_was_not_found_can_be_added():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"low": rng.uniform(0, 1, 300), "high": rng.uniform(0.99, 3, 300)})
    table["high"] = table["high"].clip(lower=table["low"])
    assert found(table) == set()
    encoder, _ = TableEncoder.fit(table, rules=["auto", "low <= high"])
    assert [str(rule) for rule in encoder.rules] == ["low <= high"]
    made = encoder.decode(any_rows(encoder))
    assert (made["low"] <= made["high"]).all()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("come <= sent", r"broken in 5\d\d of 600 rows, by position \d"),
        ("come >= sent, come", "against itself"),
        ("state implies town", "broken in .* of 600 rows"),
        ("total = post + 2 * `net price`", "broken in 600 of .*allow for rounding with ± 1 at the end, or leave"),
        ("total = post + `net price` ± some", "needs a number after ±, which 'some' is not"),
        ("total = `net price` * post", "broken in"),
        ("post + `net price` = 50", "broken in"),
        ("post and total are unique", "broken in"),
        ("post are unique", "two columns alone"),
        ("post, total and town are unique", "two columns alone"),
        ("town <= nowhere", "no column|a column 'nowhere', which there is not; columns are"),
        ("town <= state", "compares"),
        ("sent <= total", "compares"),
        ("year of total implies year", "needs dates in column 'total'"),
        ("one of post, total", "needs columns of 0 and 1"),
        ("total <= 60", "bounds a column by the number 60"),
        ("total < 18 implies town is missing", "what is implied is a column, whether one is missing"),
        ("town is a implies total >= 18", "what is implied is a column, whether one is missing"),
        ("total == post", "write = for columns that are equal"),
        ("total != post", "that two differ is no rule"),
        ("do what I mean", "is no rule; write for example"),
        ("the label implies town", "a column 'the label'"),
        ("post = 5", "needs two columns or more that add up to 5"),
        ("post <= total >= `net price`", "both <= and >=: write two rules"),
        ("post implies post", "follow from itself"),
        ("total =", "lacks a column or a number"),
        ("total = post + ", "lacks a column or a number"),
        ("total = post * -2", "by the number -2"),
        ("total = post^town", "needs a number after \\^, which 'town' is not"),
        ("total = (post * year + year) / 2", "products in a sum"),
        ("total = 0 * post", "takes a column 0 times"),
        ("total = post - post", "takes a column 0 times"),
        ("total = 1e999 * post", "more often than floats can tell"),
        ("`net price`s <= total", "a column 'net prices'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_that_says_why(orders, rule, says):
    with pytest.raises(ValueError, match=says):
        found(orders, [rule])


@pytest.mark.parametrize("rule", ["total <= empty", "empty <= total", "total = post + empty", "empty = post * total"])
def test_a_rule_that_no_row_could_break_is_an_error(orders, rule):
    with pytest.raises(ValueError, match=f"no row has all that '{re.escape(rule)}' speaks of"):
        found(orders.assign(empty=np.nan), [rule])


def test_the_label_can_imply_columns_and_nothing_else(orders):
    label = orders["state"].astype(int).to_numpy(np.int32)
    rules = TableEncoder.fit(orders, classes=label)[0].rules
    assert "the label implies state" in map(str, rules)
    again = TableEncoder.fit(orders, classes=label, rules=["auto", "not the label implies state"])[0]
    assert "the label implies state" not in map(str, again.rules)
    for rule in ("state implies the label", "post = the label", "the label and post are unique"):
        with pytest.raises(ValueError, match=f"'{rule}' is no rule, since the label can only imply columns"):
            TableEncoder.fit(orders, classes=label, rules=[rule])
    column = orders.rename(columns={"town": "the label"})
    TableEncoder.fit(column, classes=label, rules=["`the label` implies state"])


def test_names_may_hold_backticks_and_numbers_their_negatives():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a`b": rng.normal(size=200), "`": rng.integers(0, 9, 200)})
    table["minus"], table["square"] = -table["a`b"], table["`"] ** 2
    shown = found(table, ["auto", "square = ```` ** 2"])
    assert shown == {"minus = -`a``b`", "square = ````^2"}
    assert found(table, sorted(shown)) == shown


@pytest.mark.parametrize("dtype", ["str", "string", "category", object, "boolean"])
def test_a_rule_tells_where_cells_of_categories_are_missing(dtype):
    rng = np.random.default_rng(0)
    status = pd.Series(rng.choice(["open", "closed"], 300))
    note = pd.Series(rng.random(300) < 0.5) if dtype == "boolean" else pd.Series(rng.choice(["a", "b"], 300))
    table = pd.DataFrame({"status": status, "note": note.astype(dtype).mask(status == "open")})
    encoder, encoded = TableEncoder.fit(table, rules=["status implies whether note is missing"])
    assert encoder.decode(encoded)["note"].isna().equals(table["note"].isna())
    made = encoder.decode(any_rows(encoder))
    assert made["note"].isna().equals(made["status"] == "open")
    with pytest.raises(ValueError, match="broken in"):
        found(table.assign(status=rng.permutation(status)), ["status implies whether note is missing"])


def test_a_bound_may_be_known_beside_open_ends_alone():
    begin = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(200) % 50, "D"))
    end = (begin + pd.Timedelta("5D")).astype("M8[us]").mask(np.arange(200) % 10 > 0, pd.Timestamp("9999-12-31"))
    table = pd.DataFrame({"begin": begin.mask(end < pd.Timestamp("2100-01-01")), "end": end})
    encoder, encoded = TableEncoder.fit(table, rules=["begin <= end"])
    assert [rule.text for rule in encoder.rules] == ["begin <= end"]
    assert encoder.decode(encoded).equals(table)


def test_a_rule_may_be_written_twice(orders):
    assert found(orders, ["sent <= come", "come >= sent, sent"]) == {"sent <= come"}


def test_a_fraction_may_have_a_constant(orders):
    table = orders[["net price", "post"]].assign(mean=(orders["net price"] + orders["post"] + 5) / 2)
    [rule] = found(table, ["mean = (`net price` + post + 5) / 2"])
    assert found(table, [rule]) == {rule}


def test_rules_in_a_circle_are_an_error(orders):
    with pytest.raises(ValueError, match="does not go with"):
        found(orders, ["total = post + `net price`", "post = total - `net price`"])


def test_an_augmenter_shows_its_rules_and_a_file_keeps_them(orders, tmp_path):
    augmenter = GANAugmenter(steps=5, refine=False, random_state=0, rules=["town implies state"]).fit(orders)
    assert [rule.text for rule in augmenter.rules_] == ["town implies state"]
    augmenter.save(tmp_path / "m.ganaug")
    again = load(tmp_path / "m.ganaug")
    assert again.rules_ == augmenter.rules_
    made = again.sample(200, random_state=0)
    assert (made["state"].astype(int) == made["town"].astype(int) % 5).all()


def test_images_have_no_rules():
    X = np.random.default_rng(0).integers(0, 255, (40, 8, 8)).astype(np.uint8)
    with pytest.raises(ValueError, match="images have no columns"):
        GANAugmenter(steps=1, rules=["a <= b"]).fit(X)
