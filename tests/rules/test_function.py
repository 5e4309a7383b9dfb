"""Columns that are a known function of another one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules.function import FUNCTIONS


@pytest.mark.parametrize("name", ["log", "log1p", "log10", "log2", "exp", "abs", "sign"])
@pytest.mark.parametrize("decimals", [None, 3])
def test_a_function_is_found_written_and_kept(name, decimals):
    rng = np.random.default_rng(0)
    numbers = rng.normal(0, 2, 500) if name in ("exp", "abs", "sign") else rng.lognormal(3, 1, 500)
    said = FUNCTIONS[name](numbers)
    table = pd.DataFrame({"other": said if decimals is None else said.round(decimals), "x": numbers})
    encoder, _ = TableEncoder.fit(table)
    made = encoder.decode(any_rows(encoder))
    off = (FUNCTIONS[name](made["x"]) - made["other"]).abs() / made["other"].abs().clip(lower=1)
    assert off.max() < (1e-8 if decimals is None else 0.000501)
    [rule] = encoder.rules
    assert TableEncoder.fit(table, rules=[rule])[0].rules[0].text == rule.text


def test_what_is_nearly_a_function_is_none():
    rng = np.random.default_rng(0)
    numbers = rng.lognormal(3, 1, 500)
    table = pd.DataFrame({"x": numbers, "other": np.log(numbers) + rng.normal(0, 0.01, 500)})
    assert "function" not in {rule.kind for rule in TableEncoder.fit(table)[0].rules}


def test_a_function_that_is_written_down_but_broken_names_the_rows():
    table = pd.DataFrame({"x": np.linspace(1, 9, 200), "y": np.log(np.linspace(1, 9, 200))})
    table.loc[7, "y"] = 3
    with pytest.raises(ValueError, match="broken in 1 of 200 rows, by position 7"):
        TableEncoder.fit(table, rules=["y = log(x)"])


def test_a_function_in_a_narrow_dtype_is_found_and_kept():
    income = np.random.default_rng(0).lognormal(7, 1, 300).astype(np.float32)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"income": income, "log": np.log(income)}))
    assert [rule.text for rule in encoder.rules] == ["log = log(income)"]
    rows = encoder.decode(any_rows(encoder))
    assert np.allclose(rows["log"], np.log(rows["income"]), rtol=3e-7, atol=0)


@pytest.mark.parametrize("instead", [0, -1.5, None])
def test_one_value_may_stand_where_the_function_has_none(instead):
    rng = np.random.default_rng(0)
    costs = np.where(rng.random(800) < 0.2, 0, rng.lognormal(4, 1, 800)).round(2)
    log = np.log(np.where(costs > 0, costs, 1))
    table = pd.DataFrame({"costs": costs, "log": np.where(costs > 0, log, np.nan if instead is None else instead)})
    table.loc[:40, ["costs", "log"]] = np.nan
    encoder, _ = TableEncoder.fit(table)
    text = "log = log(costs)" if instead is None else f"log = log(costs) or {instead}"
    assert text in [rule.text for rule in encoder.rules]
    assert text in [rule.text for rule in TableEncoder.fit(table, rules=[text])[0].rules]
    made = encoder.decode(any_rows(encoder))
    assert (made["log"].isna() == (made["costs"].isna() | ((made["costs"] == 0) & (instead is None)))).all()
    assert np.allclose(made["log"][made["costs"] > 0], np.log(made["costs"][made["costs"] > 0]))
    if instead is not None:
        assert (made["log"][made["costs"] == 0] == instead).all()
        with pytest.raises(ValueError, match="is broken in"):
            TableEncoder.fit(table, rules=["log = log(costs) or 7"])


def test_two_values_where_the_function_has_none_make_no_rule():
    costs = np.where(np.arange(800) % 5 == 0, 0, np.random.default_rng(0).lognormal(4, 1, 800))
    log = np.where(costs > 0, np.log(np.where(costs > 0, costs, 1)), np.arange(800) % 2)
    assert "function" not in {rule.kind for rule in TableEncoder.fit(pd.DataFrame({"c": costs, "log": log}))[0].rules}


def test_a_logarithm_in_seven_digits_is_found_and_written_so():
    people = np.rint(np.random.default_rng(0).lognormal(10, 1.5, 3_000))
    table = pd.DataFrame({"people": people, "log": [float(f"{value:.7g}") for value in np.log(people)]})
    encoder, _ = TableEncoder.fit(table)
    assert [rule.text for rule in encoder.rules] == ["log = log(people)"]
    made = encoder.decode(any_rows(encoder))
    assert made["log"].tolist() == [float(f"{value:.7g}") for value in np.log(made["people"])]
