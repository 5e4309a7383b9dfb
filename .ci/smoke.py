"""What an installed package must do; run outside of the repository, in an environment that has the wheel alone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import ganaug

if "site-packages" not in ganaug.__file__:
    sys.exit(f"{ganaug.__file__} is not the installed package")
assert ganaug.__version__ == version("ganaug")

rng = np.random.default_rng(0)
X = pd.DataFrame({"amount": rng.lognormal(size=200).round(2), "town": rng.choice(["Bern", "Basel"], 200)})
y = pd.Series(np.where(rng.random(200) < 0.15, "yes", "no"), name="bought")
augmenter = ganaug.GANAugmenter(ratio=0, sampling_strategy="auto", steps=20, random_state=0).fit(X, y)
more_X, more_y = augmenter.augment(X, y)
assert more_y.value_counts().nunique() == 1
assert list(more_X.dtypes) == list(X.dtypes)

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "model.ganaug"
    augmenter.save(file)
    again, _ = ganaug.load(file).sample({"yes": 5}, random_state=1)
    pd.testing.assert_frame_equal(again, augmenter.sample({"yes": 5}, random_state=1)[0])

told = subprocess.run([sys.executable, "-m", "ganaug", "--help"], capture_output=True, text=True)
assert told.returncode == 0 or "ganaug[cli]" in told.stderr, told.stderr
print(
    f"ganaug {ganaug.__version__} on Python {sys.version.split()[0]}, {sys.platform}: fit, augment, save and load work"
)
