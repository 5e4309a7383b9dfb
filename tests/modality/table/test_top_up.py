"""What lies between two rows, and which rows top a class up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables

from ganaug import GANAugmenter, GANOverSampler
from ganaug.columns.layout import Encoded
from ganaug.modality.table.crossing import coordinates, cross
from ganaug.modality.table.encoder import TableEncoder
from ganaug.modality.table.top_up import CROSSED, ClassOdds, Parents

ROWS = 400


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "wide": rng.normal(size=ROWS),
            "spiky": np.where(rng.random(ROWS) < 0.4, 0.0, rng.gamma(2, 50, ROWS)),
            "few": rng.integers(0, 9, ROWS),
            "gappy": np.where(rng.random(ROWS) < 0.3, np.nan, rng.normal(size=ROWS)),
            "word": rng.choice(["x", "y", "z"], ROWS),
        }
    )


def crossed(pairs: np.ndarray, share: float | np.ndarray) -> pd.DataFrame:
    encoder, rows = TableEncoder.fit(frame())
    made = cross(encoder, rows, pairs, np.broadcast_to(share, len(pairs)), np.random.default_rng(1))
    return encoder.decode(made)


def pairs_of(count: int = 1000) -> np.ndarray:
    return np.random.default_rng(2).integers(0, ROWS, (count, 2))


@pytest.mark.parametrize(("share", "parent"), [(0.0, 0), (1.0, 1)])
def test_at_either_end_is_the_parent(share, parent):
    pairs, real = pairs_of(), frame()
    made, expected = crossed(pairs, share), real.iloc[pairs[:, parent]].reset_index(drop=True)
    other = real.iloc[pairs[:, 1 - parent]].reset_index(drop=True)
    for name in ("few", "word"):
        assert made[name].tolist() == expected[name].tolist()
    both = expected["gappy"].notna() & other["gappy"].notna()
    np.testing.assert_allclose(made["gappy"][both], expected["gappy"][both], atol=0.05)
    np.testing.assert_allclose(made["wide"], expected["wide"], atol=0.05)


def test_numbers_lie_between_and_categories_are_inherited():
    pairs, real = pairs_of(), frame()
    made = crossed(pairs, np.random.default_rng(3).random(1000))
    parents = [real.iloc[pairs[:, i]].reset_index(drop=True) for i in (0, 1)]
    for name in ("wide", "few"):
        low, high = (pick(parents[0][name], parents[1][name]) for pick in (np.minimum, np.maximum))
        assert (made[name] >= low - 0.05).all()
        assert (made[name] <= high + 0.05).all()
    assert ((made["word"] == parents[0]["word"]) | (made["word"] == parents[1]["word"])).all()
    assert 300 < (made["word"] == parents[0]["word"]).sum() < 900


def test_a_value_that_recurs_is_not_mixed_with_others():
    pairs, real = pairs_of(), frame()
    made = crossed(pairs, 0.5)["spiky"]
    zero = [real["spiky"].iloc[pairs[:, i]].to_numpy() == 0 for i in (0, 1)]
    assert (made[zero[0] & zero[1]] == 0).all()
    one = zero[0] ^ zero[1]
    other = np.where(zero[0], real["spiky"].iloc[pairs[:, 1]], real["spiky"].iloc[pairs[:, 0]])[one]
    assert (np.isclose(made[one], 0) | np.isclose(made[one], other, rtol=0.02, atol=0.5)).all()


def test_missing_cells_are_inherited():
    pairs, real = pairs_of(), frame()
    made = crossed(pairs, 0.5)["gappy"]
    gaps = [real["gappy"].isna().iloc[pairs[:, i]].to_numpy() for i in (0, 1)]
    assert made[gaps[0] & gaps[1]].isna().all()
    assert made[~gaps[0] & ~gaps[1]].notna().all()
    assert 0.3 < made[gaps[0] ^ gaps[1]].isna().mean() < 0.7


def test_every_dtype_can_be_crossed():
    real = pd.DataFrame(tables.with_gaps(tables.every_dtype()))
    encoder, rows = TableEncoder.fit(real)
    pairs = np.random.default_rng(0).integers(0, len(real), (200, 2))
    made = cross(encoder, rows, pairs, np.full(200, 0.5), np.random.default_rng(1))
    table = encoder.decode(made)
    assert table.dtypes.to_dict() == real.dtypes.to_dict()
    assert encoder.knows(table).all()


def test_coordinates_count_differing_categories_as_one():
    table = pd.DataFrame({"word": ["x", "y", "x", "y"] * 20, "number": [0.0, 0.0, 1.0, 1.0] * 20})
    encoder, rows = TableEncoder.fit(table)
    points = coordinates(encoder, rows).toarray()
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1)
    assert np.linalg.norm(points[0] - points[2]) == pytest.approx(2)  # half of each: one standard deviation is .5


@pytest.mark.parametrize(("size", "each"), [(1, 0), (2, CROSSED), (40, CROSSED), (1000, CROSSED // 2), (30_000, 0)])
def test_the_rarer_a_class_the_more_crossings(size, each):
    encoder, rows = TableEncoder.fit(pd.DataFrame({"a": np.random.default_rng(0).normal(size=size + 2)}))
    assert Parents(encoder, rows.take(np.arange(size)), Encoded.none(size)).each == each


def test_a_row_of_many_copies_has_neighbours_too():
    encoder, rows = TableEncoder.fit(pd.DataFrame({"a": [1.0] * 30 + [2.0, 3.0]}))
    made, is_copy = Parents(encoder, rows, Encoded.none(len(rows))).cross(50, np.random.default_rng(0))
    assert len(made) == len(is_copy) == 50 * CROSSED
    assert is_copy.any()


def test_the_odds_know_the_classes_apart(separable):
    X, y = separable
    encoder, rows = TableEncoder.fit(X)
    codes = np.unique(y, return_inverse=True)[1].astype(np.int32)
    odds = ClassOdds(encoder, rows, codes, np.random.default_rng(0))
    assert odds(rows, 1)[codes == 1].min() > odds(rows, 1)[codes != 1].max()
    assert (odds(rows, 7) == 0).all()


@pytest.mark.usefixtures("dice")
def test_rows_that_top_up_lie_where_their_class_does():
    """The generator draws at random here, so what is right comes from the crossings and the choice."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    y = np.arange(300) >= 280
    X.loc[y, "a"] += 6
    more, labels = GANOverSampler(random_state=0).fit_resample(X, y)
    new = more[300:]
    assert labels.sum() == (~labels).sum()
    assert (new["a"] > 3).mean() > 0.95
    assert not new.duplicated().any()
    assert not new.merge(X, how="inner", on=list("abc")).shape[0]


@pytest.mark.usefixtures("dice")
def test_classes_come_in_the_order_of_the_dict():
    X = np.random.default_rng(0).normal(size=(90, 2))
    y = np.repeat(["a", "b", "c"], [50, 30, 10])
    X[:, 0] += 9 * (y == "c")
    augmenter = GANAugmenter(ratio=0, sampling_strategy={"c": 40, "b": 33}, random_state=0).fit(X, y)
    new_X, new_y = (part[90:] for part in augmenter.augment(X, y))
    assert new_y.tolist() == ["c"] * 30 + ["b"] * 3
    assert (new_X[:30, 0] > 5).all()
    assert (new_X[30:, 0] < 5).all()


def test_topping_up_and_enlarging_add_up(plain):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(40, 2)), np.repeat([0, 1], [30, 10])
    both = type(plain)(**plain.get_params())
    both.__dict__.update(plain.__dict__)
    both.set_params(sampling_strategy="auto", ratio=0.5)
    assert np.bincount(both.augment(X, y)[1]).tolist() == [45, 45]


@pytest.mark.usefixtures("dice")
def test_a_category_that_fit_has_not_seen_is_no_obstacle():
    X = pd.DataFrame({"word": ["x", "y"] * 30, "number": np.arange(60) / 8})
    y = np.repeat([0, 1], [40, 20])
    augmenter = GANAugmenter(ratio=0, sampling_strategy="auto", random_state=0).fit(X, y)
    later = X.assign(word=X["word"].where(X.index % 7 > 0, "new"))
    more, labels = augmenter.augment(later, y)
    assert np.bincount(labels).tolist() == [40, 40]
    assert set(more["word"][60:]) == {"x", "y"}
    all_new, _ = augmenter.augment(X.assign(word="new"), y)
    assert len(all_new) == 80


@pytest.mark.usefixtures("dice")
def test_the_same_seed_tops_up_with_the_same_rows(mixed):
    X, y = mixed
    made = [GANOverSampler(random_state=seed).fit_resample(X, y)[0] for seed in (0, 0, 1)]
    pd.testing.assert_frame_equal(made[0], made[1])
    assert not made[0].equals(made[2])


def test_a_copy_of_a_column_owns_no_block():
    encoder, _ = TableEncoder.fit(frame().assign(copy=frame()["wide"], same="s"))
    names = [owner.column.name if owner.column else None for owner in encoder.owners]
    assert len(names) == len(encoder.layout.blocks) == 5
    assert len({"wide", "copy"} & set(names)) == 1
