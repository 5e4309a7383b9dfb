"""How sure figures are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ganaug.evaluation.confidence import bootstrapped, roc_auc, share


def test_the_area_is_scikit_learns_ties_and_all():
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 9, 200) + 1, rng.integers(0, 9, 300)
    truth = np.repeat([1, 0], [200, 300])
    found = roc_auc(one, two)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(truth, np.concatenate([one, two])))
    assert found["low"] < found["roc_auc"] < found["high"]
    assert roc_auc([2, 3], [0, 1]) == {"roc_auc": 1, "low": 1, "high": 1}


def test_95_of_100_intervals_hold_the_truth():
    rng = np.random.default_rng(0)
    found = [roc_auc(*rng.random((2, 100))) for _ in range(400)]
    assert np.mean([each["low"] <= 0.5 <= each["high"] for each in found]) == pytest.approx(0.95, abs=0.025)


def test_rows_of_a_cluster_count_as_one():
    hits = np.resize([0, 1], 100)
    alone, together = share(hits, np.arange(100)), share(np.repeat(hits[:10], 10), np.repeat(np.arange(10), 10))
    assert alone["share"] == together["share"] == 0.5
    assert together["high"] - together["low"] > 3 * (alone["high"] - alone["low"])
    assert share([1.0, 1.0], np.zeros(2, np.intp)) == {"share": 1, "low": 0, "high": 1}


def test_bootstrap_leaves_out_what_has_no_figure():
    low, high = bootstrapped(lambda rows: float(rows.mean()) if 0 in rows else np.nan, 30, 0)
    assert low < 14.5 < high
    assert np.isnan(bootstrapped(lambda _: np.nan, 30, 0)).all()
