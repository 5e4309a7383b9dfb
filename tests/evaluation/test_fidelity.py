"""Columns and pairs, next to SDMetrics' own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from truth import drawn, tables

from ganaug.evaluation.base import FAIR, GOOD, POOR, Findings
from ganaug.evaluation.fidelity import Fidelity, column_errors, pair_errors

COLUMNS = pd.DataFrame({"column": ["a", "b", "c"], "error": [1.0, 9.0, 2.0]})


def judged(shape, trend, held_out=0.5):
    figures = {"shape_error": shape, "trend_error": trend}
    figures |= {"shape_error_held_out": held_out, "trend_error_held_out": held_out}
    return Fidelity().verdict(Findings({"fidelity": figures}, COLUMNS))


def test_distances_that_can_be_told_by_heart():
    real = pd.DataFrame({"n": [0.0, 1, 2, 3], "w": list("aabb"), "x": [0.0, 1, 2, 3]})
    made = pd.DataFrame({"n": [2.0, 3, 4, 5], "w": list("aaab"), "x": [2.0, 3, 4, 5]})
    assert column_errors(real, made).to_dict() == {"n": 0.5, "w": 0.25, "x": 0.5}
    pairs = pair_errors(real, made.assign(x=-made["x"])).set_index(["first", "second"])
    assert pairs.loc[("n", "x"), "error"] == 1  # a correlation of 1 has become -1
    assert pairs.loc[("n", "x"), "kind"] == "correlation"
    assert pairs.loc[("n", "w"), "error"] == 0.75  # 0 and 1 are gone, and 2 goes with another category


def test_a_table_is_no_way_off_itself():
    part = tables(*(drawn(50, 0) for _ in range(3))).train
    assert (column_errors(part, part) == 0).all()
    assert pair_errors(part, part)["error"].max() < 1e-12


def test_constant_and_empty_columns_have_a_distance_too():
    real = pd.DataFrame({"constant": [1.0] * 9, "empty": [np.nan] * 9, "n": np.arange(9.0), "w": ["a"] * 9})
    assert (column_errors(real, real) == 0).all()
    assert column_errors(real, real.assign(empty=1.0))["empty"] == 1
    assert np.isfinite(pair_errors(real, real.assign(empty=1.0))["error"]).all()


def test_many_categories_are_no_burden():
    rng = np.random.default_rng(0)
    real, made = (pd.DataFrame(rng.integers(0, 10**6, (3000, 2)).astype(str), columns=["a", "b"]) for _ in range(2))
    assert pair_errors(real, made)["error"].iloc[0] == pytest.approx(1)


@pytest.mark.filterwarnings("ignore")
def test_the_figures_are_those_of_sdmetrics():
    single = pytest.importorskip("sdmetrics.single_column")
    pair = pytest.importorskip("sdmetrics.column_pairs")
    real, made = (drawn(400, seed).drop(columns="when").dropna(ignore_index=True) for seed in (0, 2))
    part = tables(real, real, made)
    metrics = {name: single.KSComplement if name in part.numbers else single.TVComplement for name in part.train}
    for name, error in column_errors(part.train, part.synthetic).items():
        assert 1 - error == pytest.approx(metrics[name].compute(part.train[name], part.synthetic[name]))
    for row in pair_errors(part.train, part.synthetic).itertuples():
        both = [table[[row.first, row.second]].copy() for table in (part.train, part.synthetic)]
        if row.kind == "correlation":
            score = pair.CorrelationSimilarity.compute(*both)
        else:
            numbers = [name for name in (row.first, row.second) if name in part.numbers]
            score = pair.ContingencySimilarity.compute(*both, continuous_column_names=numbers or None)
        assert 1 - row.error == pytest.approx(score)


def test_it_is_judged_by_two_limits():
    assert judged(1.0, 2.0).rating == GOOD
    assert judged(1.0, 2.0).hint == ""
    assert judged(3.0, 2.0).rating == FAIR
    assert judged(3.0, 20.0).rating == POOR
    assert "furthest off are b, c, a" in judged(3.0, 20.0).hint


def test_what_held_out_rows_do_is_good_enough():
    assert judged(6.0, 6.0, held_out=5.0).rating == GOOD


def test_a_single_column_has_no_pairs():
    assert judged(1.0, None).rating == GOOD
