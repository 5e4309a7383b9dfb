"""Real rows are written as they were read, and what cannot be written or read is said before anything is trained."""

from __future__ import annotations

import io
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganaug.cli import files, writing

ROWS = 60
HARD = '"zip, code",country,visits,member,batch,price,note,y\n'


def _hard(end: str = "\n") -> str:
    rng = np.random.default_rng(0)
    lines = [HARD.strip()]
    for row in range(ROWS):
        visits = "" if row % 5 == 0 else str(row % 32)
        note = ['"said ""no"""', '"two\nlines"', "'x", " spaced ", '""', '"plain"'][row % 6]
        cells = [f"{row % 4:05}", ["NA", "DE", "None"][row % 3], visits, ["true", "false", ""][row % 3]]
        cells += [["1e5", "007"][row % 2], f"{rng.random() * 9:.2f}", note, "yes" if row % 5 == 0 else "no"]
        lines.append(",".join(cells))
    return end.join(lines) + end


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_real_rows_come_first_byte_for_byte(command, tmp_path, end, before):
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_bytes((before + _hard(end)).encode())
    status, _, wrong = command("rebalance", table, "-t", "y", "-o", out, "-q", "--random-state", 0)
    assert (status, wrong) == (0, "")
    made = out.read_bytes()
    assert made.startswith(table.read_bytes())
    assert made.count(end.encode()) > ROWS
    every = pd.read_csv(io.BytesIO(made), dtype=str, keep_default_na=False)
    real, new = every.iloc[:ROWS], every.iloc[ROWS:]
    assert len(new) == 36
    for name in ("zip, code", "country", "member", "batch", "note"):
        assert set(new[name]) <= set(real[name])
    assert new["visits"].str.fullmatch(r"\d*").all()
    assert (new["visits"] == "").any()
    assert new["price"].str.fullmatch(r"\d\.\d\d").all()
    said = command("rebalance", "-", "-t", "y", "-q", "--random-state", 0, stdin=_hard())[1]
    assert said.startswith(_hard())


@pytest.mark.usefixtures("dice")
def test_a_mark_stands_behind_the_real_cells(command, tmp_path):
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text(_hard().rstrip("\n"))
    assert command("rebalance", table, "-t", "y", "-o", out, "-q", "--mark", "new, or not")[0] == 0
    read = pd.read_csv(out, dtype=str, keep_default_na=False)
    real = pd.read_csv(table, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(read.iloc[:ROWS, :-1], real)
    assert read["new, or not"].tolist() == ["False"] * ROWS + ["True"] * 36


@pytest.mark.usefixtures("dice")
def test_a_table_of_parquet_keeps_its_whole_numbers_and_comes_from_csv_with_dtypes(command, tmp_path):
    table, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    whole = [None if row % 7 == 0 else 2**60 + row % 32 for row in range(ROWS)]
    given = pa.table({"n": pa.array(whole, pa.int64()), "y": ["a", "a", "b"] * (ROWS // 3)})
    pq.write_table(given, table)
    assert command("rebalance", table, "-t", "y", "-o", out, "-q")[0] == 0
    assert pq.read_table(out).slice(0, ROWS)["n"].to_pylist() == whole
    text = tmp_path / "in.csv"
    text.write_text(_hard())
    assert command("rebalance", text, "-t", "y", "-o", out, "-q")[0] == 0
    made = pd.read_parquet(out)
    assert made["batch"].head(2).tolist() == ["1e5", "007"]
    assert (made["visits"].dtype, made["member"].dtype) == ("Int64", "boolean")


@pytest.mark.usefixtures("dice")
def test_a_named_index_of_parquet_is_a_column(command, tmp_path):
    table, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    rows = pd.DataFrame({"place": np.arange(ROWS) % 50, "x": np.arange(ROWS) / 7, "y": ["a", "a", "b"] * (ROWS // 3)})
    rows.set_index("place").to_parquet(table)
    assert command("rebalance", table, "-t", "y", "-o", out, "-q")[0] == 0
    made = pd.read_parquet(out)
    assert made["place"].head(ROWS).tolist() == rows["place"].tolist()
    rows.set_index(pd.Index(np.arange(ROWS)[::-1])).to_parquet(table)
    assert command("rebalance", table, "-t", "y", "-o", out, "-q")[0] == 0
    assert "x" in pd.read_parquet(out).columns[1]


def test_samples_of_a_saved_model_look_like_the_table(command, tmp_path):
    table, model, out = tmp_path / "in.csv", tmp_path / "m.ganaug", tmp_path / "out.csv"
    table.write_text(_hard())
    assert command("fit", table, "-t", "y", "-o", model, "-q", "--steps", 3, "--random-state", 0)[0] == 0
    assert command("sample", model, "-n", 80, "-o", out, "--no-refine")[0] == 0
    made = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert made["price"].str.fullmatch(r"\d\.\d\d").all()
    assert set(made["member"]) == {"true", "false", ""}
    assert set(made["zip, code"]) <= {f"{code:05}" for code in range(4)}
    today = tmp_path / "today.csv"
    today.write_text(_hard().replace("0000", "1000").replace("007", "1e5"))
    assert command("rebalance", today, "-t", "y", "--model", model, "-o", out, "-q")[0] == 0
    assert out.read_text().startswith(today.read_text())
    today.write_text(_hard().replace(",false,", ",perhaps,"))
    status, _, wrong = command("rebalance", today, "-t", "y", "--model", model, "-o", out, "-q")
    assert (status, wrong.count("\n")) == (1, 1)
    assert "column 'member': 'perhaps' is no truth value" in wrong


def test_truth_values_of_several_files_look_like_those_of_the_first(command, tmp_path):
    words = ("false", "true")
    for part in range(2):
        lines = [f"{row % 7},{words[row % 2]},{'ab'[row % 2]},{words[row % 3 == 0]}" for row in range(60)]
        (tmp_path / f"{part}.csv").write_text("\n".join(["visits,member,word,y", *lines]) + "\n")
    model = tmp_path / "m.ganaug"
    assert command("fit", f"{tmp_path}/*.csv", "-t", "y", "-o", model, "-q", "--steps", 3)[::2] == (0, "")
    status, said, _ = command("sample", model, "--counts", f"{words[1]}=9", "--counts", f"{words[0]}=9")
    assert status == 0
    made = pd.read_csv(io.StringIO(said), dtype=str)
    assert set(made["member"]) <= set(words)
    assert made["y"].tolist() == [words[1]] * 9 + [words[0]] * 9
    assert set(made["word"]) <= {"a", "b"}


def test_whole_numbers_beside_gaps_in_several_files_stay_whole(command, tmp_path):
    for part, code in enumerate(("10115", "01067")):  # whole numbers in the first file, words in the second
        lines = [f"{row % 7 or ''},{row % 5 / 2:.1f},{code if row else 20095},{row % 2}" for row in range(60)]
        (tmp_path / f"{part}.csv").write_text("\n".join(["visits,paid,code,y", *lines]) + "\n")
    model = tmp_path / "m.ganaug"
    assert command("fit", f"{tmp_path}/*.csv", "-t", "y", "-o", model, "-q", "--steps", 3)[::2] == (0, "")
    status, said, _ = command("sample", model, "-n", 60, "--random-state", 0)
    made = pd.read_csv(io.StringIO(said), dtype=str, keep_default_na=False)
    assert status == 0
    assert set(made["visits"]) <= {"", *"123456"}
    assert {"1.5", "0.5"} & set(made["paid"])
    assert set(made["code"]) <= {"10115", "01067", "20095"}
    status, said, _ = command("rebalance", tmp_path / "1.csv", "-t", "y", "--model", model, "-q", "--ratio", 1)
    assert status == 0
    assert said.count("\n") == 121


@pytest.mark.usefixtures("dice")
def test_classes_are_named_as_they_are_written(command, tmp_path):
    table = tmp_path / "in.csv"
    for labels in (("true", "false"), ("01", "02"), ("1.00", "2.00"), ("NA", "None")):
        table.write_text("x,y\n" + "".join(f"{row / 7:.3f},{labels[row % 3 == 0]}\n" for row in range(ROWS)))
        status, said, wrong = command("rebalance", table, "-t", "y", "-q", "--strategy", f'{{"{labels[1]}": 33}}')
        assert (status, wrong) == (0, "")
        assert said.count(f",{labels[1]}\n") == 33


def test_a_column_and_labels_of_one_name_are_both_kept(command, tmp_path):
    from ganaug import GANAugmenter

    X, y = pd.DataFrame({"a": np.arange(20.0), "target": 7}), pd.Series(["x", "y"] * 10)
    for number, labels in enumerate((y.rename("a"), y.to_numpy())):
        path = tmp_path / f"m{number}.ganaug"
        GANAugmenter(steps=2, refine=False).fit(X, labels).save(path)
        status, said, wrong = command("sample", path, "-n", 9)
        made = pd.read_csv(io.StringIO(said))
        name = ("a", "target")[number]
        assert status == 0
        assert list(made) == ["a", "target", f"{name}_label"]
        assert set(made[f"{name}_label"]) <= {"x", "y"}
        assert f"column '{name}_label'" in wrong


@pytest.fixture
def untrained(monkeypatch):
    """Training is an error."""

    def train(*_):
        raise AssertionError("trained")

    monkeypatch.setattr("ganaug.gan.fit.train", train)


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,y\n1,x\n2,x,3\n", "line 3: 3 cells, and the header has 2"),
        ("a,y\n1,x\n\n\n2\n", "line 5: 1 cells, and the header has 2"),
        ('a,y\n"1\n2",x\n2\n', "line 4: 1 cells"),
        ("a,y\n1,2,x\n1,2,x\n", "line 2: 3 cells, and the header has 2"),
        ("a,a,y\n1,2,x\n", "several columns are called 'a'"),
        ("a,y,y\n1,2,x\n", "several columns are called 'y'"),
        ('a,y\n1,x\n"2,x\n3,x\n', "line 3: unexpected end of data"),
        ("a;y\n1,5;x\n", "line 1: cells seem to lie between ';': write the table with commas"),
        ("a\ty\n1\tx\n", "line 1: cells seem to lie between '\\t': write the table with commas"),
        ("", "is empty"),
        ("a,y\n", "has no rows below its header"),
    ],
)
def test_a_broken_table_is_named_with_its_line(command, tmp_path, text, message):
    table = tmp_path / "in.csv"
    table.write_text(text)
    for arguments in (("rebalance", table, "-t", "y", "-q"), ("fit", table, "-t", "y", "-q", "-o", tmp_path / "m")):
        status, said, wrong = command(*arguments)
        assert (status, said, wrong.count("\n")) == (1, "", 1)
        assert message in wrong


@pytest.mark.usefixtures("untrained")
def test_bytes_that_are_no_utf8_are_named_with_their_line(command, tmp_path):
    table = tmp_path / "in.csv"
    table.write_bytes("a,y\n1,x\nKöln,x\n".encode("latin-1"))
    assert "line 3: not UTF-8" in command("rebalance", table, "-t", "y", "-q")[2]
    table.write_bytes("a,y\n1,x\n".encode("utf-16"))
    assert "iconv -f utf-16 -t" in command("rebalance", table, "-t", "y", "-q")[2]


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rebalance", "IN", "-t", "y", "-o", "HERE/nowhere/out.csv"), "there is no folder"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE/out.txt"), "cannot tell the format from '.txt'"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE"), "cannot tell the format"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE/folder.csv"), "is a folder"),
        (("rebalance", "IN", "-t", "y", "-o", "IN"), "say --overwrite"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE/link.csv"), "say --overwrite"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE/old.csv/"), "old.csv is a file: leave out the slash"),
        (("rebalance", "IN", "-t", "y", "-o", "HERE/new.csv/"), "is a folder: name a file"),
        (("rebalance", "IN", "-t", "y", "--mark", "a"), "such a column already"),
        (("rebalance", "IN", "-t", "y", "--strategy", '{"no": 1}'), "sampling_strategy"),
        (("rebalance", "IN", "-t", "y", "--strategy", '{"yes": 99999999999}'), "rows take about"),
        (("rebalance", "IN", "-t", "y", "--ratio", "99999999999"), "rows take about"),
        (("fit", "IN", "-o", "HERE/nowhere/m.ganaug"), "there is no folder"),
        (("fit", "IN", "-o", "IN"), "is a file that is read"),
        (("sample", "HERE/m.ganaug", "-n", "3", "-o", "HERE/out.txt"), "cannot tell the format from '.txt'"),
        (("sample", "HERE/m.ganaug", "-n", "3", "-o", "HERE/old.csv/"), "old.csv is a file"),
        (("sample", "HERE/m.ganaug", "-n", "3", "-o", "HERE/old.csv/", "--part-rows", "2"), "old.csv is a file"),
        (("assess", "IN", "-t", "y", "--json", "HERE/nowhere/a.json"), "there is no folder"),
        (("assess", "IN", "-t", "y", "--plot", "HERE/a.xyz"), "no format '.xyz' of pictures"),
        (("report", "IN", "IN", "IN", "--html", "HERE/nowhere/a.html"), "there is no folder"),
        (("report", "IN", "IN", "IN", "--model", "HERE/old.csv", "--json", "HERE/old.csv"), "is a file that is read"),
        (("report", "IN", "IN", "IN", "--html", "HERE/a", "--json", "HERE/./a"), "is named for two outputs"),
        (("assess", "IN", "-t", "y", "--json", "HERE/a.svg", "--plot", "HERE/a.svg"), "is named for two outputs"),
        (("fit", "IN", "-o", "HERE/m", "--checkpoint", "HERE/m"), "is named for two outputs"),
        (("rebalance", "IN", "-t", "y", "--model", "HERE/old.csv", "-o", "HERE/old.csv"), "is a file that is read"),
    ],
)
def test_what_can_be_said_before_training_is_said_then(command, tmp_path, arguments, message):
    table = tmp_path / "in.csv"
    table.write_text(_hard().replace('"zip, code"', "a"))
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "old.csv").touch()
    (tmp_path / "link.csv").symlink_to(table)
    before = table.read_bytes()
    places = {"IN": table, "HERE": tmp_path}
    made = [places.get(part, part.replace("HERE", str(tmp_path))) for part in arguments]
    status, said, wrong = command(*made)
    assert (status, said, wrong.count("\n")) == (1, "", 1)
    assert message in wrong
    assert table.read_bytes() == before


@pytest.mark.usefixtures("dice")
def test_a_table_is_overwritten_on_demand_only_and_at_once(command, tmp_path, monkeypatch):
    table = tmp_path / "in.csv"
    table.write_text(_hard())
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_cells", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            writing.write(pd.DataFrame({"a": [1]}), str(table))
    assert table.read_text() == _hard()
    assert os.listdir(tmp_path) == ["in.csv"]
    assert command("rebalance", table, "-t", "y", "-o", table, "--overwrite", "-q")[0] == 0
    assert table.read_text().startswith(_hard())
    assert len(pd.read_csv(table)) == ROWS + 36


def test_tables_of_a_report_are_read_alike(tmp_path):
    for name, cells in (("a", ["01", "12"]), ("b", ["12", "13"])):
        (tmp_path / f"{name}.csv").write_text("\n".join(["code", *cells]))
    first, second = files.read_alike([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    assert second.frame["code"].tolist() == ["12", "13"]
    assert first.frame["code"].dtype == second.frame["code"].dtype


@pytest.mark.usefixtures("dice", "brief")
def test_assess_takes_gaps_beside_whole_numbers_and_truth_values(command, tmp_path):
    table = tmp_path / "in.csv"
    table.write_text(_hard())
    for estimator in ("boosting", "linear"):
        options = ("--estimator", estimator, "--folds", 2, "--steps", 3, "-q", "--random-state", 0)
        assert command("assess", table, "-t", "y", *options)[0] == 0


def test_models_of_polars_tables_are_sampled_and_rebalance(command, tmp_path):
    import polars as pl

    from ganaug import GANAugmenter

    X = pl.DataFrame({"code": ["01", "02"] * 30, "size": [*range(30), *range(29), None]})
    y = pl.Series("kind", ["a", "a", "b"] * 20)
    model, table = tmp_path / "m.ganaug", tmp_path / "in.csv"
    GANAugmenter(steps=2, refine=False).fit(X, y).save(model)
    status, said, wrong = command("sample", model, "--counts", "b=5")
    assert (status, wrong) == (0, "")
    assert pd.read_csv(io.StringIO(said))["kind"].tolist() == ["b"] * 5
    table.write_text("code,size,kind\n" + "".join(f"0{1 + row % 2},{row % 20},{'aab'[row % 3]}\n" for row in range(30)))
    status, said, wrong = command("rebalance", table, "-t", "kind", "--model", model)
    assert (status, wrong) == (0, "")
    assert said.startswith(table.read_text())
    assert said.count("\n") == 41


def test_a_parquet_file_that_is_not_there_or_damaged_is_named(command, tmp_path):
    missing, damaged = tmp_path / "nothere.parquet", tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and nothing else PAR1")
    for path, message in ((missing, f"there is no file {missing}"), (damaged, f"{damaged} cannot be read as Parquet")):
        code, *shown = command("fit", path, "-o", tmp_path / "m.ganaug")
        assert code != 0
        assert message in "".join(map(str, shown))
