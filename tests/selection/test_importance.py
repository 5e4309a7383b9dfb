"""Candidates compete by how real they are; a generator that is wrong in a known way comes out right."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.columns.quantiles import QuantileCoder
from ganaug.data.seeds import BLOCK_ROWS
from ganaug.selection.balanced import choose
from ganaug.selection.importance import ImportanceSampling
from ganaug.selection.proposals import Proposals
from ganaug.selection.sampler import Sampler

LABELS = Layout((Block(0, 2),))
LAYOUT = Layout((Block(0, 3), Block(4, 4)), LABELS)


def encoded(*columns, position=None):
    codes = np.column_stack(columns).astype(np.int32)
    position = np.zeros((len(codes), 0), np.float32) if position is None else position[:, None].astype(np.float32)
    return Encoded(codes, position, position)


def real_rows(rows=3_000, seed=0):
    """The label goes with the category, the category with the interval, and positions lean to the right."""
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < 0.2).astype(int)
    category = np.where(rng.random(rows) < 0.8, label, 2)
    interval = (category + (rng.random(rows) < 0.3)) % 4
    return encoded(label), encoded(category, interval, position=np.sqrt(rng.random(rows)) * 2 - 1)


def careless(condition, seed):
    """Draws every code as often as any other, whatever the label."""
    rng = np.random.default_rng([*np.ravel(seed), len(condition)])
    rows = len(condition)
    return encoded(rng.integers(0, 3, rows), rng.integers(0, 4, rows), position=rng.random(rows) * 2 - 1)


def fitted(*given, seed=0):
    *given, candidates, most_rows = given
    return ImportanceSampling.fit(*given, candidates=candidates, most_rows=most_rows, seed=seed)


@pytest.fixture(scope="module")
def chooser():
    condition, rows = real_rows()
    return fitted(LAYOUT, condition, rows, None, careless, 16, 10_000)


def test_chosen_rows_have_the_shares_the_labels_and_the_positions_of_real_ones(chooser):
    asked, real = real_rows(20_000, seed=1)
    made = Sampler(careless, chooser, 16).rows(asked, 5)
    for label in (0, 1):
        mine = asked.codes[:, 0] == label
        for column, width in enumerate((3, 4)):
            one, other = (np.bincount(rows.codes[mine, column], minlength=width) / mine.sum() for rows in (real, made))
            assert np.abs(one - other).sum() / 2 < 0.05
    assert 0.15 < made.low.mean() < real.low.mean() + 0.05  # 0 as drawn
    agree = [(rows.codes[:, 0] == asked.codes[:, 0]).mean() for rows in (real, made, careless(asked, 0))]
    assert agree[2] < 0.4 < agree[0] - 0.1 < agree[1]


class Generated:
    """Candidates as the generator draws them."""

    def draw(self, generated, condition, seed):
        return generated(condition, seed)


@pytest.mark.parametrize("classes", [1, 4])
def test_training_rows_come_no_more_often_than_they_repeat_one_another(classes, monkeypatch):
    """A row is a training row over again only with its label: among four classes others may share all the rest."""
    monkeypatch.setattr(Proposals, "fit", lambda *_: Generated())
    rng = np.random.default_rng(0)
    levels = 40 if classes == 1 else 16
    condition, rows = encoded(rng.integers(0, classes, 2_000)), encoded(*rng.integers(0, levels, (3, 2_000)))

    def copying(asked, seed):
        """Every second row is one of the training rows with its label."""
        own = np.random.default_rng([*np.ravel(seed), len(asked)])
        new, old = own.integers(0, levels, (3, len(asked))), np.zeros((3, len(asked)), int)
        for label in range(classes):
            mine, known = (np.flatnonzero(each.codes[:, 0] == label) for each in (asked, condition))
            old[:, mine] = rows.codes[own.choice(known, len(mine))].T
        return encoded(*np.where(own.random(len(asked)) < 0.5, old, new))

    def repeats(asked, made):
        return chooser.twins(encoded(*made.codes.T, asked.codes[:, 0])).mean()

    layout = Layout((Block(0, levels),) * 3, Layout((Block(0, classes),)))
    chooser = fitted(layout, condition, rows, None, copying, 8, 10_000)
    asked = encoded(rng.integers(0, classes, 20_000))
    repeated = 1 - len(np.unique(np.hstack([rows.codes, condition.codes]), axis=0)) / len(rows)
    assert repeats(condition, copying(condition, 0)) > 0.5
    assert repeats(asked, Sampler(copying, chooser, 8).rows(asked, 1)) < 3 * repeated < 0.2


def test_choosing_cannot_change_which_labels_come_out(chooser):
    asked = encoded(np.repeat([1, 0], [7, BLOCK_ROWS]))
    assert len(Sampler(careless, chooser, 16).rows(asked, 5)) == len(asked)


def test_a_candidate_is_chosen_in_proportion_to_its_odds():
    odds = np.log(np.array([1.0, 2.0, 5.0]))[:, None].repeat(40_000, 1)
    chosen = choose(odds, np.random.default_rng(0).uniform(1e-12, 1, odds.shape))
    np.testing.assert_allclose(np.bincount(chosen) / 40_000, [1 / 8, 2 / 8, 5 / 8], atol=0.01)


def test_a_numeric_label_is_taught_too():
    rng = np.random.default_rng(0)
    value = rng.normal(size=3_000)
    coder = QuantileCoder.fit(value)
    condition = coder.encode(value)
    layout = Layout((Block(0, 2),), Layout((coder.block,)))
    rows = encoded((value > 0).astype(int))

    def coin(asked, seed):
        return encoded(np.random.default_rng([*np.ravel(seed), len(asked)]).integers(0, 2, len(asked)))

    chooser = fitted(layout, condition, rows, coder, coin, 8, 10_000)
    made = Sampler(coin, chooser, 8).rows(condition, 1)
    assert (made.codes[:, 0] == rows.codes[:, 0]).mean() > 0.95


def test_no_more_rows_are_looked_at_than_allowed():
    seen = []
    condition, rows = real_rows()

    def watched(asked, seed):
        seen.append(len(asked))
        return careless(asked, seed)

    fitted(LAYOUT, condition, rows, None, watched, 4, 200)
    assert 0 < max(seen) <= 200
