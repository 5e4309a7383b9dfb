"""The reference page: made of today's docstrings, and nothing public is left out of them."""

from __future__ import annotations

import inspect

import pytest
from numpydoc.docscrape import NumpyDocString

import ganaug
from docs.build_reference import PAGE, page, public_methods

THINGS = {name: getattr(ganaug, name) for name in ganaug.__all__ if not name.startswith("__")}
METHODS = {
    f"{name}.{method}": function
    for name, thing in THINGS.items()
    if inspect.isclass(thing)
    for method, function in public_methods(thing).items()
}


def test_the_page_is_that_of_the_docstrings():
    assert PAGE.read_text() == page(), "the docstrings have changed since: run `make docs`"


@pytest.mark.parametrize("name", [*THINGS, *METHODS])
def test_everything_public_has_a_place_and_a_summary(name):
    heading = "###" if "." in name else "##"
    assert f"\n{heading} {name}\n" in PAGE.read_text()
    assert NumpyDocString(inspect.getdoc((THINGS | METHODS)[name]))["Summary"]


@pytest.mark.parametrize("name", THINGS)
def test_every_parameter_is_told_of(name):
    thing = THINGS[name]
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return
    items = NumpyDocString(inspect.getdoc(thing))["Parameters"]
    told = {name.lstrip("*") for item in items for name in item.name.split(", ")}
    assert set(inspect.signature(thing).parameters) <= told


def test_methods_of_every_face_are_among_them():
    assert {"GANAugmenter.sample", "GANAugmenter.enlarge", "GANAugmenter.fit_transform"} <= set(METHODS)
    assert {"AugmentedClassifier.predict_proba", "GANOverSampler.fit_resample"} <= set(METHODS)
    assert not {"GANAugmenter.get_params", "AugmentedClassifier.set_fit_request"} & set(METHODS)
