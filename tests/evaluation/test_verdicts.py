"""From figures to words."""

from __future__ import annotations

import pandas as pd

from ganaug.evaluation.verdict import FAIR, GOOD, POOR, UNKNOWN, Verdict, on_detection, on_fidelity, overall

COLUMNS = pd.DataFrame({"column": ["a", "b", "c"], "error": [1.0, 9.0, 2.0], "tells": [0.1, 0.0, 0.2]})


def fidelity(shape, trend, held_out=0.5):
    figures = {"shape_error": shape, "trend_error": trend}
    return on_fidelity(figures | {"shape_error_held_out": held_out, "trend_error_held_out": held_out}, COLUMNS)


def test_fidelity_is_measured_by_two_limits():
    assert fidelity(1.0, 2.0).rating == GOOD
    assert fidelity(1.0, 2.0).hint == ""
    assert fidelity(3.0, 2.0).rating == FAIR
    assert fidelity(3.0, 20.0).rating == POOR
    assert "furthest off are b, c, a" in fidelity(3.0, 20.0).hint


def test_what_held_out_rows_do_is_good_enough():
    assert fidelity(6.0, 6.0, held_out=5.0).rating == GOOD


def test_a_single_column_has_no_pairs():
    assert fidelity(1.0, None).rating == GOOD


def test_detection_names_the_columns_that_tell():
    assert on_detection({"roc_auc": 0.55}, COLUMNS).rating == GOOD
    found = on_detection({"roc_auc": 0.9}, COLUMNS)
    assert found.rating == POOR
    assert "What gives them away most: c, a." in found.hint
    assert "how columns go together" in on_detection({"roc_auc": 0.9}, COLUMNS.assign(tells=0.0)).hint


def test_the_worst_comes_first():
    def of(*ratings):
        return [Verdict(f"g{i}", rating, "", "") for i, rating in enumerate(ratings)]

    assert overall(of(GOOD, GOOD)) == "Good throughout"
    assert overall(of(GOOD, POOR, FAIR, UNKNOWN)) == "Poor: g1; fair: g2; not measured: g3; good: g0"
