"""What goes in as one dtype comes out as the same one, with values that could have been training values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables
from scipy import sparse

from ganaug import GANAugmenter
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
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool", "<U5", "object", "M8[D]"])
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
@pytest.mark.parametrize("y", [np.resize(["a", "b"], 60), np.resize([1, 2], 60).astype("int16"), ["x", "y"] * 30])
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
