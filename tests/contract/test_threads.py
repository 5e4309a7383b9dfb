"""A fitted augmenter that several threads draw from at once, as a service does."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from pictures import glyphs

from ganaug import GANAugmenter
from ganaug.data.seeds import SampleSeeds

THREADS, CALLS = 8, 40


def test_threads_draw_what_one_after_the_other_draws(quick):
    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(lambda seed: quick.sample(20, random_state=seed), range(CALLS)))
    for seed, (X, y) in enumerate(made):
        expected_X, expected_y = quick.sample(20, random_state=seed)
        assert_frame_equal(X, expected_X)
        assert y.equals(expected_y)


@pytest.mark.parametrize("refine", [False, True])
def test_threads_draw_images(refine):
    augmenter = GANAugmenter(steps=3, refine=4, random_state=0).fit(*glyphs())
    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(lambda seed: augmenter.sample(5, random_state=seed, refine=refine)[0], range(12)))
    for seed, images in enumerate(made):
        np.testing.assert_array_equal(images, augmenter.sample(5, random_state=seed, refine=refine)[0])


@pytest.fixture
def hasty():
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_no_two_threads_get_the_same_seed():
    seeds = SampleSeeds(first=0)
    with ThreadPoolExecutor(THREADS) as pool:
        drawn = list(pool.map(lambda _: [seeds.next() for _ in range(500)], range(THREADS)))
    alone = SampleSeeds(first=0)
    assert sorted(seed for part in drawn for seed in part) == sorted(alone.next() for _ in range(THREADS * 500))
