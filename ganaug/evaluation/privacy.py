"""Do synthetic rows give training rows away? What held-out rows show is what nobody can be blamed for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .base import (
    FAIR,
    POOR,
    Figure,
    Figures,
    Findings,
    Inputs,
    Line,
    Measurement,
    Metric,
    Verdict,
    boosting,
    interval,
    shown,
)
from .confidence import Z, roc_auc, share
from .space import Points, Space, nearest, nearest_one
from .tables import Groups, Tables, some

NEAR_SYNTHETIC = 10  # times `near_rows`: all of them, if the copy of a row is to be found
BALL = 30
LEAST_GROUP = 30
TINY = 1e-6
NEAREST = 0.01
SURE = 0.1  # half an interval
ATTACKS = {
    "nearest": "nearness",
    "density": "density",
    "calibrated": "calibrated nearness",
    "classifier": "classifier",
}
Float64Array = NDArray[np.float64]
IntArray = NDArray[np.intp]
Scores = dict[str, tuple[Float64Array, Float64Array]]  # of members, and of others


class Privacy(Metric):
    """Exact copies, nearest records, and attacks that guess which rows were trained on.

    Attacks score as many training rows (members) as held-out ones. Their figure is the ROC AUC: .5 is a coin.

    - ``nearest``: a member has a synthetic row near by.
    - ``density``: a member has many of them in a ball, as wide as the nearest synthetic row usually is far.
    - ``calibrated``: a member has a synthetic row nearer than a row of reference is: one that was held out as well.
    - ``classifier``: a member looks more like a synthetic row than like a row of reference, to gradient boosting.

    References
    ----------
    Hilprecht, Härterich, Bernau (2019). Monte Carlo and reconstruction membership inference attacks against generative
    models. PoPETs.

    van Breugel, Sun, Qian, van der Schaar (2023). Membership inference attacks against synthetic data through
    overfitting detection. AISTATS.
    """

    name = "privacy"
    title = "Privacy: are training rows given away?"
    figures: ClassVar = {
        "copies": Figure("copies of training rows"),
        "excess_copies": Figure("copies beyond chance", 0.001, 0.01),
        "near_copies": Figure("near copies beyond chance", 0.01, 0.03),
        "nearest_record": Figure("nearer to training than to held-out rows", 0.53, 0.6),
        **{name: Figure(f"attack by {how}, ROC AUC", 0.53, 0.6) for name, how in ATTACKS.items()},
    }
    by_class: ClassVar = {
        "excess_copies": Figure("excess copies"),
        "nearest_record": Figure("nearer to training"),
        "membership": Figure("membership", note="ROC AUC of the surest attack on these rows alone"),
        "membership_low": Figure("membership, at least"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, most, rng = inputs.tables, inputs.near_rows, inputs.rng(3)
        copied, by_chance = copies(tables.train, tables.synthetic), copies(tables.train, tables.test)
        figures: Figures = {
            "copies": float(copied.mean()),
            "copies_held_out": float(by_chance.mean()),
            "excess_copies": float(copied.mean() - by_chance.mean()),
        }
        rows = min(len(tables.train), len(tables.test), most)
        members, others = some(tables.train, rows, rng), some(tables.test, rows, rng)
        made, few = some(tables.synthetic, NEAR_SYNTHETIC * most, rng), some(tables.synthetic, most, rng)
        known = some(tables.train, NEAR_SYNTHETIC * most, rng)
        space = Space.fit(tables.train)
        figures["nearest_record"] = {**share(*_nearer(space(members), space(others), space(few))), "rows": len(few)}
        figures["near_copies"] = _near_copies(space(known), space(few), space(others))
        scores = {name: (np.empty(rows), np.empty(rows)) for name in ATTACKS}
        for half in np.array_split(rng.permutation(rows), 2):
            rest = np.setdiff1d(np.arange(rows), half)
            found = _attacks(space, made, members.iloc[half], others.iloc[half], others.iloc[rest], inputs.seed)
            for name, (inside, outside) in found.items():
                scores[name][0][half], scores[name][1][half] = inside, outside
        figures["attacks"] = {name: roc_auc(*both) for name, both in scores.items()}
        figures["rows"] = rows
        by_class = {}
        for name, group in tables.groups().items():
            own = _of_class(group, copied, by_chance, (members, others), scores)
            by_class[name] = own | _nearest_record(tables.take(group), space, most, rng)
        return Measurement(figures, classes=by_class)

    def lines(self, figures: Figures) -> list[Line]:
        copied, excess = self.figures["copies"], self.figures["excess_copies"]
        return [
            Line(copied.label, shown(figures["copies"]), shown(figures["copies_held_out"])),
            Line(excess.label, shown(figures["excess_copies"]), "0"),
            *(Line(each.label, interval(own, key), f"{chance:g}") for each, key, own, chance in self._sure(figures)),
        ]

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        record, attacks, near = figures["nearest_record"], figures["attacks"], figures["near_copies"]
        name, worst = max(attacks.items(), key=lambda item: item[1]["roc_auc"])
        ratings = [self.figures["excess_copies"].rating(figures["excess_copies"])]
        ratings += [each.leak(own[key], own["low"], chance) for each, key, own, chance in self._sure(figures)]
        says = f"{max(figures['excess_copies'], 0):.2%} of the synthetic rows are copies of training rows beyond "
        says += f"chance, {max(near['share'], 0):.2%} near copies; {record['share']:.3f} are nearer to a training row "
        says += (
            f"than to a held-out one (.5 is chance), and the best attack ({name}) tells training rows from held-out "
        )
        says += f"ones with a ROC AUC of {worst['roc_auc']:.3f}."
        width = max(attack["high"] - attack["low"] for attack in attacks.values()) / 2
        if width > SURE:
            ratings.append(FAIR)
            says += f" With {figures['rows']:,} held-out rows that is not sure: ± {width:.3f}."
        hint = "Training rows can be recognised: take fewer steps or more rows, and do not hand these rows out."
        if POOR not in ratings:
            hint = "Look again with more held-out rows. Fewer steps, or more training rows, leave fewer traces."
        return self.judged(ratings, says, hint)

    def _sure(self, figures: Figures) -> Iterator[tuple[Figure, str, Figures, float]]:
        """Figures that have an interval, the value's name in it, and what chance makes of it."""
        yield self.figures["near_copies"], "share", figures["near_copies"], 0.0
        yield self.figures["nearest_record"], "share", figures["nearest_record"], 0.5
        for name, found in figures["attacks"].items():
            yield self.figures[name], "roc_auc", found, 0.5


def copies(known: pd.DataFrame, rows: pd.DataFrame) -> Float64Array:
    """Which rows equal a known one."""
    hashes = [pd.util.hash_pandas_object(part, index=False) for part in (known, rows)]
    return hashes[1].isin(hashes[0]).to_numpy(np.float64)


def _nearer(members: Points, others: Points, made: Points) -> tuple[Float64Array, IntArray]:
    """1 for a synthetic row nearer to a training row than to a held-out one, of as many; a half if it is a draw.

    And which of these rows is the nearest: all synthetic rows around it stand and fall together.
    """
    (to_members, member), (to_others, other) = (nearest_one(points, made) for points in (members, others))
    gap = to_members - to_others
    return np.where(np.abs(gap) < TINY, 0.5, gap < 0), np.where(gap < TINY, member, len(members) + other)


def _near_copies(known: Points, made: Points, others: Points) -> dict[str, float]:
    """The share of synthetic rows as near to a training row as the nearest hundredth of held-out rows, less theirs."""
    near, far = nearest(known, made)[:, 0], nearest(known, others)[:, 0]
    radius = np.quantile(far, NEAREST, method="higher") + TINY
    inside, chance = float(np.mean(near <= radius)), float(np.mean(far <= radius))
    variance = inside * (1 - inside) / len(near) + 2 * chance * (1 - chance) / len(far)  # the radius varies as well
    half = Z * float(variance**0.5)
    return {"share": inside - chance, "low": inside - chance - half, "high": inside - chance + half}


def _attacks(
    space: Space, made: pd.DataFrame, members: pd.DataFrame, others: pd.DataFrame, reference: pd.DataFrame, seed: int
) -> Scores:
    asked = pd.concat([members, others], ignore_index=True)
    points = space(asked)
    distances = nearest(space(made), points, BALL)
    radius = np.median(distances[:, 0])
    to_reference = nearest(space(reference), points)[:, 0]
    fakes = some(made, len(reference), np.random.default_rng(seed))
    both = pd.concat([reference, fakes], ignore_index=True)
    model = boosting(both, np.repeat([0, 1], [len(reference), len(fakes)]), seed)
    found = {
        "nearest": -distances[:, 0],
        "density": (distances <= max(radius, TINY)).sum(axis=1).astype(np.float64),
        "calibrated": np.log(to_reference + TINY) - np.log(distances[:, 0] + TINY),
        "classifier": model.predict_proba(asked)[:, 1],
    }
    return {name: (values[: len(members)], values[len(members) :]) for name, values in found.items()}


def _of_class(
    group: Groups, copied: Float64Array, by_chance: Float64Array, asked: tuple[pd.DataFrame, ...], scores: Scores
) -> dict[str, float]:
    found = {}
    if len(group.synthetic):
        chance = float(by_chance[group.test].mean()) if len(group.test) else 0.0
        found["excess_copies"] = float(copied[group.synthetic].mean()) - chance
    inside, outside = (np.isin(rows.index, spots) for rows, spots in zip(asked, (group.train, group.test), strict=True))
    if min(inside.sum(), outside.sum()) >= LEAST_GROUP:
        areas = [roc_auc(attack[0][inside], attack[1][outside]) for attack in scores.values()]
        surest = max(areas, key=lambda area: area["low"])
        found |= {"membership": surest["roc_auc"], "membership_low": surest["low"]}
    return found


def _nearest_record(part: Tables, space: Space, most_rows: int, rng: np.random.Generator) -> dict[str, float]:
    rows = min(len(part.train), len(part.test), most_rows)
    if min(rows, len(part.synthetic)) < LEAST_GROUP:
        return {}
    drawn = (some(part.train, rows, rng), some(part.test, rows, rng), some(part.synthetic, most_rows, rng))
    return {"nearest_record": float(_nearer(*map(space, drawn))[0].mean())}
