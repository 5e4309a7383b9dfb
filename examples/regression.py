"""Top up the rare end of a number to regress on.

Patients whose diabetes progresses fast are few, and a regressor serves them worst. Ranges of the target stand where
classes stand otherwise: the training rows above 250 become as many again with synthetic ones. Run with
``python examples/regression.py``; takes some two minutes.
"""

from __future__ import annotations

import argparse
from math import inf

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, cross_val_predict

from ganaug import AugmentedRegressor, GANAugmenter

FAST = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=300, help="training steps of each generator (default: %(default)s)"
    )
    arguments = parser.parse_args()

    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    alone = HistGradientBoostingRegressor(max_iter=50, random_state=0)

    def doubled(target: pd.Series) -> dict[tuple[float, float], int]:
        """How many rows each range should have; called with the training rows' targets of each fold."""
        return {(FAST, inf): 2 * int((target >= FAST).sum())}

    def generator(**parameters: object) -> GANAugmenter:
        return GANAugmenter(steps=arguments.steps, random_state=0, **parameters)

    models = {
        "real rows": alone,
        "as many synthetic rows": AugmentedRegressor(alone, generator(ratio=1)),
        "twice as many fast ones": AugmentedRegressor(alone, generator(ratio=0, sampling_strategy=doubled)),
        "ten ranges of equal size": AugmentedRegressor(alone, generator(ratio=0, sampling_strategy="auto")),
    }
    fast = y >= FAST
    print(
        f"{len(y)} patients, {fast.sum()} of whom progress by {FAST} or more. Mean absolute error on held-out rows:\n"
    )
    rows = {}
    for name, model in models.items():
        predicted = cross_val_predict(model, X, y, cv=KFold(3, shuffle=True, random_state=0))
        rows[name] = {
            "all": mean_absolute_error(y, predicted),
            "fast": mean_absolute_error(y[fast], predicted[fast]),
            "the others": mean_absolute_error(y[~fast], predicted[~fast]),
        }
    print(pd.DataFrame(rows).T.round(1).to_string())


if __name__ == "__main__":
    main()
