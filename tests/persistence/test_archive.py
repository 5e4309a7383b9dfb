"""A saved, pickled or copied model gives the same rows, here and in another process."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import tables
from pandas.testing import assert_frame_equal, assert_series_equal
from sklearn.base import clone

import ganaug
from ganaug import CorruptFileError, GANAugmenter, load
from ganaug.data.target_types import target_of
from ganaug.modality.table.encoder import TableEncoder
from ganaug.persistence.tree import TreeReader, TreeWriter
from ganaug.plain import RECORDS

PACKAGE_HOME = str(Path(ganaug.__file__).parents[1])


def _rows(augmenter, n=40):
    made = augmenter.sample(n, random_state=7)
    X, y = made if isinstance(made, tuple) else (made, None)
    return pd.DataFrame(X), pd.Series(y)


def _same(one, other):
    for left, right in zip(_rows(one), _rows(other), strict=True):
        assert left.equals(right)
        assert pd.DataFrame(left).dtypes.equals(pd.DataFrame(right).dtypes)


def _copied_by_file(augmenter, folder):
    augmenter.save(folder / "model.ganaug")
    return load(str(folder / "model.ganaug"))


def _copied_by_joblib(augmenter, folder):
    joblib.dump(augmenter, folder / "model.joblib")
    return joblib.load(folder / "model.joblib")


COPIES = {
    "file": _copied_by_file,
    "joblib": _copied_by_joblib,
    "pickle": lambda augmenter, _: pickle.loads(pickle.dumps(augmenter)),
    "deepcopy": lambda augmenter, _: copy.deepcopy(augmenter),
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("model", ["quick", "plain"])
def test_a_copy_samples_the_same_rows(request, tmp_path, model, way):
    augmenter = request.getfixturevalue(model)
    twin = COPIES[way](augmenter, tmp_path)
    _same(twin, augmenter)
    assert_frame_equal(twin.history_, augmenter.history_)
    assert twin.class_counts_ == augmenter.class_counts_
    assert twin.classes_.tolist() == augmenter.classes_.tolist()
    assert (twin.n_iter_, twin.stopped_by_) == (augmenter.n_iter_, augmenter.stopped_by_)
    assert twin.get_params() == augmenter.get_params()


def test_a_copy_goes_on_where_the_model_stood(quick, tmp_path):
    twin = _copied_by_file(quick, tmp_path)
    assert_frame_equal(twin.sample(5)[0], quick.sample(5)[0])


def test_a_clone_has_the_parameters_and_is_not_fitted(quick):
    twin = clone(quick)
    assert twin.get_params() == quick.get_params()
    assert not hasattr(twin, "n_iter_")


def test_files_and_pickles_give_the_same_rows_in_another_process(quick, tmp_path):
    quick.save(tmp_path / "model.ganaug")
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(quick))
    script = (
        "import pickle, sys, ganaug\n"
        "models = ganaug.load(sys.argv[1]), pickle.load(open(sys.argv[2], 'rb'))\n"
        "tables = [model.sample(40, random_state=7) for model in models]\n"
        "pickle.dump(tables, open(sys.argv[3], 'wb'))\n"
    )
    files = [str(tmp_path / name) for name in ("model.ganaug", "model.pickle", "rows.pickle")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([PACKAGE_HOME, os.environ.get("PYTHONPATH", "")])}
    subprocess.run([sys.executable, "-c", script, *files], check=True, env=environment, timeout=300)
    X, y = _rows(quick)
    for other_X, other_y in pickle.loads((tmp_path / "rows.pickle").read_bytes()):
        assert_frame_equal(other_X, X)
        assert_series_equal(other_y, y)


def test_threads_sample_the_same_rows_as_one_after_the_other(quick):
    twin = copy.deepcopy(quick)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: twin.sample(30, random_state=seed)[0], range(8)))
    for seed, rows in enumerate(together):
        assert_frame_equal(rows, quick.sample(30, random_state=seed)[0])


def test_a_model_of_every_dtype_survives(everything, tmp_path):
    real, augmenter = everything
    twin = _copied_by_file(augmenter, tmp_path)
    assert_frame_equal(twin.sample(60, random_state=1), augmenter.sample(60, random_state=1))
    assert twin.sample(0).dtypes.to_dict() == real.dtypes.to_dict()


def _through_text(value):
    writer = TreeWriter(RECORDS)
    text = json.dumps(writer.tree(value))
    return TreeReader(RECORDS, writer.arrays.__getitem__).tree(json.loads(text))


@pytest.mark.parametrize("column", [pytest.param(c, id=n) for n, c in tables.with_gaps(tables.every_dtype()).items()])
def test_the_encoding_of_every_dtype_survives(column):
    encoder, rows = TableEncoder.fit(column.to_frame())
    twin = _through_text(encoder)
    assert_frame_equal(twin.decode(rows), encoder.decode(rows))
    np.testing.assert_array_equal(twin.encode(column.to_frame()).codes, rows.codes)


@pytest.mark.parametrize("y", [pytest.param(y, id=name) for name, y in tables.targets().items()])
def test_the_target_of_every_dtype_survives(y):
    target = target_of(y, "auto")
    twin = _through_text(target)
    condition = target.encode(y)
    np.testing.assert_array_equal(twin.encode(y).codes, condition.codes)
    assert_series_equal(twin.decode(condition), target.decode(condition))


BANDS = {
    "bands": pd.Series(pd.cut([3, 20, 70] * 20, [0, 18, 65, 99])),
    "weeks": pd.Series(pd.interval_range(pd.Timestamp("2024-01-01"), periods=3, freq="7D", closed="left").repeat(20)),
    "months": pd.Series(pd.period_range("2024-01", periods=3, freq="M").repeat(20)),
    "quarters": pd.Series(pd.period_range("2024", periods=3, freq="Q-NOV").repeat(20), dtype="category"),
}


@pytest.mark.parametrize("column", BANDS.values(), ids=BANDS.keys())
def test_bands_and_periods_survive(column):
    encoder, rows = TableEncoder.fit(column.to_frame("c"))
    assert_frame_equal(_through_text(encoder).decode(rows), column.to_frame("c"))
    assert_series_equal(_through_text(column), column)


@pytest.mark.parametrize(
    "cells", [[1, True, "1", b"1", 1.0], [(1, "a"), frozenset({2}), None, pd.Period("2024Q2"), pd.Interval(0, 0.5)]]
)
def test_python_objects_survive_with_their_types(cells):
    back = _through_text(cells)
    assert [(type(cell), cell) for cell in back] == [(type(cell), cell) for cell in cells]


class Point(NamedTuple):
    """A cell that is a tuple and would come back as another."""

    x: int
    y: int


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("cells", [[range(1), range(2)], [Point(1, 2), Point(3, 4)]])
def test_what_a_file_cannot_hold_is_named_before_anything_is_written(tmp_path, cells):
    table = pd.DataFrame({"odd": pd.Series(cells * 10, dtype=object)})
    augmenter = GANAugmenter(refine=False).fit(table)
    with pytest.raises(TypeError, match=rf"column 'odd'.*{re.escape(repr(cells[0]))}"):
        augmenter.save(tmp_path / "model.ganaug")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize("name", [None, "when"])
@pytest.mark.parametrize("y", [[Fraction(1, 2), Fraction(1, 3)], [range(1), range(2)]])
def test_a_target_that_a_file_cannot_hold_is_named(tmp_path, y, name):
    labels = pd.Series([y[0], y[1]] * 10, name=name)
    augmenter = GANAugmenter(refine=False).fit(np.zeros((20, 2)), labels)
    with pytest.raises(TypeError, match=rf"^target {repr(name) if name else 'y'}: .*before fitting"):
        augmenter.save(tmp_path / "model.ganaug")


def narrow_generator(layout, units=8):
    noise, condition = keras.Input([4]), keras.Input([layout.condition_width])
    hidden = keras.layers.Dense(units, "relu")(keras.layers.Concatenate()([noise, condition]))
    return keras.Model([noise, condition], keras.layers.Dense(layout.raw_width)(hidden))


def wider_generator(layout):
    return narrow_generator(layout, 9)


def test_a_generator_of_ones_own_is_asked_for_and_must_fit(tmp_path):
    X = np.random.default_rng(0).normal(size=(50, 2))
    augmenter = GANAugmenter(generator=narrow_generator, steps=5, refine=False, random_state=0).fit(X)
    path = tmp_path / "own.ganaug"
    augmenter.save(path)
    with pytest.raises(ValueError, match=r"load\(path, generator=") as caught:
        load(path)
    assert not isinstance(caught.value, CorruptFileError)
    _same(load(path, generator=narrow_generator), augmenter)
    _same(pickle.loads(pickle.dumps(augmenter)), augmenter)
    with pytest.raises(ValueError, match="generator") as caught:
        load(path, generator=wider_generator)
    assert not isinstance(caught.value, CorruptFileError)
    with pytest.raises(ValueError, match=r"builds no network for it: TypeError.*got int") as caught:
        load(path, generator=lambda _layout: 3)
    assert not isinstance(caught.value, CorruptFileError)


def test_a_generator_that_no_one_asked_for_is_refused(quick, tmp_path):
    quick.save(tmp_path / "usual.ganaug")
    with pytest.raises(ValueError, match="leave generator= out"):
        load(tmp_path / "usual.ganaug", generator=narrow_generator)


@pytest.mark.parametrize("path", [None, 0, io.BytesIO(b"PK")], ids=["None", "number", "open file"])
def test_what_is_no_path_is_no_damaged_file(path):
    with pytest.raises(TypeError, match="must be the path of a file"):
        load(path)


def test_a_folder_that_is_not_there_is_named(quick, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.ganaug: there is no folder .*gone: make it first"):
        quick.save(tmp_path / "gone" / "a.ganaug")


def test_a_strategy_that_a_file_cannot_hold_is_told(separable, tmp_path):
    X, y = separable
    augmenter = GANAugmenter(ratio=0, sampling_strategy=lambda _: {"rare": len(X)}, steps=2, refine=False).fit(X, y)
    with pytest.warns(UserWarning, match=r"sampling_strategy=<function .* a file cannot hold: .*set_params"):
        augmenter.save(tmp_path / "a.ganaug")
    assert load(tmp_path / "a.ganaug").sampling_strategy is None
