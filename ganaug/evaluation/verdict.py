"""From figures to plain words: how good each side of a fit is, and what to do about it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

GOOD, FAIR, POOR, UNKNOWN = "good", "fair", "poor", "not measured"
ORDER = (POOR, FAIR, UNKNOWN, GOOD)
SHAPE, TREND = (2.0, 8.0), (4.0, 12.0)  # up to this good, up to that fair; in per cent
TOLD = (0.6, 0.8)  # ROC AUC
LOSS, PRECISION_LOSS, RATIO = (0.02, 0.06), (0.06, 0.15), (1.1, 1.3)  # ROC AUC, average precision, error
REACH = (0.9, 0.7)  # of what held-out rows have; density, which is a mean, scatters more
DENSITY = (0.8, 0.6)
COPIES, NEAR_COPIES, NEARER, MEMBERS = (0.001, 0.01), (0.01, 0.03), (0.53, 0.6), (0.53, 0.6)
LEARNS_NOTHING, EXPLAINS_NOTHING = 0.55, 0.02  # ROC AUC, R2
SURE = 0.1  # half an interval
STRICTER = 1.31  # makes 99 % of a 95 % interval: six figures of privacy are looked at at once


class Verdict(NamedTuple):
    """What one group of figures says.

    Parameters
    ----------
    group : {"fidelity", "detection", "usefulness", "coverage", "privacy"}
    rating : {"good", "fair", "poor", "not measured"}
    says : str
        In a sentence or two.
    hint : str
        At the remedy; empty where none is needed.
    """

    group: str
    rating: str
    says: str
    hint: str


def on_fidelity(figures: dict[str, Any], columns: pd.DataFrame) -> Verdict:
    shape, trend = figures["shape_error"], figures["trend_error"]
    ratings = [_below(shape, SHAPE, figures["shape_error_held_out"])]
    if trend is not None:
        ratings.append(_below(trend, TREND, figures["trend_error_held_out"]))
    says = f"A column is {shape:.2f} % off the training rows on average"
    says += "" if trend is None else f", a pair of columns {trend:.2f} %"
    says += f"; held-out real rows are {figures['shape_error_held_out']:.2f} %"
    says += "." if trend is None else f" and {figures['trend_error_held_out']:.2f} % off."
    worst = columns.sort_values("error", ascending=False).head(3)
    hint = (
        f"The columns furthest off are {_listed(worst['column'])}. More steps help most; name numbers that are codes "
        "in categorical_features, and keep refine on."
    )
    return _verdict("fidelity", ratings, says, hint)


def on_detection(figures: dict[str, Any], columns: pd.DataFrame) -> Verdict:
    area = figures["roc_auc"]
    says = f"Gradient boosting tells real rows from synthetic ones with a ROC AUC of {area:.3f}, where .5 is a coin."
    telling = columns.sort_values("tells", ascending=False)
    telling = telling[telling["tells"] > 0.005].head(3)
    hint = "Rows differ by how columns go together rather than by a single one."
    if len(telling):
        hint = f"What gives them away most: {_listed(telling['column'])}."
    return _verdict("detection", [_below(area, TOLD)], says, f"{hint} Allow more steps, and draw with refine=True.")


def on_usefulness(figures: dict[str, Any] | None) -> Verdict:
    if figures is None:
        return Verdict("usefulness", UNKNOWN, "Without a target there is nothing to predict.", "Name a target.")
    if "rmse" in figures:
        own = figures["rmse"]
        says = f"A model that learnt from synthetic rows errs by {own['synthetic']:.4g} on held-out real ones, "
        says += f"one that learnt from real rows by {own['real']:.4g} (root mean squared error)."
        ratings = [_below(own["ratio"], RATIO)]
        learnt = figures["r2"]["real"] > EXPLAINS_NOTHING
    else:
        own = figures["roc_auc"]
        says = f"A model that learnt from synthetic rows has a ROC AUC of {own['synthetic']:.3f} on held-out real "
        says += f"ones, one that learnt from as many real rows {own['real']:.3f}."
        precision = figures["average_precision"]
        ratings = [_below(own["loss"], LOSS), _below(precision["real"] - precision["synthetic"], PRECISION_LOSS)]
        learnt = own["real"] > LEARNS_NOTHING
    if not learnt:
        return Verdict("usefulness", UNKNOWN, f"{says} Even real rows teach next to nothing.", "Choose another target.")
    hint = (
        "The target's relation to the columns is lost in part: allow more steps. Whether rows added to the real ones "
        "help is another question, which ganaug.assess answers."
    )
    return _verdict("usefulness", ratings, says, hint)


def on_coverage(figures: dict[str, Any], classes: pd.DataFrame) -> Verdict:
    ratings = []
    for name in ("precision", "recall", "density", "coverage"):
        if figures.get(f"{name}_held_out"):
            limits = DENSITY if name == "density" else REACH
            ratings.append(_above(figures[name] / figures[f"{name}_held_out"], limits))
    for name, count in (("categories", "category_count"), ("rare_categories", "rare_count")):
        if figures.get(f"{name}_held_out"):
            ratings.append(_produced(figures[name], figures[f"{name}_held_out"], figures[count]))
    says = f"{figures['coverage']:.3f} of the real neighbourhoods have a synthetic row in them"
    says += f", {figures['coverage_held_out']:.3f} a held-out real one." if "coverage_held_out" in figures else "."
    if figures.get("rare_count"):
        says += f" The share of rare categories that is produced is {figures['rare_categories']:.3f}, where "
        says += f"held-out rows show {figures['rare_categories_held_out']:.3f}."
    lost = [] if classes.empty else classes.loc[classes["synthetic_rows"] == 0, "class"].tolist()
    if lost:
        ratings.append(POOR)
        says += f" No row is of {_listed(pd.Series(lost))}."
    hint = "The generator leaves parts out: allow more steps or a larger batch_size, and draw more rows"
    hint += ", or exact counts of each class with sample({...})." if lost or not classes.empty else "."
    return _verdict("coverage", ratings, says, hint)


def on_privacy(figures: dict[str, Any]) -> Verdict:
    record, attacks, near = figures["nearest_record"], figures["attacks"], figures["near_copies"]
    name, worst = max(attacks.items(), key=lambda item: item[1]["roc_auc"])
    ratings = [_below(figures["excess_copies"], COPIES), _leak(record["share"], record["low"], NEARER)]
    ratings += [_leak(found["roc_auc"], found["low"], MEMBERS) for found in attacks.values()]
    ratings.append(_leak(near["share"], near["low"], NEAR_COPIES, chance=0.0))
    says = f"{max(figures['excess_copies'], 0):.2%} of the synthetic rows are copies of training rows beyond chance, "
    says += f"{max(near['share'], 0):.2%} near copies; "
    says += f"{record['share']:.3f} are nearer to a training row than to a held-out one (.5 is chance), and the best "
    says += f"attack ({name}) tells training rows from held-out ones with a ROC AUC of {worst['roc_auc']:.3f}."
    width = max(found["high"] - found["low"] for found in attacks.values()) / 2
    if width > SURE:
        ratings.append(FAIR)
        says += f" With {figures['rows']:,} held-out rows that is not sure: ± {width:.3f}."
    hint = "Training rows can be recognised: take fewer steps or more rows, and do not hand these rows out."
    if POOR not in ratings:
        hint = "Look again with more held-out rows. Fewer steps, or more training rows, leave fewer traces."
    return _verdict("privacy", ratings, says, hint)


def overall(verdicts: list[Verdict]) -> str:
    """Such as "Good throughout" or "Poor: privacy; fair: detection, coverage; good: fidelity, usefulness"."""
    by_rating = {rating: [v.group for v in verdicts if v.rating == rating] for rating in ORDER}
    found = [(rating, groups) for rating, groups in by_rating.items() if groups]
    if len(found) == 1:
        return f"{found[0][0].capitalize()} throughout"
    said = "; ".join(f"{rating}: {', '.join(groups)}" for rating, groups in found)
    return said[0].upper() + said[1:]


def _verdict(group: str, ratings: list[str], says: str, hint: str) -> Verdict:
    rating = min(ratings, key=ORDER.index)
    return Verdict(group, rating, says, "" if rating == GOOD else hint)


def _below(value: float, limits: tuple[float, float], floor: float = 0.0) -> str:
    """By two limits; what held-out real rows do is never worse than good."""
    if value <= max(limits[0], 1.5 * floor):
        return GOOD
    return FAIR if value <= max(limits[1], 3 * floor) else POOR


def _above(value: float, limits: tuple[float, float]) -> str:
    return GOOD if value >= limits[0] else FAIR if value >= limits[1] else POOR


def _produced(found: float, reference: float, count: int) -> str:
    """Of `count` categories such shares; what may be chance is taken for it."""
    chance = 2 * ((found * (1 - found) + reference * (1 - reference)) / count) ** 0.5
    return _above((found + chance) / reference, REACH)


def _leak(value: float, low: float, limits: tuple[float, float], chance: float = 0.5) -> str:
    """Nothing that may be chance; then by two limits, the upper one only if the lower one is surely passed."""
    least = value - STRICTER * (value - low)
    if least <= chance or value <= limits[0]:
        return GOOD
    return POOR if value > limits[1] and least > limits[0] else FAIR


def _listed(names: pd.Series) -> str:
    return ", ".join(map(str, names))
