"""Mistakes of a user, one a line, which type checkers must see; nothing runs it.

mypy has no types of pandas and scikit-learn, and takes what could be theirs for right.
"""

import numpy as np
from sklearn.dummy import DummyClassifier

import ganaug
from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, SamplePlan, assess, evaluate, load, scan

X, y = np.zeros((20, 2)), np.repeat([0, 1], 10)
augmenter = GANAugmenter()
_ = ganaug.nonsense  # wrong
GANAugmenter(loss="cross-entropy")  # wrong
GANAugmenter(optimizer="adagrad")  # wrong
GANAugmenter(mode="add")  # wrong
GANAugmenter(target_type="labels")  # wrong
GANAugmenter(sampling_strategy="majority")  # wrong
GANAugmenter(rules="find")  # wrong
GANAugmenter(identifiers="keep")  # wrong
GANAugmenter(refine="yes")  # wrong
GANAugmenter(ratio="best")  # wrong
GANAugmenter(strategy="mirrored")  # wrong
GANAugmenter(verbose="always")  # wrong
GANAugmenter(step=10)  # wrong to pyright
GANOverSampler(loss="cross-entropy")  # wrong
AugmentedClassifier(DummyClassifier(), calibrate="platt")  # wrong
augmenter.fit(10, y)  # wrong to pyright
augmenter.fit({"a": X}, y)  # wrong to pyright
augmenter.sample("ten")  # wrong
augmenter.augment(X, y, teacher="auto", soft_labels="hard")  # wrong
augmenter.augment(X, y, return_mask="yes")  # wrong
augmenter.translate(X, y)  # wrong
augmenter.as_dataset(labels="equal")  # wrong
SamplePlan(augmenter, 10)  # wrong to pyright
evaluate(X, X, X, target_type="labels")  # wrong
assess(DummyClassifier(), X, y, baselines=["rose"])  # wrong
load(1)  # wrong
scan("a.parquet", target=3)  # wrong
