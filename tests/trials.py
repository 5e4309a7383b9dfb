"""Rows and an augmenter to assess, in no time."""

from __future__ import annotations

import pytest
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier

from ganaug import GANAugmenter, assess

X, Y = make_classification(150, 4, weights=[0.8], random_state=0)
PRICE = X @ [1.0, 2, 3, 4]
QUICK = {"cv": 3, "random_state": 0, "teacher": None}
QUICK |= {"baselines": ["class_weight", "threshold", "copies", "smote"]}
rolls_dice = pytest.mark.usefixtures("dice")


def augmenter(**parameters):
    return GANAugmenter(**{"steps": 3, "refine": False, "random_state": 0} | parameters)


def quick(estimator=None, y=Y, **options):
    model = DecisionTreeClassifier(max_depth=3) if estimator is None else estimator
    given = options.pop("augmenter", augmenter())
    return assess(model, X, y, given, **QUICK | options)
