"""Whether everything is reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from truth import drawn, fresh, tables

from ganaug.evaluation.coverage import categories, coverage, manifolds
from ganaug.evaluation.verdict import GOOD, POOR, on_coverage


def frame_of(found):
    return pd.DataFrame([{"class": name, **own} for name, own in found.by_group.items()])


def test_who_draws_from_the_distribution_reaches_all_of_it():
    found = coverage(fresh(), 800, 0)
    for name in ("precision", "recall", "density", "coverage"):
        assert found.figures[name] == pytest.approx(found.figures[f"{name}_held_out"], abs=0.1)
    assert found.figures["categories"] == 1
    assert found.by_group["rare"]["recall"] > 0.8
    assert on_coverage(found.figures, frame_of(found)).rating == GOOD


def test_a_collapse_is_seen():
    again = drawn(20, 5).sample(800, replace=True, random_state=0)
    found = coverage(tables(drawn(800, 0), drawn(800, 1), again), 800, 0)
    assert found.figures["coverage"] < 0.3
    assert found.figures["repeated_rows"] > 0.9
    assert found.figures["repeated_rows_held_out"] == 0
    assert on_coverage(found.figures, frame_of(found)).rating == POOR


def test_a_lost_class_is_named():
    made = drawn(800, 2)
    found = coverage(tables(drawn(800, 0), drawn(800, 1), made[made["kind"] == "common"]), 800, 0)
    assert found.by_group["rare"]["synthetic_rows"] == 0
    assert "recall" not in found.by_group["rare"]
    verdict = on_coverage(found.figures, frame_of(found))
    assert verdict.rating == POOR
    assert "No row is of rare" in verdict.says


def test_manifolds_of_points_that_can_be_counted():
    real = np.arange(10, dtype=np.float32)[:, None]  # each ball reaches one to the left and one to the right
    found = manifolds(real, np.array([[0.5], [0.6], [100.0]], np.float32), neighbours=1)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["density"] == pytest.approx((2 + 2 + 0) / 3)
    assert found["coverage"] == pytest.approx(2 / 10)
    assert found["recall"] == pytest.approx(9 / 10)  # the ball of the far one reaches down to 0.6, the others hold none
    assert manifolds(real, real, neighbours=1) == {"precision": 1, "recall": 1, "density": 2.8, "coverage": 1}


def test_categories_are_counted():
    real = pd.DataFrame({"word": ["a"] * 995 + ["b"] * 5, "number": 1.0})
    made = pd.DataFrame({"word": ["a"] * 98 + ["c"] * 2, "number": 1.0})
    found = categories(real, made)
    assert found["categories"] == 0.5
    assert (found["rare_count"], found["rare_categories"]) == (1, 0)
    assert found["new_categories"] == 0.02
    assert categories(real[["number"]], made[["number"]]) == {}


def test_names_that_nobody_shares_are_no_fault():
    def named(seed):
        names = np.random.default_rng(seed).integers(0, 10**6, 300).astype(str)
        return drawn(300, seed).assign(name=pd.Series(names, dtype=object))

    found = coverage(tables(*(named(seed) for seed in range(3))), 300, 0)
    assert found.figures["rare_categories"] < 0.1
    assert found.figures["new_categories"] == pytest.approx(found.figures["new_categories_held_out"], abs=0.02)
    assert on_coverage(found.figures, frame_of(found)).rating == GOOD


def test_rare_categories_that_are_left_out_are_missed():
    def towns(seed):
        towns = np.random.default_rng(seed).geometric(0.08, 2000).astype(str)
        return drawn(2000, seed).assign(town=pd.Series(towns, dtype=object))

    made = towns(2)
    made["town"] = made["town"].where(made["town"].map(int) < 25, "1")
    found = coverage(tables(towns(0), towns(1), made), 500, 0).figures
    assert found["rare_categories"] < 0.5 < found["rare_categories_held_out"]
    assert on_coverage(found, pd.DataFrame()).rating == POOR


def test_rows_outside_the_range_are_counted():
    train, test, made = (drawn(100, seed)[["size", "kind"]] for seed in range(3))
    made = made.assign(size=np.where(np.arange(100) < 7, 1e6, 0.0))
    found = coverage(tables(train, test, made), 100, 0)
    assert found.figures["out_of_range"] == 0.07
