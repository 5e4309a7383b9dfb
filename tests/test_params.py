"""Parameters are declared once, documented where they are looked up, and checked before anything is trained."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler
from ganaug.params import GANParameters

ESTIMATORS = (GANAugmenter, GANOverSampler)
OWN = {
    GANAugmenter: {"ratio", "sampling_strategy", "mode", "target_type", "warm_start"},
    GANOverSampler: {"sampling_strategy"},
}
SHARED = {field.name for field in fields(GANParameters)}
X, Y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], [30, 10])

BAD: dict[str, list[Any]] = {
    "categorical_features": [["nowhere"]],
    "rules": ["all", 3, None, [4], ["a <= b <= nowhere"], ["what?"]],
    "identifiers": ["keep", None, True, ["id"]],
    "steps": [0, -3, 2.5, True, None, "many"],
    "time_budget": [0, -3.0, "1h", True, float("nan")],
    "batch_size": [0, -1, 1.5, False, "large"],
    "refine": [0, -2, 1.5, "yes", None],
    "encoder": [3, "features", (len, len, len)],
    "generator": [3, "dense"],
    "discriminator": [0.5, "dense"],
    "loss": ["wgan", None, 1, len],
    "optimizer": ["adamw", 0.1, None, type("Adam", (), {"get_config": None})],
    "strategy": ["mirrored", 2],
    "jit_compile": [1, None, "yes"],
    "on_chunk": ["print", 3, [print, 4]],
    "early_stopping": [0, -1, 1.5, "yes", None],
    "checkpoint": [3, True, ["a.ckpt"]],
    "random_state": [-1, "seed", 1.5],
    "verbose": ["loud", None, 1.5],
    "sampling_strategy": ["most", -0.5, 1.5, [1], {0: 3}, {7: 50}, {1: 20.5}],
}
BAD_OF_THE_AUGMENTER: dict[str, list[Any]] = {
    "ratio": [-0.5, "1", None, True, float("nan"), "auto"],
    "mode": ["insert", None],
    "target_type": ["class", 1],
}
UNCHECKED = {"warm_start"}  # whatever is true will do


def documented(cls: type) -> dict[str, str]:
    """What the docstring says of each parameter's type."""
    text = inspect.getdoc(cls)
    section = text.split("Parameters\n----------\n")[1].split("\nAttributes\n")[0]
    entries = re.findall(r"^(\S.*?) : (.+)$", section, re.M)
    found = [(name, kind) for names, kind in entries for name in names.split(", ")]
    assert len(dict(found)) == len(found)
    return dict(found)


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_every_parameter_is_documented_with_its_default(cls):
    told = documented(cls)
    assert set(told) == set(cls().get_params())
    defaults = {name: ast.literal_eval(kind.split("default=")[1]) for name, kind in told.items()}
    assert defaults == cls().get_params()
    assert "{shared}" not in cls.__doc__


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_both_estimators_take_what_is_declared_once_and_their_own(cls):
    declared = {field.name: field for field in fields(cls)}
    assert set(declared) == SHARED | OWN[cls]
    assert set(cls().get_params()) == set(declared)
    for field in fields(GANParameters):
        assert declared[field.name] is field
    one, other = (documented(each) for each in ESTIMATORS)
    assert {name: one[name] for name in SHARED} == {name: other[name] for name in SHARED}


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_parameters_are_kept_as_they_were_given(cls):
    given = {name: object() for name in cls().get_params()}
    made = cls(**given)
    assert made.get_params(deep=False) == given
    assert made.set_params(steps=3).get_params(deep=False) == given | {"steps": 3}
    assert clone(cls(steps=7)).steps == 7
    assert repr(cls(steps=7)) == f"{cls.__name__}(steps=7)"
    assert cls() != cls()


def test_only_the_ratio_is_given_by_its_place():
    assert GANAugmenter(0.5).ratio == 0.5
    with pytest.raises(TypeError, match="positional"):
        GANAugmenter(0.5, "auto")
    with pytest.raises(TypeError, match="positional"):
        GANOverSampler("auto")


def test_every_parameter_has_bad_values_to_try():
    assert set(BAD) | set(BAD_OF_THE_AUGMENTER) | UNCHECKED == SHARED.union(*OWN.values())


def shown(name: str, value: Any) -> str:
    """What an error has to say of a value: all of it, or the item that is wrong."""
    wrong = value
    if isinstance(value, list) and name != "sampling_strategy":
        wrong = value[-1]
    if isinstance(value, dict):
        [[label, total]] = value.items()
        wrong = label if label not in Y or float(total).is_integer() else total
    return rf"(?s){name}.*{re.escape(repr(wrong))}"


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [
        *((cls, name, value) for cls in ESTIMATORS for name, values in BAD.items() for value in values),
        *((GANAugmenter, name, value) for name, values in BAD_OF_THE_AUGMENTER.items() for value in values),
    ],
    ids=str,
)
def test_an_error_names_the_parameter_and_its_value(fits, cls, name, value):
    made = cls(**{"steps": 5, name: value})
    with pytest.raises((TypeError, ValueError), match=shown(name, value)):
        made.fit_transform(X, Y) if cls is GANAugmenter else made.fit_resample(X, Y)
    if (cls, name) != (GANAugmenter, "sampling_strategy") or value in (
        "most",
        [1],
    ):  # else it is for the rows of `augment`
        assert not fits


class Heavy:
    def __call__(self, X):
        return X

    def __deepcopy__(self, memo):
        raise AssertionError("copied")


@pytest.mark.parametrize("cls", [GANAugmenter, GANOverSampler])
def test_a_clone_asks_the_same_encoder_and_clones_a_transformer(cls):
    network, learns = Heavy(), StandardScaler()
    pair = cls(encoder=(network, len), steps=7)
    assert clone(cls(encoder=network)).encoder is network
    assert clone(pair).get_params() == pair.get_params()
    assert clone(cls(encoder=learns)).encoder is not learns


def test_a_clone_asks_the_same_teacher_and_clones_an_estimator():
    network, learns = Heavy(), LogisticRegression()
    model = AugmentedClassifier(LogisticRegression(), GANAugmenter(encoder=network), teacher=network, cv=3)
    again = clone(model)
    assert (again.teacher, again.augmenter.encoder, again.cv) == (network, network, 3)
    assert again.augmenter is not model.augmenter
    assert (model.teacher, model.augmenter.encoder) == (network, network)
    assert clone(AugmentedClassifier(LogisticRegression(), teacher=learns)).teacher is not learns
