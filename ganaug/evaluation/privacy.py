"""Do synthetic rows give training rows away? What held-out rows show is what nobody can be blamed for."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from ..plain import Float32Array, Float64Array, IndexArray
from ..selection.neighbours import nearest_rows
from .base import FAIR, POOR, UNKNOWN, Figure, Figures, Findings, Inputs, Line, Measurement, Metric, Verdict, boosting
from .confidence import Z, roc_auc, share
from .space import Space, space_of
from .tables import some

NEAR_SYNTHETIC = 10  # times `near_rows`: all of them, if the copy of a row is to be found
BALL = 30
LEAST_GROUP = 30
TINY = 1e-6
NEAREST = 0.01
SURE = 0.1  # half an interval
SURELY_SEEN = 4.0  # standard deviations
LEAST_SEEN = 0.02
FEWEST_SEEN = 5
ATTACKS = {"nearest": "nearness", "density": "density", "calibrated": "calibrated nearness", "classifier": "classifier"}


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
        "excess_copies": Figure("copies beyond chance", 0.001, 0.01, 0),
        "near_copies": Figure("near copies beyond chance", 0.01, 0.03, 0),
        "nearest_record": Figure("nearer to training than to held-out rows", 0.53, 0.6, 0.5),
        **{name: Figure(f"attack by {how}, ROC AUC", 0.53, 0.6, 0.5) for name, how in ATTACKS.items()},
    }
    headings: ClassVar = {
        "excess_copies": Figure("excess copies"),
        "nearest_record": Figure("nearer to training"),
        "membership": Figure("membership", note="ROC AUC of the surest attack on these rows alone"),
        "membership_low": Figure("membership, at least"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables, most, rng = inputs.tables, inputs.near_rows, inputs.rng(3)
        parts = [tables.copied(part) for part in (tables.train, tables.synthetic, tables.test)]
        copied, by_chance = copies(parts[0], parts[1]), copies(parts[0], parts[2])
        rows = min(len(tables.train), len(tables.test), most)
        members, others = some(tables.train, rows, rng), some(tables.test, rows, rng)
        made, few = some(tables.synthetic, NEAR_SYNTHETIC * most, rng), some(tables.synthetic, most, rng)
        known = some(tables.train, NEAR_SYNTHETIC * most, rng)
        space = space_of(tables.train)
        scores = {name: np.empty((2, rows)) for name in ATTACKS}
        for half in np.array_split(rng.permutation(rows), 2):
            rest = np.setdiff1d(np.arange(rows), half)
            asked = pd.concat([members.iloc[half], others.iloc[half]], ignore_index=True)
            for name, found in _attacks(space, made, asked, others.iloc[rest], inputs.seed).items():
                scores[name][:, half] = found.reshape(2, -1)
        figures: Figures = {
            "copies": float(copied.mean()),
            "copies_held_out": float(by_chance.mean()),
            "excess_copies": float(copied.mean() - by_chance.mean()),
            "seen": seen(parts[0], by_chance),
            "nearest_record": {**share(*_nearer(space(members), space(others), space(few))), "rows": len(few)},
            "near_copies": _near_copies(space(known), space(few), space(others)),
            "attacks": {name: roc_auc(*found) for name, found in scores.items()},
            "rows": rows,
        }
        by_class: dict[str, dict[str, float]] = {}
        for name, group in tables.groups().items():
            own = by_class[name] = {}
            size = min(len(group.train), len(group.test), most)
            if min(size, len(group.synthetic)) >= LEAST_GROUP:
                drawn = some(group.train, size, rng), some(group.test, size, rng), some(group.synthetic, most, rng)
                own["nearest_record"] = float(_nearer(*map(space, drawn))[0].mean())
            if len(group.synthetic):
                chance = by_chance[group.test.index].mean() if len(group.test) else 0.0
                own["excess_copies"] = float(copied[group.synthetic.index].mean() - chance)
            inside, outside = members.index.isin(group.train.index), others.index.isin(group.test.index)
            if min(inside.sum(), outside.sum()) >= LEAST_GROUP:
                areas = [roc_auc(found[0][inside], found[1][outside]) for found in scores.values()]
                surest = max(areas, key=lambda area: area["low"])
                own |= {"membership": surest["roc_auc"], "membership_low": surest["low"]}
        return Measurement(figures, classes=by_class)

    def lines(self, figures: Figures) -> list[Line]:
        return super().lines(figures | figures["attacks"])

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        attacks = figures["attacks"]
        name, worst = max(attacks.items(), key=lambda item: item[1]["roc_auc"])
        ratings = self.ratings(figures | attacks)
        says = f"{max(figures['excess_copies'], 0):.2%} of the synthetic rows are copies of training rows beyond "
        says += f"chance, {max(figures['near_copies']['share'], 0):.2%} near copies; "
        says += f"{figures['nearest_record']['share']:.3f} are nearer to a training row than to a held-out one (.5 is "
        says += f"chance), and the best attack ({name}) tells training rows from held-out ones with a ROC AUC of "
        says += f"{worst['roc_auc']:.3f}."
        width = max(attack["high"] - attack["low"] for attack in attacks.values()) / 2
        if width > SURE:
            ratings.append(FAIR)
            says += f" With {figures['rows']:,} held-out rows that is not sure: ± {width:.3f}."
        if figures["seen"]:
            ratings.append(UNKNOWN)
            says += f" But {figures['seen']:.0%} of the held-out rows are training rows, so this is no measure."
        hint = "Training rows can be recognised: take fewer steps or more rows, and do not hand these rows out."
        if figures["seen"]:
            hint = "Give rows that the generator has not seen: split before you fit, and fit to one part alone."
        elif POOR not in ratings:
            hint = "Look again with more held-out rows. Fewer steps, or more training rows, leave fewer traces."
        return self.judged(ratings, says, hint)


def seen(train: pd.DataFrame, again: Float64Array) -> float:
    """The share of held-out rows that are training rows, if more of them are `again` there than rows recur anyway."""
    recur = float(train.duplicated(keep=False).mean())
    noise = SURELY_SEEN * (recur * (1 - recur) / len(again)) ** 0.5 + max(LEAST_SEEN, FEWEST_SEEN / len(again))
    share = float(again.mean())
    return (share - recur) / (1 - recur) if share > recur + noise else 0.0


def copies(known: pd.DataFrame, rows: pd.DataFrame) -> Float64Array:
    """Which rows equal a known one."""
    hashes = [pd.util.hash_pandas_object(part, index=False) for part in (known, rows)]
    return hashes[1].isin(hashes[0]).to_numpy(np.float64)


def _nearer(members: Float32Array, others: Float32Array, made: Float32Array) -> tuple[Float64Array, IndexArray]:
    """1 for a synthetic row nearer to a training row than to a held-out one, of as many; a half if it is a draw.

    And which of these rows is the nearest: all synthetic rows around it stand and fall together.
    """
    (to_members, member), (to_others, other) = (nearest_rows(points, made) for points in (members, others))
    gap = (to_members - to_others)[:, 0]
    nearer = np.where(np.abs(gap) < TINY, 0.5, gap < 0)
    return nearer, np.where(gap < TINY, member[:, 0], len(members) + other[:, 0])


def _near_copies(known: Float32Array, made: Float32Array, others: Float32Array) -> dict[str, float]:
    """The share of synthetic rows as near to a training row as the nearest hundredth of held-out rows, less theirs."""
    near, far = nearest_rows(known, made)[0], nearest_rows(known, others)[0]
    radius = np.quantile(far, NEAREST, method="higher") + TINY
    inside, chance = float(np.mean(near <= radius)), float(np.mean(far <= radius))
    variance = inside * (1 - inside) / len(near) + 2 * chance * (1 - chance) / len(far)  # the radius varies as well
    half = Z * float(variance**0.5)
    return {"share": inside - chance, "low": inside - chance - half, "high": inside - chance + half}


def _attacks(
    space: Space, made: pd.DataFrame, asked: pd.DataFrame, reference: pd.DataFrame, seed: int
) -> dict[str, Float64Array]:
    points = space(asked)
    distances = nearest_rows(space(made), points, BALL)[0]
    radius = np.median(distances[:, 0])
    to_reference = nearest_rows(space(reference), points)[0][:, 0]
    fakes = some(made, len(reference), np.random.default_rng(seed))
    both = pd.concat([reference, fakes], ignore_index=True)
    model = boosting(both, np.repeat([0, 1], [len(reference), len(fakes)]), seed)
    return {
        "nearest": -distances[:, 0],
        "density": (distances <= max(radius, TINY)).sum(axis=1).astype(np.float64),
        "calibrated": np.log(to_reference + TINY) - np.log(distances[:, 0] + TINY),
        "classifier": model.predict_proba(asked)[:, 1],
    }
