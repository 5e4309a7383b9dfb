"""Fit a GAN to a small table, ask it for rows of chosen classes, save it, and load it back.

Run with ``python examples/sample_by_class.py``; takes some 10 seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_wine

import ganaug


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=300, help="training steps (default: %(default)s)")
    arguments = parser.parse_args()

    wine = load_wine(as_frame=True)
    X = wine.data[["alcohol", "malic_acid", "flavanoids", "color_intensity", "proline"]]
    y = pd.Series(wine.target_names[wine.target], name="cultivar")
    augmenter = ganaug.GANAugmenter(steps=arguments.steps, random_state=0, verbose=1).fit(X, y)

    # A dict asks for exact numbers of rows; y=labels would ask for one row of each label, in that order.
    new_X, new_y = augmenter.sample({"class_0": 2, "class_2": 4}, random_state=1)
    print(f"\nsynthetic rows:\n{new_X.assign(cultivar=new_y).to_string(index=False)}")

    many_X, many_y = augmenter.sample(dict.fromkeys(augmenter.classes_, 500), random_state=2)
    means = pd.concat({"real": X.groupby(y).mean(), "synthetic": many_X.groupby(many_y).mean()}, names=["rows"])
    print(f"\nmeans of each class:\n{means.swaplevel().sort_index().round(2).to_string()}")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wine.ganaug"
        augmenter.save(path)
        again_X, again_y = ganaug.load(path).sample({"class_0": 2, "class_2": 4}, random_state=1)
        size = path.stat().st_size
    pd.testing.assert_frame_equal(again_X, new_X)
    pd.testing.assert_series_equal(again_y, new_y)
    print(f"\nsaved to a file of {size / 1e6:.1f} MB; the loaded augmenter gives the same rows")


if __name__ == "__main__":
    main()
