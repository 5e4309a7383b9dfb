"""Tables into which a rule was planted among columns that have nothing to do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Rng = np.random.Generator


@dataclass(frozen=True)
class Plant:
    """Columns that keep a rule.

    Parameters
    ----------
    columns : DataFrame
    broken : callable
        Which rows of a table do not keep it.
    harm : callable
        Breaks it in the rows with these numbers, in place.
    told : callable
        Whether a found rule, given by its text, is the planted one.
    label : bool
        Whether the column "label" is a label.
    """

    columns: pd.DataFrame
    broken: Callable[[pd.DataFrame], pd.Series]
    harm: Callable[[pd.DataFrame, np.ndarray], None]
    told: Callable[[str], bool]


def _moments(rng: Rng, rows: int, unit: str = "min") -> pd.Series:
    per_year = {"min": 525_600, "D": 365, "h": 8_760}[unit]
    return pd.Series(pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 4 * per_year, rows), unit))


def _other(column: pd.Series, rows: np.ndarray) -> list[object]:
    """For each of the rows a value that occurs elsewhere and is not its own."""
    values = column.unique()
    return [next(v for v in np.roll(values, i) if v != column.iloc[row]) for i, row in enumerate(rows)]


def town_and_state(rng: Rng, rows: int) -> Plant:
    towns = int(rng.integers(10, max(11, rows // 5)))
    state_of = rng.integers(0, min(8, towns // 2), towns)
    town = rng.integers(0, towns, rows)
    table = pd.DataFrame({"town": town, "state": state_of[town]}).map(lambda v: f"no {v}")
    known = dict(zip((f"no {i}" for i in range(towns)), (f"no {s}" for s in state_of), strict=True))

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "state"] = _other(table["state"], which)

    return Plant(table, lambda t: t["town"].map(known) != t["state"], harm, lambda text: text == "town implies state")


def code_and_name(rng: Rng, rows: int) -> Plant:
    items = int(rng.integers(8, max(9, rows // 8)))
    codes, item = rng.permutation(10 * items)[:items] + 1_000, rng.integers(0, items, rows)
    table = pd.DataFrame({"code": codes[item], "name": [f"article {i}" for i in item]})
    known = {code: f"article {i}" for i, code in enumerate(codes)}

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "name"] = _other(table["name"], which)

    told = ("code implies name", "name implies code")
    return Plant(table, lambda t: t["code"].map(known) != t["name"], harm, lambda text: text in told)


def age_and_band(rng: Rng, rows: int) -> Plant:
    age = rng.integers(5, 95, rows)
    age[:6] = 17, 18, 29, 30, 64, 65  # else nobody could know where a band ends
    edges, names = [-1, 17, 29, 64, 200], ["child", "young", "adult", "old"]

    def band(ages: pd.Series) -> pd.Series:
        return pd.cut(ages, edges, labels=names).astype(object)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "band"] = _other(table["band"], which)

    table = pd.DataFrame({"age": age, "band": band(pd.Series(age))})
    return Plant(table, lambda t: band(t["age"]) != t["band"], harm, lambda text: text == "age implies band")


def income_and_flag(rng: Rng, rows: int) -> Plant:
    income = rng.lognormal(10, 0.6, rows)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "rich"] = ~table.loc[which, "rich"]

    table = pd.DataFrame({"income": income, "rich": income > 25_000})
    low, high = income[income <= 25_000].max(), income[income > 25_000].min()
    return Plant(
        table,
        lambda t: ((t["income"] <= low) & t["rich"]) | ((t["income"] >= high) & ~t["rich"]),
        harm,
        lambda text: text == "income implies rich",
    )


def two_and_third(rng: Rng, rows: int) -> Plant:
    first, second = rng.integers(0, 5, rows), rng.integers(0, 4, rows)
    third_of = rng.permutation(20).reshape(5, 4) % 3
    table = pd.DataFrame({"make": first, "line": second, "segment": third_of[first, second]}).map(lambda v: f"m{v}")
    known = {(f"m{i}", f"m{j}"): f"m{third_of[i, j]}" for i in range(5) for j in range(4)}

    def broken(t: pd.DataFrame) -> pd.Series:
        return pd.Series([known[pair] for pair in zip(t["make"], t["line"], strict=True)], t.index) != t["segment"]

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "segment"] = _other(table["segment"], which)

    return Plant(table, broken, harm, lambda text: "imply segment" in text)


def part_of_date(rng: Rng, rows: int) -> Plant:
    parts: dict[str, Callable[[pd.Series], pd.Series]] = {
        "year": lambda when: when.dt.year,
        "quarter": lambda when: "Q" + when.dt.quarter.astype(str),
        "month": lambda when: when.dt.month_name(),
        "weekday": lambda when: when.dt.day_name(),
        "hour": lambda when: when.dt.hour,
        "weekend": lambda when: when.dt.day_of_week >= 5,
        "day": lambda when: when.dt.normalize(),
    }
    name = str(rng.choice(list(parts)))
    when = _moments(rng, rows)
    table = pd.DataFrame({"when": when, "part": parts[name](when)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "part"] = _other(table["part"], which)

    return Plant(
        table,
        lambda t: parts[name](t["when"]) != t["part"],
        harm,
        lambda text: text.endswith("of when implies part") or text == "part = when",  # rounded down to whole days
    )


def age_at_visit(rng: Rng, rows: int) -> Plant:
    birth = pd.Series(pd.Timestamp("1940-01-01") + pd.to_timedelta(rng.integers(0, 365 * 50, rows), "D"))
    visit = _moments(rng, rows, "D")

    def age(t: pd.DataFrame) -> pd.Series:
        before = (t["visit"].dt.month * 100 + t["visit"].dt.day) < (t["birth"].dt.month * 100 + t["birth"].dt.day)
        return t["visit"].dt.year - t["birth"].dt.year - before

    table = pd.DataFrame({"birth": birth, "visit": visit})
    table["age"] = age(table)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "age"] += 7

    return Plant(
        table, lambda t: age(t) != t["age"], harm, lambda text: text == "years from birth to visit implies age"
    )


def begin_and_end(rng: Rng, rows: int) -> Plant:
    begin = _moments(rng, rows)
    end = begin + pd.to_timedelta(rng.gamma(2, 40, rows), "D").round("s")
    table = pd.DataFrame({"begin": begin, "end": end.where(rng.random(rows) < 0.8)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "end"] = table.loc[which, "begin"] - pd.Timedelta("1D")

    return Plant(table, lambda t: t["end"] < t["begin"], harm, lambda text: text in ("begin <= end",))


def stay(rng: Rng, rows: int) -> Plant:
    begin = _moments(rng, rows)
    minutes = rng.gamma(2, 200, rows).round() + 1
    table = pd.DataFrame({"begin": begin, "end": begin + pd.to_timedelta(minutes, "min"), "hours": minutes / 60})

    def broken(t: pd.DataFrame) -> pd.Series:
        hours = (t["end"] - t["begin"]).dt.total_seconds() / 3600
        return ((hours - t["hours"]).abs() > 1e-6) | (hours < 0)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "hours"] += 3

    return Plant(table, broken, harm, lambda text: " = " in text and "hours" in text)


def four_prices(rng: Rng, rows: int) -> Plant:
    low = rng.lognormal(3, 0.3, rows)
    first, last = low + rng.exponential(2, rows), low + rng.exponential(2, rows)
    high = np.maximum(first, last) + rng.exponential(1, rows)
    table = pd.DataFrame({"high": high, "first": first, "low": low, "last": last}).round(2)

    def broken(t: pd.DataFrame) -> pd.Series:
        return (t["low"] > t[["first", "last"]].min(axis=1)) | (t["high"] < t[["first", "last"]].max(axis=1))

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "high"] = table.loc[which, "last"] - 1

    return Plant(table, broken, harm, lambda text: "last" in text and text.endswith("<= high"))


def total(rng: Rng, rows: int) -> Plant:
    count = int(rng.integers(2, 6))
    parts = pd.DataFrame(rng.lognormal(3, 1.0, (rows, count)).round(2), columns=[f"p{i}" for i in range(count)])
    table = parts.assign(total=parts.sum(axis=1).round(2))
    names = list(parts)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "total"] += 9

    return Plant(
        table,
        lambda t: (t[names].sum(axis=1) - t["total"]).abs() > 1e-6,
        harm,
        lambda text: " = " in text and "total" in text and " + " in text,
    )


def amount(rng: Rng, rows: int) -> Plant:
    pieces, price = rng.integers(1, 30, rows), rng.lognormal(3, 0.8, rows).round(2)
    table = pd.DataFrame({"pieces": pieces, "price": price, "amount": (pieces * price).round(2)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "amount"] *= 2

    return Plant(
        table,
        lambda t: (t["pieces"] * t["price"] - t["amount"]).abs() > 0.005001,
        harm,
        lambda text: text in ("amount = pieces * price", "amount = price * pieces"),
    )


def ratio(rng: Rng, rows: int) -> Plant:
    kg, m = rng.normal(75, 12, rows).clip(40).round(1), rng.normal(1.72, 0.1, rows).round(2)
    table = pd.DataFrame({"kg": kg, "m": m, "bmi": (kg / m**2).round(1)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "bmi"] += 4

    return Plant(
        table,
        lambda t: (t["kg"] / t["m"] ** 2 - t["bmi"]).abs() > 0.050001,
        harm,
        lambda text: text == "bmi = kg / m^2",
    )


def discount(rng: Rng, rows: int) -> Plant:
    price, off = rng.lognormal(3, 0.7, rows).round(2), rng.choice([0, 5, 10, 25, 50], rows)
    table = pd.DataFrame({"price": price, "off": off, "paid": (price * (1 - off / 100)).round(2)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "paid"] += 3

    return Plant(
        table,
        lambda t: (t["price"] * (1 - t["off"] / 100) - t["paid"]).abs() > 0.005001,
        harm,
        lambda text: text == "paid = price * (1 - off / 100)",
    )


def logarithm(rng: Rng, rows: int) -> Plant:
    size = rng.lognormal(3, 1, rows)
    table = pd.DataFrame({"size": size, "log_size": np.log(size)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "log_size"] += 0.5

    return Plant(
        table,
        lambda t: (np.log(t["size"]) - t["log_size"]).abs() > 1e-9,
        harm,
        lambda text: text in ("log_size = log(size)", "size = exp(log_size)"),
    )


def shares(rng: Rng, rows: int) -> Plant:
    parts = (rng.dirichlet([4, 3, 2, 1], rows) * 1_000).round()
    parts[:, 0] += 1_000 - parts.sum(1)
    table = pd.DataFrame((parts / 10).round(1), columns=["clay", "silt", "sand", "gravel"])
    names = list(table)

    def broken(t: pd.DataFrame) -> pd.Series:
        return ((t[names].sum(axis=1) - 100).abs() > 1e-6) | (t[names] < 0).any(axis=1)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "sand"] += 5

    return Plant(table, broken, harm, lambda text: text.endswith("= 100"))


def dummies(rng: Rng, rows: int) -> Plant:
    which = rng.choice(5, rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    table = pd.get_dummies(pd.Series(which), prefix="job", dtype=[int, bool, float][rng.integers(3)])
    names = list(table)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, names] = (
            table.loc[which, names].to_numpy() | np.roll(table.loc[which, names].to_numpy(), 1, axis=1)
            if table[names[0]].dtype != float
            else 1.0
        )

    return Plant(table, lambda t: t[names].sum(axis=1) != 1, harm, lambda text: text.startswith("one of"))


def dummies_without_the_first(rng: Rng, rows: int) -> Plant:
    table = pd.get_dummies(pd.Series(rng.choice(4, rows)), prefix="job", dtype=int).iloc[:, 1:]
    names = list(table)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, names] = 1

    return Plant(table, lambda t: t[names].sum(axis=1) > 1, harm, lambda text: text.startswith("at most one of"))


def missing_together(rng: Rng, rows: int) -> Plant:
    there = rng.random(rows) < 0.6
    table = pd.DataFrame({"dose": np.where(there, rng.gamma(2, 3, rows).round(1), np.nan)})
    table["drug"] = np.where(there, rng.choice(["a", "b", "c"], rows), None)

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "drug"] = np.where(table.loc[which, "drug"].isna(), "a", None)

    return Plant(
        table,
        lambda t: t["dose"].isna() != t["drug"].isna(),
        harm,
        lambda text: "missing" in text and "dose" in text and "drug" in text,
    )


def there_if(rng: Rng, rows: int) -> Plant:
    status = rng.choice(["open", "closed", "void"], rows)
    closed = _moments(rng, rows, "D").where(status == "closed")
    table = pd.DataFrame({"status": status, "closed_on": closed})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "status"] = np.where(table.loc[which, "status"] == "closed", "open", "closed")

    return Plant(
        table,
        lambda t: (t["status"] == "closed") != t["closed_on"].notna(),
        harm,
        lambda text: text == "status implies whether closed_on is missing",
    )


def nothing_if(rng: Rng, rows: int) -> Plant:
    plan = rng.choice(["free", "basic", "pro"], rows)
    table = pd.DataFrame({"plan": plan, "fee": np.where(plan == "free", 0, rng.gamma(3, 10, rows).round(2) + 5)})

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "fee"] = np.where(table.loc[which, "fee"] == 0, 20.5, 0)

    return Plant(
        table,
        lambda t: (t["plan"] == "free") != (t["fee"] == 0),
        harm,
        lambda text: text in ("plan implies whether fee is 0", "fee implies whether plan is free"),
    )


def retired_from(rng: Rng, rows: int) -> Plant:
    age = rng.integers(15, 95, rows)
    age[:2] = 66, 67
    job = np.where(age > 66, "retired", rng.choice(["clerk", "cook", "none"], rows))

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "job"] = np.where(table.loc[which, "job"] == "retired", "cook", "retired")

    return Plant(
        pd.DataFrame({"age": age, "job": job}),
        lambda t: (t["age"] > 66) != (t["job"] == "retired"),
        harm,
        lambda text: text == "age implies whether job is retired",
    )


def single_below(rng: Rng, rows: int) -> Plant:
    age = rng.integers(8, 60, rows)
    age[:2] = 17, 18
    state = np.where(age < 18, "single", rng.choice(["single", "married", "widow"], rows))
    state[1] = "married"

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "state"], table.loc[which, "age"] = "married", 12

    return Plant(
        pd.DataFrame({"age": age, "state": state}),
        lambda t: (t["age"] < 18) & (t["state"] != "single"),
        harm,
        lambda text: text == "age < 18 implies state is single",
    )


def none_of_these(rng: Rng, rows: int) -> Plant:
    sort = rng.choice(["house", "flat", "garage", "land"], rows)
    rooms = np.where(np.isin(sort, ["garage", "land"]), 0, rng.integers(0, 9, rows))

    def harm(table: pd.DataFrame, which: np.ndarray) -> None:
        table.loc[which, "sort"], table.loc[which, "rooms"] = "land", 4

    return Plant(
        pd.DataFrame({"sort": sort, "rooms": rooms}),
        lambda t: t["sort"].isin(["garage", "land"]) & (t["rooms"] > 0),
        harm,
        lambda text: (
            text in ("sort is garage or land implies rooms is 0", "sort is not flat or house implies rooms is 0")
            or (text.startswith("rooms >= 1 implies sort is"))
        ),
    )


PLANTS = [
    *(town_and_state, code_and_name, age_and_band, income_and_flag, two_and_third, part_of_date, age_at_visit),
    *(
        begin_and_end,
        stay,
        four_prices,
        total,
        amount,
        ratio,
        discount,
        logarithm,
        shares,
        dummies,
        dummies_without_the_first,
    ),
    *(missing_together, there_if, nothing_if, retired_from),
]
"""Rules that 200 rows prove."""
PINNED = [single_below, none_of_these]
"""Rules of which each part needs rows of its own."""


def noise(rng: Rng, rows: int, columns: int) -> pd.DataFrame:
    """Columns of all kinds that know nothing of one another, some with gaps."""
    made = {}
    for number in range(columns):
        kinds: list[Callable[[], object]] = [
            lambda: rng.normal(0, 10, rows),
            lambda: rng.lognormal(2, 1, rows).round(2),
            lambda: rng.integers(0, int(rng.integers(2, 60)), rows),
            lambda: rng.choice([f"w{i}" for i in range(int(rng.integers(2, 40)))], rows),
            lambda: rng.random(rows) < rng.uniform(0.02, 0.5),
            lambda: _moments(rng, rows, str(rng.choice(["D", "h", "min"]))),
        ]
        column = pd.Series(kinds[rng.integers(len(kinds))]())
        if rng.random() < 0.3:
            column = column.astype(object if column.dtype == bool else column.dtype).mask(rng.random(rows) < 0.1)
        made[f"x{number}"] = column
    return pd.DataFrame(made)


def planted(plant: Plant, rng: Rng, columns: int) -> pd.DataFrame:
    """The planted columns among `columns` others, in any order."""
    table = pd.concat([plant.columns, noise(rng, len(plant.columns), columns)], axis=1)
    return table[rng.permutation(table.columns)]
