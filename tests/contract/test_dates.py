"""Dates without a time of day, in whatever holds them."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import ganaug

ROWS = 400
FIRST = dt.date(2023, 12, 20)


def bills() -> pa.Table:
    rng = np.random.default_rng(0)
    sent = [FIRST + dt.timedelta(days=int(day)) for day in rng.integers(0, 3_000, ROWS)]
    paid = [day + dt.timedelta(days=int(wait)) for day, wait in zip(sent, rng.integers(0, 40, ROWS), strict=True)]
    due = [day + dt.timedelta(days=14) for day in sent]
    paid[::9] = [None] * len(paid[::9])
    return pa.table({"sent": sent, "due": due, "paid": paid, "sum": rng.normal(size=ROWS)})


def in_csv(folder):
    pyarrow.csv.write_csv(bills(), folder / "bills.csv")
    return ganaug.scan(folder / "bills.csv")


def in_parquet(folder):
    pq.write_table(bills(), folder / "bills.parquet")
    return ganaug.scan(folder / "bills.parquet")


def as_date64(_):
    wide = pa.schema([(name, pa.date64()) for name in ("sent", "due", "paid")] + [("sum", pa.float64())])
    return bills().cast(wide).to_pandas(types_mapper=pd.ArrowDtype)


HELD = {
    "objects": lambda _: bills().to_pandas(),
    "date32": lambda _: bills().to_pandas(types_mapper=pd.ArrowDtype),
    "date64": as_date64,
    "polars": lambda _: pl.from_arrow(bills()),
    "pyarrow": lambda _: bills(),
    "scanned CSV": in_csv,
    "scanned Parquet": in_parquet,
}


@pytest.mark.parametrize("held", HELD)
def test_dates_are_learnt_as_dates_and_stay_what_they_were(held, tmp_path):
    given = HELD[held](tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        augmenter = ganaug.GANAugmenter(steps=1, random_state=0).fit(given)
    assert [rule.text for rule in augmenter.rules_] == ["due = sent + 1209600", "sent <= paid"]
    augmenter.save(tmp_path / "bills.ganaug")
    made = ganaug.load(tmp_path / "bills.ganaug").sample(200, random_state=1)
    expected = bills().to_pandas() if held.startswith("scanned") else given
    assert type(made) is type(expected)
    if isinstance(made, pa.Table):
        assert made.schema == expected.schema
    else:
        assert list(made.dtypes) == list(expected.dtypes)
    cells = {
        name: list(made[name].to_pylist() if held == "pyarrow" else made[name]) for name in ("sent", "due", "paid")
    }
    known = [cell for column in cells.values() for cell in column if not pd.isna(cell)]
    assert {type(cell) for cell in known} == {dt.date}
    assert all(end - begin == dt.timedelta(days=14) for begin, end in zip(cells["sent"], cells["due"], strict=True))
    assert 0 < sum(map(pd.isna, cells["paid"])) < 200
    assert set(cells["sent"]) - set(bills()["sent"].to_pylist())
    augmenter.plan(50).to_parquet(tmp_path / "plan")
    schema = pq.read_schema(tmp_path / "plan" / "part-000000.parquet")
    assert [schema.field(name).type for name in cells] == [pa.date32()] * 3


def test_pyarrow_tables_of_dates_beside_numbers_are_evaluated():
    table = bills()
    found = ganaug.evaluate(table.slice(0, 200), table.slice(200), table.slice(0, 150))
    assert found.columns["kind"].tolist() == ["datetime", "datetime", "datetime", "number"]
