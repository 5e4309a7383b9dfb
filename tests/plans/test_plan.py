"""Plans: parts below one another are what `sample` gives, whoever draws them and however often they are killed."""

import hashlib
import os
import pickle
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sales import COUNTS, hashes_of, manifest_of, table

import ganaug
from ganaug import GANAugmenter
from ganaug.plans.shuffle import Shuffle

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def fitted():
    return GANAugmenter(steps=30, random_state=0).fit(*table())


@pytest.mark.parametrize("part_rows", [1, 64, 700, 1_024, 10_000])
def test_parts_below_one_another_are_what_sample_gives(fitted, part_rows):
    counts = {"usual": 3, "rare": 1} if part_rows == 1 else COUNTS
    X, y = fitted.sample(counts, random_state=3)
    parts = list(fitted.plan(counts, random_state=3, part_rows=part_rows))
    pd.testing.assert_frame_equal(pd.concat([part[0] for part in parts], ignore_index=True), X)
    pd.testing.assert_series_equal(pd.concat([part[1] for part in parts], ignore_index=True), y)


@pytest.mark.parametrize("refine", [True, False])
def test_rows_with_labels_as_frequent_as_in_training(fitted, refine):
    X, y = fitted.sample(2_500, random_state=0, refine=refine)
    plan = fitted.plan(2_500, part_rows=900, refine=refine)
    pd.testing.assert_frame_equal(pd.concat([part[0] for part in plan], ignore_index=True), X)
    assert np.concatenate([part[1] for part in plan]).tolist() == y.tolist()
    pd.testing.assert_frame_equal(plan[-1][0], plan[2][0])


@pytest.mark.slow
def test_numbers_and_no_target():
    X, _ = table()
    fitted = GANAugmenter(steps=10, random_state=0).fit(X.drop(columns="amount"), X["amount"])
    more, y = fitted.sample(1_500, random_state=0)
    parts = list(fitted.plan(1_500, part_rows=1_000))
    pd.testing.assert_frame_equal(pd.concat([part[0] for part in parts], ignore_index=True), more)
    assert np.concatenate([part[1] for part in parts]).tolist() == y.tolist()
    fitted = GANAugmenter(steps=10, random_state=0).fit(X)
    parts = list(fitted.plan(1_500, part_rows=1_000))
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), fitted.sample(1_500, random_state=0))


def test_images_come_in_parts_but_not_in_tables():
    rng = np.random.default_rng(0)
    fitted = GANAugmenter(steps=2, random_state=0).fit(rng.random((60, 8, 8)), rng.integers(0, 2, 60))
    plan = fitted.plan({0: 20, 1: 30}, part_rows=20)
    images = fitted.sample({0: 20, 1: 30}, random_state=0)[0]
    np.testing.assert_array_equal(np.concatenate([part[0] for part in plan]), images)
    with pytest.raises(TypeError, match=r"images, which are no columns of a table: take plan\[i\]"):
        plan.frame(0)


def test_counts_are_exact_and_shuffled_labels_stand_in_all_parts(fitted):
    plan = fitted.plan(COUNTS, part_rows=500, shuffle=True)
    counted = pd.DataFrame([plan.classes_of(number) for number in range(len(plan))])
    assert counted.sum().to_dict() == COUNTS
    assert (counted.iloc[:-1].min() > 100).all()
    for number in (0, 3):
        assert plan[number][1].value_counts().to_dict() == counted.loc[number].to_dict()
    huge = fitted.plan({"rare": 10**9, "usual": 10**12})
    assert len(huge) == 1_001_000
    assert huge.classes_of(999) == {"rare": 10**6, "usual": 0}
    assert huge.classes_of(1_000) == {"rare": 0, "usual": 10**6}


@pytest.mark.parametrize("rows", [1, 2, 3, 17, 1_000, 4_096])
def test_a_shuffle_is_one_to_one(rows):
    order = Shuffle(rows, 5)(np.arange(rows))
    assert np.sort(order).tolist() == list(range(rows))
    if rows >= 1_000:
        assert abs(np.corrcoef(order, np.arange(rows))[0, 1]) < 0.1
        assert (order != Shuffle(rows, 6)(np.arange(rows))).any()


def test_a_plan_can_be_pickled_and_holds_the_model_alone(fitted):
    plan = fitted.plan(COUNTS, part_rows=500, shuffle=True)
    sent = pickle.dumps(plan)
    again = pickle.loads(sent)
    assert again.digest == plan.digest
    assert len(sent) < len(plan._file) + 2_000
    pd.testing.assert_frame_equal(again[2][0], plan[2][0])
    assert repr(again) == "<SamplePlan of 3,800 rows in 8 parts; random_state=0>"


def test_parquet_files_and_their_manifest(fitted, tmp_path):
    plan = fitted.plan(COUNTS, part_rows=1_000, shuffle=True)
    plan.to_parquet(tmp_path / "rows")
    told = manifest_of(tmp_path / "rows")
    assert told["complete"]
    assert told["counts"] == COUNTS
    assert told["model"] == plan.digest
    assert sum(part["classes"]["rare"] for part in told["files"]) == COUNTS["rare"]
    for number, part in enumerate(told["files"]):
        found = pd.read_parquet(tmp_path / "rows" / part["file"])
        pd.testing.assert_frame_equal(found, plan.frame(number), check_dtype=True)
        assert len(found) == part["rows"]


def test_what_is_there_stays_and_what_is_damaged_is_drawn_again(fitted, tmp_path):
    plan = fitted.plan(COUNTS, part_rows=1_000)
    plan.to_parquet(tmp_path)
    before = hashes_of(tmp_path)
    times = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")}
    (tmp_path / "part-000001.parquet").write_bytes(b"half of it")
    (tmp_path / "part-000002.parquet").unlink()
    plan.to_parquet(tmp_path)
    assert hashes_of(tmp_path) == before
    changed = {path.name for path in tmp_path.glob("*.parquet") if path.stat().st_mtime_ns != times[path.name]}
    assert changed == {"part-000001.parquet", "part-000002.parquet"}


def test_folders_of_something_else_are_left_alone(fitted, tmp_path):
    plan = fitted.plan(COUNTS, part_rows=2_000)
    plan.to_parquet(tmp_path / "rows")
    with pytest.raises(ValueError, match=r"parts of another plan \(counts .*'rare': 1500.*, not 10.* empty or a new"):
        fitted.plan(10, part_rows=2_000).to_parquet(tmp_path / "rows")
    with pytest.raises(ValueError, match="parts of another plan \\(random_state 0, not 1"):
        fitted.plan(COUNTS, part_rows=2_000, random_state=1).to_parquet(tmp_path / "rows")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("keep me")
    with pytest.raises(ValueError, match=r"holds 'letter\.txt' and no _manifest"):
        plan.to_parquet(tmp_path / "other")
    (tmp_path / "rows" / "_manifest.json").write_text("[]")
    with pytest.raises(ValueError, match="is no manifest of a plan"):
        plan.to_parquet(tmp_path / "rows")


WRITES = """
import sys
import ganaug
ganaug.load(sys.argv[1]).plan({"rare": 1500, "usual": 2300}, part_rows=int(sys.argv[3])).to_parquet(sys.argv[2])
"""
KILLS = int(os.environ.get("GANAUG_KILLS", "3"))
"""GANAUG_KILLS=20 kills more often."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_job_that_is_killed_again_and_again_ends_with_the_same_files(fitted, tmp_path):
    fitted.save(tmp_path / "model.ganaug")
    rows, whole, part_rows = tmp_path / "rows", tmp_path / "whole", 100 if KILLS <= 3 else 10
    fitted.plan(COUNTS, part_rows=part_rows).to_parquet(whole)
    command = [sys.executable, "-c", WRITES, str(tmp_path / "model.ganaug"), str(rows), str(part_rows)]
    rng = random.Random(0)

    def written():
        return {path: path.stat().st_mtime_ns for path in rows.glob("part-*")}

    for _ in range(KILLS):
        before = written()
        job = subprocess.Popen(command)
        until = time.monotonic() + 60
        while written() == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(rng.random() * 0.5)
        job.send_signal(signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL  # it was at work
        for part in manifest_of(rows)["files"]:
            assert len(pd.read_parquet(rows / part["file"])) == part["rows"]
    subprocess.run(command, check=True)
    assert manifest_of(rows) == manifest_of(whole)
    for part in manifest_of(rows)["files"]:
        assert hashlib.sha256((rows / part["file"]).read_bytes()).hexdigest() == part["sha256"]
    assert {path.name for path in rows.glob("[!.]*")} == {path.name for path in whole.iterdir()}


@pytest.mark.parametrize(
    ("counts", "options", "error", "message"),
    [
        ({"rare": -1}, {}, ValueError, r"counts\['rare'\]=-1 must not be negative"),
        ({"never": 1}, {}, ValueError, r"unknown classes \['never'\]"),
        (2.5, {}, TypeError, "counts=2.5 must be an integer"),
        (10**23, {}, ValueError, "more than a plan can number: ask for 9,223,372,036,854,775,807 at most"),
        (10, {"part_rows": 0}, ValueError, "part_rows=0 must be positive"),
        (10, {"random_state": None}, TypeError, "random_state=None must be an integer"),
        (10, {"shuffle": True}, ValueError, "shuffle=True: rows of a number asked for"),
    ],
)
def test_what_makes_no_sense_is_told(fitted, counts, options, error, message):
    with pytest.raises(error, match=message):
        fitted.plan(counts, **options)


def test_an_engine_that_there_is_not(fitted, tmp_path):
    with pytest.raises(ValueError, match=r"engine='flink' is not one of \['dask', 'ray', 'spark'\]"):
        fitted.plan(10).to_parquet(tmp_path, engine="flink")
    with pytest.raises(IndexError, match="part 5: there are 1"):
        fitted.plan(10)[5]
    with pytest.raises(TypeError, match=r"part slice\(0, 2, None\): give the number of one part"):
        fitted.plan(10)[0:2]
    with pytest.raises(MemoryError, match=r"list of 100,000,000,000,000,000 parts .*larger part_rows"):
        fitted.plan(10**18, part_rows=10).to_parquet(tmp_path / "many")
    assert not (tmp_path / "many").exists()
    fitted.plan(0).to_parquet(tmp_path / "none")
    assert manifest_of(tmp_path / "none")["complete"]


def test_rows_that_depend_on_all_others_are_refused():
    X, y = table(800)
    X = X.assign(key=[f"K{number:05}" for number in range(len(X))])
    fitted = GANAugmenter(steps=5, random_state=0, identifiers="fake").fit(X, y)
    with pytest.raises(ValueError, match=r"key: values differ from those of all other rows.*identifiers='drop'"):
        fitted.plan(10)


def test_labels_have_a_column_of_their_own():
    X, y = table(600)
    fitted = GANAugmenter(steps=5, random_state=0).fit(X.rename(columns={"count": "label"}), y)
    assert list(fitted.plan(5).frame(0))[-1] == "label_label"
    fitted = GANAugmenter(steps=5, random_state=0).fit(X[["amount", "count"]].to_numpy(), y.to_numpy())
    assert list(fitted.plan(5).frame(0)) == ["0", "1", "target"]
    assert ganaug.SamplePlan is type(fitted.plan(5))
