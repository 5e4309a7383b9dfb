"""Do synthetic rows give training rows away? What held-out rows show is what nobody can be blamed for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..models import model_for
from .intervals import Z, roc_auc, share
from .space import Points, Space, nearest, nearest_one
from .tables import Groups, Tables, some

NEAR_SYNTHETIC = 10  # times `most_rows`: all of them, if the copy of a row is to be found
BALL = 30
LEAST_GROUP = 30
TINY = 1e-6
NEAREST = 0.01
Floats = NDArray[np.float64]


class Privacy(NamedTuple):
    figures: dict[str, Any]
    by_group: dict[str, dict[str, float]]


def privacy(tables: Tables, most_rows: int, seed: int) -> Privacy:
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
    rng = np.random.default_rng([seed, 3])
    copied, by_chance = copies(tables.train, tables.synthetic), copies(tables.train, tables.test)
    figures: dict[str, Any] = {
        "copies": float(copied.mean()),
        "copies_held_out": float(by_chance.mean()),
        "excess_copies": float(copied.mean() - by_chance.mean()),
    }
    rows = min(len(tables.train), len(tables.test), most_rows)
    members, others = some(tables.train, rows, rng), some(tables.test, rows, rng)
    most = NEAR_SYNTHETIC * most_rows
    made, few = some(tables.synthetic, most, rng), some(tables.synthetic, most_rows, rng)
    space = Space.fit(tables.train)
    figures["nearest_record"] = {**share(*_nearer(space(members), space(others), space(few))), "rows": len(few)}
    figures["near_copies"] = _near_copies(space(some(tables.train, most, rng)), space(few), space(others))
    scores = {name: (np.empty(rows), np.empty(rows)) for name in ("nearest", "density", "calibrated", "classifier")}
    for half in np.array_split(rng.permutation(rows), 2):
        rest = np.setdiff1d(np.arange(rows), half)
        found = _attacks(space, made, members.iloc[half], others.iloc[half], others.iloc[rest], seed)
        for name, (inside, outside) in found.items():
            scores[name][0][half], scores[name][1][half] = inside, outside
    figures["attacks"] = {name: roc_auc(*both) for name, both in scores.items()}
    figures["rows"] = rows
    by_group = {}
    for name, group in tables.groups().items():
        own = _of_group(group, copied, by_chance, (members, others), scores)
        by_group[name] = own | _nearest_record(tables.take(group), space, most_rows, rng)
    return Privacy(figures, by_group)


def copies(known: pd.DataFrame, rows: pd.DataFrame) -> Any:
    """Which rows equal a known one."""
    hashes = [pd.util.hash_pandas_object(part, index=False) for part in (known, rows)]
    return hashes[1].isin(hashes[0]).to_numpy(np.float64)


def _nearer(members: Points, others: Points, made: Points) -> tuple[Floats, NDArray[np.intp]]:
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
) -> dict[str, tuple[Floats, Floats]]:
    asked = pd.concat([members, others], ignore_index=True)
    points = space(asked)
    distances = nearest(space(made), points, BALL)
    radius = np.median(distances[:, 0])
    to_reference = nearest(space(reference), points)[:, 0]
    model = _like_synthetic(some(made, len(reference), np.random.default_rng(seed)), reference, seed)
    found = {
        "nearest": -distances[:, 0],
        "density": (distances <= max(radius, TINY)).sum(axis=1).astype(np.float64),
        "calibrated": np.log(to_reference + TINY) - np.log(distances[:, 0] + TINY),
        "classifier": model.predict_proba(asked)[:, 1],
    }
    return {name: (values[: len(members)], values[len(members) :]) for name, values in found.items()}


def _like_synthetic(made: pd.DataFrame, reference: pd.DataFrame, seed: int) -> Any:
    both = pd.concat([reference, made], ignore_index=True)
    model = model_for(both, "boosting", classes=True)
    model[-1].set_params(random_state=seed)
    return model.fit(both, np.repeat([0, 1], [len(reference), len(made)]))


def _of_group(
    group: Groups, copied: Floats, by_chance: Floats, asked: Any, scores: dict[str, tuple[Floats, Floats]]
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
