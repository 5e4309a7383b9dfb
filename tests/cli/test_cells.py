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
        (["2024-01-01"], "text", "str"),
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
