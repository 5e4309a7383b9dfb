"""Augmenters that tf.data and Keras get their rows from, fitted once for all files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tables
from feeds import numbers

from ganaug import GANAugmenter


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return tables.implied()


@pytest.fixture(scope="session")
def mixed_model(frame: pd.DataFrame) -> GANAugmenter:
    _, y = tables.mixed()
    return GANAugmenter(steps=10, refine=False, random_state=0).fit(frame, y)


@pytest.fixture(scope="session")
def model() -> GANAugmenter:
    return GANAugmenter(steps=10, refine=False, random_state=0).fit(*numbers())


@pytest.fixture(scope="session")
def unlabelled() -> GANAugmenter:
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(numbers()[0])


@pytest.fixture(scope="session")
def priced() -> GANAugmenter:
    """Fitted for a number, of which 0 recurs."""
    X, y = numbers()
    price = np.where(y == 2, 0.0, X[:, 0] * 10)
    return GANAugmenter(steps=3, refine=False, random_state=0).fit(X, price)
