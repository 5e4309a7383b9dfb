"""Columns that follow from others are found, and what is generated keeps to it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from untrained import any_rows

from ganaug import CorruptFileError, GANAugmenter, load
from ganaug.columns.layout import Encoded
from ganaug.modality.table.crossing import coordinates
from ganaug.modality.table.encoder import TableEncoder
from ganaug.persistence.tree import TreeReader, TreeWriter
from ganaug.plain import RECORDS
from ganaug.rules.close_relations import find_relations


def invoices(rows: int = 1_000, seed: int = 0) -> pd.DataFrame:
    """Totals, a price for each piece, a time that is nearly a sum, and a number that has nothing to do with any."""
    rng = np.random.default_rng(seed)
    goods, freight = rng.gamma(2, 400, rows).round(2), rng.gamma(3, 20, rows).round(2)
    pieces = rng.integers(1, 300, rows)
    return pd.DataFrame(
        {
            "goods": goods,
            "freight": freight,
            "total": (goods + freight).round(2),
            "pieces": pieces,
            "each": goods / pieces,
            "paid": (goods + freight - rng.integers(0, 9, rows)).round(2),
            "unrelated": rng.normal(size=rows),
        }
    )


def found(table: pd.DataFrame) -> dict[str, tuple[dict[str, float], bool]]:
    """For each column that follows from others, their weights, and whether these are exponents."""
    columns = {place: table[name].to_numpy(float) for place, name in enumerate(table)}
    names = list(table)
    return {
        names[r.effect]: (dict(zip((names[cause] for cause in r.causes), r.weights.tolist(), strict=True)), r.product)
        for r in find_relations(columns, dict.fromkeys(columns, (0.0, 0.0)), lambda *_: True)
    }


def test_sums_products_and_what_is_close_to_them_are_found():
    relations = found(invoices())
    assert relations["total"] == ({"goods": 1.0, "freight": 1.0}, False)
    assert relations["each"] == ({"goods": 1.0, "pieces": -1.0}, True)
    assert relations["paid"] == ({"total": 1.0}, False)
    assert set(relations) == {"total", "each", "paid"}


@pytest.mark.parametrize("size", [10.0**7, 10.0**9, 10.0**11])
def test_a_sum_of_large_amounts_holds_to_the_cent(size):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({name: np.round(rng.uniform(1, size, 400), 2) for name in "ab"})
    table["t"] = (table["a"] + table["b"]).round(2)
    encoder, _ = TableEncoder.fit(table)
    assert [rule.text for rule in encoder.rules] == ["t = a + b"]
    made = encoder.decode(any_rows(encoder))
    assert (np.abs(made["t"] - made["a"] - made["b"]) < 0.005).all()


def test_a_factor_may_be_a_fraction_that_decimals_do_not_write():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"yearly": rng.integers(200, 900, 600) * 100, "hours": rng.choice([20.0, 30, 35, 40], 600)})
    table["monthly"] = (table["yearly"] * table["hours"] / 480).round(2)
    encoder, _ = TableEncoder.fit(table)
    assert [rule.text for rule in encoder.rules] == ["monthly = yearly * hours / 480"]
    made = encoder.decode(any_rows(encoder))
    np.testing.assert_allclose(made["monthly"], made["yearly"] * made["hours"] / 480, atol=0.00501)


def test_what_is_paid_each_month_does_not_tell_what_it_was_computed_from():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"base": rng.integers(200, 900, 900) * 100, "hours": rng.choice([20, 30, 40], 900)})
    table["percent"] = rng.choice([0, 5, 10, 20], 900)
    table["salary"] = (table["base"] * table["hours"] / 40).round(2)
    table["bonus"] = (table["salary"] * table["percent"] / 100).round(2)
    table["total"] = (table["salary"] + table["bonus"]).round(2)
    table["monthly"] = (table["total"] / 12).round(2)
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    np.testing.assert_allclose(made["monthly"], made["total"] / 12, atol=0.00501)
    np.testing.assert_allclose(made["total"], made["salary"] + made["bonus"], atol=0.00501)
    np.testing.assert_allclose(made["bonus"], made["salary"] * made["percent"] / 100, atol=0.0101)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_sum_of_moments_holds_to_the_tick(unit):
    rng = np.random.default_rng(0)
    begin = pd.Series(rng.integers(10**8, 10**9, 300) * 10**9 + rng.integers(0, 10**9, 300)).astype("M8[ns]")
    table = pd.DataFrame({"begin": begin.astype(f"M8[{unit}]")})
    table["took"] = pd.Series(rng.integers(1, 10**14, 300)).astype("m8[ns]").astype(f"m8[{unit}]")
    table["end"] = table["begin"] + table["took"]
    encoder, _ = TableEncoder.fit(table)
    assert [rule.kind for rule in encoder.rules] == ["sum"]
    made = encoder.decode(any_rows(encoder))
    assert (made["begin"] + made["took"] == made["end"]).all()


def test_outliers_bend_no_relation():
    table = invoices()
    table.loc[::150, "total"] = 9_999_999
    assert found(table)["total"] == ({"goods": 1.0, "freight": 1.0}, False)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_sum_that_holds_for_a_part_of_the_rows_is_none(share):
    table = invoices()
    wrong = np.random.default_rng(2).random(len(table)) < share
    table.loc[wrong, "total"] = 0
    assert "total" not in found(table)


def test_neither_noise_nor_few_rows_nor_few_values_make_a_relation():
    rng = np.random.default_rng(0)
    assert found(pd.DataFrame(rng.normal(size=(300, 40))).rename(columns=str)) == {}
    assert found(invoices(150)) == {}
    first, second = rng.integers(0, 4, (2, 1_000))
    assert found(pd.DataFrame({"first": first, "second": second, "both": first + second})) == {}


def test_a_column_that_is_the_same_wherever_another_is_known_makes_none():
    rng = np.random.default_rng(0)
    part, other = (rng.integers(-20, 30, 400).astype(float) for _ in range(2))
    part[:160] = np.nan
    table = pd.DataFrame({"part": part, "other": other, "total": np.where(np.isnan(part), rng.integers(0, 40, 400), 0)})
    assert found(table) == {}


def test_a_product_beyond_all_numbers_is_none():
    rng = np.random.default_rng(0)
    base = rng.uniform(1, 10, 1_000)
    other = rng.permutation(1_000) + 1.0
    table = pd.DataFrame({"base": base, "other": other, "scaled": base**2 * other})
    table.loc[999, ["base", "other"]] = 1e200
    assert "scaled" not in found(table)
    encoder, rows = TableEncoder.fit(table)
    assert np.isfinite(encoder.decode(rows)).all(axis=None)
    assert np.isfinite(encoder.decode(any_rows(encoder))).all(axis=None)


def test_rows_that_do_not_go_together_still_add_up():
    table = invoices()
    encoder, _ = TableEncoder.fit(table)
    new = encoder.decode(any_rows(encoder))
    np.testing.assert_allclose(new["total"], new["goods"] + new["freight"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(new["each"], new["goods"] / new["pieces"], rtol=1e-9)
    assert (new["total"] - new["paid"])[new["paid"] > table["paid"].min()].between(-0.01, 8.01).all()
    assert len(encoder.layout.blocks) == 5  # what is left of exact relations needs no slots


def test_what_was_rounded_is_rounded_again():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"wide": rng.uniform(1, 9, 800).round(2), "high": rng.uniform(1, 9, 800).round(2)})
    table["area"] = (table["wide"] * table["high"]).round(1)
    table["ratio"] = (table["wide"] / table["high"]).round(3)
    encoder, rows = TableEncoder.fit(table)
    order = np.argsort(rng.random(rows.codes.shape), axis=0)  # each column by itself, as if nothing were learnt
    mixed = np.take_along_axis(rows.codes, order, axis=0)
    positions = rng.uniform(-1, 1, rows.low.shape).astype(np.float32)
    new = encoder.decode(Encoded(mixed, positions, positions))
    area, ratio = new["wide"] * new["high"], new["wide"] / new["high"]
    assert ((new["area"] - area).abs() < 0.0501).all()
    assert ((new["ratio"] - ratio).abs() < 0.000501).all()


@pytest.mark.parametrize("dtype", ["int64", "Int16", "float32", "object", "double[pyarrow]"])
def test_real_rows_come_back_whatever_their_dtype(dtype):
    rng = np.random.default_rng(0)
    parts = rng.integers(0, 900, (2, 600))
    table = pd.DataFrame({"first": parts[0], "second": parts[1], "sum": parts.sum(0)}).astype(dtype)
    encoder, rows = TableEncoder.fit(table)
    assert {step.rule.effects for step in encoder.steps} >= {(2,)}
    again = encoder.encode(table)
    np.testing.assert_array_equal(again.codes, rows.codes)
    np.testing.assert_array_equal(again.low, rows.low)
    back = encoder.decode(rows)
    assert back.dtypes.to_dict() == table.dtypes.to_dict()
    assert_frame_equal(back["sum"].astype(int).to_frame(), (back["first"] + back["second"]).astype(int).to_frame("sum"))


def test_missing_cells_stay_missing_where_they_were():
    table = invoices()
    rng = np.random.default_rng(3)
    table.loc[rng.random(len(table)) < 0.2, ["goods", "total", "paid", "each"]] = np.nan
    encoder, rows = TableEncoder.fit(table)
    assert {step.rule.effects for step in encoder.steps} >= {(2,)}
    back = encoder.decode(rows)
    assert_frame_equal(back.isna(), table.isna())
    np.testing.assert_allclose(back["total"], back["goods"] + back["freight"], rtol=0, atol=1e-9)


def test_a_cell_is_known_although_a_cause_is_missing():
    table = invoices()
    table.loc[:3, "goods"] = np.nan
    encoder, rows = TableEncoder.fit(table)
    assert {step.rule.effects for step in encoder.steps} >= {(2,)}
    back = encoder.decode(rows)
    assert back["total"].notna().all()
    assert back["goods"].isna().sum() == 4


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_missing_parts_hide_no_sum(share):
    table, rng = invoices(), np.random.default_rng(3)
    for name in ("goods", "freight", "pieces", "total"):
        table.loc[rng.random(len(table)) < share / 2, name] = np.nan
    relations = found(table)
    assert relations["total"] == ({"goods": 1.0, "freight": 1.0}, False)
    assert relations["each"] == ({"goods": 1.0, "pieces": -1.0}, True)
    encoder, rows = TableEncoder.fit(table)
    back = encoder.decode(rows)
    assert_frame_equal(back.isna(), table.isna())
    new = encoder.decode(any_rows(encoder))
    whole = new[["goods", "freight", "total"]].notna().all(axis=1)
    np.testing.assert_allclose(new["total"][whole], (new["goods"] + new["freight"])[whole], rtol=0, atol=1e-9)


def test_parts_that_most_rows_lack_make_no_sum():
    table = invoices()
    table.loc[np.random.default_rng(3).random(len(table)) < 0.7, "goods"] = np.nan
    assert "total" not in found(table)


def test_a_graph_keeps_a_sum_where_its_parts_are_known():
    table = invoices()[["goods", "freight", "total", "unrelated"]]
    table.loc[np.random.default_rng(3).random(len(table)) < 0.2, "goods"] = np.nan
    augmenter = GANAugmenter(refine=False, steps=1, random_state=0).fit(table)
    [rows] = augmenter.as_dataset(500, num_batches=1, seed=0)
    goods, freight, total, _ = rows.numpy().T
    whole = ~np.isnan(goods)
    assert 0 < whole.sum() < len(whole)
    np.testing.assert_allclose(total[whole], (goods + freight)[whole], rtol=0, atol=1e-9)


def test_likeness_of_rows_is_that_of_their_own_numbers():
    table = invoices()[["goods", "freight", "total"]]
    encoder, rows = TableEncoder.fit(table)
    points = coordinates(encoder, rows).toarray()
    expected = (table - table.mean()) / table.std(ddof=0)
    np.testing.assert_allclose(points, expected, atol=0.05)


def test_a_relation_survives_a_file():
    encoder, rows = TableEncoder.fit(invoices())
    writer = TreeWriter(RECORDS)
    tree = json.loads(json.dumps(writer.tree(encoder)))
    twin = TreeReader(RECORDS, writer.arrays.__getitem__).tree(tree)
    assert_frame_equal(twin.decode(rows), encoder.decode(rows))


def test_a_file_whose_column_follows_from_itself_is_corrupt(tmp_path):
    augmenter = GANAugmenter(refine=False, steps=1).fit(invoices())
    object.__setattr__(augmenter._model.encoder.steps[0].rule, "causes", (2,))
    augmenter.save(tmp_path / "model.ganaug")
    with pytest.raises(CorruptFileError, match="follow from"):
        load(tmp_path / "model.ganaug")


def test_sampled_rows_add_up_class_by_class():
    table = invoices()
    y = np.where(table["unrelated"] > 1, "odd", "even")
    X, _ = GANAugmenter(steps=60, random_state=0).fit(table, y).sample({"odd": 300, "even": 20}, random_state=0)
    np.testing.assert_allclose(X["total"], X["goods"] + X["freight"], rtol=0, atol=1e-9)


def test_a_total_that_may_leave_its_range_does_not_go_into_a_tensor_that_ends_there():
    rng = np.random.default_rng(0)
    parts = rng.integers(0, 100, (400, 2))
    parts = parts[parts.sum(1) <= 120]
    table = pd.DataFrame({"one": parts[:, 0], "other": parts[:, 1], "total": parts.sum(1)})
    encoder, _ = TableEncoder.fit(table)
    assert [(found.low, found.high) for found in encoder.tensor_types][2] == (0.0, parts.max(0).sum())


def test_a_constant_is_told_where_nothing_was_rounded():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"b": rng.integers(0, 5_000, 3_000)})
    table["s"] = 2 * table["b"] + 1
    rules = GANAugmenter(steps=2, random_state=0).fit(table).rules_
    assert "s = 2 * b + 1" in [rule.text for rule in rules]


@pytest.mark.filterwarnings("error")
def test_a_column_that_hardly_varies_hides_no_sum():
    rng = np.random.default_rng(0)
    goods, freight = rng.normal(size=(2, 5_000))
    fee = np.where(np.arange(5_000) == 1, 1.5, 0.0)  # in a row that is not among those probed
    table = pd.DataFrame({"fee": fee, "goods": goods, "freight": freight, "tiny": rng.normal(size=5_000) * 1e-310})
    encoder, _ = TableEncoder.fit(table.assign(total=goods + freight))
    assert [rule.text for rule in encoder.rules] == ["total = goods + freight"]
    assert found(table) == {}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_days_of_a_zone_are_no_rounded_moments(zone):
    rng = np.random.default_rng(1)
    begin = pd.Timestamp("2024-03-01", tz=zone) + pd.to_timedelta(rng.integers(0, 400 * 24, 300), "h")
    table = pd.DataFrame({"begin": begin, "day": begin.normalize(), "hours": rng.integers(1, 90, 300)})
    table["end"] = table["begin"] + pd.to_timedelta(table["hours"], "h")
    encoder = TableEncoder.fit(table)[0]
    assert {rule.kind for rule in encoder.rules if "day" in rule.columns} <= {"order", "date part"}
    assert [rule.kind for rule in encoder.rules if "hours" in rule.columns] == ["sum"]
    assert not any(encoder.broken(encoder.decode(any_rows(encoder)), None))


@pytest.mark.parametrize("held", [np.float32, np.float64])
def test_what_was_computed_in_a_narrow_dtype_is_found_and_kept(held):
    goods, freight, grams = np.random.default_rng(0).gamma(2, 3, (3, 400)).astype(np.float32)
    columns = {"goods": goods, "freight": freight, "total": goods + freight, "grams": grams, "each": goods / grams}
    table = pd.DataFrame(columns).astype(held)
    encoder, _ = TableEncoder.fit(table)
    rows = encoder.decode(any_rows(encoder)).astype(np.float32)
    assert {rule.text for rule in encoder.rules} == {"total = goods + freight", "each = goods / grams"}
    assert_array_equal(rows["total"], rows["goods"] + rows["freight"])
    assert_array_equal(rows["each"], rows["goods"] / rows["grams"])
    assert TableEncoder.fit(table, rules=["total = goods + freight"])[0].rules[0].support == 400


def test_a_part_that_is_missing_is_nothing_where_all_rows_say_so():
    goods, freight = np.random.default_rng(0).integers(100, 9_000, (2, 400)) / 100
    freight[::3] = np.nan
    table = pd.DataFrame({"goods": goods, "freight": freight, "total": (goods + np.nan_to_num(freight)).round(2)})
    for rules in ("auto", ["total = goods + freight"]):
        encoder, _ = TableEncoder.fit(table, rules=rules)
        assert [rule.text for rule in encoder.rules] == ["total = goods + freight"]
        rows = encoder.decode(any_rows(encoder))
        assert rows["freight"].isna().any()
        assert rows["total"].to_numpy() == pytest.approx((rows["goods"] + rows["freight"].fillna(0)).to_numpy())


def test_a_sum_may_hold_a_column_with_gaps_from_which_another_one_follows():
    rng = np.random.default_rng(0)
    begin = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500_000, 400), "min"))
    span = pd.Series(pd.to_timedelta(rng.integers(0, 9_999, 400), "min"))
    table = pd.DataFrame({"day": begin.dt.normalize(), "begin": begin, "span": span, "end": begin + span})
    table.loc[::7, "begin"] = pd.NaT
    rows = (encoder := TableEncoder.fit(table)[0]).decode(any_rows(encoder)).dropna()
    assert (rows["end"] == rows["begin"] + rows["span"]).all()


def test_half_floats_add_up_as_far_as_they_can():
    goods, freight = np.random.default_rng(0).gamma(2, 3, (2, 400)).astype(np.float16)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"goods": goods, "freight": freight, "total": goods + freight}))
    assert "sum" in {rule.kind for rule in encoder.rules}
    rows = encoder.decode(any_rows(encoder)).astype(np.float64)
    assert np.allclose(rows["total"], rows["goods"] + rows["freight"], rtol=2e-3, atol=0)


def test_shares_in_a_narrow_dtype_have_a_constant_total():
    shares = pd.DataFrame(np.random.default_rng(0).dirichlet([1, 2, 3], 300).astype(np.float32), columns=list("abc"))
    encoder, _ = TableEncoder.fit(shares)
    assert [rule.text for rule in encoder.rules] == ["a + b + c = 1"]
    assert encoder.decode(any_rows(encoder)).sum(axis=1).to_numpy() == pytest.approx(1, rel=3e-7)


def test_what_is_close_in_a_narrow_dtype_is_no_sum():
    rng = np.random.default_rng(0)
    goods, freight, change = rng.gamma(2, 3, (3, 400)).astype(np.float32)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"a": goods, "b": freight, "c": goods + freight + change / 10_000}))
    assert not [rule for rule in encoder.rules if rule.kind == "sum"]


def answers(rows: int = 1_500) -> pd.DataFrame:
    """Ten answers from 0 to 3 and their sum, which some did not write down."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"answer {k}": rng.choice(4, rows, p=[0.7, 0.2, 0.07, 0.03]) for k in range(10)})
    return table.assign(total=table.sum(axis=1).where(rng.random(rows) > 0.2))


def test_a_total_with_gaps_follows_from_its_parts_and_no_part_from_it():
    encoder, _ = TableEncoder.fit(answers())
    [rule] = [rule for rule in encoder.rules if rule.kind == "sum"]
    assert rule.text.startswith("total = ")
    made = encoder.decode(any_rows(encoder))
    assert made.filter(like="answer").isin(range(4)).all(axis=None)


def test_values_that_recur_and_skip_others_are_not_put_together():
    rng = np.random.default_rng(0)
    hour = rng.choice([8, 8.33, 8.5, 9, 11, 11.33, 11.5, 15, 15.33, 15.5, 19, 19.5], 2_000)
    table = pd.DataFrame({"asked": hour, "answered": hour + rng.choice([0.17, 0.5, 0.67], 2_000)})
    encoder, _ = TableEncoder.fit(table.round(2))
    assert not encoder.steps or all(step.rule.kind == "order" for step in encoder.steps)
    made = encoder.decode(any_rows(encoder))
    assert set(made["answered"].round(2)) <= set(table["answered"].round(2))


@pytest.mark.parametrize("turned", [False, True])
def test_factors_may_be_negative_or_mostly_0(turned):
    rng = np.random.default_rng(0)
    part = rng.gamma(2, 100, 900).round(2) * (rng.random(900) < 0.3)
    whole, off = rng.gamma(3, 500, 900).round(2) + 1, rng.normal(size=900).round(3)
    table = pd.DataFrame({"part": part, "whole": whole, "share": part / whole, "off": off, "square": off**2})
    encoder, _ = TableEncoder.fit(table[list(table)[::-1]] if turned else table)
    assert {rule.text for rule in encoder.rules if rule.kind == "product"} == {"share = part / whole", "square = off^2"}
    made = encoder.decode(any_rows(encoder))
    assert np.allclose(made["share"], made["part"] / made["whole"])
    assert np.allclose(made["square"], made["off"] ** 2)


def test_a_square_follows_from_its_root():
    age = np.random.default_rng(0).integers(18, 500, 900)
    for table in (pd.DataFrame({"age": age, "square": age**2}), pd.DataFrame({"square": age**2, "age": age})):
        assert [rule.text for rule in TableEncoder.fit(table)[0].rules] == ["square = age^2"]


def test_what_weighs_nothing_is_no_cause():
    """An age at marriage is the year of it less that of birth, which an age at first birth goes along with."""
    rng = np.random.default_rng(0)
    born, wed = rng.integers(30, 70, 2_000), rng.integers(15, 30, 2_000)
    first = np.where(rng.random(2_000) < 0.3, np.nan, wed + rng.integers(0, 4, 2_000))
    months = rng.integers(0, 2, 2_000)
    table = pd.DataFrame({"born": born, "first": first, "year": born + wed + months, "wed": wed})
    for relation in found(table).values():
        assert all(relation[0].values())
