"""A user's script with every public name; both type checkers read it, in their strict modes, and nothing runs it."""

from typing import assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier, DummyRegressor

import ganaug
from ganaug import (
    Assessment,
    AugmentedClassifier,
    AugmentedRegressor,
    CorruptFileError,
    DataWarning,
    Evaluation,
    GANAugmenter,
    GANOverSampler,
    KeptRule,
    ModelCard,
    PoorClassWarning,
    SamplePlan,
    Scan,
    TrainingDiverged,
    TrainingState,
    assess,
    evaluate,
    load,
    scan,
)

X: NDArray[np.float64] = np.zeros((20, 2))
y: NDArray[np.int64] = np.repeat([0, 1], 10)


def stop(state: TrainingState) -> bool:
    return state.detection < 0.6


augmenter: GANAugmenter = GANAugmenter(
    2.0,
    sampling_strategy="auto",
    mode="append",
    target_type="classes",
    rules=["auto", "paid <= owed"],
    identifiers="drop",
    steps=10,
    batch_size="auto",
    refine=False,
    loss="wgan-gp",
    optimizer="sgd",
    jit_compile="auto",
    on_chunk=stop,
    early_stopping=True,
    random_state=0,
    verbose=False,
).fit(X, y)

more_X, more_y = augmenter.sample({0: 3})
more_X, more_y = augmenter.sample(y=[0, 1])
alone = augmenter.sample(10, random_state=0, refine=False)
assert_type(augmenter.augment(X, y), tuple[NDArray[np.float64], NDArray[np.int64]])
assert_type(augmenter.augment(X), NDArray[np.float64])
every_X, every_y, is_synthetic = augmenter.augment(X, y, return_mask=True)
assert_type(every_X, NDArray[np.float64])
assert_type(is_synthetic, NDArray[np.bool_])
taught_X, taught_y, weight = augmenter.augment(X, y, teacher="auto", soft_labels="weights")
assert_type(augmenter.translate(X, y, to=1, keep=[0]), NDArray[np.float64])
from_lists = augmenter.augment([[0.0, 1.0]], [0])

table = pd.DataFrame({"paid": X[:, 0], "owed": X[:, 1]})
augmenter.fit(table, pd.Series(y))
names: list[str] = list(augmenter.augment(table).columns)
frame, labels = GANOverSampler(sampling_strategy={1: 30}, steps=10).fit_resample(table, pd.Series(y))
names += list(frame.columns)
assert_type(GANOverSampler().fit_resample(X, y), tuple[NDArray[np.float64], NDArray[np.int64]])

augmenter.save("model.ganaug")
try:
    steps: int = load("model.ganaug").n_iter_
except (CorruptFileError, TrainingDiverged):
    steps = 0
rules: list[KeptRule] = augmenter.rules_
told: list[type[Warning]] = [DataWarning, PoorClassWarning]
again: GANAugmenter = GANAugmenter(rules=rules, categorical_features=["owed"])

large: Scan = scan("table.parquet", target="paid")
again.fit(large)
card: ModelCard = augmenter.card()
plan: SamplePlan = augmenter.plan({0: 10}, part_rows=5)
plan.to_parquet("parts", engine="dask")

found: Evaluation = evaluate((X, y), (X, y), (more_X, more_y), target_type="classes", random_state=0)
again_found: Evaluation = augmenter.report(X, y, random_state=0)
verdict: Assessment = assess(DummyClassifier(), X, y, augmenter, baselines=["none", "smote"], ratios="auto")
best: GANAugmenter | None = verdict.augmenter
AugmentedClassifier(DummyClassifier(), augmenter, teacher="auto", calibrate="sigmoid").fit(X, y)
AugmentedRegressor(DummyRegressor(), GANAugmenter(ratio="auto")).fit(X, X[:, 0])

stream = augmenter.as_dataset(32, labels="balanced", seed=0)
enlarged = stream.apply(augmenter.enlarge(0.5, labels={0: 0.5, 1: 0.5}))
version: str = ganaug.__version__
