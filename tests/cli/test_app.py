"""The `ganaug` command: what goes in comes out, and what goes wrong is one line."""

from __future__ import annotations

import inspect
import io
import json
import os
import shlex
import subprocess
import sys
from importlib.metadata import entry_points

import numpy as np
import pandas as pd
import pytest
import typer
from pandas.testing import assert_frame_equal

from ganaug import load
from ganaug.cli import app, tasks, wording
from ganaug.models import MODELS

ROWS = 80


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "amount": rng.normal(size=ROWS).round(3),
            "label": np.where(np.arange(ROWS) < 60, "fine", "fraud"),
            "visits": rng.integers(0, 50, ROWS),
            "kind": np.where(rng.random(ROWS) < 0.2, None, rng.choice(["x", "y, z"], ROWS)),
        }
    )


@pytest.fixture
def csv(frame, tmp_path):
    path = tmp_path / "train.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.filterwarnings("ignore:Mismatched null-like values:FutureWarning")  # of pandas 2
@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_rebalance_keeps_columns_dtypes_and_real_rows(command, frame, csv, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    status, said, _ = command("rebalance", csv, "--target", "label", "-o", out, "-q", "--random-state", 0)
    assert (status, said) == (0, "")
    made = pd.read_csv(out) if suffix == "csv" else pd.read_parquet(out)
    real = pd.read_csv(csv)
    assert made["label"].value_counts().to_dict() == {"fine": 60, "fraud": 60}
    assert made.dtypes.to_dict() == real.dtypes.to_dict()
    assert_frame_equal(made.head(ROWS), real)
    assert set(made["kind"].dropna()) == set(frame["kind"].dropna())


@pytest.mark.usefixtures("dice")
def test_from_standard_input_to_standard_output_twice_the_same(command, csv):
    made = [
        command("rebalance", "-", "-t", "label", "-q", "--random-state", seed, stdin=csv.read_text())[1]
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]
    assert len(pd.read_csv(io.StringIO(made[0]))) == 120


@pytest.mark.usefixtures("dice")
def test_real_rows_are_written_to_the_last_digit_and_synthetic_ones_are_of_their_dtypes(command, tmp_path):
    rng = np.random.default_rng(0)
    gaps = np.arange(ROWS) % 7 == 0
    frame = pd.DataFrame(
        {
            "long": rng.normal(size=ROWS) / 3,
            "visits": np.where(gaps, np.nan, rng.integers(0, 50, ROWS)),
            "open": rng.random(ROWS) < 0.5,
            "asked": np.where(gaps, None, rng.random(ROWS) < 0.5),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9, ROWS), "D"),
            "empty": np.nan,
            "label": np.arange(ROWS) < 60,
        }
    )
    table = tmp_path / "train.csv"
    frame.to_csv(table, index=False)
    said = [
        command("rebalance", source, "-t", "label", "-q", "--random-state", 3, stdin=table.read_text())[1]
        for source in (table, table, "-")
    ]
    assert said[0] == said[1] == said[2]
    assert said[0].startswith(table.read_text())
    assert pd.read_csv(io.StringIO(said[0])).dtypes.to_dict() == pd.read_csv(table).dtypes.to_dict()


def test_a_label_that_is_missing_is_said_to_be_missing(command, csv, tmp_path):
    table = pd.read_csv(csv).assign(label=lambda t: np.where(np.arange(ROWS) < 3, np.nan, t["label"] == "fraud"))
    path = tmp_path / "gaps.csv"
    table.to_csv(path, index=False)
    status, _, wrong = command("rebalance", path, "-t", "label", "-q")
    assert status == 1
    assert f"column 'label', in 3 of {ROWS} rows: drop the rows without a label" in wrong


@pytest.mark.usefixtures("dice")
def test_strategies_ratio_and_mark(command, csv):
    def rows(*options):
        status, said, wrong = command("rebalance", csv, "-t", "label", "-q", *options)
        assert status == 0, wrong
        return pd.read_csv(io.StringIO(said))

    assert rows("--strategy", "0.5")["label"].value_counts().to_dict() == {"fine": 60, "fraud": 30}
    assert rows("--strategy", '{"fraud": 33}')["label"].value_counts().to_dict() == {"fine": 60, "fraud": 33}
    marked = rows("--ratio", "1", "--mark", "is_synthetic")
    assert len(marked) == 240
    assert marked["is_synthetic"].tolist() == [False] * ROWS + [True] * 160


def test_fit_then_sample_then_info(command, csv, tmp_path):
    model = tmp_path / "m.ganaug"
    assert command("fit", csv, "-t", "label", "-o", model, "-q", "--steps", 7, "--random-state", 0)[0] == 0
    made = pd.read_csv(io.StringIO(command("sample", model, "--counts", "fraud=5", "--counts", "fine=2")[1]))
    assert made["label"].tolist() == ["fraud"] * 5 + ["fine"] * 2
    assert len(pd.read_csv(io.StringIO(command("sample", model, "-n", 9, "--no-refine")[1]))) == 9
    said = command("info", model)[1]
    for part in ("amount, visits, kind", "fraud (20 rows)", "7 steps", "random_state=0"):
        assert part in said
    assert command("card", model)[1] == load(model).card()
    assert command("card", model, "-o", tmp_path / "card.md")[:2] == (0, "")
    assert (tmp_path / "card.md").read_text() == load(model).card()
    assert command("card", model, "-o", model)[0] == 1
    rebalanced = command("rebalance", csv, "-t", "label", "--model", model)
    assert rebalanced[0] == 0
    assert load(model).n_iter_ == 7


def test_a_model_without_labels(command, csv, tmp_path):
    model = tmp_path / "m.ganaug"
    assert command("fit", csv, "-o", model, "-q", "--steps", 3)[0] == 0
    assert list(pd.read_csv(io.StringIO(command("sample", model, "-n", 3)[1]))) == ["amount", "label", "visits", "kind"]
    assert command("sample", model, "--counts", "fraud=1")[0] == 1


@pytest.mark.usefixtures("dice")
def test_labels_that_are_numbers(command, csv, tmp_path):
    table = pd.read_csv(csv).assign(label=lambda t: (t["label"] == "fraud").astype(int))
    path = tmp_path / "numbers.csv"
    table.to_csv(path, index=False)
    made = pd.read_csv(io.StringIO(command("rebalance", path, "-t", "label", "-q", "--strategy", '{"1": 44}')[1]))
    assert made["label"].value_counts().to_dict() == {0: 60, 1: 44}


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rebalance", "photso/", "-o", "more/"], "there is no folder photso/"),
        (["fit", "photso/", "-o", "m.ganaug"], "there is no folder photso/"),
        (["rebalance", "TABLE", "-t", "lable"], "there is no column 'lable': the table has amount, label"),
        (["rebalance", "TABLE", "-t", "label", "--strategy", '{"frod": 50}'], "there is no class 'frod'"),
        (["rebalance", "TABLE", "-t", "label", "--strategy", "all of them"], "--strategy 'all of them'"),
        (["rebalance", "TABLE", "-t", "label", "-o", "out.xlsx"], "cannot tell the format from '.xlsx'"),
        (["rebalance", "TABLE", "-t", "label", "--mark", "kind"], "the table has such a column already"),
        (["rebalance", "TABLE", "-t", "amount"], "Unknown label type: continuous"),
        (["rebalance", "nowhere.csv", "-t", "label"], "nowhere.csv"),
        (["sample", "nowhere.ganaug", "-n", "1"], "nowhere.ganaug"),
        (["rebalance", "TABLE", "-t", "label", "--strategy", '{"fraud": 10000000000000}', "--steps", "2"], "of memory"),
        (["fit", "TABLE", "-t", "label", "-o", "m.ganaug", "--steps", "0"], "--steps 0"),
        (["rebalance", "TABLE", "-t", "label", "--strategy", "{'fraud': 60}"], "labels in double quotes"),
    ],
)
def test_what_goes_wrong_is_one_line_and_status_1(command, csv, arguments, message):
    status, said, wrong = command(*(csv if argument == "TABLE" else argument for argument in arguments), "-q")[:3]
    if arguments[0] == "sample":
        status, said, wrong = command(*arguments)
    assert (status, said) == (1, "")
    assert message in wrong
    assert wrong.startswith("ganaug: ")
    assert wrong.count("\n") == 1


def test_counts_must_be_counts(command, csv, tmp_path):
    model = tmp_path / "m.ganaug"
    command("fit", csv, "-t", "label", "-o", model, "-q", "--steps", 3)
    for pair in ("fraud", "fraud=many", "fraud=²", "=3", "frod=3"):
        status, _, wrong = command("sample", model, "--counts", pair)
        assert status == 1
        assert pair.partition("=")[0] in wrong
    status, _, wrong = command("sample", model, "--counts", "fraud=2", "--counts", "fraud=3")
    assert status == 1
    assert "fraud=3: the class 'fraud' is there twice" in wrong
    assert command("sample", model)[0] == 2


def test_the_installed_command_says_its_version():
    done = subprocess.run([sys.executable, "-m", "ganaug", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __import__("ganaug").__version__
    [script] = entry_points(group="console_scripts", name="ganaug")
    assert script.load() is app.run


HELP = [["--help"], *([name, "--help"] for name in ("rebalance", "fit", "sample", "assess", "report", "info", "card"))]


@pytest.mark.parametrize("arguments", HELP, ids=lambda words: words[0])
def test_help_ends_with_examples_that_the_command_understands(command, arguments, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    status, said, _ = command(*arguments)
    examples = [line.strip() for line in said.partition("Examples:")[2].splitlines() if line.strip()]
    assert status == 0
    assert examples
    group = typer.main.get_command(app.app)
    for example in examples:
        program, name, *words = shlex.split(example.partition(" > ")[0])
        assert program == "ganaug"
        assert name == arguments[0] or arguments == ["--help"]
        group.commands[name].make_context(name, words)  # UsageError if it is misspelt


def test_help_names_what_becomes_of_identifiers(command, csv, monkeypatch):
    """`rebalance` writes real rows whole, so it drops no column."""
    monkeypatch.setenv("COLUMNS", "200")
    for name, drops in (("rebalance", False), ("fit", True)):
        assert ('"drop"' in command(name, "--help")[1]) == drops
    assert "take the column out" in command("rebalance", csv, "-t", "label", "--identifiers", "drop")[2]


def test_a_model_without_a_column_of_the_table_rebalances_nothing(command, frame, tmp_path):
    table, model = tmp_path / "in.csv", tmp_path / "m.ganaug"
    frame.assign(who=[f"N{row:03}@x.org" for row in range(ROWS)]).to_csv(table, index=False)
    assert command("fit", table, "-t", "label", "-q", "--identifiers", "drop", "-o", model, "--steps", 2)[0] == 0
    status, said, wrong = command("rebalance", table, "-t", "label", "--model", model)
    assert (status, said, wrong.count("\n")) == (1, "", 1)
    assert "draws no who, which it was fitted without" in wrong


@pytest.fixture
def model(command, csv, tmp_path):
    path = tmp_path / "m.ganaug"
    assert command("fit", csv, "-t", "label", "-q", "-o", path, "--steps", 2)[0] == 0
    return path


def test_a_seed_is_heard_when_a_model_rebalances(command, csv, model):
    rows = [command("rebalance", csv, "-t", "label", "--model", model, "--random-state", seed)[1] for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.parametrize("option", [["--steps", 3], ["--time-budget", 1], ["--keep-partial"]])
def test_what_only_a_fit_takes_is_refused_where_there_is_none(command, csv, model, option):
    status, said, wrong = command("rebalance", csv, "-t", "label", "--model", model, *option)
    assert (status, said) == (2, "")
    assert f"Invalid value for {option[0]}: this is a matter of the fit" in " ".join(wrong.replace("│", "").split())


@pytest.mark.parametrize(
    ("fitted", "target", "message"),
    [
        ([], "label", "was fitted to no --target"),
        (["-t", "amount"], "label", "was fitted to the numbers of column 'amount'"),
        (["-t", "label"], "kind", "was fitted to the labels of column 'label', not of 'kind'"),
    ],
)
def test_a_model_of_another_column_rebalances_nothing(command, frame, tmp_path, fitted, target, message):
    table, model = tmp_path / "in.csv", tmp_path / "m.ganaug"
    frame.assign(kind=frame["label"]).to_csv(table, index=False)
    assert command("fit", table, *fitted, "-q", "-o", model, "--steps", 2)[0] == 0
    status, said, wrong = command("rebalance", table, "-t", target, "--model", model)
    assert (status, said, wrong.count("\n")) == (1, "", 1)
    assert message in wrong


def test_a_model_does_not_go_to_standard_output(command, csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, wrong = command("fit", csv, "-t", "label", "-q", "-o", "-", "--steps", 2)
    assert status == 2
    assert "name a file" in " ".join(wrong.replace("│", "").split())
    assert not (tmp_path / "-").exists()


def test_columns_are_shown_with_blanks_around_them(command, tmp_path):
    (tmp_path / "t.csv").write_text("a, b, y\n1,2,x\n2,3,z\n")
    assert "the table has a, ' b', ' y'" in command("rebalance", tmp_path / "t.csv", "-t", "y")[2]


@pytest.mark.parametrize(("kind", "remedy"), [("parquet", "name it .parquet"), ("gzip", "gunzip"), ("excel", "Excel")])
def test_files_that_are_called_csv_are_told_what_they_are(command, frame, tmp_path, kind, remedy):
    path = tmp_path / "t.csv"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "gzip":
        frame.to_csv(path, compression="gzip")
    else:
        path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    assert remedy in command("rebalance", path, "-t", "label")[2]


def test_every_command_is_declared_as_it_is_done():
    for name, made in typer.main.get_command(app.app).commands.items():
        assert {option.name for option in made.params} == set(inspect.signature(getattr(tasks, name)).parameters)


SLOW = ("pandas", "sklearn", "tensorflow", "keras")


@pytest.mark.parametrize(
    "variables",
    [{}, {"_GANAUG_COMPLETE": "complete_bash", "COMP_WORDS": "ganaug reb", "COMP_CWORD": "1"}],
    ids=["help", "completion"],
)
def test_help_and_completion_wait_for_no_library(variables):
    code = f"""
import sys
from ganaug.cli.app import app
try:
    app(["--help"], prog_name="ganaug")
except SystemExit:
    print([name for name in {SLOW} if name in sys.modules])
"""
    environment = {**os.environ, **variables}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert "rebalance" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
@pytest.mark.usefixtures("brief")
@pytest.mark.filterwarnings("ignore:column 'visits' has")
def test_columns_of_numbers_that_stand_for_categories(command, frame, tmp_path):
    table, model, out = tmp_path / "t.csv", tmp_path / "m.ganaug", tmp_path / "o.csv"
    frame.assign(area=np.arange(ROWS) % 4 * 100 + 7).to_csv(table, index=False)
    options = ("-t", "label", "-q", "--steps", 3, "--categorical", "area", "--categorical", "visits")
    assert command("fit", table, "-o", model, *options)[0] == 0
    assert load(model).categorical_features == ["area", "visits"]
    assert load(model)._model.encoder.kinds["area"] == "category"
    assert command("rebalance", table, "-o", out, *options)[0] == 0
    assert set(pd.read_csv(out)["area"]) == {7, 107, 207, 307}
    assert command("assess", table, "--folds", 2, "--estimator", "linear", *options)[0] == 0
    status, _, wrong = command("rebalance", table, "-o", out, "-t", "label", "-q", "--categorical", "aera")
    assert (status, wrong.count("\n")) == (1, 1)
    assert "--categorical aera: there is no such column beside the target: amount, visits, kind, area" in wrong
    assert command("rebalance", table, "-t", "label", "--model", model, "--categorical", "area")[0] == 2


def test_a_warning_is_one_line_and_told_once(capsys):
    show = app._warned_once(set())
    for message in ("few\nrows", "few\nrows", "many rows"):
        show(UserWarning(message), UserWarning, "file.py", 1)
    assert capsys.readouterr().err == "ganaug: warning: few rows\nganaug: warning: many rows\n"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("fit with identifiers='fake'\nor", "fit with --identifiers fake or"),
        ("fit with identifiers='drop', or", "fit with `ganaug fit --identifiers drop`, or"),
        ("with rules=['auto', 'not a < b'], and", "with --rule auto --rule 'not a < b', and"),
        ("cv=1: an interval", "--folds 1: an interval"),
        (
            "learnt: make dates of them with pd.to_datetime(X['d'], dayfirst=True), or name it in categorical_features",
            "learnt: write them as 2024-03-31, or name it in --categorical",
        ),
        ("take AugmentedClassifier(estimator, GANAugmenter(ratio='auto'))",) * 2,
        ("column 'steps=3' is target_type='number'",) * 2,
    ],
)
def test_messages_name_options_in_the_place_of_parameters(said, shown):
    assert wording.in_options(said) == shown


@pytest.mark.usefixtures("dice")
def test_assess_says_whether_it_helps(command, csv, tmp_path):
    out, drawn = tmp_path / "a.json", tmp_path / "a.png"
    options = ("--estimator", "linear", "--folds", 2, "--random-state", 0, "-q", "--json", out, "--plot", drawn)
    status, said, wrong = command("assess", csv, "-t", "label", *options)
    assert (status, wrong) == (0, "")
    found = json.loads(out.read_text())
    assert said.splitlines()[0] == found["verdict"]
    assert {"none", "class_weight", "balance", "enlarge"} <= {row["method"] for row in found["table"]}
    assert drawn.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("dice", "brief")
def test_assess_takes_a_number_words_and_moments(command, frame, tmp_path):
    path = tmp_path / "t.parquet"
    when = pd.Series(pd.date_range("2024", periods=ROWS, tz="UTC"))
    frame.assign(when=when, span=when - when[0], flag=frame["visits"] > 9).to_parquet(path)
    for estimator in MODELS:
        options = ("--estimator", estimator, "--folds", 2, "-q", "--random-state", 0)
        status, said, _ = command("assess", path, "-t", "amount", *options)
        assert status == 0
        assert "root mean squared error" in said


def test_assess_names_its_estimators(command, csv):
    status, _, wrong = command("assess", csv, "-t", "label", "--estimator", "magic", "-q")
    assert (status, wrong.count("\n")) == (1, 1)
    assert "--estimator magic is not one of ['boosting', 'extra-trees', 'forest', 'linear']" in wrong


def test_report_says_how_good_synthetic_rows_are(command, frame, csv, tmp_path):
    page, out = tmp_path / "r.html", tmp_path / "r.json"
    tables = [csv]
    test = frame.sample(frac=0.5, random_state=0)
    for name, rows in (("test", test.assign(amount=test["amount"] + 0.5)), ("synthetic", frame.iloc[::-1])):
        tables.append(tmp_path / f"{name}.csv")
        rows.to_csv(tables[-1], index=False)
    options = ("-t", "label", "--random-state", 0, "-q", "--json", out, "--html", page)
    status, said, wrong = command("report", *tables, *options)
    assert (status, wrong) == (0, "")
    found = json.loads(out.read_text())
    assert said.startswith(found["verdict"])
    assert found["figures"]["privacy"]["copies"] == 1
    assert page.read_text().startswith("<!DOCTYPE html>")
    status, _, wrong = command("report", *tables, "-t", "lable", "-q")
    assert (status, wrong.count("\n")) == (1, 1)
    assert "--target lable is no column of real_train" in wrong


@pytest.mark.usefixtures("dice")
def test_report_takes_training_curves_from_a_model(command, frame, csv, plain, tmp_path):
    plain.save(tmp_path / "m.ganaug")
    out, test = tmp_path / "r.json", tmp_path / "test.csv"
    frame.assign(amount=frame["amount"] + 0.5).to_csv(test, index=False)
    status, _, wrong = command("report", csv, csv, csv, "-q")
    assert (status, wrong.count("\n")) == (1, 1)
    assert "100% of the test rows are training rows" in wrong
    assert command("report", csv, test, csv, "-q", "--model", tmp_path / "m.ganaug", "--json", out)[0] == 0
    assert json.loads(out.read_text())["history"][0]["step"] > 0


def test_tables_in_several_files_and_rows_in_parts(command, tmp_path):
    rng = np.random.default_rng(0)
    for part in range(2):
        frame = pd.DataFrame({"x": rng.normal(size=300), "y": rng.choice(["no", "yes"], 300)})
        frame.to_parquet(tmp_path / f"{part}.parquet", index=False)
    model, folder = tmp_path / "model.ganaug", tmp_path / "rows"
    assert command("fit", f"{tmp_path}/*.parquet", "-t", "y", "-o", model, "--steps", 5, "-q")[0] == 0
    assert sum(load(model).class_counts_.values()) == 600
    parts = ["sample", model, "--counts", "yes=150", "-o", folder, "--part-rows", 100, "-q"]
    for _ in range(2):
        assert command(*parts)[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "_manifest.json",
        "part-000000.parquet",
        "part-000001.parquet",
    ]
    assert pd.read_parquet(folder)["y"].tolist() == ["yes"] * 150
    assert command("sample", model, "-n", 3, "--shuffle")[0] != 0
    before = (tmp_path / "1.parquet").read_bytes()
    for option in ({"-o": tmp_path / "1.parquet"}, {"-o": model, "--checkpoint": tmp_path / "1.parquet"}):
        given = [part for pair in option.items() for part in pair]
        status, _, said = command("fit", f"{tmp_path}/*.parquet", "-t", "y", "--steps", 5, "-q", *given)
        assert (status, "1.parquet is a file that is read: name another one" in said) == (1, True)
        assert (tmp_path / "1.parquet").read_bytes() == before
    status, _, said = command("fit", f"{tmp_path}/none*.parquet", "-o", model)
    assert status == 1
    assert "there is no file" in said
