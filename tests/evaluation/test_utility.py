"""Train on synthetic rows, test on real ones."""

from __future__ import annotations

import numpy as np
import pytest
from truth import drawn, fresh, tables

from ganaug.evaluation.base import GOOD, POOR, UNKNOWN, Findings, Inputs
from ganaug.evaluation.utility import Utility


def utility(tables, rows):
    return Utility().measure(Inputs(tables, rows, 0))


def judged(figures):
    return Utility().verdict(Findings({"utility": figures}))


def test_rows_of_the_same_distribution_teach_as_much():
    found = utility(fresh(), 800)
    own = found.figures["roc_auc"]
    assert own["loss"] == own["real"] - own["synthetic"] == pytest.approx(0, abs=0.03)
    assert own["low"] <= own["loss"] <= own["high"]
    assert set(found.classes) == {"common", "rare"}
    recalls = [own["found_by_real"] for own in found.classes.values()]
    assert found.figures["balanced_accuracy"]["real"] == pytest.approx(np.mean(recalls))
    assert judged(found.figures).rating == GOOD


def test_labels_that_mean_nothing_teach_nothing():
    made = drawn(500, 2)
    lost = made.assign(kind=made["kind"].sample(frac=1, random_state=0).to_numpy())
    found = utility(tables(drawn(500, 0), drawn(500, 1), lost), 500)
    assert found.figures["roc_auc"]["synthetic"] < 0.7 < found.figures["roc_auc"]["real"]
    assert judged(found.figures).rating == POOR


def test_a_class_that_is_not_made_is_not_found():
    made = drawn(500, 2)
    found = utility(tables(drawn(500, 0), drawn(500, 1), made[made["kind"] == "common"]), 500)
    assert {name: own["found_by_synthetic"] for name, own in found.classes.items()} == {"common": 1, "rare": 0}
    assert found.figures["roc_auc"]["synthetic"] == 0.5


def test_a_number_has_an_error():
    found = utility(fresh(500, "size"), 500).figures
    assert found["rmse"]["low"] <= found["rmse"]["ratio"] <= found["rmse"]["high"]
    assert found["rmse"]["ratio"] == pytest.approx(1, abs=0.1)
    assert judged(found).rating == GOOD
    made = drawn(500, 2)
    bad = utility(tables(drawn(500, 0), drawn(500, 1), made.assign(size=-made["size"]), "size"), 500).figures
    assert judged(bad).rating == POOR


def test_where_real_rows_teach_nothing_there_is_no_verdict():
    found = utility(fresh(400, "member"), 400).figures
    verdict = judged(found)
    assert verdict.rating == UNKNOWN
    assert "Even real rows teach next to nothing" in verdict.says
    assert judged(None).rating == UNKNOWN


def test_a_single_class_among_held_out_rows_is_not_judged():
    test = drawn(400, 1)
    found = utility(tables(drawn(400, 0), test[test["kind"] == "common"], drawn(400, 2)), 400).figures
    verdict = judged(found)
    assert verdict.rating == UNKNOWN
    assert "single class" in verdict.says
