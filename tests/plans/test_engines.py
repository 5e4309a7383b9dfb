"""Dask, Ray and Spark on this machine: the same files as by one process, and frames to fit on."""

import os
import shutil
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from sales import COUNTS, hashes_of, table

from ganaug import GANAugmenter, scan

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def fitted():
    return GANAugmenter(steps=20, random_state=0).fit(*table())


@pytest.fixture(scope="module")
def plan(fitted):
    return fitted.plan(COUNTS, part_rows=1_000, shuffle=True)


@pytest.fixture(scope="module")
def local(plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("local")
    plan.to_parquet(folder)
    return hashes_of(folder)


def check_frame(found, plan):
    wanted = pd.concat([plan.frame(number) for number in range(len(plan))])
    assert found["label"].value_counts().to_dict() == COUNTS
    for name in ("amount", "count", "more"):
        np.testing.assert_array_equal(np.sort(found[name].astype(float)), np.sort(wanted[name]))


def check_scan(frame):
    found = scan(frame, target="label", max_rows=1_000)
    assert found.rows == sum(COUNTS.values())
    assert found.class_counts == COUNTS
    assert 1_000 <= len(found.kept) <= 1_120
    assert GANAugmenter(steps=2, random_state=0).fit(found).class_counts_ == COUNTS
    assert GANAugmenter(steps=2, random_state=0).fit(frame, "label").class_counts_ == COUNTS
    with pytest.raises(ValueError, match="target='nothing' is no column"):
        scan(frame, target="nothing")


@pytest.mark.slow
def test_dask(plan, local, tmp_path):
    pytest.importorskip("dask.dataframe")
    plan.to_parquet(tmp_path, engine="dask")
    assert hashes_of(tmp_path) == local
    frame = plan.to_dask()
    assert frame.npartitions == len(plan)
    assert list(frame.columns) == list(plan.example)
    check_frame(frame.compute(), plan)
    check_scan(frame)


@pytest.mark.slow
def test_a_part_is_drawn_by_one_thread_where_others_are_drawn_beside_it(plan, monkeypatch):
    pytest.importorskip("dask.dataframe")
    threads = []

    class Noted(ThreadPoolExecutor):
        def __init__(self, workers):
            threads.append(workers)
            super().__init__(workers)

    monkeypatch.setattr("ganaug.selection.sampler.ThreadPoolExecutor", Noted)
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    frame = plan.to_dask()
    threads.clear()
    frame.compute(scheduler="synchronous")
    assert threads == [1] * len(plan)
    plan.frame(0)
    assert threads[-1] == 2


@pytest.mark.slow
def test_dask_with_workers_of_its_own(plan, local, tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        plan.to_parquet(tmp_path, engine="dask")
    assert hashes_of(tmp_path) == local


@pytest.mark.filterwarnings("ignore")
def test_ray(plan, local, tmp_path):
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    try:
        plan.to_parquet(tmp_path, engine="ray")
        assert hashes_of(tmp_path) == local
        frame = plan.to_ray()
        check_frame(frame.to_pandas(), plan)
        check_scan(frame)
    finally:
        ray.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_spark(plan, local, tmp_path, monkeypatch):
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spark = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        try:
            plan.to_parquet(tmp_path, engine="spark")
            assert hashes_of(tmp_path) == local
            frame = plan.to_spark(spark)
            assert frame.columns == list(plan.example)
            check_frame(frame.toPandas(), plan)
            check_scan(frame)
        finally:
            spark.stop()
