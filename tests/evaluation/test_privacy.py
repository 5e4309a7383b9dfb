"""The test is tested: a generator that gives rows away is caught, and one that does not is let off."""

from __future__ import annotations

import numpy as np
import pytest
from truth import drawn, fresh, inputs, tables

from ganaug.evaluation.base import FAIR, GOOD, POOR, Findings
from ganaug.evaluation.privacy import Privacy

ROWS = 1500


def privacy(tables, rows):
    return Privacy().measure(inputs(tables, rows))


def judged(figures):
    return Privacy().verdict(Findings({"privacy": figures}))


def test_who_returns_training_rows_is_caught():
    train = drawn(ROWS, 0)
    found = privacy(tables(train, drawn(ROWS, 1), train), ROWS)
    assert found.figures["copies"] == 1
    assert found.figures["excess_copies"] == 1
    assert found.figures["nearest_record"]["share"] > 0.95
    for name in ("nearest", "calibrated"):
        assert found.figures["attacks"][name]["roc_auc"] > 0.95
    for own in found.classes.values():
        assert own["excess_copies"] == 1
        assert own["nearest_record"] > 0.95
        assert own["membership"] > 0.95
    assert judged(found.figures).rating == POOR
    assert "Training rows can be recognised" in judged(found.figures).hint


def test_who_draws_from_the_distribution_passes():
    found = privacy(fresh(ROWS), ROWS)
    assert found.figures["copies"] == 0
    assert found.figures["nearest_record"]["share"] == pytest.approx(0.5, abs=0.04)
    assert found.figures["near_copies"]["share"] == pytest.approx(0, abs=0.01)
    for attack in found.figures["attacks"].values():
        assert attack["roc_auc"] == pytest.approx(0.5, abs=0.04)
        assert attack["low"] < 0.51
    assert judged(found.figures).rating == GOOD
    assert judged(found.figures).hint == ""


def test_near_copies_are_caught_although_no_row_is_equal():
    train = drawn(600, 0)
    blurred = train.assign(size=train["size"] + np.random.default_rng(3).normal(0, 0.02, 600))
    found = privacy(tables(train, drawn(600, 1), blurred), 600).figures
    assert found["copies"] == 0
    assert found["attacks"]["nearest"]["roc_auc"] > 0.95
    assert found["attacks"]["density"]["roc_auc"] > 0.6
    assert found["near_copies"]["low"] > 0.9
    assert judged(found).rating == POOR


def test_a_few_near_copies_are_found_where_attacks_on_average_are_blind():
    train, made = drawn(ROWS, 0), drawn(ROWS, 2)
    copied = train["weight"].notna().to_numpy() & (np.arange(ROWS) < 100)
    made[copied] = train[copied].assign(size=lambda t: t["size"] + 0.001)
    found = privacy(tables(train, drawn(ROWS, 1), made), ROWS).figures
    assert found["copies"] == 0
    assert max(attack["low"] for attack in found["attacks"].values()) < 0.53
    assert found["near_copies"]["share"] == pytest.approx(copied.mean(), abs=0.02)
    assert judged(found).rating == POOR


def test_copies_that_held_out_rows_show_as_well_are_nobodys_fault():
    def few(seed):
        return drawn(300, seed)[["town", "member", "kind"]]

    found = privacy(tables(few(0), few(1), few(2)), 300).figures
    assert found["copies"] == found["copies_held_out"] == 1
    assert found["excess_copies"] == 0
    assert found["nearest_record"]["share"] == pytest.approx(0.5, abs=0.1)


def test_with_few_held_out_rows_it_says_so():
    found = privacy(tables(drawn(300, 0), drawn(20, 1), drawn(300, 2)), 300)
    verdict = judged(found.figures)
    assert verdict.rating == FAIR
    assert "With 20 held-out rows that is not sure" in verdict.says
    assert all("membership" not in own for own in found.classes.values())
