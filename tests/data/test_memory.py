"""More than memory holds is refused before it is taken, with how much it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import toy

from ganaug import GANAugmenter, GANOverSampler
from ganaug.data import memory

X, Y = toy.toy(200)


@pytest.fixture(scope="module")
def fitted() -> GANAugmenter:
    return GANAugmenter(steps=2, refine=False, random_state=0).fit(X, Y)


@pytest.mark.parametrize("n", [10**10, 2**63, 10**400, {"a": 9 * 10**24}])
def test_rows_that_no_memory_holds_are_not_begun(fitted: GANAugmenter, n: Any) -> None:
    label = fitted.classes_[0]
    with pytest.raises(MemoryError, match=r"rows take about .* GB of memory, and .* are free: draw fewer at a time"):
        fitted.sample({label: n["a"]} if isinstance(n, dict) else n)


def test_an_augmentation_that_no_memory_holds_is_not_begun(fitted: GANAugmenter) -> None:
    for options in ({"ratio": 1e12}, {"ratio": 1e300}, {"ratio": 0, "sampling_strategy": {fitted.classes_[0]: 10**12}}):
        made = GANAugmenter(steps=2, refine=False, random_state=0).fit(X, Y).set_params(**options)
        with pytest.raises(MemoryError, match="draw fewer at a time"):
            made.augment(X, Y)


def test_classes_that_no_memory_holds_are_not_begun(fits: list[int]) -> None:
    for total in (10**12, 10**400):
        with pytest.raises(MemoryError, match="draw fewer at a time"):
            GANOverSampler(sampling_strategy={Y[0]: total}).fit_resample(X, Y)
    assert not fits


def test_a_batch_that_no_memory_holds_is_named_before_training() -> None:
    with pytest.raises(MemoryError, match=r"batches of 1,000,000,000 rows.*lower batch_size"):
        GANAugmenter(steps=2, batch_size=10**9).fit(X, Y)


def test_what_is_free_is_the_least_of_what_limits_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_of_the_system", lambda: 5 * 2**30)
    monkeypatch.setattr(memory, "_of_the_group", lambda: 2**30)
    monkeypatch.setattr(memory, "_of_the_process", lambda: None)
    assert memory.free_bytes() == 2**30
    memory.check_free(2**29, "rows", "remedy")
    with pytest.raises(MemoryError, match=r"rows take about 3\.0 GB of memory, and 1\.0 GB are free: remedy"):
        memory.check_free(3 * 2**30, "rows", "remedy")
    monkeypatch.setattr(memory, "_of_the_system", lambda: None)
    monkeypatch.setattr(memory, "_of_the_group", lambda: None)
    memory.check_free(2**60, "rows", "remedy")  # nobody knows


def test_ordinary_requests_ask_nobody(fitted: GANAugmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganaug.model.check_free", lambda *_: pytest.fail("asked"))
    assert len(fitted.sample(1_000)[0]) == 1_000
    assert len(fitted.sample(y=np.repeat(fitted.classes_[:1], 7))[0]) == 7
