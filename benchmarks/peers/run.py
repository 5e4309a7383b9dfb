"""Fit one generator to one table and draw rows from it: a process of its own, so its time and memory are its own.

``python run.py job.json`` runs in the generator's environment, which needs pandas, pyarrow and that library alone, and
writes its figures to job.done and the last draw to the job's "out". `benchmarks.generators` writes jobs.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import random
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from memory import forget_peak, peak_bytes
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

MISSING = "(missing)"
TABDIFF_SECONDS = 30


class Plain:
    """Floats and strings without empty cells, as most peers want a table, and the way back.

    An empty number becomes the median, and a column of its own says that it was empty.
    """

    def __init__(self, table):
        self.like = table
        self.dates = [name for name in table if is_datetime64_any_dtype(table[name])]
        numeric = [name for name in table if is_numeric_dtype(table[name]) and not is_bool_dtype(table[name])]
        self.numbers = [name for name in table if name in self.dates or name in numeric]
        self.gaps = {name: f"{name} is missing" for name in self.numbers if table[name].isna().any()}
        self.words = [name for name in table if name not in self.numbers] + list(self.gaps.values())

    def there(self, table):
        plain = {}
        for name in self.like:
            column = table[name]
            if name in self.dates:
                column = (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta("1s")
            if name in self.numbers:
                numbers = column.astype(float)
                plain[name] = numbers.fillna(0 if numbers.isna().all() else numbers.median())
            else:
                plain[name] = column.astype(object).where(column.notna(), MISSING).astype(str)
            if name in self.gaps:
                plain[self.gaps[name]] = column.isna().astype(str)
        return pd.DataFrame(plain)

    def back(self, plain):
        table = {}
        for name in self.like:
            column = plain[name]
            if name not in self.numbers:
                table[name] = column.astype(object).where(column != MISSING, None)
                continue
            column = column.astype(float).round(decimals(self.like[name]))
            if name in self.gaps:
                column = column.mask(plain[self.gaps[name]].astype(str) == "True")
            table[name] = pd.to_datetime(column, unit="s", utc=True) if name in self.dates else column
        return pd.DataFrame(table)


def decimals(column):
    """Digits after the point that all values make do with; 9 for those that need more, and for dates 0."""
    if is_datetime64_any_dtype(column):
        return 0
    values = column.dropna().to_numpy(float)
    return next((digits for digits in range(9) if np.allclose(values, values.round(digits), rtol=0, atol=1e-12)), 9)


def ganaug(table, target, seed, options):
    from ganaug import GANAugmenter

    augmenter = GANAugmenter(random_state=seed, **options).fit(table.drop(columns=target), table[target])

    def draw(n):
        X, y = augmenter.sample(n)
        return X.assign(**{target: y})[list(table)]

    return draw


def bootstrap(table, target, seed, options):  # noqa: ARG001
    return lambda n: table.sample(n, replace=True, random_state=seed, ignore_index=True)


def smote(table, target, seed, options):  # noqa: ARG001
    """Every class replaced by SMOTE's rows; a number's classes are its tenths."""
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
    from sklearn.preprocessing import StandardScaler

    plain = Plain(table)
    X = plain.there(table)
    classes = X[target] if target in plain.words else pd.qcut(X[target].rank(method="first"), 10, labels=False)
    words = [name for name in X if name in plain.words and name != target]
    rows = X if target not in plain.words else X.drop(columns=target)
    numbers = [name for name in rows if name not in words]
    scaler = StandardScaler().fit(rows[numbers]) if numbers else None
    if numbers:
        rows = rows.assign(**dict(zip(numbers, scaler.transform(rows[numbers]).T, strict=True)))
    counts = classes.value_counts()
    counts = counts[counts > 1]  # between one row and itself there is nothing
    rows, classes = rows[classes.isin(counts.index)], classes[classes.isin(counts.index)]
    settings = {"random_state": seed, "k_neighbors": int(min(5, counts.min() - 1))}

    def draw(n):
        wanted = {label: int(count + round(n * count / counts.sum())) for label, count in counts.items()}
        settings["sampling_strategy"] = wanted
        model = SMOTE(**settings) if not words else SMOTENC(words, **settings) if numbers else SMOTEN(**settings)
        new, labels = (part.iloc[len(rows) :].reset_index(drop=True) for part in model.fit_resample(rows, classes))
        if numbers:
            new = new.assign(**dict(zip(numbers, scaler.inverse_transform(new[numbers]).T, strict=True)))
        return plain.back(new.assign(**{target: labels}) if target in plain.words else new)

    return draw


def ctgan(table, target, seed, options, kind="CTGAN"):
    import ctgan

    plain = Plain(table)
    model = getattr(ctgan, kind)(enable_gpu=False, **options)
    model.set_random_state(seed)
    model.fit(plain.there(table), discrete_columns=plain.words)

    def draw(n):
        if not isinstance(n, dict):
            return plain.back(model.sample(n))
        parts = []
        for label, count in n.items():  # a condition only makes its label likelier: other rows are drawn again
            found, tries = [], 0
            while sum(map(len, found)) < count and tries < 20:
                rows = model.sample(max(2 * count, 500), target, label)
                found, tries = [*found, rows[rows[target].astype(str) == label]], tries + 1
            parts.append(pd.concat(found).head(count))
        return plain.back(pd.concat(parts, ignore_index=True))

    return draw


def tvae(table, target, seed, options):
    return ctgan(table, target, seed, options, kind="TVAE")


def tabularargn(table, target, seed, options):  # noqa: ARG001
    from mostlyai.engine import TabularARGN

    plain = Plain(table)
    model = TabularARGN(device="cpu", random_state=seed, verbose=0, **options).fit(plain.there(table))
    return lambda n: plain.back(model.sample(n_samples=n))


def copula(table, target, seed, options):  # noqa: ARG001
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    plain = Plain(table)
    rows = plain.there(table)
    kinds = {name: {"sdtype": "categorical" if name in plain.words else "numerical"} for name in rows}
    model = GaussianCopulaSynthesizer(Metadata.load_from_dict({"tables": {"table": {"columns": kinds}}}), **options)
    model.fit({"table": rows})
    return lambda n: plain.back(model.sample(n)["table"])


def synthpop(table, target, seed, options, kind="synthpop"):  # noqa: ARG001
    from synthyverse.generators import SynthyverseGenerator

    plain = Plain(table)
    rows = plain.there(table)
    names = {name: f"column{place}" for place, name in enumerate(rows)}  # it takes none with spaces
    model = SynthyverseGenerator(kind, random_state=seed, **options)
    model.fit(rows.rename(columns=names), [names[name] for name in plain.words])
    return lambda n: plain.back(model.generate(n).set_axis(list(rows), axis=1))


def arf(table, target, seed, options):
    return synthpop(table, target, seed, options, kind="arf")


def tabdiff(table, target, seed, options):
    """At about the seconds that ganaug takes: its own 8,000 epochs take a graphics processor."""
    return synthpop(table, target, seed, {"cap_train_time": TABDIFF_SECONDS, "val_steps": 0} | options, kind="tabdiff")


# the function, what to import before the clock starts, and the distributions whose versions matter
GENERATORS = {
    "ganaug": (ganaug, "ganaug.gan.trainer", ["tensorflow", "keras"]),
    "bootstrap": (bootstrap, "pandas", ["pandas"]),
    "smote": (smote, "imblearn.over_sampling", ["imbalanced-learn"]),
    "ctgan": (ctgan, "ctgan", ["ctgan", "torch"]),
    "tvae": (tvae, "ctgan", ["ctgan", "torch"]),
    "tabularargn": (tabularargn, "mostlyai.engine", ["mostlyai-engine", "torch"]),
    "synthpop": (synthpop, "synthyverse.generators", ["synthyverse"]),
    "arf": (arf, "synthyverse.generators", ["synthyverse"]),
    "tabdiff": (tabdiff, "synthyverse.generators", ["synthyverse", "torch"]),
    "copula": (copula, "sdv.single_table", ["sdv"]),
}


def main():
    path = Path(sys.argv[1])
    job = json.loads(path.read_text())
    if job["memory_gb"]:
        limit = int(job["memory_gb"] * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # an error here, instead of the system's killer
    random.seed(job["seed"])
    np.random.seed(job["seed"])  # noqa: NPY002 - what the peers draw from
    fit, module, distributions = GENERATORS[job["generator"]]
    importlib.import_module(module)
    table = pd.read_parquet(job["train"])
    started, cpu_started = time.perf_counter(), time.process_time()
    draw = fit(table, job["target"], job["seed"], job["options"])
    done = {"fit_seconds": time.perf_counter() - started, "fit_cpu_seconds": time.process_time() - cpu_started}
    done |= {"fit_mb": peak_bytes() / 2**20, "draws": []}
    done["versions"] = {name: importlib.metadata.version(name) for name in distributions}
    rows = None
    for wanted in job["draws"]:
        rows = None
        forget_peak()
        started = time.perf_counter()
        rows = draw(wanted)
        seconds = time.perf_counter() - started
        done["draws"].append({"rows": len(rows), "seconds": seconds, "mb": peak_bytes() / 2**20})
        path.with_suffix(".done").write_text(json.dumps(done))  # what is done stays done if the next draw is too large
        rate = len(rows) / seconds
        if job["patience"] and wanted != job["draws"][-1] and job["draws"][len(done["draws"])] / rate > job["patience"]:
            break
    if job["out"] and rows is not None:
        rows.to_parquet(job["out"])
    path.with_suffix(".done").write_text(json.dumps(done))


if __name__ == "__main__":
    main()
