"""Streams and samples for a long time, by hand: GANAUG_SOAK=12 pytest tests/tf/test_soak.py."""

import gc
import os
from pathlib import Path

import pytest
import tensorflow as tf
from sklearn.datasets import load_breast_cancer

from ganaug import GANAugmenter

ROUNDS = int(os.environ.get("GANAUG_SOAK", "0"))
STATUS = Path("/proc/self/status")
MOST_MB = 100  # 14 KB for each of the batches of twelve rounds


def memory_mb():
    gc.collect()
    return int(STATUS.read_text().split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.skipif(
    not (ROUNDS and STATUS.exists()), reason="takes a minute and more a round, on Linux: GANAUG_SOAK=12"
)
def test_memory_stays_where_it_is():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    augmenter = GANAugmenter(steps=50, random_state=0).fit(X, y)
    real = tf.data.Dataset.from_tensor_slices((X.to_numpy("float32"), y.to_numpy())).batch(64)
    layer = augmenter.as_layer(0.3)
    taken = []
    for _ in range(ROUNDS):
        for options in ({}, {"labels": "balanced"}, {"refine": True}):
            for _ in augmenter.as_dataset(128, num_batches=200, seed=1, **options):
                pass
        for made in (real.apply(augmenter.enlarge(1.0)), real.apply(augmenter.mix()), real.map(augmenter.map_fn())):
            for x, label in made:
                layer([x, label], training=True)
        for seed in range(50):
            augmenter.sample(200, random_state=seed)
        augmenter.augment(X, y)
        taken.append(memory_mb())
        print(f"{taken[-1]:.0f} MB", flush=True)
    assert taken[-1] - taken[0] < MOST_MB
