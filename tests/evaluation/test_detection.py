"""Whether real rows are told from synthetic ones."""

from __future__ import annotations

import pytest
from truth import drawn, fresh, tables

from ganaug.evaluation.detection import detection


def test_rows_of_the_same_distribution_are_not_told_apart():
    found = detection(fresh(1000), 1000, 0)
    assert found.figures["roc_auc"] == pytest.approx(0.5, abs=0.05)
    assert found.figures["low"] < found.figures["roc_auc"] < found.figures["high"]
    assert set(found.by_group) == {"common", "rare"}


def test_what_gives_rows_away_is_named():
    made = drawn(500, 2)
    found = detection(tables(drawn(500, 0), drawn(500, 1), made.assign(size=made["size"].round())), 500, 0)
    assert found.figures["roc_auc"] > 0.9
    assert found.by_column.idxmax() == "size"
    assert min(found.by_group.values()) > 0.8


def test_columns_that_no_longer_go_together_are_found_out():
    made = drawn(500, 2)
    loose = made.assign(weight=made["weight"].sample(frac=1, random_state=0).to_numpy())
    assert detection(tables(drawn(500, 0), drawn(500, 1), loose), 500, 0).figures["roc_auc"] > 0.6


def test_only_so_many_rows_are_looked_at():
    assert detection(fresh(200), 120, 0).figures["rows"] == 120
