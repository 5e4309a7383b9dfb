"""Nothing is written to standard error but what a user asked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ganaug.tensorflow import notes_held_back

NOTES = """
I0000 00:00:1795965546.941722    6661 port.cc:153] oneDNN custom operations are on.
2025-01-01 10:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This binary is optimized.
To enable the following instructions: AVX2, in other operations, rebuild TensorFlow.
E0000 00:00:1795965481.865994    6610 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
""".lstrip().encode()

FIT = """
from sklearn.datasets import load_iris
from ganaug import GANAugmenter

X, y = load_iris(return_X_y=True)
augmenter = GANAugmenter(steps=5, random_state=0).fit(X, y)
augmenter.sample(3)
next(iter(augmenter.as_dataset(8, num_batches=1)))
"""
IMAGES = """
import numpy as np

X = np.random.default_rng(0).integers(0, 255, (40, 8, 8), np.uint8)
GANAugmenter(steps=5, random_state=0).fit(X, np.arange(40) % 2).sample(3)
"""
WORKERS = """
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier
from sklearn.model_selection import cross_val_score
from ganaug import AugmentedClassifier, GANAugmenter

X, y = load_iris(return_X_y=True)
model = AugmentedClassifier(DecisionTreeClassifier(), GANAugmenter(steps=5, random_state=0))
print(cross_val_score(model, X, y, cv=2, n_jobs=2))
"""


def written(code: str, **environment: str) -> str:
    plain = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=plain | environment
    ).stderr


@pytest.mark.parametrize(
    "code", [FIT + IMAGES, pytest.param(WORKERS, marks=pytest.mark.slow)], ids=["table and images", "workers"]
)
def test_a_fit_writes_nothing_to_standard_error(code):
    assert written(code) == ""


def test_notes_are_shown_to_whoever_asks_for_them():
    assert "oneDNN" in written("import ganaug.keras", TF_CPP_MIN_LOG_LEVEL="0")


def test_the_users_choices_are_left_alone():
    code = "import os, ganaug.keras, tensorflow as tf; print(os.environ.get('TF_CPP_MIN_LOG_LEVEL'))\n"
    # too late for it, had a device been set up
    code += "tf.config.set_logical_device_configuration(tf.config.list_physical_devices('CPU')[0], "
    code += "[tf.config.LogicalDeviceConfiguration()] * 2)"
    assert written(code) == ""


def test_what_others_write_meanwhile_is_shown(capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    broken = b"W0000 00:00:1 12 gpu_device.cc:2342] Skipping registering GPU devices...\n"
    with notes_held_back():
        os.write(2, NOTES + b"a line of another thread\n" + broken)
    assert capfd.readouterr().err == "a line of another thread\n" + broken.decode()
    with pytest.raises(ImportError):
        _fails_after(NOTES)
    assert capfd.readouterr().err == NOTES.decode()


@notes_held_back()
def _fails_after(notes: bytes) -> None:
    os.write(2, notes)
    raise ImportError
