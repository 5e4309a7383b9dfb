"""Whether real rows are told from synthetic ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from truth import drawn, fresh, tables

from ganaug.evaluation.base import GOOD, POOR, Findings, Inputs, boosting
from ganaug.evaluation.confidence import roc_auc
from ganaug.evaluation.detection import Detection, _falls


def test_rows_of_the_same_distribution_are_not_told_apart():
    found = Detection().measure(Inputs(fresh(1000), 1000, 0))
    assert found.figures["roc_auc"] == pytest.approx(0.5, abs=0.05)
    assert found.figures["low"] < found.figures["roc_auc"] < found.figures["high"]
    assert set(found.classes) == {"common", "rare"}


def test_what_gives_rows_away_is_named():
    made = drawn(500, 2)
    part = tables(drawn(500, 0), drawn(500, 1), made.assign(size=made["size"].round()))
    found = Detection().measure(Inputs(part, 500, 0))
    assert found.figures["roc_auc"] > 0.9
    assert found.columns["tells"].idxmax() == "size"
    assert min(own["detection"] for own in found.classes.values()) > 0.8


def test_columns_that_no_longer_go_together_are_found_out():
    made = drawn(500, 2)
    loose = made.assign(weight=made["weight"].sample(frac=1, random_state=0).to_numpy())
    part = tables(drawn(500, 0), drawn(500, 1), loose)
    assert Detection().measure(Inputs(part, 500, 0)).figures["roc_auc"] > 0.6


def test_only_so_many_rows_are_looked_at():
    assert Detection().measure(Inputs(fresh(200), 120, 0)).figures["rows"] == 120


def test_the_hint_names_the_columns_that_tell():
    columns = pd.DataFrame({"column": ["a", "b", "c"], "tells": [0.1, 0.0, 0.2]})

    def judged(area, columns=columns):
        return Detection().verdict(Findings({"detection": {"roc_auc": area}}, columns))

    assert judged(0.55).rating == GOOD
    assert judged(0.9).rating == POOR
    assert "What gives them away most: c, a." in judged(0.9).hint
    assert "how columns go together" in judged(0.9, columns.assign(tells=0.0)).hint


def test_a_wide_table_is_prepared_once_for_all_columns_that_are_shuffled():
    rng = np.random.default_rng(0)
    truth = np.resize([0, 1], 60)
    table = pd.DataFrame({"size": rng.normal(size=60) + truth, "town": rng.choice(["a", "b"], 60), "rest": truth * 1.0})
    model = boosting(table, truth, 0)
    slow = [area(model, table)] * 3
    order = np.random.default_rng(0).permutation(60)
    for place, name in enumerate(table):
        slow[place] -= area(model, table.assign(**{name: table[name].to_numpy()[order]}))
    measured, calls = model[0].func, []
    model[0].set_params(func=lambda X, kinds: calls.append(len(X)) or measured(X, kinds))
    falls = _falls(model, table, truth, 0)
    assert calls == [60]
    assert falls[list(table)].tolist() == slow


def area(model, table):
    chances = model.predict_proba(table)[:, 1]
    return roc_auc(chances[1::2], chances[::2])["roc_auc"]
