"""The public estimators against the checks that scikit-learn and imbalanced-learn make of their own.

Generators roll dice instead of being trained, so that all checks take seconds.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sklearn
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.fixes import parse_version

from ganaug import AugmentedClassifier, AugmentedRegressor, GANAugmenter, GANOverSampler

if parse_version(sklearn.__version__) < parse_version("1.6"):
    pytest.skip("scikit-learn lists expected failures from 1.6 on", allow_module_level=True)

from sklearn.utils.estimator_checks import parametrize_with_checks

ROOT = Path(__file__).parents[2]
QUICK = {"steps": 2, "refine": False, "random_state": 0}
NOT_A_TABLE = "fit_transform returns (X, y), real rows and synthetic ones"
NOT_THE_SAME = "fit_transform augments training rows, transform leaves rows as they are"
WEIGHTS = "the generator learns from all rows alike: a weight of 2 is not a row given twice"
WORDING = "cells that are dicts are refused with a TypeError that names the column and the remedy in other words"
EXPECTED = {
    "GANAugmenter": {
        "check_pipeline_consistency": NOT_A_TABLE,
        "check_transformer_data_not_an_array": NOT_THE_SAME,
        "check_transformer_general": NOT_THE_SAME,
    },
    "GANOverSampler": {},
    "AugmentedClassifier": {
        "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
        "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
        "check_dtype_object": WORDING,
    },
    "AugmentedRegressor": {
        "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
        "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
        "check_dtype_object": WORDING,
    },
}
ESTIMATORS = [
    GANAugmenter(**QUICK),
    GANOverSampler(**QUICK),
    AugmentedClassifier(LogisticRegression(), GANAugmenter(**QUICK)),
    AugmentedClassifier(LogisticRegression(), GANAugmenter(0, sampling_strategy="auto", **QUICK), synthetic_weight=0.5),
    AugmentedRegressor(Ridge(), GANAugmenter(**QUICK)),
]

SAMPLER_CHECKS = list(
    estimator_checks_generator(
        GANOverSampler(**QUICK),
        expected_failed_checks={"check_samplers_multiclass_ova": "labels come in one column, not one-hot"},
        mark="xfail",
    )
)


@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
@pytest.mark.usefixtures("dice")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED[type(estimator).__name__])
def test_scikit_learn_finds_nothing_but_what_is_listed(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::ganaug.DataWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.usefixtures("dice")
@pytest.mark.parametrize(("estimator", "check"), SAMPLER_CHECKS)
def test_imbalanced_learn_finds_nothing_but_what_is_listed(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_notebooks_link_to_the_reference(estimator):
    name = type(estimator).__name__
    link = estimator._get_doc_link()
    page, anchor = link.removeprefix("https://ganaug.github.io/ganaug/").split(".html#")
    assert anchor == f"ganaug.{name}"
    assert f".. autoclass:: {anchor}\n" in (ROOT / f"{page}.md").read_text()
    assert f'href="{link}"' in estimator._repr_html_()


def test_a_class_of_a_user_has_no_page():
    class Own(GANAugmenter):
        pass

    assert Own()._get_doc_link() == ""
