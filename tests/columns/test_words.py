"""Words that are dates or numbers, of which a warning says how pandas reads them."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from ganaug import DataWarning
from ganaug.modality.table.encoder import TableEncoder

ROWS = 600


def made() -> dict[str, pd.Series]:
    rng = np.random.default_rng(0)
    days = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), "D"))
    sizes, ages = pd.Series(rng.normal(20, 9, ROWS).round(1)), pd.Series(rng.integers(18, 90, ROWS)).astype(str)
    seldom, half = rng.random(ROWS) < 0.03, rng.random(ROWS) < 0.5
    iso = days.dt.strftime("%Y-%m-%d")
    zones = np.where(half, "+01:00", "+02:00")
    codes = pd.Series(rng.integers(0, 99_999, ROWS)).map("{:05d}".format)
    return {
        "with a word": iso.mask(seldom, "unknown"),
        "with zeros": iso.mask(seldom, "0000-00-00"),
        "two separators": iso.mask(half, days.dt.strftime("%Y/%m/%d")),
        "not padded": days.map(lambda day: f"{day.year}-{day.month}-{day.day}"),
        "days first and a word": days.dt.strftime("%d.%m.%Y").mask(seldom, "?"),
        "two zones": days.dt.strftime("%Y-%m-%dT%H:%M:%S") + zones,
        "numbers": sizes.astype(str),
        "numbers and a word": ages.mask(seldom, "?"),
        "objects and a word": sizes.astype(object).mask(seldom, "n/a"),
        "decimal commas": sizes.astype(str).str.replace(".", ","),
        "thousands": (100 * sizes).round().astype(int).map("{:,}".format),
        "whole numbers": ages,
        "codes and a word": codes.where(~seldom, "none"),
        "objects": sizes.astype(object),
        "times": pd.Series([f"{hour:02d}:30" for hour in rng.integers(0, 24, ROWS)]),
        "few levels": pd.Series(rng.choice(["1.5", "2.5"], ROWS)),
        "dates": iso,
    }


UNTOLD = ("whole numbers", "objects", "times", "few levels", "dates")
MISSING = ("with a word", "with zeros", "days first and a word", "numbers and a word", "objects and a word")


@pytest.mark.parametrize("sort", made())
def test_the_warning_says_how_pandas_reads_dates_and_numbers(sort: str) -> None:
    X = pd.DataFrame({"c": made()[sort], "x": np.random.default_rng(1).normal(size=ROWS)})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", DataWarning)
        TableEncoder.fit(X)
    found = [match[1] for each in told if (match := re.search(r" of them with (pd\..+\))", str(each.message)))]
    if sort in UNTOLD or sort == "codes and a word":
        assert not found
        return
    [reading] = found
    read = eval(reading, {"pd": pd, "X": X})
    assert read.dtype.kind in "Mif"
    assert read.isna().any() == (sort in MISSING) == ("leaves other words missing" in str(told[0].message))
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        TableEncoder.fit(X, categorical=frozenset(["c"]))
        TableEncoder.fit(X.assign(c=read))
