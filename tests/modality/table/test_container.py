"""Rows come back in what they came in, whatever library made it, and real ones as they were."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler
from ganaug.data import foreign
from ganaug.modality.registry import check_data
from ganaug.persistence.tree import TreeReader, TreeWriter
from ganaug.plain import RECORDS

ROWS = 60
Y = np.where(np.arange(ROWS) < 45, "no", "yes")


def _column(values: list[Any]) -> list[Any]:
    return [None if place % 7 == 3 else values[place % len(values)] for place in range(ROWS)]


def _polars() -> pl.DataFrame:
    noon = dt.datetime(2024, 5, 1, 12)
    return pl.DataFrame(
        {
            "word": _column(["a", "b"]),
            "small": pl.Series(_column([1, 5, 120]), dtype=pl.Int8),
            "whole": pl.Series([row // 2 for row in range(ROWS)], dtype=pl.UInt32),
            "real": pl.Series(_column([1.5, 2.25, 9.0]), dtype=pl.Float32),
            "flag": _column([True, False]),
            "day": _column([dt.date(2024, 1, day) for day in range(1, 20)]),
            "time": _column([dt.time(3), dt.time(4, 30)]),
            "local": pl.Series(_column([noon, noon + dt.timedelta(hours=3)])).dt.replace_time_zone("Europe/Berlin"),
            "stay": _column([dt.timedelta(hours=hours) for hours in (1, 5, 9)]),
            "price": pl.Series(_column([Decimal("1.25"), Decimal("9.50")]), dtype=pl.Decimal(10, 2)),
            "raw": _column([b"x", b"yy"]),
            "size": pl.Series(_column(["S", "L"]), dtype=pl.Enum(["S", "M", "L"])),
            "kind": pl.Series(_column(["p", "q"]), dtype=pl.Categorical),
            "nothing": [None] * ROWS,
        }
    )


def _arrow() -> pa.Table:
    kinds = {
        "bool": (pa.bool_(), [True, False]),
        "string": (pa.string(), ["a", "b"]),
        "view": (pa.string_view(), ["a", "b"]),
        "large": (pa.large_string(), ["a", "b"]),
        "int8": (pa.int8(), [1, 100]),
        "uint64": (pa.uint64(), [1, 2**63]),
        "half": (pa.float16(), np.array([1.5, 2.5], np.float16).tolist()),
        "day": (pa.date32(), [dt.date(2024, 1, 1), dt.date(2024, 1, 9)]),
        "moment": (pa.timestamp("ms", "UTC"), [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 9)]),
        "span": (pa.duration("s"), [dt.timedelta(1), dt.timedelta(2)]),
        "price": (pa.decimal128(12, 3), [Decimal("1.250"), Decimal("2.500")]),
        "level": (pa.dictionary(pa.int8(), pa.string()), ["u", "v"]),
        "number": (pa.dictionary(pa.int16(), pa.int64()), [7, 70]),
    }
    made = {}
    for name, (kind, values) in kinds.items():
        plain = pa.array(_column(values), kind.value_type if pa.types.is_dictionary(kind) else kind)
        made[name] = plain.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else plain
    table = pa.table(made)
    sure = pa.field("sure", pa.int16(), nullable=False)
    return table.append_column(sure, pa.array([row // 2 for row in range(ROWS)], pa.int16()))


TABLES = {"polars": _polars, "pyarrow": _arrow}


def _read_again(value: Any) -> Any:
    """A part of a model as a file gives it back."""
    writer = TreeWriter(RECORDS)
    tree = json.loads(json.dumps(writer.tree(value)))
    return TreeReader(RECORDS, writer.arrays.__getitem__).tree(tree)


def _with_saved_containers(augmenter: GANAugmenter) -> GANAugmenter:
    model = augmenter._model
    parts = {"container": model.container, "label_container": model.label_container}
    augmenter._model = replace(model, **{name: _read_again(part) for name, part in parts.items()})
    return augmenter


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("library", TABLES)
def test_tables_of_other_libraries_come_back_as_they_came(library):
    X = TABLES[library]()
    augmenter = GANAugmenter(steps=5, random_state=0).fit(X, Y)
    for model in (augmenter, pickle.loads(pickle.dumps(augmenter)), _with_saved_containers(augmenter)):
        made, _ = model.sample(20)
        assert type(made) is type(X)
        assert made.schema == X.schema
        assert model.feature_names_in_.tolist() == (X.columns if library == "polars" else X.column_names)
    none, _ = augmenter.sample(0)
    assert none.schema == X.schema
    every, labels, mask = augmenter.augment(X, Y, return_mask=True)
    assert every.schema == X.schema
    assert every[:ROWS].equals(X) if library == "polars" else every.slice(0, ROWS).equals(X)
    assert len(labels) == len(every) == len(mask) == 2 * ROWS
    assert augmenter.transform(X) is X
    mixed = GANAugmenter(0.5, steps=5, mode="replace", random_state=0).fit_transform(X, Y)
    assert (mixed.schema, len(mixed)) == (X.schema, ROWS)


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("library", TABLES)
def test_over_sampling_and_classifiers_take_them(library):
    from sklearn.tree import DecisionTreeClassifier

    X = TABLES[library]()
    new, labels = GANOverSampler(steps=5, random_state=0).fit_resample(X, Y)
    assert (new.schema, len(new), len(labels)) == (X.schema, 90, 90)
    numbers = pl.DataFrame({"a": [row // 2 for row in range(ROWS)], "b": np.linspace(0, 1, ROWS)})
    numbers = numbers if library == "polars" else numbers.to_arrow()
    for ratio in (1.0, "auto"):
        model = AugmentedClassifier(DecisionTreeClassifier(), GANAugmenter(ratio, steps=5), cv=2)
        assert len(model.fit(numbers, Y).predict(numbers)) == ROWS


@pytest.mark.usefixtures("dice")
def test_a_table_of_polars_is_learnt_as_numbers_and_days():
    far = np.random.default_rng(0).normal(size=10 * ROWS)
    real = pl.concat([_polars()] * 10).with_columns(far=pl.Series(far))
    made = GANAugmenter(steps=5, random_state=0).fit(real).sample(2000)
    assert set(made["far"]) - set(far)
    assert made["day"].n_unique() > 10
    assert set(made["size"].drop_nulls()) == {"S", "L"}


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    "y",
    [
        pl.Series("label", Y),
        pl.Series("label", Y).cast(pl.Categorical),
        pl.Series("label", Y).cast(pl.Enum(["no", "yes", "maybe"])),
        pl.Series("label", Y == "no"),
        pl.Series("label", np.arange(ROWS) % 3, dtype=pl.Int8),
        pl.Series("label", [dt.date(2024, 1, 1 + i % 2) for i in range(ROWS)]),
        pl.Series("label", np.linspace(0, 1, ROWS)),
        pl.DataFrame({"label": Y}),
        pa.chunked_array([pa.array(Y)]),
        pa.chunked_array([pa.array(Y).dictionary_encode()]),
        pa.table({"label": pa.array(np.arange(ROWS) % 2, pa.uint8())}),
        pd.DataFrame({"label": Y}).rename_axis(columns="what"),
        pd.Categorical(Y, ["yes", "no"], ordered=True),
        pd.array(np.arange(ROWS) % 2, "Int8"),
        pd.array(np.linspace(0, 1, ROWS), "Float64"),
        pd.array(Y, "string"),
    ],
    ids=lambda y: f"{type(y).__module__} {type(y).__name__}",
)
def test_labels_come_back_as_they_came(y):
    def kind(labels):
        return labels.schema if isinstance(labels, (pa.Table, pl.DataFrame)) else getattr(labels, "type", None)

    X = np.random.default_rng(0).normal(size=(ROWS, 2))
    augmenter = _with_saved_containers(GANAugmenter(steps=5, random_state=0).fit(X, y))
    made, (_, every) = augmenter.sample(9)[1], augmenter.augment(X, y)
    for labels, rows in ((made, 9), (every, 2 * ROWS)):
        assert type(labels) is type(y)
        assert len(labels) == rows
        assert kind(labels) == kind(y)
    if isinstance(y, pl.Series):
        assert (made.dtype, made.name) == (y.dtype, y.name)
        assert every[:ROWS].equals(y)
    elif isinstance(y, pd.DataFrame):
        pd.testing.assert_frame_equal(every[:ROWS], y)
    elif isinstance(y, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(every[:ROWS], y)
    if str(getattr(y, "dtype", "")) != "Float64":
        again = GANOverSampler(steps=5).fit_resample(X, y)[1]
        assert type(again) is type(y)


def test_other_tables_without_narwhals_are_refused_with_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "narwhals", None)
    for X in (_polars(), _arrow()):
        with pytest.raises(ImportError, match=r"ganaug\[frames\].*X\.to_pandas\(\)"):
            GANAugmenter().fit(X)


def test_columns_of_lists_are_refused_by_name():
    with pytest.raises(TypeError, match="column 'tags' holds large_list"):
        GANAugmenter().fit(pl.DataFrame({"a": [1, 2], "tags": [["x"], ["y"]]}))


class Interchange:
    def __dataframe__(self):
        raise AssertionError


@pytest.mark.parametrize(
    ("X", "remedy"),
    [
        ("table.csv", r"path 'table\.csv'.*pd\.read_csv"),
        (__import__("pathlib").Path("images"), "image_dataset_from_directory"),
        ({"a": [1, 2]}, r"pd\.DataFrame\(X\)"),
        ([{"a": 1}, {"a": 2}], r"pd\.DataFrame\(X\)"),
        (np.zeros(3, [("a", int), ("b", float)]), r"\['a', 'b'\].*pd\.DataFrame\(X\)"),
        (np.zeros(3, [("a", int)]).view(np.recarray), r"pd\.DataFrame\(X\)"),
        (Interchange(), r"X\.to_pandas\(\)"),
        (pl.LazyFrame({"a": [1, 2]}), r"X\.collect\(\)"),
        (pl.Series([1, 2]), r"X\.to_frame\(\)"),
        (pd.Series([1, 2]), r"X\.to_frame\(\)"),
        (pa.chunked_array([[1, 2]]), "no table"),
        (pa.RecordBatch.from_pydict({"a": [1, 2]}), r"pyarrow\.table\(X\)"),
        ((row for row in [[1], [2]]), "of type generator"),
        ({1, 2}, "of type set"),
        (object(), "of type object"),
        (None, "of type NoneType"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_a_remedy(X, remedy):
    for fit in (GANAugmenter().fit, GANOverSampler().fit_resample):
        with pytest.raises(TypeError, match=remedy):
            fit(X, ["a", "b"])


def test_a_dataset_is_refused_with_the_remedy():
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((4, 2)))
    with pytest.raises(TypeError, match=r"Dataset.*np\.stack"):
        GANAugmenter().fit(dataset)
    with pytest.raises(TypeError, match=r"y is a .*Dataset"):
        GANAugmenter().fit(np.zeros((4, 2)), dataset)


def test_masked_cells_are_refused_and_a_mask_that_hides_nothing_is_not():
    array = np.ma.masked_greater(np.arange(20.0).reshape(10, 2), 17)
    with pytest.raises(ValueError, match=r"2 of whose cells are masked.*X\.filled\(np\.nan\)"):
        check_data(array)
    with pytest.raises(ValueError, match="1 of whose labels are masked"):
        GANAugmenter().fit(np.zeros((3, 1)), np.ma.masked_equal([1, 2, 3], 3))
    table, _ = check_data(np.ma.masked_array(np.zeros((10, 2))))
    assert table.shape == (10, 2)


def test_rows_of_several_lengths_are_named():
    with pytest.raises(ValueError, match="row 1 of X has 1 cells, and row 0 has 2"):
        GANAugmenter().fit([[1, "a"], [2]])


@pytest.mark.usefixtures("dice")
def test_lists_of_mixed_rows_keep_their_numbers():
    rows = [
        [i % 9, ["red", "blue"][i % 2], i * 1.37 % 50 // 0.1 / 10, i % 3 == 0, None if i % 5 else i % 20]
        for i in range(ROWS)
    ]
    made, labels = GANAugmenter(steps=5, random_state=0).fit(rows, [1, "one"] * (ROWS // 2)).sample(200)
    assert made.dtype == object
    assert [{type(cell) for cell in column} - {type(None)} for column in made.T] == [
        {int},
        {str},
        {float},
        {bool},
        {int},
    ]
    assert set(made[:, 2]) - {row[2] for row in rows}
    assert set(labels) == {1, "one"}
    more, labels = GANOverSampler(steps=5, random_state=0).fit_resample(rows, Y.tolist())
    assert more[:ROWS] == rows
    assert labels[:ROWS] == Y.tolist()
    assert isinstance(more, list)


@pytest.mark.usefixtures("dice")
def test_lists_of_one_kind_are_arrays_as_before():
    assert GANAugmenter(steps=5).fit([["a", "b"], ["c", "d"]] * 9).sample(3).dtype.kind == "U"
    assert GANAugmenter(steps=5).fit([[1, 2.5], [3, 4]] * 9).sample(3).dtype == np.float64
    tuples = tuple((i % 20, f"w{i % 3}") for i in range(ROWS))
    assert {type(cell) for cell in GANAugmenter(steps=5).fit(tuples).sample(9)[:, 0]} == {int}


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    "names",
    [
        pd.Index(["a", "b"], name="what"),
        pd.MultiIndex.from_product([["a"], ["x", "y"]], names=["outer", "inner"]),
        pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"], name="levels"),
        pd.DatetimeIndex(["2024-01-01", "2024-01-02"], name="day"),
        pd.Index([3, 5], dtype="int8"),
    ],
    ids=lambda names: type(names).__name__,
)
def test_what_column_names_are_called_comes_back(names):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(ROWS, 2)), columns=names)
    augmenter = GANAugmenter(1.0, steps=5, random_state=0).fit(X, Y)
    augmenter = _with_saved_containers(augmenter)
    replaced = GANAugmenter(0.5, steps=5, mode="replace").fit_transform(X, Y)
    for made in (augmenter.sample(3)[0], augmenter.augment(X, Y)[0], replaced):
        pd.testing.assert_index_equal(made.columns, names)
    pd.testing.assert_frame_equal(augmenter.augment(X, Y)[0][:ROWS], X)


@pytest.mark.usefixtures("dice")
def test_arrays_of_wider_cells_than_in_fit_are_not_cut():
    words = np.array([["ab", "c"], ["d", "e"]] * 9)
    longer = words.astype("U9").copy()
    longer[0, 0] = "abcdefghi"
    assert GANAugmenter(steps=5).fit(words).augment(longer)[0, 0] == "abcdefghi"
    whole = np.arange(40).reshape(20, 2) // 4
    halves = GANAugmenter(steps=5).fit(whole).augment(whole + 0.5)
    assert (halves[:20] == whole + 0.5).all()
    assert GANAugmenter(steps=5).fit(whole).augment(whole.astype("int8")).dtype == whole.dtype


def test_containers_are_not_asked_for_libraries_that_nobody_imported(monkeypatch):
    modules = {name: part for name, part in __import__("sys").modules.items() if name not in ("polars", "pyarrow")}
    monkeypatch.setattr(foreign.sys, "modules", modules)
    assert foreign.library_of(_polars()) is None


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pl.DataFrame({"o": pl.Series([object(), object()], dtype=pl.Object)}), "column 'o' holds Object"),
        (pl.DataFrame({"o": pl.Series([1, 2], dtype=pl.Int128)}), "column 'o' holds Int128"),
        (pa.Table.from_arrays([pa.array([1, 2])] * 2, names=["a", "a"]), r"duplicate column names: \['a'\]"),
        (pl.DataFrame({"a": [1.0, np.inf]}), r"infinite values in columns \['a'\]"),
    ],
    ids=["object", "Int128", "twice", "infinite"],
)
def test_what_cannot_be_learnt_of_such_tables_is_named(X, message):
    with pytest.raises((TypeError, ValueError), match=message):
        GANAugmenter().fit(X)


@pytest.mark.usefixtures("dice")
def test_chunks_with_dictionaries_of_their_own_are_one_column():
    parts = [
        pa.table({"d": pa.array(words * 30).dictionary_encode(), "v": [row % 20 for row in range(60)]})
        for words in (["a", "b"], ["c", None])
    ]
    X = pa.concat_tables(parts)
    made = GANAugmenter(steps=5, random_state=0).fit(X).augment(X)
    assert made.schema == X.schema
    assert made.slice(0, 120).to_pydict() == X.to_pydict()


@pytest.mark.usefixtures("dice")
def test_a_part_of_a_table_with_fewer_categories_has_those_of_fit():
    whole = pl.DataFrame({"s": ["x", "y", "z"] * 20, "v": [row // 2 for row in range(60)]})
    for kind, narrow in ((pl.Categorical, pl.Categorical), (pl.Enum(["x", "y", "z"]), pl.Enum(["x", "y"]))):
        augmenter = GANAugmenter(3, steps=5, random_state=0).fit(whole.with_columns(pl.col("s").cast(kind)))
        part = whole.filter(pl.col("s") != "z").with_columns(pl.col("s").cast(narrow))
        made = augmenter.augment(part)
        assert made["s"].null_count() == 0
        assert set(made["s"][40:]) == {"x", "y", "z"}
        assert made["s"].dtype == kind


@pytest.mark.usefixtures("dice")
def test_truth_values_beside_numbers_in_a_list_stay_truth_values():
    made = GANAugmenter(steps=5).fit([[i % 20, i % 2 == 0] for i in range(30)]).sample(9)
    assert {type(cell) for cell in made[:, 1]} == {bool}


@pytest.mark.usefixtures("dice")
def test_tuples_that_are_no_levels_stay_names():
    names = pd.Index([("a", "x"), ("b", "y")], tupleize_cols=False)
    made = GANAugmenter(steps=5).fit(pd.DataFrame(np.eye(20)[:, :2], columns=names)).sample(2)
    pd.testing.assert_index_equal(made.columns, names)
