"""How sure a mean over folds is."""

from __future__ import annotations

import numpy as np
import pytest

from ganaug.assessment.intervals import corrected


def test_the_interval_is_nadeaus_and_bengios():
    found = corrected(np.array([1.0, 2.0, 3.0]), 0.5)
    assert found.mean == 2
    assert found.std_error == pytest.approx(np.sqrt(1 / 3 + 0.5))
    assert found.half == pytest.approx(4.302653 * found.std_error)
    assert (found.low, found.high) == (found.mean - found.half, found.mean + found.half)


def test_few_folds_know_their_standard_error_badly():
    two, many = corrected(np.array([1.0, 2.0]), 0.5), corrected(np.arange(500.0), 0.5)
    assert two.margin == pytest.approx(1.837 * two.std_error, rel=1e-3)
    assert many.margin == pytest.approx(many.std_error, rel=2e-3)
