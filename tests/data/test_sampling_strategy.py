"""`sampling_strategy` means what it means in imbalanced-learn, whose own code is asked here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.utils import check_sampling_strategy

from ganaug.data.sampling_strategy import NAMES, apportioned, enlarged, missing_rows

COUNTS = {"a": 40, "b": 10, "c": 25}


def labels_of(counts):
    return np.repeat(list(counts), list(counts.values()))


@given(st.sampled_from(NAMES), st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=2), st.randoms())
def test_names_add_what_imbalanced_learn_adds(name, counts, random):
    counts = dict(random.sample(list(counts.items()), len(counts)))
    if len(set(counts.values())) < len(counts):
        return  # which of two classes of one size is left alone is a matter of order
    y = labels_of(counts)
    theirs = check_sampling_strategy(name, y, "over-sampling")
    ours = missing_rows(name, counts, y)
    assert {k: n for k, n in ours.items() if n} == {k: n for k, n in theirs.items() if n}


@given(st.integers(5, 40), st.integers(41, 90), st.floats(0.05, 1))
def test_a_number_is_the_ratio_that_imbalanced_learn_makes_of_it(few, many, ratio):
    counts = {"few": few, "many": many}
    y = labels_of(counts)
    try:
        theirs = check_sampling_strategy(ratio, y, "over-sampling")
    except ValueError:
        if int(ratio * many) == few:  # reached already: imbalanced-learn refuses, here nothing is added
            assert missing_rows(ratio, counts, y) == {"few": 0}
            return
        with pytest.raises(ValueError, match=r"cannot take rows away.*'few', which has"):
            missing_rows(ratio, counts, y)
    else:
        assert missing_rows(ratio, counts, y) == theirs


def test_a_category_without_rows_is_no_class():
    counts = {"none": 0, "few": 2, "many": 4}
    assert missing_rows("minority", counts, labels_of(counts)) == {"few": 2}
    assert missing_rows(0.75, counts, labels_of(counts)) == {"few": 1}
    with pytest.raises(ValueError, match=r"'none'.*not in y"):
        missing_rows({"none": 4}, counts, labels_of(counts))


def test_a_dict_gives_totals():
    assert missing_rows({"b": 30, "c": 25}, COUNTS, None) == {"b": 20, "c": 0}


def test_a_callable_is_given_the_labels_and_returns_totals():
    seen = []

    def strategy(y):
        seen.append(y)
        return {"b": 11}

    y = labels_of(COUNTS)
    assert missing_rows(strategy, COUNTS, y) == {"b": 1}
    assert seen == [y]


@pytest.mark.parametrize(
    ("strategy", "error", "message"),
    [
        ("most", ValueError, r"sampling_strategy='most' is not one of \['auto'"),
        ({"d": 50}, ValueError, r"names the classes \['d'\].*\['a', 'b', 'c'\]"),
        ({"a": 5}, ValueError, r"cannot take rows away.*\{'a': 5\}"),
        ({"b": 12.5}, TypeError, r"sampling_strategy\['b'\]=12\.5"),
        (0.5, ValueError, r"needs two classes; y has 3"),
        (None, TypeError, "sampling_strategy=None"),
        (["a"], TypeError, r"sampling_strategy=\['a'\]"),
    ],
)
def test_a_strategy_that_makes_no_sense_is_named(strategy, error, message):
    with pytest.raises(error, match=message):
        missing_rows(strategy, COUNTS, labels_of(COUNTS))


@pytest.mark.parametrize("ratio", [0.0, -1, 1.5])
def test_a_ratio_is_between_0_and_1(ratio):
    with pytest.raises(ValueError, match=f"sampling_strategy={ratio}"):
        missing_rows(ratio, {"a": 40, "b": 10}, None)


def test_ratio_adds_to_what_the_strategy_brought():
    assert enlarged(COUNTS, {"b": 30}, 0.5) == {"a": 20, "b": 20, "c": 12}
    assert enlarged(COUNTS, {}, 0) == {"a": 0, "b": 0, "c": 0}


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.floats(0, 3))
def test_ratio_adds_its_share_of_all_rows_and_of_each_class_within_one(counts, ratio):
    added = enlarged(dict(enumerate(counts)), {}, ratio)
    assert sum(added.values()) == pytest.approx(ratio * sum(counts), abs=0.5 + 1e-6)
    assert all(abs(added[label] - ratio * count) < 1 + 1e-6 for label, count in enumerate(counts))


def test_the_largest_remainders_are_rounded_up():
    assert apportioned({"a": 1.2, "b": 1.7, "c": 1.6, "d": 0.5}) == {"a": 1, "b": 2, "c": 2, "d": 0}
    assert apportioned(dict.fromkeys("abcd", 0.5)) == {"a": 1, "b": 1, "c": 0, "d": 0}
    assert apportioned({"a": 0.1 * 3 * 10, "b": 2.0}) == {"a": 3, "b": 2}
    assert apportioned({}) == {}
