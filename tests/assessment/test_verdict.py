"""The rule and the sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganaug.assessment.ratios import BALANCE, ENLARGE
from ganaug.assessment.scoring import DECISIONS, Scoring
from ganaug.assessment.verdict import Choice, decided, summary

PRECISION = Scoring("average precision", None)


def scores_of(**methods):
    """A table of scores; a name such as balance_50 has a ratio."""
    rows = []
    for name, values in methods.items():
        method, _, percent = name.partition("_") if name.startswith((BALANCE, ENLARGE)) else (name, "", "")
        ratio = int(percent) / 100 if percent else np.nan
        rows += [{"fold": i, "method": method, "ratio": ratio, "score": v} for i, v in enumerate(values)]
    columns = ["fold", "method", "ratio", "score", *DECISIONS, "rows", "seconds", "note"]
    return pd.DataFrame(rows).reindex(columns=columns).fillna({"rows": 0.0, "seconds": 1.0})


def verdict_on(scoring=PRECISION, **methods):
    return decided(scores_of(**methods), scoring, 0.25)


FLAT = np.array([0.5, 0.6, 0.55, 0.65, 0.6])
NOISE = np.array([-0.01, 0.01, 0.0, -0.005, 0.005])


class TestVerdict:
    def test_a_clear_gain_is_taken(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT + NOISE, balance_50=FLAT + 0.1 + NOISE / 5)
        assert choice == Choice("balance", 0.5)
        assert choice.augments
        assert said == "Adds .100 ± .003 average precision at ratio 0.5"

    def test_a_likely_gain_is_taken_and_called_likely(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT - 0.1, enlarge_100=FLAT + 0.05 + 5 * NOISE)
        assert choice == Choice("enlarge", 1.0)
        assert said == "Probably adds .050 ± .074 average precision at ratio 1, classes as they are"

    def test_two_folds_are_not_called_likely(self):
        two, lead = FLAT[:2], np.array([0.02, 0.12])
        choice, said = verdict_on(none=two, balance_50=two + lead)
        assert not choice.augments
        assert "may be chance" in said

    def test_chance_is_not(self):
        choice, said = verdict_on(none=FLAT, balance_50=FLAT + 0.003 + NOISE)
        assert choice == Choice("none")
        assert not choice.augments
        assert said == "Do not augment: what it seems to add, .003 ± .015 average precision at ratio 0.5, may be chance"

    def test_what_costs_nothing_is_preferred(self):
        choice, said = verdict_on(none=FLAT, class_weight=FLAT + 0.1 - NOISE, balance_50=FLAT + 0.101 + NOISE)
        assert choice == Choice("class_weight")
        assert said == "Do not augment: class weights are as good (.100 ± .015 average precision next to doing nothing)"
        said = verdict_on(none=FLAT, smote=FLAT + 0.2 - NOISE, enlarge_100=FLAT + 0.1 + NOISE)[1]
        assert said.startswith("Do not augment: SMOTE is better (.200")

    def test_a_baseline_that_may_do_as_well_is_enough_to_refuse(self):
        choice, said = verdict_on(none=FLAT, copies=FLAT + 0.06 + 20 * NOISE, balance_100=FLAT + 0.05 + NOISE)
        assert choice == Choice("none")
        assert said == "Do not augment: random copies may do as well, for nothing"

    def test_harm_is_named(self):
        assert verdict_on(none=FLAT, balance_25=FLAT - 0.1 + NOISE, balance_50=FLAT - 0.2)[1] == (
            "Do not augment: no ratio does better than nothing (at best -.100 ± .015 average precision)"
        )

    def test_the_best_ratio_counts(self):
        choice, said = verdict_on(none=FLAT, balance_50=FLAT + 0.1, balance_100=FLAT + 0.05, enlarge_200=FLAT + 0.2)
        assert choice == Choice("enlarge", 2.0)
        assert said == "Adds .200 ± .000 average precision at ratio 2, classes as they are"

    def test_errors_shrink(self):
        error = Scoring("root mean squared error", None, is_error=True)
        said = verdict_on(error, none=-100 * FLAT, enlarge_100=-100 * FLAT + 5 + 20 * NOISE)[1]
        assert said == "Takes 5.0 ± .3 off the root mean squared error at ratio 1, classes as they are"
        said = verdict_on(error, none=-100 * FLAT, enlarge_100=-100 * FLAT + 0.1 + 200 * NOISE)[1]
        assert "what it seems to take, 0 ± 3 off the root mean squared error" in said
        said = verdict_on(error, none=-100 * FLAT, smote=-100 * FLAT + 5 + NOISE, enlarge_100=-100 * FLAT)[1]
        assert "(5.000 ± .015 less root mean squared error next to doing nothing)" in said

    def test_errors_that_grow_are_said_to_be_more(self):
        error = Scoring("root mean squared error", None, is_error=True)
        said = verdict_on(error, none=-100 * FLAT, enlarge_100=-100 * FLAT - 5 + 20 * NOISE)[1]
        assert said.endswith("(at best 5.0 ± .3 more root mean squared error)")

    def test_nothing_has_no_sign_and_tiny_units_have_figures(self):
        assert "at best .000 ± .029" in verdict_on(none=FLAT, balance_50=FLAT - 0.0001 + 2 * NOISE)[1]
        assert "at best 0 ± 3 " in verdict_on(none=100 * FLAT, balance_50=100 * FLAT - 0.1 + 200 * NOISE)[1]
        error = Scoring("root mean squared error", None, is_error=True)
        said = verdict_on(error, none=-1e-6 * FLAT, enlarge_100=1e-6 * (0.2 + NOISE - FLAT))[1]
        assert said.startswith("Takes 2e-07 ± 1.5e-08 off the root mean squared error")

    def test_intervals_end_where_the_metric_does(self):
        scores = scores_of(none=FLAT, balance_50=FLAT + 90 * NOISE)
        table = summary(scores, 0.25, PRECISION.limits).set_index("method")
        assert table.loc["balance", "high"] <= 1 - FLAT.mean() + 1e-12
        assert table.loc["balance", "low"] >= -FLAT.mean() - 1e-12
        assert summary(scores, 0.25)["high"].max() > table["high"].max()

    def test_a_threshold_is_a_baseline_only_where_it_matters(self):
        methods = {"none": FLAT, "threshold": FLAT + 0.2, "balance_50": FLAT + 0.1 + NOISE / 5}
        assert verdict_on(**methods)[0].augments
        decides = Scoring("balanced accuracy", None, moves_with_threshold=True)
        choice, said = verdict_on(decides, **methods)
        assert choice == Choice("threshold")
        assert "a tuned threshold is better" in said

    def test_what_was_left_out_in_a_fold_is_out(self):
        scores = scores_of(none=FLAT, smote=[0.9] * 5, balance_50=FLAT + NOISE)
        scores["note"] = scores["note"].astype(object)
        scores.loc[scores["method"].eq("smote") & scores["fold"].eq(2), ["score", "note"]] = [np.nan, "one row"]
        table = summary(scores, 0.25).set_index("method")
        assert (table.loc["smote", "note"], np.isnan(table.loc["smote", "score"])) == ("one row", True)
        assert decided(scores, PRECISION, 0.25)[0] == Choice("none")

    def test_a_score_that_is_no_number_is_an_error(self):
        with pytest.raises(ValueError, match="score of 'none' in fold 1 is not a number"):
            verdict_on(none=[0.5, np.nan], balance_50=[0.5, 0.5])
