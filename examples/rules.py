"""Rules that a table keeps: how often synthetic stays in a hospital break them, with and without ``rules="auto"``.

Prints the rules that were found, and writes a figure. Run with ``python examples/rules.py``; takes some two minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from ganaug import GANAugmenter
from ganaug.plots import PALETTE

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[demo]'") from error

COLOURS = {"none": PALETTE["vermilion"], "auto": PALETTE["blue"]}
TOWNS, STATES = 60, 8
BREAKS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "another state than the town's": lambda t: t["town"].str[5:].astype(int) % STATES != t["state"].str[6:].astype(int),
    "left before admission": lambda t: t["left"] < t["admitted"],
    "diagnosed at another time": lambda t: (t["diagnosed"] < t["admitted"]) | (t["diagnosed"] > t["left"]),
    "hours that are not those between": lambda t: (_hours(t) - t["hours"]).abs() > 0.01,
    "month that is not the date's": lambda t: t["admitted"].dt.month_name() != t["month"],
    "total that is not the sum": lambda t: (t["ward_fee"] + t["doctor"] + t["drugs"] - t["total"]).abs() > 0.005,
    "age group that is not the age's": lambda t: _group(t["age"]) != t["group"],
    "no ward, or several": lambda t: t.filter(like="in_").sum(axis=1) != 1,
    "a diagnosis without its date": lambda t: t["diagnosis"].isna() != t["diagnosed"].isna(),
}


def _hours(table: pd.DataFrame) -> pd.Series:
    return (table["left"] - table["admitted"]).dt.total_seconds() / 3_600


def _group(age: pd.Series) -> pd.Series:
    return pd.cut(age, [-1, 17, 39, 64, 120], labels=["child", "young", "middle", "old"]).astype(object)


def stays(rows: int, seed: int = 0) -> pd.DataFrame:
    """Stays in a hospital, made up: each column is plain, and most of them say something about another one."""
    rng = np.random.default_rng(seed)
    town, minutes = rng.integers(0, TOWNS, rows), rng.gamma(2, 900, rows).round() + 30
    admitted = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 2 * 365 * 24 * 60, rows), "min")
    known = rng.random(rows) < 0.7
    table = pd.DataFrame({"town": [f"town {i}" for i in town], "state": [f"state {i % STATES}" for i in town]})
    table["age"] = rng.gamma(6, 8, rows).round().clip(0, 100).astype(int)
    table["group"] = _group(table["age"])
    table["admitted"], table["month"] = admitted, admitted.month_name()
    table["left"] = admitted + pd.to_timedelta(minutes, "min")
    table["hours"] = minutes / 60
    fees = rng.lognormal([5.5, 4.5, 3.0], 0.6, (rows, 3)).round(2)
    table["total"] = fees.sum(axis=1).round(2)
    table[["ward_fee", "doctor", "drugs"]] = fees
    wards = pd.Series(rng.choice(["surgery", "heart", "children"], rows, p=[0.5, 0.3, 0.2]))
    table["diagnosed"] = pd.Series((admitted + pd.to_timedelta(minutes * rng.random(rows), "min")).floor("min")).where(
        known
    )
    table["diagnosis"] = pd.Series(rng.choice(["I21", "K35", "S72"], rows), dtype=object).where(known, None)
    return pd.concat([table, pd.get_dummies(wards, prefix="in", dtype=int)], axis=1)


def draw(shares: dict[str, list[float]], out: Path) -> None:
    figure, axes = plt.subplots(figsize=(7.2, 3.6), layout="constrained")
    for number, (name, values) in enumerate(shares.items()):
        places = np.arange(len(BREAKS)) + 0.36 * (number - 0.5)
        axes.barh(places, values, 0.34, color=COLOURS[name], label=f'rules="{name}"')
        for place, value in zip(places, values, strict=True):
            axes.annotate(f"{value:.0f} %", (value, place), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(BREAKS)), list(BREAKS))
    axes.invert_yaxis()
    axes.set(xlabel="synthetic rows that break it, %; of the real ones none does", xlim=(0, 108))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(out, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--steps", type=int, help="training steps, for a quick look")
    parser.add_argument("--out", type=Path, default=Path("rules.png"))
    options = parser.parse_args()
    table = stays(options.rows)
    shares = {}
    for rules in COLOURS:
        augmenter = GANAugmenter(rules=rules, steps=options.steps or "auto", random_state=0).fit(table)
        rows = augmenter.sample(2_000, random_state=0)
        shares[rules] = [100 * float(broken(rows).mean()) for broken in BREAKS.values()]
    print(*map(repr, augmenter.rules_), sep="\n")
    print()
    print(pd.DataFrame(shares, index=list(BREAKS)).round(1).add_suffix(", % broken").to_string())
    draw(shares, options.out)
    print(f"\n{options.out} shows it.")


if __name__ == "__main__":
    main()
