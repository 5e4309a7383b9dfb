"""What goes in as one dtype comes out as the same one, with values that could have been training values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tables
from dice import Dice
from scipy import sparse
from sklearn.tree import DecisionTreeClassifier

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, load
from ganaug.columns.layout import Encoded
from ganaug.columns.number import Number
from ganaug.modality.table.encoder import TableEncoder

FULL = tables.every_dtype()
GAPPY = tables.with_gaps(FULL)
ROWS = tables.ROWS


@pytest.fixture(scope="module")
def real_and_fake(everything):
    real, augmenter = everything
    return real, augmenter.sample(300, random_state=0)


def _rolled(X, y=None, **parameters):
    return GANAugmenter(refine=False, random_state=0, **parameters).fit(X, y)


def test_every_dtype_comes_out_of_the_generator_as_it_went_in(real_and_fake):
    real, fake = real_and_fake
    assert fake.dtypes.to_dict() == real.dtypes.to_dict()
    assert list(fake.columns) == list(real.columns)


def test_generated_values_stay_within_the_training_values(real_and_fake):
    real, fake = real_and_fake
    for name in real:
        seen, made = ([*column.dropna()] for column in (real[name], fake[name]))
        if isinstance(seen[0], (str, bool, np.bool_)) or "category" in name:
            assert set(made) <= set(seen), name
        else:
            assert min(seen) <= min(made), name
            assert max(made) <= max(seen), name


def test_cells_are_missing_only_where_training_cells_were(real_and_fake):
    real, fake = real_and_fake
    assert not fake.loc[:, ~real.isna().any()].isna().any(axis=None)
    assert fake.loc[:, real.isna().any()].isna().any().all()


def _decimals(values: pd.Series, places: int) -> bool:
    cells = values.dropna().astype(float)
    return bool((cells.round(places) == cells).all())


@pytest.mark.parametrize(
    ("name", "places"),
    [
        *((name, 0) for name in ("int8", "uint64", "Int64", "object ints", "arrow int32", "arrow decimal")),
        *((name, 2) for name in ("cents", "Float64", "arrow double", "object floats", "Sparse[float64]")),
    ],
)
def test_numbers_keep_their_decimals(real_and_fake, name, places):
    _, fake = real_and_fake
    if name in fake:
        assert _decimals(fake[name], places)
        assert not _decimals(fake[name], places - 1)


@pytest.mark.parametrize(("name", "kind"), [("object ints", int), ("object floats", float), ("object bools", bool)])
def test_object_cells_keep_their_python_type(real_and_fake, name, kind):
    assert {type(cell) for cell in real_and_fake[1][name].dropna()} == {kind}


@pytest.mark.parametrize("cells", [[dt.datetime(2025, 1, 1), dt.datetime(2024, 1, 1)], ["b", "a\ud800"]])
def test_objects_are_not_taken_for_what_pandas_makes_of_them(cells):
    made = _made(pd.Series(cells * 10, dtype=object))
    assert {(type(cell), cell) for cell in made} == {(type(cell), cell) for cell in cells}


@pytest.mark.parametrize("categorical", [False, True])
def test_intervals_may_overlap(categorical):
    column = pd.Series(pd.arrays.IntervalArray.from_tuples([(0, 2), (1, 3), (2, 5)] * 10))
    column = column.astype("category") if categorical else column
    encoder, rows = TableEncoder.fit(column.to_frame("span"))
    assert encoder.decode(rows)["span"].tolist() == column.tolist()
    assert encoder.decode(rows)["span"].dtype == column.dtype


@pytest.mark.parametrize("name", ["datetime64[s]", "datetime64[us]", "datetime64[ns]", "UTC", "Berlin"])
def test_moments_keep_their_quarters_of_an_hour(real_and_fake, name):
    made = real_and_fake[1][name].dropna()
    assert (made.dt.minute % 15 == 0).all()
    assert (made.dt.second == 0).all()
    assert made.dt.minute.nunique() == 4


@pytest.mark.parametrize(
    ("columns", "name"),
    [pytest.param(columns, name, id=name) for columns in (FULL, GAPPY) for name in columns],
)
def test_the_encoder_brings_training_cells_back(columns, name):
    column = columns[name]
    encoder, rows = TableEncoder.fit(column.to_frame())
    back = encoder.decode(rows)[name]
    assert back.dtype == column.dtype
    assert back.isna().tolist() == column.isna().tolist()
    known = column.notna()
    if pd.api.types.is_float_dtype(column.dtype) or name == "object floats":
        np.testing.assert_allclose(back[known].astype(float), column[known].astype(float), rtol=1e-3, atol=1e-3)
    elif name.startswith(("datetime", "timedelta", "arrow duration", "arrow timestamp")) or name in ("UTC", "Berlin"):
        gap = (back[known].astype("int64") - column[known].astype("int64")).abs()
        assert gap.max() <= 1e-3 * np.ptp(column[known].astype("int64").to_numpy())
    else:
        assert back[known].tolist() == column[known].tolist()


def test_missing_cells_are_as_frequent_as_in_training():
    rng = np.random.default_rng(0)
    rows = 1500
    columns = {"number": pd.Series(rng.normal(size=rows)), "word": pd.Series(rng.choice(["a", "b"], rows), dtype="str")}
    columns["moment"] = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, rows), "D"))
    table = pd.DataFrame(
        {f"{n} {share}": c.mask(rng.random(rows) < share) for n, c in columns.items() for share in (0.02, 0.3, 0.95)}
    )
    fake = GANAugmenter(steps=400, random_state=0).fit(table).sample(6000, random_state=0)
    assert (fake.isna().mean() - table.isna().mean()).abs().max() < 0.045  # from 0.02 to 0.035, by the processor


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int64", "uint8", "bool", "<U5", "object", "M8[D]", ">f8", ">M8[s]"]
)
def test_arrays_come_back_as_arrays_of_the_same_dtype(dtype):
    values = np.random.default_rng(0).integers(0, 60, (80, 3)) % (2 if dtype == "bool" else 60)
    X = values.astype(dtype)
    y = np.resize([0, 1], 80)
    augmenter = _rolled(X, y)
    new_X, new_y = augmenter.augment(X, y)
    assert type(new_X) is np.ndarray
    assert (new_X.dtype, new_X.shape) == (X.dtype, (160, 3))
    assert (new_X[:80] == X).all()
    assert augmenter.sample(7)[0].dtype == X.dtype
    assert new_y.dtype == y.dtype


@pytest.mark.usefixtures("dice")
def test_an_array_of_objects_keeps_numbers_words_and_gaps():
    X = np.array([[1, "a", None], [2, "b", 0.5], [3, None, 1.5]] * 20, dtype=object)
    new = _rolled(X).sample(200)
    assert new.dtype == object
    assert {type(cell) for cell in new[:, 0]} == {int}
    assert set(new[:, 1]) == {"a", "b", None}
    assert set(new[:, 2]) == {0.5, 1.5, None}


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("form", ["csr_matrix", "csc_matrix", "csr_array", "csc_array"])
def test_sparse_matrices_come_back_in_their_format(form):
    X = getattr(sparse, form)(sparse.random(90, 5, 0.3, random_state=0, dtype=np.float32))
    new, y = _rolled(X, np.resize([0, 1], 90)).sample(30)
    assert type(new) is type(X)
    assert (new.dtype, new.shape, len(y)) == (X.dtype, (30, 5), 30)


TARGETS = tables.targets()


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_comes_back_as_the_series_it_was(name):
    y = TARGETS[name]
    X = np.random.default_rng(0).normal(size=(60, 2))
    augmenter = _rolled(X, y)
    for made in (augmenter.sample(40)[1], augmenter.augment(X, y)[1], augmenter.sample(y=y)[1]):
        assert isinstance(made, pd.Series)
        assert (made.dtype, made.name) == (y.dtype, y.name)
    assert augmenter.augment(X, y)[1][:60].tolist() == y.tolist()
    if hasattr(augmenter, "classes_"):
        assert set(augmenter.sample(40)[1]) == set(y)
        assert augmenter.classes_.tolist() == np.unique(y.to_numpy()).tolist()
        assert sum(augmenter.class_counts_.values()) == 60


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(
    "y",
    [
        np.resize(["a", "b"], 60),
        np.resize([1, 2], 60).astype("int16"),
        np.resize([1, 2], 60).astype(">i4"),
        ["x", "y"] * 30,
    ],
)
def test_a_target_that_was_no_series_comes_back_as_an_array(y):
    X = np.random.default_rng(0).normal(size=(60, 2))
    new = _rolled(X, y).augment(X, y)[1]
    assert type(new) is np.ndarray
    assert new[:60].tolist() == list(y)
    assert set(new.tolist()) == set(y)


def test_values_that_recur_come_back_as_exactly_those_values():
    rng = np.random.default_rng(0)
    amount = np.where(rng.random(800) < 0.4, 0.0, rng.lognormal(3, 1, 800)).clip(max=40.0)
    sensor = np.where(rng.random(800) < 0.1, -999.0, rng.normal(20, 5, 800))
    table = pd.DataFrame({"amount": amount, "sensor": sensor})
    fake = GANAugmenter(steps=300, random_state=0).fit(table).sample(3000, random_state=0)
    for name, value in (("amount", 0.0), ("amount", 40.0), ("sensor", -999.0)):
        assert (fake[name] == value).mean() == pytest.approx((table[name] == value).mean(), abs=0.05)
    assert fake.sensor[fake.sensor != -999].min() >= sensor[sensor != -999].min()


@pytest.mark.usefixtures("dice")
def test_constant_copied_and_converted_columns_are_reproduced_exactly():
    rng = np.random.default_rng(0)
    metres = np.round(rng.normal(1.7, 0.1, 500), 3)
    word = rng.choice(["tiny", "large", "huge"], 500)
    table = pd.DataFrame({"inches": metres / 0.0254, "metres": metres, "copy": metres, "word": word})
    table["centimetres"] = metres * 100
    table["letter"] = [w[0] for w in word]
    table["one"], table["blank"], table["gone"] = 1, "same", np.nan
    augmenter = _rolled(table)
    fake = augmenter.sample(1000)
    assert (fake["copy"] == fake["metres"]).all()
    np.testing.assert_allclose(fake["centimetres"], fake["metres"] * 100, rtol=1e-12)
    np.testing.assert_allclose(fake["inches"], fake["metres"] / 0.0254, rtol=1e-12)
    assert (fake["letter"] == fake["word"].str[0]).all()
    assert (fake["one"] == 1).all()
    assert (fake["blank"] == "same").all()
    assert fake["gone"].isna().all()
    assert len(augmenter._model.encoder.layout.blocks) == 2


@pytest.mark.usefixtures("dice")
def test_numeric_columns_named_as_categories_give_only_training_values():
    codes = np.random.default_rng(0).choice([10115, 20095, 80331], 300)
    table = pd.DataFrame({"postcode": codes, "x": np.linspace(0, 1, 300)})
    augmenter = _rolled(table, categorical_features=["postcode"])
    made = augmenter.sample(200)["postcode"]
    assert made.dtype == codes.dtype
    assert set(made) <= set(codes)


def _made(column: pd.Series, rows: int = 2000) -> pd.Series:
    """Cells that a generator without any skill would make."""
    encoder, _ = TableEncoder.fit(column.rename("x").to_frame())
    return encoder.decode(Dice(encoder.layout).draw(Encoded.none(rows), (0, 0)))["x"]


PRICES = np.random.default_rng(0).lognormal(3, 0.7, 600).round(2)
NARROW = {
    "float16": pd.Series(PRICES.astype("float16")),
    "float32": pd.Series(PRICES.astype("float32")),
    "Float32": pd.Series(PRICES).astype("Float32"),
    "float[pyarrow]": pd.Series(PRICES).astype("float[pyarrow]"),
    "Sparse[float32]": pd.Series(np.where(PRICES > 20, PRICES, 0).astype("float32")).astype("Sparse[float32]"),
    "float32, cast back": pd.Series(PRICES.astype("float32").astype("float64")),
}


@pytest.mark.parametrize("name", NARROW)
def test_cents_of_narrow_floats_are_the_nearest_that_the_dtype_has(name):
    column = NARROW[name]
    made = _made(column)
    values = made.to_numpy("float64")
    narrow = "float16" if name == "float16" else "float32"
    assert made.dtype == column.dtype
    assert np.array_equal(values.round(2).astype(narrow), values.astype(narrow))
    assert np.array_equal(values.astype(narrow).astype("float64"), values)
    assert len(np.unique(values)) > len(np.unique(column.to_numpy("float64")))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_numbers_of_a_narrow_dtype_that_have_no_decimals_are_given_none(dtype):
    values = np.random.default_rng(0).normal(size=600).astype(dtype)
    assert Number.fit(pd.Series(values)).step == 0


def _decimals_of(texts: list[str | None], dtype: pa.DataType | None = None) -> pd.Series:
    cells = [None if text is None else Decimal(text) for text in texts]
    return (
        pd.Series(cells, dtype=object)
        if dtype is None
        else pd.Series(pd.arrays.ArrowExtensionArray(pa.array(cells, dtype)))
    )


CENTS = [f"{price:.2f}" for price in PRICES]


@pytest.mark.parametrize(
    ("column", "exponent"),
    [
        (_decimals_of(CENTS), -2),
        (_decimals_of([None, *CENTS[1:]]), -2),
        (_decimals_of(CENTS, pa.decimal128(12, 2)), -2),
        (_decimals_of(CENTS, pa.decimal128(38, 18)), -18),
        (_decimals_of([None, *CENTS[1:]], pa.decimal128(9, 4)), -4),
        (_decimals_of([f"{i % 97}E+2" for i in range(600)]), 2),
    ],
    ids=["objects", "gaps", "Arrow", "many places", "Arrow with gaps", "hundreds"],
)
def test_decimals_are_numbers_and_come_back_as_decimals(column, exponent):
    made = _made(column)
    assert made.dtype == column.dtype
    known = made.dropna()
    assert {(type(cell), cell.as_tuple().exponent) for cell in known} == {(Decimal, exponent)}
    assert made.isna().any() == column.isna().any()
    assert column.dropna().min() <= known.min() < known.max() <= column.dropna().max()
    if exponent < 0:
        assert not set(known) <= set(column.dropna())
        assert all(cell == round(cell, 2) for cell in known)


def test_decimals_too_long_for_floats_stay_exactly_what_they_are():
    column = _decimals_of([f"{i % 7}.{'1' * 30}" for i in range(60)])
    assert set(_made(column)) == set(column)
    column = _decimals_of([f"{i % 7 + 1}E+20" for i in range(60)])
    assert set(_made(column)) == set(column)


@pytest.mark.parametrize("values", [[0, 128, 255], [0.0, 1 / 3, 2 / 3, 7.25], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]])
def test_few_numbers_that_are_no_neighbours_are_all_that_comes_back(values):
    rng = np.random.default_rng(0)
    weight = 0.5 ** np.arange(len(values))
    column = pd.Series(rng.choice(values, 60, p=weight / weight.sum()))
    made = _made(column)
    assert made.dtype == column.dtype
    assert set(made) <= set(column)


def test_numbers_that_are_neighbours_come_back_with_those_between():
    column = pd.Series(np.random.default_rng(0).permutation(np.repeat([18, 19, 20, 22, 23, 24, 25], 9)))
    assert Number.fit(column).levels is None


GREATEST = np.finfo(float).max


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "column",
    [
        pd.Series(np.random.default_rng(0).uniform(-1, 1, 600) * GREATEST),
        pd.Series(np.where(np.arange(600) % 9, PRICES, GREATEST)),
        pd.Series(np.where(np.arange(600) % 9, PRICES, [-GREATEST, GREATEST] * 300)),
        pd.Series(np.where(np.arange(600) == 9, -GREATEST, PRICES)),
        pd.Series(np.where(np.arange(600) % 9, PRICES, np.finfo("float32").max).astype("float32")),
    ],
    ids=["all", "a sentinel", "two", "one cell", "float32"],
)
def test_numbers_may_be_as_great_as_floats_get(column):
    made = _made(column)
    assert np.isfinite(made).all()
    assert column.min() <= made.min() <= made.max() <= column.max()
    near = made[made.abs() < 1e9].to_numpy("float64")
    assert np.array_equal(near.round(2).astype(column.dtype), near.astype(column.dtype))


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_table_of_great_numbers_is_learnt_refined_and_topped_up():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"all": rng.uniform(-1, 1, 300) * GREATEST, "some": np.where(np.arange(300) % 9, PRICES[:300], GREATEST)}
    )
    table["other"] = rng.normal(size=300)
    y = np.where(np.arange(300) % 6, "common", "rare")
    for labels in (y, table["all"].to_numpy()):
        augmenter = GANAugmenter(steps=10, refine=3, sampling_strategy="auto", ratio=0.2, random_state=0)
        made, _ = augmenter.fit(table, labels).augment(table, labels)
        assert np.isfinite(made).all(axis=None)


@pytest.mark.parametrize("dtype", ["S3", "U3", "S8"])
def test_labels_of_a_fixed_length_keep_it(dtype, tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.where(np.arange(60) % 3, "no", "yes").astype(dtype)
    augmenter = _rolled(X, y, steps=2)
    [no, yes] = np.unique(y).tolist()
    assert augmenter.classes_.dtype == y.dtype
    assert augmenter.class_counts_ == {no: 40, yes: 20}
    for made in (augmenter.sample({yes: 3})[1], augmenter.sample(y=y[:3])[1], augmenter.augment(X, y)[1]):
        assert made.dtype == y.dtype
        assert set(made.tolist()) <= {no, yes}
    assert augmenter.augment(X, y.astype(f"{y.dtype.kind}9"))[1].tolist()[:60] == y.tolist()
    augmenter.save(tmp_path / "m.ganaug")
    assert load(tmp_path / "m.ganaug").sample(5)[1].dtype == y.dtype
    more, labels = GANOverSampler(steps=2, refine=False, random_state=0).fit_resample(X, y)
    assert (len(more), labels.dtype) == (80, y.dtype)


@pytest.mark.usefixtures("dice")
def test_cells_may_be_bytes():
    words = np.resize([b"alpha", b"", b"gamma"], 60)
    made = _rolled(np.column_stack([words, words[::-1]])).sample(40)
    assert (made.dtype, set(made.ravel())) == (words.dtype, set(words))
    fields = np.zeros(60, [("number", "f8"), ("word", "S5")])
    fields["number"], fields["word"] = np.arange(60) / 8, words
    frame = pd.DataFrame(fields)
    made, labels = _rolled(frame, frame["word"]).sample(40)
    assert set(made["word"]) == set(labels) == set(words.tolist())


@pytest.mark.usefixtures("dice")
def test_text_of_a_fixed_length_is_predicted_as_such():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.where(np.arange(60) % 3, "no", "yes")
    model = AugmentedClassifier(DecisionTreeClassifier(), GANAugmenter(refine=False, random_state=0)).fit(X, y)
    assert model.predict(X).dtype == model.classes_.dtype == y.dtype


@pytest.mark.parametrize("steps", [1, 7])
def test_the_longest_spans_do_not_become_missing_ones(steps):
    most = np.iinfo(np.int64).max // steps * steps
    table = pd.DataFrame({"span": np.array([0, steps, most, -most] * 15, "m8[ns]")})
    encoder, encoded = TableEncoder.fit(table)
    made = encoder.decode(encoded)["span"]
    assert ((made - table["span"]).abs() < pd.Timedelta("10us")).all()


@pytest.mark.parametrize("digits", [2, 3, 4, 7])
def test_numbers_keep_their_significant_digits(digits):
    rng = np.random.default_rng(0)
    column = pd.Series([float(f"{value:.{digits}g}") for value in rng.lognormal(2.3, 1.5, 2_000)])
    own = Number.fit(column)
    assert own.digits == digits
    values = own.rounded(column.to_numpy() * 1.000123)
    assert values.tolist() == [float(f"{value:.{digits}g}") for value in values]
    assert own.rounded(column.to_numpy()).tolist() == column.tolist()


def test_decimals_are_no_significant_digits():
    values = np.random.default_rng(0).lognormal(3, 2, 2_000)
    for column in (values.round(2), values, np.rint(values * 1_000), np.rint(values) * 100, values.astype(np.float32)):
        assert Number.fit(pd.Series(column)).digits is None


def test_fifteen_digits_are_told_by_numbers_of_one_size():
    column = pd.Series([float(f"{value:.15g}") for value in np.random.default_rng(0).uniform(1, 9, 500)])
    assert Number.fit(column).digits == 15
    assert Number.fit(column + 1e-15).digits is None


@pytest.mark.parametrize("scale", [1.0, 1_000.0])
def test_decimals_that_are_off_by_their_last_bits_are_decimals(scale):
    """As 2.3569999999999998 is, which many a file holds for 2.357."""
    rng = np.random.default_rng(0)
    exact = (rng.uniform(0.01, 1, 3_000) * scale).round(3)
    column = pd.Series(np.where(rng.random(3_000) < 0.1, np.nextafter(exact, 2 * scale), exact))
    own = Number.fit(column)
    assert (own.step, own.near) == (0.001, True)
    drawn = own.rounded(rng.random(500) * scale)
    np.testing.assert_array_equal(drawn, drawn.round(3))
    np.testing.assert_array_equal(own.rounded(column.to_numpy()), column)


def test_digits_may_be_off_by_their_last_bits():
    rng = np.random.default_rng(0)
    column = pd.Series([float(f"{value:.4g}") for value in rng.lognormal(2.3, 1.5, 2_000)])
    column[::10] = np.nextafter(column[::10], 1e9)
    own = Number.fit(column)
    assert own.digits == 4
    np.testing.assert_array_equal(own.rounded(column.to_numpy()), column)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5, 1e9])
def test_numbers_of_all_digits_are_no_decimals(scale):
    values = pd.Series(np.random.default_rng(0).random(3_000) * scale)
    own = Number.fit(values)
    assert (own.step, own.digits, own.near) == (0, None, False)


def test_what_is_computed_comes_back_as_floats_count_it():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"price": rng.gamma(2, 20, 600).round(2), "count": rng.integers(1, 9, 600)})
    table["total"] = table["price"] * table["count"]
    assert (table["total"] != table["total"].round(2)).any()
    made = GANAugmenter(random_state=0, steps=20, verbose=0).fit(table).sample(500)
    assert (made["total"] == made["price"] * made["count"]).all()


def test_what_recurs_comes_back_to_the_last_bit():
    """A logarithm of the file's own making differs from ours in the last bits."""
    rng = np.random.default_rng(0)
    wage = rng.choice(np.exp(rng.normal(4, 0.4, 100)), 900)
    log = np.nextafter(np.log(wage), 9)
    encoder, _ = TableEncoder.fit(pd.DataFrame({"wage": wage, "log": log, "x": rng.normal(size=900)}))
    assert [rule.kind for rule in encoder.rules] == ["function"]
    blocks = encoder.layout.blocks
    codes = rng.integers(0, [block.width for block in blocks], (300, len(blocks)), np.int32)
    positions = rng.uniform(-1, 1, (300, encoder.layout.numbers)).astype(np.float32)
    made = encoder.decode(Encoded(codes, positions, positions))
    assert np.isin(made["wage"], wage).all()
    assert np.isin(made["log"], log).all()
