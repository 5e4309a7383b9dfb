"""Models that files are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganaug import GANAugmenter


@pytest.fixture(scope="session")
def small() -> GANAugmenter:
    """A number, a category and two classes, refined, with networks and trees as small as they get."""
    rng = np.random.default_rng(0)
    label = rng.choice(["no", "yes"], 120)
    X = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(["red", "blue"], 120)})
    return GANAugmenter(steps=5, refine=2, random_state=0).fit(X, label)


@pytest.fixture(scope="session")
def saved(small: GANAugmenter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "small.ganaug"
    small.save(path)
    return path


@pytest.fixture
def copy_of(saved: Path, tmp_path: Path) -> Path:
    """A copy of the file that a test may damage."""
    path = tmp_path / "copy.ganaug"
    path.write_bytes(saved.read_bytes())
    return path
