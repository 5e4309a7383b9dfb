"""Whether everything is reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from truth import drawn, fresh, inputs, tables

from ganaug.evaluation.base import GOOD, POOR
from ganaug.evaluation.coverage import Coverage, categories, manifolds
from ganaug.evaluation.evaluate import findings


def coverage(tables, rows):
    """What was measured, and the verdict."""
    found = Coverage().measure(inputs(tables, rows))
    return found, Coverage().verdict(findings(tables, {"coverage": found}))


def test_who_draws_from_the_distribution_reaches_all_of_it():
    found, verdict = coverage(fresh(), 800)
    for name in ("precision", "recall", "density", "coverage"):
        assert found.figures[name] == pytest.approx(found.figures[f"{name}_held_out"], abs=0.1)
    assert found.figures["categories"] == 1
    assert found.classes["rare"]["recall"] > 0.8
    assert verdict.rating == GOOD


def test_a_collapse_is_seen():
    again = drawn(20, 5).sample(800, replace=True, random_state=0)
    found, verdict = coverage(tables(drawn(800, 0), drawn(800, 1), again), 800)
    assert found.figures["coverage"] < 0.3
    assert found.figures["repeated_rows"] > 0.9
    assert found.figures["repeated_rows_held_out"] == 0
    assert verdict.rating == POOR


def test_a_lost_class_is_named():
    made = drawn(800, 2)
    part = tables(drawn(800, 0), drawn(800, 1), made[made["kind"] == "common"])
    found, verdict = coverage(part, 800)
    assert findings(part, {"coverage": found}).classes["synthetic_rows"].tolist() == [len(part.synthetic), 0]
    assert "recall" not in found.classes["rare"]
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

    found, verdict = coverage(tables(*(named(seed) for seed in range(3))), 300)
    assert found.figures["rare_categories"] < 0.1
    assert found.figures["new_categories"] == pytest.approx(found.figures["new_categories_held_out"], abs=0.02)
    assert verdict.rating == GOOD


def test_rare_categories_that_are_left_out_are_missed():
    def towns(seed):
        towns = np.random.default_rng(seed).geometric(0.08, 2000).astype(str)
        return drawn(2000, seed).assign(town=pd.Series(towns, dtype=object))

    made = towns(2)
    made["town"] = made["town"].where(made["town"].map(int) < 25, "1")
    found, verdict = coverage(tables(towns(0), towns(1), made), 500)
    assert found.figures["rare_categories"] < 0.5 < found.figures["rare_categories_held_out"]
    assert verdict.rating == POOR


def test_rows_outside_the_range_are_counted():
    train, test, made = (drawn(100, seed)[["size", "kind"]] for seed in range(3))
    made = made.assign(size=np.where(np.arange(100) < 7, 1e6, 0.0))
    found, _ = coverage(tables(train, test, made), 100)
    assert found.figures["out_of_range"] == 0.07
