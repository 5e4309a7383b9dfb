"""Why augmenting before splitting lies: two cross-validations of the same model, and what held-out rows say.

Writes a figure of the three. Run with ``python examples/leakage.py``; takes half a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split

from ganaug import AugmentedClassifier, GANAugmenter
from ganaug.plots import PALETTE

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[demo]'") from error

WRONG, RIGHT, TRUTH = "augmented, then split", "split, then augmented", "held-out rows"
COLOURS = {WRONG: PALETTE["vermilion"], RIGHT: PALETTE["blue"], TRUTH: PALETTE["black"]}


def measure(steps: int) -> dict[str, np.ndarray]:
    """F1 of the rare class in each fold, and on rows that took no part in anything."""
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    y = (y > 230).astype(int)  # one patient in five, whose diabetes progresses fast
    X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=220, stratify=y, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    forest = RandomForestClassifier(300, random_state=0)
    augmenter = GANAugmenter(ratio=0, sampling_strategy="auto", steps=steps, random_state=0)
    model = AugmentedClassifier(forest, augmenter)

    more_X, more_y = augmenter.fit(X_train, y_train).augment(X_train, y_train)
    held_out = model.fit(X_train, y_train).predict(X_test)
    return {
        WRONG: cross_val_score(forest, more_X, more_y, cv=folds, scoring="f1"),
        RIGHT: cross_val_score(model, X_train, y_train, cv=folds, scoring="f1"),
        TRUTH: np.array([f1_score(y_test, held_out)]),
    }


def draw(scores: dict[str, np.ndarray], out: Path) -> None:
    figure, axes = plt.subplots(figsize=(6.4, 2.4), layout="constrained")
    for place, (name, values) in enumerate(scores.items()):
        axes.plot(values, np.full(len(values), place), "o", color=COLOURS[name], alpha=0.35)
        axes.plot(values.mean(), place, "|", color=COLOURS[name], markersize=26, markeredgewidth=3)
        axes.annotate(f"{values.mean():.2f}", (values.mean(), place), (0, 15), textcoords="offset points", ha="center")
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set(xlabel="F1 of the rare class, one point a fold", xlim=(0.3, 1), ylim=(len(scores) - 0.5, -0.7))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(out, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=300, help="training steps of each generator (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path("leakage.png"), help="the figure (default: %(default)s)")
    arguments = parser.parse_args()

    scores = measure(arguments.steps)
    for name, values in scores.items():
        print(f"{name:22} F1 {values.mean():.3f}")
    draw(scores, arguments.out)
    print(f"\nwrote {arguments.out}")


if __name__ == "__main__":
    main()
