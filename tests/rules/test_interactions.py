"""Columns that are another one where a flag is 1."""

from __future__ import annotations

import numpy as np
import pandas as pd
from untrained import any_rows

from ganaug.modality.table.encoder import TableEncoder


def people(rows: int = 1_500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "late": rng.integers(0, 2, rows),
            "treated": (rng.random(rows) < 0.3).astype(int),
            "wage": rng.lognormal(3, 0.5, rows).round(2),
            "other": rng.normal(size=rows),
        }
    )
    return table.assign(both=table["late"] * table["treated"], late_wage=table["late"] * table["wage"])


def test_products_with_flags_are_found_written_and_kept():
    table = people()
    for order in (list(table), ["both", "late_wage", "other", "wage", "treated", "late"]):
        encoder, _ = TableEncoder.fit(table[order])
        texts = {rule.text for rule in encoder.rules if rule.kind == "product"}
        assert len(texts) == 2
        assert texts <= {"both = late * treated", "both = treated * late", "late_wage = late * wage"}
        made = encoder.decode(any_rows(encoder))
        assert (made["both"] == made["late"] * made["treated"]).all()
        assert (made["late_wage"] == made["late"] * made["wage"]).all()
        assert {rule.text for rule in TableEncoder.fit(table[order], rules=sorted(texts))[0].rules} == texts


def test_gaps_are_where_a_factor_has_them():
    table = people()
    table.loc[::7, "wage"] = np.nan
    table["late_wage"] = table["late"] * table["wage"]
    encoder, _ = TableEncoder.fit(table)
    assert "late_wage = late * wage" in {rule.text for rule in encoder.rules}
    made = encoder.decode(any_rows(encoder))
    assert (made["late_wage"].isna() == made["wage"].isna()).all()


def test_one_row_of_a_thousand_that_breaks_it_is_enough():
    table = people()
    table.loc[17, ["both", "late_wage"]] = 1 - table.loc[17, "both"], 3.0
    assert not {rule.text for rule in TableEncoder.fit(table)[0].rules if rule.kind == "product"}


def test_a_few_rows_are_no_evidence():
    """Where a flag is 0 in three rows alone, its product with a column tells nothing that these rows do not."""
    table = people().drop(columns=["both", "late_wage"])
    table["late"] = (np.arange(len(table)) > 2).astype(int)
    encoder, _ = TableEncoder.fit(table.assign(product=table["late"] * table["treated"]))
    assert not {rule.text for rule in encoder.rules if rule.kind == "product"}


def test_flags_that_go_together_by_chance_make_no_rule():
    rng = np.random.default_rng(1)
    table = pd.DataFrame((rng.random((400, 40)) < 0.03).astype(int)).add_prefix("x")
    assert not {rule.text for rule in TableEncoder.fit(table)[0].rules if rule.kind == "product"}
