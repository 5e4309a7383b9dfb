"""The promises that everything else rests on."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ganaug import GANAugmenter
from ganaug.data.seeds import BLOCK_ROWS
from ganaug.modality.table.encoder import TableEncoder

CLASSES = ("common", "middle", "rare")
encoders = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def outsider(separable):
    """A classifier that has only seen real rows."""
    columns = make_column_transformer((OneHotEncoder(), ["tied"]), remainder="passthrough")
    return make_pipeline(columns, RandomForestClassifier(random_state=0)).fit(*separable)


@pytest.mark.parametrize(
    "counts",
    [
        {"common": 3, "middle": 1, "rare": 40},
        {"rare": 2 * BLOCK_ROWS + 1, "common": 1},
        {"middle": 0, "rare": 5},
        {"rare": 0, "common": 0},
    ],
)
def test_a_dict_gives_exactly_the_rows_asked_for_in_its_order(skilled, counts):
    X, y = skilled.sample(counts, random_state=0)
    assert y.tolist() == [label for label, count in counts.items() for _ in range(count)]
    assert len(X) == len(y)


def test_given_labels_come_back_row_by_row(skilled):
    labels = pd.Series(np.random.default_rng(0).choice(CLASSES, 50), dtype=object)
    assert skilled.sample(y=labels)[1].tolist() == labels.tolist()
    assert skilled.sample(y=labels.tolist())[1].tolist() == labels.tolist()


def test_a_number_keeps_the_shares_of_the_training_labels(skilled, separable):
    _, y = skilled.sample(20_000, random_state=0)
    expected = separable[1].value_counts(normalize=True)
    assert (y.value_counts(normalize=True) - expected).abs().max() < 0.015


@pytest.mark.parametrize("label", CLASSES)
def test_a_classifier_of_real_rows_agrees_with_the_label_asked_for(skilled, outsider, label):
    X, y = skilled.sample({label: 400}, random_state=1)
    assert outsider.score(X, y) >= 0.9


@pytest.mark.parametrize("short", [1, 5, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 3])
@pytest.mark.parametrize("model", ["quick", "plain"])
def test_a_small_sample_is_the_head_of_a_large_one(request, model, short):
    augmenter = request.getfixturevalue(model)
    X, y = augmenter.sample(2 * BLOCK_ROWS + 7, random_state=3)
    head_X, head_y = augmenter.sample(short, random_state=3)
    assert_frame_equal(pd.DataFrame(head_X), pd.DataFrame(X[:short]))
    assert_series_equal(pd.Series(head_y), pd.Series(y[:short]))


def test_a_row_does_not_depend_on_the_labels_beside_it(quick):
    labels = pd.Series(np.resize(["no", "yes"], BLOCK_ROWS + 10), dtype=object)
    others = labels.copy()
    others[1::2] = "no"
    X, _ = quick.sample(y=labels, random_state=4)
    other_X, _ = quick.sample(y=others, random_state=4)
    assert_frame_equal(X[::2], other_X[::2])
    assert not X[1::2].equals(other_X[1::2])


@pytest.mark.slow
def test_rows_asked_for_by_number_are_balanced(skilled, separable):
    left, kind = separable[0]["left"], separable[1]
    edges = left.quantile(np.linspace(0, 1, 9)[1:-1])

    def counts(rows, labels):
        return np.bincount(np.searchsorted(edges, rows["left"][labels == "common"]), minlength=8)

    wanted, errors = counts(separable[0], kind) / (kind == "common").sum(), []
    for seed in range(8):  # of three alone, the ratio is anything from 0.3 to 0.9
        X, labels = skilled.sample(8 * BLOCK_ROWS, random_state=seed)
        alone, _ = skilled.sample(y=labels, random_state=seed)
        errors.append([np.abs(made - wanted * made.sum()).sum() for made in (counts(X, labels), counts(alone, labels))])
    balanced, independent = np.mean(errors, axis=0)
    assert balanced < 0.75 * independent


def test_the_same_seed_gives_the_same_model_and_the_same_samples(mixed):
    one, other = (GANAugmenter(steps=12, refine=3, random_state=5).fit(*mixed) for _ in range(2))
    for weight, twin in zip(one._model.generator.weights, other._model.generator.weights, strict=True):
        np.testing.assert_array_equal(weight, twin)
    pd.testing.assert_frame_equal(one.history_.drop(columns="seconds"), other.history_.drop(columns="seconds"))
    for _ in range(2):
        assert_frame_equal(one.sample(30)[0], other.sample(30)[0])


def test_another_seed_gives_another_model(plain):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 2)), np.repeat([0, 1, 2], 30)
    other = GANAugmenter(steps=10, refine=False, random_state=1).fit(X, y)
    assert not np.array_equal(plain._model.generator.weights[0], other._model.generator.weights[0])


@pytest.mark.parametrize("target", ["classes", "number"])
@pytest.mark.parametrize("ratio", [0, 1])
def test_arrays_may_be_changed_by_who_is_given_them(ratio, target):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 3 if target == "classes" else rng.normal(size=60)
    before = X.copy(), y.copy()
    augmenter = GANAugmenter(ratio=ratio, steps=5, refine=False, random_state=0).fit(X, y)
    for made in (augmenter.sample(5), augmenter.augment(X, y), augmenter.plan(10, part_rows=5)[0]):
        for array in made:
            array += 1
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_two_samples_without_a_seed_differ(plain):
    assert not np.array_equal(plain.sample(20)[0], plain.sample(20)[0])


def test_two_samples_of_an_unseeded_model_differ():
    augmenter = GANAugmenter(steps=5).fit(np.random.default_rng(0).normal(size=(40, 2)))
    assert not np.array_equal(augmenter.sample(20), augmenter.sample(20))
    assert np.array_equal(augmenter.sample(20, random_state=1), augmenter.sample(20, random_state=1))


@pytest.mark.parametrize("seed", [np.random.RandomState, np.random.default_rng])
def test_generators_of_random_numbers_seed_like_numbers(plain, seed):
    np.testing.assert_array_equal(*(plain.sample(9, random_state=seed(3))[0] for _ in range(2)))
    stream = seed(3)
    assert not np.array_equal(plain.sample(9, random_state=stream)[0], plain.sample(9, random_state=stream)[0])


def _surroundings():
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 - the very state that must not change
    return name, keys.tolist(), *rest, random.getstate(), keras.config.floatx(), keras.config.dtype_policy().name


def test_random_states_and_settings_of_the_user_stay_as_they_are(mixed):
    tf.random.set_seed(7)
    expected = tf.random.uniform([3]).numpy()
    tf.random.set_seed(7)
    before = _surroundings()
    GANAugmenter(steps=5, refine=2).fit(*mixed).sample(10)
    assert _surroundings() == before
    np.testing.assert_array_equal(tf.random.uniform([3]).numpy(), expected)


def test_a_dtype_policy_of_the_user_changes_nothing(plain):
    rng = np.random.default_rng(0)
    data = rng.normal(size=(90, 2)), np.repeat([0, 1, 2], 30)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        twin = GANAugmenter(steps=10, refine=False, random_state=0).fit(*data)
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_array_equal(twin.sample(5, random_state=0)[0], plain.sample(5, random_state=0)[0])


def test_a_class_of_ten_rows_is_sampled_exactly_and_not_copied():
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "rare"], [490, 10])
    X = rng.normal(size=(500, 3)) + 4 * (y == "rare")[:, None]
    new_X, new_y = GANAugmenter(steps=200, random_state=0).fit(X, y).sample({"rare": 10_000}, random_state=0)
    assert new_y.tolist() == ["rare"] * 10_000
    real = {row.tobytes() for row in X}
    assert np.mean([row.tobytes() in real for row in new_X]) < 0.01


def _there_and_back(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    table = pd.DataFrame({"cell": column})
    encoder, rows = TableEncoder.fit(table)
    again = encoder.encode(table)
    for name in ("codes", "low", "high"):
        np.testing.assert_array_equal(getattr(again, name), getattr(rows, name))
    return table["cell"], encoder.decode(rows)["cell"]


def _cells(*strategies):
    return st.lists(st.one_of(st.none(), *strategies), min_size=2, max_size=40)


FEW_DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1))
MIXED = _cells(
    st.sampled_from([0, 0.0, False, 1, 1.0, True, "1", b"1", (1, "a"), Decimal("1.0"), frozenset({2})]), FEW_DAYS
)


def _identity(cell):
    return None if pd.isna(cell) is True else (type(cell), cell)


@encoders
@given(st.one_of(_cells(st.text(max_size=5)), _cells(st.binary(max_size=4)), MIXED))
def test_objects_come_back_as_the_very_values(cells):
    before, after = _there_and_back(pd.Series(cells, dtype=object))
    assert after.dtype == object
    if pd.api.types.infer_dtype(before, skipna=True) != "mixed-integer-float":
        assert [_identity(cell) for cell in after] == [_identity(cell) for cell in before]
    else:  # one kind of number; 2 may come back as 2.0
        assert after.dropna().tolist() == before.dropna().tolist()


@encoders
@given(_cells(st.sampled_from("abcd")), st.booleans())
def test_categories_come_back_with_their_order_and_those_never_seen(cells, ordered):
    before, after = _there_and_back(pd.Series(pd.Categorical(cells, ["d", "b", "a", "unused", "c"], ordered=ordered)))
    assert_series_equal(after, before)


@encoders
@given(_cells(st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), st.sampled_from(["str", "string"]))
def test_strings_come_back_with_their_dtype(cells, dtype):
    before, after = _there_and_back(pd.Series(cells, dtype=dtype))
    assert_series_equal(after, before)


INTEGERS = {name: st.integers(int(np.iinfo(name).min), int(np.iinfo(name).max)) for name in ("int8", "int64", "uint64")}


@pytest.mark.parametrize("dtype", INTEGERS)
@encoders
@given(data=st.data())
def test_few_distinct_integers_of_any_size_come_back_exactly(dtype, data):
    pool = data.draw(st.lists(INTEGERS[dtype], min_size=1, max_size=3))
    cells = data.draw(st.lists(st.sampled_from(pool), min_size=60, max_size=60))
    before, after = _there_and_back(pd.Series(cells, dtype=dtype))
    assert_series_equal(after, before)


@pytest.mark.filterwarnings("ignore:.*learnt as levels:ganaug.DataWarning")
@encoders
@given(st.lists(INTEGERS["int64"], min_size=2, max_size=60))
def test_integers_stay_in_their_range_and_near_their_rank(cells):
    before, after = _there_and_back(pd.Series(cells, dtype="int64"))
    assert after.dtype == before.dtype
    assert after.between(before.min(), before.max()).all()
    order = np.argsort(before.to_numpy(), kind="stable")
    assert after.iloc[order].is_monotonic_increasing


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin", "Asia/Kolkata"])
@pytest.mark.parametrize("unit", ["s", "ns"])
@encoders
@given(data=st.data())
def test_repeated_moments_come_back_exactly(zone, unit, data):
    moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)).map(lambda t: t.replace(microsecond=0))
    pool = data.draw(st.lists(moments, min_size=1, max_size=3))
    cells = data.draw(st.lists(st.sampled_from([*pool, pd.NaT]), min_size=60, max_size=60))
    column = pd.Series(pd.to_datetime(pd.Series(cells, dtype="datetime64[us]"))).astype(f"datetime64[{unit}]")
    before, after = _there_and_back(column if zone is None else column.dt.tz_localize("UTC").dt.tz_convert(zone))
    assert_series_equal(after, before)


@encoders
@given(_cells(FEW_DAYS))
def test_days_come_back_within_their_range(cells):
    before, after = _there_and_back(pd.Series(pd.to_datetime(pd.Series(cells, dtype="datetime64[s]"))))
    assert after.dtype == before.dtype
    assert (after.isna() == before.isna()).all()
    assert (after.dropna() == after.dropna().dt.normalize()).all()


@encoders
@given(st.lists(st.sampled_from([pd.Timedelta(0), pd.Timedelta("90s"), pd.Timedelta("-3D"), pd.NaT]), min_size=60))
def test_spans_of_time_come_back_exactly(cells):
    before, after = _there_and_back(pd.Series(cells, dtype="timedelta64[ns]"))
    assert_series_equal(after, before)


@encoders
@given(_cells(st.floats(-1e9, 1e9)))
def test_floats_come_back_within_the_rounding_of_their_rank(cells):
    before, after = _there_and_back(pd.Series(cells, dtype="float64"))
    assert (after.isna() == before.isna()).all()
    spread = before.max() - before.min()
    gap = (after - before).abs().max()
    assert before.isna().all() or gap <= 1e-4 * spread or gap <= 1e-6 * before.abs().max()
