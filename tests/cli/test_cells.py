"""What cells mean, and new ones that look like them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganaug.cli.cells import CellStyle


@pytest.mark.parametrize(
    ("cells", "kind", "dtype"),
    [
        (["02139", "10001"], "text", "str"),
        (["007", "1e5"], "text", "str"),
        (["NA", "DE"], "text", "str"),
        (["None", "null", "x"], "text", "str"),
        (["+49", "1"], "text", "str"),
        (["1,234", "2"], "text", "str"),
        (["True", "true"], "text", "str"),
        (["2024-01-01"], "moment", "datetime64[s]"),
        ([str(2**70), "1"], "text", "str"),
        ([" ", "1"], "text", "str"),
        (["1", "2"], "whole", "int64"),
        (["1", ""], "whole", "Int64"),
        (["1", "NA"], "whole", "Int64"),
        ([str(2**63), "1"], "whole", "uint64"),
        ([" 1", " 22"], "whole", "int64"),
        (["1.50", "-0.25"], "number", "float64"),
        (["1", "2.5", "?"], "number", "float64"),
        (["1e-05", "0.1"], "number", "float64"),
        ([".5", "1."], "number", "float64"),
        (["inf", "1"], "number", "float64"),
        (["true", "false"], "truth", "bool"),
        (["True", ""], "truth", "boolean"),
        (["", ""], "nothing", "float64"),
    ],
)
def test_what_cells_mean(cells, kind, dtype):
    style = CellStyle.of(cells)
    assert style.kind == kind
    values = style.values(cells)
    assert values.dtype == (pd.Series(["a"]).dtype if dtype == "str" else dtype)
    if kind == "text":
        assert values.tolist() == [cell or None for cell in cells]


@pytest.mark.parametrize(
    ("cells", "values", "written"),
    [
        (["1.50", "2.25"], [3.0, 0.123], ["3.00", "0.12"]),
        (["1.5", "2.25"], [3.0, 0.123, 2.5], ["3.0", "0.12", "2.5"]),
        (["1", "2.25"], [3.0, -0.001], ["3", "0"]),
        (["1.0", ""], [3.0, np.nan], ["3.0", ""]),
        (["1.0", "NA", "NA", ""], [np.nan], ["NA"]),
        (["1e5", "3e6"], [200000.0], ["2e5"]),
        (["1.50E+02", "2.25E-01"], [1234.0, 0.01], ["1.23E+03", "1.00E-02"]),
        (["1e-05", "0.1"], [0.25, 2e-7], ["0.25", "2e-07"]),
        (["0.1234567890123456", "1.5"], [1 / 3], ["0.3333333333333333"]),
        ([" 1", " 2"], [3], [" 3"]),
        (["5", ""], pd.array([7, None], "Int64"), ["7", ""]),
        (["TRUE", "FALSE"], [True, False], ["TRUE", "FALSE"]),
        (["false", ""], pd.array([True, None], "boolean"), ["true", ""]),
        (["a", ""], ["b", None], ["b", ""]),
        (["", ""], [np.nan], [""]),
    ],
)
def test_new_cells_look_like_the_others(cells, values, written):
    assert CellStyle.of(cells).written(pd.Series(values)) == written


def test_what_was_read_is_written_again():
    for cells in (["1.50", "-2.25"], ["1", "", "30"], ["true", "false"], ["x", "NA", "007"], [" 1.5", " 2.0"]):
        style = CellStyle.of(cells)
        assert style.written(style.values(cells)) == cells


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-03-31", "1999-12-01", "", "9999-12-31"],
        ["2024/03/31", "2024/02/29"],
        ["2024-03-31 08:15", "2024-03-31 23:59"],
        ["2024-03-31T08:15:07", "NA", "1900-01-01T00:00:00"],
    ],
)
def test_dates_with_the_year_first_are_moments_and_written_alike(cells):
    style = CellStyle.of(cells)
    assert style.kind == "moment"
    values = style.values(cells)
    assert values.dtype == "M8[s]"
    back = style.written(values)
    assert [cell for cell, old in zip(back, cells, strict=True) if old not in ("", "NA")] == [
        old for old in cells if old not in ("", "NA")
    ]


@pytest.mark.parametrize(
    "cells", [["31.03.2024"], ["2024-13-01"], ["2024-03-31", "2024/03/31"], ["2024-3-1"], ["2024-03"]]
)
def test_other_dates_are_words(cells):
    assert CellStyle.of(cells).kind == "text"


def test_rows_from_the_shell_keep_rules_of_dates(command, tmp_path):
    rng = np.random.default_rng(0)
    begin = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 600, 400), "D")
    table = pd.DataFrame({"begin": begin, "end": begin + pd.to_timedelta(rng.integers(0, 90, 400), "D")})
    table["month"] = table["begin"].dt.month
    table.assign(y=rng.choice(["a", "b"], 400)).to_csv(tmp_path / "in.csv", index=False)
    options = ("--target", "y", "--steps", 20, "--ratio", 1, "--random-state", 0, "-q")
    status, _, wrong = command("rebalance", tmp_path / "in.csv", *options, "-o", tmp_path / "out.csv")
    assert (status, wrong) == (0, "")
    made = pd.read_csv(tmp_path / "out.csv", parse_dates=["begin", "end"]).iloc[400:]
    assert len(made) >= 400
    assert (made["begin"] <= made["end"]).all()
    assert (made["begin"].dt.month == made["month"]).all()
