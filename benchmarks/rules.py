"""Which rules are found in real tables, whether held-out rows keep them, and whether every row that is drawn does.

``python -m benchmarks.rules`` fetches tables from OpenML; ``--data-dir DIR`` takes NAME_train.parquet and
NAME_test.parquet of yours, and ``--keel-dir DIR`` whole tables, of which three rows in ten are held out. Rows are drawn
from a generator that has learnt nothing, which is the hardest case.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ganaug.columns.layout import Encoded
from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules.base import Cells

from .results import Results
from .tables import names_in, split

ROWS = 5_000


def tables(options: argparse.Namespace) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    for name in names_in(options.data_dir):
        found = split(name, options.data_dir)
        yield name, found.train, found.test
    for path in sorted(options.keel_dir.glob("*.parquet")) if options.keel_dir else ():
        table = pd.read_parquet(path)
        held_out = np.random.default_rng(0).random(len(table)) >= 0.7
        yield path.stem, table[~held_out].reset_index(drop=True), table[held_out].reset_index(drop=True)


def anything(encoder: TableEncoder) -> Encoded:
    """Encoded rows whose cells do not go together."""
    rng = np.random.default_rng(0)
    blocks = encoder.layout.blocks
    codes = rng.integers(0, [block.width for block in blocks], (ROWS, len(blocks))).astype(np.int32)
    positions = rng.uniform(-1, 1, (ROWS, encoder.layout.numbers)).astype(np.float32)
    return Encoded(codes, positions, positions)


def cells_of(encoder: TableEncoder, table: pd.DataFrame) -> dict[int, Cells]:
    columns = enumerate(encoder.columns)
    return {p: Cells(c.type, c.type.given(table[c.name])) for p, c in columns}


def measured(train: pd.DataFrame, test: pd.DataFrame) -> tuple[dict[str, float], list[dict[str, object]]]:
    """Seconds with and without rules, and a row for every rule."""
    seconds = {}
    for rules in ("none", "auto"):
        start = time.perf_counter()
        encoder, _ = TableEncoder.fit(train, rules=rules)
        seconds[rules] = round(time.perf_counter() - start, 2)
    known = test[encoder.knows(test)].reset_index(drop=True)
    held_out, drawn = cells_of(encoder, known), encoder.cells(anything(encoder))
    shown = {rule.text: rule for rule in encoder.rules}
    names = {place: str(column.name) for place, column in enumerate(encoder.columns)}
    rules = [step.rule for step in encoder.steps if step.rule.text(names) in shown]
    return seconds, [
        {
            "rule": rule.text(names),
            "kind": rule.kind,
            "support": rule.support,
            "held_out_rows": len(known),
            "held_out_broken": int(rule.broken(held_out).sum()),
            "drawn_broken": int(rule.broken(drawn).sum()),
        }
        for rule in rules
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="a folder of NAME_train.parquet and NAME_test.parquet")
    parser.add_argument("--keel-dir", type=Path, help="a folder of NAME.parquet")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    results = Results("rules", {"own tables": options.data_dir is not None})
    for name, train, test in tables(options):
        seconds, rules = measured(train, test)
        size = f"{train.shape[0]:,} rows, {train.shape[1]} columns"
        print(f"{name}: {size}, {seconds['auto']} s ({seconds['none']} without)")
        for rule in rules:
            print(f"    {rule['rule']}  ({rule['kind']}); broken by {rule['held_out_broken']} of", end=" ")
            print(f"{rule['held_out_rows']:,} held-out rows, {rule['drawn_broken']} of {ROWS:,} drawn ones")
        if (old := results.find(table=name)) is not None:
            results.rows.remove(old)
        results.add({"table": name, "rows": len(train), "columns": train.shape[1], "seconds": seconds, "rules": rules})


if __name__ == "__main__":
    main()
