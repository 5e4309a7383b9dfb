"""Levels stand beside those that other columns say the same of, and come back as they were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganaug.columns.arranged import Arranged
from ganaug.columns.seriation import in_order, profile
from ganaug.modality.table.encoder import TableEncoder

ROWS, TOWNS = 4_000, 200


def towns(seed: int = 0) -> pd.DataFrame:
    """Towns of four regions, whose names say nothing, and what is paid there."""
    rng = np.random.default_rng(seed)
    town = rng.integers(0, TOWNS, ROWS)
    return pd.DataFrame(
        {"town": [f"town {place}" for place in town], "paid": 100.0 * (town % 4) + rng.normal(0, 20, ROWS)}
    )


def arranged(encoder: TableEncoder) -> list[str]:
    [own] = [column.type for column in encoder.columns if isinstance(column.type, Arranged)]
    return own.cells.values.iloc[own.levels].tolist()


def test_levels_that_are_alike_are_neighbours():
    encoder, rows = TableEncoder.fit(towns())
    regions = np.array([int(name.split()[1]) % 4 for name in arranged(encoder)])
    assert (np.diff(regions) != 0).sum() == 3
    pd.testing.assert_frame_equal(encoder.decode(rows), towns())


@pytest.mark.parametrize("dtype", ["category", "string", "object"])
def test_gaps_and_dtypes_come_back(dtype):
    table = towns().astype({"town": dtype})
    table.loc[::7, "town"] = None
    encoder, rows = TableEncoder.fit(table)
    pd.testing.assert_frame_equal(encoder.decode(rows), table)


def test_few_levels_stay_as_they_are():
    table = towns().assign(town=lambda own: own["town"].str[5:6].str.replace("[4-9]", "3", regex=True))
    assert not any(isinstance(column.type, Arranged) for column in TableEncoder.fit(table)[0].columns)


def test_an_order_that_is_given_stays():
    names = [f"town {place}" for place in range(TOWNS)]
    table = towns().astype({"town": pd.CategoricalDtype(names, ordered=True)})
    assert not any(isinstance(column.type, Arranged) for column in TableEncoder.fit(table)[0].columns)


def test_the_order_does_not_depend_on_that_of_the_rows():
    table = towns()
    turned = table.sample(frac=1, random_state=0).reset_index(drop=True)
    assert arranged(TableEncoder.fit(table)[0]) == arranged(TableEncoder.fit(turned)[0])


def test_without_other_columns_levels_keep_their_order():
    assert in_order(np.arange(9), 9, []).tolist() == list(range(9))
    assert profile(np.full(5, np.nan), nominal=False).shape == (5, 0)


def test_a_level_of_few_rows_stands_where_its_name_puts_it_but_for_what_it_implies():
    codes = np.repeat(np.arange(8), 4)
    said = profile(np.repeat([7.0, 1, 5, 3, 0, 6, 2, 4], 4), nominal=False)
    assert in_order(codes, 8, [said]).tolist() == list(range(8))
    assert in_order(codes, 8, [], [said]).tolist() in ([4, 1, 6, 3, 7, 2, 5, 0], [0, 5, 2, 7, 3, 6, 1, 4])


def test_a_level_that_implies_gaps_alone_does_not_stand_where_values_are_alike():
    """Phones of four rows each, of which half never tell the weight: the order must not tell it of the others."""
    rng = np.random.default_rng(0)
    phone = np.repeat(rng.permutation(200), 4)
    weight = np.where(phone % 2, 50 + phone / 4 + rng.normal(0, 0.1, len(phone)), np.nan)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"phone": [f"{number:03}" for number in phone], "weight": weight}))
    assert [rule.kind for rule in encoder.rules] == ["missing"]
    assert arranged(encoder) == sorted(arranged(encoder))


def test_levels_without_rows_have_a_place():
    codes = np.array([0, 0, 4, 4, -1])
    order = in_order(codes, 6, [profile(np.array([1.0, 2, 30, 40, 50]), nominal=False)])
    assert sorted(order.tolist()) == list(range(6))


def test_an_order_with_a_level_twice_is_none():
    own = next(c.type for c in TableEncoder.fit(towns())[0].columns if isinstance(c.type, Arranged))
    with pytest.raises(ValueError, match="levels that do not stand in any order"):
        Arranged(own.dtype, own.inner, np.zeros(TOWNS, np.int64))
