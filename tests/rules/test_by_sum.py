"""Numbers that are something by the sum of two others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows, check_found_and_kept

from ganaug.modality.table.encoder import TableEncoder

ROWS = 1_500


def measured() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "opening": rng.gamma(3, 90, ROWS).round(2),
            "closing": rng.gamma(3, 90, ROWS).round(2),
            "sold": rng.gamma(2, 30, ROWS).round(2),
            "near": rng.uniform(0.1, 0.9, ROWS),
            "red": rng.uniform(0.05, 0.4, ROWS),
            "won": rng.integers(0, 9, ROWS),
            "lost": rng.integers(0, 7, ROWS),
        }
    )


MADE: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "new = 2 * sold / (opening + closing)": lambda t: 2 * t["sold"] / (t["opening"] + t["closing"]),
    "new = 200 * sold / (opening + closing)": lambda t: (200 * t["sold"] / (t["opening"] + t["closing"])).round(1),
    "new = sold / (won + lost) or 0": lambda t: (t["sold"] / (t["won"] + t["lost"]).replace(0, np.inf)).round(2),
    "new = (near - red) / (near + red)": lambda t: (t["near"] - t["red"]) / (t["near"] + t["red"]),
    "new = 100 * (won - lost) / (won + lost) or -1": lambda t: (
        (100 * (t["won"] - t["lost"]) / (t["won"] + t["lost"]).replace(0, np.nan)).fillna(-1).round(1)
    ),
}


@pytest.mark.parametrize("place", [0, 7])
@pytest.mark.parametrize("text", MADE)
def test_what_is_divided_by_a_sum_is_found_written_and_kept(text: str, place: int) -> None:
    table = measured()
    table.insert(place, "new", MADE[text](table))
    check_found_and_kept(table, text, MADE[text])


def test_a_share_may_be_written_with_its_part_first_or_last() -> None:
    table = measured()
    table["new"] = (table["won"] / (table["won"] + table["lost"])).fillna(0).round(2)
    encoder, _ = TableEncoder.fit(table, rules=["new = won / (lost + won) or 0"])
    assert [rule.text for rule in encoder.rules] == ["new = won / (won + lost) or 0"]
    made = encoder.decode(any_rows(encoder))
    assert ((made["won"] / (made["won"] + made["lost"])).fillna(0) - made["new"]).abs().max() < 0.0051


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("new = (near - sold) / (near + red)", "takes a difference by the sum of others"),
        ("new = near / (near + red)", "broken in 1,500 of 1,500 rows"),
    ],
)
def test_what_is_no_such_ratio_is_told(text: str, message: str) -> None:
    table = measured().assign(new=MADE["new = (near - red) / (near + red)"])
    with pytest.raises(ValueError, match=message):
        TableEncoder.fit(table, rules=[text])
