"""Rows that become rows of another class change in little, keep the rules, and are taken for that class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from ganaug import DataWarning, GANAugmenter
from ganaug.modality.image.translation import _nearest, _scaled

ROWS = 600


@pytest.fixture(scope="module")
def loans() -> tuple[pd.DataFrame, pd.Series]:
    """Whether a loan is paid back follows from income and debt; the rest does not matter, and a sum is kept."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "age": rng.integers(20, 70, ROWS),
            "income": rng.normal(50, 12, ROWS).round(1),
            "rent": rng.normal(15, 3, ROWS).round(1),
            "town": pd.Categorical(rng.choice(["north", "south", "west"], ROWS)),
            "debt": rng.normal(20, 6, ROWS).round(1),
            "phone": rng.choice([True, False], ROWS),
        }
    )
    X = X.assign(left=(X["income"] - X["rent"]).round(1))
    return X, pd.Series(np.where(X["left"] - X["debt"] + rng.normal(0, 3, ROWS) > 8, "paid", "lost"), name="end")


@pytest.fixture(scope="module")
def augmenter(loans: tuple[pd.DataFrame, pd.Series]) -> GANAugmenter:
    return GANAugmenter(steps=600, random_state=0).fit(*loans)


def changed(made: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: made[name].to_numpy() != rows[name].to_numpy() for name in rows})


def test_rows_are_taken_for_the_other_class_with_little_changed(loans, augmenter):
    X, y = loans
    numbers = X.drop(columns="town")
    outside = RandomForestClassifier(200, random_state=1).fit(numbers, y)
    rows = X[y == "lost"].head(60)
    made = augmenter.translate(rows, y[rows.index], to="paid", random_state=0)
    assert (outside.predict(made.drop(columns="town")) == "paid").mean() >= 0.9
    assert changed(made, rows).sum(axis=1).median() <= X.shape[1] / 2  # three columns are tied by a sum
    assert not changed(made, rows).all(axis=1).any()
    assert list(made.dtypes) == list(rows.dtypes)
    assert list(made.index) == list(rows.index)
    assert sum(augmenter._model.encoder.broken(made.reset_index(drop=True), None)) == 0
    pd.testing.assert_frame_equal(made, augmenter.translate(rows, y[rows.index], to="paid", random_state=0))


def test_no_row_is_changed_towards_one_that_the_recogniser_learnt(loans, augmenter, monkeypatch):
    X, y = loans
    drawn: list[pd.DataFrame] = []
    decode = type(augmenter._model.encoder).decode

    def noted(*args: Any) -> pd.DataFrame:
        drawn.append(decode(*args))
        return drawn[-1]

    monkeypatch.setattr(type(augmenter._model.encoder), "decode", noted)
    for one, other in (("paid", "lost"), ("lost", "paid")):
        drawn.clear()
        augmenter.translate(X[y == one].head(2), y[y == one].head(2), to=other, random_state=0)
        learnt, pool = (set(rows.itertuples(index=False, name=None)) for rows in drawn)
        assert len(learnt & pool) <= 0.01 * len(pool)


def test_categories_may_be_fewer_than_in_fit_or_new(loans, augmenter):
    X, y = loans
    rows = X[(y == "lost") & (X["town"] == "north")].head(10)
    rows = rows.assign(town=rows["town"].cat.remove_unused_categories())
    made = augmenter.translate(rows, ["lost"] * 10, to="paid", random_state=0)
    assert set(made["town"]) <= {"north", "south", "west"}
    strange = rows.assign(town=pd.Categorical(["Bonn"] * 5 + ["north"] * 5))
    made = augmenter.translate(strange, ["lost"] * 10, to="paid", random_state=0)
    assert (made["town"][:5] == "Bonn").sum() >= 3  # it says nothing of the class, so it may stay
    kept = augmenter.translate(strange, ["lost"] * 10, to="paid", keep=["town"], random_state=0)
    assert list(kept["town"]) == list(strange["town"])


def test_whole_numbers_become_ones_that_may_be_missing(loans):
    X, y = loans
    X = X[["income", "debt"]].round()
    gaps = X.assign(debt=X["debt"].mask((y == "paid") & (X.index % 2 == 0)))
    augmenter = GANAugmenter(steps=200, random_state=0).fit(gaps, y)
    made = augmenter.translate(X[y == "lost"].head(30).astype("int64"), ["lost"] * 30, to="paid", random_state=0)
    assert made["debt"].isna().any()


@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
def test_columns_that_are_kept_do_not_change_and_rows_of_the_class_stay(loans, augmenter):
    X, y = loans
    made = augmenter.translate(X[:50], y[:50], to="paid", keep=["age", "town", "debt"], random_state=0)
    pd.testing.assert_frame_equal(made[["age", "town", "debt"]], X[:50][["age", "town", "debt"]])
    there = (y[:50] == "paid").to_numpy()
    pd.testing.assert_frame_equal(made[there], X[:50][there])
    assert changed(made, X[:50])[~there].any(axis=1).all()


def test_rows_that_cannot_get_there_break_no_rule_and_are_told(loans, augmenter):
    X, y = loans
    rows = X[y == "lost"].head(20)
    with pytest.warns(DataWarning, match=r"20 of 20 rows are not taken .* as near as they can.* leave more to change"):
        near = augmenter.translate(rows, y[rows.index], to="paid", keep=[*X.columns.drop("phone")], random_state=0)
    assert set(changed(near, rows).columns[changed(near, rows).any()]) <= {"phone"}
    kept = ["age", "income", "rent", "town", "debt"]  # what is left is tied to them by a sum
    with pytest.warns(DataWarning, match=r"stay as they are, since every change breaks a rule"):
        made = augmenter.translate(rows, y[rows.index], to="paid", keep=kept, random_state=0)
    assert (made["left"] - made["income"] + made["rent"]).abs().max() < 0.01


def test_an_empty_cell_that_stays_is_no_change_and_one_that_is_filled_is(loans):
    X, y = loans
    noise = np.random.default_rng(1)
    X = X.drop(columns="left").assign(cat=np.where(noise.random(ROWS) < 0.8, np.nan, noise.normal(size=ROWS)))
    augmenter = GANAugmenter(steps=200, random_state=0).fit(X, y)
    rows = X[(y == "lost") & X["cat"].isna()].head(20)
    made = augmenter.translate(rows, y[rows.index], to="paid", random_state=0)
    assert made["cat"].isna().mean() >= 0.8  # it says nothing of the class, so hardly a row fills it


def test_each_row_may_have_a_class_of_its_own(loans, augmenter):
    X, y = loans
    goals = np.where(y[:40] == "paid", "lost", "paid")
    made = augmenter.translate(X[:40], y[:40], to=goals, random_state=0)
    assert changed(made, X[:40]).any(axis=1).all()
    same = augmenter.translate(X[:40], y[:40], to=y[:40], random_state=0)
    pd.testing.assert_frame_equal(same, X[:40])


@pytest.mark.slow
def test_images_become_others_that_are_near():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [80, 30])
    X = np.zeros((len(y), 12, 12), np.uint8)
    for image, label in zip(X, y, strict=True):  # bars across or down, somewhere
        at = rng.integers(0, 10)
        image[(slice(at, at + 3), slice(None)) if label else (slice(None), slice(at, at + 3))] = rng.integers(120, 255)
    augmenter = GANAugmenter(steps=150, batch_size=16, random_state=0).fit(X, y)
    made = augmenter.translate(X[:20], y[:20], to=1, random_state=0)
    other, _ = augmenter.sample({1: 20}, random_state=1)
    assert made.shape == (20, 12, 12)
    assert made.dtype == X.dtype

    def distance(images: np.ndarray) -> float:
        return float(np.abs(images.astype(float) - X[:20]).mean())

    assert distance(made) < distance(other)
    with pytest.raises(ValueError, match="images have no columns"):
        augmenter.translate(X[:20], y[:20], to=1, keep=["age"])


@pytest.mark.parametrize(("low", "span"), [(0, 1e-30), (0, 1e30), (1e8, 1)])
def test_the_nearest_image_is_found_whatever_pixels_are_measured_in(low: float, span: float) -> None:
    images = np.random.default_rng(0).random((9, 8, 8, 1)) * span + low
    scaled = _scaled(images, low, low + span)
    assert _nearest(scaled, scaled).tolist() == list(range(9))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": "gone"}, "unknown classes"),
        ({"to": ["paid", "lost"]}, "2 labels, and X 5 rows"),
        ({"to": "paid", "keep": ["height"]}, r"no columns \['height'\]"),
        ({"to": "paid", "keep": ["age", "income", "rent", "town", "debt", "phone", "left"]}, "no column to change"),
    ],
)
def test_what_cannot_be_translated_is_told(loans, augmenter, options, message):
    X, y = loans
    rows = X[y == "lost"].head(5)
    with pytest.raises(ValueError, match=message):
        augmenter.translate(rows, y[rows.index], **options)


def test_only_classes_of_rows_can_be_translated(loans):
    X, _ = loans
    numbers: Any = X["income"] + np.random.default_rng(0).random(ROWS)
    augmenter = GANAugmenter(steps=5, random_state=0).fit(X[["age", "rent"]], numbers)
    with pytest.raises(ValueError, match="fit the augmenter with classes"):
        augmenter.translate(X[["age", "rent"]], numbers, to=3)


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("ignore::ganaug.DataWarning", "error::RuntimeWarning")
def test_cells_may_be_missing_in_any_dtype_empty_or_huge(monkeypatch):
    monkeypatch.setattr("ganaug.translation.translate.ROWS", 200)
    monkeypatch.setattr("ganaug.translation.translate.LEAST", 50)
    rng = np.random.default_rng(0)
    flags, y = rng.random(80) < 0.5, rng.integers(0, 2, 80)
    X = pd.DataFrame(
        {
            "string": pd.Series(np.where(flags, "a", "b"), dtype="string").mask(rng.random(80) < 0.3),
            "boolean": pd.Series(flags, dtype="boolean").mask(rng.random(80) < 0.3),
            "arrow": pd.Series(np.where(flags, 1, 2), dtype="int64[pyarrow]").mask(rng.random(80) < 0.3),
            "sparse": pd.arrays.SparseArray(flags),
            "empty": np.full(80, np.nan),
            "huge": rng.uniform(-1, 1, 80) * 1.7e308,
        }
    )
    made = GANAugmenter(refine=False, random_state=0).fit(X, y).translate(X, y, to=1, random_state=0)
    assert list(made.dtypes) == list(X.dtypes)
    assert made["empty"].isna().all()
    pd.testing.assert_frame_equal(made[y == 1], X[y == 1])


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
@pytest.mark.parametrize("identifiers", ["fake", "warn"])
@pytest.mark.parametrize("dtype", ["str", "category", "int64"])
def test_identifiers_stay_as_they_are(monkeypatch, dtype, identifiers):
    monkeypatch.setattr("ganaug.translation.translate.ROWS", 200)
    monkeypatch.setattr("ganaug.translation.translate.LEAST", 50)
    keys = pd.Series(np.arange(1_000, 1_080), index=range(5, 85))
    key = keys.astype("int64") if dtype == "int64" else ("N" + keys.astype(str)).astype(dtype)
    X = pd.DataFrame({"key": key, "number": np.random.default_rng(0).normal(size=80)})
    y = np.resize([0, 1], 80)
    augmenter = GANAugmenter(refine=False, identifiers=identifiers, random_state=0).fit(X, y)
    made = augmenter.translate(X, y, to=1, random_state=0)
    pd.testing.assert_series_equal(made["key"], X["key"])
    assert (made["number"] != X["number"]).sum() > 20


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
def test_labels_and_columns_to_keep_come_in_any_sequence(monkeypatch):
    monkeypatch.setattr("ganaug.translation.translate.ROWS", 200)
    monkeypatch.setattr("ganaug.translation.translate.LEAST", 50)
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=["age", "income", "debt"])
    y = np.resize(["a", "b"], 40)
    augmenter = GANAugmenter(refine=False, random_state=0).fit(X, y)
    for keep in (pd.Index(["age", "debt"]), np.array(["age", "debt"]), "age"):
        made = augmenter.translate(X[:9], y[:9], to=pd.Categorical(["a"] * 9), keep=keep, random_state=0)
        assert made["age"].tolist() == X["age"][:9].tolist()
    made = augmenter.translate(X[:9], y[:9], to=np.array("a"), keep="age", random_state=0)
    assert made["age"].tolist() == X["age"][:9].tolist()


def test_a_gap_that_fit_had_none_of_is_no_obstacle(
    loans: tuple[pd.DataFrame, pd.Series], augmenter: GANAugmenter
) -> None:
    X, y = loans
    source = X[y == "lost"][:6].reset_index(drop=True)
    gaps = source.assign(town=source["town"].where(source.index % 2 > 0))
    made = augmenter.translate(gaps, ["lost"] * 6, to="paid", random_state=0)
    assert (made != gaps).any(axis=1).all()
    assert np.allclose(made["left"], (made["income"] - made["rent"]).round(1))
