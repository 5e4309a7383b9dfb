"""Synthetic rows in tf.data pipelines and in Keras models."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tables
import tensorflow as tf

from ganaug import GANAugmenter, load
from ganaug.encoding.blueprints import blueprint_of
from ganaug.encoding.table import TableEncoder
from ganaug.engine.decoding import decode, located
from ganaug.sampling import Encoded

AUTOTUNE = tf.data.AUTOTUNE
NOT_TENSORS = ("object dates", "arrow date32", "arrow decimal")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Mixed columns, some of them implied by others, without missing cells in integers."""
    X, _ = tables.mixed()
    X = X.drop(columns="score").assign(cents=lambda t: t["amount"] * 100, huge=lambda t: t["count"] * 1000)
    return X.assign(warm=X["city"] == "Rome", twice=X["amount"])


@pytest.fixture(scope="module")
def mixed_model(frame: pd.DataFrame) -> GANAugmenter:
    _, y = tables.mixed()
    return GANAugmenter(steps=10, refine=False, random_state=0).fit(frame, y)


def numbers() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(90, 2)), np.repeat([0, 1, 2], [60, 20, 10])


@pytest.fixture(scope="module")
def model() -> GANAugmenter:
    return GANAugmenter(steps=10, refine=False, random_state=0).fit(*numbers())


@pytest.fixture(scope="module")
def unlabelled() -> GANAugmenter:
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(numbers()[0])


@pytest.fixture(scope="module")
def priced() -> GANAugmenter:
    """Fitted for a number, of which 0 recurs."""
    X, y = numbers()
    price = np.where(y == 2, 0.0, X[:, 0] * 10)
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(X, price)


def real(labels: Any = None, **options: Any) -> tf.data.Dataset:
    X, y = numbers()
    return tf.data.Dataset.from_tensor_slices((X, y if labels is None else labels, *options.values()))


def rows_of(dataset: tf.data.Dataset) -> list[Any]:
    return [
        tf.nest.map_structure(lambda cell: np.asarray(cell).tolist(), element)
        for element in dataset.as_numpy_iterator()
    ]


def some_codes(encoder: TableEncoder, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Any code and any position, the ends of intervals among them."""
    rng = np.random.default_rng(0)
    blocks = encoder.layout.blocks
    codes = rng.integers(0, [block.width for block in blocks], (rows, len(blocks))).astype(np.int32)
    positions = rng.uniform(-1, 1, (rows, encoder.layout.numbers)).astype(np.float32)
    positions[rng.random(positions.shape) < 0.05] = 1
    positions[rng.random(positions.shape) < 0.05] = -1
    inside = [codes[:, i] >= block.width - block.bins for i, block in enumerate(blocks) if block.bins]
    return codes, positions * np.array(inside, np.float32).T.reshape(positions.shape)


def as_tensors(column: pd.Series) -> np.ndarray:
    """What the documentation promises of a column's values in tensors."""
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind in "mM":
        ticks = column.array.__arrow_array__().cast("int64").fill_null(np.iinfo(np.int64).min)
        return ticks.to_numpy()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if column.dtype.kind in "mM":
        return column.to_numpy().view(np.int64)
    if isinstance(next(iter(column.dropna()), None), str):
        return column.astype(object).where(column.notna(), "").to_numpy(object)
    own = column.dtype if isinstance(column.dtype, np.dtype) else getattr(column.dtype, "numpy_dtype", np.dtype(object))
    if column.isna().any():
        return column.to_numpy(own if own.kind == "f" else float, na_value=np.nan)
    return np.array(column.tolist(), None if own.kind == "O" else own)


def check_decoding(real_table: pd.DataFrame) -> None:
    encoder, _ = TableEncoder.fit(real_table)
    codes, positions = some_codes(encoder)
    expected = encoder.decode(codes, positions)
    blueprint = blueprint_of(encoder, None)
    found = tf.function(lambda *inputs: decode(blueprint, *inputs))(tf.constant(codes), tf.constant(positions))
    for column, values in zip(blueprint.columns, found, strict=True):
        wanted, got = as_tensors(expected[column.name]), values.numpy()
        if column.dtype == "string":
            assert [cell.decode() for cell in got] == wanted.tolist(), column.name
        else:
            assert got.dtype == wanted.dtype, column.name
            np.testing.assert_allclose(got, wanted, rtol=1e-14, atol=1e-14, err_msg=column.name)


@pytest.mark.parametrize("gaps", [False, True])
def test_values_of_every_dtype_are_those_of_the_numpy_decoder(gaps):
    columns = tables.every_dtype()
    table = pd.DataFrame(tables.with_gaps(columns) if gaps else columns).drop(columns=[*NOT_TENSORS])
    check_decoding(table)


def test_implied_columns_and_recurring_values_are_decoded_exactly(frame):
    check_decoding(frame)
    rng = np.random.default_rng(1)
    number = rng.gamma(2, 9, 800)
    check_decoding(
        pd.DataFrame(
            {
                "rounded": number.round(1),
                "metres": number.round(1) * 0.3048,
                "float32": number.astype("float32"),
                "constant": 7,
                "capped": number.clip(5, 30),
                "nothing": np.nan,
                "word": np.where(number > 9, "high", "low"),
                "integers": rng.integers(0, 10**6, 800),
            }
        )
    )


def test_columns_that_no_tensor_holds_are_named():
    for name in NOT_TENSORS:
        encoder, _ = TableEncoder.fit(tables.every_dtype()[name].to_frame())
        with pytest.raises(TypeError, match=rf"column '{name}' holds values of type \w+, which no tensor can hold"):
            blueprint_of(encoder, None)


def test_numbers_as_conditions_are_those_of_the_numpy_encoder(priced):
    target = priced._target
    values = np.concatenate([np.linspace(*target.range, 200), target.numbers.value, target.numbers.recurring])
    expected: Encoded = target.numbers.encode(values)
    curve = blueprint_of(priced._encoder, target).target.column.curves[0]
    codes, positions = located(curve, tf.constant(values))
    np.testing.assert_array_equal(codes, expected.codes[:, 0])
    np.testing.assert_allclose(positions, expected.middle[:, 0], atol=1e-6)
    clipped, _ = located(curve, tf.constant([-1e9, 1e9], tf.float64))
    assert clipped.numpy().tolist() == target.numbers.encode(np.array(target.range)).codes[:, 0].tolist()


def test_a_dataset_looks_as_the_training_rows_would(model, mixed_model, frame, unlabelled, priced):
    y = tables.mixed()[1]
    cells = {name: as_tensors(column) for name, column in frame.items()}
    slices = tf.data.Dataset.from_tensor_slices((cells, y.to_numpy(str)))
    assert mixed_model.as_dataset().element_spec == slices.element_spec
    assert model.as_dataset().element_spec == real().element_spec
    x, label = next(iter(model.as_dataset(7)))
    assert (x.shape, label.shape) == ((7, 2), (7,))
    assert model.as_dataset(7).element_spec[0].shape == (7, 2)
    assert unlabelled.as_dataset(4).element_spec == tf.TensorSpec([4, 2], tf.float64)
    assert priced.as_dataset().element_spec[1] == tf.TensorSpec([], tf.float64)
    numeric = GANAugmenter(steps=3, refine=False).fit(pd.DataFrame({"a": [1, 2, 3] * 9, "b": np.arange(27) / 2}))
    assert numeric.as_dataset().element_spec == tf.TensorSpec([2], tf.float64)


def test_values_are_those_of_the_training_rows(mixed_model, frame):
    rows = mixed_model.as_dataset(500, num_batches=1, seed=0)
    x, y = next(iter(rows))
    assert set(x["city"].numpy()) <= {b"Berlin", b"Oslo", b"Rome", b""}
    np.testing.assert_allclose(x["cents"], x["amount"] * 100)
    np.testing.assert_array_equal(x["huge"], x["count"] * 1000)
    np.testing.assert_array_equal(x["warm"], x["city"] == "Rome")
    assert frame["when"].astype("int64").min() <= x["when"].numpy().min()
    assert set(y.numpy()) == {b"no", b"yes"}


def test_labels_come_in_the_shares_asked_for(model):
    def shares(labels: Any) -> Counter:
        return Counter(int(y) for _, batch in model.as_dataset(30, labels=labels, num_batches=3) for y in batch)

    assert shares("balanced") == {0: 30, 1: 30, 2: 30}
    assert shares(None) == {0: 60, 1: 20, 2: 10}
    assert shares({2: 1.0}) == {2: 90}
    for label, count in shares({0: 0.75, 1: 0.25}).items():
        assert count == pytest.approx(90 * [0.75, 0.25][label], abs=2)


def test_a_stream_is_endless_unless_told(model):
    assert model.as_dataset(labels="balanced").cardinality() == tf.data.INFINITE_CARDINALITY
    assert len(rows_of(model.as_dataset(num_batches=5))) == 5
    assert len(rows_of(model.as_dataset().take(600))) == 600


WAYS = {
    "as_dataset": lambda model, seed: model.as_dataset(8, num_batches=40, seed=seed),
    "enlarge": lambda model, seed: real().apply(model.enlarge(0.5, seed=seed)),
    "mix": lambda model, seed: real().batch(8).apply(model.mix(0.5, seed=seed)),
    "map_fn": lambda model, seed: real().shuffle(90, seed=0).batch(8).map(
        model.map_fn(0.5, seed=seed), num_parallel_calls=AUTOTUNE
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_seed_gives_one_result_in_six_runs_and_another_in_each_epoch(model, way):
    dataset = WAYS[way](model, 1)
    first, second = rows_of(dataset), rows_of(dataset)
    assert first != second
    for _ in range(5):
        assert rows_of(WAYS[way](model, 1)) == first
    assert rows_of(WAYS[way](model, 1).repeat(2)) == first + second
    assert rows_of(WAYS[way](model, 2)) != first


def test_without_a_seed_the_augmenter_tells():
    def two() -> list[Any]:
        augmenter = GANAugmenter(steps=3, refine=False, random_state=0).fit(*numbers())
        return [rows_of(augmenter.as_dataset(4, num_batches=1)) for _ in range(2)]

    first, again = two(), two()
    assert first == again
    assert first[0] != first[1]


@pytest.mark.parametrize("batch", [None, 16])
def test_enlarging_adds_so_many_and_loses_none(model, batch):
    dataset = real() if batch is None else real().batch(batch, drop_remainder=True)
    larger = dataset.apply(model.enlarge(0.5, seed=0))
    before, after = int(dataset.cardinality()), int(larger.cardinality())
    assert after == before + int(before / 2 + 0.5)
    assert larger.element_spec == dataset.element_spec
    found = rows_of(larger if batch is None else larger.unbatch())
    assert len(found) == after * (batch or 1)
    known = Counter(tuple(x) for x, _ in rows_of(dataset if batch is None else dataset.unbatch()))
    assert not known - Counter(tuple(x) for x, _ in found)
    half = [tuple(x) in known for x, _ in found[: len(found) // 2]]
    assert np.mean(half) == pytest.approx(2 / 3, abs=0.15)  # spread over the stream


def test_a_last_batch_that_is_smaller_is_kept(model):
    larger = real().batch(40).apply(model.enlarge(1.0, seed=0))
    assert sorted(len(y) for _, y in larger) == [10, 10, 40, 40, 40, 40]
    assert int(larger.cardinality()) == 6


def test_balancing_makes_classes_equally_frequent(model):
    for dataset in (real(), real().shuffle(90)):
        counts = Counter(y for _, y in rows_of(dataset.apply(model.enlarge(labels="balanced"))))
        assert counts == {0: 60, 1: 60, 2: 60}
    counts = Counter(y for _, y in rows_of(real().apply(model.enlarge(1.0, labels="balanced"))))
    assert all(count == pytest.approx(120, abs=1) for count in counts.values())
    counts = Counter(y for _, y in rows_of(real().batch(30).apply(model.enlarge(labels="balanced")).unbatch()))
    assert counts.total() == 180
    assert max(counts.values()) - min(counts.values()) <= 3
    counts = Counter(y for _, y in rows_of(real().apply(model.enlarge(1.0, labels={2: 1.0}))))
    assert counts == {0: 60, 1: 20, 2: 100}


def test_endless_datasets_stay_endless(model):
    endless = real().repeat()
    for way in (model.enlarge(1.0), model.mix(0.5)):
        assert endless.apply(way).cardinality() == tf.data.INFINITE_CARDINALITY
    unknown = real().filter(lambda _, y: y > 0)
    assert unknown.apply(model.enlarge(1.0)).cardinality() == tf.data.UNKNOWN_CARDINALITY
    assert len(rows_of(unknown.apply(model.enlarge(1.0)))) == 60


def test_weights_tell_real_from_synthetic_rows(model):
    weighted = real().apply(model.enlarge(1.0, synthetic_weight=0.25, seed=0))
    assert Counter(w for _, _, w in rows_of(weighted)) == {1.0: 90, 0.25: 90}
    assert weighted.element_spec[2] == tf.TensorSpec([], tf.float32)
    own = real(w=np.full(90, 3.0))
    assert Counter(w for *_, w in rows_of(own.apply(model.enlarge(1.0)))) == {3.0: 90, 1.0: 90}
    assert Counter(w for *_, w in rows_of(own.apply(model.enlarge(1.0, synthetic_weight=0.5)))) == {3.0: 90, 0.5: 90}
    assert {w for *_, w in rows_of(own.apply(model.mix(1.0)))} == {3.0}


@pytest.mark.parametrize("batch", [None, 16])
def test_mixing_replaces_a_share_and_nothing_else(model, batch):
    dataset = real() if batch is None else real().batch(batch)
    for mixed in (dataset.apply(model.mix(0.4, seed=3)), dataset.map(model.map_fn(0.4, seed=3))):
        assert mixed.element_spec == dataset.element_spec
        assert mixed.cardinality() == dataset.cardinality()
        before, after = (rows_of(d if batch is None else d.unbatch()) for d in (dataset, mixed))
        assert [y for _, y in before] == [y for _, y in after]
        changed = [one[0] != other[0] for one, other in zip(before, after, strict=True)]
        assert np.mean(changed) == pytest.approx(0.4, abs=0.15)
    assert rows_of(dataset.apply(model.mix(0.0))) == rows_of(dataset)


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
    times = pd.DataFrame({"when": pd.to_datetime(["2024-01-01", None, "2024-01-02"] * 20), "n": np.arange(60.0)})
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
    with pytest.raises(ValueError, match="needs classes, but y is a number"):
        priced.as_dataset(labels="balanced")


def test_rows_without_labels(unlabelled):
    dataset = tf.data.Dataset.from_tensor_slices(numbers()[0])
    assert len(rows_of(dataset.apply(unlabelled.enlarge(0.5)))) == 135
    assert dataset.map(unlabelled.map_fn(1.0)).element_spec == dataset.element_spec
    assert unlabelled.as_layer(1.0)(numbers()[0], training=True).shape == (90, 2)
    with pytest.raises(TypeError, match=r"elements must be x alone .* fitted without y; found \(float64"):
        real().apply(unlabelled.mix())
    with pytest.raises(ValueError, match="fitted without y"):
        unlabelled.as_dataset(labels="balanced")
    with pytest.raises(ValueError, match="fitted without y"):
        unlabelled.enlarge(synthetic_weight=1.0)


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
        slices((X.astype("int32"), y)).map(model.map_fn())
    with pytest.raises(TypeError, match=r"labels: expected one label of 0, 1, 2 .*; found string\(\)"):
        slices((X, y.astype(str))).apply(model.mix())
    with pytest.raises(TypeError, match=r"labels: expected one label .*; found float64\(2,\)"):
        slices((X, X)).apply(model.mix())
    with pytest.raises(TypeError, match="column 'city' holds string"):
        slices((np.zeros((9, len(frame.columns))), np.zeros(9, int))).apply(mixed_model.mix())
    with pytest.raises(TypeError, match="weights: expected one floating-point number"):
        real(w=y).apply(model.mix())


def test_unknown_labels_in_a_stream_stop_it(model):
    with pytest.raises(tf.errors.InvalidArgumentError, match="unknown classes"):
        rows_of(real(np.full(90, 8)).apply(model.mix()))


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


def test_datasets_are_saved_and_loaded(mixed_model, model, tmp_path):
    made = {"mixed": mixed_model.as_dataset(5, num_batches=3, seed=0)}
    made |= {name: WAYS[name](model, 0) for name in ("enlarge", "map_fn")}
    for name, dataset in made.items():
        dataset.save(str(tmp_path / name))
        again = tf.data.Dataset.load(str(tmp_path / name))
        assert again.element_spec == dataset.element_spec
        assert len(rows_of(again)) == int(dataset.cardinality())


def test_a_loaded_augmenter_gives_the_same_stream(model, tmp_path):
    model.save(tmp_path / "it.ganaug")
    again = load(tmp_path / "it.ganaug")
    assert rows_of(again.as_dataset(5, num_batches=2, seed=3)) == rows_of(model.as_dataset(5, num_batches=2, seed=3))


def test_an_own_generator_is_run_in_the_graph(tmp_path):
    def own(layout: Any) -> keras.Model:
        noise, condition = keras.Input([5]), keras.Input([layout.condition_width])
        x = keras.layers.BatchNormalization()(keras.layers.Concatenate()([noise, condition]))
        return keras.Model([noise, condition], keras.layers.Dense(layout.raw_width)(x))

    X, y = numbers()
    augmenter = GANAugmenter(steps=3, refine=False, generator=own, random_state=0).fit(X, y)
    assert len(rows_of(real().apply(augmenter.enlarge(1.0)))) == 180
    x, label = keras.Input([2]), keras.Input([], dtype="int64")
    net = keras.Model([x, label], augmenter.as_layer(1.0, seed=0)([x, label]))
    net.save(tmp_path / "own.keras")
    again = keras.models.load_model(tmp_path / "own.keras")
    X = X.astype("float32")
    np.testing.assert_array_equal(again([X, y], training=True)[0], net([X, y], training=True)[0])


def test_nothing_is_traced_twice(model):
    traced = []
    source_map = model.map_fn(0.5, seed=0)

    def counting(*element: Any) -> Any:
        traced.append(1)
        return source_map(*element)

    dataset = real().batch(16).map(counting)
    for _ in range(3):
        rows_of(dataset)
    assert len(traced) == 1


def network(features: int = 2) -> keras.Model:
    return keras.Sequential([keras.Input([features]), keras.layers.Dense(3)])


def test_keras_fits_on_enlarged_data(model):
    net = network()
    net.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    dataset = real().apply(model.enlarge(labels="balanced", synthetic_weight=0.5)).shuffle(180).batch(60)
    history = net.fit(dataset, epochs=2, shuffle=False, verbose=0).history
    assert np.isfinite(history["loss"]).all()


class Regularised(keras.Model):
    """Mixes synthetic rows into each training batch."""

    def __init__(self, net: keras.Model, layer: keras.layers.Layer) -> None:
        super().__init__()
        self.net, self.layer = net, layer

    def call(self, x: Any, training: bool = False) -> Any:
        return self.net(x, training=training)

    def train_step(self, data: Any) -> Any:
        return super().train_step(self.layer(data, training=True))


def test_the_layer_works_in_a_train_step(model):
    net = Regularised(network(), model.as_layer(0.5, seed=0))
    net.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert np.isfinite(net.fit(real().batch(30), epochs=2, shuffle=False, verbose=0).history["loss"]).all()


def test_the_layer_does_nothing_but_in_training(model):
    X, y = numbers()
    layer = model.as_layer(0.5, seed=0)
    for training in (False, None):
        x, label = layer([X, y], training=training)
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(label, y)
    x, label = layer((X, y), training=True)
    assert (np.asarray(x) != X).any(1).mean() == pytest.approx(0.5, abs=0.15)
    assert x.dtype == "float64"
    np.testing.assert_array_equal(label, y)
    assert (layer((X, y), training=True)[0].numpy() != x.numpy()).any()
    np.testing.assert_array_equal(model.as_layer(0.5, seed=0)((X, y), training=True)[0], x)
    assert not layer.trainable_weights


LOADING = """
import sys, numpy as np, keras, ganaug.engine.layer
net = keras.models.load_model(sys.argv[1])
X, y = np.load(sys.argv[2]), np.load(sys.argv[3])
x, label = net([X, y], training=True)
np.save(sys.argv[4], x)
assert "ganaug.augmenter" not in sys.modules
"""


def test_a_model_with_the_layer_is_saved_exported_and_loaded_without_the_augmenter(model, tmp_path):
    X, y = numbers()
    X = X.astype("float32")
    x, label = keras.Input([2]), keras.Input([], dtype="int64")
    net = keras.Model([x, label], model.as_layer(0.5, seed=4)([x, label]))
    net.save(tmp_path / "net.keras")
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    paths = [str(tmp_path / name) for name in ("net.keras", "X.npy", "y.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", LOADING, *paths], check=True, capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), net([X, y], training=True)[0])
    net.export(tmp_path / "exported", verbose=False)
    served = tf.saved_model.load(tmp_path / "exported").serve([X, y.astype("int64")])
    np.testing.assert_array_equal(served[0], X)


def test_the_layer_takes_dicts_of_mixed_columns(mixed_model, frame, tmp_path):
    cells = {name: as_tensors(column) for name, column in frame.items()}
    batch = next(iter(tf.data.Dataset.from_tensor_slices((cells, tables.mixed()[1].to_numpy(str))).batch(50)))
    layer = mixed_model.as_layer(1.0, seed=0)
    x, _ = layer(batch, training=True)
    assert set(x["city"].numpy()) <= {b"Berlin", b"Oslo", b"Rome", b""}
    assert {name: column.dtype for name, column in x.items()} == {n: c.dtype for n, c in batch[0].items()}
    inputs = {name: keras.Input([], dtype=column.dtype.name, name=name) for name, column in batch[0].items()}
    label = keras.Input([], dtype="string", name="label")
    net = keras.Model([inputs, label], layer((inputs, label))[0]["amount"])
    net.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again(batch)[:5], batch[0]["amount"][:5])
