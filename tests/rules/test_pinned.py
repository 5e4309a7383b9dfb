"""Columns that hold one value where others say so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug import GANAugmenter, load
from ganaug.modality.table.encoder import TableEncoder


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = 1_500
    age, smoker = rng.integers(10, 90, rows), rng.choice(["never", "former", "some days", "daily"], rows)
    table = pd.DataFrame({"age": age, "smoker": smoker})
    table["a day"] = np.where(table["smoker"].isin(["some days", "daily"]), rng.integers(1, 40, rows), 0)
    table["licence"] = (age >= 18) & (rng.random(rows) < 0.8)
    table["children"] = np.where(age < 18, 0, rng.poisson(1.2, rows))
    return table


TEXTS = {
    "smoker implies whether `a day` is 0",
    "age < 18 implies licence is False",
    "age < 18 implies children is 0",
}


def texts(table: pd.DataFrame, rules: object = "auto") -> set[str]:
    return {rule.text for rule in TableEncoder.fit(table, rules=rules)[0].rules}


def broken(table: pd.DataFrame) -> int:
    smokes = table["smoker"].isin(["some days", "daily"])
    wrong = [smokes & (table["a day"] == 0), ~smokes & (table["a day"] > 0)]
    wrong += [(table["age"] < 18) & (table["licence"] == True), (table["age"] < 18) & (table["children"] > 0)]  # noqa: E712
    return int(np.logical_or.reduce([own.fillna(False) for own in wrong]).sum())


def test_they_are_found_kept_and_come_back_as_they_were(people):
    encoder, encoded = TableEncoder.fit(people)
    assert texts(people) == TEXTS
    assert all(rule.kind == "implied" and rule.support >= 100 for rule in encoder.rules)
    assert broken(encoder.decode(any_rows(encoder))) == 0
    pd.testing.assert_frame_equal(encoder.decode(encoded), people)
    pd.testing.assert_frame_equal(encoder.decode(encoder.encode(people[:200])), people[:200])


def test_where_the_value_is_told_the_others_are_generated(people):
    encoder, encoded = TableEncoder.fit(people[["smoker", "a day"]])
    [rule] = encoder.rules
    assert rule.text == "smoker implies whether `a day` is 0"
    daily = encoder.columns[1]
    assert (encoder.parts(encoded, daily)[0] > 0).all()


@pytest.mark.filterwarnings("ignore::ganaug.exceptions.DataWarning")
@pytest.mark.parametrize("where", [["age", "smoker"], ["a day", "licence", "children"]])
def test_gaps_on_either_side_are_no_exceptions(people, where):
    rng = np.random.default_rng(1)
    table = people.astype({"age": "Int64", "a day": "Int64", "children": "float", "licence": "boolean"})
    for name in where:
        table[name] = table[name].mask(rng.random(len(table)) < 0.1)
    encoder, _ = TableEncoder.fit(table)
    assert texts(table) > {text for text in TEXTS if text.startswith("age")}
    made = encoder.decode(any_rows(encoder))
    assert made[where].isna().any().all()
    whole = made.dropna()
    assert broken(whole.assign(smoker="daily", **{"a day": 1})) == 0
    assert whole.loc[whole["smoker"].isin(["never", "former"]), "a day"].eq(0).all()


def test_gaps_of_other_rows_stay_theirs(people):
    table = people[["smoker", "a day"]].astype({"a day": "Int64"})
    table["a day"] = table["a day"].mask(table["smoker"] == "some days")
    encoder, encoded = TableEncoder.fit(table)
    assert texts(table) >= {"smoker implies whether `a day` is 0"}
    pd.testing.assert_frame_equal(encoder.decode(encoded).isna(), table.isna())
    made = encoder.decode(any_rows(encoder))
    assert made["a day"].isna().equals(made["smoker"] == "some days")


def test_what_is_shown_can_be_written_and_left_out(people):
    assert texts(people, sorted(TEXTS)) == TEXTS
    one = "age < 18 implies children is 0"
    assert one not in texts(people, ["auto", f"not {one}"])
    exact = "smoker implies whether `a day` is 0"
    assert not any("`a day` is 0" in text for text in texts(people, ["auto", f"not {exact}"]))
    for one_sided in (
        "smoker is never or former implies `a day` is 0",
        "smoker is not daily or `some days` implies `a day` is 0",
    ):
        assert texts(people, [one_sided]) == {"smoker is former or never implies `a day` is 0"}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("age < 30 implies licence is False", "is broken in .* of 1,500 rows"),
        ("smoker is daily implies children is 77", "needs a value that column 'children' has, which '77' is not"),
        ("smoker is weekly implies `a day` is 0", "needs a value that column 'smoker' has, which 'weekly' is not"),
        ("smoker < 3 implies children is 0", "needs numbers in column 'smoker'"),
        ("age is 12 implies children is 0", "threshold of a number"),
        ("age <= 17 implies children is 0", "only < and >= are read"),
        ("age < 18 implies babies is 0", "speaks of a column 'babies'"),
        ("age < 18 implies species is human", "tells nothing: column 'species' holds nothing else"),
        ("smoker implies whether species is human", "tells nothing: column 'species' holds nothing else"),
        ("smoker is never implies day is 2020-01-01", "needs numbers or categories in column 'day'"),
    ],
)
def test_what_cannot_be_is_told(people, rule, message):
    table = people.assign(species="human", day=pd.date_range("2020-01-01", periods=len(people)))
    with pytest.raises(ValueError, match=message):
        TableEncoder.fit(table, rules=[rule])


@pytest.mark.parametrize(
    ("value", "dtype", "shown"),
    [(0.1, "float32", "0.1"), (1 / 3, "float64", str(1 / 3)), (2**51 + 1, "int64", str(2**51 + 1))],
)
def test_numbers_of_any_dtype_can_be_written_as_they_are_shown(people, value, dtype, shown):
    never = people["smoker"] == "never"
    others = np.random.default_rng(0).normal(size=len(people)) * 99
    table = people[["smoker"]].assign(size=np.where(never, value, others).astype(dtype))
    rule = f"smoker is never implies size is {shown}"
    assert texts(table, [rule]) == {rule}


def test_rules_that_could_contradict_one_another_do_not_go_together(people):
    table = people.assign(size=np.where(people["smoker"] == "never", 1, np.where(people["age"] < 18, 3, 2)))
    table.loc[(table["smoker"] == "never") & (table["age"] < 18), ["smoker", "a day", "size"]] = "daily", 7, 3
    rules = ["smoker is never implies size is 1", "age < 18 implies size is 3"]
    with pytest.raises(ValueError, match="does not go with"):
        TableEncoder.fit(table, rules=rules)
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    assert encoder.breaks(made, None).sum() == 0


def test_a_value_that_may_end_beyond_an_order_does_not_go_with_it():
    rng = np.random.default_rng(0)
    sort = rng.choice(["gift", "sale", "loan"], 900)
    cost = np.where(sort == "gift", 0, rng.integers(0, 30, 900))
    table = pd.DataFrame({"sort": sort, "cost": cost, "price": cost + rng.integers(0, 30, 900)})
    table.loc[table["sort"] == "gift", "price"] = 0
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    assert encoder.breaks(made, None).sum() == 0
    assert (made["cost"] <= made["price"]).all()
    with pytest.raises(ValueError, match="may end beyond what bounds its column"):
        TableEncoder.fit(table, rules=["cost <= price", "sort is gift implies price is 0"])


def test_a_value_that_grows_rare_little_by_little_is_no_rule():
    rng = np.random.default_rng(0)
    for rows in (800, 3_000, 12_000):
        x = rng.normal(size=rows)
        chance = 1 / (1 + np.exp(-2.5 * x))
        table = pd.DataFrame({"x": x, "flag": rng.random(rows) < chance, "count": rng.poisson(np.exp(x))})
        assert texts(table) == set()


def test_a_saved_model_keeps_them(people, tmp_path):
    augmenter = GANAugmenter(steps=2, random_state=0).fit(people)
    augmenter.save(tmp_path / "a.ganaug")
    again = load(tmp_path / "a.ganaug")
    assert {str(rule) for rule in again.rules_} == TEXTS
    made = again.sample(500, random_state=0)
    assert broken(made) == 0
    pd.testing.assert_frame_equal(made, augmenter.sample(500, random_state=0))


def test_columns_of_one_value_or_none_are_no_matter():
    rng = np.random.default_rng(0)
    rows = 400
    table = pd.DataFrame(
        {"kind": rng.choice(["a", "b", "c"], rows), "size": rng.normal(size=rows), "one": 1, "none": np.nan}
    )
    table["rare"] = np.where(np.arange(rows) == 7, "x", None)
    assert texts(table) == set()


def goods(rows: int = 1_500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"sort": rng.choice(["gift", "sale", "loan"], rows), "low": rng.integers(0, 50, rows)})
    return table.assign(high=rng.integers(51, 100, rows), a=rng.integers(5, 40, rows), b=rng.integers(5, 40, rows))


def kept(table: pd.DataFrame, rules: list[str]) -> set[str]:
    """The rules; no drawn row breaks one, and the real ones come back."""
    encoder, encoded = TableEncoder.fit(table, rules=rules)
    assert encoder.breaks(encoder.decode(any_rows(encoder)), None).sum() == 0
    pd.testing.assert_frame_equal(encoder.decode(encoded), table)
    return {rule.text for rule in encoder.rules}


def test_a_value_told_exactly_is_held_nowhere_else_for_the_sake_of_an_order():
    table = goods()
    middle = np.random.default_rng(1).integers(table["low"], table["high"])
    table["x"] = np.where(table["sort"] == "gift", 50, np.where(middle == 50, table["low"], middle))
    rules = {"sort implies whether x is 50", "low <= x", "x <= high"}
    assert kept(table, sorted(rules)) == rules
    table["top"] = np.where(table["sort"] == "gift", 0, table["x"].clip(1))
    assert kept(
        table[["sort", "top", "x"]].assign(x=table[["x", "top"]].max(axis=1)),
        ["sort implies whether top is 0", "top <= x"],
    )


def test_a_column_in_order_with_a_sum_may_be_beyond_what_rows_had():
    table = goods()
    table["t"] = table["a"] + table["b"]
    table = table[table["t"] >= 15].reset_index(drop=True)
    table["x"] = np.where(table["sort"] == "gift", 15, np.random.default_rng(1).integers(0, table["t"] + 1))
    with pytest.raises(ValueError, match="may end beyond what bounds its column"):
        TableEncoder.fit(table, rules=["t = a + b", "x <= t", "sort is gift implies x is 15"])
    assert "x <= t" in kept(table, ["auto"])


def test_a_column_with_a_value_told_is_not_computed_by_another_rule():
    table = goods()
    table[["a", "b"]] = table[["a", "b"]].where(table["sort"] != "gift", 0)
    table["t"] = table["a"] + table["b"]
    pinned = "sort is gift implies t is 0"
    for rules in ([pinned, "t = a + b"], ["t = a + b", pinned]):
        with pytest.raises(ValueError, match="does not go with"):
            TableEncoder.fit(table, rules=rules)
    assert pinned in kept(table, ["auto", pinned])


def test_what_is_told_exactly_is_missing_for_no_other_reason():
    table = goods().astype({"a": "Int64"})
    gift, cheap = table["sort"] == "gift", (table["low"] < 15) & (table["sort"] != "gift")
    table["low"] = table["low"].where(~gift, table["low"].clip(15))
    table["a"] = table["a"].where(~gift, 0).mask(cheap)
    assert "whether a is missing" in "".join(kept(table, ["auto"]))
    with pytest.raises(ValueError, match="does not go with"):
        TableEncoder.fit(table, rules=["sort implies whether a is 0", "low implies whether a is missing"])


def test_an_order_holds_across_a_column_between_when_the_lower_one_follows():
    table = goods()
    table["low"] = np.where(table["high"] < 70, -5, np.minimum(2 * table["low"], table["high"]))
    table["x"] = np.minimum(table["low"] + np.random.default_rng(1).integers(0, 9, len(table)), table["high"])
    assert kept(table[["low", "x", "high"]], ["high < 70 implies low is -5", "low <= x", "x <= high"])
    table["x"] = np.random.default_rng(1).integers(table["low"], table["high"] + 1)
    table["t"] = table["x"] + table["high"]
    rules = ["high < 70 implies low is -5", "t = x + high", "low <= x <= high", "low <= t"]
    assert kept(table[["low", "x", "high", "t"]], rules) > {"t = x + high"}
