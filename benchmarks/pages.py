"""What the page of benchmarks says of each results file, and where something else does better than ganaug."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd

from . import fidelity, images, rebalance, speed, verdict
from .generators import GENERATORS
from .intervals import Interval, corrected

MOST_RULES = 12
"""Of a table; of the others is told how many rows break the worst one."""
LONGEST_RULE = 140
Losses = list[tuple[str, str, str, str]]  # table, figure, ganaug's, who is better
# title, decimals, and what to make of a value so that less is better
FIGURES = {
    "shape": ("shape, %", 2, lambda x: x),
    "trend": ("trend, %", 2, lambda x: x),
    "detection": ("detection", 3, lambda x: abs(x - 0.5)),
    "c2st": ("C2ST", 3, lambda x: -x),
    "tstr": ("TSTR", 3, None),  # depends on the target
    "copies": ("excess copies, %", 2, lambda x: max(x, 0)),
    "membership": ("membership", 3, lambda x: max(x - 0.5, 0)),
    "fit_seconds": ("fit, s", 1, lambda x: x),
    "fit_cpu_seconds": ("fit, CPU s", 1, lambda x: x),
    "sample_seconds": ("sampling, s", 1, lambda x: x),
    "peak_mb": ("peak memory, MB", 0, lambda x: x),
}
LEGEND = """Medians over seeds. *Shape* and *trend* are the mean distance of columns and of pairs of columns from
the training rows', *detection* the ROC AUC of gradient boosting that tells held-out rows from synthetic
ones (.5 is the best), *C2ST* the same against the training rows, as papers give it (1 is the best),
*TSTR* that of gradient boosting trained on synthetic rows and tested on held-out real ones (for a
number the root mean squared error), *excess copies* the share of synthetic rows that equal a training
row, less that of held-out rows that do, *membership* the ROC AUC of telling training rows from held-out
ones by how near the next synthetic row is (.5 gives nobody away). Rows resampled with replacement are
the floor of fidelity: they are all copies."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def number(value: Any, digits: int = 1) -> str:
    return "" if value is None or pd.isna(value) else f"{value:,.{digits}f}"


def ratio(theirs: float | None, ours: float | None) -> str:
    """How many times as much CTGAN takes."""
    return number(theirs / ours, 0 if theirs >= 10 * ours else 2) if theirs and ours else ""


def about(result: dict[str, Any]) -> str:
    """The commands, settings, machine and date of a results file, and what its keepers remark."""
    machine, set_to = result["machine"], {k: v for k, v in result["settings"].items() if v not in (None, False)}
    settings = "; settings: " + ", ".join(f"{k} {v}" for k, v in set_to.items()) if set_to else ""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(result["versions"].items(), key=str))
    return (
        "".join(f"    {command}\n" for command in result["commands"])
        + f"\n{result['date']}, on {machine['cores']} cores of {machine['cpu']} with "
        f"{machine['memory_gb']:,.0f} GB of memory{settings}. Versions: {versions}.\n"
        + (f"\n{result['remark']}\n" if "remark" in result else "")
    )


def fidelity_page(result: dict[str, Any]) -> tuple[str, Losses]:
    rows, parts, losses = result["rows"], [], []
    medians = fidelity.medians(rows)
    for real in (row for row in rows if row["generator"] == "real rows"):
        name, lines = real["table"], []
        costs = {figure: cost for figure, (_, _, cost) in FIGURES.items()}
        costs["tstr"] = (lambda x: x) if real["target"] == "number" else (lambda x: -x)
        ran = medians.loc[name] if name in medians.index else medians
        for generator in GENERATORS:
            title = GENERATORS[generator].title
            if generator in ran.index:
                shown = [number(ran.loc[generator, figure], digits) for figure, (_, digits, _) in FIGURES.items()]
                mine = [row for row in rows if (row["table"], row["generator"]) == (name, generator)
                        and "not_run" not in row]  # fmt: skip
                lines.append([title, *shown, str(len(mine))])
            else:
                why = next((row["not_run"] for row in rows if (row["table"], row["generator"]) == (name, generator)
                            and "not_run" in row), "not asked for")  # fmt: skip
                lines.append([title, f"not run ({why})", *[""] * len(FIGURES)])
        target = "ROC AUC" if real["target"] == "classes" else "root mean squared error"
        parts.append(f"### {name}\n\n{real['rows']:,} training rows, {real['columns']} columns. Trained on the "
                     f"real rows, boosting reaches {number(real['trtr'], 3)} ({target}).\n")  # fmt: skip
        parts.append(table(["", *(title for title, _, _ in FIGURES.values()), "seeds"], lines))
        for figure, (title, digits, _) in FIGURES.items():
            losses += beaten(name, title, {g: ran.loc[g, figure] for g in ran.index}, costs[figure], digits)
    return f"## Fidelity\n\n{about(result)}\n{LEGEND}\n\n" + "\n".join(parts), losses


def beaten(place: str, title: str, values: dict[str, float], cost: Any, digits: int) -> Losses:
    """Who does better than ganaug in the digits that are shown; resampled rows, which are copies, do not compete."""
    if "ganaug" not in values:
        return []
    ours = cost(round(values["ganaug"], digits))
    better = [g for g in values if g not in ("ganaug", "bootstrap") and cost(round(values[g], digits)) < ours]
    said = ", ".join(f"{GENERATORS[g].title} {number(values[g], digits)}" for g in better)
    return [(place, title, number(values["ganaug"], digits), said)] if better else []


def signed(lead: Interval) -> str:
    return f"{lead.mean:+.4f} ± {lead.half:.4f}"


def rebalance_page(result: dict[str, Any]) -> tuple[str, Losses]:
    frame, losses = rebalance.long(result["rows"]), []
    share = 1 / (result["settings"]["folds"] - 1)
    parts = [f"## Rebalancing\n\n{about(result)}", f"{frame['table'].nunique()} tables, five learners. Mean ranks over "
             "tables and learners, 1 being the best:\n"]  # fmt: skip
    ranks, ran = rebalance.ranks(frame), list(frame["method"].unique())
    lines = [[title, *(number(ranks.loc[name, metric], 2) for metric in rebalance.METRICS)] if name in ran
             else [title, "not run", *[""] * (len(rebalance.METRICS) - 1)]
             for name, title in rebalance.TITLES.items()]  # fmt: skip
    parts.append(table(["mean rank", *rebalance.METRICS], lines))
    parts.append("Means over tables and learners, and the best learner's balanced accuracy:\n")
    figures = [c for c in (*rebalance.METRICS, rebalance.BRIER) if c in frame]
    of_tables = frame.groupby(["method", "learner", "table"])[figures].mean()  # some have more folds than others
    of_learners = of_tables.groupby(["method", "learner"]).mean()
    means, best = of_learners.groupby("method").mean(), of_learners["balanced accuracy"].groupby("method").max()
    parts.append(table(["mean", *means, "best balanced accuracy"],
                       [[rebalance.TITLES[name], *(number(value, 3) for value in means.loc[name]),
                         number(best[name], 3)] for name in rebalance.TITLES if name in ran]))  # fmt: skip
    for metric in rebalance.METRICS if "ganaug" in ran else []:
        own = ranks.loc["ganaug", metric]
        better = [f"{rebalance.TITLES[m]} {ranks.loc[m, metric]:.2f}" for m in ran if ranks.loc[m, metric] < own]
        losses += [("rebalancing, mean rank", metric, f"{own:.2f}", ", ".join(better))] if better else []
    for other in ("nothing", "smote"):
        if other not in ran:
            continue
        lines = []
        for name in (m for m in rebalance.TITLES if m in ran and m != other):
            leads = [rebalance.lead(frame, name, other, metric, share) for metric in rebalance.METRICS]
            lines.append([rebalance.TITLES[name], *map(signed, leads)])
            losses += [("rebalancing, lead over " + rebalance.TITLES[other], metric, f"{lead.mean:+.4f}",
                        f"the 95 % interval, ± {lead.half:.4f}, lies below zero")
                       for lead, metric in zip(leads, rebalance.METRICS, strict=True)
                       if name == "ganaug" and lead.sign < 0]  # fmt: skip
        parts.append(f"Mean lead over {rebalance.TITLES[other]}, fold by fold, with the 95 % interval as Nadeau and "
                     "Bengio correct it:\n")  # fmt: skip
        parts.append(table(["lead", *rebalance.METRICS], lines))
        if "ganaug" in ran:
            parts.append(f"GANOverSampler's lead over {rebalance.TITLES[other]} on each table:\n")
            own = [rebalance.differences(frame, "ganaug", other, metric) for metric in rebalance.METRICS]
            lines = [[name, *(signed(corrected(each[name], share)) for each in own)] for name in own[0]]
            parts.append(table(["table", *rebalance.METRICS], lines))
    return "\n".join(parts), losses


def verdict_page(result: dict[str, Any]) -> tuple[str, Losses]:
    found = verdict.cases(result["rows"])
    counts = found["choice"].value_counts()
    chosen = ", ".join(f"{name} {count}" for name, count in counts.items())
    lines = [[name if name == "verdict" else f"always {name}", f"{found[name].mean():+.4f}",
              f"{1 - found[f'{name} is worse'].mean():.1%}"] for name in verdict.COMPARED]  # fmt: skip
    means = found.groupby("learner")[[*verdict.COMPARED]].mean()
    parts = [f"## Whether to augment\n\n{about(result)}",
             f"{found['table'].nunique()} tables. `assess` chose in {len(found)} cases: {chosen}. Average precision "
             "next to nothing, on folds that the choice had not seen:\n",
             table(["", "mean", "not worse by more than one standard error"], lines),
             table(["mean", *means], [[name, *(f"{value:+.4f}" for value in row)] for name, *row in
                                      means.itertuples()])]  # fmt: skip
    own = found["verdict"].mean()
    better = [f"always {name} {found[name].mean():+.4f}" for name in verdict.COMPARED if found[name].mean() > own]
    losses = [("what the verdict chose", "average precision next to nothing", f"{own:+.4f}", ", ".join(better))]
    return "\n".join(parts), losses if better else []


def until_page(result: dict[str, Any]) -> tuple[str, Losses]:
    goals = {row["table"]: row for row in result["rows"] if row["generator"] == "ctgan" and "shape" in row}
    lines, losses = [], []
    for row in sorted(result["rows"], key=lambda row: (row["table"], row["generator"], row["amount"])):
        ours, goal = row["generator"] == "ganaug", goals.get(row["table"], {})
        name = f"ganaug, time_budget={row['amount']:g}" if ours else f"CTGAN, {row['amount']} epochs"
        figures = [number(row.get(figure), FIGURES[figure][1]) for figure in speed.CLOSE]
        as_close = ("yes" if speed.reached(row, goal) else "no") if ours and goal else ""
        faster = ratio(goal.get("fit_seconds"), row.get("fit_seconds")) if ours else ""
        time = number(row.get("fit_seconds")) or f"not run ({row.get('not_run')})"
        lines.append([row["table"], name, time, *figures, as_close, faster])
    for name, goal in goals.items():
        own = [row for row in result["rows"] if (row["generator"], row["table"]) == ("ganaug", name)]
        close = min((row["fit_seconds"] for row in own if speed.reached(row, goal)), default=None)
        if own and (close is None or close > goal["fit_seconds"]):
            said = "not reached" if close is None else number(close)
            losses.append((name, "seconds until CTGAN's fidelity", said, f"CTGAN {number(goal['fit_seconds'])}"))
    shown = [FIGURES[figure][0] for figure in speed.CLOSE]
    head = ["table", "", "fit, s", *shown, "as close as CTGAN", "CTGAN / ganaug"]
    return f"## Seconds until CTGAN's fidelity\n\n{about(result)}\n" + table(head, lines), losses


def sampling_page(result: dict[str, Any]) -> tuple[str, Losses]:
    lines, losses = [], []
    theirs = {(row["table"], draw["rows"]): draw for row in result["rows"] if row["generator"] == "ctgan"
              for draw in row.get("draws", [])}  # fmt: skip
    for row in result["rows"]:
        why = row.get("not_run") or row.get("error") or "too long"
        done = {draw["rows"]: draw for draw in row.get("draws", [])}
        for rows in result["settings"]["draws"]:
            draw, peer = done.get(rows, {}), theirs.get((row["table"], rows), {})
            ours = row["generator"] == "ganaug"
            rate = number(rows / draw["seconds"], 0) if draw else f"not run ({why})"
            faster = ratio(peer.get("seconds"), draw.get("seconds")) if ours else ""
            lines.append([row["table"], row["way"], f"{rows:,}", rate, number(draw.get("mb"), 0), faster])
            if ours and draw and peer and draw["seconds"] > peer["seconds"]:
                losses.append((f"sampling {rows:,} rows, {row['way']}", "rows a second", rate,
                               f"CTGAN {number(rows / peer['seconds'], 0)}"))  # fmt: skip
    head = ["table", "", "rows", "rows a second", "peak memory while sampling, MB", "CTGAN's seconds / ganaug's"]
    return f"## Sampling\n\n{about(result)}\n" + table(head, lines), losses


def growth_page(result: dict[str, Any]) -> tuple[str, Losses]:
    lines, losses, pairs = [], [], {}
    for row in result["rows"]:
        pairs.setdefault((row["what"], *row["size"]), {})[row["generator"]] = row
    for (what, *size), pair in pairs.items():
        ours, theirs, cells = pair.get("ganaug", {}), pair.get("ctgan", {}), []
        for figure, title, digits in (("fit_seconds", "fit, s", 1), ("fit_mb", "peak memory, MB", 0)):
            shown = [
                number(row.get(figure), digits) or f"not run ({row.get('not_run', 'not asked for')})"
                for row in (ours, theirs)
            ]
            cells += [*shown, ratio(theirs.get(figure), ours.get(figure))]
            if figure in theirs and ours and ours.get(figure, float("inf")) > theirs[figure]:
                place = f"growing {what}: {size[0]:,} rows, {size[1]} columns, {size[2]:,} levels"
                losses.append((place, title, shown[0], f"CTGAN {shown[1]}"))
        lines.append([what, *(f"{part:,}" for part in size), *cells])
    head = ["what grows", "rows", "columns", "levels", "ganaug: fit, s", "CTGAN", "CTGAN / ganaug",
            "ganaug: peak, MB", "CTGAN", "CTGAN / ganaug"]  # fmt: skip
    note = (f"CTGAN's seconds are those of a short fit, extrapolated to {speed.EPOCHS} epochs as if all took as long; "
            "its memory is that of the short fit. ganaug's are those of its whole fit.")  # fmt: skip
    return f"## Growing tables\n\n{about(result)}\n{note}\n\n" + table(head, lines), losses


def stream_page(result: dict[str, Any]) -> tuple[str, Losses]:
    rates = {
        (row["table"], row["batch_size"], row["generator"]): row["rows"] / row["seconds"] for row in result["rows"]
    }
    lines = []
    for row in result["rows"]:
        *place, generator = row["table"], row["batch_size"], row["generator"]
        own, real = rates[*place, generator], rates.get((*place, "real rows"))
        slower = ratio(real, own) if generator == "ganaug" else ""
        first = number(row["first_seconds"], 2)
        lines.append([row["table"], row["way"], f"{row['batch_size']:,}", first, number(own, 0), slower])
    note = ("Batches read off a dataset by a loop that does nothing else. Real rows lie in memory as tensors: they are "
            "the most that `tf.data` can give, and no peer.")  # fmt: skip
    head = ["table", "", "batch", "first batch, s", "rows a second", "real rows' rate / ganaug's"]
    return f"## Streams\n\n{about(result)}\n{note}\n\n" + table(head, lines), []


def images_page(result: dict[str, Any]) -> tuple[str, Losses]:
    rows, losses = result["rows"], []
    means = images.summary(rows)
    how = ("Every method tops each class up to the largest; half of what *ganaug + classical* adds is synthetic, half "
           "shifted and mirrored.")  # fmt: skip
    parts = [f"## Images\n\n{about(result)}", f"Means over {len(rows)} long tails. {how}\n"]
    lines = [[name, method, *(number(value, 3) for value in figures)] for (name, method), figures
             in zip(means.index, means.to_numpy(), strict=True)]  # fmt: skip
    parts.append(table(["classifier", "method", *means.columns], lines))
    for name, figures in means.groupby(level=0):
        both = figures.droplevel(0)
        for figure, own in both.loc["ganaug + classical"].items():
            better = [f"{method} {value:.3f}" for method, value in both[figure].items() if value > own]
            losses += [(f"long tails, {name}", str(figure), number(own, 3), ", ".join(better))] if better else []
    ranks = images.by_rank(rows)
    parts.append("Class by class, from the largest to the smallest; *KID* is the kernel inception distance to held-out "
                 "images among features of a network that was trained for the task:\n")  # fmt: skip
    lines = [[number(row[0], 0), *(number(value, 3) for value in row[1:])] for row in ranks.to_numpy()]
    parts.append(table(ranks.columns, lines))
    seconds, near = (pd.Series([row[name] for row in rows]).mean() for name in ("fit_seconds", "near_copies"))
    parts.append(f"A fit took {seconds:.0f} s. {near:.2%} of the synthetic images are nearer to a training image than "
                 "all but 1 % of the held-out ones.\n")  # fmt: skip
    return "\n".join(parts), losses


def rules_page(result: dict[str, Any]) -> tuple[str, Losses]:
    lines = []
    for found in result["rows"]:
        rules = sorted(found["rules"], key=lambda rule: (-rule["held_out_broken"], -rule["drawn_broken"]))
        for rule in rules[:MOST_RULES]:
            held_out = f"{rule['held_out_broken']} of {rule['held_out_rows']:,}"
            text = f"`` {shorten(rule['rule'], LONGEST_RULE, placeholder=' ...')} ``"
            lines.append([found["table"], text, f"{rule['support']:,}", held_out, str(rule["drawn_broken"])])
        if more := rules[MOST_RULES:]:
            broken = [max(rule[key] for rule in more) for key in ("held_out_broken", "drawn_broken")]
            lines.append([found["table"], f"{len(more)} more", "", *map(str, broken)])
    without = ", ".join(found["table"] for found in result["rows"] if not found["rules"])
    note = ("Rules that are found, and how many rows break them: held-out ones, and 5,000 that are drawn by a "
            f"generator that has learnt nothing. No rules in {without}.")  # fmt: skip
    head = ["table", "rule", "support", "held-out rows that break it", "drawn ones"]
    return f"## Rules\n\n{about(result)}\n{note}\n\n" + table(head, lines), []


LEVEL = {"average_precision": 0.001, "brier": 0.001, "r2": 0.001}
"""A difference of a figure that is none."""


def utility_page(result: dict[str, Any]) -> tuple[str, Losses]:
    frame = pd.DataFrame(result["rows"])
    parts, losses = ["## When rows help\n", about(result)], []
    parts.append(
        "Learners fitted to some training rows and to what is made of them, means over tables and seeds, on held-out "
        "rows: average precision of the rarer of two classes, its Brier score, R² of a number. *x 10* adds ten "
        "synthetic rows for each real one, with labels of their own or the teacher's; *worst* is the table on which "
        "the teacher, x 10, does least for the learner, with the difference to nothing and its standard error over "
        "seeds.\n"
    )
    for figure, title in (("average_precision", "average precision"), ("brier", "Brier score"), ("r2", "R²")):
        known = frame[frame[figure].notna()] if figure in frame else frame[:0]
        for size, rows in known.groupby("size"):
            seeds = rows["seed"].nunique()
            parts.append(f"### {title}, {size:,} rows{', one seed' if seeds == 1 else ''}\n")
            taught = rows[rows["learner"] != "teacher"]
            methods = list(dict.fromkeys(taught["method"]))
            lines = []
            for learner, own in taught.groupby("learner", sort=False):
                means = own.groupby("method")[figure].mean()
                wide = own.pivot_table(index=["table", "seed"], columns="method", values=figure)
                gain = wide["teacher, x 10"] - wide["nothing"]
                by_table = gain.groupby("table")
                mean, error = by_table.mean(), by_table.std(ddof=1) / np.sqrt(by_table.size())
                harm = -mean if figure != "brier" else mean
                worst = harm.idxmax()
                said = f"{worst}, {mean[worst]:+.3f}" + (f" ± {error[worst]:.3f}" if seeds > 1 else "")
                lines.append([learner, *(number(means[method], 3) for method in methods), said])
                for name in mean.index[harm > np.fmax(error, LEVEL[figure])]:
                    ours, nothing = (number(wide[m].loc[name].mean(), 3) for m in ("teacher, x 10", "nothing"))
                    losses.append(
                        (f"{name}, {size:,} rows", f"{title} of {learner}, taught", ours, f"nothing {nothing}")
                    )
            teacher = number(rows.loc[rows["learner"] == "teacher", figure].mean(), 3)
            lines.append(["the teacher itself", teacher, *[""] * len(methods)])
            parts.append(table(["learner", *methods, "worst"], lines))
    return "\n".join(parts), losses


def scale_scan_page(result: dict[str, Any]) -> tuple[str, Losses]:
    head = ["rows", "kept", "scan, s", "million rows a second", "fit, s", "peak memory, GB", "of these TensorFlow"]
    rows = [
        [f"{row['rows']:,}", f"{row['kept']:,}", number(row["scan_seconds"]),
         number(row["rows"] / row["scan_seconds"] / 1e6, 2), number(row["fit_seconds"]),
         number(row["fit_gb"], 2), number(row["tensorflow_gb"], 2)]
        for row in result["rows"]
    ]  # fmt: skip
    note = "Files of a million rows x 20 columns. The fit reads them again, for rows that break the rules it found."
    return f"## Tables larger than memory\n\n{note}\n\n{table(head, rows)}", []


def scale_fidelity_page(result: dict[str, Any]) -> tuple[str, Losses]:
    head = ["fitted to", "rows of", "its training rows", "shape", "trend", "detection"]
    rows = []
    for row in result["rows"]:
        for which in ("all", "seldom", "rare"):
            known = sum(row["rows_of"].values()) if which == "all" else row["rows_of"].get(which, 0)
            found = row.get(which, {})
            figures = [
                number(found.get(name), digits) for name, digits in (("shape", 2), ("trend", 2), ("detection", 3))
            ]
            rows.append([row["fitted_to"], which, f"{known:,}", *figures])
    note = "Next to rows that are in no file. A class that a model does not know has no figures."
    return f"## Fidelity at scale\n\n{note}\n\n{table(head, rows)}", []


def scale_parts_page(result: dict[str, Any]) -> tuple[str, Losses]:
    head = ["by", "rows", "start, s", "drawing and writing, s", "rows a second", "SHA-256 of all files"]
    rows = [
        [row["engine"], f"{row['rows']:,}", number(row["starts_seconds"]), number(row["seconds"]),
         f"{row['rows'] / row['seconds']:,.0f}", f"`{row['hash'][:12]}`"]
        for row in result["rows"]
    ]  # fmt: skip
    note = "One process uses all cores, an engine two workers on the same machine: what it costs, not what it gains."
    return f"## Rows in parts\n\n{note}\n\n{table(head, rows)}", []


def devices_page(result: dict[str, Any]) -> tuple[str, Losses]:
    head = ["what", "on", "XLA", "products in", "batch", "a step, ms", "training rows a second",
            "until the second chunk, s", "fit, s", "GPU memory, MB"]  # fmt: skip
    rows = [
        [f"{row['side']} x {row['side']} pixels" if row["side"] else result["settings"]["table"],
         row.get("gpu", f"{result['machine']['cores']} cores"), "yes" if row["is_compiled"] else "no", row["precision"],
         f"{row['batch_rows']:,}", number(row["step_ms"], 2), f"{1000 * row['batch_rows'] / row['step_ms']:,.0f}",
         number(row["first_seconds"]), f"{row['fit_seconds']:.0f}, {row['steps']:,} steps" if row["whole"] else "",
         number(row.get("gpu_mb"), 0)]
        for row in result["rows"]
    ]  # fmt: skip
    note = "A step is one of either network. A fit is a whole one, with all that follows training."
    return f"## On a graphics processor\n\n{note}\n\n{table(head, rows)}\n{about(result)}", []


PAGES = {"utility": utility_page, "fidelity": fidelity_page, "rebalance": rebalance_page, "verdict": verdict_page,
         "speed-until": until_page,
         "speed-sampling": sampling_page, "speed-growth": growth_page, "speed-stream": stream_page,
         "scale-scan": scale_scan_page, "scale-fidelity": scale_fidelity_page, "scale-parts": scale_parts_page,
         "devices": devices_page, "images": images_page, "rules": rules_page}  # fmt: skip
