"""Columns of chosen rows have the frequencies that they ought to have, within a row or two in each block."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.selection import balanced
from ganaug.selection.balanced import BalancedSampling

LABELS = Layout((Block(0, 2),))
LAYOUT = Layout((Block(0, 4), Block(0, 3)), LABELS)
SHARES = np.array([[0.5, 0.3, 0.15, 0.05], [0.05, 0.15, 0.3, 0.5]])
CANDIDATES, ROWS = 8, 1_024


def encoded(*columns):
    return Encoded(np.column_stack(columns).astype(np.int32), *[np.zeros((len(columns[0]), 0), np.float32)] * 2)


def draw(label, seed):
    """The first column has the label's shares, the second one goes with the first."""
    rng = np.random.default_rng(seed)
    first = (rng.random((len(label), 1)) > SHARES[label].cumsum(1)[:, :-1]).sum(1)
    return encoded(first, np.where(rng.random(len(label)) < 0.8, first % 3, rng.integers(0, 3, len(label))))


def fitted(rows=20_000):
    label, even = np.arange(rows) % 2, np.full(rows, 1 / CANDIDATES, np.float32)
    real, made = draw(label, 0), draw(label, 1)
    return BalancedSampling.fit(LAYOUT, (label[:, None], real.codes), (label[:, None], made.codes), even)


def chosen(label, rule, seed=2, log_odds=0.0):
    rows = draw(np.tile(label, CANDIDATES), seed)
    uniform = np.random.default_rng(seed + 1).uniform(1e-12, 1, (CANDIDATES, len(label)))
    best = rule(encoded(label), rows, np.full(uniform.shape, log_odds), uniform)
    return rows.take(best * len(label) + np.arange(len(label))).codes


def in_balance(*asked):
    return fitted().choose(*asked)


def at_random(_condition, _rows, log_odds, uniform):
    return balanced.choose(log_odds, uniform)


def error(codes, label):
    """Mean distance, in rows, from what each code of the first column was to occur."""
    return np.abs(np.bincount(codes[:, 0], minlength=4) - SHARES[label].sum(0)).mean()


@pytest.mark.parametrize("rare", [0.5, 0.1, 0.0])
def test_codes_occur_as_often_as_they_should(rare):
    label = (np.random.default_rng(9).random(ROWS) < rare).astype(int)
    errors = {
        rule: np.mean([error(chosen(label, rule, seed), label) for seed in range(10)])
        for rule in (in_balance, at_random)
    }
    assert errors[in_balance] < 4 < 2 * errors[in_balance] < errors[at_random]


def test_what_goes_together_still_does():
    label = np.arange(ROWS * 8) % 2
    shares = [
        np.bincount(codes[:, 0] * 3 + codes[:, 1], minlength=12) / len(label)
        for codes in (chosen(label, in_balance), chosen(label, at_random), draw(label, 5).codes)
    ]
    assert np.abs(shares[0] - shares[2]).sum() < 1.2 * np.abs(shares[1] - shares[2]).sum() < 0.1


def test_the_first_rows_do_not_depend_on_later_ones():
    label = np.arange(ROWS) % 2
    other = np.where(np.arange(ROWS) < 700, label, 1)
    rows = [draw(np.tile(label, CANDIDATES), 3)] * 2
    uniform = np.random.default_rng(4).uniform(1e-12, 1, (CANDIDATES, ROWS))
    first, second = (
        in_balance(encoded(asked), made, 0 * uniform, uniform) for asked, made in zip((label, other), rows, strict=True)
    )
    np.testing.assert_array_equal(first[:700], second[:700])


def test_a_label_of_few_rows_leans_towards_what_is_generated_for_it():
    label = np.repeat([0, 1], [1_000, 10])
    real = encoded(np.zeros(len(label)), np.zeros(len(label)))
    made = encoded(np.full(len(label), 3), np.full(len(label), 2))
    even = np.ones(len(label), np.float32)
    share = BalancedSampling.fit(LAYOUT, (label[:, None], real.codes), (label[:, None], made.codes), even).share
    np.testing.assert_allclose(share[1], [0.5, 0, 0, 0.5, 0.5, 0, 0.5])
    np.testing.assert_allclose(share[0, [0, 3]], [1_000 / 1_010, 10 / 1_010])


def test_a_label_that_was_not_generated_has_its_own_shares():
    real, made = encoded([0, 1], [0, 1]), encoded([2, 2], [2, 2])
    share = BalancedSampling.fit(
        LAYOUT, (np.array([[0], [1]]), real.codes), (np.zeros((2, 1), int), made.codes), np.ones(2)
    ).share
    np.testing.assert_allclose(share[1], [0, 1, 0, 0, 0, 1, 0])


def test_rows_without_labels_are_balanced_too():
    layout, none = Layout(LAYOUT.blocks), np.zeros((1_000, 0), np.int32)
    rows = draw(np.zeros(1_000, int), 0)
    found = BalancedSampling.fit(layout, (none, rows.codes), (none, rows.codes), np.ones(1_000))
    np.testing.assert_allclose(found.share[0, :4], np.bincount(rows.codes[:, 0]) / 1_000)


def test_what_cannot_be_counted_is_not_balanced(monkeypatch):
    monkeypatch.setattr(balanced, "MAX_CELLS", 13)
    assert fitted(100) is None
