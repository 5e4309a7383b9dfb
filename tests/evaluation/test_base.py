"""From ratings of all metrics to one line, and figures as they are told."""

from __future__ import annotations

import pytest

from ganaug.evaluation.base import FAIR, GOOD, POOR, UNKNOWN, Figure, Verdict, overall


def test_the_worst_comes_first():
    def of(*ratings):
        return [Verdict(f"g{i}", rating, "", "") for i, rating in enumerate(ratings)]

    assert overall(of(GOOD, GOOD)) == "Good throughout"
    assert overall(of(GOOD, POOR, FAIR, UNKNOWN)) == "Poor: g1; fair: g2; not measured: g3; good: g0"


@pytest.mark.parametrize(("value", "less", "more"), [(0.0, GOOD, POOR), (0.5, FAIR, FAIR), (1.0, POOR, GOOD)])
def test_limits_tell_which_way_is_better(value, less, more):
    assert Figure("error", 0.1, 0.7).rating(value) == less
    assert Figure("share", 0.9, 0.5).rating(value) == more
    assert Figure("without limits").rating(value) == GOOD
