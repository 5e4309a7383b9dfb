"""Are translated rows taken for the other class by an outside model, and how many columns changed?

``python -m benchmarks.translation`` fetches tables from OpenML; ``--data-dir DIR`` takes NAME_train.parquet and
NAME_test.parquet of yours. The augmenter, a forest and gradient boosting learn the same training rows; held-out rows of
the rarest and of the most frequent class are translated into one another.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from ganaug import GANAugmenter
from ganaug.models import model_for

from . import tables


def measured(name: str, folder: Path | None, rows: int, each: int) -> list[str]:
    """A row of the table for either direction."""
    train, test, target = tables.split(name, folder)
    train = train.sample(min(rows, len(train)), random_state=0).reset_index(drop=True)
    X, y = train.drop(columns=target), train[target]
    augmenter = GANAugmenter(random_state=0).fit(X, y)
    forest, boosting = (model_for(X, family, classes=True) for family in ("forest", "boosting"))
    forest[-1].set_params(n_estimators=300, min_samples_leaf=3, random_state=1)
    outside = [forest.fit(X, y), boosting.fit(X, y)]
    counts, lines = y.value_counts(), []
    for one, other in ((counts.index[0], counts.index[-1]), (counts.index[-1], counts.index[0])):
        source = test[test[target] == one].head(each).reset_index(drop=True)
        real, begun = source.drop(columns=target), time.perf_counter()
        made = augmenter.translate(real, source[target], to=other, random_state=0)
        seconds = time.perf_counter() - begun
        changed = sum(~((made[c] == real[c]) | (made[c].isna() & real[c].isna())).to_numpy() for c in real)
        taken, before = (
            " / ".join(f"{(model.predict(part) == other).mean():.0%}" for model in outside) for part in (made, real)
        )
        broken = sum(augmenter._model.encoder.broken(made, None)) if augmenter.rules_ else 0
        lines.append(
            f"| {name} | {one} to {other} | {counts[other]:,} | {taken} | {before} | {np.median(changed):g} of "
            f"{real.shape[1]} | {broken} | {seconds:.0f} s |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, help="a folder of NAME_train.parquet and NAME_test.parquet")
    parser.add_argument("--tables", nargs="+", default=["adult", "magic"])
    parser.add_argument("--rows", type=int, default=3000, help="training rows (default: %(default)s)")
    parser.add_argument("--each", type=int, default=100, help="rows to translate (default: %(default)s)")
    asked = parser.parse_args()
    print(
        "| table | classes | rows of the other | taken by forest / boosting | before | changed | rules broken | time |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in asked.tables:
        print("\n".join(measured(name, asked.data_dir, asked.rows, asked.each)), flush=True)


if __name__ == "__main__":
    main()
