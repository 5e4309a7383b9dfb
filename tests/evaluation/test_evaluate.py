"""All of it together."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from truth import drawn

from ganaug import evaluate

GROUPS = ["fidelity", "detection", "utility", "coverage", "privacy"]


@pytest.fixture(scope="module")
def found():
    return evaluate(*(drawn(300, seed) for seed in range(3)), target="kind", random_state=0)


def test_a_perfect_generator_is_good_throughout():
    found = evaluate(*(drawn(1000, seed) for seed in range(3)), target="kind", random_state=0)
    assert [verdict.group for verdict in found.verdicts] == GROUPS
    assert found.verdict == "Good throughout"


def test_the_same_seed_gives_the_same_figures(found):
    again = evaluate(*(drawn(300, seed) for seed in range(3)), target="kind", random_state=0)
    assert found.to_json() == again.to_json()
    other = evaluate(*(drawn(300, seed) for seed in range(3)), target="kind", random_state=np.random.RandomState(5))
    assert other.figures["fidelity"] == found.figures["fidelity"]
    assert other.figures["detection"] != found.figures["detection"]


def test_every_column_pair_and_class_has_its_row(found):
    assert found.columns["column"].tolist() == list(drawn(1, 0))
    assert found.columns["kind"].tolist() == ["number", "number", "category", "datetime", "category", "category"]
    assert len(found.pairs) == 15
    assert found.classes["class"].tolist() == ["common", "rare"]
    assert found.classes["found_by_synthetic"].between(0, 1).all()
    assert found.columns["missing_real"].gt(0).tolist() == [False, True, True, False, False, False]
    assert found.figures["fidelity"]["shape_error"] == pytest.approx(found.columns["error"].mean())


def test_the_summary_tells_every_verdict_and_figure(found):
    said = str(found)
    assert said == found.summary() == repr(found)
    assert said.startswith(found.verdict)
    for verdict in found.verdicts:
        assert f"{verdict.group.upper()} - {verdict.rating}" in said
        assert verdict.says in said
    assert "attack by classifier, ROC AUC" in said


def test_json_holds_everything(found, tmp_path):
    text = found.to_json(tmp_path / "e.json")
    assert (tmp_path / "e.json").read_text() == text + "\n"
    read = json.loads(text)
    assert read["figures"] == json.loads(json.dumps(found.figures))
    assert len(read["pairs"]) == 15
    assert read["history"] is None
    assert set(read["pictures"]["distributions"]) == set(drawn(1, 0))


def test_without_a_target_utility_is_not_measured():
    found = evaluate(*(drawn(100, seed)[["size", "weight"]].to_numpy() for seed in range(3)), random_state=0)
    assert found.figures["utility"] is None
    assert found.classes.empty
    assert "utility" in found.verdict
    assert "nothing to predict" in found.summary()


def test_a_number_has_quarters_instead_of_classes():
    pairs = [(table.drop(columns="size"), table["size"]) for table in (drawn(200, seed) for seed in range(3))]
    found = evaluate(*pairs, random_state=0, max_rows=100)
    assert found.about["target"] == "size"
    assert len(found.classes) == 4
    assert found.figures["utility"]["rows"] == 100
    assert "root mean squared error" in str(found)


def test_one_column_alone_will_do():
    found = evaluate(*(drawn(100, seed)[["kind"]] for seed in range(3)), target="kind", random_state=0)
    assert found.figures["fidelity"]["trend_error"] is None
    assert len(found.pairs) == 0


def test_progress_is_shown_if_asked_for(capsys):
    evaluate(*(drawn(60, seed)[["size", "kind"]] for seed in range(3)), random_state=0, verbose=1)
    assert "done: 100%" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_rows": 10}, ValueError, "max_rows=10: at least 100"),
        ({"max_rows": "all"}, TypeError, "max_rows='all'"),
        ({"history": [1]}, TypeError, "must be a DataFrame"),
        ({"assessment": "yes"}, TypeError, "must be an Assessment"),
        ({"random_state": -1}, ValueError, "between 0 and"),
        ({"random_state": "zero"}, ValueError, "zero"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        evaluate(*(drawn(30, seed) for seed in range(3)), **options)


def test_every_dtype_goes_through():
    from tables import every_dtype, with_gaps

    parts = [pd.DataFrame(with_gaps(every_dtype(rows=60, seed=seed), seed=seed)) for seed in range(3)]
    assert evaluate(*parts, random_state=0).figures["detection"]["roc_auc"] > 0


def test_neither_tensorflow_nor_drawing_is_imported():
    heavy = ("tensorflow", "keras", "ganaug.gan.train", "matplotlib", "jinja2")
    code = f"import sys; from ganaug import evaluate; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "cells",
    [np.full(300, np.nan), pd.array([None] * 300, "Int64"), np.full(300, None), pd.array([pd.NaT] * 300)],
    ids=["floats", "Int64", "objects", "moments"],
)
def test_a_column_without_a_value_has_no_error_and_hides_no_other(cells):
    parts = [drawn(300, seed).assign(empty=cells, constant=1.0) for seed in range(3)]
    found = evaluate(*parts, target="kind", random_state=0)
    errors = found.columns.set_index("column")["error"]
    assert errors[["empty", "constant"]].tolist() == [0, 0]
    assert errors["size"] > 0
    assert found.figures["utility"]
    parts[2]["empty"] = drawn(300, 2)["size"].to_numpy() if cells.dtype == float else parts[2]["empty"]
    if cells.dtype == float:
        assert evaluate(*parts, target="kind").columns.set_index("column").at["empty", "error"] == 100


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_numbers_may_be_as_great_as_floats_get():
    greatest = np.finfo(float).max
    parts = [drawn(300, seed) for seed in range(3)]
    for part in parts:
        part["great"] = greatest * np.cos(np.arange(300) * part["size"])
        part["sentinel"] = part["size"].where(np.arange(300) % 7 > 0, greatest)
    found = evaluate(*parts, target="kind", random_state=0)
    assert found.columns.set_index("column").loc[["great", "sentinel"], "error"].between(0, 20).all()
    assert np.isfinite(found.figures["fidelity"]["trend_error"])
    assert evaluate(*parts, target="great", random_state=0).figures["coverage"]


def test_held_out_rows_given_as_synthetic_ones_are_told():
    train, test, made = drawn(400, 0), drawn(300, 1), drawn(300, 2)
    with pytest.warns(UserWarning, match="100% of the synthetic rows are test rows: is the third table"):
        evaluate(train, test, test, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluate(train, test, made, random_state=0)
