"""Where the tables come from: a folder of yours, OpenML, imbalanced-learn's collection, or a seed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import fetch_openml
from sklearn.model_selection import train_test_split

OPENML = {"adult": 1590, "magic": 1120, "sick": 38, "bike_sharing": 42712}
COLLECTION = ["abalone", "car_eval_34", "ecoli", "mammography", "oil", "solar_flare_m0", "thyroid_sick", "us_crime",
              "wine_quality", "yeast_me2"]  # fmt: skip
# the target is the last column of other tables
TARGETS = {"adult": "income", "magic": "Class", "hypothyroid": "class", "bike_sharing": "count"}
TARGETS |= {"metro_traffic": "traffic_volume"}


class Split(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame
    target: str


def names_in(folder: Path | None) -> list[str]:
    """Tables that a fidelity benchmark finds."""
    if folder is None:
        return list(OPENML)
    names = sorted(path.name.removesuffix("_train.parquet") for path in folder.glob("*_train.parquet"))
    if not names:
        raise SystemExit(f"{folder} has no NAME_train.parquet: give a folder of these and NAME_test.parquet")
    return names


def split(name: str, folder: Path | None) -> Split:
    """Training and test rows, by a fixed split where none is given."""
    if folder is not None:
        paths = [folder / f"{name}_{part}.parquet" for part in ("train", "test")]
        if absent := [path for path in paths if not path.exists()]:
            raise SystemExit(f"there is no {absent[0]}: --tables takes {', '.join(names_in(folder))}")
        train, test = map(pd.read_parquet, paths)
        return Split(train, test, TARGETS.get(name) if TARGETS.get(name) in train else train.columns[-1])
    if name not in OPENML:
        raise SystemExit(f"table {name!r} is not among OpenML's {', '.join(OPENML)}: give --data-dir for your own")
    bunch = fetch_openml(data_id=OPENML[name], as_frame=True)
    table = bunch.frame.drop(columns="ID", errors="ignore")
    return Split(*train_test_split(table, test_size=0.2, random_state=0), bunch.target.name)


def imbalanced(folder: Path | None, names: list[str] | None) -> dict[str, tuple[pd.DataFrame, np.ndarray]]:
    """For each table the features, and whether a row is of the rarest class."""
    if folder is None:
        from imblearn.datasets import fetch_datasets

        bunches = fetch_datasets(filter_data=names or COLLECTION)
        return {name: (pd.DataFrame(bunch.data).add_prefix("x"), bunch.target == 1) for name, bunch in bunches.items()}
    paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if unknown := [name for name in names or paths if name not in paths]:
        raise SystemExit(f"{folder} has no {unknown[0]}.parquet: --tables takes {', '.join(paths) or 'none of it'}")
    found = {}
    for name in names or paths:
        table = pd.read_parquet(paths[name])
        labels = table.iloc[:, -1].astype(str)
        found[name] = table.iloc[:, :-1], (labels == labels.value_counts().index[-1]).to_numpy()
    return found


def made(rows: int, columns: int, levels: int, seed: int = 0) -> pd.DataFrame:
    """A table from a seed: half of its columns numbers, half categories, all moved by four hidden factors; a label.

    Categories are as frequent as Zipf's law has it, and each of the `levels` occurs if there are rows enough.
    """
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(rows, 4))
    table = {}
    for place in range(columns):
        moved = hidden @ rng.normal(size=4) + rng.normal(size=rows)
        if place % 2 == 0:
            table[f"number_{place}"] = np.exp(moved / 2) if place % 4 else moved
        else:
            share = np.cumsum(1 / np.arange(1, levels + 1))
            order = moved.argsort().argsort() / rows
            codes = np.searchsorted(share / share[-1], order).clip(0, levels - 1)
            some = rng.permutation(rows)[:levels]
            codes[some] = np.arange(len(some))
            table[f"word_{place}"] = np.char.add("level ", codes.astype(str)).astype(object)
    table["label"] = np.where(hidden[:, 0] + rng.normal(size=rows) > 1, "yes", "no").astype(object)
    return pd.DataFrame(table)
