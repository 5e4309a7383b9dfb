"""Rules are found where they were planted, nowhere else, and kept whatever the generator draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plants import PINNED, PLANTS, noise, planted
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder

SEEDS = range(3)


def texts(table: pd.DataFrame, **options: object) -> list[str]:
    return [rule.text for rule in TableEncoder.fit(table, **options)[0].rules]


def size(seed: int) -> tuple[np.random.Generator, int, int]:
    """Rows, and how many columns have nothing to do with the rule."""
    rng = np.random.default_rng([seed, 17])
    most = (2_000, 20_000, 600)[seed % 3]
    return rng, int(10 ** rng.uniform(np.log10(200), np.log10(most))), int(rng.integers(1, (8, 6, 37)[seed % 3]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", [*PLANTS, *PINNED])
def test_a_planted_rule_is_found_and_kept(make, seed):
    rng, rows, columns = size(seed)
    rows *= 10 if make in PINNED else 1
    plant = make(rng, rows)
    table = planted(plant, rng, columns)
    assert not plant.broken(table).any()
    encoder, encoded = TableEncoder.fit(table)
    assert any(plant.told(rule.text) for rule in encoder.rules)
    assert all(set(rule.columns) <= set(plant.columns) for rule in encoder.rules)
    assert not plant.broken(encoder.decode(any_rows(encoder))).any()
    assert not plant.broken(encoder.decode(encoded)).any()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", [*PLANTS, *PINNED])
def test_a_rule_that_one_row_in_a_hundred_breaks_is_none(make, seed):
    rng, rows, columns = size(seed)
    plant = make(rng, rows)
    table = planted(plant, rng, min(columns, 5))
    plant.harm(table, rng.choice(rows, max(2, rows // 100), replace=False))
    assert plant.broken(table).sum() > 1
    assert not any(map(plant.told, texts(table)))


@pytest.mark.parametrize("rows", [200, 1_000, 5_000])
def test_columns_that_know_nothing_of_one_another_have_no_rules(rows):
    rng = np.random.default_rng(rows)
    for _ in range(4):
        assert texts(noise(rng, rows, int(rng.integers(3, 30)))) == []


@pytest.mark.filterwarnings("ignore::ganaug.exceptions.DataWarning")
def test_what_few_rows_show_is_no_rule():
    rng = np.random.default_rng(0)
    town = [f"town {i}" for i in rng.permutation(300) // 1.2]  # hardly any town comes twice
    assert texts(pd.DataFrame({"town": town, "state": rng.choice(["a", "b"], 300)})) == []
    rare = pd.DataFrame({"flag": np.arange(400) < 3, "high": np.r_[np.full(3, 9.0), rng.normal(size=397)]})
    assert texts(rare) == []
    small = pd.DataFrame({"town": np.resize(["a", "b", "c"], 60), "state": np.resize(["x", "y", "x"], 60)})
    assert texts(small) == []


def test_the_label_implies_a_column():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 600).astype(np.int32)
    table = pd.DataFrame({"site": np.array(["A", "B", "A"])[classes], "v": rng.normal(size=600)})
    encoder, _ = TableEncoder.fit(table, classes=classes)
    assert [rule.text for rule in encoder.rules] == ["the label implies site"]
    from ganaug.data.targets import encoded_classes

    made = encoder.decode(any_rows(encoder, 90), encoded_classes(np.repeat([0, 1, 2], 30).astype(np.int32)))
    assert made["site"].tolist() == [*["A"] * 30, *["B"] * 30, *["A"] * 30]


def test_columns_that_follow_from_the_label_alone_can_be_learnt():
    classes = np.resize([0, 1, 1], 300).astype(np.int32)
    table = pd.DataFrame({"site": np.array(["A", "B"])[classes], "twice": 2 * classes})
    encoder, rows = TableEncoder.fit(table, classes=classes)
    assert len(encoder.layout.blocks) == 1
    from ganaug.data.targets import encoded_classes

    pd.testing.assert_frame_equal(encoder.decode(rows, encoded_classes(classes)), table)


def test_a_category_implies_its_dummies():
    rng = np.random.default_rng(0)
    job = pd.Series(rng.choice(["nurse", "clerk", "cook"], 500))
    table = pd.concat([job.rename("job"), pd.get_dummies(job)], axis=1)
    encoder, _ = TableEncoder.fit(table)
    assert {rule.text for rule in encoder.rules} == {f"job implies {name}" for name in ("nurse", "clerk", "cook")}
    made = encoder.decode(any_rows(encoder))
    assert all((made[name] == (made["job"] == name)).all() for name in ("nurse", "clerk", "cook"))


def test_rules_of_rules_come_after_one_another():
    rng = np.random.default_rng(0)
    when = pd.Series(pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 900, 1_500), "D"))
    table = pd.DataFrame({"season": when.dt.quarter.map({1: "cold", 2: "mild", 3: "hot", 4: "mild"}), "when": when})
    table["net"] = rng.lognormal(3, 1, 1_500).round(2)
    table["tax"] = (table["net"] * 0.2).round(2)
    table["gross"] = (table["net"] + table["tax"]).round(2)
    table["twice"] = (2 * table["gross"]).round(2)
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    np.testing.assert_allclose(made["gross"], made["net"] + made["tax"], atol=1e-6)
    np.testing.assert_allclose(made["twice"], 2 * made["gross"], atol=1e-6)
    seasons = made["when"].dt.quarter.map({1: "cold", 2: "mild", 3: "hot", 4: "mild"})
    assert (seasons == made["season"]).all()


def test_a_number_by_which_others_are_looked_up_takes_only_values_seen():
    rng = np.random.default_rng(0)
    codes = rng.permutation(5_000)[:40]
    item = rng.integers(0, 40, 800)
    table = pd.DataFrame({"code": codes[item], "name": [f"article {i}" for i in item]})
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    assert set(made["code"]) <= set(codes)
    assert (made["code"].map(dict(zip(codes, [f"article {i}" for i in range(40)], strict=True))) == made["name"]).all()


def test_a_number_by_which_others_are_looked_up_stays_in_its_list_in_other_rules_too():
    rng = np.random.default_rng(0)
    prices = np.sort(rng.permutation(3_000)[:40]) / 10 + 20
    item = rng.integers(0, 40, 1_200)
    table = pd.DataFrame({"price": prices[item], "name": [f"article {i}" for i in item]})
    table["cost"] = (table["price"] * rng.uniform(0.5, 1, 1_200)).round(1)
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    assert {rule.kind for rule in encoder.rules} == {"implied", "order"}
    assert (made["cost"] <= made["price"]).all()
    names = dict(zip(prices, [f"article {i}" for i in range(40)], strict=True))
    assert (made["price"].map(names) == made["name"]).all()


def test_a_date_so_many_days_after_another_stays_so_for_dates_that_were_not_seen():
    rng = np.random.default_rng(0)
    sent = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.permutation(300)[rng.integers(0, 150, 400)], "D")
    encoder, _ = TableEncoder.fit(pd.DataFrame({"sent": sent, "due": sent + pd.Timedelta("14D")}))
    assert [rule.text for rule in encoder.rules] == ["date of sent implies due"]
    made = encoder.decode(any_rows(encoder))
    assert len(made["sent"].unique()) > len(sent.unique())
    assert (made["due"] - made["sent"] == pd.Timedelta("14D")).all()


@pytest.mark.parametrize("dtype", ["Int8", "boolean", object])
def test_dummies_that_are_all_missing_stay_so(dtype):
    rng = np.random.default_rng(0)
    jobs, gaps = rng.integers(0, 3, 300), rng.random(300) < 0.1
    table = pd.DataFrame({f"job_{job}": pd.Series(jobs == job).astype(dtype).mask(gaps) for job in range(3)})
    encoder, encoded = TableEncoder.fit(table)
    assert [rule.text for rule in encoder.rules] == ["one of job_0, job_1, job_2"]
    assert encoder.decode(encoded).isna().equals(table.isna())


def test_a_rule_that_tells_gaps_along_with_values_is_the_only_one_to_do_so():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(1, 60, (900, 2)), columns=["a", "b"]).astype(float)
    table["a"] = table["a"].mask(rng.random(900) < 0.2)
    table["c"] = table["a"] * table["b"]
    texts = [rule.text for rule in TableEncoder.fit(table)[0].rules]
    assert not any("missing" in text for text in texts)
    assert [rule.text for rule in TableEncoder.fit(table, rules=texts)[0].rules] == texts
