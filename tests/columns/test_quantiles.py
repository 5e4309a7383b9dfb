"""Numbers whose values leave wide gaps: none is generated inside them, and no interval reaches across."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.columns.quantiles import MOST_GAPS, QuantileCoder


def two_groups(low: int, high: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.permutation(np.concatenate([rng.normal(0, 1, low), rng.normal(1_000, 50, high)]))


@pytest.mark.parametrize(("low", "high"), [(250, 6_000), (6_000, 250), (1_500, 1_500), (60, 90)])
def test_no_interval_reaches_across_a_gap(low, high):
    values = two_groups(low, high)
    coder = QuantileCoder.fit(values)
    code = coder.encode(values).codes[:, 0]
    assert not set(code[values < 500]) & set(code[values > 500])
    assert len(set(code)) == coder.bins


@pytest.mark.parametrize(("low", "high"), [(250, 6_000), (1_500, 1_500), (60, 90)])
def test_nothing_is_decoded_into_a_gap(low, high):
    coder = QuantileCoder.fit(two_groups(low, high))
    rng = np.random.default_rng(1)
    codes = rng.integers(0, coder.bins, 50_000).astype(np.int32)
    values = coder.decode(codes, rng.uniform(-1, 1, 50_000).astype(np.float32))
    assert not ((values > 10) & (values < 500)).any()


def test_values_come_back_on_both_sides_of_a_gap():
    values = two_groups(200, 5_000)
    coder = QuantileCoder.fit(values)
    rows = coder.encode(values)
    back = coder.decode(rows.codes[:, 0], rows.middle[:, 0])
    np.testing.assert_array_equal(back < 500, values < 500)
    high = values > 500
    assert np.abs(back - values)[~high].max() < 1.5  # the outermost of a group
    assert np.median(np.abs(back - values)) < 0.1


def test_tied_values_keep_their_range_of_ranks_beside_a_gap():
    values = np.concatenate([np.repeat(np.arange(100.0), 20), np.repeat(np.arange(5_000.0, 5_100), 3)])
    coder = QuantileCoder.fit(values)
    rows = coder.encode(values)
    assert (rows.low < rows.high).all()
    np.testing.assert_array_equal(coder.decode(rows.codes[:, 0], rows.middle[:, 0]), values)


def test_intervals_are_of_equal_mass_where_there_is_no_gap():
    values = np.random.default_rng(0).lognormal(sigma=2, size=3_200)
    coder = QuantileCoder.fit(values)
    counts = np.bincount(coder.encode(values).codes[:, 0])
    assert len(counts) == coder.bins
    assert counts.max() - counts.min() <= 2


def test_a_gap_in_a_thin_tail_moves_no_interval():
    values = two_groups(100, 6_000)
    counts = np.bincount(QuantileCoder.fit(values).encode(values).codes[:, 0])
    assert counts.max() - counts.min() <= 4


def test_more_gaps_than_there_are_edges_to_spare_leave_the_widest():
    centres = np.array([0, 100, 300, 700, 1_500, 3_100, 6_300, 12_700])
    rng = np.random.default_rng(0)
    values = (centres[:, None] + rng.normal(0, 1, (len(centres), 400))).ravel()
    coder = QuantileCoder.fit(values)
    code = coder.encode(values).codes[:, 0]
    assert not set(code[values < 9_000]) & set(code[values > 9_000])
    assert (np.diff(coder.mass) >= 0).all()
    assert (np.diff(coder.value) >= 0).all()
    assert len(centres) > MOST_GAPS


def test_values_of_several_rows_come_again_as_often_as_in_other_rows():
    """A third are round, and most of those stand in a few rows."""
    rng = np.random.default_rng(0)

    def incomes(rows):
        values = rng.lognormal(3, 0.6, rows)
        return np.where(rng.random(rows) < 0.35, np.round(values, 1), values)

    known, others = incomes(4_000), incomes(4_000)
    coder = QuantileCoder.fit(known)
    rank = coder.first_bin + rng.random(20_000) * coder.bins
    codes = rank.astype(np.int32)
    drawn = coder.decode(codes, (2 * (rank - codes) - 1).astype(np.float32))
    assert np.isin(drawn, known).mean() == pytest.approx(np.isin(others, known).mean(), abs=0.03)
    single = np.sort(rng.normal(size=4_000))
    drawn = QuantileCoder.fit(single).decode(codes, (2 * (rank - codes) - 1).astype(np.float32))
    assert np.isin(drawn, single).mean() < 0.001
