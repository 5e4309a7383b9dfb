"""imbalanced-learn's own tests of its pipelines and ensembles, with `GANOverSampler` as the sampler."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from sklearn.datasets import make_classification

from ganaug import GANOverSampler

pipelines = pytest.importorskip("imblearn.tests.test_pipeline", reason="this imbalanced-learn ships no tests")
bagging = pytest.importorskip("imblearn.ensemble.tests.test_bagging", reason="this imbalanced-learn ships no tests")

THEIRS = "RandomUnderSampler("
TESTS = {
    name: function
    for name, function in vars(pipelines).items()
    if name.startswith("test_") and THEIRS in inspect.getsource(function) and not inspect.signature(function).parameters
}


def few(**asked: Any) -> Any:
    """Theirs have up to 50,000 rows, which tell no more of a pipeline than these."""
    return make_classification(**asked | {"n_samples": min(asked["n_samples"], 150)})


@pytest.mark.usefixtures("dice")
@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
@pytest.mark.parametrize("name", TESTS)
def test_pipelines_do_with_it_what_they_do_with_another_sampler(name, monkeypatch):
    monkeypatch.setattr(pipelines, "RandomUnderSampler", GANOverSampler)
    monkeypatch.setattr(pipelines, "make_classification", few)
    TESTS[name]()


def test_most_of_their_tests_of_samplers_were_among_them():
    assert len(TESTS) >= 12


@pytest.mark.usefixtures("dice")
def test_bagging_draws_bootstrap_samples_for_it_as_for_smote():
    bagging.test_balanced_bagging_classifier_samplers(GANOverSampler(), 40)
