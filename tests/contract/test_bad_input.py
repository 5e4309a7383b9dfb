"""Every input that cannot be learnt, or that asks for care, is answered by a message that names it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError

from ganaug import DataWarning, GANAugmenter, GANOverSampler, load
from ganaug.modality.table.encoder import TableEncoder

ROWS = 40
Y = np.resize(["a", "b"], ROWS)


@pytest.fixture
def numbers() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(ROWS, 2)), columns=["x", "z"])


def objects(*cells) -> np.ndarray:
    """An array with an array in each cell."""
    made = np.empty(len(cells), object)
    made[:] = cells
    return made


def _fit(X, y=None, **parameters):
    return GANAugmenter(**{"steps": 5, "refine": False, "random_state": 0} | parameters).fit(X, y)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float64", "float32", "object", "Float64", "double[pyarrow]", "Sparse[float64]"])
def test_infinity_is_refused_with_the_column(numbers, value, dtype):
    numbers.loc[3, "z"] = value
    with pytest.raises(ValueError, match=r"infinite values in columns \['z'\]"):
        _fit(numbers.astype({"z": dtype}))


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.zeros((0, 3)), ValueError, "0 sample"),
        (np.zeros((1, 3)), ValueError, "1 sample"),
        (np.zeros((5, 0)), ValueError, "0 feature"),
        (pd.DataFrame({"a": []}), ValueError, "0 sample"),
        (np.zeros(5), ValueError, "expected 2D array, got 1D array"),
        (np.zeros((5, 2, 2)), ValueError, "got 3D array"),
        ([np.zeros((9, 9)), np.zeros((9, 9)), np.zeros((9, 8))], ValueError, r"several sizes: .* X\[2\] has \(9, 8\)"),
        (objects(np.zeros((9, 9)), np.zeros((9, 8))), ValueError, r"several sizes: .* X\[1\] has \(9, 8\)"),
        (objects(np.zeros(3), np.zeros(2)), ValueError, "row 1 of X has 2 cells, and row 0 has 3"),
        ([np.zeros(3), np.zeros(2)], ValueError, "row 1 of X has 2 cells, and row 0 has 3"),
        (np.zeros((5, 2), complex), (TypeError, ValueError), "complex"),
        (sparse.csr_matrix((0, 3)), ValueError, "0 sample"),
        ("table.csv", TypeError, r"path 'table\.csv'.*pd\.read_csv"),
        (pd.DataFrame({"a": [1j, 2j]}), TypeError, "column 'a' holds complex"),
    ],
    ids=str,
)
def test_what_is_no_table_is_refused_with_what_it_is(X, error, message):
    with pytest.raises(error, match=message):
        _fit(X)


def test_duplicate_column_names_are_listed():
    with pytest.raises(ValueError, match=r"duplicate column names: \['x'\]"):
        _fit(pd.DataFrame(np.zeros((5, 3)), columns=["x", "x", "y"]))


def test_column_names_of_several_types_are_listed():
    with pytest.raises(TypeError, match=r"\['int', 'str'\].*\['x', 0\]"):
        _fit(pd.DataFrame(np.zeros((5, 2)), columns=["x", 0]))


@pytest.mark.parametrize("cell", [[1], {"k": 1}, {1, 2}, np.zeros(2)], ids=["list", "dict", "set", "ndarray"])
def test_cells_that_cannot_be_compared_are_refused_with_their_type(numbers, cell):
    numbers["bad"] = pd.Series([cell] * ROWS, dtype=object)
    with pytest.raises(TypeError, match=f"column 'bad' holds {type(cell).__name__} objects"):
        _fit(numbers)


@pytest.mark.parametrize(
    ("kind", "arguments", "cell", "remedy"),
    [
        ("month_day_nano_interval", (), (1, 2, 3), "make strings"),
        ("string_view", (), "a", "make strings"),
        ("list_view", (pa.int8(),), [1], "make strings"),
        ("decimal32", (9, 2), Decimal("1.25"), "cast it to decimal128"),
        ("decimal64", (18, 2), Decimal("1.25"), "cast it to decimal128"),
    ],
)
def test_types_of_arrow_that_nothing_works_with_are_refused_by_name(numbers, kind, arguments, cell, remedy):
    if not hasattr(pa, kind):
        pytest.skip(f"this version of pyarrow has no {kind}")
    numbers["bad"] = pd.arrays.ArrowExtensionArray(pa.array([cell] * ROWS, getattr(pa, kind)(*arguments)))
    with pytest.raises(TypeError, match=rf"column 'bad' holds .*: {remedy}"):
        _fit(numbers)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (Y[:-1], ValueError, "X has 40, y has 39"),
        (np.where(np.arange(ROWS) == 3, None, Y), ValueError, f"y contains NaN in 1 of {ROWS} rows"),
        (np.where(np.arange(ROWS) < 2, np.nan, 1.0), ValueError, f"y contains NaN in 2 of {ROWS} rows"),
        (np.where(np.arange(ROWS) == 3, np.inf, np.arange(ROWS)), ValueError, "infinity"),
        (np.zeros((ROWS, 2)), ValueError, r"y should be a 1d array, got an array of shape \(40, 2\)"),
        (pd.Series([["a"], ["a", "b"]] * (ROWS // 2)), TypeError, r"list objects, for example \['a'\], .*one label"),
        (np.full(ROWS, 1j), ValueError, "Complex data not supported: y has dtype complex128"),
    ],
    ids=["short", "None", "NaN", "infinity", "two columns", "lists", "complex"],
)
def test_a_bad_target_is_refused_with_what_is_wrong(numbers, y, error, message):
    with pytest.raises(error, match=message):
        _fit(numbers, y)


def test_words_cannot_be_a_number_to_regress_on(numbers):
    with pytest.raises(TypeError, match="target_type='number'"):
        _fit(numbers, Y, target_type="number")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"ratio": -0.5}, ValueError),
        ({"ratio": "1"}, TypeError),
        ({"ratio": np.nan}, TypeError),
        ({"ratio": True}, TypeError),
        ({"mode": "insert"}, ValueError),
        ({"mode": "replace", "ratio": 1.5}, ValueError),
        ({"loss": "wgan"}, ValueError),
        ({"optimizer": "adamw"}, ValueError),
        ({"optimizer": 0.1}, TypeError),
        ({"steps": 0}, ValueError),
        ({"steps": 2.5}, TypeError),
        ({"steps": True}, TypeError),
        ({"batch_size": -1}, ValueError),
        ({"batch_size": "large"}, ValueError),
        ({"time_budget": 0}, ValueError),
        ({"time_budget": -3.0}, ValueError),
        ({"time_budget": "1h"}, TypeError),
        ({"refine": -2}, ValueError),
        ({"refine": "yes"}, ValueError),
        ({"target_type": "class"}, ValueError),
        ({"generator": 3}, TypeError),
        ({"discriminator": "dense"}, TypeError),
        ({"categorical_features": ["nowhere"]}, ValueError),
        ({"random_state": "seed"}, ValueError),
        ({"random_state": -1}, ValueError),
    ],
    ids=str,
)
def test_a_bad_parameter_is_named_with_its_value(numbers, parameters, error):
    name, value = next(iter(parameters.items()))
    named = "nowhere" if name == "categorical_features" else re.escape(str(value))
    with pytest.raises(error, match=named):
        GANAugmenter(**{"steps": 5} | parameters).fit_transform(numbers, Y)


@pytest.mark.parametrize(("name", "allowed"), [("refine", "must be a bool, 'auto' or"), ("steps", "must be 'auto' or")])
def test_what_a_parameter_may_be_is_said(numbers, name, allowed):
    with pytest.raises(ValueError, match=rf"{name}='yes' {allowed} at least 1"):
        GANAugmenter(**{name: "yes"}).fit(numbers, Y)


@pytest.mark.parametrize("n", [-1, {"no": -4}])
def test_a_negative_number_of_rows_is_named(quick, n):
    with pytest.raises(ValueError, match=r"-\d must not be negative"):
        quick.sample(n)


@pytest.mark.parametrize("n", [2.0, True, "ten", [5], {"no": 1.5}, {"yes": False}])
def test_a_number_of_rows_that_is_no_integer_is_named(quick, n):
    value = next(iter(n.values())) if isinstance(n, dict) else n
    with pytest.raises(TypeError, match=re.escape(repr(value))):
        quick.sample(n)


def test_counts_in_a_series_are_answered_with_a_dict(quick):
    with pytest.raises(TypeError, match=r"n is a Series: give a dict"):
        quick.sample(pd.Series({"yes": 3, "no": 2}))


@pytest.mark.parametrize("n", [0, {}, {"yes": 0}, np.int64(0)])
def test_no_rows_have_the_right_columns_and_dtypes(quick, mixed, n):
    X, y = quick.sample(n)
    assert len(X) == len(y) == 0
    assert X.dtypes.to_dict() == mixed[0].dtypes.to_dict()
    assert (y.dtype, y.name) == (mixed[1].dtype, mixed[1].name)


@pytest.mark.parametrize("arguments", [{}, {"n": 3, "y": ["no"]}])
def test_sample_takes_either_a_number_or_labels(quick, arguments):
    with pytest.raises(ValueError, match="either n"):
        quick.sample(**arguments)


@pytest.mark.parametrize("arguments", [{"n": {"maybe": 3}}, {"y": ["no", "maybe"]}])
def test_an_unknown_class_is_named_beside_the_known_ones(quick, arguments):
    with pytest.raises(ValueError, match=r"unknown classes \['maybe'\].*\['no', 'yes'\]"):
        quick.sample(**arguments)


@pytest.mark.usefixtures("dice")
def test_a_model_without_a_target_has_no_classes(numbers):
    augmenter = _fit(numbers)
    assert list(augmenter.sample(3).columns) == ["x", "z"]
    for arguments in ({"n": {"a": 1}}, {"y": ["a"]}):
        with pytest.raises(ValueError, match="fitted without y"):
            augmenter.sample(**arguments)


@pytest.mark.usefixtures("dice")
def test_an_array_after_a_frame_is_told_what_its_columns_are_taken_for(numbers):
    augmenter = _fit(numbers)
    with pytest.warns(DataWarning, match=r"taken for \['x', 'z'\], in this order"):
        augmenter.augment(numbers.to_numpy())


@pytest.mark.parametrize("dtype", ["datetime64[s]", "timedelta64[s]", object])
def test_a_target_of_many_times_is_told_before_training(numbers, dtype):
    days = pd.Series(pd.to_timedelta(np.arange(ROWS), "D"))
    dates = pd.Timestamp("2024-01-01") + days
    y = days.astype(dtype) if "timedelta" in str(dtype) else dates.dt.date if dtype is object else dates.astype(dtype)
    with pytest.raises(ValueError, match=rf"y holds {ROWS} different times, which are no classes"):
        _fit(numbers, y)


@pytest.mark.parametrize(
    "unit", ["datetime64[Y]", "datetime64[D]", "datetime64[ns]", "timedelta64[D]", "timedelta64[ns]"]
)
def test_times_of_any_unit_are_labels_that_can_be_asked_for_and_saved(numbers, unit, tmp_path):
    y = np.where(np.arange(ROWS) % 3, 40, 41).astype("i8").astype(unit)
    augmenter = _fit(numbers, y)
    augmenter.save(tmp_path / "model.ganaug")
    for model in (augmenter, load(tmp_path / "model.ganaug")):
        for asked in (y[:4], y[:4].tolist()):
            np.testing.assert_array_equal(model.sample(y=asked)[1], y[:4])
        assert model.sample({y.tolist()[0]: 2})[1].tolist() == y[[0, 0]].tolist()
        with pytest.raises(ValueError, match="unknown classes"):
            model.sample(y=["never"])


@pytest.mark.parametrize("y", [np.where(np.arange(ROWS) % 3, "often", "rare"), np.arange(ROWS) % 2])
def test_a_strategy_of_classes_that_there_are_not_is_told_before_training(numbers, monkeypatch, y):
    monkeypatch.setattr("ganaug.augmenter.fit_model", lambda *_, **__: pytest.fail("training began"))
    hint = "cross_val_predict number classes" if y.dtype.kind == "i" else r"'rare'\]$"
    with pytest.raises(ValueError, match=rf"names the classes \['never'\], which are not in y: .*{hint}"):
        GANAugmenter(sampling_strategy={"never": 50}).fit(numbers, y)


@pytest.mark.parametrize(
    ("y", "strategy", "message"),
    [
        (np.where(np.arange(ROWS) % 3, "often", "rare"), {"rare": 1}, "cannot take rows away"),
        (np.arange(ROWS) % 3, 0.5, "needs two classes"),
        (np.linspace(0, 1, ROWS), {(5, 6): 9}, "no rows to learn from"),
    ],
)
def test_what_rows_cannot_be_added_by_is_told_before_training(numbers, monkeypatch, y, strategy, message):
    monkeypatch.setattr("ganaug.augmenter.fit_model", lambda *_, **__: pytest.fail("training began"))
    with pytest.raises(ValueError, match=message):
        GANAugmenter(sampling_strategy=strategy).fit_transform(numbers, y)


@pytest.mark.usefixtures("dice")
def test_a_numeric_target_has_no_classes(numbers):
    augmenter = _fit(numbers, np.linspace(0, 1, ROWS))
    with pytest.raises(ValueError, match="no classes"):
        augmenter.sample({0.5: 3})
    with pytest.raises(TypeError, match=r"sampling_strategy=0\.5 means classes, but y is a number"):
        augmenter.set_params(sampling_strategy=0.5).augment(numbers, np.linspace(0, 1, ROWS))


@pytest.mark.usefixtures("dice")
def test_a_numeric_target_outside_the_range_seen_warns(numbers):
    augmenter = _fit(numbers, np.linspace(0, 1, ROWS))
    with pytest.warns(DataWarning, match="1 targets, for example 7"):
        assert augmenter.sample(y=[0.5, 7.0])[1].tolist() == [0.5, 7.0]


@pytest.mark.parametrize("method", ["transform", "augment"])
def test_other_columns_than_those_fitted_are_named(quick, mixed, method):
    X, y = mixed
    arguments = (y,) if method == "augment" else ()
    with pytest.raises(ValueError, match=r"X has other columns .* missing \['city'\], unknown \['town'\]"):
        getattr(quick, method)(X.rename(columns={"city": "town"}), *arguments)


def test_columns_in_another_order_are_put_back(quick, mixed):
    X, y = mixed
    assert list(quick.augment(X[X.columns[::-1]], y)[0].columns) == list(X.columns)


def test_labels_are_asked_for_where_there_were_some(quick, mixed):
    with pytest.raises(ValueError, match="give the labels"):
        quick.augment(mixed[0])


@pytest.mark.parametrize("method", ["sample", "augment", "transform", "save"])
def test_what_is_not_fitted_says_so(method):
    with pytest.raises(NotFittedError):
        getattr(GANAugmenter(), method)(3)


@pytest.mark.parametrize("told", ["classes_", "history_", "rules_", "n_features_in_", "stopped_by_"])
def test_nothing_is_told_before_a_fit(told):
    assert not hasattr(GANAugmenter(), told)
    with pytest.raises(NotFittedError):
        getattr(GANAugmenter(), told)


@pytest.mark.usefixtures("dice")
def test_text_that_is_unique_in_every_row_warns_and_is_repeated(numbers):
    numbers["id"] = [f"user {i}" for i in range(ROWS)]
    with pytest.warns(DataWarning, match="column 'id' has another value in every row"):
        augmenter = _fit(numbers)
    assert set(augmenter.sample(100)["id"]) <= set(numbers["id"])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_class_of_a_few_rows_warns_and_works(numbers, count):
    y = np.where(np.arange(ROWS) < count, "rare", "common")
    with pytest.warns(DataWarning, match=rf"\{{'rare': {count}\}}"):
        augmenter = _fit(numbers, y, refine=3)
    assert augmenter.sample({"rare": 30})[1].tolist() == ["rare"] * 30
    assert augmenter.class_counts_ == {"common": ROWS - count, "rare": count}


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("strategy", ["auto", "all", 0.5, {"a": 50}])
def test_one_class_cannot_be_rebalanced(numbers, strategy):
    with pytest.raises(ValueError, match=r"more than 1 class.*\['a'\]"):
        _fit(numbers, ["a"] * ROWS, sampling_strategy=strategy).augment(numbers, ["a"] * ROWS)
    with pytest.raises(ValueError, match=r"more than 1 class.*\['a'\]"):
        GANOverSampler(sampling_strategy=strategy, steps=5).fit_resample(numbers, ["a"] * ROWS)


@pytest.mark.usefixtures("dice")
def test_one_class_can_be_enlarged(numbers):
    X, y = _fit(numbers, ["a"] * ROWS).augment(numbers, ["a"] * ROWS)
    assert (len(X), set(y)) == (2 * ROWS, {"a"})


def test_an_unseen_category_is_refused_with_the_known_ones():
    encoder, _ = TableEncoder.fit(pd.DataFrame({"town": ["Rome", "Oslo"] * 5}))
    with pytest.raises(ValueError, match=r"column 'town': 'Bonn' was not among the 2 values.*\['Oslo', 'Rome'\]"):
        encoder.encode(pd.DataFrame({"town": ["Bonn"]}))


@pytest.mark.parametrize("rows", [2, 3, 7, 33])
@pytest.mark.parametrize("batch_size", [1, 5, 64])
def test_any_number_of_rows_goes_with_any_batch_size(rows, batch_size):
    X = np.random.default_rng(0).normal(size=(rows, 2))
    augmenter = _fit(X, batch_size=batch_size, steps=1)
    assert (augmenter.n_iter_, augmenter.sample(3).shape) == (1, (3, 2))


@pytest.mark.parametrize("dtype", ["object", "category", "int64"])
def test_a_column_of_ten_thousand_levels_takes_bounded_memory(dtype):
    levels = np.random.default_rng(0).permutation(np.arange(20_000) // 2)
    column = pd.Series(levels if dtype == "int64" else [f"level {i}" for i in levels]).astype(dtype)
    table = pd.DataFrame({"many": column, "x": np.linspace(0, 1, 20_000)})
    augmenter = _fit(table, refine=2)
    assert augmenter._model.generator.layout.width < 300
    made = augmenter.sample(500)
    assert set(made["many"]) <= set(column)
    assert made["many"].nunique() > 100
    assert made.dtypes.to_dict() == table.dtypes.to_dict()


@pytest.mark.slow
def test_a_frame_of_five_hundred_columns_takes_bounded_memory():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 250))).add_prefix("n")
    words = pd.DataFrame(rng.choice(["a", "b", "c"], (300, 250))).add_prefix("w")
    table = pd.concat([table, words], axis=1)
    augmenter = _fit(table, refine=2)
    assert augmenter._model.generator.layout.width <= 250 * (17 + 3)
    assert augmenter.sample(5).dtypes.to_dict() == table.dtypes.to_dict()


@pytest.mark.usefixtures("dice")
def test_dates_and_times_of_python_objects_are_levels():
    cells = [dt.date(2024, 1, 1), dt.time(3, 4), dt.datetime(2024, 1, 1, 3)] * 20
    made = _fit(pd.DataFrame({"when": pd.Series(cells, dtype=object)})).sample(100)["when"]
    assert set(made) == set(cells)
