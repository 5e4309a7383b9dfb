"""Do columns and pairs of columns look alike? The figures of SDMetrics' QualityReport, as errors.

A column of numbers has the distance of Kolmogorov and Smirnov, one of categories the total variation distance. A pair
of numbers has half the difference of the correlations, any other pair the total variation distance of the two-way
table, in which a number is one of ten intervals of equal width. Empty cells of categories are a category of their own.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from ..plain import Float64Array, IndexArray
from ..plots import REAL, SYNTHETIC, finish, shortened
from .base import Figure, Findings, Inputs, Measurement, Metric, Verdict
from .charts import Chart, Section
from .tables import Tables, is_empty

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10
DENSE_CELLS = 1_000_000
BARS = 24
MOST_VALUES = 8
TAILS = (0.001, 0.999)
MOST_COLUMNS, MOST_PAIRS, MOST_IN_GRID = 40, 15, 60
DAY = 86_400


class Fidelity(Metric):
    """Errors of columns and of pairs of columns, in per cent."""

    name = "fidelity"
    title = "Fidelity: columns and pairs of columns"
    figures: ClassVar = {
        "shape_error": Figure("mean error of a column, %", 2.0, 8.0),
        "trend_error": Figure("mean error of a pair of columns, %", 4.0, 12.0),
    }
    headings: ClassVar = {
        "error": Figure("error, %", note="distance from the training rows"),
        "error_held_out": Figure("held-out rows, %"),
        "missing_real": Figure("missing, real"),
        "missing_synthetic": Figure("missing, synthetic"),
    }

    def measure(self, inputs: Inputs) -> Measurement:
        tables = inputs.tables
        train, made = tables.train, tables.synthetic
        pairs = pair_errors(train, made).assign(error_held_out=pair_errors(train, tables.test)["error"])
        pairs[["error", "error_held_out"]] *= 100
        columns = of_columns(tables)
        figures = {
            f"{group}_{name}": float(errors[name].mean()) if len(errors[name]) else None
            for group, errors in (("shape", columns), ("trend", pairs))
            for name in ("error", "error_held_out")
        }
        bars = {name: distribution(train[name], made[name], kind) for name, kind in tables.kinds.items()}
        return Measurement(figures, columns, pairs=pairs, pictures={"distributions": bars})

    def verdict(self, found: Findings) -> Verdict:
        figures = found.figures[self.name]
        trend = figures["trend_error"]
        says = f"A column is {figures['shape_error']:.2f} % off the training rows on average"
        says += "" if trend is None else f", a pair of columns {trend:.2f} %"
        says += f"; held-out real rows are {figures['shape_error_held_out']:.2f} %"
        says += "." if trend is None else f" and {figures['trend_error_held_out']:.2f} % off."
        worst = found.columns.sort_values("error", ascending=False).head(3)
        hint = (
            f"The columns furthest off are {', '.join(worst['column'])}. More steps help most; name numbers that are "
            "codes in categorical_features, and keep refine on."
        )
        return self.judged(self.ratings(figures), says, hint)

    def sections(self, found: Findings) -> list[Section]:
        columns = found.columns.sort_values("error", ascending=False)
        gallery = []
        for name in columns["column"].head(MOST_COLUMNS):
            bars = found.pictures["distributions"][name]
            height = max(0.8 + 0.21 * len(bars["values"]), 1.5) if bars["kind"] == "category" else 2.4
            gallery.append(Chart((3.8, height), partial(draw_column, bars=bars), name))
        note = "The columns furthest off come first."
        sections = [Section("Columns", gallery=tuple(gallery), table=columns, note=note)]
        names = columns["column"].head(MOST_IN_GRID).sort_index().tolist()
        pairs = found.pairs[found.pairs["first"].isin(names) & found.pairs["second"].isin(names)]
        if len(pairs):
            side = 3.2 + 0.24 * len(names)
            chart = Chart((side + 1, side), partial(draw_pairs, pairs=pairs, names=names))
            worst = found.pairs.sort_values("error", ascending=False).head(MOST_PAIRS)
            note = (
                "Two numbers: half the difference of their correlations. Other pairs: the share of rows that would "
                "have to move for equal two-way tables. The furthest off:"
            )
            sections.append(Section("Pairs of columns", chart, table=worst, note=note))
        return sections


def of_columns(tables: Tables) -> dict[str, pd.Series]:
    """Figures of each column: errors in per cent, and shares of empty cells."""
    return {
        "error": 100 * column_errors(tables.train, tables.synthetic),
        "error_held_out": 100 * column_errors(tables.train, tables.test),
        "missing_real": is_empty(tables.train).mean(),
        "missing_synthetic": is_empty(tables.synthetic).mean(),
    }


def column_errors(real: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The distance of each column, from 0 to 1."""
    return pd.Series({name: _distance(real[name], other[name]) for name in real}, dtype=np.float64)


def pair_errors(real: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The distance of each pair of columns, from 0 to 1: first, second, kind, error."""
    numbers = [name for name in real if real[name].dtype == np.float64]
    one, two = (table[numbers].corr().fillna(0.0) for table in (real, other))  # none with a constant column
    gap, place = (one - two).abs().to_numpy() / 2, {name: at for at, name in enumerate(numbers)}
    codes = {name: _codes(real[name], other[name]) for name in real}
    weights = np.repeat([1 / len(real), -1 / len(other)], [len(real), len(other)])
    rows = []
    for pair in combinations(real, 2):
        if pair[0] in place and pair[1] in place:
            rows.append((*pair, "correlation", gap[place[pair[0]], place[pair[1]]]))
        else:
            rows.append((*pair, "two-way table", _table_distance(codes[pair[0]], codes[pair[1]], weights)))
    return pd.DataFrame(rows, columns=["first", "second", "kind", "error"])


def _distance(real: pd.Series, other: pd.Series) -> float:
    if real.dtype != np.float64:
        shares = [column.value_counts(normalize=True) for column in (real, other)]
        return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    one, two = real.dropna(), other.dropna()
    if one.empty or two.empty:
        return float(one.empty != two.empty)
    return float(ks_2samp(one, two, method="asymp").statistic)


def _codes(real: pd.Series, other: pd.Series) -> IndexArray:
    both = pd.concat([real, other], ignore_index=True)
    if real.dtype != np.float64:
        return pd.factorize(both)[0].astype(np.intp)
    known = real.dropna()
    edges = np.histogram_bin_edges(known, BINS)[1:-1] if len(known) else np.zeros(0)
    return np.where(both.isna(), BINS, np.digitize(both, edges)).astype(np.intp)


def _table_distance(one: IndexArray, two: IndexArray, weights: Float64Array) -> float:
    width = int(two.max()) + 1
    cells = one * width + two
    if (int(one.max()) + 1) * width > DENSE_CELLS:
        cells = pd.factorize(cells)[0]
    return float(np.abs(np.bincount(cells, weights)).sum() / 2)


def distribution(real: pd.Series, made: pd.Series, kind: str) -> dict[str, Any]:
    """The shares of training and of synthetic rows in each bar of a column.

    A number has 24 intervals, whose `edges` span all but the outermost thousandths; those are in the first and the
    last. A column of few values, or of categories, has its most frequent ones as `values`.
    """
    known = real.dropna()
    if kind != "category" and known.nunique() > BARS:
        low, high = np.quantile(known, TAILS)
        edges = np.linspace(low, high, BARS + 1)
        if edges[0] < edges[-1]:
            cells = [column.dropna().clip(edges[0], edges[-1]) for column in (real, made)]
            shares = [(np.histogram(own, edges)[0] / max(len(own), 1)).tolist() for own in cells]
            return {"kind": kind, "edges": edges.tolist(), "real": shares[0], "synthetic": shares[1]}
    counts = [column.value_counts(normalize=True) for column in (real, made)]
    most = counts[0].index[:MOST_VALUES]
    if kind != "category":
        most = most.sort_values()
    shares = [count.reindex(most, fill_value=0.0).tolist() for count in counts]
    values = [str(value) if kind == "category" else f"{value:g}" for value in most]
    if any(not count.index.isin(most).all() for count in counts):
        values.append("(others)")
        shares = [[*own, max(1 - sum(own), 0.0)] for own in shares]
    return {"kind": "category", "values": values, "real": shares[0], "synthetic": shares[1]}


def draw_column(ax: Axes, bars: dict[str, Any]) -> None:
    """Training and synthetic rows of a column side by side, as shares."""
    if bars["kind"] == "category":
        places, height = np.arange(len(bars["values"])), 0.4
        ax.barh(places - height / 2, bars["real"], height, color=REAL)
        ax.barh(places + height / 2, bars["synthetic"], height, color=SYNTHETIC)
        ax.set_yticks(places, [shortened(value) for value in bars["values"]], parse_math=False)
        ax.invert_yaxis()
        ax.locator_params(axis="x", nbins=4)
    else:
        ax.stairs(bars["real"], bars["edges"], fill=True, color=REAL, alpha=0.55)
        ax.stairs(bars["synthetic"], bars["edges"], color=SYNTHETIC, linewidth=2)
        ax.locator_params(axis="both", nbins=4)
        if bars["kind"] == "datetime":
            ax.set_xticks(ax.get_xticks()[1:-1], [_date(tick, bars["edges"]) for tick in ax.get_xticks()[1:-1]])
    finish(ax, legend=False)


def _date(seconds: float, edges: list[float]) -> str:
    """A date, and the time of it if the axis is short; of spans of time, the days."""
    spread = edges[-1] - edges[0]
    if all(abs(edge) < 10 * 365 * DAY for edge in edges) and edges[0] < 365 * DAY:
        return f"{seconds / DAY:.3g} d"
    date = pd.Timestamp(seconds, unit="s")
    return date.strftime("%Y-%m" if spread > 200 * DAY else "%m-%d" if spread > 3 * DAY else "%H:%M")


def draw_pairs(ax: Axes, pairs: pd.DataFrame, names: list[str]) -> None:
    """Distances of pairs of columns: below the diagonal of synthetic rows, above it of held-out real ones."""
    below, above = (pairs.pivot(index="second", columns="first", values=v) for v in ("error", "error_held_out"))
    grid = below.combine_first(above.T).reindex(index=names, columns=names).to_numpy()
    image = ax.imshow(grid, cmap="viridis", vmin=0, vmax=max(float(np.nanmax(grid)), 1e-9), interpolation="nearest")
    labels = [shortened(name) for name in names]
    ax.set_xticks(np.arange(len(names)), labels, rotation=90, parse_math=False)
    ax.set_yticks(np.arange(len(names)), labels, parse_math=False)
    ax.figure.colorbar(image, ax=ax, shrink=0.7, label="distance from the training rows, %")
    ax.set(xlabel="above: held-out real rows", ylabel="below: synthetic rows")
