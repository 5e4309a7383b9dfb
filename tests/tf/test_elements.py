"""What elements of a dataset may look like, and errors about those that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables
import tensorflow as tf
from feeds import as_tensors, numbers, real, rows_of

from ganaug import GANAugmenter

LABELS = {
    "int64": lambda y: y,
    "int32": lambda y: y.astype("int32"),
    "float32": lambda y: y.astype("float32"),
    "column": lambda y: y[:, None],
    "one-hot": lambda y: np.eye(3, dtype="float32")[y],
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_are_written_as_the_dataset_writes_them(model, kind):
    dataset = real(LABELS[kind](numbers()[1]))
    for way in (dataset, dataset.batch(7)):
        larger = way.apply(model.enlarge(1.0, labels={2: 1.0}, seed=0))
        assert larger.element_spec == way.element_spec
        assert way.apply(model.mix()).element_spec == way.element_spec
    y = np.array([y for _, y in rows_of(dataset.apply(model.enlarge(1.0, labels={2: 1.0}, seed=0)))])
    assert (y.argmax(1) if kind == "one-hot" else y.ravel()).tolist().count(2) == 100


def test_labels_of_strings_may_be_places(mixed_model, frame):
    cells = {name: as_tensors(column) for name, column in frame.items()}
    _, y = tables.mixed()
    for labels in (y.to_numpy(str), (y == "yes").to_numpy(int)):
        dataset = tf.data.Dataset.from_tensor_slices((cells, labels))
        assert len(rows_of(dataset.apply(mixed_model.enlarge(labels={"yes": 1.0}, ratio=1)))) == 2 * len(y)
    assert {y for _, y in rows_of(dataset.apply(mixed_model.enlarge(0.5)).skip(1))} == {0, 1}


def test_dicts_of_numbers_are_taken_where_a_matrix_is_usual(model):
    X, y = numbers()
    cells = {"0": X[:, :1].astype("float32"), "1": X[:, 1]}
    dataset = tf.data.Dataset.from_tensor_slices((cells, y))
    for way in (dataset, dataset.batch(9)):
        assert way.apply(model.enlarge(1.0)).element_spec == way.element_spec
    assert way.map(model.map_fn()).element_spec == way.element_spec


def test_times_as_floats_have_gaps_that_are_not_numbers():
    times = pd.DataFrame(
        {"when": pd.to_datetime(["2024-01-01", None, "2024-01-02"] * 20), "n": np.repeat([0.5, 2.0], 30)}
    )
    augmenter = GANAugmenter(steps=3, refine=False, random_state=0).fit(times)
    cells = {"when": np.zeros(60, "float32"), "n": np.zeros(60, "float32")}
    x = next(iter(tf.data.Dataset.from_tensor_slices(cells).batch(60).apply(augmenter.mix(1.0, seed=0))))
    assert 0 < np.isnan(x["when"]).sum() < 60
    assert np.nanmin(x["when"]) > 1e9


def test_numbers_to_regress_on(priced):
    X, _ = numbers()
    dataset = real(X[:, 0].astype("float32"))
    assert dataset.apply(priced.mix(1.0)).element_spec == dataset.element_spec
    y = np.array([y for _, y in rows_of(dataset.apply(priced.enlarge(3.0, seed=0)))])
    assert (y == 0).sum() == pytest.approx(30, abs=8)
    far = GANAugmenter(steps=1, refine=False, random_state=0).fit(X, np.arange(90) * 2)
    with pytest.raises(TypeError, match=r"labels: expected numbers from 0 to 1\d\d.*none of int8; found int8"):
        real(np.arange(90, dtype="int8")).apply(far.mix())
    with pytest.raises(ValueError, match="needs classes, but y is a number"):
        priced.as_dataset(labels="balanced")


def test_rows_without_labels(unlabelled):
    dataset = tf.data.Dataset.from_tensor_slices(numbers()[0])
    assert len(rows_of(dataset.apply(unlabelled.enlarge(0.5)))) == 135
    assert dataset.batch(9).map(unlabelled.map_fn(1.0)).element_spec == dataset.batch(9).element_spec
    alone = tf.data.Dataset.from_tensor_slices((numbers()[0],)).batch(9)
    for way in (unlabelled.enlarge(1.0), unlabelled.mix(1.0)):
        assert isinstance(alone.apply(way).element_spec, tuple)
        assert len(next(iter(alone.apply(way)))) == 1
    assert unlabelled.as_layer(1.0)(numbers()[0], training=True).shape == (90, 2)
    with pytest.raises(TypeError, match=r"elements must be x alone .* fitted without y; found \(float64"):
        real().apply(unlabelled.mix())
    with pytest.raises(ValueError, match="fitted without y"):
        unlabelled.as_dataset(labels="balanced")
    with pytest.raises(ValueError, match="fitted without y"):
        unlabelled.enlarge(synthetic_weight=1.0)


@pytest.mark.parametrize("nested", ["x", "y", "columns"])
def test_parts_that_hold_several_tensors_are_refused(model, nested):
    X, y = numbers()
    pair = X[:, 0], X[:, 1]
    elements = {"x": (pair, y), "y": (X, {"one": y, "two": y}), "columns": ({"0": pair, "1": y}, y)}[nested]
    with pytest.raises(TypeError, match=r"of dense tensors, x one or a dict of them, .*; found \("):
        tf.data.Dataset.from_tensor_slices(elements).apply(model.mix())


def test_structures_that_do_not_fit_say_what_was_expected(model, mixed_model, frame):
    X, y = numbers()
    slices = tf.data.Dataset.from_tensor_slices
    with pytest.raises(TypeError, match=r"elements must be \(x, y\) or \(x, y, weight\) .*; found float64\(2,\)"):
        slices(X).apply(model.mix())
    with pytest.raises(TypeError, match=r"a matrix of the 2 columns \['0', '1'\], .*; found float64\(3,\)"):
        slices((np.zeros((90, 3)), y)).apply(model.enlarge())
    with pytest.raises(TypeError, match=r"missing \['1'\], unknown \['b'\]"):
        slices(({"0": X[:, 0], "b": X[:, 1]}, y)).apply(model.mix())
    with pytest.raises(TypeError, match="column '0' holds float64, found int32; column '1' holds float64, found int32"):
        slices((X.astype("int32"), y)).batch(9).map(model.map_fn())
    far = GANAugmenter(steps=1, refine=False, random_state=0).fit(X * 1e5)
    with pytest.raises(TypeError, match="column '0' holds float64, found float16"):
        slices(X.astype("float16")).apply(far.mix())
    with pytest.raises(TypeError, match=r"labels: expected one label of 0, 1, 2 .*; found string\(\)"):
        slices((X, y.astype(str))).apply(model.mix())
    with pytest.raises(TypeError, match=r"labels: expected one label .*; found float64\(2,\)"):
        slices((X, X)).apply(model.mix())
    with pytest.raises(TypeError, match="column 'city' holds string"):
        slices((np.zeros((9, len(frame.columns))), np.zeros(9, int))).apply(mixed_model.mix())
    with pytest.raises(TypeError, match="weights: expected one floating-point number"):
        real(w=y).apply(model.mix())


def test_unknown_labels_in_a_stream_stop_it(model):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"unknown classes \[8\]; fitted on 0, 1, 2"):
        rows_of(real(np.full(90, 8)).apply(model.mix()))
    with pytest.raises(tf.errors.InvalidArgumentError, match="one-hot labels of no class"):
        rows_of(real(np.zeros((90, 3))).apply(model.mix()))


def test_arguments_that_make_no_sense(model):
    for p in (-0.1, 1.1):
        for way in (model.mix, model.map_fn, model.as_layer):
            with pytest.raises(ValueError, match=rf"p={p}"):
                way(p)
    with pytest.raises(ValueError, match=r"unknown classes \[7\]: fitted on \[0, 1, 2\]"):
        model.as_dataset(labels={7: 1.0})
    with pytest.raises(ValueError, match=r"sum to 0\.7, not to 1"):
        model.enlarge(labels={0: 0.3, 1: 0.4})
    with pytest.raises(ValueError, match="must be None, 'balanced' or a dict"):
        model.as_dataset(labels="equal")
    with pytest.raises(ValueError, match="batch_size=0 must be at least 1"):
        model.as_dataset(0)
    with pytest.raises(ValueError, match="ratio=-1 must be at least 0"):
        model.enlarge(-1)
    for name in ("as_dataset", "enlarge", "mix", "map_fn", "as_layer"):
        with pytest.raises(ValueError, match="not fitted yet"):
            getattr(GANAugmenter(), name)()


def test_numbers_as_labels_are_not_taken_for_places():
    X, y = numbers()
    model = GANAugmenter(steps=2, refine=False, random_state=0).fit(X, y * 200)
    with pytest.raises(TypeError, match=r"labels: expected one label of 0, 200, 400"):
        real(y.astype("uint8")).apply(model.mix())
    assert real((y * 200).astype("float32")).apply(model.mix(1.0)).element_spec[1].dtype == tf.float32


def test_a_target_that_is_not_a_number_stops_the_stream(priced):
    X, _ = numbers()
    with pytest.raises(tf.errors.InvalidArgumentError, match="every row needs a finite target"):
        rows_of(real(np.where(X[:, 0] > 0, np.nan, X[:, 0])).apply(priced.mix(1.0)))
