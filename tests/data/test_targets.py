"""Topping up ranges of a number: how many rows are missing, which targets they get, and what `augment` makes of it."""

from __future__ import annotations

from decimal import Decimal
from math import inf

import numpy as np
import pandas as pd
import pytest

import ganaug
from ganaug import GANAugmenter
from ganaug.data.sampling_strategy import LEAST_IN_RANGE, inside, missing_in_ranges
from ganaug.data.target_types import target_of
from ganaug.data.targets import ClassTarget, NumberTarget
from ganaug.exceptions import DataWarning
from ganaug.selection.sampler import Sampler

Y = np.concatenate([np.linspace(0, 9.9, 90), np.linspace(90, 100, 10)])
HIGH = {(50.0, inf): 40}


def fitted(y, **parameters):
    rng = np.random.default_rng(0)
    defaults = {"steps": 3, "refine": False, "random_state": 0, "ratio": 0, "target_type": "number"}
    return GANAugmenter(**defaults | parameters).fit(rng.normal(size=(len(y), 2)), y)


def augmented(y, **parameters):
    return fitted(y, **parameters).augment(np.zeros((len(y), 2)), y)[1]


@pytest.mark.parametrize(
    ("strategy", "missing"),
    [
        (HIGH, {(50.0, inf): 30}),
        ({(90, 101): 10}, {(90.0, 101.0): 0}),
        ({(0, 5): 50, (90, inf): 12}, {(0.0, 5.0): 5, (90.0, inf): 2}),
        (lambda y: {(float(np.quantile(y, 0.95)), inf): 7}, {(float(np.quantile(Y, 0.95)), inf): 2}),
        ("auto", {(10.0, inf): 80}),
        ("minority", {(10.0, inf): 80}),
        ("not minority", {(0.0, 10.0): 0}),
    ],
    ids=["open", "reached", "two", "callable", "auto", "minority", "not minority"],
)
def test_the_rows_missing_in_each_range_are_counted(strategy, missing):
    assert missing_in_ranges(strategy, Y) == missing


@pytest.mark.parametrize("draw", ["normal", "exponential", "lognormal", "poisson", "pareto"])
@pytest.mark.parametrize("rows", [40, 1000])
def test_equal_ranges_cover_every_value_once_and_none_is_nearly_empty(draw, rows):
    parameters = {"poisson": [30], "pareto": [2]}.get(draw, [])
    y = getattr(np.random.default_rng(0), draw)(*parameters, size=rows)
    ranges = list(missing_in_ranges("all", y))
    held = [inside(y, limits) for limits in ranges]
    assert (np.sum(held, axis=0) == 1).all()
    assert min(map(np.sum, held)) >= LEAST_IN_RANGE
    assert 2 <= len(ranges) <= 10
    assert [low for low, _ in ranges[1:]] == [high for _, high in ranges[:-1]]


@pytest.mark.parametrize(
    ("strategy", "error", "message"),
    [
        (0.5, TypeError, r"sampling_strategy=0.5 means classes, but y is a number: give 'auto', a dict"),
        ("most", ValueError, r"sampling_strategy='most' is not one of \['auto'"),
        ({3: 10}, TypeError, r"has the key 3, but y is a number: keys must be ranges \(low, high\)"),
        ({"ab": 10}, TypeError, "has the key 'ab'"),
        ({(1, 2, 3): 10}, TypeError, r"has the key \(1, 2, 3\)"),
        ({(5, 5): 10}, ValueError, r"\(5, 5\), whose upper end is not above its lower one"),
        ({(0, 6): 100, (5, 9): 100}, ValueError, r"\(0.0, 6.0\) and \(5.0, 9.0\), which overlap"),
        ({(20, 30): 10}, ValueError, r"names the ranges \[\(20.0, 30.0\)\], in which y has no rows.*0 and 100"),
        ({(50, inf): 3}, ValueError, "cannot take rows away"),
        ({(50, inf): 12.5}, TypeError, r"sampling_strategy\[\(50.0, inf\)\]=12.5"),
        ([(1, 2)], TypeError, "means classes, but y is a number"),
    ],
)
def test_a_strategy_that_makes_no_sense_is_named(strategy, error, message):
    with pytest.raises(error, match=message):
        missing_in_ranges(strategy, Y)


@pytest.mark.parametrize("y", [np.ones(50), np.arange(9.0)], ids=["constant", "few"])
def test_a_number_that_fills_one_range_cannot_be_balanced_by_itself(y):
    with pytest.raises(ValueError, match="needs a y that fills two ranges"):
        missing_in_ranges("auto", y)


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("dtype", ["float64", "int64", "Int64", "Float64", "float32"])
def test_new_targets_lie_in_their_range_and_have_the_dtype(dtype):
    y = pd.Series(np.round(Y) if "nt" in dtype else Y, name="price").astype(dtype)
    new = augmented(y, sampling_strategy=HIGH)
    assert (len(new), new.dtype, new.name) == (130, y.dtype, "price")
    pd.testing.assert_series_equal(new[:100], y)
    assert new[100:].between(90, 100).all()


@pytest.mark.usefixtures("dice")
def test_ratio_adds_to_what_the_strategy_brought_in_its_proportions():
    new = augmented(Y, sampling_strategy={(50, inf): 90}, ratio=10)[180:]
    assert len(new) == 1800
    assert 0.4 < np.mean(new > 50) < 0.6


def test_targets_lie_between_neighbours_unless_they_recur():
    y = pd.Series(np.concatenate([np.zeros(50), np.random.default_rng(0).uniform(10, 20, 50)]))
    new = NumberTarget.fit(y).extra(y, {(-1, 1): 50 + 20, (1, inf): 50 + 400}, 0, 1).labels.to_numpy()
    assert (new[:20] == 0).all()
    spread = new[20:]
    assert y[50:].min() <= spread.min()
    assert spread.max() <= y.max()
    assert np.isin(spread, y).mean() < 0.1


@pytest.mark.usefixtures("dice")
def test_rows_are_made_for_their_targets(monkeypatch):
    seen = []
    rows = Sampler.rows
    monkeypatch.setattr(Sampler, "rows", lambda self, wanted, seed: seen.append(wanted) or rows(self, wanted, seed))
    model = fitted(Y, sampling_strategy=HIGH)
    _, new = model.augment(np.zeros((100, 2)), Y)
    expected = model._model.target.encode(pd.Series(new[100:]))
    np.testing.assert_array_equal(seen[0].codes, expected.codes)
    np.testing.assert_array_equal(seen[0].low, expected.low)


@pytest.mark.usefixtures("dice")
def test_the_same_seed_gives_the_same_targets():
    one, other = (augmented(Y, sampling_strategy="auto") for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_ranges_survive_a_file(tmp_path):
    fitted(Y, sampling_strategy=HIGH).save(tmp_path / "model.ganaug")
    assert ganaug.load(tmp_path / "model.ganaug").sampling_strategy == HIGH


def _codes(classes=30, rows=500, dtype="int64"):
    """Labels that are whole numbers, one of them frequent."""
    rng = np.random.default_rng(0)
    every = np.arange(classes).repeat(3)
    more = np.where(rng.random(rows - len(every)) < 0.4, 0, rng.integers(0, classes, rows - len(every)))
    return pd.Series(100 + 130 * np.concatenate([every, more])).astype(dtype)


@pytest.mark.parametrize("y", [_codes(), _codes(dtype="Int16"), _codes(dtype=object), _codes(100, 350)])
def test_whole_numbers_that_recur_are_not_silently_taken_for_a_number(y):
    with pytest.warns(DataWarning, match=r"whole numbers, most of which recur.*target_type='classes'"):
        assert isinstance(target_of(y, "auto"), NumberTarget)
    assert isinstance(target_of(y, "number"), NumberTarget)


@pytest.mark.parametrize("y", [np.arange(300), np.linspace(0, 1, 300), np.random.default_rng(0).permutation(900)[:300]])
def test_numbers_that_do_not_recur_need_no_warning(y):
    assert isinstance(target_of(pd.Series(y), "auto"), NumberTarget)


@pytest.mark.parametrize("strategy", ["auto", "all", {230: 90}, {230: 90, 360: 80}])
@pytest.mark.filterwarnings("ignore:classes with at most")
def test_whole_numbers_that_all_recur_are_classes_for_a_strategy_that_asks_for_some(strategy):
    assert isinstance(target_of(_codes(), "auto", strategy=strategy), ClassTarget)


@pytest.mark.parametrize("strategy", ["auto", {(50, inf): 900}, lambda _: {(50, inf): 900}])
def test_other_whole_numbers_are_not_and_it_is_said(strategy):
    y = pd.concat([_codes(), pd.Series([7])], ignore_index=True)
    with pytest.warns(DataWarning, match="target_type='classes'"):
        assert isinstance(target_of(y, "auto", strategy=strategy), NumberTarget)


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("ignore:classes with at most")
def test_balancing_whole_numbers_leaves_all_classes_equal():
    y = _codes()
    augmenter = fitted(y, sampling_strategy="auto", target_type="auto")
    assert augmenter.augment(np.zeros((len(y), 2)), y)[1].value_counts().nunique() == 1
    assert augmenter.sample({230: 5})[1].tolist() == [230] * 5


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("label", [True, 1.0, np.int64(1)])
def test_labels_that_are_equal_but_of_other_types_are_refused(fits, label):
    y = np.array([1, label, "a"] * 10, dtype=object)
    with pytest.raises(ValueError, match=r"y holds .*, which are equal but of the types .*turn all labels into one"):
        GANAugmenter().fit(np.zeros((30, 2)), y)
    assert not fits


def test_counts_of_a_number_name_the_remedy():
    with pytest.raises(ValueError, match="target_type='classes'"):
        fitted(_codes()).sample({230: 5})


def test_decimals_with_a_fraction_are_a_number():
    y = pd.Series([Decimal(k) / 4 for k in range(60)], dtype=object)
    target = target_of(y, "auto")
    assert isinstance(target, NumberTarget)
    assert set(map(type, target.decode(target.natural(20, 0)))) == {Decimal}


@pytest.mark.filterwarnings("ignore:classes with at most")
@pytest.mark.parametrize(("ratio", "rows"), [(0.1, 20), (0.125, 25), (0.26, 52), (1.0, 200)])
def test_a_ratio_adds_as_many_rows_in_all(ratio, rows):
    y = pd.Series(np.arange(50).repeat(4)).astype(str)
    assert len(ClassTarget.fit(y).extra(y, None, ratio, 0).labels) == rows


ROWS_OF_ONE = np.arange(60.0)[:, None] / 7


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("dtype", ["M8[D]", "M8[ms]", "m8[h]"])
def test_times_as_labels_come_back_in_their_dtype(dtype):
    y = np.resize([0, 400, 800], 60).astype(np.int64).astype(dtype)
    augmenter = GANAugmenter(steps=1, refine=False, random_state=0).fit(ROWS_OF_ONE, y)
    made = augmenter.sample(dict.fromkeys(augmenter.classes_, 2))[1]
    assert augmenter.classes_.dtype == np.asarray(made).dtype == np.dtype(dtype)
    assert augmenter.augment(ROWS_OF_ONE, y)[1].dtype == np.dtype(dtype)
