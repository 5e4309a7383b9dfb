"""NumPy functions that tf.data calls: they end before Python does, and BLAS is left as it was."""

from __future__ import annotations

import subprocess
import sys

import pytest
from feeds import rows_of
from threadpoolctl import threadpool_info, threadpool_limits

from ganaug import GANAugmenter

SCRIPT = """
import numpy as np
from ganaug import GANAugmenter
augmenter = GANAugmenter(steps=2, refine=False, random_state=0)
rows = iter(augmenter.fit(np.random.default_rng(0).normal(size=(300, 6))).as_dataset(256, seed=0).prefetch(4))
for _ in range(20):
    next(rows)
print("done")
"""


@pytest.mark.slow
def test_a_script_ends_although_an_endless_stream_is_open():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "done"


def blas_threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


@pytest.mark.parametrize("threads", [1, 2])
def test_blas_has_as_many_threads_afterwards_as_before(model: GANAugmenter, threads):
    with threadpool_limits(threads, user_api="blas"):
        before = blas_threads()
        rows_of(model.as_dataset(64, num_batches=50, seed=0))
        assert blas_threads() == before


def test_what_goes_wrong_in_a_call_reaches_the_reader(model: GANAugmenter, monkeypatch):
    from ganaug.modality.generator import Generator

    def broken(*_: object) -> None:
        raise ValueError("no rows today")

    monkeypatch.setattr(Generator, "draw", broken)
    with pytest.raises(Exception, match="no rows today"):
        next(iter(model.as_dataset(4)))
    assert blas_threads()
