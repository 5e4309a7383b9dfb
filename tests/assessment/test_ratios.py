"""How many synthetic rows, and which of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from trials import PRICE, X, Y, augmenter, rolls_dice

from ganaug.assessment.ratios import BALANCE, ENLARGE, Addition, additions_of, augmented, with_addition


class TestRatios:
    def test_auto_looks_at_the_classes(self):
        labels, even, prices = pd.Series(Y), pd.Series([0, 1] * 20), pd.Series(PRICE)
        assert {each.method for each in additions_of("auto", None, labels, classes=True)} == {BALANCE, ENLARGE}
        enlarged = tuple(Addition(ENLARGE, ratio) for ratio in (0.5, 1, 2))
        assert additions_of("auto", None, even, classes=True) == enlarged
        assert {each.method for each in additions_of("auto", None, prices, classes=False)} == {ENLARGE}
        assert {each.method for each in additions_of("auto", "auto", prices, classes=False)} == {BALANCE, ENLARGE}

    def test_own_ratios(self):
        labels = pd.Series(Y)
        assert additions_of([2, 0.5], None, labels, classes=True) == (
            Addition(BALANCE, 0.5), Addition(ENLARGE, 0.5), Addition(ENLARGE, 2),
        )  # fmt: skip
        assert additions_of({"balance": [1]}, None, labels, classes=True) == (Addition(BALANCE, 1),)

    @pytest.mark.parametrize(
        ("ratios", "error", "message"),
        [
            ("all", TypeError, "ratios='all' must be 'auto'"),
            ([0], ValueError, r"ratios=0 must be above 0"),
            ([], ValueError, "no ratio to try"),
            ({"top": [1]}, ValueError, r"names \['top'\]"),
            ({"balance": [2]}, ValueError, "1 gives classes all the rows they lack"),
        ],
    )
    def test_ratios_that_make_no_sense(self, ratios, error, message):
        with pytest.raises(error, match=message):
            additions_of(ratios, None, pd.Series(Y), classes=True)

    def test_nothing_to_balance(self):
        with pytest.raises(ValueError, match="no class to top up"):
            additions_of({"balance": [1]}, None, pd.Series([0, 1] * 9), classes=True)

    @rolls_dice
    def test_rows_of_a_smaller_ratio_are_among_those_of_a_larger_one(self):
        made, seconds, _ = augmented(augmenter(), X, Y, {BALANCE: 1.0, ENLARGE: 2.0}, classes=True)
        assert seconds > 0
        lacking = np.sum(Y == 0) - np.sum(Y == 1)
        for method, whole in ((BALANCE, lacking), (ENLARGE, len(Y))):
            (small, y_small), (large, y_large) = (made[method].rows(ratio) for ratio in (0.5, 1.0))
            assert abs(len(small) - len(X) - whole / 2) <= 1
            np.testing.assert_array_equal(small[: len(X)], X)
            np.testing.assert_array_equal(y_small[: len(X)], Y)
            assert {tuple(row) for row in small} <= {tuple(row) for row in large}
            assert abs(len(y_large) - len(Y) - whole) <= 1
        assert abs(np.mean(made[ENLARGE].rows(0.5)[1]) - np.mean(Y)) < 0.02
        np.testing.assert_array_equal(made[BALANCE].rows(1.0)[1][len(Y) :], 1)

    @rolls_dice
    @pytest.mark.parametrize("addition", [Addition(BALANCE, 0.5), Addition(ENLARGE, 0.5)])
    def test_an_augmenter_with_a_ratio_makes_as_many_rows_as_were_assessed(self, addition):
        made, *_ = augmented(augmenter(), X, Y, {addition.method: 1.0}, classes=True)
        own = with_addition(augmenter(), addition, pd.Series(Y), classes=True)
        labels = own.fit(X, Y).augment(X, Y)[1]
        assert np.abs(np.bincount(labels) - np.bincount(made[addition.method].rows(addition.ratio)[1])).max() <= 1

    @rolls_dice
    def test_ranges_of_a_number_have_ratios_alike(self):
        topped = augmenter(sampling_strategy="auto", target_type="number")
        made, *_ = augmented(topped, X, PRICE, {BALANCE: 1.0}, classes=False)
        rows = len(made[BALANCE].rows(0.5)[1])
        own = with_addition(topped, Addition(BALANCE, 0.5), pd.Series(PRICE), classes=False).fit(X, PRICE)
        assert abs(len(own.augment(X, PRICE)[1]) - rows) <= 5
