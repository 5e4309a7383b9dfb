"""Every face of the library keeps the rules of a table."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, load

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))

import plants

ROWS = 900
MADE = (
    *(plants.town_and_state, plants.age_and_band, plants.begin_and_end, plants.four_prices, plants.total),
    *(plants.dummies, plants.missing_together, plants.there_if, plants.nothing_if, plants.none_of_these),
)


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, np.ndarray, list[plants.Plant]]:
    """A table in which many rules hold, a column that the label implies among them."""
    rng = np.random.default_rng(0)
    found = [make(rng, ROWS) for make in MADE]
    table = pd.concat([plant.columns for plant in found], axis=1)
    y = np.where(rng.random(ROWS) < 0.1, "bad", "good")
    return table.assign(site=np.where(y == "bad", "A", "B")), y, found


@pytest.fixture(scope="module")
def fitted(planted) -> GANAugmenter:
    X, y, _ = planted
    return GANAugmenter(steps=25, random_state=0).fit(X, y)


def check(rows: pd.DataFrame, labels: object, found: list[plants.Plant]) -> None:
    assert len(rows) > 50
    for plant in found:
        assert not plant.broken(rows.reset_index(drop=True)).any(), list(plant.columns)
    assert ((rows["site"] == "A").to_numpy() == (np.asarray(labels) == "bad")).all()


def test_sample(fitted, planted):
    check(*fitted.sample(2_000), planted[2])
    check(*fitted.sample({"bad": 300, "good": 5}), planted[2])
    check(*fitted.sample(500, refine=False), planted[2])
    check(*fitted.sample(y=np.resize(["bad", "good", "good"], 300)), planted[2])


def test_augment_and_replace(fitted, planted):
    X, y, found = planted
    check(*fitted.augment(X, y), found)
    replaced = GANAugmenter(0.5, mode="replace", steps=25, random_state=0).fit_transform(X, y)
    check(replaced, y, found)
    topped = GANAugmenter(0, sampling_strategy="auto", steps=25, random_state=0).fit(X, y)
    every, labels = topped.augment(X, y)
    assert len(every) > 1.5 * ROWS
    check(every, labels, found)


def test_top_ups_and_crossings(planted):
    X, y, found = planted
    more, labels = GANOverSampler(steps=25, random_state=0).fit_resample(X, y)
    check(more.iloc[ROWS:], labels[ROWS:], found)


def test_a_file_and_a_model_in_training(fitted, planted, tmp_path):
    fitted.save(tmp_path / "m.ganaug")
    check(*load(tmp_path / "m.ganaug").sample(500), planted[2])
    seen = []
    GANAugmenter(steps=25, random_state=0, on_chunk=lambda state: seen.append(state.sample(200))).fit(*planted[:2])
    assert seen
    for rows, labels in seen:
        check(rows, labels, planted[2])


def test_a_meta_estimator_learns_from_such_rows(planted):
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Watching(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.rows_, self.labels_, self.classes_ = X, y, np.unique(y)
            return self

        def predict(self, X):
            return np.resize(self.classes_, len(X))

    X, y, found = planted
    model = AugmentedClassifier(Watching(), GANAugmenter(steps=25, random_state=0)).fit(X, y)
    check(model.estimator_.rows_, model.estimator_.labels_, found)


@pytest.mark.parametrize("refine", [False, True])
def test_streams(fitted, planted, refine):
    X, _, found = planted
    numbers = X.select_dtypes("number").columns
    for x, labels in fitted.as_dataset(256, num_batches=2, seed=0, refine=refine):
        made = pd.DataFrame({name: cells.numpy() for name, cells in x.items()})
        assert (made[numbers].dtypes == X[numbers].dtypes).all()
        for plant in found:
            rows = made[list(plant.columns)].copy()
            for name in rows:
                if X[name].dtype.kind == "M":
                    unit = X[name].dt.unit
                    rows[name] = pd.to_datetime(rows[name].where(rows[name] > np.iinfo("int64").min), unit=unit)
                elif X[name].dtype.kind not in "iufb":
                    rows[name] = rows[name].map(lambda cell: cell.decode() or None)
            assert not plant.broken(rows).any(), list(plant.columns)
        assert ((made["site"] == b"A").to_numpy() == (labels.numpy() == b"bad")).all()
